"""The shell as a language: loops that call no command."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

from kos_kernel.clock import host_perf_ns

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory, timed_process

NAME = "loops"
SUMMARY = "the shell as a language: loops, function calls, expansions, case, arrays, read, recursion, string building"


def _long_script(lines: int) -> str:
    """Return a script of so many lines that is read in full and does next to nothing."""
    body = """f{0}() {{
  local name=${{1:-none}} rest="$2"
  if [ "$name" = "x y" ] && test -n "$rest"; then
    for word in $rest "${{name}}-$(echo "$rest" | tr a-z A-Z)"; do
      case $word in
        a*|b) printf '%s\\n' "${{word#a}}" >>/tmp/out ;;
        *) count=$((count + 1)) ;;
      esac
    done
  fi
}}
"""
    each = body.count("\n")
    return "".join(body.format(number) for number in range(lines // each)) + ":\n"


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
        (f"{some:,} x printf -v", f"for ((i=0; i<{some}; i++)); do printf -v x '%05d' $i; done", ("bash",)),
        (
            f"{some // 100:,} x $(echo x)",
            f"i=0; while [ $i -lt {some // 100} ]; do x=$(echo x); i=$((i+1)); done",
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
    yield _parse(lab, lab.size(5_000, 500))


def _parse(lab: Laboratory, lines: int) -> Contest:
    """Return the contest of reading a long script. Each round's differs, because a machine keeps what it has parsed."""
    script = _long_script(lines)
    file = os.path.join(lab.folder(), "long.sh")
    with open(file, "w", encoding="utf-8") as out:
        out.write(script)
    machine = lab.machine()
    rounds = itertools.count()

    def inside() -> float:
        body = f"{script}# {next(rounds)}\n".encode()
        start = host_perf_ns()
        result = machine.run(body)
        elapsed = host_perf_ns() - start
        lab.check(result.status == 0 and not result.stderr, f"kos: {result.stderr!r}")
        return elapsed / 1e6

    hosts = [
        Contender(shell, timed_process([path, file], 1e3)) for shell in ("bash", "dash") if (path := lab.tool(shell))
    ]
    return Contest(
        "the shell",
        f"parse of {lines:,} lines",
        "ms",
        (Contender(SELF, inside), *hosts),
        rival="bash",
        aim=Aim("value", 500.0),
        rounds=lab.rounds(3),
    )
