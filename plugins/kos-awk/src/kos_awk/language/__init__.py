"""The text of a program, up to its tree."""
