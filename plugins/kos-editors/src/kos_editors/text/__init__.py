"""Lines that can be undone."""
