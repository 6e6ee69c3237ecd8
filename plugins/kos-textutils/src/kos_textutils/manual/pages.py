"""Where the manual's pages come from: a command's own --help, and a few pages of text. There are no files of pages.

    programs(k)            the names of the machine's commands
    summary(k, name)       one line about a command, b"" if there is none
    page(k, name)          a command's whole page, None if it has none

Only programs of the machine itself are run for it (their file says so), never a script or another file, and each gets
nothing to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

BIN = b"/usr/bin/"
_LONGEST = 1 << 18
SHELL = b"""bash - the machine's shell

Usage: bash [OPTION]... [-c COMMAND | FILE] [ARGUMENT]...

A command line is words; the first names a command. Within a shell:

  help             lists the shell's own commands
  help NAME        explains one of them
  man NAME         explains a program
  man -k WORD      lists the programs whose description has WORD

The language is bash's: pipes (a | b), redirections (> file), variables ($x), loops (for, while), functions, arrays.
"""


def is_program(k: Syscalls, name: bytes) -> bool:
    """Tell whether /usr/bin has a program of the machine by that name."""
    if not name or b"/" in name or name in (b".", b".."):
        return False
    try:
        fd = k.open(BIN + name)
        try:
            return b"KOS\nprogram=" in k.read(fd, 64)
        finally:
            k.close(fd)
    except SysError:
        return False


def programs(k: Syscalls) -> list[bytes]:
    """Return the names of the machine's programs, sorted."""
    return sorted([name for name in k.listdir(BIN) if is_program(k, name)])


def page(k: Syscalls, name: bytes) -> bytes | None:
    """Return a program's page."""
    if name in (b"bash", b"sh"):
        return SHELL if name == b"bash" else SHELL.replace(b"bash - ", b"sh - ", 1)
    if not is_program(k, name):
        return None
    text = _help(k, name)
    return text or None


def _help(k: Syscalls, name: bytes) -> bytes:
    """Return what a program's --help writes."""
    reading, writing = k.pipe()
    child = k.spawn(BIN + name, [name, b"--help"], fds={0: b"", 1: writing, 2: writing})
    k.close(writing)
    parts = []
    size = 0
    while size < _LONGEST and (data := k.read(reading, 65536)):
        parts.append(data)
        size += len(data)
    k.close(reading)
    k.wait(child)
    return b"".join(parts)


def summary(k: Syscalls, name: bytes) -> bytes:
    """Return the first sentence of a program's description."""
    if name in (b"bash", b"sh"):
        return b"the machine's shell"
    for line in _help(k, name).split(b"\n"):
        if line.strip() and not line.startswith((b"Usage:", b"  or:", b"usage:")):
            return line.strip().partition(b". ")[0].rstrip(b".")
    return b""
