"""Scripts as `diff -e` writes them: a, c, d with line numbers, and `s/.//` for a line that was a lone dot.

A script may hold nothing else: other commands of ed could write files and run programs.
"""

from __future__ import annotations

import re

from .formats import Source
from .options import Fatal

_COMMAND = re.compile(rb"(\d{1,18})(?:,(\d{1,18}))?([acd])\r?\n?")
_SUBSTITUTE = re.compile(rb"(\d{0,18})s/\.//(a?)\r?\n?")


def run_script(source: Source, lines: list[bytes] | None) -> list[bytes] | None:
    """Return the lines after the script that begins at source.at; None if there are none to work on (it is passed over)."""
    here = 0
    while True:
        line = source.peek()
        found = _COMMAND.fullmatch(line)
        undotted = None if found else _SUBSTITUTE.fullmatch(line)
        if found is None and undotted is None:
            break
        source.at += 1
        if undotted is not None:
            if lines is not None:
                here = int(undotted[1] or here)
                if not (1 <= here <= len(lines)):
                    raise Fatal(b"ed FAILED")
                lines[here - 1] = lines[here - 1].replace(b".", b"", 1)
            if undotted[2]:
                lines, here = _insert(source, lines, here)
            continue
        assert found is not None
        first, last = int(found[1]), int(found[2] or found[1])
        if lines is not None:
            lowest = 0 if found[3] == b"a" else 1
            if not (lowest <= first <= last <= len(lines)):
                raise Fatal(b"ed FAILED")
            if found[3] != b"a":
                del lines[first - 1 : last]
                last = first - 1
        here = last
        if found[3] != b"d":
            lines, here = _insert(source, lines, last)
    return lines


def _insert(source: Source, lines: list[bytes] | None, place: int) -> tuple[list[bytes] | None, int]:
    """Return the lines with the text up to a lone dot inserted behind `place`, and the number of its last line."""
    fresh: list[bytes] = []
    while (text := source.take()) and text not in (b".\n", b".\r\n"):
        fresh.append(text)
    if lines is not None:
        lines[place:place] = fresh
    return lines, place + len(fresh)
