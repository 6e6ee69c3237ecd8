"""The forms in which differences are written."""
