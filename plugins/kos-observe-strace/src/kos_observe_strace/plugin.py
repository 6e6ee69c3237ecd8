"""Announces `strace` (system calls as strace prints them) and `trace` (everything, as JSON lines, for comparing runs)."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ObserverDriver, hookimpl


@hookimpl
def kos_observer_drivers() -> Iterable[ObserverDriver]:
    """Announce `strace` and `trace`."""
    yield ObserverDriver(
        "strace",
        contract=1,
        make="kos_observe_strace.strace:Strace",
        options="kos_observe_strace.options:StraceOptions",
        summary="system calls as strace prints them, with errors by name and the machine's times",
    )
    yield ObserverDriver(
        "trace",
        contract=1,
        make="kos_observe_strace.trace:Trace",
        options="kos_observe_strace.options:TraceOptions",
        summary="every event as a line of JSON: two runs of a seeded machine in virtual time give the same bytes",
    )
