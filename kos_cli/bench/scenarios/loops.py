"""The shell as a language: loops that call no command."""

from __future__ import annotations

from collections.abc import Iterator

from ..contest import Aim, Contest
from ..laboratory import Laboratory

NAME = "loops"
SUMMARY = "the shell as a language: loops, function calls, expansions, case, arrays, read, recursion, string building"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield each kind of loop, in bash, and in dash where dash knows the syntax."""
    million = lab.size(1_000_000, 20_000)
    some = lab.size(100_000, 5_000)
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
        (
            f"{some:,} x function with locals",
            f"f() {{ local a=$1 b; b=$((a+1)); }}; i=0; while [ $i -lt {some} ]; do f $i; i=$((i+1)); done",
            ("bash",),
        ),
        (
            f"{some:,} x array append, sum",
            f'for ((i=0; i<{some}; i++)); do a+=($i); done; for x in "${{a[@]}}"; do s=$((s+x)); done',
            ("bash",),
        ),
        (
            f"{some:,} x read",
            f"for ((i=0; i<{some}; i++)); do echo line $i of it; done | while read -r a b; do n=$((n+1)); done",
            ("bash",),
        ),
        (
            "fib 18",
            "fib() { if [ $1 -lt 2 ]; then r=$1; else local n=$1; fib $((n-1)); local a=$r; fib $((n-2)); r=$((a+r)); fi; }; fib 18",
            ("bash",),
        ),
        (
            f"{some:,} x s+=",
            f's=; for ((i=0; i<{some}; i++)); do s+="$i,"; done',
            ("bash",),
        ),
        (f"{some // 100:,} x $(echo x)", f"for ((i=0; i<{some // 100}; i++)); do x=$(echo x); done", ("bash", "dash")),
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
