"""What ends a part of bc's work.

BcError
  +-- Fault       the text can't be read: the parser goes on where it may
  +-- EndOfText   it ended in the middle: there is nothing to go on with
  +-- Quit        `quit` or `halt`: the program ends
  +-- Failure     a run-time error: what runs is given up, the next line isn't
"""

from __future__ import annotations


class BcError(Exception):
    """The root."""


class Fault(BcError):
    """A syntax error that has been told."""


class EndOfText(BcError):
    """The text ended where more was wanted."""


class Quit(BcError):
    """End the program."""


class Failure(BcError):
    """A run-time error; `text` is the message without its place."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
