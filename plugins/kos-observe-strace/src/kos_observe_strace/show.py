"""How strace shows values: strings in C's notation, flags by name, paths in quotes."""

from __future__ import annotations

from typing import Any

from kos_kernel.api import (
    O_ACCMODE,
    O_APPEND,
    O_CLOEXEC,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOFOLLOW,
    O_NONBLOCK,
    O_PATH,
    O_TRUNC,
    SIGNAL_NAMES,
    WEXITSTATUS,
    WIFEXITED,
    WIFSIGNALED,
    WTERMSIG,
)

_OPEN_FLAGS = (
    (O_CREAT, "O_CREAT"), (O_EXCL, "O_EXCL"), (O_TRUNC, "O_TRUNC"), (O_APPEND, "O_APPEND"), (O_NONBLOCK, "O_NONBLOCK"),
    (O_DIRECTORY, "O_DIRECTORY"), (O_NOFOLLOW, "O_NOFOLLOW"), (O_CLOEXEC, "O_CLOEXEC"), (O_PATH, "O_PATH"),
)  # fmt: skip
_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def string(data: bytes | bytearray | memoryview, width: int) -> str:
    """Return bytes in quotes, C's escapes, cut to `width` with dots."""
    raw = bytes(data[: width + 1])
    cut = len(raw) > width
    text = []
    shown = raw[:width]
    for place, byte in enumerate(shown):
        escape = _ESCAPES.get(byte)
        if escape is not None:
            text.append(escape)
        elif 32 <= byte < 127:
            text.append(chr(byte))
        else:
            digit_follows = place + 1 < len(shown) and 48 <= shown[place + 1] <= 57
            text.append(f"\\{byte:03o}" if digit_follows else f"\\{byte:o}")
    return '"' + "".join(text) + '"' + ("..." if cut else "")


def signal_name(signum: int) -> str:
    """Return SIGTERM for 15."""
    return f"SIG{SIGNAL_NAMES[signum - 1]}" if 0 < signum <= len(SIGNAL_NAMES) else f"SIGRT_{signum}"


def open_flags(flags: int) -> str:
    """Return open's flags by name."""
    words = [("O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE")[flags & O_ACCMODE]]
    rest = flags & ~O_ACCMODE
    for bit, name in _OPEN_FLAGS:
        if rest & bit == bit:
            words.append(name)
            rest &= ~bit
    if rest:
        words.append(hex(rest))
    return "|".join(words)


def wait_status(status: int) -> str:
    """Return a wait status as strace shows it."""
    if WIFEXITED(status):
        return f"[{{WIFEXITED(s) && WEXITSTATUS(s) == {WEXITSTATUS(status)}}}]"
    if WIFSIGNALED(status):
        return f"[{{WIFSIGNALED(s) && WTERMSIG(s) == {signal_name(WTERMSIG(status))}}}]"
    return f"[{status:#x}]"


def argument(call: str, place: int, value: Any, width: int) -> str:
    """Return one argument of a call."""
    if call == "open" and place == 1 and isinstance(value, int):
        return open_flags(value)
    if (
        call in ("open", "mkdir", "chmod", "fchmod", "umask", "mknod")
        and isinstance(value, int)
        and (place or call == "umask")
    ):
        return f"0{value:o}" if value else "0"  # as C writes it
    if call == "kill" and place == 1:
        return signal_name(value)
    if call == "sigaction":
        if place == 0:
            return signal_name(value)
        return {0: "SIG_DFL", 1: "SIG_IGN"}.get(value, "HANDLER") if isinstance(value, int) else "HANDLER"
    return value_of(value, width)


def value_of(value: Any, width: int) -> str:
    """Return any value, without addresses: what is printed is the same in every run."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return string(value, width)
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, str)):
        return str(value)
    fields = getattr(value, "_fields", None)
    if fields is not None:
        return (
            "{" + ", ".join(f"{name}={value_of(item, width)}" for name, item in zip(fields, value, strict=True)) + "}"
        )
    if isinstance(value, (list, tuple)):
        shown = ", ".join(value_of(item, width) for item in value[:32])
        return f"[{shown}{', ...' if len(value) > 32 else ''}]"
    if isinstance(value, (set, frozenset)):
        return "[" + " ".join(value_of(item, width) for item in sorted(value)) + "]"
    if isinstance(value, dict):
        return f"{{... {len(value)} entries}}"
    if callable(value):
        return getattr(value, "__qualname__", "FUNCTION").rpartition(".")[2]
    return type(value).__name__
