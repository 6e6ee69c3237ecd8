"""The contract of a device driver: bytes (CharDevice) or numbered blocks (BlockDevice).

A device node in /dev names a device by (major, minor); the kernel finds the driver object and calls it. Methods run on the
calling program's fiber and may block it with the wait queue that `ctx` gives (`ctx.wait`), but must never block the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from ..abi import POLLIN, POLLOUT

if TYPE_CHECKING:
    from .context import Context


class Handle:
    """What a device knows of one open file: its flags and a place for the driver's own per-open state."""

    __slots__ = ("flags", "state")

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.state: Any = None


class Device:
    """What both kinds have. number: (major, minor), given by the kernel where the record names none."""

    name: str = ""
    number: tuple[int, int] = (0, 0)
    fork_policy: str = "cow"
    fork_refusal: str = ""

    def fork(self, ctx: Context) -> Device:
        """Return this device's copy for a forked machine. A device without state returns itself."""
        return self

    def ioctl(self, handle: Handle, request: int, arg: Any) -> Any:
        """Answer an ioctl; NotATerminal (ENOTTY) for what is not known."""
        raise errors.NotATerminal()


class CharDevice(Device):
    """A stream of bytes. read returns b"" for end of file."""

    def open(self, flags: int) -> Handle:
        """Return the state of one more open file."""
        return Handle(flags)

    def release(self, handle: Handle) -> None:
        """The last descriptor of this open file was closed."""

    def read(self, handle: Handle, size: int) -> bytes:
        """Return 1 to `size` bytes, blocking until there are some; b"" at the end."""
        raise errors.InvalidArgument()

    def write(self, handle: Handle, data: bytes | bytearray | memoryview) -> int:
        """Take bytes and return how many."""
        raise errors.InvalidArgument()

    def poll(self, handle: Handle) -> int:
        """Return the POLL* bits that hold now."""
        return POLLIN | POLLOUT

    def wait_queue(self, handle: Handle) -> Any:
        """Return the wait queue whose wake-ups mean that poll may have changed, or None if it never changes."""
        return None


class BlockDevice(Device):
    """A disk: `block_count` blocks of `block_size` bytes."""

    block_size: int = 512
    block_count: int = 0

    def read_blocks(self, first: int, count: int) -> bytes:
        """Return exactly count * block_size bytes. The kernel keeps the range inside the device."""
        raise errors.InputOutputError()

    def write_blocks(self, first: int, data: bytes) -> None:
        """Store whole blocks. The kernel keeps the range inside the device."""
        raise errors.ReadOnlyFilesystem()

    def flush(self) -> None:
        """Make what was written durable."""
