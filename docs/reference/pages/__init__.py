"""The pages of the reference, one module each, and what they share (source.py, markdown.py)."""
