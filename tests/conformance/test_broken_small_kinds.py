"""The kit against binary formats, programs and observers that are wrong in one way each: it must find that alone."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel.api import (
    SIG_IGN,
    SIGPIPE,
    BinfmtDriver,
    BrokenPipe,
    Image,
    ObserverDriver,
    ProgramFamily,
)
from kos_kernel.testing import check_driver, clauses

MAGIC = b"KIT!"


def real(ctx: Any) -> bool:
    """Tell whether a context is a machine's, so that only the cases in a machine meet what is broken."""
    return hasattr(ctx.clock, "set_date")


# ---------------------------------------------------------------- binary formats
class Format:
    """KIT!NAME runs the program NAME. Right in every way."""

    breaks = ""
    magic = MAGIC

    def __init__(self, options: Any, ctx: Any) -> None:
        pass

    def load(self, head: bytes, path: bytes, argv: list[bytes], programs: Any) -> Any:
        if not head.startswith(MAGIC):
            return None
        name = head[len(MAGIC) :].decode("utf-8", "replace").strip()
        return Image(programs.load(name), argv, b"kit")


class LongMagic(Format):
    breaks = "case_magic_fits_the_head"
    magic = MAGIC * 100


class TakesStrangers(Format):
    breaks = "case_strangers_are_left_to_others"

    def load(self, head: bytes, path: bytes, argv: list[bytes], programs: Any) -> Any:
        return super().load(head if head.startswith(MAGIC) else MAGIC + b"true", path, argv, programs)


class DecodesStrictly(Format):
    breaks = "case_broken_files_are_no_exec"

    def load(self, head: bytes, path: bytes, argv: list[bytes], programs: Any) -> Any:
        if head.startswith(MAGIC):
            head.decode("utf-8")
        return super().load(head, path, argv, programs)


class ChangesArguments(Format):
    breaks = "case_files_of_the_kind_are_recognised"

    def load(self, head: bytes, path: bytes, argv: list[bytes], programs: Any) -> Any:
        found = super().load(head, path, argv, programs)
        if found is not None:
            argv.insert(0, path)
        return found


class KnowsTheKitsTable(Format):
    breaks = "case_program_of_the_kind_runs"

    def load(self, head: bytes, path: bytes, argv: list[bytes], programs: Any) -> Any:
        if head.startswith(MAGIC):
            programs.asked.append("me")
        return super().load(head, path, argv, programs)


def format_failures(kind: Any) -> list[str]:
    record = BinfmtDriver("broken", 1, f"{__name__}:{kind.__name__}", magic=kind.magic, priority=1)
    report = check_driver("kos.binfmt", record, example=MAGIC + b"true\n")
    assert report.passed, report
    return [outcome.case.name for outcome in report.failed]


@pytest.mark.parametrize("kind", [Format, *Format.__subclasses__()], ids=lambda kind: kind.__name__)
def test_a_broken_format_fails_its_case_alone(kind: Any) -> None:
    assert format_failures(kind) == ([kind.breaks] if kind.breaks else [])


def test_every_case_has_a_format_that_breaks_it() -> None:
    cases = {case.name for case in clauses("kos.binfmt") if case.clause.startswith("BIN-")}
    assert cases == {kind.breaks for kind in Format.__subclasses__()}


# ---------------------------------------------------------------- programs
def hello(k: Any, argv: list[bytes]) -> int:
    """Say hello, or why not."""
    k.write(1, b"usage: hello\n")
    return 0 if argv[1:] in ([], [b"--help"]) else 2


def stumbles(k: Any, argv: list[bytes]) -> int:
    """Fail on what it doesn't know."""
    if argv[1:] not in ([], [b"--help"]):
        raise ValueError(argv[1])
    return hello(k, argv)


def chokes(k: Any, argv: list[bytes]) -> int:
    """Survive SIGPIPE and trip over what comes then."""
    k.sigaction(SIGPIPE, SIG_IGN)
    try:
        return hello(k, argv)
    except BrokenPipe as error:
        raise ValueError("nobody reads") from error


def takes_nothing() -> int:
    """Take no arguments, where two are given."""
    return 0


HELLO = f"{__name__}:hello"
FAMILIES = {
    "": ProgramFamily("family", 1, {"kit-hello": HELLO}),
    "case_programs_have_file_names": ProgramFamily("family", 1, {"bin/hello": HELLO}),
    "case_programs_can_be_loaded": ProgramFamily("family", 1, {"kit-hello": f"{__name__}:takes_nothing"}),
    "case_sessions_can_be_loaded": ProgramFamily("family", 1, {"kit-hello": HELLO}, sessions={"kit-bye": HELLO}),
    "case_programs_end_with_a_status": ProgramFamily(
        "family", 1, {"kit-hello": HELLO, "kit-bad": f"{__name__}:stumbles"}
    ),
    "case_programs_die_quietly_of_a_closed_pipe": ProgramFamily("family", 1, {"kit-chokes": f"{__name__}:chokes"}),
}


@pytest.mark.parametrize("case", FAMILIES)
def test_a_broken_family_fails_its_case_alone(case: str) -> None:
    report = check_driver("kos.program", FAMILIES[case])
    assert report.passed or case == "case_programs_have_file_names", report
    assert [outcome.case.name for outcome in report.failed] == ([case] if case else [])


def test_a_program_that_is_not_there_is_named() -> None:
    report = check_driver("kos.program", ProgramFamily("family", 1, {"kit-hello": f"{__name__}:helo"}))
    [failure] = report.failed
    assert failure.case.name == "case_programs_can_be_loaded"
    assert "kit-hello" in failure.got and "helo" in failure.got


def test_every_case_has_a_family_that_breaks_it() -> None:
    cases = {case.name for case in clauses("kos.program") if case.clause.startswith("PROG-")}
    assert cases | {""} == set(FAMILIES)


# ---------------------------------------------------------------- observers
class Counter:
    """Counts. Right in every way."""

    breaks = ""

    def __init__(self, options: Any, ctx: Any) -> None:
        self.ctx = ctx
        self.count = 0

    def syscall(self, now_ns: int, pid: int, name: str, args: Any, result: Any, error: Any) -> None:
        self.count += 1

    def process_exec(self, now_ns: int, pid: int, path: bytes, argv: list[bytes]) -> None:
        self.count += len(path)

    def switched(self, now_ns: int, cpu: int, previous: int, following: int) -> None:
        self.count += 1

    def closed(self, now_ns: int) -> None:
        self.count = 0


class Misspelt(Counter):
    breaks = "case_it_hears_something"

    def process_exitted(self, now_ns: int, pid: int, status: int) -> None:
        self.count += 1


class DecodesNames(Counter):
    breaks = "case_it_takes_whatever_it_is_told"

    def process_exec(self, now_ns: int, pid: int, path: bytes, argv: list[bytes]) -> None:
        self.count += len(path.decode())


class TakesTime(Counter):
    breaks = "case_observed_machine_does_the_same"

    def syscall(self, now_ns: int, pid: int, name: str, args: Any, result: Any, error: Any) -> None:
        if real(self.ctx):
            self.ctx.clock.task.runtime_ns += 1_000_000


class StumblesInMachines(Counter):
    breaks = "case_it_stays_attached"

    def switched(self, now_ns: int, cpu: int, previous: int, following: int) -> None:
        if real(self.ctx):
            raise ValueError("a machine!")


class CannotClose(Counter):
    breaks = "case_closing_the_machine_closes_it"

    def closed(self, now_ns: int) -> None:
        if real(self.ctx):
            raise ValueError("a machine!")


@pytest.mark.parametrize("kind", [Counter, *Counter.__subclasses__()], ids=lambda kind: kind.__name__)
def test_a_broken_observer_fails_its_case_alone(kind: Any) -> None:
    report = check_driver("kos.observer", ObserverDriver("broken", 1, f"{__name__}:{kind.__name__}"))
    assert report.passed, report
    assert [outcome.case.name for outcome in report.failed] == ([kind.breaks] if kind.breaks else [])


def test_every_case_has_an_observer_that_breaks_it() -> None:
    cases = {case.name for case in clauses("kos.observer") if case.clause.startswith("OBS-")}
    assert cases == {kind.breaks for kind in Counter.__subclasses__()}
