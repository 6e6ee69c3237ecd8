"""The screen editor without modes."""
