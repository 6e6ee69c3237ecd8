"""Reading /proc: small files, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError, read_whole

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


def fields(text: bytes) -> dict[bytes, bytes]:
    """Return the entries of a file of "Name: value" lines."""
    result = {}
    for line in text.splitlines():
        name, colon, value = line.partition(b":")
        if colon:
            result[name.strip()] = value.strip()
    return result


def first_number(k: Syscalls, path: bytes, default: float) -> float:
    """Return the number that a file begins with, or the default if it can't be read."""
    try:
        return float(read_whole(k, path).split()[0])
    except (SysError, ValueError, IndexError):
        return default


def pid_width(k: Syscalls) -> int:
    """Return how wide the widest pid is, at least 5."""
    return max(5, len(str(int(first_number(k, b"/proc/sys/kernel/pid_max", 32768)) - 1)))
