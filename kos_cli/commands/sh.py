"""`kos sh`: the machine's shell as a drop-in for `sh`: same command line, same standard input, same exit status."""

from __future__ import annotations

import os
from typing import Any

from kos_kernel.errors import KosError

WORDS = "What sh takes: -c CMD, a FILE of the machine with arguments, or -s (default) for standard input."


def sh(parsed: Any) -> int:
    """Boot a machine and be its sh. The machine's options come first; the rest goes to the shell untouched.

    FILE is a file of the machine: mount the folder it is in, as in kos sh --mount "$PWD:$PWD" --workdir "$PWD" ./script.

    With --coverage or --analyze there is no machine: the one says what the shell has of POSIX sh and bash, the other what a
    script of the host (a FILE, -c CMD or standard input) would touch, without running it.
    """
    if parsed.coverage or parsed.analyze:
        return _about(parsed)
    if parsed.json:
        raise KosError("--json: goes with --coverage or --analyze")
    from ..runner import run_shell

    return run_shell(parsed, [b"sh", *(os.fsencode(word) for word in parsed.words)])


def _about(parsed: Any) -> int:
    """Answer --coverage or --analyze. Raises KosError for options that mean nothing there."""
    from ..options import MACHINE_OPTIONS
    from ..runner import output_to

    flag = "--coverage" if parsed.coverage else "--analyze"
    if parsed.coverage and (parsed.analyze or parsed.words):
        raise KosError(f"--coverage: takes no {'--analyze' if parsed.analyze else 'operands'}")
    for option in MACHINE_OPTIONS:
        if getattr(parsed, option.name):
            raise KosError(f"{option.flags[0]}: {flag} needs no machine\n  leave it away; FILE is a file of the host")
    from importlib.util import find_spec

    if find_spec("kos_shell") is None:
        raise KosError(f"{flag}: the shell isn't installed\n  pip install kos-shell")
    if parsed.coverage:
        from kos_shell.coverage import coverage
        from kos_shell.coverage.report import as_json, as_text

        output_to(1)((as_json if parsed.json else as_text)(coverage()).encode())
        return 0
    from kos_shell.analysis.report import answer

    from ..script import read_script

    if parsed.words[:1] == ["-c"]:
        if len(parsed.words) < 2:
            raise KosError("-c: there is no CMD behind it")
        text, name = os.fsencode(parsed.words[1]), "sh: -c"
    else:
        name = parsed.words[0] if parsed.words else "-"
        if name.startswith("-") and name != "-":
            raise KosError(f"{name}: --analyze takes -c CMD, a FILE or nothing (standard input)")
        text = read_script(name) if name != "-" else _standard_input()
        name = "sh" if name == "-" else name
    status, output, complaint = answer(
        text.decode("utf-8", "surrogateescape"), name, json=bool(parsed.json), posix=True
    )
    output_to(1)(output.encode("utf-8", "surrogateescape"))
    output_to(2)(complaint.encode("utf-8", "surrogateescape"))
    return status


def _standard_input() -> bytes:
    from ..runner import HostInput

    source = HostInput()
    parts = []
    while data := source.read(1 << 16):
        parts.append(data)
    return b"".join(parts)
