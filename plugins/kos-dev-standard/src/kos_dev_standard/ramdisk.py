"""A disk in memory: blocks that were never written take no room and read as zeros.

    blocks ──► chunks of 64 KiB in a dict: number -> bytes or bytearray

A chunk that was written is a bytearray of this disk's own. A fork freezes all chunks on both sides (shares them), and the
first write into a shared one copies that chunk alone, so that a fork costs the same for an empty disk and a full one.
A full write of a chunk with zeros gives its memory back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import BLKGETSIZE64, BlockDevice, Handle, NotATerminal

if TYPE_CHECKING:
    from kos_kernel.api import Context

BLOCK = 512
CHUNK = 128  # blocks
CHUNK_BYTES = BLOCK * CHUNK
_ZEROS = bytes(CHUNK_BYTES)


class RamDisk(BlockDevice):
    """A disk of options.size bytes (a whole number of 512-byte blocks).

    The table of chunks is shared after a fork too: a side that writes first takes its own copy of the table, which costs
    8 bytes for each chunk that was ever written.
    """

    block_size = BLOCK

    def __init__(self, options: Any, ctx: Context) -> None:
        self.options = options
        self.block_count: int = options.size // BLOCK
        self._chunks: dict[int, bytearray] = {}
        self._owned: set[int] | None = set()  # chunks that nobody shares; None: the table itself is shared

    @property
    def stored(self) -> int:
        """Tell how many bytes of memory its content takes."""
        return len(self._chunks) * CHUNK_BYTES

    def read_blocks(self, first: int, count: int) -> bytes:
        get = self._chunks.get
        parts = []
        while count > 0:
            number, within = divmod(first, CHUNK)
            take = min(count, CHUNK - within)
            chunk = get(number, _ZEROS)
            parts.append(chunk if take == CHUNK else chunk[within * BLOCK : (within + take) * BLOCK])
            first += take
            count -= take
        return b"".join(parts)

    def write_blocks(self, first: int, data: bytes) -> None:
        view = memoryview(data)
        at = 0
        while at < len(view):
            number, within = divmod(first, CHUNK)
            take = min((len(view) - at) // BLOCK, CHUNK - within)
            piece = view[at : at + take * BLOCK]
            if take == CHUNK and piece == _ZEROS:
                self._discard(number)
            else:
                self._own(number)[within * BLOCK : (within + take) * BLOCK] = piece
            first += take
            at += take * BLOCK

    def _own_table(self) -> set[int]:
        owned = self._owned
        if owned is None:
            self._chunks = dict(self._chunks)
            owned = self._owned = set()
        return owned

    def _own(self, number: int) -> bytearray:
        """Return a chunk that may be written."""
        owned = self._own_table()
        chunk = self._chunks.get(number)
        if chunk is None or number not in owned:
            chunk = self._chunks[number] = bytearray(chunk or _ZEROS)
            owned.add(number)
        return chunk

    def _discard(self, number: int) -> None:
        if number in self._chunks:
            self._own_table().discard(number)
            del self._chunks[number]

    def ioctl(self, handle: Handle, request: int, arg: Any) -> Any:
        """BLKGETSIZE64: the size in bytes."""
        if request == BLKGETSIZE64:
            return self.block_count * BLOCK
        raise NotATerminal()

    def fork(self, ctx: Context) -> RamDisk:
        twin = RamDisk(self.options, ctx)
        twin._chunks = self._chunks
        twin._owned = self._owned = None
        return twin
