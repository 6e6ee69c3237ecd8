"""Where `kos` begins. Command lines that the fast parser knows run at once; all others go to Typer.

On the fast path neither pydantic, stevedore, typer nor rich is imported (tests/cli/test_cold_path.py looks at sys.modules),
and the garbage collector is kept out of the way: nothing that a start imports and makes is garbage.
"""

from __future__ import annotations

import gc
import os
import sys

from . import fastparse
from .errors import guarded


def main(argv: list[str] | None = None) -> int:
    """Run `kos ARGV` (default: the process's own arguments) and return its exit status."""
    if argv is None:
        gc.disable()  # until the machine is up: see runner.py
        occupy_standard_descriptors()
        argv = sys.argv[1:]
    if argv == ["--version"]:
        from kos_kernel import __version__

        print(f"kos {__version__}")
        return 0
    if argv and argv[0] in ("run", "sh"):
        parsed = fastparse.parse(argv[0], argv[1:])
        if parsed is not None:
            if argv[0] == "run":
                from .commands.run import run as command
            else:
                from .commands.sh import sh as command
            return guarded(lambda: command(parsed))
        if argv[0] == "sh":
            argv = ["sh", *fastparse.mark_shell_words(argv[1:])]
    from .app import start

    gc.enable()
    return guarded(lambda: start(argv))


def occupy_standard_descriptors() -> None:
    """Put something that can't be used on those of 0, 1, 2 that are closed.

    Else the next file that this process opens would get the number, and what a guest writes would land in it.
    """
    for fd, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest free number: this one
