"""The kit against devices that are wrong in one way each: it must find that, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel.api import (
    O_NONBLOCK,
    POLLHUP,
    POLLIN,
    POLLOUT,
    BlockDevice,
    CharDevice,
    Device,
    DeviceDriver,
    Handle,
    NotSupported,
    ResourceUnavailable,
)
from kos_kernel.testing import check_driver, clauses

GROUP = "kos.device"
CAPACITY = 4096
BLOCK, COUNT = 512, 1000


def real(ctx: Any) -> bool:
    """Tell whether a context is a machine's, so that only the cases in a machine meet what is broken."""
    return hasattr(ctx.clock, "set_date")


class Char(CharDevice):
    """A queue of bytes: what is written is read, once. Right in every way."""

    breaks = ""
    generation = 0

    def __init__(self, options: Any, ctx: Any) -> None:
        self.ctx = ctx
        self.waiting: Any = bytearray()
        self.queue = ctx.queue()

    def read(self, handle: Handle, size: int) -> bytes:
        while not self.waiting:
            if handle.flags & O_NONBLOCK:
                raise ResourceUnavailable()
            self.queue.wait()
        data = bytes(self.waiting[:size])
        del self.waiting[:size]
        self.queue.wake_all()
        return data

    def write(self, handle: Handle, data: Any) -> Any:
        if not len(data):
            return 0
        while len(self.waiting) >= CAPACITY:
            if handle.flags & O_NONBLOCK:
                raise ResourceUnavailable()
            self.queue.wait()
        taken = bytes(data[: CAPACITY - len(self.waiting)])
        self.waiting += taken
        self.queue.wake_all()
        return len(taken)

    def poll(self, handle: Handle) -> Any:
        return (POLLIN if self.waiting else 0) | (POLLOUT if len(self.waiting) < CAPACITY else 0)

    def wait_queue(self, handle: Handle) -> Any:
        return self.queue

    def fork(self, ctx: Any) -> Any:
        twin = type(self)(None, ctx)
        twin.waiting = bytearray(self.waiting)
        twin.generation = self.generation + 1
        return twin


class Block(BlockDevice):
    """A disk of a thousand blocks. Right in every way."""

    breaks = ""
    block_size = BLOCK
    block_count = COUNT

    def __init__(self, options: Any, ctx: Any) -> None:
        self.ctx = ctx
        self.data: Any = bytearray(BLOCK * COUNT)

    def read_blocks(self, first: int, count: int) -> bytes:
        return bytes(self.data[first * BLOCK : (first + count) * BLOCK])

    def write_blocks(self, first: int, data: Any) -> None:
        self.data[first * BLOCK : first * BLOCK + len(data)] = data

    def fork(self, ctx: Any) -> Any:
        twin = type(self)(None, ctx)
        twin.data = bytearray(self.data)
        return twin


# ---------------------------------------------------------------- both kinds
class Duck(Device):
    breaks = "case_device_is_of_its_kind"
    open, release, read, write = Char.open, Char.release, Char.read, Char.write
    poll, wait_queue, fork, __init__ = Char.poll, Char.wait_queue, Char.fork, Char.__init__


class AnswersEverything(Char):
    breaks = "case_unknown_ioctl_is_refused"

    def ioctl(self, handle: Handle, request: int, arg: Any) -> Any:
        return 0


class ForksSomehow(Char):
    breaks = "case_fork_policy_is_clear"
    fork_policy = "copy"


class ForkSharesTheQueue(Char):
    breaks = "case_fork_shares_no_state"

    def fork(self, ctx: Any) -> Any:
        twin = super().fork(ctx)
        twin.waiting = self.waiting
        return twin


class ForkSharesTheDisk(Block):
    breaks = "case_fork_shares_no_state"

    def fork(self, ctx: Any) -> Any:
        return self


# ---------------------------------------------------------------- character devices
class OneHandleForAll(Char):
    breaks = "case_open_returns_a_handle"
    handle: Any = None

    def open(self, flags: int) -> Handle:
        self.handle = self.handle or Handle(flags)
        return self.handle


class ReleaseHangsUp(Char):
    breaks = "case_release_leaves_other_files_alone"
    gone = False

    def release(self, handle: Handle) -> None:
        self.gone = True

    def poll(self, handle: Handle) -> Any:
        return super().poll(handle) | (POLLHUP if self.gone else 0)


class ReadsItAll(Char):
    breaks = "case_read_gives_no_more_than_asked"

    def read(self, handle: Handle, size: int) -> bytes:
        return super().read(handle, CAPACITY)


class WritesNone(Char):
    breaks = "case_write_tells_how_much_it_took"

    def write(self, handle: Handle, data: Any) -> Any:
        super().write(handle, data)


class KeepsTheBuffer(Char):
    breaks = "case_callers_buffer_is_not_kept"

    def write(self, handle: Handle, data: Any) -> Any:
        count = super().write(handle, data)
        if type(data) is bytearray and len(self.waiting) == len(data):
            self.waiting = data
        return count


class CountsItsMakers(Char):
    breaks = "case_one_seed_gives_the_same_bytes"
    made = [0]

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.made[0] += 1
        self.waiting += b"device %d" % self.made[0]


class PollsTrue(Char):
    breaks = "case_poll_gives_poll_bits"

    def poll(self, handle: Handle) -> Any:
        return True


class AlwaysReady(Char):
    breaks = "case_poll_tells_the_truth"

    def poll(self, handle: Handle) -> Any:
        return POLLIN | POLLOUT


class WakesNobody(Char):
    breaks = "case_who_polls_can_be_woken"

    def wait_queue(self, handle: Handle) -> Any:
        return None


class AlwaysWaits(Char):
    breaks = "case_nonblocking_files_never_wait"

    def read(self, handle: Handle, size: int) -> bytes:
        return super().read(Handle(0), size)


# ---------------------------------------------------------------- block devices
class OddBlocks(Block):
    breaks = "case_geometry_makes_sense"
    block_size = 500


class ShortReads(Block):
    breaks = "case_reads_are_whole"

    def read_blocks(self, first: int, count: int) -> bytes:
        return super().read_blocks(first, min(count, 128))


class WritesOneBlock(Block):
    breaks = "case_written_blocks_are_read"

    def write_blocks(self, first: int, data: Any) -> None:
        super().write_blocks(first, data[:BLOCK])


class KeepsTheBlock(Block):
    breaks = "case_written_buffer_is_not_kept"
    kept: Any = None

    def write_blocks(self, first: int, data: Any) -> None:
        super().write_blocks(first, data)
        self.kept = data if first == 0 and type(data) is bytearray else None

    def read_blocks(self, first: int, count: int) -> bytes:
        if self.kept is not None and first == 0:
            super().write_blocks(0, self.kept)
        return super().read_blocks(first, count)


# ---------------------------------------------------------------- only a machine finds these
class NumbersItself(Char):
    breaks = "case_machine_has_its_node"

    @property
    def number(self) -> tuple[int, int]:  # type: ignore[override]
        return (7, 7)


class FailsForPrograms(Char):
    breaks = "case_program_uses_the_node"

    def read(self, handle: Handle, size: int) -> bytes:
        if real(self.ctx):
            raise ValueError("a program!")
        return super().read(handle, size)


class LosesOddWrites(Block):
    breaks = "case_program_writes_anywhere_on_the_disk"

    def write_blocks(self, first: int, data: Any) -> None:
        if not (real(self.ctx) and len(data) > BLOCK):
            super().write_blocks(first, data)


class ForksOnce(Char):
    breaks = "case_machine_forks_with_it"

    def fork(self, ctx: Any) -> Any:
        if real(ctx) and self.generation:
            raise NotSupported(None, "not again")
        return super().fork(ctx)


BROKEN: list[Any] = [Duck, *Char.__subclasses__(), *Block.__subclasses__()]


def failures(kind: Any) -> list[str]:
    record = DeviceDriver(
        "broken", 1, f"{__name__}:{kind.__name__}", kind="block" if issubclass(kind, Block) else "char"
    )
    report = check_driver(GROUP, record)
    assert report.passed, report
    return [outcome.case.name for outcome in report.failed]


@pytest.mark.parametrize("kind", [Char, Block])
def test_the_references_break_no_rule(kind: Any) -> None:
    assert failures(kind) == []


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_device_fails_its_case_alone(kind: Any) -> None:
    assert failures(kind) == [kind.breaks]


def test_every_case_has_a_device_that_breaks_it() -> None:
    cases = {case.name for case in clauses(GROUP) if case.clause.startswith("DEV-")}
    assert cases == {kind.breaks for kind in BROKEN}
