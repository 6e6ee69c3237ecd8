"""Merged output by formats: -D NAME, --line-format, --GTYPE-group-format.

A format is text with % directives; a group's may hold `%(A=B?T:E)`, whose T and E are formats again, down to a limit.
"""

from __future__ import annotations

import re

from ..compare.changes import Change
from .paper import Paper

_NUMBER = re.compile(rb"%(-?)('*)(0?)(\d*)(?:\.(\d*))?([doxX])(.)", re.DOTALL)
_CHARACTER = re.compile(rb"%c'(?:\\([0-7]{1,3})|([^\\]))'", re.DOTALL)
_CONDITION = re.compile(rb"%\(([0-9]+|[eflmnEFLMN])=([0-9]+|[eflmnEFLMN])\?")
_DEEP = 50
_WIDEST = 4096


def ifdef_formats(name: bytes) -> dict[str, bytes]:
    """Return the group formats that -D NAME stands for."""
    end = b"#endif /* " + name + b" */\n"
    return {
        "unchanged": b"%=",
        "old": b"#ifndef %s\n%%<#endif /* ! %s */\n" % (name, name),
        "new": b"#ifdef %s\n%%>" % name + end,
        "changed": b"#ifndef %s\n%%<#else /* %s */\n%%>" % (name, name) + end,
    }


def merged(paper: Paper) -> None:
    """Write all of both files, group by group."""
    formats = _Formats(paper)
    i = j = 0
    paper.begin()
    for change in paper.counting():
        old, new, deleted, inserted = change
        if i < old or j < new:
            formats.group("unchanged", Change(i, j, old - i, new - j))
        formats.group("changed" if deleted and inserted else "old" if deleted else "new", change)
        i, j = old + deleted, new + inserted
    if i < len(paper.old.lines) or j < len(paper.new.lines):
        formats.group("unchanged", Change(i, j, len(paper.old.lines) - i, len(paper.new.lines) - j))


class _Formats:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        look = paper.look
        given = look.group_formats
        changed = given.get("changed")
        old = given.get("old", b"%<" if changed is None else changed)
        new = given.get("new", b"%>" if changed is None else changed)
        self.groups = {
            "old": old,
            "new": new,
            "unchanged": given.get("unchanged", b"%="),
            "changed": old + new if changed is None else changed,
        }
        self.lines = {kind: look.line_formats.get(kind, b"%l\n") for kind in ("old", "new", "unchanged")}

    def group(self, kind: str, change: Change) -> None:
        """Write a group of lines by its format."""
        self._expand(self.groups[kind], 0, b"", change, True, 0)

    def _expand(self, form: bytes, at: int, stop: bytes, change: Change, shown: bool, depth: int) -> int:
        """Write the format from `at` to the byte `stop`, if shown; return where that byte is, or the end."""
        put = self.paper.put
        while at < len(form):
            char = form[at : at + 1]
            if stop and char == stop:
                return at
            if char != b"%":
                following = re.compile(b"[%" + re.escape(stop) + b"]").search(form, at + 1)
                end = following.start() if following else len(form)
                if shown:
                    put(form[at:end])
                at = end
                continue
            letter = form[at + 1 : at + 2]
            if letter in (b"<", b">", b"="):
                if shown:
                    self._lines(letter, change)
                at += 2
                continue
            condition = _CONDITION.match(form, at)
            if condition is not None and depth < _DEEP:
                same = _amount(condition[1], change) == _amount(condition[2], change)
                at = self._expand(form, condition.end(), b":", change, shown and same, depth + 1)
                if form[at : at + 1] == b":":
                    at = self._expand(form, at + 1, b")", change, shown and not same, depth + 1)
                    at += form[at : at + 1] == b")"
                continue
            text, at = _plain(form, at, change)
            if shown:
                put(text)
        return at

    def _lines(self, which: bytes, change: Change) -> None:
        paper = self.paper
        if which == b">":
            side, kind, first, count = paper.new, "new", change.new, change.inserted
        else:
            side, kind, first, count = paper.old, "old" if which == b"<" else "unchanged", change.old, change.deleted
        form = self.lines[kind]
        for index in range(first, first + count):
            self._line(form, side.lines[index], side.incomplete and index == len(side.lines) - 1, index + 1)

    def _line(self, form: bytes, line: bytes, incomplete: bool, number: int) -> None:
        paper = self.paper
        out = []
        at = 0
        while at < len(form):
            if form[at] != 37:
                end = form.find(b"%", at)
                end = len(form) if end < 0 else end
                out.append(form[at:end])
                at = end
                continue
            letter = form[at + 1 : at + 2]
            if letter in (b"l", b"L"):
                out.append(paper.text(line))
                if letter == b"L" and not incomplete:
                    out.append(b"\n")
                at += 2
            else:
                text, at = _plain(form, at, number)
                out.append(text)
        paper.put(b"".join(out))


def _plain(form: bytes, at: int, where: Change | int) -> tuple[bytes, int]:
    """Return the text of a directive that both kinds of formats have, and where it ends; what is none stands for itself."""
    if form[at + 1 : at + 2] == b"%":
        return b"%", at + 2
    found = _CHARACTER.match(form, at)
    if found is not None:
        return (bytes([int(found[1], 8) & 255]) if found[1] else found[2]), found.end()
    found = _NUMBER.match(form, at)
    if found is not None:
        left, _, zero, width, precision, kind, letter = found.groups()
        amount = (where if letter == b"n" else None) if isinstance(where, int) else _amount(letter, where)
        if amount is not None and len(width) < 5 and len(precision or b"") < 5:
            digits = {b"d": "d", b"o": "o", b"x": "x", b"X": "X"}[kind]
            text = format(amount, digits)
            if precision is not None:
                text = text.rjust(int(precision or b"0"), "0") if amount or int(precision or b"0") else ""
            space = min(int(width or b"0"), _WIDEST)
            if left:
                text = text.ljust(space)
            else:
                text = text.rjust(space, "0" if zero and precision is None else " ")
            return text.encode(), found.end()
    return b"%", at + 1


def _amount(name: bytes, change: Change) -> int | None:
    """Return what a letter stands for, or the number that it is."""
    if name.isdigit():
        return int(name[:20])
    old = name.islower()
    first, count = (change.old, change.deleted) if old else (change.new, change.inserted)
    table = {b"e": first, b"f": first + 1, b"l": first + count, b"m": first + count + 1, b"n": count}
    return table.get(name.lower())
