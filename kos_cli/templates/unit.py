"""A unit type: a command that is run a fixed number of times."""

from __future__ import annotations

GROUP = "kos.unit"
PREFIX = "kos-units-"
SUMMARY = "The KOS unit type $name: a command that is run a number of times, one run after the other."
USE = """\
A unit of this type is a file such as `/etc/systemd/system/greet.$name`:

```ini
[$Class]
ExecStart=/bin/echo hello
Times=3
```
"""
TABLE = {"src/$package/$module.py": "the unit type; knows nothing of plugins"}
FILES = {
    "src/$package/plugin.py": '''\
"""Announces the unit type `$name`."""

from collections.abc import Iterable

from kos_kernel.api import UnitDriver, hookimpl


@hookimpl
def kos_unit_drivers() -> Iterable[UnitDriver]:
    """Announce `$name`, whose unit files end in .$name."""
    yield UnitDriver(
        "$name",
        contract=1,
        make="$package.$module:$Class",
        options="$package.options:${Class}Options",
        summary="a command that is run a number of times",
        suffix=".$name",
    )
''',
    "src/$package/options.py": '''\
"""What `kos.toml` may say about the unit type `$name`."""

from kos_kernel.api import DriverOptions
from pydantic import Field


class ${Class}Options(DriverOptions):
    """Options of `$name`. most: the largest `Times=` that a unit file may ask for."""

    most: int = Field(default=1000, gt=0)
''',
    "src/$package/$module.py": '''\
"""A unit type as a state machine without a fiber: it is told of starts, stops and exits, and acts through its context.

    inactive ──start──► active/running ──last run ended──► inactive/dead
                          │        ▲ └──run ended, more to do──┐
                          │        └───────────────────────────┘
                          ├──a run failed──► failed/failed
                          └──stop──► deactivating ──exit──► inactive/dead

A unit that holds no fiber costs nothing while it is idle, and a fork carries it.
"""

import shlex
from collections.abc import Mapping
from typing import Any

from kos_kernel.api import SIGTERM, WEXITSTATUS, WIFEXITED, ConfigError, Section, SysError, UnitContext


class $Class:
    """The unit type: makes units from their files."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._most: int = options.most

    def load(self, name: str, sections: Mapping[str, Section], ctx: UnitContext) -> "Repeated":
        """Return the unit that a file describes. Raises ConfigError naming section and key for bad values."""
        section = sections.get("$Class", {})
        command = section.get("ExecStart", [])
        if len(command) != 1:
            raise ConfigError(f"{name}: [$Class] ExecStart= must be given once, and is given {len(command)} times")
        times = (section.get("Times") or ["1"])[-1]
        if not times.isdecimal() or not 1 <= int(times) <= self._most:
            raise ConfigError(f"{name}: [$Class] Times={times} must be a number from 1 to {self._most}")
        argv = [word.encode("utf-8", "surrogateescape") for word in shlex.split(command[0])]
        return Repeated(name, argv, int(times), ctx)

    def restore(self, name: str, sections: Mapping[str, Section], ctx: UnitContext, saved: Any) -> "Repeated":
        """Return the unit as it was when `checkpoint` was called."""
        unit = self.load(name, sections, ctx)
        unit.active, unit.sub, unit.done = saved
        return unit


class Repeated:
    """One unit: `times` runs of a command, each after the one before has succeeded."""

    def __init__(self, name: str, argv: list[bytes], times: int, ctx: UnitContext) -> None:
        self.name = name
        self.active, self.sub = "inactive", "dead"
        self.done = 0
        self._argv = argv
        self._times = times
        self._ctx = ctx
        self._pid = 0

    def start(self) -> None:
        """Begin the first run; nothing happens if one is on its way."""
        if self._pid == 0:
            self.done = 0
            self._run()

    def stop(self) -> None:
        """Ask the current run to end; there won't be another."""
        if self._pid:
            self._become("deactivating", "stop")
            self._ctx.kill(self._pid, SIGTERM)
        else:
            self._become("inactive", "dead")

    def state(self) -> tuple[str, str]:
        """Return (active state, sub state) in systemd's words."""
        return self.active, self.sub

    def status(self) -> Mapping[str, Any]:
        """Return what `systemctl status` shows."""
        return {"MainPID": self._pid, "Runs": f"{self.done}/{self._times}"}

    def process_exited(self, pid: int, status: int) -> None:
        """Go on with the next run, or end."""
        if pid != self._pid:
            return
        self._pid = 0
        if self.active == "deactivating":
            self._become("inactive", "dead")
        elif not WIFEXITED(status) or WEXITSTATUS(status) != 0:
            self._become("failed", "failed")
        else:
            self.done += 1
            if self.done < self._times:
                self._run()
            else:
                self._become("inactive", "dead")

    def checkpoint(self) -> Any:
        """Return what a forked machine goes on from. A fork carries no process, so a unit that has one rests there."""
        return ("inactive", "dead", 0) if self._pid else (self.active, self.sub, self.done)

    def _run(self) -> None:
        try:
            self._pid = self._ctx.spawn(self.name, self._argv, {}, b"/", None)
        except SysError as error:  # no such program, no room for another process ...
            self._ctx.log(self.name, f"can't be started: {error}")
            self._become("failed", "failed")
        else:
            self._become("active", "running")

    def _become(self, active: str, sub: str) -> None:
        self.active, self.sub = active, sub
        self._ctx.changed(self.name)
''',
    "tests/test_conformance.py": '''\
"""The contract of a unit type, clause by clause."""

from kos_kernel.testing import conformance

EXAMPLE = """\\
[$Class]
ExecStart=/bin/true
"""

test_$module = conformance("kos.unit", "$name", example=EXAMPLE)
''',
    "tests/test_in_a_machine.py": '''\
"""What the unit type makes of a unit file."""

from pathlib import Path

from kos_kernel import Machine

UNIT = """\\
[$Class]
ExecStart=/bin/sh -c 'echo run >> /tmp/runs'
Times=3
"""


def test_the_command_is_run_so_many_times(tmp_path: Path) -> None:
    (tmp_path / "greet.$name").write_text(UNIT)
    units = {"target": "/etc/systemd/system", "driver": "host", "source": str(tmp_path)}
    with Machine({"mounts": [units], "init": {"types": ["$name"]}}, clock="virtual") as machine:
        machine.run("systemctl start greet.$name").check()
        machine.advance(1)
        assert machine.read_file("/tmp/runs") == b"run\\nrun\\nrun\\n"
''',
}
