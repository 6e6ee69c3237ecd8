"""What the kit asks of every kind, against drivers that are wrong in one way each; and the kit's own order."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from kos_kernel.api import ByteSize, DriverOptions, Scheduler, SchedulerDriver
from kos_kernel.hookspecs import HOOKS
from kos_kernel.index import Index
from kos_kernel.platform import Platform
from kos_kernel.registry import Registry
from kos_kernel.testing import check_driver, clauses

GROUP = "kos.scheduler"


class Queue(Scheduler):
    """First come, first served. Right in every way."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self.queue: list[Any] = []

    def enqueue(self, task: Any, now_ns: int, why: Any) -> None:
        self.queue.append(task)

    def dequeue(self, task: Any, now_ns: int) -> None:
        self.queue.remove(task)

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        return self.queue.pop(0) if self.queue else None


class Duck:
    """Has the methods that an author thinks of, and no base class that has the others."""

    __init__, enqueue, dequeue, pick_next = Queue.__init__, Queue.enqueue, Queue.dequeue, Queue.pick_next

    def slice_ns(self, task: Any) -> int:
        return 1_000_000


ONLY_ONE = Queue(None, None)


def only_one(options: Any, ctx: Any) -> Queue:
    return ONLY_ONE


class GoodOptions(DriverOptions):
    size: ByteSize = Field(64 << 20)


class BadOptions(DriverOptions):
    size: ByteSize = Field("64MiB")  # type: ignore[assignment]


RECORDS = {
    "": SchedulerDriver("plain", 1, f"{__name__}:Queue", f"{__name__}:GoodOptions"),
    "case_driver_can_be_made": SchedulerDriver("duck", 1, f"{__name__}:Duck"),
    "case_each_machine_gets_a_driver_of_its_own": SchedulerDriver("one", 1, f"{__name__}:only_one"),
    "case_options_can_be_written_down_and_read_again": SchedulerDriver(
        "bad", 1, f"{__name__}:Queue", f"{__name__}:BadOptions"
    ),
}


@pytest.mark.parametrize("case", RECORDS)
def test_a_broken_driver_fails_its_case_alone(case: str) -> None:
    report = check_driver(GROUP, RECORDS[case])
    assert [outcome.case.name for outcome in report.failed] == ([case] if case else [])


def test_what_the_contract_has_and_the_driver_lacks_is_named() -> None:
    [failure] = check_driver(GROUP, RECORDS["case_driver_can_be_made"]).failed
    assert "figures, fork, migrate, set_priority, start, tick, wakeup" in failure.got


PLUGIN = """
from kos_kernel.api import SchedulerDriver, hookimpl
{more}

@hookimpl
def kos_scheduler_drivers():
    yield SchedulerDriver("installed", contract=1, make="kit_installed.algorithm:Queue")
"""
ALGORITHM = Path(__file__).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ("", []),
        ("from .algorithm import Queue", ["case_announcing_imports_neither_the_driver_nor_its_options"]),
        ("import pydantic", ["case_announcing_imports_neither_the_driver_nor_its_options"]),
    ],
)
def test_an_installed_plugin_must_announce_lazily(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, failed: list[str]
) -> None:
    package = tmp_path / "kit_installed"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(PLUGIN.format(more=more))
    (package / "algorithm.py").write_text(ALGORITHM)
    info = tmp_path / "kit_installed-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kit-installed\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[kos.scheduler]\ninstalled = kit_installed.plugin\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    path = [str(tmp_path), *sys.path]
    platform = Platform(Registry(Index(str(tmp_path / "cache"), path), path=path))
    try:
        report = check_driver(GROUP, "installed", platform=platform)
    finally:
        for name in [name for name in sys.modules if name.startswith("kit_installed")]:
            del sys.modules[name]
    assert [outcome.case.name for outcome in report.failed] == failed


# ---------------------------------------------------------------- the cases as a whole
EVERYTHING = [(group, case) for group in HOOKS for case in clauses(group)]


def test_every_kind_of_driver_has_cases() -> None:
    assert all(len(clauses(group)) >= 5 for group in HOOKS)


def test_a_clause_number_stands_for_one_case() -> None:
    numbers: dict[str, str] = {}
    for group, case in EVERYTHING:
        where = case.clause if case.clause.startswith("DRV-") else f"{group}:{case.clause}"
        assert numbers.setdefault(where, case.name) == case.name
        assert re.fullmatch(r"[A-Z]+-[A-Z]+-\d+", case.clause), case.clause
    for group in HOOKS:
        names = [case.name for case in clauses(group)]
        assert len(names) == len(set(names))


def test_every_case_states_its_rule_and_a_likely_mistake() -> None:
    for _, case in EVERYTHING:
        assert case.name.startswith("case_")
        assert case.rule.endswith(".") and len(case.rule) > 20, case
        assert case.mistake and not case.mistake.endswith("."), case


def test_what_a_case_builds_on_comes_before_it_or_is_asked_first() -> None:
    for group in HOOKS:
        cases = {case.name: case for case in clauses(group)}
        for case in cases.values():
            unknown = set(case.after) - set(cases)
            assert not unknown, f"{case.name} builds on {unknown}"
            todo, seen = list(case.after), set()
            while todo:
                name = todo.pop()
                assert name != case.name, f"{name} builds on itself"
                if name not in seen:
                    seen.add(name)
                    todo += cases[name].after
