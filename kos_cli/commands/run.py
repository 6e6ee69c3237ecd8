"""`kos run`: boots a machine and runs a script in it. Output streams, input is read when the script reads it."""

from __future__ import annotations

import os
from typing import Any

from kos_kernel.errors import KosError

from ..errors import CommandError

WORDS = "A script of the host (or - for standard input), and its arguments."


def run(parsed: Any) -> int:
    """Boot a machine and run a script in it: a file of the host, the text after -c, or standard input.

    The script sees nothing of the host but what --mount, --env and standard input give it. kos ends with its exit status,
    128 + N if signal N ended it, 124 if --timeout did.
    """
    from ..runner import run_shell

    arguments = [os.fsencode(word) for word in parsed.words]
    if parsed.command is not None:
        return run_shell(parsed, [b"-c", os.fsencode(parsed.command), b"sh", *arguments])
    if not arguments or arguments[0] == b"-":
        if os.isatty(0):
            raise KosError(
                "no script: name a file, give -c CMD, or pipe one in\n  `kos shell` is a machine to type into"
            )
        return run_shell(parsed, [b"-s", b"--", *arguments[1:]])
    return run_shell(parsed, [b"-c", read_script(parsed.words[0]), *arguments])


def read_script(name: str) -> bytes:
    """Return the text of a script of the host. Raises CommandError if it can't be read or is no script."""
    try:
        with open(name, "rb") as file:
            text = file.read()
    except OSError as error:
        status = 127 if isinstance(error, FileNotFoundError) else 126
        raise CommandError(f"can't read {name}: {error.strerror}", status) from None
    if b"\0" in text[:80]:
        raise CommandError(f"{name} is a binary file, not a script", 126)
    return text
