"""Commands that read and write streams."""
