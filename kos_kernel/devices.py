"""Devices: numbers -> drivers, and the open files that lead to them.

A device node in any filesystem names a device by number; `DeviceTable.open` makes the open file. The one name resolved here
is /dev/tty (5, 0): the caller's controlling terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import errors
from .abi import (
    BLKGETSIZE64,
    FIONREAD,
    O_APPEND,
    S_IFBLK,
    S_IFMT,
    SEEK_CUR,
    SEEK_END,
    TIOCSCTTY,
    major,
    minor,
)
from .contracts.device import BlockDevice, CharDevice, Device
from .contracts.fs import Inode
from .vfs.dentry import Dentry
from .vfs.openfile import Bytes, OpenFile

if TYPE_CHECKING:
    from .process import Process

CONTROLLING_TTY = (5, 0)
FIRST_DYNAMIC_MAJOR = 240


class DeviceTable:
    """The devices of a machine. names: as /dev shows them -> (kind, number, mode)."""

    __slots__ = ("by_number", "names", "next_minor")

    def __init__(self) -> None:
        self.by_number: dict[tuple[str, int, int], Device] = {}
        self.names: dict[str, tuple[str, tuple[int, int], int]] = {}
        self.next_minor = 0

    def add(self, name: str, device: Device, number: tuple[int, int] | None, mode: int) -> None:
        """Register a device under a name of /dev. number None: the next free one."""
        kind = "block" if isinstance(device, BlockDevice) else "char"
        if number is None:
            own = device.number
            if own != (0, 0) and (kind, *own) not in self.by_number:
                number = own
            else:
                number = (FIRST_DYNAMIC_MAJOR, self.next_minor)
                self.next_minor += 1
        device.number = number
        if not device.name:
            device.name = name
        self.by_number[kind, *number] = device
        self.names[name] = (kind, number, mode)

    def remove(self, name: str) -> None:
        """Forget a device (unplugged). Open files keep theirs."""
        known = self.names.pop(name, None)
        if known is not None:
            kind, number, _ = known
            self.by_number.pop((kind, *number), None)

    def find(self, kind: str, number: tuple[int, int]) -> Device | None:
        """Return the device of a number, or None."""
        return self.by_number.get((kind, *number))

    def open(self, process: Process, inode: Inode, entry: Dentry, flags: int, acquire: bool) -> OpenFile:
        """Return the open file of a device node. NoSuchDeviceOrAddress if nothing has that number.

        acquire: a session leader without a terminal gets this one as its controlling terminal.
        """
        attr = inode.attr
        number = (major(attr.rdev), minor(attr.rdev))
        kind = "block" if attr.mode & S_IFMT == S_IFBLK else "char"
        if kind == "char" and number == CONTROLLING_TTY:
            terminal = process.group.session.tty
            if terminal is None:
                raise errors.NoSuchDeviceOrAddress(None, "the session has no controlling terminal")
            return CharFile(terminal, inode, flags, entry)
        device = self.by_number.get((kind, *number))
        if device is None:
            raise errors.NoSuchDeviceOrAddress(None, f"no {kind} device {number[0]}:{number[1]}")
        if isinstance(device, BlockDevice):
            return BlockFile(device, inode, flags, entry)
        assert isinstance(device, CharDevice)
        file = CharFile(device, inode, flags, entry)
        session = process.group.session
        if acquire and session.leader is process and session.tty is None and getattr(device, "is_terminal", False):
            try:
                file.ioctl(TIOCSCTTY, 0)
                session.tty = device
            except errors.SysError:
                pass  # it is another session's
        return file


class CharFile(OpenFile):
    """An open character device."""

    __slots__ = ("device", "handle")

    kind = "device"

    def __init__(self, device: CharDevice, inode: Inode | None, flags: int, entry: Dentry | None) -> None:
        handle = device.open(flags)
        super().__init__(inode, flags, entry)
        self.device = device
        self.handle = handle

    def read(self, size: int) -> bytes:
        self.handle.flags = self.flags
        return self.device.read(self.handle, size)

    def write(self, data: Bytes) -> int:
        self.handle.flags = self.flags
        return self.device.write(self.handle, data)

    def pread(self, size: int, offset: int) -> bytes:
        return self.read(size)

    def pwrite(self, data: Bytes, offset: int) -> int:
        return self.write(data)

    def seek(self, offset: int, whence: int) -> int:
        if getattr(self.device, "is_terminal", False):
            raise errors.IllegalSeek()
        return 0

    def poll(self) -> int:
        return self.device.poll(self.handle)

    def wait_queues(self, events: int) -> tuple[Any, ...]:
        queue = self.device.wait_queue(self.handle)
        if queue is None:
            return ()
        return queue if isinstance(queue, tuple) else (queue,)

    def ioctl(self, request: int, arg: Any) -> Any:
        return self.device.ioctl(self.handle, request, arg)

    def released(self) -> None:
        self.device.release(self.handle)

    def describe(self) -> bytes:
        return b"/dev/" + self.device.name.encode()


class BlockFile(OpenFile):
    """An open block device: bytes at a position, over whole blocks."""

    __slots__ = ("device",)

    kind = "block-device"

    def __init__(self, device: BlockDevice, inode: Inode, flags: int, entry: Dentry) -> None:
        super().__init__(inode, flags, entry)
        self.device = device

    def _size(self) -> int:
        return self.device.block_count * self.device.block_size

    def read(self, size: int) -> bytes:
        data = self.pread(size, self.pos)
        self.pos += len(data)
        return data

    def pread(self, size: int, offset: int) -> bytes:
        size = min(size, self._size() - offset)
        if size <= 0:
            return b""
        block = self.device.block_size
        first = offset // block
        last = (offset + size + block - 1) // block
        data = self.device.read_blocks(first, last - first)
        return data[offset - first * block :][:size]

    def write(self, data: Bytes) -> int:
        if self.flags & O_APPEND:
            self.pos = self._size()
        count = self.pwrite(data, self.pos)
        self.pos += count
        return count

    def pwrite(self, data: Bytes, offset: int) -> int:
        size = min(len(data), self._size() - offset)
        if size <= 0:
            if not len(data):
                return 0
            raise errors.NoSpace(None, "the end of the device")
        block = self.device.block_size
        first = offset // block
        last = (offset + size + block - 1) // block
        begin = offset - first * block
        piece = bytes(data[:size])
        if begin or (offset + size) % block:
            old = bytearray(self.device.read_blocks(first, last - first))
            old[begin : begin + size] = piece
            piece = bytes(old)
        self.device.write_blocks(first, piece)
        return size

    def seek(self, offset: int, whence: int) -> int:
        offset += self.pos if whence == SEEK_CUR else self._size() if whence == SEEK_END else 0
        if offset < 0:
            raise errors.InvalidArgument(None, f"the position would be {offset}")
        self.pos = offset
        return offset

    def ioctl(self, request: int, arg: Any) -> Any:
        if request == BLKGETSIZE64:
            return self._size()
        if request == FIONREAD:
            raise errors.NotATerminal()
        from .contracts.device import Handle

        return self.device.ioctl(Handle(self.flags), request, arg)

    def describe(self) -> bytes:
        return b"/dev/" + self.device.name.encode()
