"""An archive that is read: blocks of 512 bytes, from a file or through a decompressor. What isn't a whole block at the end is dropped.

source = Source(tar, fd, reader)
source.block()       the next block, None at the end         source.data(n)   some of the next n bytes, b"" at the end
source.skip(n)       pass over a member's data: seeking where the archive can
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, SEEK_CUR, SysError, cause

from ..compress.codecs import CodecError
from ..compress.files import work
from ..compress.through import exit_status
from .headers import BLOCK
from .run import Fatal

if TYPE_CHECKING:
    from ..compress.codecs import ReaderLike
    from .run import Tar

_WORDS = {
    "gzip": {
        "format": b"\ngzip: stdin: not in gzip format",
        "eof": b"\ngzip: stdin: unexpected end of file",
        "crc": b"\ngzip: stdin: invalid compressed data--crc error",
        "both": b"\ngzip: stdin: invalid compressed data--crc error\n\ngzip: stdin: invalid compressed data--length error",
        "length": b"\ngzip: stdin: invalid compressed data--length error",
        "": b"\ngzip: stdin: invalid compressed data--format violated",
    },
    "bzip2": {
        "format": b"bzip2: (stdin) is not a bzip2 file.",
        "eof": b"\nbzip2: Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows.\n"
        b"bzip2: Inappropriate ioctl for device\n\tInput file = (stdin), output file = (stdout)\n",
        "": b"\nbzip2: Data integrity error when decompressing.\n\tInput file = (stdin), output file = (stdout)\n",
    },
    "xz": {
        "format": b"xz: (stdin): File format not recognized",
        "eof": b"xz: (stdin): Unexpected end of input",
        "memory": b"xz: (stdin): Memory usage limit reached",
        "": b"xz: (stdin): Compressed data is corrupt",
    },
    "zstd": {
        "format": b"zstd: /*stdin*\\: unsupported format ",
        "eof": b"/*stdin*\\ : Read error (39) : premature end ",
        "missing": b"zstd: not available: this Python has no zstd; install kos-archivers[zstd]",
        "": b"/*stdin*\\ : Decoding error (36) : Data corruption detected ",
    },
    "compress": {"": b"\ngzip: stdin: corrupt input."},
}


def reap(tar: Tar, child: int) -> None:
    """Wait for a program that an archive goes through. Raises Fatal if it failed."""
    ended = tar.k.wait(child)
    status = exit_status(ended[1]) if ended is not None else 0
    if status > 128:
        tar.say(b"Child died with signal %d" % (status - 128))
    elif status:
        tar.say(b"Child returned status %d" % status)
    if status:
        raise Fatal


def codec_words(kind: str, problem: CodecError) -> bytes:
    """Return what the program of a compression would say."""
    words = _WORDS["xz" if kind == "lzma" else kind]
    return words.get(problem.kind, words[""])


class Source:
    """compression: the name of what the reader undoes, "" for nothing. blocks: how many were handed out."""

    def __init__(self, tar: Tar, fd: int, reader: ReaderLike | None, compression: str, head: bytes = b"") -> None:
        self._tar = tar
        self._k = tar.k
        self.fd = fd
        self._reader = reader
        self._compression = compression
        self._buffer = head
        self._at = 0
        self.position = 0  # bytes handed out or passed over
        self._ended = False
        self._records = 0
        self._failed: CodecError | None = None
        self.child = 0  # a program that the archive comes through
        self._copy: Callable[[bytes], None] | None = None
        self._kept: list[bytes] | None = None
        self._can_seek = reader is None and tar.o.seek is not False and self._seekable()

    def _seekable(self) -> bool:
        try:
            self._k.lseek(self.fd, 0, SEEK_CUR)
        except SysError:
            return False
        return True

    def _more(self) -> bool:
        """Put more into the buffer; False at the end."""
        if self._ended:
            return False
        try:
            data = self._k.read(self.fd, CHUNK) if self._reader is None else self._reader.read()
        except CodecError as problem:
            self._failed = problem
            data = b""
        except SysError as error:
            name = self._tar.shown(self._tar.o.file[-1] if self._tar.o.file else b"-")
            raise Fatal(b"%s: Cannot read: %s" % (name, cause(error))) from None
        if not data:
            self._ended = True
            return False
        if self._reader is not None:
            self._k.tick(work(len(data)))
        self._buffer = self._buffer[self._at :] + data
        self._at = 0
        return True

    def block(self) -> bytes | None:
        """Return the next block, None at the end of the archive."""
        while len(self._buffer) - self._at < BLOCK:
            if not self._more():
                return None
        at = self._at
        self._at = at + BLOCK
        self._count(BLOCK)
        block = self._buffer[at : self._at]
        if self._kept is not None:
            self._kept.append(block)
        return block

    def peek(self) -> bytes | None:
        """Return the next block and leave it."""
        while len(self._buffer) - self._at < BLOCK:
            if not self._more():
                return None
        return self._buffer[self._at : self._at + BLOCK]

    def _count(self, size: int) -> None:
        self.position += size
        step = self._tar.checkpoint_bytes
        if step and self.position // step > self._records:
            self._records = self.position // step
            self._tar.say(b"Read checkpoint %d" % (self.position // self._tar.record_size))

    def data(self, size: int) -> bytes:
        """Return some of the next `size` bytes, whole blocks of the archive; b"" if it ends."""
        while len(self._buffer) - self._at < BLOCK:  # the last piece stands in a whole block, too
            if not self._more():
                return b""
        have = len(self._buffer) - self._at
        take = min(size, have if have >= size else have - have % BLOCK)
        at = self._at
        self._at = at + take
        self._count(take)
        data = self._buffer[at : self._at]
        if self._kept is not None:
            self._kept.append(data)
        elif self._copy is not None:
            self._copy(data)
        return data

    def skip(self, size: int) -> bool:
        """Pass over a member's data and padding; False if the archive ends."""
        size += -size % BLOCK
        have = len(self._buffer) - self._at
        if size > have + CHUNK and self._can_seek:
            jump = size - have
            here = self._k.lseek(self.fd, 0, SEEK_CUR)
            end = self._k.fstat(self.fd).size
            if here + jump <= end:
                self._k.lseek(self.fd, jump, SEEK_CUR)
                self._buffer, self._at = b"", 0
                self._count(size)
                return True
        while size > 0:
            data = self.data(size)
            if not data:
                return False
            size -= len(data)
        return True

    # -- copying what is read (--delete of a pipe) ---------------------------------------------------------------------

    def copy_to(self, write: Callable[[bytes], None]) -> None:
        """Copy members that are kept: headers are held back until keep() says what becomes of them."""
        self._writer = write
        self._kept = []
        self._can_seek = False

    def keep(self, wanted: bool) -> None:
        """Say what becomes of the headers read last and of the data that follow."""
        kept, self._kept = self._kept or [], None
        if wanted:
            self._writer(b"".join(kept))
            self._copy = self._writer
        else:
            self._copy = None

    def settle(self) -> None:
        """A member is over: hold back again."""
        self._copy = None
        self._kept = []

    def skip_padding(self, size: int) -> None:
        """Pass over what fills the last block of so many bytes."""
        rest = -size % BLOCK
        while len(self._buffer) - self._at < rest:
            if not self._more():
                rest = len(self._buffer) - self._at
        if self._kept is not None:
            self._kept.append(self._buffer[self._at : self._at + rest])
        elif self._copy is not None:
            self._copy(self._buffer[self._at : self._at + rest])
        self._at += rest
        self._count(rest)

    def finish(self) -> None:
        """Read a pipe to its end, so that its writer isn't killed; end as the decompressor's failure asks."""
        if not self._can_seek:
            while self._more():
                self._buffer = b""
                self._at = 0
        self.check()

    def check(self) -> None:
        """Raise Fatal if decompressing failed."""
        if self.child and self._ended:
            child, self.child = self.child, 0
            reap(self._tar, child)
        if self._failed is not None:
            problem, self._failed = self._failed, None
            self._tar.out.flush()
            try:
                self._k.write(2, codec_words(self._compression, problem) + b"\n")
            except SysError:
                pass
            status = 2 if self._compression == "bzip2" else 1
            self._tar.say(b"Child returned status %d" % status)
            raise Fatal
