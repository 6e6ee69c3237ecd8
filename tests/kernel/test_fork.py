"""machine.fork(): what is carried, what refuses, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from kos_kernel import ForkBusy, Machine
from kos_kernel.abi import O_CREAT, O_RDWR
from kos_kernel.testing import run_main


def test_files_written_later_are_seen_on_one_side_only(machine: Machine) -> None:
    machine.write_file("/f", b"before")
    with machine.fork() as twin:
        twin.write_file("/f", b"twin")
        twin.write_file("/new", b"x")
        machine.write_file("/f", b"parent")
        assert (machine.read_file("/f"), twin.read_file("/f")) == (b"parent", b"twin")
        with pytest.raises(FileNotFoundError):
            machine.read_file("/new")
        changes = {change.path: change.kind for change in machine.diff(twin)}
        assert changes == {"/f": "M", "/new": "A"}


def test_a_resident_shell_is_carried_with_its_state(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("cd /tmp; x=1; f() { echo $x $PWD; }; umask 077")
    with machine.fork() as twin:
        (copy,) = twin.shells()
        copy.run("x=2; cd /")
        assert copy.run("f; umask").stdout == b"2 /\n0077\n"
        assert shell.run("f").stdout == b"1 /tmp\n"


def test_a_live_program_refuses_and_is_named(virtual: Machine) -> None:
    running = virtual.spawn(["sleep", "1000"])
    virtual.run("sleep 1")
    with pytest.raises(ForkBusy) as caught:
        virtual.fork()
    assert '"sleep"' in str(caught.value)
    with virtual.fork(live="drop") as twin:
        assert b"sleep" not in twin.run("ps -e").stdout
        assert twin.run("echo fine").stdout == b"fine\n"
    running.kill()


def test_forks_of_forks_and_a_closed_parent(machine: Machine) -> None:
    machine.write_file("/depth", b"0")
    here = machine.fork()
    for depth in range(1, 30):
        here.write_file("/depth", b"%d" % depth)
        below = here.fork()
        here.close()
        assert below.read_file("/depth") == b"%d" % depth
        here = below
    here.close()
    assert machine.read_file("/depth") == b"0"


def test_clock_and_limits_go_on_and_pids_do_not_repeat(virtual: Machine) -> None:
    virtual.run("sleep 100")
    with virtual.fork() as twin:
        assert twin.now_ns == virtual.now_ns
        one, two = virtual.run("echo $$").stdout, twin.run("echo $$").stdout
        assert one == two
        twin.run("sleep 50")
        assert twin.now_ns >= virtual.now_ns + 40 * 10**9


def test_a_dropped_parents_big_file_is_shared_not_copied(machine: Machine) -> None:
    def fill(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/big", O_CREAT | O_RDWR)
        for number in range(100):
            k.write(fd, bytes([number + 1]) * 65536)

    def poke(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/big", O_RDWR)
        k.pwrite(fd, b"!", 5 * 65536 + 7)

    run_main(machine, fill)
    with machine.fork() as twin:
        run_main(twin, poke)
        mine, theirs = machine.read_file("/big"), twin.read_file("/big")
        assert [at for at in range(0, len(mine), 1) if mine[at] != theirs[at]] == [5 * 65536 + 7]


def test_a_sparse_terabyte_is_compared_at_once(machine: Machine) -> None:
    def make(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/sparse", O_CREAT | O_RDWR)
        k.ftruncate(fd, 1 << 40)

    def poke(k: Any, argv: list[bytes]) -> None:
        k.pwrite(k.open(b"/sparse", O_RDWR), b"x", 1 << 39)

    run_main(machine, make)
    with machine.fork() as twin:
        run_main(twin, poke)
        assert [change.path for change in machine.diff(twin)] == ["/sparse"]


_MEASURE = """
import gc, resource
from kos_kernel import Machine
def rss():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * resource.getpagesize()
with Machine(seed=1, clock="virtual") as machine:
    machine.run("echo warm")
    kept = [machine.fork() for _ in range(50)]
    gc.collect()
    before = rss()
    kept += [machine.fork() for _ in range(1000)]
    gc.collect()
    print((rss() - before) // 1000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/statm")
def test_an_idle_fork_holds_less_than_12_kib() -> None:
    done = subprocess.run([sys.executable, "-c", _MEASURE], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 12 * 1024
