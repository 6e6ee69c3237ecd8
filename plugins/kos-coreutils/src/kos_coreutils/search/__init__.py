"""grep, sed, find: commands that search."""
