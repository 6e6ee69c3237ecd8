"""p, n, l and z: lines as ed shows them. l leaves no doubt what a line holds: octal for what can't be printed, $ at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .session import Session

_NAMED = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 0x5C: b"\\\\", 0x24: b"\\$"}
_SHOWN = [_NAMED.get(byte) or (b"%c" % byte if 32 <= byte < 127 else b"\\%03o" % byte) for byte in range(256)]


def print_lines(session: Session, first: int, last: int, flags: bytes) -> None:
    """Print lines the way that the flags (of p, l, n) say; the last of them becomes the current one."""
    buffer = session.buffer
    for address in range(first, last + 1):
        line = buffer.lines[address - 1].text
        if b"n" in flags:
            session.say(b"%d\t" % address)
        session.say(
            (
                unambiguous(line, session.columns, len(b"%d\t" % address) + 7 & ~7 if b"n" in flags else 0)
                if b"l" in flags
                else line
            )
            + b"\n"
        )
        session.k.tick()
    buffer.current = last


def unambiguous(line: bytes, columns: int, used: int) -> bytes:
    """Return a line as `l` shows it, folded behind backslashes at the width of the window."""
    parts = []
    for byte in line:
        shown = _SHOWN[byte]
        used += len(shown)
        if used >= columns:
            parts.append(b"\\\n")
            used = len(shown)
        parts.append(shown)
    return b"".join(parts) + b"$"
