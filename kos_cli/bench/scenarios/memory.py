"""How much of the host's memory an idle fork takes: growth of the resident set over many of them, in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory, fresh_python

NAME = "memory"
SUMMARY = "resident memory of an idle fork, over many forks"

# The kernel's own count is read: tracemalloc would add 5 KiB a fork. Some forks come first, so that pools are warm.
_CODE = """
import gc, os
from kos_kernel import Machine

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

image = Machine()
image.run("echo warm")
kept = [image.fork() for _ in range(200)]
gc.collect()
before = resident()
kept += [image.fork() for _ in range(COUNT)]
print((resident() - before) / COUNT / 1024, flush=True)
os._exit(0)  # tearing so many down one by one is not what is measured
"""


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield the one contest; nothing where the host doesn't tell a process its resident set."""
    if not os.path.exists("/proc/self/statm"):
        lab.note("the host has no /proc/self/statm: the memory of an idle fork was not measured")
        return
    count = lab.size(10_000, 1000)
    code = _CODE.replace("COUNT", str(count))
    yield Contest(
        "machines",
        f"an idle fork, of {count:,}",
        "KiB",
        (Contender(SELF, lambda: float(fresh_python(code))),),
        aim=Aim("value", 12, 8),
        rounds=lab.rounds(3),
    )
