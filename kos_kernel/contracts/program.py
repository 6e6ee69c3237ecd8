"""The contract of a program and of a kind of executable file.

A program is a plain blocking function `main(k, argv) -> int | None`. A binary format looks at a file's first bytes and says
what runs it: a function in this process, or another file with other arguments (as `#!` does).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from ..syscalls import Syscalls

Main = Callable[["Syscalls", list[bytes]], "int | None"]


class Image(NamedTuple):
    """What exec found out: run `main` with `argv`. name: for ps (comm); a script that led here gives its own instead."""

    main: Main
    argv: list[bytes]
    name: bytes


class Redirect(NamedTuple):
    """Run another file instead, with these arguments (the interpreter of a script)."""

    path: bytes
    argv: list[bytes]


class BinaryFormat(Protocol):
    """A kind of executable file."""

    def load(self, head: bytes, path: bytes, argv: list[bytes], programs: ProgramTable) -> Image | Redirect | None:
        """Return what to run, or None if this isn't a file of this kind. head: its first 256 bytes.

        Raises NoExec when it is one but broken.
        """
        ...


class ProgramTable(Protocol):
    """The announced programs of a platform."""

    def load(self, name: str) -> Main:
        """Return the function of a program, importing its module now. Raises NoSuchFile if none is announced."""
        ...
