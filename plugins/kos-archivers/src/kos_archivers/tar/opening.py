"""Opening an archive: standard input or output, a file, through a (de)compressor.

When an archive is read its first bytes tell the compression; when one is made, an option or with -a its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import O_CREAT, O_RDWR, O_TRUNC, O_WRONLY, SIG_IGN, SIGPIPE, BrokenPipe, SysError, cause

from ..compress import codecs
from ..compress.codecs import CodecError, Feed
from ..compress.files import work
from .headers import BLOCK, checksum_fits
from .run import Fatal
from .source import Source, codec_words, reap

if TYPE_CHECKING:
    from ..compress.codecs import ReaderLike, WriterLike
    from .run import Tar

_MAGIC = (
    (b"\x1f\x8b", "gzip"), (b"\x1f\x9d", "compress"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"),
    (b"]\0\0\x80", "lzma"), (b"\x28\xb5\x2f\xfd", "zstd"),
)  # fmt: skip
_OPTION = {"gzip": b"-z", "compress": b"-Z", "bzip2": b"-j", "xz": b"-J", "lzma": b"--lzma", "zstd": b"--zstd"}
_SUFFIXES = {
    b"gz": "gzip", b"tgz": "gzip", b"taz": "gzip", b"Z": "compress", b"taZ": "compress", b"bz2": "bzip2", b"tz2": "bzip2",
    b"tbz2": "bzip2", b"tbz": "bzip2", b"lzma": "lzma", b"tlz": "lzma", b"xz": "xz", b"txz": "xz", b"zst": "zstd", b"tzst": "zstd",
}  # fmt: skip


def by_suffix(name: bytes) -> str:
    """Return the compression that a name ends in, "" for none."""
    base = name.rpartition(b"/")[2]
    stem, dot, suffix = base.rpartition(b".")
    return _SUFFIXES.get(suffix, "") if stem and dot else ""


def reader_for(kind: str, feed: Feed) -> ReaderLike:
    """Return what undoes a compression. Raises CodecError if there's no library for it."""
    if kind == "gzip":
        from ..compress.gzipformat import GzipReader

        return GzipReader(feed)
    if kind == "compress":
        from ..compress.lzw import LzwReader

        return LzwReader(feed)
    if kind == "bzip2":
        return codecs.Bzip2Reader(feed)
    if kind == "zstd":
        return codecs.ZstdReader(feed)
    return codecs.XzReader(feed, kind)


def writer_for(tar: Tar, kind: str) -> WriterLike:
    """Return what compresses. Raises CodecError if there's no library for it."""
    if kind == "gzip":
        from ..compress.gzipformat import GzipWriter

        return GzipWriter()
    if kind == "bzip2":
        return codecs.Bzip2Writer(tar.k)
    if kind == "zstd":
        return codecs.ZstdWriter(tar.k)
    return codecs.XzWriter(tar.k, form=kind)


def archive_name(tar: Tar) -> bytes:
    """Return what -f says, or TAPE, or standard input and output."""
    return tar.o.file[-1] if tar.o.file else tar.k.env.get(b"TAPE", b"-")


def open_source(tar: Tar, *, plain: bool = False) -> Source:
    """Open an archive for reading. plain: it may not be compressed (it is to be changed in place). Raises Fatal."""
    k = tar.k
    name = archive_name(tar)
    fd = 0
    if name != b"-":
        try:
            fd = k.open(name, O_RDWR if plain else 0)
        except SysError as error:
            raise Fatal(b"%s: Cannot open: %s" % (tar.shown(name), cause(error))) from None
    elif k.isatty(0):
        raise Fatal(b"Refusing to read archive contents from terminal (missing -f option?)")
    if tar.o.program is not None:
        read_end, write_end = k.pipe(cloexec=True)
        child = started(tar, [*tar.o.program.split(), b"-d"], {0: fd, 1: write_end, 2: 2})
        k.close(write_end)
        source = Source(tar, read_end, None, "")
        source.child = child
        return source
    kind: str = tar.o.compress[-1] if tar.o.compress else ""
    if kind:
        try:
            return Source(tar, fd, reader_for(kind, Feed(k, fd)), kind)
        except CodecError as problem:
            return _unreadable(tar, kind, problem)
    try:
        head = _head(tar, fd)
    except SysError as error:
        if fd == 0:
            raise Fatal(b"%s: Cannot read: %s" % (tar.shown(name), cause(error))) from None
        tar.error(b"%s: Cannot read: %s" % (tar.shown(name), cause(error)))
        tar.say(b"At beginning of tape, quitting now")
        raise Fatal from None
    short = len(head) < BLOCK
    if not short and checksum_fits(head[:BLOCK]):
        return Source(tar, fd, None, "", head)
    for magic, found in _MAGIC:
        if head.startswith(magic):
            if plain:
                raise Fatal(b"Cannot update compressed archives")
            if name == b"-":
                raise Fatal(b"Archive is compressed. Use %s option" % _OPTION[found])
            kind = found
            break
    else:
        if short:
            tar.error(b"This does not look like a tar archive")
        kind = by_suffix(name) if name != b"-" and tar.o.auto is not False and not plain else ""
        if not kind:
            return Source(tar, fd, None, "", head)
    try:
        return Source(tar, fd, reader_for(kind, Feed(k, fd, head)), kind)
    except CodecError as problem:
        return _unreadable(tar, kind, problem)


def started(tar: Tar, argv: list[bytes], fds: dict[int, int]) -> int:
    """Start the program of -I and return its pid. Raises Fatal if there is none."""
    from ..compress.through import start

    try:
        return start(tar.k, argv, fds)
    except SysError as error:
        tar.say(b"%s: Cannot exec: %s" % (tar.shown(argv[0]), cause(error)))
        tar.say(b"Error is not recoverable: exiting now")
        tar.say(b"Child returned status 2")
        raise Fatal from None


def _head(tar: Tar, fd: int) -> bytes:
    head = b""
    while len(head) < BLOCK:
        data = tar.k.read(fd)
        if not data:
            break
        head += data
    return head


def _unreadable(tar: Tar, kind: str, problem: CodecError) -> Source:
    tar.k.write(2, codec_words(kind, problem) + b"\n")
    tar.say(b"Child returned status 1")
    raise Fatal


class Sink:
    """An archive that is written: records of a fixed size, the last one filled with zeros.

    written: bytes of the archive before compression. packer: what compresses, or None.
    """

    def __init__(self, tar: Tar, fd: int, packer: WriterLike | None, name: bytes, written: int = 0) -> None:
        self._tar = tar
        self.fd = fd
        self._packer = packer
        self._name = name
        self._parts: list[bytes] = []
        self._held = 0
        self.written = written
        self._records = 0
        self.child = 0  # a program that the archive goes through

    def write(self, data: bytes) -> None:
        """Take data. Raises Fatal if writing fails."""
        self._parts.append(data)
        self._held += len(data)
        self.written += len(data)
        if self._held >= 1 << 16:
            self._flush()
        step = self._tar.checkpoint_bytes
        if step and self.written // step > self._records:
            while self._records < self.written // step:
                self._records += 1
                self._tar.say(b"Write checkpoint %d" % (self._records * step // self._tar.record_size))

    def _flush(self) -> None:
        data = b"".join(self._parts)
        self._parts.clear()
        self._held = 0
        if self._packer is not None:
            self._tar.k.tick(work(len(data)))
            data = self._packer.compress(data)
        self._out(data)

    def _out(self, data: bytes) -> None:
        k, tar = self._tar.k, self._tar
        try:
            while data:
                data = data[k.write(self.fd, data) :]
        except BrokenPipe as error:
            raise Fatal(b"%s: Cannot write: %s" % (tar.shown(self._name), cause(error))) from None
        except SysError as error:
            raise Fatal(b"%s: Cannot write: %s" % (tar.shown(self._name), cause(error))) from None

    def finish(self) -> None:
        """Write two blocks of zeros, fill the record, and what the compressor holds."""
        end = self.written + 2 * BLOCK
        self.write(bytes(2 * BLOCK + -end % self._tar.record_size))
        self._flush()
        if self._packer is not None:
            self._out(self._packer.finish())
        if self.child:
            self._tar.k.close(self.fd)
            reap(self._tar, self.child)


def open_sink(tar: Tar) -> Sink:
    """Open an archive for writing anew. Raises Fatal."""
    k = tar.k
    name = archive_name(tar)
    kind: str = tar.o.compress[-1] if tar.o.compress else by_suffix(name) if tar.o.auto else ""
    if kind == "compress":
        raise Fatal(b"compress: Cannot exec: No such file or directory")
    try:
        packer = writer_for(tar, kind) if kind else None
    except CodecError as problem:
        _unreadable(tar, kind, problem)
        raise
    if tar.o.program is not None:
        return through_program(tar, name)
    if name == b"-":
        if k.isatty(1):
            raise Fatal(b"Refusing to write archive contents to terminal (missing -f option?)")
        return Sink(tar, 1, packer, name)
    try:
        return Sink(tar, k.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666), packer, name)
    except SysError as error:
        raise Fatal(b"%s: Cannot open: %s" % (tar.shown(name), cause(error))) from None


def through_program(tar: Tar, name: bytes) -> Sink:
    """Open an archive for writing through the program of -I. Raises Fatal."""
    k = tar.k
    try:
        fd = 1 if name == b"-" else k.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    except SysError as error:
        raise Fatal(b"%s: Cannot open: %s" % (tar.shown(name), cause(error))) from None
    k.sigaction(SIGPIPE, SIG_IGN)
    read_end, write_end = k.pipe(cloexec=True)
    child = started(tar, [b"sh", b"-c", tar.o.program], {0: read_end, 1: fd, 2: 2})
    k.close(read_end)
    if fd != 1:
        k.close(fd)
    sink = Sink(tar, write_end, None, name)
    sink.child = child
    return sink
