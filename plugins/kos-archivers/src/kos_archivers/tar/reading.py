"""The members of an archive, one after another, as read_and of GNU tar goes through them.

    for member in Members(tar, source): ...     the caller takes the member's data, or leaves them: then they are passed over

Extended headers (pax, GNU's long names) are put into the member they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import headers as h
from . import pax, sparse
from .headers import BLOCK, ZEROS, BadNumber, Member
from .run import Fatal

if TYPE_CHECKING:
    from .run import Tar
    from .source import Source

_LARGEST_EXTENDED = 1 << 24
_LARGEST_NAME = 1 << 20


class Unreadable(Exception):
    """A header that is none."""


class Members:
    """left: bytes of the present member's data that nobody took yet. start: where its first header begins, in bytes.

    end: where the blocks of zeros begin that end the archive, or its end.
    """

    def __init__(self, tar: Tar, source: Source) -> None:
        self._tar = tar
        self.source = source
        self.left = 0
        self.lenient = False  # an archive that ends within data is told, and that's all
        self.start = 0
        self.end = 0
        self._globals: list[tuple[bytes, bytes]] = []

    def __iter__(self) -> Iterator[Member]:
        tar, source = self._tar, self.source
        before = "unread"
        while True:
            self.pass_over()
            self.start = self.end = source.position
            tar.block = source.position // BLOCK
            try:
                member = self._next()
            except Unreadable:
                if before == "unread":
                    tar.error(b"This does not look like a tar archive")
                if before != "failure":
                    tar.error(b"Skipping to next header")
                before = "failure"
                continue
            if member is None:
                source.check()
                self._say_block(source.position // BLOCK, b"End of File")
                return
            if member is _ZERO:
                self._say_block(source.position // BLOCK - 1, b"Block of NULs")
                if tar.o.ignore_zeros:
                    before = "zero"
                    continue
                block = source.block()
                if block is not None and block != ZEROS:
                    tar.warn(b"A lone zero block at %d" % (source.position // BLOCK - 1), "alone-zero-block")
                elif block is None:
                    source.check()
                    tar.warn(b"A lone zero block at %d" % (source.position // BLOCK), "alone-zero-block")
                return
            before = "success"
            yield member

    def _say_block(self, block: int, what: bytes) -> None:
        if self._tar.o.block_number:
            self._tar.listing.write(b"block %d: ** %s **\n" % (block, what))

    def pass_over(self) -> None:
        """Pass over what is left of the present member's data."""
        left, self.left = self.left, 0
        if left > 0 and not self.source.skip(left):
            self.source.check()
            raise Fatal(b"Unexpected EOF in archive")

    def data(self) -> bytes:
        """Return some of the present member's data, b"" at their end. Raises Fatal if the archive ends before."""
        if self.left <= 0:
            return b""
        data = self.source.data(self.left)
        if not data:
            self.left = 0
            self.source.check()
            self._tar.error(b"Unexpected EOF in archive")
            if self.lenient:
                return b""
            raise Fatal(b"Unexpected EOF in archive")
        self.left -= len(data)
        if self.left == 0 and len(data) % BLOCK:
            self.source.skip_padding(len(data))
        return data

    def _next(self) -> Member | None:
        """Return the next member; None at the end, _ZERO for a block of zeros. Raises Unreadable, Fatal."""
        source, tar = self.source, self._tar
        extended = pax.Extended()
        extended.add(self._globals)
        long_name = long_link = None
        while True:
            block = source.block()
            if block is None:
                if extended.values and not self._globals or long_name is not None:
                    raise Fatal(b"Unexpected EOF in archive")
                return None
            if block == ZEROS:
                return _ZERO
            if not h.checksum_fits(block):
                raise Unreadable
            try:
                member = h.decode(block)
                if member.stored < 0 or member.size < 0:
                    raise Unreadable
                kind = member.type
                if kind in (h.LONG_NAME, h.LONG_LINK):
                    text = self._whole(member.stored, _LARGEST_NAME).partition(b"\0")[0]
                    if kind == h.LONG_NAME:
                        long_name = text
                    else:
                        long_link = text
                    continue
                if kind in (h.PAX, h.SUN_PAX):
                    extended.add(pax.records(self._whole(member.stored, _LARGEST_EXTENDED)))
                    continue
                if kind == h.PAX_GLOBAL:
                    self._globals += pax.records(self._whole(member.stored, _LARGEST_EXTENDED))
                    extended.add(self._globals)
                    continue
                if long_name is not None:
                    member.name = member.original = long_name
                if long_link is not None:
                    member.link = member.original_link = long_link
                if extended.values:
                    member.form = "pax"
                    for keyword in extended.apply(member):
                        tar.warn(b"Ignoring unknown extended header keyword " + tar.quoted(keyword), "unknown-keyword")
                    if kind == h.LINK:
                        member.size = member.stored = 0
                self.left = member.stored
                if kind == h.SPARSE and member.form == "gnu":
                    sparse.read_old(source, member, block)
                elif extended.values:
                    sparse.apply_pax(member, extended)
                    if member.sparse == [] and b"GNU.sparse.major" in extended.values:
                        taken = sparse.read_map(source, member)
                        self.left -= taken
                        member.stored -= taken
                if member.sparse is not None:
                    sparse.check(member)
            except BadNumber as problem:
                tar.error(problem.text)
                raise Unreadable from None
            except pax.BadRecord as problem:
                tar.error(problem.text)
                if self.left == 0:
                    continue
                raise Unreadable from None
            except sparse.BadMap:
                tar.error(tar.shown(member.name) + b": invalid sparse archive member")
                raise Unreadable from None
            member.directory_slash = member.name.endswith(b"/")
            member.block = source.position // BLOCK
            if kind in (h.OLD_REGULAR, h.REGULAR, h.CONTIGUOUS) and member.directory_slash:
                member.type = h.DIRECTORY
            return member

    def _whole(self, size: int, limit: int) -> bytes:
        """Return the data of an extended header. Their size isn't to be trusted: memory is taken as they come."""
        if size > limit:
            raise Fatal(b"memory exhausted")
        parts = []
        left = size
        while left > 0:
            data = self.source.data(left)
            if not data:
                self.source.check()
                self._tar.error(b"Unexpected EOF in archive")
                raise Fatal
            parts.append(data)
            left -= len(data)
        self.source.skip_padding(size)
        return b"".join(parts)


_ZERO = Member()
