"""Does a fork cost more when there is more on the disk?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kos_kernel.clock import host_perf_ns

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory

if TYPE_CHECKING:
    from kos_kernel import Machine

NAME = "fork"
SUMMARY = "fork() of a machine with an empty disk, with 10 MB in it, with many files"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield fork + close at each filling; the empty one is what the others are compared with."""
    count = lab.size(500, 50)
    empty = lab.machine(hostname="empty")
    full = lab.machine(hostname="full")
    for number in range(10):
        full.write_file(f"/srv/{number}", bytes(bytearray(1_000_000)))
    files = lab.size(10_000, 500)
    many = lab.machine(hostname="many")
    for number in range(files):
        many.write_file(f"/srv/many/{number}", b"%d\n" % number)

    def forks(machine: Machine) -> float:
        total = 0
        for _ in range(count):
            start = host_perf_ns()
            twin = machine.fork()
            total += host_perf_ns() - start
            twin.close()
        return total / count / 1e3

    yield Contest(
        "machines",
        "fork(), empty disk",
        "µs",
        (Contender(SELF, lambda: forks(empty)),),
        aim=Aim("value", 100, 50),
        rounds=lab.rounds(9),
    )
    for title, machine, floor in (("10 MB", full, 1.5), (f"{files:,} files", many, 1.5)):
        yield Contest(
            "machines",
            f"fork(), {title} on it",
            "µs",
            (Contender(SELF, lambda machine=machine: forks(machine)), Contender("empty", lambda: forks(empty))),  # type: ignore[misc]
            rival="empty",
            aim=Aim("ratio", floor, floor),
            rounds=lab.rounds(9),
        )
