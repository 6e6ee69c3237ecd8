"""The formats without context: the normal one, ed scripts both ways round, and RCS's."""

from __future__ import annotations

from ..compare.changes import Change
from .paper import Paper, spanned


def _letter(change: Change) -> bytes:
    return (b"c" if change.inserted else b"d") if change.deleted else b"a"


def normal(paper: Paper) -> None:
    """Write `2c2`, `< old`, `---`, `> new`."""
    for change in paper.counting():
        paper.begin()
        old, new, deleted, inserted = change
        paper.color("ln")
        paper.put(spanned(old, deleted) + _letter(change) + spanned(new, inserted))
        paper.color("rs")
        paper.put(b"\n")
        for index in range(old, old + deleted):
            paper.flagged(paper.old, index, b"<", "de")
        if deleted and inserted:
            paper.put(b"---\n")
        for index in range(new, new + inserted):
            paper.flagged(paper.new, index, b">", "ad")


def ed(paper: Paper) -> None:
    """Write commands for ed that make the new file of the old one: the last change first, so that numbers stay right."""
    for change in reversed(list(paper.counting())):
        paper.begin()
        old, new, deleted, inserted = change
        paper.put(spanned(old, deleted) + _letter(change) + b"\n")
        if not inserted:
            continue
        typing = True
        for line in paper.new.lines[new : new + inserted]:
            if not typing:
                paper.put(b"a\n")
                typing = True
            if line == b".":
                # A dot alone would end the text: type two, and take one away.
                paper.put(b"..\n.\ns/.//\n")
                typing = False
            else:
                paper.put(paper.text(line) + b"\n")
        if typing:
            paper.put(b".\n")


def forward_ed(paper: Paper) -> None:
    """Write what looks like commands for ed, the first change first; no program reads it."""
    for change in paper.counting():
        paper.begin()
        paper.put(_letter(change) + spanned(change.old, change.deleted, b" ") + b"\n")
        if change.inserted:
            for line in paper.new.lines[change.new : change.new + change.inserted]:
                paper.put(paper.text(line) + b"\n")
            paper.put(b".\n")


def rcs(paper: Paper) -> None:
    """Write `dLINE COUNT` and `aLINE COUNT` with the lines added; all line numbers are the old file's."""
    for change in paper.counting():
        paper.begin()
        old, new, deleted, inserted = change
        if deleted:
            paper.put(b"d%d %d\n" % (old + 1, deleted))
        if inserted:
            paper.put(b"a%d %d\n" % (old + deleted, inserted))
            lines = paper.new.lines
            for index in range(new, new + inserted):
                whole = index < len(lines) - 1 or not paper.new.incomplete
                paper.put(paper.text(lines[index]) + (b"\n" if whole else b""))
