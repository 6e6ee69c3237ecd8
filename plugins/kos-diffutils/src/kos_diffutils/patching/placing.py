"""Where a hunk fits into a file, and the file with it: exact place, then further and further away, then with less context.

text = Text(lines, ifdef)
where = text.locate(hunk, fuzz, loose, tick)      the line (from 1) or 0; text.offset then says how far away it was
text.apply(hunk, where)
text.finish()                                     the new contents
"""

from __future__ import annotations

from collections.abc import Callable

from .hunks import Hunk
from .options import Fatal


class Text:
    """The lines of a file that's being patched, top to bottom. What is above `frozen` has been written."""

    def __init__(self, lines: list[bytes], ifdef: bytes | None) -> None:
        self.lines = lines
        self.offset = 0  # how far the last hunk was from where it said
        self.grown = 0  # lines added so far, less those removed
        self.frozen = 0
        self.out: list[bytes] = []
        self._ifdef = ifdef

    def locate(self, hunk: Hunk, fuzz: int, loose: bool, tick: Callable[[int], object]) -> int:
        """Return the line at which the hunk's old side is found, nearest to where it's expected, or 0."""
        count, total = len(hunk.old), len(self.lines)
        guess = hunk.first + self.offset
        if not count:
            return guess
        context = max(hunk.prefix, hunk.suffix)
        prefix, suffix = fuzz + hunk.prefix - context, fuzz + hunk.suffix - context
        highest = total - (count - max(suffix, 0)) + 1
        lowest = max(self.frozen + 1, 1)
        found = 0
        if prefix < 0 and hunk.first <= 1:  # only the start of the file will do
            if suffix < 0 and (count != total or hunk.prefix < self.frozen):
                return 0
            if self.frozen <= hunk.prefix and highest >= 1 and self._fits(hunk, 1, 0, max(suffix, 0), loose):
                found = 1
        elif suffix < 0:  # only its end
            place = total - count + 1
            if lowest <= place and self._fits(hunk, place, max(prefix, 0), 0, loose):
                found = place
        else:
            prefix = max(prefix, 0)
            nearest = max(0, guess - highest)
            for away in range(nearest, max(highest - guess, guess - lowest) + 1):
                tick(1)
                if guess + away <= highest and self._fits(hunk, guess + away, prefix, suffix, loose):
                    found = guess + away
                    break
                if lowest <= guess - away <= highest and self._fits(hunk, guess - away, prefix, suffix, loose):
                    found = guess - away
                    break
        if found:
            self.offset += found - guess
        return found

    def _fits(self, hunk: Hunk, where: int, prefix: int, suffix: int, loose: bool) -> bool:
        lines = self.lines
        stop = len(hunk.old) - suffix
        if where + prefix < 1 or where + stop - 1 > len(lines):
            return False
        for index in range(prefix, stop):
            ours, theirs = lines[where + index - 1], hunk.old[index][1]
            if ours != theirs and not (loose and similar(ours, theirs)):
                return False
        return True

    def apply(self, hunk: Hunk, where: int) -> bool:
        """Write the file down to the hunk's last change; False if that would be above what has been written.

        Raises Fatal if the hunk's sides don't belong together.
        """
        old, new = hunk.old, hunk.new
        first = next((index for index, (sign, _) in enumerate(old) if sign != b" "), len(old))
        if self.frozen > where + min(first, hunk.prefix) - 1:
            return False
        one = two = 0
        state = ""  # which branch of an #ifdef is open: "new" (#ifdef), "old" (#ifndef) or "else"
        while one < len(old):
            sign = old[one][0]
            if sign == b"-":
                self._copy_to(where + one - 1)
                state = self._branch(state, "old")
                self._drop(1)
                one += 1
            elif two >= len(new):
                break
            elif new[two][0] == b"+":
                self._copy_to(where + one - 1)
                state = self._branch(state, "new")
                self._add(new[two][1])
                two += 1
            elif new[two][0] != sign:
                raise Fatal(
                    b"Out-of-sync patch, lines %d,%d--mangled text or line numbers, maybe?" % (one + 1, two + 1)
                )
            elif sign == b"!":
                self._copy_to(where + one - 1)
                state = self._branch(self._branch(state, ""), "old")
                while one < len(old) and old[one][0] == b"!":
                    self._drop(1)
                    one += 1
                state = self._branch(state, "new")
                while two < len(new) and new[two][0] == b"!":
                    self._add(new[two][1])
                    two += 1
                state = self._branch(state, "")
            else:
                if state:
                    self._copy_to(where + one - 1)
                    state = self._branch(state, "")
                one += 1
                two += 1
        while two < len(new) and new[two][0] == b"+":
            self._copy_to(where + one - 1)
            state = self._branch(state, "new")
            self._add(new[two][1])
            two += 1
        self._branch(state, "")
        return True

    def finish(self) -> bytes:
        """Return the new contents."""
        self._copy_to(len(self.lines))
        return b"".join(self.out)

    def _copy_to(self, line: int) -> None:
        self.out += self.lines[self.frozen : line]
        self.frozen = max(line, self.frozen)

    def _drop(self, lines: int) -> None:
        if self._ifdef is not None:
            self.out += self.lines[self.frozen : self.frozen + lines]
        self.frozen += lines
        self.grown -= lines

    def _add(self, line: bytes) -> None:
        self.out.append(line)
        self.grown += 1

    def _branch(self, state: str, wanted: str) -> str:
        """Return the state after what -D writes between old and new lines."""
        if self._ifdef is None or state == wanted or (state == "else" and wanted):
            return state
        if not state:
            text = (b"#ifdef " if wanted == "new" else b"#ifndef ") + self._ifdef + b"\n"
        elif not wanted:
            text = b"#endif\n"
        else:
            text, wanted = b"#else\n", "else"
        if self.out and not self.out[-1].endswith(b"\n"):
            text = b"\n" + text
        self.out.append(text)
        return wanted


def similar(one: bytes, two: bytes) -> bool:
    """Tell whether the lines are the same but for how much blank there is between their words and at their ends."""
    return _squeezed(one) == _squeezed(two)


def _squeezed(line: bytes) -> bytes:
    words = line.removesuffix(b"\n").replace(b"\t", b" ").split(b" ")
    joined = b" ".join([words[0], *(word for word in words[1:] if word)])
    return joined if words[0] else b" " + joined.lstrip(b" ")
