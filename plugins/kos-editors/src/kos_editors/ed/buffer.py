"""The lines that ed edits: addresses from 1, the current line, marks, the cut buffer, undo.

A line is an object, since marks and the lines that `g` found go where the line goes; it never changes, so undo brings the same
line back with its marks. `u` undoes the last command that changed the buffer, and is itself undone by the next `u`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..text.journal import Journal
from .errors import EdError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


class Line:
    """A line without its newline."""

    __slots__ = ("text",)

    def __init__(self, text: bytes) -> None:
        self.text = text

    def __len__(self) -> int:
        return len(self.text) + 48


class Buffer:
    """See the module's head. Addresses are numbers from 1; 0 stands before the first line."""

    def __init__(self, k: Syscalls) -> None:
        self.k = k
        self.journal = Journal(k, [])
        self.current = 0
        self.modified = False
        self.binary = False  # a NUL was read
        self.unterminated: Line | None = None  # came without a newline; stays so at the end of a binary file
        self.cut: list[Line] = []
        self.marks: dict[int, Line] = {}
        self._before: tuple[int, bool] | None = None

    @property
    def lines(self) -> list[Line]:
        """The lines; changed by replace() alone."""
        return self.journal.lines

    @property
    def last(self) -> int:
        """The last line's address."""
        return len(self.journal.lines)

    # ------------------------------------------------------------ changes
    def new_step(self) -> None:
        """Begin what the next `u` undoes."""
        self.journal.forget()
        self._before = self.current, self.modified

    def replace(self, first: int, last: int, new: list[Line]) -> None:
        """Put lines in the place of those from `first` to `last`; first = last + 1 inserts before `first`."""
        self.journal.splice(first - 1, last - first + 1, new)
        self.modified = True

    def undo(self) -> None:
        """Undo the last change, or the last undo. Raises EdError."""
        journal = self.journal
        if self._before is None or not (journal.done or journal.undone):
            raise EdError(b"Nothing to undo")
        now = self.current, self.modified
        if journal.done:
            journal.undo()
        else:
            journal.redo()
        (self.current, self.modified), self._before = self._before, now

    def clear(self) -> None:
        """Begin with no lines and nothing to undo."""
        self.journal.release()
        self.journal = Journal(self.k, [])
        self._before = None
        self.current = 0
        self.binary = False
        self.unterminated = None
        self.marks.clear()

    # ------------------------------------------------------------ lines that move
    def address_of(self, line: Line, guess: int) -> int:
        """Return where a line is now, 0 if it's gone. guess: where it may be; looked at first, with its neighbours."""
        lines = self.lines
        for at in range(max(guess - 3, 0), min(guess + 2, len(lines))):
            if lines[at] is line:
                return at + 1
        try:
            return lines.index(line) + 1  # they have no __eq__: identity
        except ValueError:
            return 0

    def mark(self, address: int, name: bytes) -> None:
        """Name a line with a lower-case letter. Raises EdError."""
        if not (name.isalpha() and name.islower() and name.isascii()):
            raise EdError(b"Invalid mark character")
        self.marks[name[0]] = self.lines[address - 1]

    def marked(self, name: bytes) -> int:
        """Return the address of a marked line. Raises EdError."""
        if not (name.isalpha() and name.islower() and name.isascii()):
            raise EdError(b"Invalid mark character")
        line = self.marks.get(name[0])
        found = self.address_of(line, 0) if line is not None else 0
        if not found and self.lines:
            raise EdError(b"Invalid address")
        return found
