"""A block device on its own: whole blocks, in their places."""

from __future__ import annotations

from typing import Any

from ..cases import NotAsked, clause, collect, expect, refused
from .device_alone import DeviceSubject


def _blocks(device: Any) -> list[int]:
    """Return block numbers worth a look: both ends, the middle, around powers of two."""
    count = device.block_count
    wanted = {0, 1, 7, 127, 128, 129, count // 2, count - 2, count - 1}
    return sorted(number for number in wanted if 0 <= number < count)


@clause(
    "DEV-BLOCK-1",
    needs="block",
    after="case_device_is_of_its_kind",
    mistake="the size in bytes stands where the number of blocks belongs, or an option isn't looked at",
)
def case_geometry_makes_sense(subject: DeviceSubject) -> None:
    """block_size is a power of two from 512 to 65536, and there is at least one block."""
    size, count = subject.device.block_size, subject.device.block_count
    expect(type(size) is int and 512 <= size <= 65536 and size & size - 1 == 0, f"block_size is {size!r}")
    expect(type(count) is int and count > 0, f"block_count is {count!r}")


@clause(
    "DEV-BLOCK-2",
    needs="block",
    after="case_geometry_makes_sense",
    mistake="a read that crosses the driver's own units is short, or one at the end is",
)
def case_reads_are_whole(subject: DeviceSubject) -> None:
    """read_blocks returns exactly count * block_size bytes, anywhere on the device."""
    device = subject.device
    for first in _blocks(device):
        for count in (1, 2, 5, 300):
            if first + count <= device.block_count:
                data = device.read_blocks(first, count)
                right = type(data) is bytes and len(data) == count * device.block_size
                expect(right, f"read_blocks({first}, {count}) returned {type(data).__name__} of {len(data)} bytes")


@clause(
    "DEV-BLOCK-3",
    needs="block",
    after="case_reads_are_whole",
    mistake="an offset is counted in bytes where blocks are meant, or a neighbour is written too",
)
def case_written_blocks_are_read(subject: DeviceSubject) -> None:
    """What write_blocks stored is read back, and the blocks beside it are as they were."""
    device = subject.device
    size = device.block_size
    if refused(lambda: device.write_blocks(0, device.read_blocks(0, 1))) is not None:
        raise NotAsked("the device can't be written")
    written: dict[int, bytes] = {}
    for number in _blocks(device):
        data = bytes([number & 255 or 1]) * size
        device.write_blocks(number, data)
        written[number] = data
    for number in _blocks(device):
        expect(device.read_blocks(number, 1) == written[number], f"block {number} isn't what was written there")
    if device.block_count >= 4:
        pair = b"A" * size + b"B" * size
        first, last = device.read_blocks(0, 1), device.read_blocks(3, 1)
        device.write_blocks(1, pair)
        expect(
            device.read_blocks(0, 4) == first + pair + last, "a write of blocks 1 and 2 left 0 to 3 other than expected"
        )


@clause(
    "DEV-BLOCK-4",
    needs="block",
    after="case_written_blocks_are_read",
    mistake="the buffer itself is kept: copy it, for its owner uses it again",
)
def case_written_buffer_is_not_kept(subject: DeviceSubject) -> None:
    """What a caller does to its buffer after write_blocks changes nothing on the device."""
    device = subject.device
    buffer = bytearray(b"k" * device.block_size)
    device.write_blocks(0, buffer)
    buffer[:] = b"l" * device.block_size
    expect(device.read_blocks(0, 1) == b"k" * device.block_size, "the block changed with the buffer")


CASES = collect(globals())
