"""Makes a script that differs small: lines go, then pieces of lines, as long as bash still takes it and still does something else."""

from __future__ import annotations

import re
from collections.abc import Callable

_PIECE = re.compile(r"[})] & wait.*|\s*(?:\"[^\"]*\"|'[^']*'|[^\s;]+|;+)")


def reduced(statements: list[str], differs: Callable[[list[str]], bool], tries: int = 250) -> list[str]:
    """Return a smaller script for which differs still holds."""
    left = tries

    def check(parts: list[str]) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and differs(parts)

    statements = _drop(statements, check)
    lines = _drop("\n".join(statements).split("\n"), check)
    for number in range(len(lines)):
        before, after = lines[:number], lines[number + 1 :]

        def with_line(pieces: list[str], before: list[str] = before, after: list[str] = after) -> bool:
            return check([*before, "".join(pieces), *after])

        lines[number] = "".join(_drop(_PIECE.findall(lines[number]), with_line))
    return lines


def _drop(parts: list[str], check: Callable[[list[str]], bool]) -> list[str]:
    """Return the parts without those that aren't needed, big chunks first."""
    size = max(1, len(parts) // 2)
    while True:
        at = 0
        while at < len(parts):
            fewer = parts[:at] + parts[at + size :]
            if fewer and check(fewer):
                parts = fewer
            else:
                at += size
        if size == 1:
            return parts
        size //= 2
