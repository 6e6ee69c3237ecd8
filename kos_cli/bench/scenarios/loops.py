"""The shell as a language: loops that call no command."""

from __future__ import annotations

from collections.abc import Iterator

from ..contest import Aim, Contest
from ..laboratory import Laboratory

NAME = "loops"
SUMMARY = "loops of the shell: while [ ], for (( )), function calls, ${x//a/b}, string building"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield each kind of loop, in bash, and in dash where dash knows the syntax."""
    million = lab.size(1_000_000, 20_000)
    some = lab.size(200_000, 5_000)
    for title, script, shells in (
        (f"{million:,} x while [ ]", f"i=0; while [ $i -lt {million} ]; do i=$((i+1)); done", ("bash", "dash")),
        (f"{million:,} x for (( ))", f"for ((i=0; i<{million}; i++)); do :; done", ("bash",)),
        (
            f"{some:,} x function",
            f"f() {{ x=$1; }}; i=0; while [ $i -lt {some} ]; do f $i; i=$((i+1)); done",
            ("bash", "dash"),
        ),
        (
            f"{some:,} x ${{x//a/b}}",
            f'x=banana; for ((i=0; i<{some}; i++)); do y="${{x//a/b}}"; done',
            ("bash",),
        ),
        (
            f"{some:,} x case, ${{x#p}}",
            f"i=0; while [ $i -lt {some} ]; do case $i in *7) y=${{i%7}} ;; *) y=${{i#1}} ;; esac; i=$((i+1)); done",
            ("bash", "dash"),
        ),
    ):
        yield Contest(
            "the shell",
            title,
            "ms",
            lab.scripts(script, shells),
            rival="bash",
            aim=Aim("ratio", 1.0, 0.33),
            rounds=lab.rounds(3),
        )
