"""Where cases run: in one machine, and on the host with its own commands. Both give the same lines the same files.

The shells' own echo, printf, test, [, true, false, pwd and kill are switched off, so that the programs answer. Files are a day
old, by a clock that both share, and belong to root where the test does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from casefile import Answer, Case, answer
from inputs import made

from kos_kernel import Machine

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/", "COLUMNS": "80"}
MTIME = 1_790_000_000
PLAIN = "enable -n echo printf test [ true false pwd kill; umask 022\n"
CASE_S = 60
FAMILY_S = 600
_WORD = re.compile(r"[a-z0-9]+")
# the lines come in as records that end with a NUL, each behind the inputs that it needs in a fresh folder
_LOOP = """
n=0
while IFS= read -r -d '' wanted && IFS= read -r -d '' line; do
    n=$((n + 1)) place=../in
    if [ "$wanted" ]; then
        rm -rf ../fresh; mkdir ../fresh; place=../fresh
        for name in $wanted; do [ "$name" = - ] || cp -p ../in/$name ../fresh; done
    fi
    (cd $place; enable -n echo printf test [ true false pwd kill; eval "$line") >../out/$n 2>../err/$n </dev/null
    echo $? >../status/$n
done
"""


def needed(case: Case) -> str:
    """Return the inputs that a case's fresh folder holds, "-" for none; "" if it needs no fresh folder."""
    if not case.alters:
        return ""
    names = made()
    return " ".join(word for word in dict.fromkeys(_WORD.findall(case.line)) if word in names) or "-"


def on_host(cases: Iterable[Case], place: Path) -> list[Answer]:
    """Return what the host's commands answer. place: an empty folder."""
    cases = list(cases)
    for name in ("in", "out", "err", "status", "loop"):
        (place / name).mkdir()
    for name, data in made().items():
        (place / "in" / name).write_bytes(data)
        (place / "in" / name).chmod(0o644)
        os.utime(place / "in" / name, (MTIME, MTIME))
    lines = b"".join(needed(case).encode() + b"\0" + case.script() + b"\0" for case in cases)
    subprocess.run(
        [shutil.which("bash") or "bash", "-c", "umask 022" + _LOOP],
        cwd=place / "loop", env=ENVIRONMENT, input=lines, capture_output=True, check=True, timeout=FAMILY_S,
    )  # fmt: skip

    def left(what: str, number: int) -> bytes:
        return (place / what / str(number)).read_bytes()

    return [
        answer(int(left("status", n)), left("out", n), left("err", n).replace(b"bash: line 12: ", b"bash: line 2: "))
        for n in range(1, len(cases) + 1)
    ]


class Inside:
    """A machine with the inputs in /w/in."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        machine.run("mkdir -p /w/in")
        for name, data in made().items():
            machine.write_file(f"/w/in/{name}", data)
        machine.run(f"touch -d @{MTIME} /w/in/*")

    def said(self, cases: Iterable[Case]) -> Iterator[Answer]:
        """Yield what the machine's commands answer."""
        self.machine.run("rm -rf /w/fresh")  # of cases before these
        for case in cases:
            folder = "/w/in"
            if wanted := needed(case):
                folder = "/w/fresh"
                copied = "" if wanted == "-" else f"; cd /w/in; cp -p {wanted} /w/fresh"
                self.machine.run(f"rm -rf /w/fresh; mkdir /w/fresh{copied}")
            done = self.machine.run(PLAIN.encode() + case.script(), cwd=folder, env=ENVIRONMENT, timeout=CASE_S)
            yield answer(done.status, done.stdout, done.stderr)
