"""How long a person at a terminal waits: `kos run -c 'echo hi'` as a new process, against Python that does nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory, as_installed, timed_process

NAME = "cold"
SUMMARY = "cold `kos run -c 'echo hi'` against `python -c pass` of the same environment"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield the one contest. The command is the installed `kos` if there is one beside this Python, else its module."""
    script = os.path.join(os.path.dirname(sys.executable), "kos")
    kos = [script] if os.path.exists(script) else [sys.executable, "-m", "kos_cli"]
    env = as_installed()
    contenders = [
        Contender(SELF, timed_process([*kos, "run", "-c", "echo hi"], 1e3, env)),
        Contender("python", timed_process([sys.executable, "-c", "pass"], 1e3, env)),
    ]
    if bash := lab.tool("bash"):
        contenders.append(Contender("bash", timed_process([bash, "-c", "echo hi"], 1e3)))
    yield Contest(
        "start",
        "kos run -c 'echo hi'",
        "ms",
        tuple(contenders),
        rival="python",
        aim=Aim("ratio", 10, 7),
        rounds=lab.rounds(15),
    )
