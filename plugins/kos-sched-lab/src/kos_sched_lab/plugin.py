"""Announces `kos sched`, and the program that the tasks of a workload are when it runs in a machine."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, Subcommand, hookimpl


@hookimpl
def kos_subcommands() -> Iterable[Subcommand]:
    """Announce the laboratory."""
    yield Subcommand(
        "sched",
        contract=1,
        make="kos_sched_lab.commands:make",
        summary="Run workloads under schedulers and compare them.",
    )


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `sched-lab`."""
    yield ProgramFamily(
        "sched-lab",
        contract=1,
        programs={"sched-task": "kos_sched_lab.machine.program:main"},
        summary="a task of a workload, for `kos sched run --machine`",
    )
