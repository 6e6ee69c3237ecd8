"""Subcommands that plugins bring: entry-point group `kos.command`.

Help lists all of them by what their records say; the app of one is imported only when it is the one that runs.
"""

from __future__ import annotations

import typer

from kos_kernel.errors import PluginError
from kos_kernel.registry import Registry

GROUP = "kos.command"


def add(app: typer.Typer, wanted: str) -> None:
    """Add the announced commands to the app: the wanted one whole, the others as a line of the help.

    Raises PluginError if the wanted one is broken or two distributions announce it. A name of kos's own stays kos's own.
    """
    own = {info.name for info in app.registered_commands} | {info.name for info in app.registered_groups}
    registry = Registry()
    for name in sorted({entry.name for entry in registry.entries(GROUP)} - own):
        if name == wanted:
            app.add_typer(registry.factory(GROUP, name)(), name=name)
            continue
        try:
            summary = registry.record(GROUP, name).summary
        except PluginError as error:
            summary = f"(broken: {str(error).splitlines()[0]})"
        app.command(name, short_help=summary)(_only_listed)
    registry.flush()


def _only_listed() -> None:
    """Stands in the help for a command that isn't the one that runs."""
