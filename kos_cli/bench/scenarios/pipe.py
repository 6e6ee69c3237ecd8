"""The classic slow line of shell scripts: a pipeline inside a loop."""

from __future__ import annotations

from collections.abc import Iterator

from ..contest import Aim, Contest
from ..laboratory import Laboratory

NAME = "pipe"
SUMMARY = "echo | tr in a loop; a command substitution around it"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield `echo $i | tr` and `x=$(echo $i | tr)`, so many times."""
    count = lab.size(2000, 100)
    for title, body, floor, goal in (
        ("echo $i | tr", "echo $i | tr 0-9 a-j", 0.04, 0.02),
        ("x=$(echo $i | tr)", "x=$(echo $i | tr 0-9 a-j)", None, None),
    ):
        script = f"i=0; while [ $i -lt {count} ]; do {body}; i=$((i+1)); done"
        yield Contest(
            "processes",
            f"{count:,} x {title}",
            "ms",
            lab.scripts(script, ("bash", "dash")),
            rival="bash",
            aim=Aim("ratio", floor, goal),
            rounds=lab.rounds(5),
        )
