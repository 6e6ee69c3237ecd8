"""`kos run`: boots a machine and runs a script in it. Output streams, input is read when the script reads it."""

from __future__ import annotations

import os
from typing import Any

from kos_kernel.errors import KosError

WORDS = "A script of the host (or - for standard input), and its arguments."


def run(parsed: Any) -> int:
    """Boot a machine and run a script in it: a file of the host, the text after -c, or standard input.

    The script sees nothing of the host but what --mount, --env and standard input give it. kos ends with its exit status,
    128 + N if signal N ended it, 124 if --timeout did.
    """
    from ..runner import run_script, run_shell
    from ..script import read_script

    arguments = [os.fsencode(word) for word in parsed.words]
    if parsed.command is not None:
        return run_shell(parsed, [b"bash", b"-c", os.fsencode(parsed.command), b"bash", *arguments])
    if not arguments or arguments[0] == b"-":
        if os.isatty(0):
            raise KosError(
                "no script: name a file, give -c CMD, or pipe one in\n  `kos shell` is a machine to type into"
            )
        return run_shell(parsed, [b"bash", b"-s", b"--", *arguments[1:]])
    return run_script(parsed, arguments[0], read_script(parsed.words[0]), arguments[1:])
