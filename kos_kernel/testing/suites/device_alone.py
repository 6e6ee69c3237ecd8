"""A device on its own: what it gives and takes, that it never sleeps when it must not, and copies of it.

On its own a device is opened O_NONBLOCK on a still kernel, where a read or write that would wait raises ResourceUnavailable.
Capabilities: "char" or "block", by its record; "forks" unless its fork_policy is "refuse".
"""

from __future__ import annotations

from typing import Any

from ...abi import (
    O_NONBLOCK,
    O_RDWR,
    POLLERR,
    POLLHUP,
    POLLIN,
    POLLNVAL,
    POLLOUT,
    POLLPRI,
)
from ...contracts.device import BlockDevice, CharDevice, Device, Handle
from ...contracts.machine import DeviceConfig, MachineConfig
from ...errors import NotATerminal, ResourceUnavailable, SysError
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, expect_error, refused, shown, told
from ..fakes import StillKernel, WouldSleep
from .common import MadeSubject

POLL_BITS = POLLIN | POLLPRI | POLLOUT | POLLERR | POLLHUP | POLLNVAL
NO_SUCH_IOCTL = 0x4B17


class DeviceSubject(MadeSubject):
    """A device on its own, made at first use."""

    _device: Any = None

    @property
    def face(self) -> type[Any]:  # type: ignore[override]
        """Return the contract's class: of a character or a block device."""
        return BlockDevice if self.record.kind == "block" else CharDevice

    @property
    def device(self) -> Any:
        """Return the device."""
        if self._device is None:
            self._device = self.make()
        return self._device

    @property
    def capabilities(self) -> frozenset[str]:
        policy = {"forks"} if self.device.fork_policy != "refuse" else set()
        return super().capabilities | policy | {self.record.kind}

    def context(self, kernel: StillKernel) -> Any:
        """Return a device's context."""
        return kernel.device_context(self.grants)

    @property
    def name(self) -> str:
        """Return the name of its node in the machine's /dev."""
        nodes: tuple[str, ...] = self.record.nodes
        return nodes[0] if nodes else "kit"

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine that has it, in the place of one that every machine has."""
        record = self.record
        others = tuple(one for one in base.devices if one.driver != record.name)
        mine = DeviceConfig(record.name if record.nodes else "kit", record.name, self.options, None, self.grants)
        return base._replace(devices=(*others, mine))

    def open(self, device: Any = None, flags: int = O_RDWR | O_NONBLOCK) -> Any:
        """Return the state of an open file of it. NotAsked if it refuses to be opened."""
        try:
            return (device or self.device).open(flags)
        except SysError as error:
            raise NotAsked(f"it can't be opened on its own: {error}") from None

    def fork(self) -> Any:
        """Return the device of a forked machine, as the kernel makes it."""
        device = self.device
        if type(device).fork is Device.fork or device.fork_policy == "share":
            return device
        return device.fork(self.context(StillKernel(8)))


def _read(device: Any, handle: Any, size: int) -> bytes:
    """Return what a read gives; b"" if it gives nothing now."""
    try:
        data: bytes = device.read(handle, size)
    except (SysError, WouldSleep):
        return b""
    return data


def _write(device: Any, handle: Any, data: Any) -> int:
    try:
        count: int = device.write(handle, data)
    except (SysError, WouldSleep):
        return 0
    return count


@clause(
    "DEV-KIND-1",
    mistake="derive from CharDevice or BlockDevice, whichever the record's `kind` says: the kernel asks by class",
)
def case_device_is_of_its_kind(subject: DeviceSubject) -> None:
    """The device is a CharDevice or a BlockDevice, as its record says."""
    wanted = subject.face
    expect(isinstance(subject.device, wanted), f"{type(subject.device).__name__} is no {wanted.__name__}")


@clause(
    "DEV-IOCTL-1",
    after="case_device_is_of_its_kind",
    mistake="an unknown request returns None or raises ValueError: call super().ioctl, which says ENOTTY",
)
def case_unknown_ioctl_is_refused(subject: DeviceSubject) -> None:
    """An ioctl that the device doesn't know raises NotATerminal (ENOTTY), as programs that probe expect."""
    handle = subject.open() if subject.record.kind == "char" else Handle(O_RDWR)
    expect_error(NotATerminal, lambda: subject.device.ioctl(handle, NO_SUCH_IOCTL, 0), f"ioctl({NO_SUCH_IOCTL:#x})")


# ---------------------------------------------------------------- character devices
@clause(
    "DEV-OPEN-1",
    needs="char",
    after="case_device_is_of_its_kind",
    mistake="open returns something of its own: put that into handle.state",
)
def case_open_returns_a_handle(subject: DeviceSubject) -> None:
    """open returns a Handle with the flags, a new one for each open file, or refuses with a SysError."""
    first, second = subject.open(), subject.open()
    for handle in (first, second):
        expect(isinstance(handle, Handle), f"open returned {shown(handle)}, which is no Handle")
        expect_equal(handle.flags, O_RDWR | O_NONBLOCK, "the handle's flags")
    expect(first is not second, "two opens returned one handle")


@clause(
    "DEV-OPEN-2",
    needs="char",
    after="case_open_returns_a_handle",
    mistake="release tears down what other open files use: count them",
)
def case_release_leaves_other_files_alone(subject: DeviceSubject) -> None:
    """After one open file is released, others work on, and more can be opened."""
    device = subject.device
    first, second = subject.open(), subject.open()
    before = device.poll(second)
    device.release(first)
    expect_equal(device.poll(second), before, "poll of the file that is still open")
    third = subject.open()
    for handle in (second, third):
        _write(device, handle, b"x")
        device.release(handle)


@clause(
    "DEV-READ-1",
    needs="char",
    after="case_open_returns_a_handle",
    mistake="read returns a line or a block whatever size says; keep the rest for the next read",
)
def case_read_gives_no_more_than_asked(subject: DeviceSubject) -> None:
    """read returns bytes, no more than `size`."""
    device, handle = subject.device, subject.open()
    _write(device, handle, b"some bytes that are longer than one\n")
    for size in (1, 3, 100, 100_000):
        data = _read(device, handle, size)
        expect(type(data) is bytes and len(data) <= size, f"read of {size} bytes returned {shown(data)}")


@clause(
    "DEV-WRITE-1",
    needs="char",
    after="case_open_returns_a_handle",
    mistake="write returns None or True; it returns how many bytes were taken",
)
def case_write_tells_how_much_it_took(subject: DeviceSubject) -> None:
    """write returns how many bytes it took, of bytes, bytearray and memoryview, and 0 of none; or raises a SysError."""
    for data in (b"bytes\n", bytearray(b"array\n"), memoryview(b"view\n")):
        handle = subject.open()
        try:
            count = subject.device.write(handle, data)
        except (SysError, WouldSleep):
            continue
        right = type(count) is int and 0 < count <= len(data)
        expect(right, f"write of {len(data)} bytes ({type(data).__name__}) returned {count!r}")
    try:
        count = subject.device.write(subject.open(), b"")
    except SysError:
        return
    expect(count == 0 and count is not False, f"write of no bytes returned {count!r}")


@clause(
    "DEV-SEED-1",
    needs="char",
    after="case_read_gives_no_more_than_asked",
    mistake="bytes come from the host's randomness, time or addresses; ctx.entropy and ctx.clock are the machine's",
)
def case_one_seed_gives_the_same_bytes(subject: DeviceSubject) -> None:
    """Two devices on machines of one seed give the same bytes."""
    got = []
    for _ in range(2):
        device = subject.make(StillKernel(7))
        handle = subject.open(device)
        got.append((_read(device, handle, 64), _write(device, handle, b"x\n"), _read(device, handle, 64)))
    expect_equal(got[1], got[0], "what the second device gave")


@clause(
    "DEV-WRITE-2",
    needs="char",
    after="case_write_tells_how_much_it_took case_one_seed_gives_the_same_bytes",
    mistake="the buffer itself is kept: copy it with bytes(data), for its owner uses it again",
)
def case_callers_buffer_is_not_kept(subject: DeviceSubject) -> None:
    """What a caller does to its buffer after a write changes nothing of what is read."""
    got = []
    for data in (b"kept\n", bytearray(b"kept\n")):
        device = subject.make(StillKernel())
        handle = subject.open(device)
        _write(device, handle, data)
        if isinstance(data, bytearray):
            data[:] = b"lost\n"
        got.append(_read(device, handle, 100))
    expect_equal(got[1], got[0], "what is read after the buffer was used again")


@clause("DEV-POLL-1", needs="char", after="case_open_returns_a_handle", mistake="poll returns True, or bits of its own")
def case_poll_gives_poll_bits(subject: DeviceSubject) -> None:
    """poll returns POLL* bits, before and after a write."""
    device, handle = subject.device, subject.open()
    for when in ("at first", "after a write"):
        bits = device.poll(handle)
        expect(type(bits) is int and bits >= 0 and bits & ~POLL_BITS == 0, f"poll returned {bits!r} {when}")
        _write(device, handle, b"x\n")


@clause(
    "DEV-POLL-2",
    needs="char",
    after="case_poll_gives_poll_bits",
    mistake="poll promises what read doesn't keep; they must look at the same condition",
)
def case_poll_tells_the_truth(subject: DeviceSubject) -> None:
    """Where poll says POLLIN a read doesn't have to wait, and where it says POLLOUT a write doesn't."""
    device, handle = subject.device, subject.open()
    for when in ("at first", "after a write"):
        bits = device.poll(handle)
        for bit, what, call, argument in ((POLLIN, "read", device.read, 1), (POLLOUT, "write", device.write, b"x\n")):
            if bits & bit and not bits & POLLHUP:
                try:
                    call(handle, argument)
                except (ResourceUnavailable, WouldSleep) as error:
                    raise Violation(f"poll said {bits:#x} {when}, and {what} had to wait ({told(error)})") from None
                except SysError:
                    pass


@clause(
    "DEV-POLL-3",
    needs="char",
    after="case_poll_gives_poll_bits",
    mistake="wait_queue returns None for a device whose poll changes: a program that polls would sleep for ever",
)
def case_who_polls_can_be_woken(subject: DeviceSubject) -> None:
    """A device that isn't ready gives the wait queue that will be woken, and wakes it when it becomes ready."""
    device, handle = subject.device, subject.open()
    before = device.poll(handle)
    if before & POLLIN and before & POLLOUT:
        raise NotAsked("the device is always ready")
    given = device.wait_queue(handle)
    queues = given if isinstance(given, tuple) else (given,)
    expect(
        all(hasattr(queue, "wake_all") for queue in queues),
        f"poll says {before:#x}, and wait_queue returned {shown(given)}",
    )
    wakes = sum(queue.wakes for queue in queues)
    _write(device, handle, b"wake up\n")
    if device.poll(handle) & ~before:
        expect(sum(queue.wakes for queue in queues) > wakes, "a write made it ready, and its queue wasn't woken")


@clause(
    "DEV-NONBLOCK-1",
    needs="char",
    after="case_open_returns_a_handle",
    mistake="look at handle.flags & O_NONBLOCK before waiting, and raise ResourceUnavailable",
)
def case_nonblocking_files_never_wait(subject: DeviceSubject) -> None:
    """A file that is open O_NONBLOCK never waits: read and write raise ResourceUnavailable instead."""
    device, handle = subject.device, subject.open()
    for what, call in (
        ("read", lambda: device.read(handle, 10)),
        ("write", lambda: device.write(handle, b"x" * 100_000)),
    ):
        for _ in range(4):
            try:
                refused(call)
            except WouldSleep:
                raise Violation(f"{what} waits") from None


# ---------------------------------------------------------------- copies
@clause(
    "DEV-FORK-1",
    after="case_device_is_of_its_kind",
    mistake="fork_policy is a word of its own, or a refusal without fork_refusal",
)
def case_fork_policy_is_clear(subject: DeviceSubject) -> None:
    """fork_policy is "cow", "share" or "refuse", and who refuses says why."""
    policy = subject.device.fork_policy
    expect(policy in ("cow", "share", "refuse"), f"fork_policy is {policy!r}")
    expect(policy != "refuse" or subject.device.fork_refusal, "fork_policy is 'refuse' and fork_refusal is empty")


@clause(
    "DEV-FORK-2",
    needs="forks",
    after="case_fork_policy_is_clear case_open_returns_a_handle case_one_seed_gives_the_same_bytes case_written_blocks_are_read",
    mistake="the device has state and no fork() of its own, or fork() hands the same buffers on",
)
def case_fork_shares_no_state(subject: DeviceSubject) -> None:
    """What is written to a device isn't on its fork, nor the other way round."""
    device = subject.device
    if subject.record.kind == "block":
        size = device.block_size
        if refused(lambda: device.write_blocks(0, b"o" * size)) is not None:
            raise NotAsked("the device can't be written")
        twin = subject.fork()
        expect_equal(twin.block_count, device.block_count, "block_count of the fork")
        expect(twin.read_blocks(0, 1) == b"o" * size, "the fork doesn't have what was written before")
        device.write_blocks(0, b"p" * size)
        twin.write_blocks(0, b"t" * size)
        expect(device.read_blocks(0, 1) == b"p" * size, "the original has what was written to the fork")
        expect(twin.read_blocks(0, 1) == b"t" * size, "the fork has what was written to the original")
        return
    twin = subject.fork()
    mine, theirs = subject.open(), subject.open(twin)
    untouched = subject.make(StillKernel(8))
    other = subject.open(untouched)
    _write(device, mine, b"a secret of the original\n")
    ready = (bool(twin.poll(theirs) & POLLIN), bool(untouched.poll(other) & POLLIN))
    expect(ready[0] == ready[1], "a write to the original made the fork readable")
    expect_equal(
        _read(twin, theirs, 100),
        _read(untouched, other, 100),
        "what is read from the fork after a write to the original",
    )


CASES = collect(globals())
