"""clear, tput, reset: what a terminal's capabilities do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, Value, complain, parsed

from .capabilities import TERMINALS, filled

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

CLEAR = Command(
    "clear",
    usage="[OPTION]...",
    summary="Clear the terminal screen.",
    options=[
        Value("term", "T", metavar="TERM", help="use this instead of $TERM"),
        Flag("keep", "x", help="do not try to clear scrollback"),
    ],
)
TPUT = Command(
    "tput",
    usage=["[OPTION]... CAPNAME [PARAMETER]...", "[OPTION]... clear|init|reset|longname", "[OPTION]... -S"],
    summary="Write what a terminal's capability CAPNAME is.",
    status=2,
    permute=False,
    options=[
        Value("term", "T", metavar="TERM", help="use this instead of $TERM"),
        Flag("lines", "S", help="read commands from standard input"),
        Flag("keep", "x", help="do not try to clear scrollback"),
    ],
    epilog="Known terminals: " + ", ".join(sorted(TERMINALS)) + ".",
)
RESET = Command(
    "reset",
    usage="[OPTION]... [TERMINAL]",
    summary="Bring a terminal back to sane modes.",
    options=[
        Flag("silent", "Q", help="do not output control key settings"),
        Flag("show", "q", help="display term only, do no changes"),
        Flag("keep", "I", help="no initialization strings"),
    ],
)


def _terminal(k: Syscalls, given: bytes | None) -> tuple[bytes, dict[str, str] | None]:
    name = given if given is not None else k.env.get(b"TERM", b"")
    return name, TERMINALS.get(name.decode("latin-1"))


def _unknown(k: Syscalls, name: bytes, status: int) -> int:
    if not name:
        complain(k, b"No value for $TERM and no -T specified" if status == 2 else b"TERM environment variable not set.")
    else:
        complain(k, (b'unknown terminal "%s"' if status == 3 else b"'%s': unknown terminal type.") % name)
    return status


def _clearing(capabilities: dict[str, str], keep: bool) -> str:
    text = capabilities["clear"]
    return text.replace("\x1b[3J", "") if keep else text


def clear(k: Syscalls, argv: list[bytes]) -> int:
    """Clear the screen. Status 1 if the terminal can't."""
    opts, _ = parsed(k, CLEAR, argv)
    name, capabilities = _terminal(k, opts.term)
    if capabilities is None:
        return _unknown(k, name, 1)
    if "clear" not in capabilities:
        return 1
    k.write(1, _clearing(capabilities, opts.keep).encode())
    return 0


def tput(k: Syscalls, argv: list[bytes]) -> int:
    """Write a capability.

    Status 1 if the terminal lacks it, 2 for a wrong command line, 3 for an unknown terminal, 4 for an unknown name.
    """
    opts, words = parsed(k, TPUT, argv)
    name, capabilities = _terminal(k, opts.term)
    if not opts.lines and not words:
        raise TPUT.error(opts, b"missing operand")
    if capabilities is None:
        return _unknown(k, name, 3 if name else 2)
    if not opts.lines:
        return _one(k, name, capabilities, words, opts.keep)
    status = 0
    for line in k.read_all(0).split(b"\n"):
        if line.split():
            status = max(status, _one(k, name, capabilities, line.split(), opts.keep))
            k.tick()
    return status


def _one(k: Syscalls, name: bytes, capabilities: dict[str, str], words: list[bytes], keep: bool) -> int:
    wanted = words[0].decode("latin-1")
    if wanted in ("cols", "lines"):
        size = None
        for fd in (1, 2, 0):
            try:
                size = k.get_winsize(fd)
                break
            except SysError:
                continue
        given = k.env.get(b"COLUMNS" if wanted == "cols" else b"LINES", b"")
        number = size[1 if wanted == "cols" else 0] if size is not None else 0
        if given.isdigit() and len(given) < 6 and int(given):
            number = int(given)
        text = str(number) if number else capabilities.get(wanted, "-1")
        k.write(1, text.encode() + b"\n")
        return 0
    if wanted in ("init", "reset"):
        k.write(
            1, "".join([capabilities.get(part, "") for part in ("rs1", "rs2" if wanted == "reset" else "is2")]).encode()
        )
        return 0
    if wanted == "longname":
        k.write(1, name)
        return 0
    if not any(wanted in table for table in TERMINALS.values()):
        complain(k, b"unknown terminfo capability '%s'" % words[0])
        return 4
    if wanted not in capabilities:
        if wanted in ("colors", "pairs", "it"):
            k.write(1, b"-1\n")
            return 0
        return 1
    text = _clearing(capabilities, keep) if wanted == "clear" else capabilities[wanted]
    if text == "yes":
        return 0
    if text.isdigit():
        text += "\n"
    numbers = [int(word) if re.fullmatch(rb"-?[0-9]{1,9}", word) else 0 for word in words[1:]]
    k.write(1, filled(text, numbers).encode())
    return 0


def reset(k: Syscalls, argv: list[bytes]) -> int:
    """Set sane modes and write the terminal's reset string. Status 1 for an unknown terminal."""
    opts, words = parsed(k, RESET, argv)
    name, capabilities = _terminal(k, words[0] if words else None)
    if opts.show:
        k.write(1, (name or b"unknown") + b"\n")
        return 0
    if capabilities is None:
        return _unknown(k, name, 1)
    pid = k.spawn(b"/usr/bin/stty", [b"stty", b"sane"], fds={0: 2, 1: 1, 2: 2}) if k.isatty(2) else 0
    if pid:
        k.wait(pid)
    if not opts.keep:
        parts = [capabilities.get(part, "") for part in ("rs1", "rs2")]
        k.write(2, "".join(parts).encode())
    return 0
