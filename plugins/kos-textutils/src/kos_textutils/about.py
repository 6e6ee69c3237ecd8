"""-h and -V, where util-linux has them besides --help and --version; names and reading of whole files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Flag, HelpRequested

if TYPE_CHECKING:
    from kos_kernel.api import Command

ABOUT = (Flag("about", "h", value="help", hidden=True), Flag("about", "V", value="version", hidden=True))


def heed(command: Command, opts: Any) -> None:
    """Raise HelpRequested if -h or -V was given."""
    if opts.about:
        raise HelpRequested((command.help_text if opts.about == "help" else command.version_text)(opts.prog))
