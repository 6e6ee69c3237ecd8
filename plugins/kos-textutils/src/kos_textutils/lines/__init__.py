"""Filters of lines: look, colrm."""
