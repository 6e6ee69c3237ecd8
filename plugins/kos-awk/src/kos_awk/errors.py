"""What ends a program, or a rule, before its text does.

Control
  +-- Next, NextFile, Exit       `next`, `nextfile`, `exit` from within a function (and within BEGIN and END)
AwkError
  +-- SyntaxFault                the program can't be read: status 1
  +-- Fatal                      it can't go on: status 2
"""

from __future__ import annotations


class Control(Exception):
    """A jump that leaves a rule."""


class Next(Control):
    """Go on with the next record."""


class NextFile(Control):
    """Go on with the next file."""


class Exit(Control):
    """End the program, after END if that hasn't begun. status: None if `exit` gave none."""

    def __init__(self, status: int | None = None) -> None:
        self.status = status


class AwkError(Exception):
    """A message for descriptor 2, without the program's name and place."""

    def __init__(self, text: str | bytes) -> None:
        self.text = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        super().__init__(self.text)


class SyntaxFault(AwkError):
    """The program's text is wrong at `line` (and `column`, if the line is to be shown) of source `source`."""

    def __init__(self, text: str | bytes, source: int, line: int, column: int | None = None) -> None:
        super().__init__(text)
        self.source = source
        self.line = line
        self.column = column


class Fatal(AwkError):
    """The program can't go on. Where it stood is found from the traceback, which knows the generated line."""
