"""Asks the host's commands about every case and writes down what they say.

    python tests/userland/record.py [FAMILY ...]

Every case runs twice; one that doesn't answer the same twice is named and not written. Expected output never comes from a
machine. Where a machine answers otherwise, both answers are printed and the line goes into open.json: somebody reads them before the
records are committed, and mends what differs or says in the case file why it does.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from casefile import Answer, Case, families, family, leave_open, recorded, write
from worlds import Inside, on_host

from kos_kernel import Machine


def main(names: list[str]) -> int:
    """Record families, all of them if none is named; returns 1 if something needs somebody to look at."""
    odd = 0
    for name in names or families():
        cases = family(name).cases
        first, second = (_asked(cases) for _ in range(2))
        stable = {case.line: one for case, one, two in zip(cases, first, second, strict=True) if one == two}
        for case in cases:
            if case.line not in stable:
                print(f"{name}: not the same twice: {case.line}")
        before = recorded(name)
        changed = sum(before.get(line, said) != said for line, said in stable.items())
        write(name, stable)
        differing = _differing(cases, stable)
        leave_open(name, differing)
        print(
            f"{name}: {len(stable)} of {len(cases)} recorded, {changed} not as before, {len(differing)} differ in a machine"
        )
        odd += len(differing) + len(cases) - len(stable)
    return min(odd, 1)


def _asked(cases: list[Case]) -> list[Answer]:
    with tempfile.TemporaryDirectory(prefix="kos-userland-") as folder:
        return on_host(cases, Path(folder))


def _differing(cases: list[Case], stable: dict[str, Answer]) -> list[str]:
    found = []
    with Machine() as machine:
        kept = [case for case in cases if case.line in stable]
        for case, ours in zip(kept, Inside(machine).said(kept), strict=True):
            if ours != stable[case.line] and not case.differs:
                found.append(case.line)
                print(f"--- {case.line}\n  host    {tuple(stable[case.line])!r}\n  machine {tuple(ours)!r}")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
