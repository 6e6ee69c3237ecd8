"""setsid: run a command in a session of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import TIOCSCTTY, Command, Flag, SysError, cause, complain

from .become import become, status_of_child

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

SETSID = Command(
    "setsid",
    usage="[options] <program> [arguments ...]",
    summary="Run a program in a new session.",
    options=[
        Flag("terminal", "c", "ctty", help="make this terminal the controlling one"),
        Flag("fork", "f", "fork", help="fork in any case"),
        Flag("wait", "w", "wait", help="wait for the program and return its status"),
        Flag("version_", "V", hidden=True),
    ],
    permute=False,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Begin the session and become the program; a group's leader forks for it."""
    opts, words = SETSID.parse(argv)
    if not words:
        raise SETSID.error(opts, "no command specified")
    if not opts.fork and k.getpgid() != k.getpid():
        return _session(k, opts.terminal, words)
    pid = k.fork_call(_session, opts.terminal, words)
    return status_of_child(k, pid) if opts.wait else 0


def _session(k: Syscalls, terminal: bool, words: list[bytes]) -> int:
    try:
        k.setsid()
    except SysError as error:
        complain(k, b"setsid failed: " + cause(error))
        return 1
    if terminal:
        try:
            k.ioctl(0, TIOCSCTTY, 1)
        except SysError as error:
            complain(k, b"failed to set the controlling terminal: " + cause(error))
            return 1
    return become(k, words)
