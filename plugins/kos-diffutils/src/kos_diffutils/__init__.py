"""diff, cmp and diff3."""
