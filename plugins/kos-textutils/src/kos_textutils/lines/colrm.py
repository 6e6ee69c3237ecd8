"""colrm: lines without some of their columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import Command, Reader, Writer, complain, is_utf8, parsed

from ..about import ABOUT, heed
from ..width import char_width, decoded, encoded

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

COLRM = Command(
    "colrm",
    usage="[STARTCOL [ENDCOL]]",
    summary="Filter out the specified columns. Reads standard input and writes to standard output.",
    options=[*ABOUT],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the lines of standard input without the columns from the first up to the second number."""
    opts, words = parsed(k, COLRM, argv)
    heed(COLRM, opts)
    numbers: list[int] = []
    for word in words[:2]:
        if not re.fullmatch(rb"\s*\+?[0-9]{1,18}", word):
            complain(k, (b"first argument: '%s'" if not numbers else b"second argument: '%s'") % word)
            return 1
        numbers.append(int(word))
    first = numbers[0] if numbers else 0
    last = numbers[1] if len(numbers) > 1 else 0
    utf8 = is_utf8(k.env)
    out = Writer(k)
    reader = Reader(k, 0, tied=out)
    while block := reader.block():
        if not first:
            out.write(block)
            continue
        for line in block.splitlines(keepends=True):
            out.write(encoded(_without(decoded(line, utf8), first, last)))
        k.tick(8)
    out.flush()
    return 0


def _without(line: str, first: int, last: int) -> str:
    """Return a line without its columns from first to last (0: the end). A tab goes to the next multiple of eight."""
    body = line.rstrip("\n")
    if body.isascii() and not any(char in body for char in "\t\b"):
        return (
            body[: first - 1]
            + (body[last:] if last and last >= first else "" if not last else body[first - 1 :])
            + line[len(body) :]
        )
    kept: list[str] = []
    column = at = 0
    while at < len(body):  # what stands before the first column
        after = _moved(column, body[at])
        if after >= first:
            if body[at] == "\t":
                kept.append(" " * (first - 1 - column))
            break
        kept.append(body[at])
        column = after
        at += 1
    while at < len(body) and (not last or column < last):
        after = _moved(column, body[at])
        if last and after > last and body[at] != "\t":
            break
        column = after
        at += 1
    return "".join(kept) + body[at:] + line[len(body) :]


def _moved(column: int, char: str) -> int:
    """Return the column behind a character."""
    if char == "\t":
        return (column + 8) & ~7
    if char == "\b":
        return max(column - 1, 0)
    return column + char_width(char)
