"""The programs of the One True AWK that goawk's testdata holds, t.* and p.*, with the output that they must give.

The order in which `for (x in array)` visits is nobody's promise: outputs of programs that show it are compared sorted.
"""

from __future__ import annotations

from pathlib import Path

from .case import Case, File, Outcome, Suite, shown

DATA = {"t": "test.data", "p": "test.countries"}
UNORDERED = {"p.43", "t.in1", "t.in2", "t.intest2"}
NOT_COMPARED = {"p.48b", "t.randk", "t.printf2"}  # random numbers, and what C leaves open


def load(checkout: Path) -> Suite:
    """Return the suite: every program with an output beside it."""
    base = checkout / "testdata"
    files = {
        f"testdata/{path.name}": File(path.read_bytes(), path.stat().st_mode & 0o777)
        for path in sorted(base.glob("*"))
        if path.is_file()
    }
    cases = []
    for path in sorted(base.glob("[tp].*")):
        output = base / "output" / path.name
        if path.name not in NOT_COMPARED and output.is_file():
            args = (b"-c", f"exec awk -f testdata/{path.name} testdata/{DATA[path.name[0]]}".encode())
            env = {"LC_ALL": "C"}
            cases.append(Case(path.name, path.name, args, output.read_bytes(), files=files, env=env, folder="goawk"))
    return Suite("awk", cases, judge)


def lines(name: str, output: bytes) -> list[bytes]:
    """Return an output's lines as they are compared."""
    found = output.replace(b"\r\n", b"\n").replace(b"\0", b"<00>").split(b"\n")
    return sorted(found) if name in UNORDERED else found


def judge(case: Case, outcome: Outcome) -> str:
    """Return what is wrong with an outcome."""
    wanted = case.wanted
    assert isinstance(wanted, bytes)
    if not outcome.ended:
        return "it didn't end"
    if lines(case.name, outcome.stdout) != lines(case.name, wanted):
        return shown("output", wanted[:600], outcome.stdout[:600])
    return ""
