"""What the conformance kit is made of: cases, and what comes of one.

    @clause("FS-LOOKUP-2", needs="write", after="case_...", mistake="...")
    def case_missing_name_is_none(subject: FsSubject) -> None:
        '''lookup of a name that isn't there returns None.'''            the rule, as the reader of a failure sees it
        got = subject.root.lookup(b"absent")
        expect(got is None, f"lookup(b'absent') returned {got!r}")

A case drives one driver and raises `Violation` when the rule is broken; any other exception that the driver lets through is a
violation too. `NotAsked` says that the case has nothing to ask this driver.

needs, unless: capabilities that the driver must, or must not, have. after: cases that must not have failed, since this one
builds on them; so one mistake is told once, by the case that it belongs to.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ..errors import SysError

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


class Violation(AssertionError):
    """A driver broke a rule. got: what it did. mistake: the likely cause, where a case knows better than its clause."""

    def __init__(self, got: str, mistake: str | None = None) -> None:
        super().__init__(got)
        self.got = got
        self.mistake = mistake


class NotAsked(Exception):
    """A case has nothing to ask this driver; the text says why."""


class Case(NamedTuple):
    """One rule and the function that tries it. See above."""

    name: str
    clause: str
    rule: str
    mistake: str
    needs: frozenset[str]
    unless: frozenset[str]
    after: tuple[str, ...]
    function: Callable[[Any], None]

    def __call__(self, subject: Any) -> None:
        self.function(subject)


class Outcome(NamedTuple):
    """What came of a case. verdict: "passed", "failed" or "skipped"; got: what the driver did, or why it wasn't asked."""

    case: Case
    verdict: str
    got: str = ""
    mistake: str = ""

    def __str__(self) -> str:
        if self.verdict == PASSED:
            return f"ok    {self.case.clause}: {self.case.rule}"
        if self.verdict == SKIPPED:
            return f"skip  {self.case.clause}: {self.got}"
        return (
            f"BAD   {self.case.clause}: {self.case.rule}\n"
            f"        got: {self.got}\n"
            f"        likely mistake: {self.mistake}"
        )


class Report(NamedTuple):
    """What came of all cases for one driver, in their order."""

    group: str
    name: str
    outcomes: tuple[Outcome, ...]

    @property
    def ok(self) -> bool:
        """Tell whether no case failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Return what failed."""
        return tuple(one for one in self.outcomes if one.verdict == FAILED)

    @property
    def passed(self) -> tuple[Outcome, ...]:
        """Return what passed."""
        return tuple(one for one in self.outcomes if one.verdict == PASSED)

    @property
    def skipped(self) -> tuple[Outcome, ...]:
        """Return what wasn't asked."""
        return tuple(one for one in self.outcomes if one.verdict == SKIPPED)

    def __str__(self) -> str:
        counts = f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.skipped)} not asked"
        reasons = [] if self.passed or self.failed else sorted({one.got for one in self.skipped})
        return "\n".join([f"{self.group}:{self.name}: {counts}", *reasons, *map(str, self.failed)])


def clause(
    number: str,
    *,
    mistake: str,
    needs: str | Iterable[str] = (),
    unless: str | Iterable[str] = (),
    after: str | Iterable[str] = (),
) -> Callable[[Callable[[Any], None]], Case]:
    """Return what makes a case of a function: its name and its docstring's first paragraph are the case's name and rule."""

    def made(function: Callable[[Any], None]) -> Case:
        rule = " ".join((function.__doc__ or "").partition("\n\n")[0].split())
        return Case(
            function.__name__, number, rule, mistake, frozenset(_words(needs)), frozenset(_words(unless)),
            tuple(_words(after)), function,
        )  # fmt: skip

    return made


def _words(given: str | Iterable[str]) -> list[str]:
    return given.split() if isinstance(given, str) else list(given)


def collect(names: Mapping[str, object]) -> tuple[Case, ...]:
    """Return the cases among a module's names (its globals()), in the order in which they are written."""
    return tuple(value for name, value in names.items() if isinstance(value, Case) and name == value.name)


# ---------------------------------------------------------------- what cases say
def expect(condition: object, got: str, mistake: str | None = None) -> None:
    """Raise Violation unless the condition holds."""
    if not condition:
        raise Violation(got, mistake)


def expect_equal(got: object, wanted: object, what: str, mistake: str | None = None) -> None:
    """Raise Violation unless both are equal; what: what is compared."""
    if got != wanted:
        raise Violation(f"{what} is {shown(got)}, expected {shown(wanted)}", mistake)


def expect_error(
    kinds: type[BaseException] | tuple[type[BaseException], ...],
    call: Callable[[], object],
    what: str,
    mistake: str | None = None,
) -> BaseException:
    """Return the error that the call raised; Violation if it raised none, or one of another kind. what: the call, as told."""
    try:
        result = call()
    except kinds as error:
        return error
    except Exception as error:
        raise Violation(f"{what} raised {told(error)}, expected {_named(kinds)}", mistake) from error
    raise Violation(f"{what} returned {shown(result)}, expected {_named(kinds)}", mistake)


def refused(call: Callable[[], object]) -> SysError | None:
    """Return the SysError that a call raised, or None if it raised nothing."""
    try:
        call()
    except SysError as error:
        return error
    return None


def shown(value: object) -> str:
    """Return a value for a message, shortened."""
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:90]}... ({len(text)} characters)"


def told(error: BaseException) -> str:
    """Return an error for a message, with the place in the driver that raised it."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = frame.filename.replace("\\", "/")
        if "/kos_kernel/" not in file:
            return f"{text} (at {file.rpartition('/')[2]}:{frame.lineno}, in {frame.name})"
    return text


def _named(kinds: type[BaseException] | tuple[type[BaseException], ...]) -> str:
    return " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
