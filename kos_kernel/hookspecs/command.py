"""Announcing subcommands of `kos`: entry-point group `kos.command`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import Subcommand
from .markers import hookspec


@hookspec
def kos_subcommands() -> Iterable[Subcommand]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each subcommand of this module; nothing of theirs is imported for it.

    `kos NAME` runs one. The names must be those of the distribution's entries in `kos.command`, and none of kos's own
    commands'. For example:

        @hookimpl
        def kos_subcommands() -> Iterable[Subcommand]:
            yield Subcommand("sched", contract=1, make="kos_sched_lab.commands:make", summary="Run and compare schedulers.")
    """
