"""A file as diff sees it: its lines without their newlines, and the rules by which two lines count as equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

_SPACE = b" \t\n\v\f\r"


@dataclass(slots=True)
class Side:
    """One of two files. incomplete: its last line has no newline."""

    lines: list[bytes]
    incomplete: bool = False

    @staticmethod
    def of(data: bytes, *, strip_cr: bool = False) -> Side:
        """Return a file's content cut into lines."""
        if not data:
            return Side([])
        lines = data.split(b"\n")
        incomplete = bool(lines[-1])
        if not incomplete:
            lines.pop()
        if strip_cr:
            last = lines.pop() if incomplete else None
            lines = [line.removesuffix(b"\r") for line in lines]
            if last is not None:
                lines.append(last)
        return Side(lines, incomplete)


@dataclass(slots=True)
class Rules:
    """What doesn't count when lines are compared.

    white: "" everything counts, "E" tabs as the spaces they stand for, "Z" not at the end, "EZ" both, "b" runs of white space are
    one, "w" none. robust: a missing newline at the end counts (in all formats that can show it).
    """

    white: str = ""
    ignore_case: bool = False
    tab_size: int = 8
    robust: bool = True
    key: Callable[[bytes], bytes] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.key = self._key()

    @property
    def strict_end(self) -> bool:
        """Whether a line without newline differs from the same line with one."""
        return self.white in ("", "E")

    def _key(self) -> Callable[[bytes], bytes] | None:
        """Return what makes of a line that by which it's compared, or None if that's the line itself."""
        fold = bytes.lower if self.ignore_case else None
        plain: Callable[[bytes], bytes]
        if self.white == "":
            return fold
        if self.white == "w":
            plain = lambda line: line.translate(None, _SPACE)  # noqa: E731
        elif self.white == "b":
            plain = _squeezed
        elif self.white in ("Z", "EZ"):
            # GNU compares lines that differ in tabs and blanks byte by byte once -Z is given, so -E has no say beside it.
            plain = lambda line: line.rstrip(_SPACE)  # noqa: E731
        else:
            plain = lambda line: expanded(line, self.tab_size)  # noqa: E731
        if fold is None:
            return plain
        return lambda line: plain(line).lower()


def _squeezed(line: bytes) -> bytes:
    """Return the line with each run of white space as one space, and none at the end."""
    joined = b" ".join(line.split())
    return b" " + joined if line[:1].isspace() and joined else joined


def expanded(line: bytes, tab_size: int) -> bytes:
    """Return the line with its tabs as spaces; \\b goes back a column and \\r to the first."""
    if b"\t" not in line:
        return line
    if b"\b" not in line and b"\r" not in line:
        return b"".join(_filled(line.split(b"\t"), tab_size))
    out = bytearray()
    column = 0
    for char in line:
        if char == 9:
            width = tab_size - column % tab_size
            out += b" " * width
            column += width
            continue
        out.append(char)
        if char == 8:
            column -= column > 0
        elif char == 13:
            column = 0
        else:
            column += 1
    return bytes(out)


def _filled(parts: list[bytes], tab_size: int) -> list[bytes]:
    out = [part + b" " * (tab_size - len(part) % tab_size) for part in parts[:-1]]
    out.append(parts[-1])
    return out
