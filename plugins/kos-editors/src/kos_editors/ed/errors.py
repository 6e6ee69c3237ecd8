"""What goes wrong in ed: EdError is answered with "?" and is what `h` explains; Quit ends the editor."""

from __future__ import annotations


class EdError(Exception):
    """A command that failed. The text is the explanation."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class Modified(EdError):
    """The buffer would be lost; the same command given again does it."""

    def __init__(self) -> None:
        super().__init__(b"Warning: buffer modified")


class Quit(Exception):
    """The editor ends."""
