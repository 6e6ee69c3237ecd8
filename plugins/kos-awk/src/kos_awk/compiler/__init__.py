"""From the tree to a Python function."""
