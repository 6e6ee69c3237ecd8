"""`kos sh`: the machine's shell as a drop-in for `sh`: same command line, same standard input, same exit status."""

from __future__ import annotations

import os
from typing import Any

WORDS = "What sh takes: -c CMD, a FILE of the machine with arguments, or -s (default) for standard input."


def sh(parsed: Any) -> int:
    """Boot a machine and be its sh. The machine's options come first; the rest goes to the shell untouched.

    FILE is a file of the machine: mount the folder it is in, as in kos sh --mount "$PWD:$PWD" --workdir "$PWD" ./script.
    """
    from ..runner import run_shell

    return run_shell(parsed, [b"sh", *(os.fsencode(word) for word in parsed.words)])
