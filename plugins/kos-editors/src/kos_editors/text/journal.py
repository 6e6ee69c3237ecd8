"""Lines of text whose every change can be undone.

    text = Journal(k, lines)       text.lines is the list: read it freely, change it by splice alone
    text.begin(place)              what follows is one step of undo, made with the cursor at `place`
    text.splice(at, count, new)    replace `count` lines by others
    text.undo(), text.redo()       the place of the step that was undone or done again, None if there is none

A step is the list of its splices, so undo costs what was changed and not the size of the text. What lines and steps hold is charged
to the process; a splice that doesn't fit raises OutOfMemory before anything has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import Charge

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

OVERHEAD = 64  # of a line: the object's head and its place in the list
_STEP = 200  # of a splice: its tuple and two lists


class Splice(NamedTuple):
    """Lines `old` at `at` became `new`."""

    at: int
    old: list[Any]
    new: list[Any]


class Step:
    """The splices of one command, and what its owner wants to know when it is undone."""

    __slots__ = ("place", "splices", "version")

    def __init__(self, place: Any, version: int) -> None:
        self.place = place
        self.version = version  # of the text before it
        self.splices: list[Splice] = []


def size_of(lines: list[Any]) -> int:
    """Return what lines take in memory."""
    return sum(map(len, lines)) + OVERHEAD * len(lines)


class Journal:
    """A list of lines (of anything that has a length) with undo; see the module's head."""

    def __init__(self, k: Syscalls, lines: list[Any]) -> None:
        self._charge = Charge(k)
        self._charge.change(size_of(lines))
        self.lines = lines
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self.version = 0  # tells states of the text apart: undo comes back to an old one
        self._last_version = 0
        self._step: Step | None = None
        self._held = size_of(lines)

    def begin(self, place: Any = None) -> None:
        """End the step at hand: the next splice begins another, which `undo` will answer with `place`."""
        self._step = Step(place, self.version)

    def splice(self, at: int, count: int, new: list[Any]) -> None:
        """Replace `count` lines from index `at` on. Raises OutOfMemory."""
        if self._step is None:
            self.begin()
        step = self._step
        assert step is not None
        self._change(size_of(new) + _STEP)
        if not step.splices:
            self._forget(self.undone, new=True)
            self.done.append(step)
        old = self.lines[at : at + count]
        self.lines[at : at + count] = new
        step.splices.append(Splice(at, old, new))
        self._last_version += 1
        self.version = self._last_version

    def undo(self) -> Any:
        """Undo the last step; return (its place, index of the line that it changed first), None if there is nothing to undo."""
        if not self.done:
            return None
        step = self.done.pop()
        for at, old, new in reversed(step.splices):
            self.lines[at : at + len(new)] = old
        return self._moved(step, self.undone)

    def redo(self) -> Any:
        """Do the last undone step again; return as undo() does."""
        if not self.undone:
            return None
        step = self.undone.pop()
        for at, old, new in step.splices:
            self.lines[at : at + len(old)] = new
        return self._moved(step, self.done)

    def forget(self) -> None:
        """Give all undo up."""
        self._forget(self.done, new=False)
        self._forget(self.undone, new=True)
        self._step = None

    def release(self) -> None:
        """Give the account of everything back: the text is no longer used."""
        self._change(-self._held)

    def _moved(self, step: Step, to: list[Step]) -> Any:
        self.version, step.version = step.version, self.version
        to.append(step)
        self._step = None
        return step.place, min(splice.at for splice in step.splices)

    def _forget(self, steps: list[Step], *, new: bool) -> None:
        for step in steps:
            for splice in step.splices:
                self._change(-size_of(splice.new if new else splice.old) - _STEP)
        steps.clear()

    def _change(self, delta: int) -> None:
        self._charge.change(delta)
        self._held += delta
