"""`kos plugin check` runs the conformance kit: what it says of a driver that breaks its contract."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]
PLUGIN = """
from kos_kernel.api import Scheduler, SchedulerDriver, hookimpl


class Lifo(Scheduler):
    def __init__(self, options, ctx):
        self.stack = []

    def enqueue(self, task, now_ns, why):
        self.stack.append(task)

    def dequeue(self, task, now_ns):
        self.stack.remove(task)

    def pick_next(self, cpu, now_ns):
        return self.stack.pop() if self.stack else None

    def slice_ns(self, task):
        return 10_000_000


@hookimpl
def kos_scheduler_drivers():
    yield SchedulerDriver("lifo", contract=1, make="lifo_plugin:Lifo", capabilities=frozenset({"preemptive"}))
"""


@pytest.fixture
def lifo(tmp_path: Path) -> dict[str, str]:
    """Return the environment in which Python finds a scheduler that starves whoever waits longest."""
    info = tmp_path / "site" / "kos_sched_lifo-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kos-sched-lifo\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[kos.scheduler]\nlifo = lifo_plugin\n")
    (tmp_path / "site" / "lifo_plugin.py").write_text(PLUGIN)
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")]))}


def test_a_driver_that_keeps_its_contract_is_told_how_many_rules_hold(kos_process: Run) -> None:
    done = kos_process("plugin", "check", "kos.scheduler:rr")
    assert done.returncode == 0
    assert b"rules hold" in done.stdout
    assert done.stdout.endswith(b"1 of 1 fit\n")


def test_a_broken_rule_is_told_with_its_clause_and_what_was_got(kos_process: Run, lifo: dict[str, str]) -> None:
    done = kos_process("plugin", "check", "lifo", env=lifo)
    told = done.stdout.decode()
    assert done.returncode == 1, told + done.stderr.decode()
    assert told.startswith("BAD  kos.scheduler:lifo (kos-sched-lifo 1.0)")
    assert "\n       SCHED-STARVE-1: " in told
    assert "\n         got: " in told
    assert told.endswith("0 of 1 fit\n")


def test_rules_that_are_broken_on_purpose_can_be_excused(kos_process: Run, lifo: dict[str, str]) -> None:
    done = kos_process("plugin", "check", "lifo", "--excuse", "SCHED-STARVE-1", env=lifo)
    assert done.returncode == 0, done.stdout
    assert b"1 excused" in done.stdout
    done = kos_process("plugin", "check", "lifo", "--excuse", "SCHED-STARVE-99", env=lifo)
    assert done.returncode == 2
    assert b"did you mean" in done.stderr


def test_a_driver_that_needs_options_is_imported_and_not_tried(kos_process: Run) -> None:
    done = kos_process("plugin", "check", "kos.fs:host")
    assert done.returncode == 0
    assert b"can't be made without options" in done.stdout
