"""What it costs to start a command and wait for it."""

from __future__ import annotations

from collections.abc import Iterator

from ..contest import Aim, Contest
from ..laboratory import Laboratory

NAME = "spawn"
SUMMARY = "start an external command from a shell loop"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield a shell loop around an external command (not the builtin of the same name)."""
    count = lab.size(2000, 100)
    script = f"i=0; while [ $i -lt {count} ]; do /usr/bin/true; i=$((i+1)); done"
    yield Contest(
        "processes",
        "spawn /usr/bin/true",
        "µs",
        lab.scripts(script, ("bash", "dash"), per=count, scale=1e6),
        rival="bash",
        aim=Aim("ratio", None, None),
        rounds=lab.rounds(5),
    )
