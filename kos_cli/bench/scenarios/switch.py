"""A context switch, with a scheduler driver in the loop, against an event of SimPy: two of each take turns."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from kos_kernel.clock import host_perf_ns

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory

NAME = "switch"
SUMMARY = "context switch between two processes, against a SimPy timeout event"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield sched_yield against SimPy, then a byte through a pair of pipes (which SimPy has nothing like)."""
    count = lab.size(50_000, 2000)
    machine = lab.machine(hostname="switch")
    contenders = [Contender(SELF, lambda: lab.inside(machine, lambda k: turns(k, count)))]
    if find_spec("simpy") is not None:
        contenders.append(Contender("simpy", lambda: events(count)))
    else:
        lab.note("simpy is not installed here: no comparison with it")
    yield Contest(
        "processes",
        "context switch (sched_yield)",
        "µs",
        tuple(contenders),
        rival="simpy",
        aim=Aim("ratio", None, 1.0),
        rounds=lab.rounds(9),
    )
    yield Contest(
        "processes",
        "a byte there and back, two pipes",
        "µs",
        (Contender(SELF, lambda: lab.inside(machine, lambda k: ping_pong(k, count // 2))),),
        rounds=lab.rounds(9),
    )


def turns(k: Any, count: int) -> float:
    """Return the µs of one switch: two processes that do nothing but let each other run."""

    def child(k: Any) -> int:
        for _ in range(count):
            k.sched_yield()
        return 0

    pids = [k.fork_call(child) for _ in range(2)]
    start = host_perf_ns()
    for pid in pids:
        k.wait(pid)
    return (host_perf_ns() - start) / (2 * count) / 1e3


def ping_pong(k: Any, count: int) -> float:
    """Return the µs of one round trip of a byte between two processes."""
    there_out, there_in = k.pipe()
    back_out, back_in = k.pipe()

    def child(k: Any) -> int:
        for _ in range(count):
            k.write(back_in, k.read(there_out, 1))
        return 0

    pid = k.fork_call(child)
    start = host_perf_ns()
    for _ in range(count):
        k.write(there_in, b"x")
        k.read(back_out, 1)
    elapsed = host_perf_ns() - start
    k.wait(pid)
    for fd in (there_out, there_in, back_out, back_in):
        k.close(fd)
    return elapsed / count / 1e3


def events(count: int) -> float:
    """Return the µs of one SimPy timeout event: two processes that wait for one unit of time again and again."""
    import simpy

    env = simpy.Environment()

    def process() -> Any:
        for _ in range(count):
            yield env.timeout(1)

    env.process(process())
    env.process(process())
    start = host_perf_ns()
    env.run()
    return (host_perf_ns() - start) / (2 * count) / 1e3
