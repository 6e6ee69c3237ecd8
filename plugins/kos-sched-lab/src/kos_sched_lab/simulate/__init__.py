"""The simulation: the kernel's side of the scheduler's contract, without the kernel.

    trace = simulate(workload, "rr", {"quantum": "4ms"})

It tells a driver what a machine's kernel would tell it, in the same order, so what a driver does here it does there. At one
moment: first CPUs whose task is done or at the end of its slice, by number; then releases and wake-ups, in the order in which
they were set; then idle CPUs pick, by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kos_kernel.api import ConfigError, standalone

from ..workload.model import Workload
from .many_cpus import ManyCpus
from .one_cpu import OneCpu
from .time import LabClock
from .trace import Trace


def simulate(
    workload: Workload,
    scheduler: str,
    options: Mapping[str, Any] | None = None,
    *,
    entropy: Any = None,
    where: str = "",
) -> Trace:
    """Return what happens when a workload runs under a scheduler.

    options: as in kos.toml's [scheduler]. entropy: where a scheduler's draws come from, else a stream of the workload's seed.
    where: where the scheduler's name was written, for the message if there is none of that name.
    Raises PluginError, ConfigError; Stuck if the scheduler leaves a runnable task waiting on an idle CPU for ever.
    """
    scripts = [task.name for task in workload.tasks if task.script is not None]
    if scripts:
        raise ConfigError(f"{scripts[0]!r} is a script, which nobody can simulate: run it in a machine (--machine)")
    clock = LabClock()
    driver = standalone(
        "kos.scheduler", scheduler, options, seed=workload.seed, entropy=entropy, clock=clock, where=where
    )
    return simulate_with(workload, driver, clock, name=scheduler)


def simulate_with(workload: Workload, driver: Any, clock: LabClock, *, name: str = "") -> Trace:
    """As `simulate`, with a driver that is made already and fresh. clock: the one in its context."""
    simple = (
        workload.cpus == 1 and workload.cache is None and not any(b.holds for t in workload.tasks for b in t.bursts)
    )
    engine = (OneCpu if simple else ManyCpus)(workload, driver, clock)
    return engine.run(name or type(driver).__name__)
