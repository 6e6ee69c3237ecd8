"""null, zero, full, random and the RAM disk."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kos_dev_standard.plugin import kos_device_drivers
from kos_dev_standard.ramdisk import BLOCK, CHUNK, CHUNK_BYTES, RamDisk
from kos_dev_standard.streams import CHUNK as PIECE
from kos_dev_standard.streams import Full, Null, Random, Zero
from kos_kernel.api import BLKGETSIZE64, Handle, NoSpace, NotATerminal

HANDLE = Handle(2)


def test_null_takes_everything_and_gives_nothing() -> None:
    null = Null(None, None)  # type: ignore[arg-type]
    assert null.write(HANDLE, bytes(1000)) == 1000 and null.read(HANDLE, 1000) == b""
    assert null.fork(None) is null  # type: ignore[arg-type]


def test_zero_gives_nul_bytes_in_bounded_pieces() -> None:
    zero = Zero(None, None)  # type: ignore[arg-type]
    assert zero.read(HANDLE, 10) == bytes(10)
    assert len(zero.read(HANDLE, 1 << 20)) == 1 << 20
    assert len(zero.read(HANDLE, 1 << 40)) == 1 << 24
    assert zero.write(HANDLE, b"abc") == 3


def test_full_is_always_full() -> None:
    full = Full(None, None)  # type: ignore[arg-type]
    assert full.read(HANDLE, 10) == bytes(10) and full.write(HANDLE, b"") == 0
    with pytest.raises(NoSpace):
        full.write(HANDLE, b"x")


def test_random_bytes_are_the_machine_s_own(world: Any) -> None:
    first, second, other = (Random(None, world.context(seed)) for seed in (7, 7, 8))
    assert first.read(HANDLE, 100) == second.read(HANDLE, 100) != other.read(HANDLE, 100)
    assert len(first.read(HANDLE, 1 << 40)) == PIECE
    assert first.write(HANDLE, b"stir") == 4
    assert first.fork(world.context(90)).read(HANDLE, 10) != first.read(HANDLE, 10)


def test_a_terminal_is_what_none_of_them_is() -> None:
    with pytest.raises(NotATerminal):
        Null(None, None).ioctl(HANDLE, 0x5401, None)  # type: ignore[arg-type]


def test_every_driver_has_a_number_of_its_own_or_none() -> None:
    numbers = [driver.number for driver in kos_device_drivers() if driver.number]
    assert len(numbers) == len(set(numbers)) == 8
    assert {driver.name for driver in kos_device_drivers()} >= {"null", "zero", "full", "tty", "pty", "ramdisk"}


# ---------------------------------------------------------------- the RAM disk
def disk(blocks: int = 4 * CHUNK) -> RamDisk:
    return RamDisk(SimpleNamespace(size=blocks * BLOCK), None)  # type: ignore[arg-type]


def test_a_disk_that_was_never_written_takes_no_memory_and_reads_as_zeros() -> None:
    big = disk(1 << 30)
    assert big.block_count == 1 << 30 and big.stored == 0
    assert big.read_blocks((1 << 30) - 3, 3) == bytes(3 * BLOCK)


def test_blocks_keep_what_was_written_across_chunks() -> None:
    one = disk()
    data = bytes(range(256)) * 4 * CHUNK
    one.write_blocks(CHUNK - 2, data)
    assert one.read_blocks(CHUNK - 2, len(data) // BLOCK) == data
    assert one.read_blocks(0, CHUNK - 2) == bytes((CHUNK - 2) * BLOCK)


def test_a_chunk_of_zeros_gives_its_memory_back() -> None:
    one = disk()
    one.write_blocks(CHUNK, b"x" * CHUNK_BYTES)
    assert one.stored == CHUNK_BYTES
    one.write_blocks(CHUNK, bytes(CHUNK_BYTES))
    assert one.stored == 0 and one.read_blocks(CHUNK, 1) == bytes(BLOCK)


def test_its_size_is_told() -> None:
    assert disk(8).ioctl(HANDLE, BLKGETSIZE64, None) == 4096


class Forks(RuleBasedStateMachine):
    """Disks and their forks against plain byte arrays."""

    def __init__(self) -> None:
        super().__init__()
        self.disks: list[tuple[RamDisk, bytearray]] = [(disk(3 * CHUNK), bytearray(3 * CHUNK_BYTES))]

    pick = st.integers(0, 7)

    @rule(index=pick, first=st.integers(0, 3 * CHUNK - 1), count=st.integers(1, 2 * CHUNK), fill=st.integers(0, 3))
    def write(self, index: int, first: int, count: int, fill: int) -> None:
        one, model = self.disks[index % len(self.disks)]
        count = min(count, one.block_count - first)
        data = bytes((fill,)) * (count * BLOCK)
        one.write_blocks(first, data)
        model[first * BLOCK : (first + count) * BLOCK] = data

    @precondition(lambda self: len(self.disks) < 6)
    @rule(index=pick)
    def fork(self, index: int) -> None:
        one, model = self.disks[index % len(self.disks)]
        self.disks.append((one.fork(None), bytearray(model)))  # type: ignore[arg-type]

    @invariant()
    def every_disk_reads_as_its_model(self) -> None:
        for one, model in self.disks:
            assert one.read_blocks(0, one.block_count) == model


TestForks = Forks.TestCase
TestForks.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
