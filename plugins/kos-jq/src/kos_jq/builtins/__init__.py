"""The functions that every program may call."""
