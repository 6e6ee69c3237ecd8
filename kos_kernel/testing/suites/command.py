"""The contract of a subcommand: it can be made, and it can be asked for help."""

from __future__ import annotations

from typing import Any

from ..cases import Violation, clause, collect, expect, told
from ..drivers import Subject
from . import common


class CommandSubject(Subject):
    """A subcommand's app."""

    def make(self, kernel: Any = None) -> Any:
        """Return the app."""
        return self.driver.factory()()


@clause("CMD-MAKE-1", mistake="make takes arguments, or returns a function in place of a typer.Typer")
def case_app_can_be_made(subject: CommandSubject) -> None:
    """make() returns a Typer app, a new one at each call."""
    app = subject.make()
    kind = type(app)
    expect(kind.__name__ == "Typer" and kind.__module__.split(".")[0] == "typer", f"make() returned a {kind.__name__}")
    expect(subject.make() is not app, "two calls returned the same app")


@clause("CMD-HELP-1", after="case_app_can_be_made", mistake="the help of a parameter or command can't be shown")
def case_help_can_be_shown(subject: CommandSubject) -> None:
    """`kos NAME --help` prints and ends with 0."""
    try:
        status = subject.make()(args=["--help"], prog_name=f"kos {subject.driver.name}", standalone_mode=True)
    except SystemExit as end:
        status = end.code
    except Exception as error:
        raise Violation(f"--help raised {told(error)}") from error
    expect(status in (0, None), f"--help ended with {status}")


@clause(
    "CMD-USAGE-1",
    after="case_app_can_be_made",
    mistake="the app ignores unknown options, or fails on them with a traceback",
)
def case_unknown_option_is_refused(subject: CommandSubject) -> None:
    """An option that there isn't ends with status 2."""
    try:
        status = subject.make()(args=["--no-such-option"], prog_name=f"kos {subject.driver.name}", standalone_mode=True)
    except SystemExit as end:
        status = end.code
    except Exception as error:
        raise Violation(f"--no-such-option raised {told(error)}") from error
    expect(status == 2, f"--no-such-option ended with {status}")


@clause("CMD-SUMMARY-1", mistake="the record has no summary, so `kos --help` has nothing to say")
def case_summary_says_something(subject: CommandSubject) -> None:
    """The record has a summary of one line."""
    summary = subject.record.summary
    expect(summary and "\n" not in summary, f"the summary is {summary!r}")


CASES = (common.case_announcing_imports_neither_the_driver_nor_its_options, *collect(globals()))
SUBJECT = CommandSubject
