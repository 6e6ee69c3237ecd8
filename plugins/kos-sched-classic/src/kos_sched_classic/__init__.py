"""The textbook schedulers: first in first out, round robin, static priorities. One algorithm a file."""
