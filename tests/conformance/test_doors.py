"""check_driver and conformance as authors use them: options, examples, reports, pytest's part."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kos_kernel.api import UNLIMITED, ConfigError, DriverOptions, HostPath, Scheduler, SchedulerDriver
from kos_kernel.errors import KosError, PluginError
from kos_kernel.index import Index
from kos_kernel.platform import Platform
from kos_kernel.registry import Registry
from kos_kernel.testing import Report, check_driver, clauses, conformance


class Lifo(Scheduler):
    """Run the task that became runnable last; never preempt it for an older one."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self.stack: list[Any] = []

    def enqueue(self, task: Any, now_ns: int, why: Any) -> None:
        self.stack.append(task)

    def dequeue(self, task: Any, now_ns: int) -> None:
        self.stack.remove(task)

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        return self.stack.pop() if self.stack else None

    def wakeup(self, task: Any, current: Any, now_ns: int) -> bool:
        return True

    def slice_ns(self, task: Any) -> int:
        return UNLIMITED


LIFO = SchedulerDriver("lifo", 1, f"{__name__}:Lifo")

# What the design shows, as a test of this very suite.
test_lifo = conformance("kos.scheduler", LIFO, xfail={"case_no_runnable_task_starves": "LIFO starves by design"})


class FolderOptions(DriverOptions):
    folder: HostPath
    depth: int = 1


class Foldered(Lifo):
    """Wants a folder of the host, and looks that it is there."""

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        assert os.listdir(options.folder) == ["made-by-the-callback"]


FOLDERED = SchedulerDriver("foldered", 1, f"{__name__}:Foldered", f"{__name__}:FolderOptions")


# ---------------------------------------------------------------- reports
def test_a_report_tells_what_failed_with_the_rule_what_was_got_and_the_likely_mistake() -> None:
    report = check_driver("kos.scheduler", LIFO)
    assert isinstance(report, Report) and not report.ok
    assert [outcome.case.name for outcome in report.failed] == ["case_no_runnable_task_starves"]
    text = str(report)
    assert (
        "SCHED-STARVE-1: Among tasks of equal nice value that use their slices up or yield, none waits for ever."
        in text
    )
    assert "got: task 1, 2, 3, 4, 5, 6, 7 of 8 was never picked in 400 turns" in text
    assert "likely mistake: a task that gives the CPU back is put before those that wait already" in text


def test_a_report_counts_every_case_once() -> None:
    report = check_driver("kos.scheduler", LIFO)
    assert len(report.outcomes) == len(clauses("kos.scheduler"))
    assert len(report.passed) + len(report.failed) + len(report.skipped) == len(report.outcomes)


def test_what_is_not_claimed_is_not_asked_and_says_so() -> None:
    skipped = {outcome.case.name: outcome.got for outcome in check_driver("kos.scheduler", LIFO).skipped}
    assert skipped["case_lower_nice_gets_more"] == "the driver has no capability 'priorities'"
    assert "case_no_runnable_task_starves fails" in skipped["case_newcomers_do_not_starve_who_waits"]


def test_an_exception_of_the_driver_is_told_with_its_place() -> None:
    record = SchedulerDriver("raises", 1, f"{__name__}:Raises")
    [failure] = check_driver("kos.scheduler", record).failed
    assert failure.case.name == "case_driver_can_be_made"
    assert "RuntimeError: not today (at test_doors.py:" in failure.got and "in __init__)" in failure.got


class Raises(Lifo):
    def __init__(self, options: Any, ctx: Any) -> None:
        raise RuntimeError("not today")


def test_what_a_driver_prints_is_no_part_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_driver("kos.observer", "strace").ok
    assert capsys.readouterr() == ("", "")


# ---------------------------------------------------------------- options
def folder_options(folder: str) -> dict[str, Any]:
    assert os.listdir(folder) == []
    Path(folder, "made-by-the-callback").touch()
    return {"folder": folder}


def test_options_may_be_made_from_a_temporary_folder_that_goes_again() -> None:
    folders = []

    def options(folder: str) -> dict[str, Any]:
        folders.append(folder)
        return folder_options(folder)

    report = check_driver("kos.scheduler", FOLDERED, options=options)
    assert [outcome.case.name for outcome in report.failed] == ["case_no_runnable_task_starves"], report
    assert len(set(folders)) == len(folders) > 20
    assert not any(map(os.path.exists, folders))


def test_a_driver_that_needs_options_and_gets_none_is_not_asked() -> None:
    report = check_driver("kos.scheduler", FOLDERED)
    assert report.ok and not report.passed
    assert "can't be made without options (folder: is missing)" in str(report)


def test_wrong_options_are_the_callers_mistake() -> None:
    with pytest.raises(ConfigError, match="dept: no such key; did you mean 'depth'"):
        check_driver("kos.scheduler", FOLDERED, options={"dept": 2})


# ---------------------------------------------------------------- platforms
def test_where_no_machine_can_be_made_a_driver_is_asked_what_can_be_asked(tmp_path: Path) -> None:
    path = [str(tmp_path)]
    bare = Platform(Registry(Index(str(tmp_path / "cache"), path), path=path))
    report = check_driver("kos.scheduler", LIFO, platform=bare)
    assert [outcome.case.name for outcome in report.failed] == ["case_no_runnable_task_starves"]
    reasons = {outcome.case.name: outcome.got for outcome in report.skipped}
    assert "no machine can be made here" in reasons["case_machine_runs_all_its_processes"]
    assert len(report.passed) > 15


def test_a_driver_that_ends_the_interpreter_has_failed_a_case() -> None:
    [failure] = check_driver("kos.scheduler", SchedulerDriver("exits", 1, f"{__name__}:Exits")).failed
    assert failure.case.name == "case_driver_can_be_made" and "SystemExit" in failure.got


class Exits(Lifo):
    def __init__(self, options: Any, ctx: Any) -> None:
        sys.exit(3)


# ---------------------------------------------------------------- names
def test_an_unknown_driver_is_answered_with_those_there_are() -> None:
    with pytest.raises(PluginError, match="did you mean 'fifo'"):
        check_driver("kos.scheduler", "fifa")


def test_an_unknown_group_is_answered_with_a_close_one() -> None:
    with pytest.raises(KosError, match=r"did you mean 'kos\.scheduler'"):
        check_driver("kos.schedulers", "rr")


def test_an_excuse_for_a_case_that_is_not_there_is_refused() -> None:
    with pytest.raises(KosError, match="did you mean 'case_no_runnable_task_starves'"):
        conformance("kos.scheduler", "rr", xfail={"case_no_runnable_tasks_starve": "they do"})


def test_the_kit_needs_no_pytest() -> None:
    code = (
        "import sys; from kos_kernel.testing import check_driver; report = check_driver('kos.scheduler', 'rr'); "
        "print(report.ok, 'pytest' in sys.modules, '_pytest' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "False"]


# ---------------------------------------------------------------- pytest's part
LIFO_TEXT = """
from kos_kernel.api import Scheduler, SchedulerDriver, UNLIMITED
from kos_kernel.testing import conformance

class Lifo(Scheduler):
    def __init__(self, options, ctx): self.stack = []
    def enqueue(self, task, now_ns, why): self.stack.append(task)
    def dequeue(self, task, now_ns): self.stack.remove(task)
    def pick_next(self, cpu, now_ns): return self.stack.pop() if self.stack else None

LIFO = SchedulerDriver("lifo", 1, f"{__name__}:Lifo")
"""


def pytest_run(folder: Path, text: str) -> str:
    """Return what pytest prints of a test module."""
    (folder / "test_it.py").write_text(LIFO_TEXT + text)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rA",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder).stdout


def test_each_case_is_a_test_and_a_failure_shows_the_sentence_and_no_traceback(tmp_path: Path) -> None:
    out = pytest_run(tmp_path, 'test_lifo = conformance("kos.scheduler", LIFO)')
    assert "PASSED test_it.py::test_lifo[case_no_task_is_lost]" in out
    assert "FAILED test_it.py::test_lifo[case_no_runnable_task_starves]" in out
    assert "likely mistake: a task that gives the CPU back" in out
    assert "Traceback" not in out and "try_case" not in out
    assert "1 failed," in out and "the driver has no capability 'priorities'" in out


def test_an_excused_case_is_an_expected_failure_and_a_needless_excuse_a_failure(tmp_path: Path) -> None:
    out = pytest_run(
        tmp_path,
        'excuses = {"case_no_runnable_task_starves": "by design", "case_no_task_is_lost": "it may be"}\n'
        'test_lifo = conformance("kos.scheduler", LIFO, xfail=excuses)',
    )
    assert "XFAIL test_it.py::test_lifo[case_no_runnable_task_starves] - " in out
    assert "FAILED test_it.py::test_lifo[case_no_task_is_lost]" in out and "XPASS(strict)" in out


def test_a_missing_driver_fails_its_tests_and_not_the_collection(tmp_path: Path) -> None:
    out = pytest_run(tmp_path, 'test_one = conformance("kos.fs", "no-such-fs")\ndef test_other(): pass')
    assert "PASSED test_it.py::test_other" in out
    assert "no filesystem named 'no-such-fs'" in out and "INTERNALERROR" not in out


def test_forgotten_options_fail_the_tests(tmp_path: Path) -> None:
    out = pytest_run(tmp_path, 'test_trace = conformance("kos.observer", "trace")')
    assert "file: is missing" in out and "skipped" not in out.splitlines()[-1]


@pytest.mark.parametrize("names", ["check_driver, conformance", "conformance, check_driver", "clauses, conformance"])
def test_the_names_can_be_imported_in_any_order(names: str) -> None:
    code = f"from kos_kernel.testing import {names}; print(callable(conformance))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
