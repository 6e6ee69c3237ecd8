"""Reading /proc: small files, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


def read_text(k: Syscalls, path: bytes) -> bytes:
    """Return what a small file holds. Raises what open and read raise."""
    fd = k.open(path)
    try:
        parts = []
        while data := k.read(fd, 65536):
            parts.append(data)
        return b"".join(parts)
    finally:
        k.close(fd)


def fields(text: bytes) -> dict[bytes, bytes]:
    """Return the entries of a file of "Name: value" lines."""
    result = {}
    for line in text.splitlines():
        name, colon, value = line.partition(b":")
        if colon:
            result[name] = value.strip()
    return result
