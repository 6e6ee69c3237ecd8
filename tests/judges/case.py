"""What a case of a suite is, what running it gave, and what a suite must say about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

CWD = "{cwd}"  # in a case's texts: the folder that it runs in
REPO = "{repo}"  # the suite's checkout, or the copy of it that the case sees
SHELL = "{shell}"  # a name that starts the shell under test


class File(NamedTuple):
    """A file that lies in the case's folder before it starts. link: it is a symbolic link to `data`."""

    data: bytes
    mode: int = 0o644
    link: bool = False


class Case(NamedTuple):
    """One case: what is run and where. `wanted` is the suite's own, for its judge.

    name: how lists and options call it, unique in its suite.  args: what follows the shell's name on its command line.
    folder: where it runs, below the run's scratch folder.  merged: its errors go where its output goes.
    reads: files, as paths in that folder, that the judge wants to see afterwards.
    """

    name: str
    title: str
    args: Sequence[bytes]
    wanted: object
    stdin: bytes = b""
    files: Mapping[str, File] = {}
    env: Mapping[str, str] = {}
    folder: str = "case"
    merged: bool = False
    reads: Sequence[str] = ()


class Outcome(NamedTuple):
    """What a case left. stderr is empty where it was merged. ended: False if it ran into the time limit.

    left: of the files that the case `reads`, those that are there.
    """

    stdout: bytes
    stderr: bytes
    status: int
    cwd: str
    ended: bool = True
    left: Mapping[str, bytes] = {}


Part = tuple[str, bool | None]


class Suite(NamedTuple):
    """A suite, read from a checkout.

    judge(case, outcome) returns what is wrong, or "" if the case passes; None if it doesn't count here.
    shared: parts of the checkout that cases read, as paths below it.
    clock: the machines' clock. Virtual, unless cases wait for time to pass while they compute.
    limit_s: how long a case may take; 0 = as long as usual.
    parts(case, outcome) returns the tests that a case says it consists of: (title, passed), None for one that was skipped.
    """

    name: str
    cases: Sequence[Case]
    judge: Callable[[Case, Outcome], str | None]
    shared: Sequence[str] = ()
    clock: str = "virtual"
    limit_s: int = 0
    parts: Callable[[Case, Outcome], Sequence[Part]] | None = None


def shown(what: str, wanted: bytes, got: bytes) -> str:
    """Return a difference as lines for a report."""
    return f"{what}\n      wanted {wanted!r}\n      got    {got!r}"
