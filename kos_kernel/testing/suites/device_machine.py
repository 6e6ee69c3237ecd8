"""A device in a machine: its node in /dev, and programs that use it."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...abi import (
    BLKGETSIZE64,
    O_NOCTTY,
    O_NONBLOCK,
    O_RDONLY,
    O_RDWR,
    POLLIN,
    POLLOUT,
    S_IFBLK,
    S_IFCHR,
    major,
    minor,
)
from ...errors import ForkBusy, NoSpace, SysError
from ..cases import clause, collect, expect, expect_equal, expect_error, refused, told
from .device_alone import DeviceSubject


@clause(
    "DEV-MACHINE-1",
    after="case_device_is_of_its_kind",
    mistake="the record's number or mode isn't the one meant, or the driver sets `number` itself",
)
def case_machine_has_its_node(subject: DeviceSubject) -> None:
    """A machine shows it in /dev: with its kind, its permission bits, and the number that its record names."""
    path = b"/dev/" + subject.name.encode()
    status = subject.run(subject.machine(), lambda k: k.stat(path))
    record = subject.record
    kind = S_IFBLK if record.kind == "block" else S_IFCHR
    expect(
        status.mode == kind | record.mode,
        f"the mode of {path.decode()} is {status.mode:#o}, expected {kind | record.mode:#o}",
    )
    if record.number is not None:
        expect_equal((major(status.rdev), minor(status.rdev)), record.number, f"the number of {path.decode()}")


@clause(
    "DEV-MACHINE-2",
    needs="char",
    after="case_machine_has_its_node case_nonblocking_files_never_wait case_poll_gives_poll_bits case_write_tells_how_much_it_took",
    mistake="the device needs something of its context that is there only later, or leaves its open files behind",
)
def case_program_uses_the_node(subject: DeviceSubject) -> None:
    """A program opens it, polls, writes, reads and closes it; what it refuses is a SysError, and nothing ends up in the log."""
    path = b"/dev/" + subject.name.encode()

    def main(k: Any) -> None:
        for flags in (O_RDWR, O_RDONLY):
            try:
                fd = k.open(path, flags | O_NONBLOCK | O_NOCTTY)
            except SysError:
                continue
            k.poll([(fd, POLLIN | POLLOUT)], 0)
            for call, argument in ((k.write, b"from a program\n"), (k.read, 100), (k.lseek, 0)):
                refused(partial(call, fd, argument))
            k.fstat(fd)
            k.close(fd)

    machine = subject.machine()
    subject.run(machine, main)
    bad = [text for _, level, text in machine.log if level <= 3]
    expect(not bad, f"the kernel log says: {bad}")


@clause(
    "DEV-MACHINE-3",
    needs="block",
    after="case_machine_has_its_node case_written_blocks_are_read",
    mistake="the driver does more than whole blocks: the kernel has cut the request to blocks already",
)
def case_program_writes_anywhere_on_the_disk(subject: DeviceSubject) -> None:
    """A program reads and writes at any offset, and gets NoSpace behind the end."""
    path = b"/dev/" + subject.name.encode()
    device = subject.device
    size = device.block_size * device.block_count

    def main(k: Any) -> None:
        fd = k.open(path, O_RDWR)
        expect_equal(k.ioctl(fd, BLKGETSIZE64), size, "BLKGETSIZE64")
        for offset in (0, 3, device.block_size - 2, size // 2 + 1, size - 5):
            k.pwrite(fd, b"there", offset)
            expect_equal(k.pread(fd, 5, offset), b"there", f"what is read at {offset}")
        expect_equal(k.pread(fd, 100, size), b"", "what is read at the end")
        expect_error(NoSpace, lambda: k.pwrite(fd, b"x", size), "a write at the end")
        k.close(fd)

    subject.run(subject.machine(), main)


@clause(
    "DEV-MACHINE-4",
    after="case_machine_has_its_node case_fork_policy_is_clear case_fork_shares_no_state",
    mistake="fork() raises, or needs something of the context that a forked machine's doesn't have",
)
def case_machine_forks_with_it(subject: DeviceSubject) -> None:
    """A machine that has it can be forked and has it there too; or the fork is refused, with its reason."""
    machine = subject.machine()
    try:
        twin = machine.fork()
    except ForkBusy as error:
        refusal = subject.device.fork_refusal
        expect(subject.device.fork_policy == "refuse" and refusal in str(error), f"the fork was refused: {told(error)}")
        return
    path = b"/dev/" + subject.name.encode()
    with twin:
        here, there = (subject.run(one, lambda k: k.stat(path)) for one in (machine, twin))
    expect_equal((there.mode, there.rdev), (here.mode, here.rdev), f"(mode, number) of {path.decode()} in the fork")


CASES = collect(globals())
