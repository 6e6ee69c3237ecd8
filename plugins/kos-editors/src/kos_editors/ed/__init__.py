"""The line editor: POSIX ed as GNU ed 1.19 has it."""
