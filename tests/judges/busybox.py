"""The shell tests of BusyBox: `NAME.tests` is run in a copy of its folder and must write what `NAME.right` holds.

Output and errors are one stream. Each shell names itself in its complaints ("ash: ", "hush: ", "NAME.tests: line 3: "), so that
prefix counts for nothing. A test that ends with 77 says that it doesn't apply.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from .case import SHELL, Case, File, Outcome, Suite, shown

TREES = ("ash_test", "hush_test")
SKIPPED = 77
_PREFIX = re.compile(rb"^(?:\S*/)?(?:ash|hush|bash|sh|dash|\./\S+\.tests)(?:: line \d+|: \d+)*: *")
_SWITCH = re.compile(r"(?:CONFIG|ENABLE)_\w+")


def load(checkout: Path) -> Suite:
    """Return the suite. A test is an executable file with a .right beside it."""
    base = checkout / "shell"
    tests = [path for tree in TREES for path in sorted(base.glob(f"{tree}/*/*.tests"))]
    switches = {name for path in tests for name in _SWITCH.findall(path.read_text(encoding="latin-1"))}
    env = dict.fromkeys(sorted(switches), "y") | {"THIS_SH": SHELL}
    cases = [
        _case(str(path.relative_to(base)).removesuffix(".tests"), path, env)
        for path in tests
        if path.with_suffix(".right").exists() and os.access(path, os.X_OK)
    ]
    return Suite("busybox", cases, judge, clock="wall")


def _case(name: str, path: Path, env: dict[str, str]) -> Case:
    right = path.with_suffix(".right").read_bytes()
    args = (f"./{path.name}".encode(),)
    return Case(name, path.stem, args, right, files=folder_of(path.parent), env=env, folder=name, merged=True)


def folder_of(folder: Path) -> dict[str, File]:
    """Return everything in a folder."""
    files = {}
    for path in sorted(folder.rglob("*")):
        inside = str(path.relative_to(folder))
        if path.is_symlink():
            files[inside] = File(os.fsencode(os.readlink(path)), link=True)
        elif path.is_file():
            files[inside] = File(path.read_bytes(), path.stat().st_mode & 0o777)
    return files


def lines(output: bytes) -> list[bytes]:
    """Return the lines of an output as they are compared."""
    kept = [line for line in output.splitlines() if b"using fallback suid method" not in line]
    kept = [line.replace(b"'", b"") if b": invalid option " in line else line for line in kept]
    return [_PREFIX.sub(b"", line) for line in kept]


def judge(case: Case, outcome: Outcome) -> str | None:
    """Return what is wrong with an outcome; None if the test says that it doesn't apply."""
    wanted = case.wanted
    assert isinstance(wanted, bytes)
    if outcome.status == SKIPPED:
        return None
    if not outcome.ended:
        return "it didn't end"
    if outcome.stdout == wanted or lines(outcome.stdout) == lines(wanted):
        return ""
    return shown("output", wanted, outcome.stdout)
