"""Announces the page replacement policies."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ReclaimDriver, hookimpl


@hookimpl
def kos_reclaim_drivers() -> Iterable[ReclaimDriver]:
    """Announce them."""
    for name, make, options, summary in (
        ("fifo", "queues:FirstInFirstOut", None, "first in, first out"),
        ("lru", "queues:LeastRecentlyUsed", None, "least recently used"),
        ("mru", "queues:MostRecentlyUsed", None, "most recently used"),
        ("clock", "clock:Clock", None, "first in first out with a second chance"),
        ("nru", "nru:NotRecentlyUsed", "NruOptions", "not recently used: four classes of two bits"),
        ("lfu", "lfu:LeastFrequentlyUsed", None, "least frequently used"),
        ("twoq", "twoq:TwoQueues", "TwoQueuesOptions", "2Q: a page must come back to be let in for good"),
        ("arc", "arc:AdaptiveReplacement", None, "adaptive replacement cache"),
        ("s3-fifo", "s3fifo:SimpleScalableFifo", "S3FifoOptions", "three queues, and most pages leave by the first"),
        ("sieve", "sieve:Sieve", None, "one queue, one bit, and a hand"),
        ("random", "chance:RandomReplacement", None, "any page, each as likely"),
    ):
        yield ReclaimDriver(
            name,
            contract=1,
            make=f"kos_reclaim_classic.{make}",
            options=None if options is None else f"kos_reclaim_classic.options:{options}",
            summary=summary,
        )
    yield ReclaimDriver(
        "opt",
        contract=1,
        make="kos_reclaim_classic.opt:Optimal",
        summary="the optimum, for traces alone",
        capabilities=frozenset({"offline"}),
    )
