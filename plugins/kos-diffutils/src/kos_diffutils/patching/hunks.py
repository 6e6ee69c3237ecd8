"""A hunk: what lines are there, what they become; and how a rejected one is written, unified or in context.

    Hunk(first, old, new_first, new, prefix, suffix)    the lines carry their signs: ' ', '-', '!' on the old side, ' ', '+', '!' on the new

`first` and `new_first` count from 1; of an empty side they name the line behind the place. prefix and suffix are how many lines of
context stand before the first and behind the last change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Line = tuple[bytes, bytes]
_OTHER = {b"+": b"-", b"-": b"+"}
_UNFINISHED = b"\n\\ No newline at end of file\n"


@dataclass(slots=True)
class Hunk:
    """One change with the lines around it."""

    first: int
    old: list[Line]
    new_first: int
    new: list[Line]
    prefix: int = 0
    suffix: int = 0
    function: bytes = b""

    def swapped(self) -> Hunk:
        """Return the hunk that takes this one back."""
        old, new = ([(_OTHER.get(sign, sign), text) for sign, text in side] for side in (self.new, self.old))
        return replace(self, first=self.new_first, old=old, new_first=self.first, new=new)

    def with_context(self) -> Hunk:
        """Return the hunk with prefix and suffix counted."""
        prefix = min(_leading(self.old), _leading(self.new))
        suffix = min(_leading(self.old[::-1]), _leading(self.new[::-1]))
        return replace(self, prefix=prefix, suffix=suffix)

    def unified(self, offset: int) -> bytes:
        """Return the hunk as `diff -u` writes it, its lines moved by the offset."""
        old, new = self.old, self.new
        parts = [
            b"@@ -%s +%s @@%s\n"
            % (_count(self.first + offset, len(old)), _count(self.new_first + offset, len(new)), self.function)
        ]
        one = two = 0
        while one < len(old) or two < len(new):
            if one < len(old) and old[one][0] != b" ":
                parts.append(b"-" + _ended(old[one][1]))
                one += 1
            elif two < len(new) and new[two][0] != b" ":
                parts.append(b"+" + _ended(new[two][1]))
                two += 1
            elif one < len(old):
                parts.append(b" " + _ended(old[one][1]))
                one += 1
                two += 1
            else:
                break
        return b"".join(parts)

    def in_context(self, offset: int, stars: bytes, dashes: bytes) -> bytes:
        """Return the hunk as `diff -c` writes it."""
        parts = [b"***************%s\n" % self.function]
        old, new = _exchanged(self.old, self.new)
        sides = ((b"***", stars, self.first, old), (b"---", dashes, self.new_first, new))
        for mark, tail, first, lines in sides:
            parts.append(b"%s %s%s\n" % (mark, _span(first + offset, len(lines)), tail))
            parts += [sign + b" " + _ended(text) for sign, text in lines]
        return b"".join(parts)


def _leading(lines: list[Line]) -> int:
    for index, (sign, _) in enumerate(lines):
        if sign != b" ":
            return index
    return len(lines)


def _exchanged(old: list[Line], new: list[Line]) -> tuple[list[Line], list[Line]]:
    """Return both sides with '!' where removed and added lines stand in one place."""
    one = two = 0
    first, second = list(old), list(new)
    while one < len(old) or two < len(new):
        ones, twos = one, two
        while one < len(old) and old[one][0] != b" ":
            one += 1
        while two < len(new) and new[two][0] != b" ":
            two += 1
        if one > ones and two > twos:
            first[ones:one] = [(b"!", text) for _, text in old[ones:one]]
            second[twos:two] = [(b"!", text) for _, text in new[twos:two]]
        one += 1
        two += 1
    return first, second


def _ended(text: bytes) -> bytes:
    return text if text.endswith(b"\n") else text + _UNFINISHED


def _count(first: int, lines: int) -> bytes:
    if lines == 1:
        return b"%d" % first
    return b"%d,%d" % (first if lines else first - 1, lines)


def _span(first: int, lines: int) -> bytes:
    if not lines:
        return b"0"
    return b"%d" % first if lines == 1 else b"%d,%d" % (first, first + lines - 1)
