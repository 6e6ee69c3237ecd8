"""The FILE operands of a filter, opened one after another; one that can't be opened is complained of and passed over.

    inputs = Inputs(k, files)
    for name in inputs.names:
        fd = inputs.open(name)
        if fd is None: continue
        try: ...read...
        except SysError as error: inputs.failed(name, error)
        finally: inputs.close(fd)
    return inputs.status

"-" and no operands at all mean standard input, which is never closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import SysError
from .complaints import cause, complain
from .messages import quotef

if TYPE_CHECKING:
    from ..syscalls import Syscalls


class Inputs:
    """names: what to read. status: 0, or `trouble` once something couldn't be read."""

    __slots__ = ("k", "names", "status", "trouble")

    def __init__(self, k: Syscalls, files: list[bytes], *, trouble: int = 1) -> None:
        self.k = k
        self.names = files or [b"-"]
        self.status = 0
        self.trouble = trouble

    def open(self, name: bytes) -> int | None:
        """Return a descriptor to read from, or None after complaining."""
        if name == b"-":
            return 0
        try:
            return self.k.open(name)
        except SysError as error:
            self.failed(name, error)
            return None

    def failed(self, name: bytes, error: SysError) -> None:
        """Complain "NAME: reason" and remember that."""
        complain(self.k, quotef(name) + b": " + cause(error))
        self.status = self.trouble

    def close(self, fd: int) -> None:
        """Close what open() returned, unless it's standard input."""
        if fd:
            self.k.close(fd)
