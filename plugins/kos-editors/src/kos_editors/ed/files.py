"""Files and commands as ed reads and writes them: sizes told, a missing last newline told and made good.

A file with a NUL in it is binary: its missing newline stays missing when it is written again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_APPEND,
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    SIG_DFL,
    SIG_IGN,
    SIGINT,
    SIGQUIT,
    FileTooLarge,
    Interrupted,
    NoSpace,
    QuotaExceeded,
    SysError,
    cause,
    read_whole,
)

from .buffer import Line
from .errors import EdError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .buffer import Buffer

_PIECE = 4096  # lines joined for one write
FULL = (NoSpace, FileTooLarge, QuotaExceeded)  # the disk, not the name, is what is wrong


def read_lines(k: Syscalls, buffer: Buffer, name: bytes, after: int, *, strip_cr: bool) -> tuple[int, bytes]:
    """Put a file's lines behind a line; return (bytes read, what to tell of a missing newline).

    name: a file's, or "!command" for what that writes. Raises SysError; EdError if the command can't be run.
    """
    data = output_of(k, name[1:]) if name.startswith(b"!") else read_whole(k, name)
    k.charge(len(data))
    try:
        size = len(data)
        if b"\0" in data:
            buffer.binary = True
        pieces = data.split(b"\n")
        added = bool(pieces[-1])
        if not added:
            pieces.pop()
        if strip_cr:
            pieces = [piece.removesuffix(b"\r") for piece in pieces]
        at_end = after == buffer.last
        told = b"Newline appended\n" if added and not (at_end and buffer.binary) else b""
        if at_end and size and after and buffer.lines[-1] is buffer.unterminated:
            told = b"Newline inserted\n" if buffer.binary else told
        if pieces:
            buffer.replace(after + 1, after, [Line(piece) for piece in pieces])
            buffer.current = after + len(pieces)
        if at_end and size:
            buffer.unterminated = buffer.lines[-1] if added else None
    finally:
        k.charge(-len(data))
    return size + (added and not buffer.binary), told


def write_lines(k: Syscalls, buffer: Buffer, name: bytes, first: int, last: int, *, append: bool) -> int:
    """Write lines to a file, or to a command's standard input ("!command"); return how many bytes. Raises SysError."""
    if name.startswith(b"!"):
        reader, fd = k.pipe(cloexec=True)
        pid = k.spawn(b"/bin/sh", [b"sh", b"-c", name[1:]], dict(k.env), fds={0: reader, 1: 1, 2: 2})
        k.close(reader)
        try:
            return _write_to(k, fd, buffer, first, last)
        finally:
            k.close(fd)
            _wait(k, pid)
    fd = k.open(name, O_WRONLY | O_CREAT | (O_APPEND if append else O_TRUNC), 0o666)
    try:
        return _write_to(k, fd, buffer, first, last)
    finally:
        k.close(fd)


def _write_to(k: Syscalls, fd: int, buffer: Buffer, first: int, last: int) -> int:
    size = 0
    lines = buffer.lines
    for at in range(first - 1, last, _PIECE) if first else ():
        upto = min(at + _PIECE, last)
        data = b"".join([line.text + b"\n" for line in lines[at:upto]])
        if upto == buffer.last and buffer.binary and lines[-1] is buffer.unterminated:
            data = data[:-1]
        size += len(data)
        while data:
            try:
                data = data[k.write(fd, data) :]
            except Interrupted:
                continue
    return size


def output_of(k: Syscalls, command: bytes) -> bytes:
    """Return what a command of the shell writes."""
    fd, writer = k.pipe(cloexec=True)
    pid = k.spawn(b"/bin/sh", [b"sh", b"-c", command], dict(k.env), fds={0: 0, 1: writer, 2: 2})
    k.close(writer)
    parts: list[bytes] = []
    held = 0
    try:
        while True:
            try:
                data = k.read(fd, 1 << 16)
            except Interrupted:
                continue
            if not data:
                return b"".join(parts)
            k.charge(len(data))
            held += len(data)
            parts.append(data)
    finally:
        k.charge(-held)
        k.close(fd)
        _wait(k, pid)


def run_shell(k: Syscalls, command: bytes) -> None:
    """Run a command of the shell on our own descriptors; as in system(3), the keyboard's signals are the command's alone."""
    kept = [(signum, k.sigaction(signum, SIG_IGN)) for signum in (SIGINT, SIGQUIT)]
    try:
        pid = k.spawn(b"/bin/sh", [b"sh", b"-c", command], dict(k.env), sigdefault=(SIGINT, SIGQUIT))
        _wait(k, pid)
    except SysError as error:
        raise EdError(b"Can't create shell process: " + cause(error)) from None
    finally:
        for signum, handler in kept:
            k.sigaction(signum, handler if handler is not None else SIG_DFL)


def _wait(k: Syscalls, pid: int) -> None:
    while True:
        try:
            k.wait(pid)
            return
        except Interrupted:
            continue
