"""The contract of a unit type: what it means to start and stop a thing that the service manager looks after.

A unit type is a state machine without a fiber: it is told of events (`start`, `stop`, a process's exit, a timer) and acts
through `UnitContext`. So an idle service manager costs nothing and is carried by a fork.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Section = Mapping[str, list[str]]  # key -> its values in the order of the file


class UnitContext(Protocol):
    """What a unit may do."""

    def spawn(self, unit: str, argv: list[bytes], env: dict[bytes, bytes], cwd: bytes, user: bytes | None) -> int:
        """Start a process that belongs to `unit` and return its pid; its exit comes back as `process_exited`.

        What it starts belongs to the unit too, as in a control group, also what goes into a session of its own.
        """
        ...

    def members(self, unit: str) -> list[int]:
        """Return the pids of all processes that belong to a unit and live: what ctx.spawn started, and what that started."""
        ...

    def kill(self, pid: int, signum: int) -> None:
        """Send a signal to a process of a unit; nothing happens if it is gone."""
        ...

    def after(self, delay_ns: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back later; the returned function cancels."""
        ...

    def changed(self, unit: str) -> None:
        """Say that `state` of this unit changed: the manager looks at who waited for it."""
        ...

    def log(self, unit: str, text: str) -> None:
        """A line in the unit's journal."""
        ...

    def now_ns(self) -> int:
        """Return the machine's time."""
        ...


class Unit(Protocol):
    """One unit of a type, made from its file."""

    name: str

    def start(self) -> None:
        """Begin to start. Never blocks; ends in `active` or `failed`, said through ctx.changed."""
        ...

    def stop(self) -> None:
        """Begin to stop."""
        ...

    def state(self) -> tuple[str, str]:
        """Return (active state, sub state), such as ("active", "running"), in systemd's words."""
        ...

    def status(self) -> Mapping[str, Any]:
        """Return what `systemctl status` shows: MainPID, ExecMainStatus, Result, ..."""
        ...

    def process_exited(self, pid: int, status: int) -> None:
        """A process of the unit that ctx.spawn started, or whose parent has ended, ended with this wait status."""
        ...

    def checkpoint(self) -> Any:
        """Return plain data from which `restore` makes the same unit in a forked machine."""
        ...


class UnitType(Protocol):
    """A unit type."""

    def load(self, name: str, sections: Mapping[str, Section], ctx: UnitContext) -> Unit:
        """Return a unit made from a parsed unit file. Raises ConfigError naming section and key for bad values."""
        ...

    def restore(self, name: str, sections: Mapping[str, Section], ctx: UnitContext, saved: Any) -> Unit:
        """Return the unit in the state that `checkpoint` returned."""
        ...
