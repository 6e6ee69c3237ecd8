"""A scheduler: a queue with a slice, the smallest that starves nobody."""

from __future__ import annotations

GROUP = "kos.scheduler"
PREFIX = "kos-sched-"
SUMMARY = "The KOS scheduler $name: first come, first served, a slice at a time."
USE = """\
```toml
[scheduler]
driver = "$name"
slice = "5ms"
```
"""
TABLE = {"src/$package/$module.py": "the algorithm; knows nothing of plugins"}
FILES = {
    "src/$package/plugin.py": '''\
"""Announces the scheduler `$name`."""

from collections.abc import Iterable

from kos_kernel.api import SchedulerDriver, hookimpl


@hookimpl
def kos_scheduler_drivers() -> Iterable[SchedulerDriver]:
    """Announce `$name`."""
    yield SchedulerDriver(
        "$name",
        contract=1,
        make="$package.$module:$Class",
        options="$package.options:${Class}Options",
        summary="first come, first served, a slice at a time",
        capabilities=frozenset({"preemptive"}),
    )
''',
    "src/$package/options.py": '''\
"""What `kos.toml` may say about the scheduler `$name`."""

from kos_kernel.api import DriverOptions, DurationNs
from pydantic import Field


class ${Class}Options(DriverOptions):
    """Options of `$name`. slice: how long a task runs before the next one gets the CPU, such as "5ms"."""

    slice_ns: DurationNs = Field(default=10_000_000, gt=0, alias="slice")
''',
    "src/$package/$module.py": '''\
"""The algorithm: a queue. Whoever became runnable first runs first, for one slice, then goes to the end."""

from collections import deque
from typing import Any

from kos_kernel.api import Enqueue, Scheduler, Task


class $Class(Scheduler):
    """First come, first served, a slice at a time. Every operation but dequeue is O(1)."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._queue: deque[Task] = deque()
        self._slice_ns: int = options.slice_ns

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Put a task at the end, whatever brought it here."""
        self._queue.append(task)

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Forget a queued task."""
        self._queue.remove(task)

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the task that waits longest and take it off the queue; None if there is none."""
        return self._queue.popleft() if self._queue else None

    def slice_ns(self, task: Task) -> int:
        """Return the slice, the same for all."""
        return self._slice_ns
''',
    "tests/test_conformance.py": '''\
"""The contract of a scheduler, clause by clause."""

from kos_kernel.testing import conformance

test_$module = conformance("kos.scheduler", "$name")
''',
    "tests/test_in_a_machine.py": '''\
"""What the scheduler does for a user."""

from kos_kernel import Machine


def test_a_machine_runs_with_it() -> None:
    with Machine({"scheduler": {"driver": "$name", "slice": "2ms"}}, clock="virtual", seed=1) as machine:
        result = machine.run("for i in 1 2 3; do (echo $$i) & done; wait")
    assert result.status == 0
    assert sorted(result.stdout.split()) == [b"1", b"2", b"3"]
''',
}
