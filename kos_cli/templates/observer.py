"""An observer: counts system calls and says how many there were when the machine goes away."""

from __future__ import annotations

GROUP = "kos.observer"
PREFIX = "kos-observe-"
SUMMARY = "The KOS observer $name: counts the system calls of a machine, by name."
USE = """\
```toml
[trace]
observers = ["$name"]
```
"""
TABLE = {"src/$package/$module.py": "the observer; knows nothing of plugins"}
FILES = {
    "src/$package/plugin.py": '''\
"""Announces the observer `$name`."""

from collections.abc import Iterable

from kos_kernel.api import ObserverDriver, hookimpl


@hookimpl
def kos_observer_drivers() -> Iterable[ObserverDriver]:
    """Announce `$name`."""
    yield ObserverDriver(
        "$name",
        contract=1,
        make="$package.$module:$Class",
        options="$package.options:${Class}Options",
        summary="counts system calls by name",
    )
''',
    "src/$package/options.py": '''\
"""What `kos.toml` may say about the observer `$name`."""

from kos_kernel.api import DriverOptions
from pydantic import Field


class ${Class}Options(DriverOptions):
    """Options of `$name`. top: how many names the report has."""

    top: int = Field(default=10, gt=0)
''',
    "src/$package/$module.py": '''\
"""Counts system calls. The kernel asks once which events an observer has methods for, and calls only those."""

from collections import Counter
from typing import Any

INFO = 6  # the level of the line in the kernel log


class $Class:
    """Counts of one machine, by the name of the system call; reported in the kernel log when the machine is closed."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self.counts: Counter[str] = Counter()
        self._top: int = options.top
        self._log = ctx.log

    def syscall(self, now_ns: int, pid: int, name: str, args: Any, result: Any, error: Any) -> None:
        """Count one call, whether it succeeded or not."""
        self.counts[name] += 1

    def closed(self, now_ns: int) -> None:
        """Report."""
        self._log(INFO, "$name: " + ", ".join(f"{name} {count}" for name, count in self.most_common()))

    def most_common(self) -> list[tuple[str, int]]:
        """Return the most frequent names with their counts; ties by name, so that a run repeats exactly."""
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[: self._top]
''',
    "tests/test_conformance.py": '''\
"""The contract of an observer, clause by clause, and what this one reports."""

from types import SimpleNamespace

from kos_kernel.testing import conformance

from $package.$module import $Class

test_$module = conformance("kos.observer", "$name")


def make() -> tuple[$Class, list[str]]:
    lines: list[str] = []
    ctx = SimpleNamespace(log=lambda level, text: lines.append(text))
    return $Class(SimpleNamespace(top=2), ctx), lines


def test_the_most_frequent_calls_are_reported_with_ties_by_name() -> None:
    observer, lines = make()
    for name in ("write", "read", "read", "open", "write"):
        observer.syscall(0, 1, name, (), 0, None)
    observer.closed(9)
    assert lines == ["$name: read 2, write 2"]
''',
    "tests/test_in_a_machine.py": '''\
"""What the observer does in a machine."""

from kos_kernel import Machine


def test_a_watched_machine_does_the_same_as_an_unwatched_one() -> None:
    with Machine({"trace": {"observers": ["$name"]}}) as watched, Machine() as unwatched:
        script = "echo one | tr a-z A-Z; cat /etc/none"
        first, second = watched.run(script), unwatched.run(script)
    assert (first.status, first.stdout, first.stderr) == (second.status, second.stdout, second.stderr)
''',
}
