"""A driver on its own: for programs that try drivers outside a machine, such as `kos sched compare`.

    driver = standalone("kos.scheduler", "rr", {"quantum": "4ms"})

The options are those of kos.toml, checked by the driver's own model. The context has a clock that the caller moves, entropy of
the seed, and a log that keeps what the driver says; there are no timers and no kernel to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .config_options import driver_options
from .contracts.context import Clock, Context
from .entropy import Entropy
from .errors import KernelBug, PluginError
from .platform import Platform


class StandaloneClock:
    """Time that stands until it is set."""

    def __init__(self) -> None:
        self.ns = 0

    def now_ns(self) -> int:
        """Return what it was set to."""
        return self.ns

    def realtime_ns(self) -> int:
        """Return the same: the machine that isn't there booted in 1970."""
        return self.ns


def standalone(
    group: str,
    name: str,
    options: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    where: str = "",
    entropy: Any = None,
    clock: Clock | None = None,
    platform: Platform | None = None,
) -> Any:
    """Return a driver made on its own. where: where its name was written, for the message if there is no such driver.

    entropy: a source of draws in place of one with this seed. clock: the one of its context, in place of one that stands.
    Raises PluginError if there is no such driver or it is broken, ConfigError for options that it refuses.
    """
    registry = (platform or Platform.shared()).registry
    record = registry.record(group, name, where=where)
    values, _ = driver_options(registry, record, dict(options or {}))
    log: list[tuple[int, str]] = []
    ctx = Context(
        clock or StandaloneClock(), entropy or Entropy(seed), lambda level, text: log.append((level, text)), _no_timers
    )
    return registry.factory(group, name)(values, ctx)


def driver_records(group: str, *, platform: Platform | None = None) -> list[Any]:
    """Return the records of all drivers of a group that are installed and announce themselves rightly, by name."""
    registry = (platform or Platform.shared()).registry
    records = []
    for name in sorted({entry.name for entry in registry.entries(group)}):
        try:
            records.append(registry.record(group, name))
        except PluginError:
            continue  # `kos plugin check` says what is wrong with it
    return records


def seeded_entropy(seed: int) -> Entropy:
    """Return a stream of draws that is the same for one seed on every Python."""
    return Entropy(seed)


def _no_timers(delay_ns: int, callback: Callable[[], None]) -> Callable[[], None]:
    raise KernelBug("a driver on its own asked for a timer: its time is an argument of what it is told")
