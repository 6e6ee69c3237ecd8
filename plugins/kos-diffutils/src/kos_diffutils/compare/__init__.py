"""What differs between two sequences of lines."""
