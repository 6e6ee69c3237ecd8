"""What a compiled program calls."""
