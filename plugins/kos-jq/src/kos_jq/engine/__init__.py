"""What runs a program: compiled to steps, run without recursion."""
