"""What the user sees when something goes wrong: a sentence, and no traceback for a mistake of theirs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from kos_kernel.errors import KernelBug, KosError

USAGE = 2  # the status of a mistake on the command line or in the configuration
INTERRUPTED = 130  # as a shell reports a program that Ctrl-C ended
BROKEN_PIPE = 141  # ... and one whose reader went away


class CommandError(KosError):
    """A mistake whose exit status is a shell's: 127 for a script that isn't there, 126 for one that can't be run."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def guarded(command: Callable[[], int | None]) -> int:
    """Return what command returns as the exit status, having reported whatever ended it early."""
    try:
        return command() or 0
    except KernelBug:
        raise  # our mistake: the traceback is what a report of it needs
    except KosError as error:
        complain(str(error))
        return getattr(error, "status", USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return BROKEN_PIPE


def complain(message: str) -> None:
    """Print `kos: message` to standard error. Lines after the first are hints and stay as they are."""
    try:
        sys.stderr.write(f"kos: {message}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass  # nobody is left to tell
    except UnicodeEncodeError:
        sys.stderr.buffer.write(f"kos: {message}\n".encode("utf-8", "surrogateescape"))


def discard_output() -> None:
    """Let what is still buffered for standard output go nowhere, so that the end of Python doesn't complain about it."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
