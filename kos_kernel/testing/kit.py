"""The two doors of the conformance kit.

    from kos_kernel.testing import conformance
    test_lifo = conformance("kos.scheduler", "lifo", xfail={"case_no_runnable_task_starves": "LIFO starves by design"})

    report = check_driver("kos.fs", "memory")        without pytest: what `kos plugin check` prints
    assert report.ok, report

Each kind of driver has a suite of cases (suites/), each case a clause with a number, such as FS-LOOKUP-2. A case gets the driver
made afresh, on its own or in a machine. What a driver doesn't claim isn't asked; what it does claim must hold.
pytest is imported by `conformance` alone. What a driver prints while `check_driver` tries it is dropped.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any

from ..errors import KosError
from .cases import FAILED, PASSED, SKIPPED, Case, NotAsked, Outcome, Report, Violation, told
from .drivers import Driver, OptionsSource, Subject

if TYPE_CHECKING:
    from ..contracts.records import Record
    from ..platform import Platform

_SUITES: Mapping[str, str] = {
    "kos.fs": "fs",
    "kos.scheduler": "scheduler",
    "kos.protocol": "protocol",
    "kos.device": "device",
    "kos.unit": "unit",
    "kos.container": "container",
    "kos.binfmt": "binfmt",
    "kos.program": "program",
    "kos.observer": "observer",
    "kos.reclaim": "reclaim",
    "kos.command": "command",
}

KINDS = tuple(_SUITES)
"""The kinds of driver that the kit has cases for."""


def clauses(group: str) -> tuple[Case, ...]:
    """Return the cases for a kind of driver ("kos.fs"), in order. KosError if there is no such kind."""
    if group not in _SUITES:
        close = difflib.get_close_matches(group, list(_SUITES), 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(_SUITES)}"
        raise KosError(f"the kit has no cases for {group!r}\n  {hint}")
    cases: tuple[Case, ...] = _suite(group).CASES
    return cases


def check_driver(
    group: str,
    driver: str | Record,
    *,
    options: OptionsSource = None,
    example: Any = None,
    platform: Platform | None = None,
) -> Report:
    """Return what came of every case for one driver. Needs no pytest.

    driver: its name, or the record that its plugin would announce. options: as in kos.toml, or a function that gets a temporary
    folder of the host and returns such a mapping. example: what the kit can't know by itself, for kinds that need one: the text
    of a unit file, the bytes of an executable file.
    Raises PluginError if there is no such driver, ConfigError for options that it refuses, KosError for an unknown group.
    """
    cases = clauses(group)
    tried = Driver(group, driver, options=options, example=example, platform=platform)
    record = tried.record
    dropped = StringIO()  # a tracer's lines are no part of the report
    with redirect_stdout(dropped), redirect_stderr(dropped):
        return Report(group, record.name, tuple(try_case(tried, case) for case in cases))


def conformance(
    group: str,
    driver: str | Record,
    *,
    options: OptionsSource = None,
    example: Any = None,
    xfail: Mapping[str, str] | None = None,
    platform: Platform | None = None,
) -> Callable[..., None]:
    """Return a pytest test that runs each case against one driver; bind it to a name that begins with test_.

    xfail: case -> why this driver breaks that rule on purpose; it is an error if it doesn't. The rest as for check_driver.
    The driver is looked for when a test runs, so a broken plugin fails its tests and not the collection of everybody's.
    """
    import pytest

    cases = clauses(group)
    excused = dict(xfail or {})
    for name in excused:
        if name not in {case.name for case in cases}:
            close = difflib.get_close_matches(name, [case.name for case in cases], 1)
            hint = f"did you mean {close[0]!r}?" if close else "see kos_kernel.testing.clauses(group)"
            raise KosError(f"xfail names no case of {group}: {name!r}\n  {hint}")
    tried = Driver(group, driver, options=options, example=example, platform=platform)
    tried.strict = True
    parameters = [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(reason=excused[case.name], strict=True)] if case.name in excused else [],
        )
        for case in cases
    ]

    @pytest.mark.parametrize("case", parameters)
    def test_conformance(case: Case) -> None:
        try:
            outcome = try_case(tried, case)
        except KosError as error:
            pytest.fail(str(error), pytrace=False)
        if outcome.verdict == FAILED:
            pytest.fail(str(outcome), pytrace=False)
        if outcome.verdict == SKIPPED:
            pytest.skip(outcome.got)

    made: Callable[..., None] = test_conformance
    made.__doc__ = f"The contract of {group}, clause by clause, for {tried.name!r}."
    return made


def try_case(driver: Driver, case: Case) -> Outcome:
    """Return what came of one case. Raises PluginError, ConfigError as check_driver does."""
    suite = _suite(driver.group)
    first = suite.CASES[0].name
    for name in (first, *case.after) if case.name != first else ():
        if _fails(driver, name):
            return Outcome(case, SKIPPED, f"{name} fails, and this builds on it")
    make_subject: Callable[[Driver], Subject] = suite.SUBJECT
    subject = make_subject(driver)
    try:
        subject.begin()
    except NotAsked as reason:
        return Outcome(case, SKIPPED, str(reason))
    try:
        outcome = _tried(subject, case)
    except BaseException:
        subject.end()
        raise
    try:
        subject.end()
    except Exception as error:
        if outcome.verdict == PASSED:
            return Outcome(case, FAILED, f"when the machine was closed: {told(error)}", case.mistake)
    return outcome


def _tried(subject: Subject, case: Case) -> Outcome:
    try:
        if case.needs or case.unless:
            has = subject.capabilities
            if not case.needs <= has:
                return Outcome(case, SKIPPED, f"the driver has no capability {_listed(case.needs - has)}")
            if case.unless & has:
                return Outcome(case, SKIPPED, f"the driver has the capability {_listed(case.unless & has)}")
        case(subject)
    except NotAsked as reason:
        return Outcome(case, SKIPPED, str(reason))
    except Violation as violation:
        return Outcome(case, FAILED, violation.got, violation.mistake or case.mistake)
    except (Exception, SystemExit) as error:  # the driver let it through: whatever it is, it is the driver's
        return Outcome(case, FAILED, told(error), case.mistake)
    return Outcome(case, PASSED)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(map(repr, sorted(words)))


def _fails(driver: Driver, name: str) -> bool:
    """Tell whether a case that another builds on fails, tried once a driver."""
    known = driver.verdicts.get(name)
    if known is None:
        case = next(case for case in clauses(driver.group) if case.name == name)
        skipped_for = any(_fails(driver, earlier) for earlier in case.after)
        known = driver.verdicts[name] = skipped_for or try_case(driver, case).verdict == FAILED
    return known


def _suite(group: str) -> Any:
    return import_module(f"kos_kernel.testing.suites.{_SUITES[group]}")
