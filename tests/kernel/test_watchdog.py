"""Programs that never yield, and Ctrl-C on the host."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

from kos_kernel import Machine, abi
from kos_kernel.testing import run_main

interruptible = pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is not signal.default_int_handler,
    reason="whoever started this has it ignore SIGINT, as a shell does with what it runs in the background",
)


@pytest.mark.parametrize("clock", ["virtual", "wall"])
def test_a_program_that_never_yields_is_killed_and_its_neighbours_go_on(clock: str) -> None:
    def stuck(k: Any, argv: list[bytes]) -> None:
        while True:
            pass

    def main(k: Any, argv: list[bytes]) -> None:
        pid = k.fork_call(stuck, [])
        assert k.wait(pid) == (pid, abi.SIGKILL)
        k.write(1, b"still here")

    with Machine(clock=clock, limits={"cpu": "1s"}) as machine:
        result = run_main(machine, main)
        assert (result.stdout, result.status) == (b"still here", 0)
        assert any("made no system call" in text for _, _, text in machine.log)


def test_a_program_that_ticks_is_not_taken_for_stuck() -> None:
    def busy(k: Any, argv: list[bytes]) -> None:
        until = time.process_time() + 0.5
        while time.process_time() < until:
            k.tick()

    with Machine(clock="virtual", limits={"cpu": "100s"}) as machine:
        assert run_main(machine, busy).status == 0


@interruptible
def test_control_c_ends_the_hosts_wait_and_leaves_the_machine_whole() -> None:
    with Machine() as machine:
        with pytest.raises(KeyboardInterrupt):
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            machine.run("sleep 100")
        assert machine.run("echo whole").stdout == b"whole\n"


@interruptible
def test_control_c_reaches_a_busy_machine() -> None:
    with Machine() as machine, pytest.raises(KeyboardInterrupt):
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        machine.run("while :; do :; done")


@interruptible
def test_the_hosts_own_handlers_are_put_back() -> None:
    with Machine() as machine:
        machine.run("true")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
