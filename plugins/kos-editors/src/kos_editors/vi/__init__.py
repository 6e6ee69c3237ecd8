"""The modal screen editor."""
