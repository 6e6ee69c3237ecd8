"""The language bc."""
