"""/dev/null, /dev/zero, /dev/full, /dev/random, /dev/tty: devices without a state of their own.

    null    reads: end of file      writes: taken and forgotten
    zero    reads: NUL bytes        writes: taken and forgotten
    full    reads: NUL bytes        writes: NoSpace, always
    random  reads: random bytes     writes: taken and forgotten (they would stir Linux's pool; ours is the machine's seed)
    tty     the caller's own terminal, which the kernel opens instead; who has none gets NoSuchDeviceOrAddress

Source: null(4), full(4), random(4). Nothing here ever blocks: the machine's entropy doesn't run dry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import CharDevice, Handle, NoSpace, NoSuchDeviceOrAddress

if TYPE_CHECKING:
    from kos_kernel.api import Context

CHUNK = 1 << 16  # the most that one read of randomness gives; programs read on
LARGEST = 1 << 24  # the most that one read of zeros gives, so that read(fd, 2**30) costs no gigabyte


class Null(CharDevice):
    """The empty file that takes everything."""

    def __init__(self, options: Any, ctx: Context) -> None:
        pass

    def read(self, handle: Handle, size: int) -> bytes:
        return b""

    def write(self, handle: Handle, data: bytes | bytearray | memoryview) -> int:
        return len(data)


class Zero(Null):
    """NUL bytes without end."""

    _ZEROS = bytes(CHUNK)

    def read(self, handle: Handle, size: int) -> bytes:
        return bytes(min(size, LARGEST)) if size > CHUNK else self._ZEROS[:size]


class Full(Zero):
    """The disk that is full."""

    def write(self, handle: Handle, data: bytes | bytearray | memoryview) -> int:
        if not len(data):
            return 0
        raise NoSpace(None, "/dev/full is always full")


class Random(Null):
    """Random bytes, from the machine's own entropy: the same seed gives the same bytes."""

    def __init__(self, options: Any, ctx: Context) -> None:
        self._ctx = ctx  # its stream is asked for when somebody reads: a fork costs less

    def read(self, handle: Handle, size: int) -> bytes:
        return self._ctx.entropy.bytes(min(size, CHUNK))

    def fork(self, ctx: Context) -> Random:
        return Random(None, ctx)


class ControllingTerminal(CharDevice):
    """/dev/tty: stands for the caller's own terminal. The kernel opens that one instead; who has none ends here."""

    def __init__(self, options: Any, ctx: Context) -> None:
        pass

    def open(self, flags: int) -> Handle:
        raise NoSuchDeviceOrAddress(None, "the session has no controlling terminal")
