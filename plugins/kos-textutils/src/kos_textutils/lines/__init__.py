"""Filters of lines: look, colrm, col, colcrt, ul."""
