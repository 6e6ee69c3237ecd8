"""`kos container`: containers inside a machine."""

from __future__ import annotations

import typer

app = typer.Typer(help="Run programs in containers inside a machine.", no_args_is_help=True)
