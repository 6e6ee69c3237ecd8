"""The Typer app: every command, its help and shell completion. Imported only when the fast path can't answer."""

from __future__ import annotations

from typing import Annotated

import typer

from . import announced
from .commands import bench, boot, config, container, doctor, plugin
from .commands import run as run_command
from .commands import sh as sh_command
from .commands import shell as shell_command
from .options import COMMAND, MACHINE_OPTIONS, SHELL_OPTIONS
from .typerparse import from_table

SCRIPT_SETTINGS = {"allow_interspersed_args": False}


def build(wanted: str = "") -> typer.Typer:
    """Return the app with all its commands. wanted: the one that will run; of plugins' commands no other is imported."""
    app = typer.Typer(
        name="kos",
        help="A whole Linux-like machine in one process: boot it, run a script in it, look inside.",
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )

    @app.callback()
    def top(
        version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
    ) -> None:
        if version:
            from kos_kernel import __version__

            typer.echo(f"kos {__version__}")
            raise typer.Exit

    app.command("run", short_help="Run a script in a fresh machine.", context_settings=SCRIPT_SETTINGS)(
        from_table((COMMAND, *MACHINE_OPTIONS), words="SCRIPT [ARGUMENT]", words_help=run_command.WORDS)(
            run_command.run
        )
    )
    app.command(
        "sh", short_help="Be the machine's sh: a drop-in for outside programs.", context_settings=SCRIPT_SETTINGS
    )(
        from_table(
            (*SHELL_OPTIONS, *MACHINE_OPTIONS), words="-c CMD | FILE [ARGUMENT] | -s", words_help=sh_command.WORDS
        )(sh_command.sh)
    )
    app.command("shell", short_help="Open a machine's shell, to type into.")(
        from_table(MACHINE_OPTIONS)(shell_command.shell)
    )
    app.command("boot", short_help="Show the steps of a boot with their times.")(from_table(MACHINE_OPTIONS)(boot.boot))
    app.command("bench", short_help="Measure beside bash, dash and tmpfs.")(bench.bench)
    app.command("doctor", short_help="Look whether this host is fit, and what to do.")(doctor.doctor)
    app.add_typer(config.app, name="config")
    app.add_typer(plugin.app, name="plugin")
    app.add_typer(container.app, name="container")
    announced.add(app, wanted)
    return app


def start(argv: list[str]) -> int:
    """Run the app with these arguments and return its exit status. Raises KosError for what a command refuses."""
    try:
        status = build(argv[0] if argv else "")(args=argv, prog_name="kos", standalone_mode=True)
    except SystemExit as end:
        status = end.code
    return status if isinstance(status, int) else 0 if status is None else 2
