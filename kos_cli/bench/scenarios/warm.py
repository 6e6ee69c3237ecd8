"""How long until a sandbox has said hello: a fork of a booted machine that runs `echo hi`, and a machine from nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory, stopwatch, timed_process

NAME = "warm"
SUMMARY = "create a warm machine and run echo hi; create one from nothing"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield: create + echo + close of a warm machine; boot + close of a new one."""
    from kos_kernel import Machine

    image = lab.machine()
    count = lab.size(200, 20)

    def warm() -> float:
        with stopwatch() as elapsed:
            for _ in range(count):
                machine = image.fork()
                result = machine.run("echo hi")
                machine.close()
        lab.check(result.stdout == b"hi\n", f"echo hi said {result!r}")
        return elapsed[0] / count / 1e6

    others = tuple(
        Contender(shell, timed_process([path, "-c", "echo hi"], 1e3))
        for shell in ("bash", "dash")
        if (path := lab.tool(shell))
    )
    yield Contest(
        "machines",
        "warm machine + echo hi",
        "ms",
        (Contender(SELF, warm), *others),
        rival="bash",
        aim=Aim("value", 0.3, 0.15),
        rounds=lab.rounds(9),
        note="kos: fork of a booted machine, run, close; bash and dash: a process that runs it",
    )

    def cold() -> float:
        with stopwatch() as elapsed:
            for _ in range(count // 10):
                machine = Machine()
                machine.run("echo hi")
                machine.close()
        return elapsed[0] / (count // 10) / 1e6

    yield Contest("machines", "new machine + echo hi", "ms", (Contender(SELF, cold),), rounds=lab.rounds(9))
