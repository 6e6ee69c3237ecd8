"""Announces `kos sched`."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import Subcommand, hookimpl


@hookimpl
def kos_subcommands() -> Iterable[Subcommand]:
    """Announce the laboratory."""
    yield Subcommand(
        "sched",
        contract=1,
        make="kos_sched_lab.commands:make",
        summary="Run workloads under schedulers and compare them.",
    )
