"""Running another command on what a compressed file unfolds to: the heart of zgrep and zdiff.

start(k, argv, fds)        the command, found along PATH; returns its pid
unfold(k, name, fd)        write what a file unfolds to into a pipe; 0, or 1 after complaining
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kos_kernel.api import SIG_IGN, SIGPIPE, BrokenPipe, NoSuchFile, NotADirectory, SysError, cause

from .codecs import Bzip2Reader, CodecError, Feed, PlainReader, XzReader, ZstdReader
from .files import work
from .gzipformat import GzipReader
from .lzw import LzwReader

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .codecs import ReaderLike

WORDS = {
    "format": b"not in gzip format",
    "eof": b"unexpected end of file",
    "missing": b"not available: this Python has no zstd; install kos-archivers[zstd]",
    "memory": b"needs too much memory",
}


def start(k: Syscalls, argv: list[bytes], fds: Mapping[int, int]) -> int:
    """Start a command and return its pid. Raises SysError if there is none."""
    for folder in k.env.get(b"PATH", b"/bin:/usr/bin").split(b":"):
        try:
            return k.spawn((folder or b".") + b"/" + argv[0], argv, fds=fds)
        except (NoSuchFile, NotADirectory):
            continue
    raise NoSuchFile(argv[0])


def reader_of(feed: Feed) -> ReaderLike:
    """Return what unfolds data, by their first bytes; anything unknown comes as it is."""
    head = feed.peek(6)
    if head[:2] == b"\x1f\x8b":
        return GzipReader(feed)
    if head[:2] == b"\x1f\x9d":
        return LzwReader(feed)
    if head[:3] == b"BZh":
        return Bzip2Reader(feed)
    if head == b"\xfd7zXZ\0":
        return XzReader(feed)
    if head[:4] == b"\x28\xb5\x2f\xfd":
        return ZstdReader(feed)
    return PlainReader(feed)


def unfold(k: Syscalls, name: bytes, fd: int) -> int:
    """Write what a file unfolds to into a pipe; return 0, or 1 after complaining. A reader that is gone is no error."""
    k.sigaction(SIGPIPE, SIG_IGN)
    try:
        source = 0 if name == b"-" else k.open(name)
    except SysError as error:
        k.write(2, b"gzip: %s: %s\n" % (name, cause(error)))
        return 1
    try:
        reader = reader_of(Feed(k, source))
        while data := reader.read():
            k.tick(work(len(data)))
            while data:
                data = data[k.write(fd, data) :]
    except BrokenPipe:
        return 0
    except CodecError as problem:
        word = WORDS.get(problem.kind, b"invalid compressed data")
        k.write(2, b"\ngzip: %s: %s\n" % (name, word))
        return 1
    except SysError as error:
        k.write(2, b"gzip: %s: %s\n" % (name, cause(error)))
        return 1
    finally:
        if source:
            k.close(source)
    return 0


def exit_status(status: int) -> int:
    """Return a wait status as a shell has it."""
    return status >> 8 if status & 127 == 0 else 128 + (status & 127)
