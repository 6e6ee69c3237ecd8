"""What the editors share of text: lines, undo, files, and how characters look."""
