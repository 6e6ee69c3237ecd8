"""mesg: whether others may write to this terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, Writer, cause, complain

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

MESG = Command(
    "mesg",
    usage="[options] [y | n]",
    summary="Control whether others may write to this terminal.",
    options=[Flag("verbose", "v", "verbose", help="say what is done"), Flag("version_", "V", hidden=True)],
)
_GROUP_WRITES, _ANYBODY = 0o020, 0o022


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print or set it. Status 0 if they may, 1 if they may not, 2 if that can't be told or set."""
    opts, words = MESG.parse(argv)
    fd = next((fd for fd in (0, 1, 2) if _is_terminal(k, fd)), -1)
    if fd < 0:
        if opts.verbose:
            complain(k, b"no tty")
        return 2
    mode = k.fstat(fd).mode
    if not words:
        out = Writer(k)
        allowed = bool(mode & _ANYBODY)
        out.write(b"is y\n" if allowed else b"is n\n")
        out.flush()
        return 0 if allowed else 1
    word = words[0]
    if word not in (b"y", b"n"):
        raise MESG.error(opts, b"invalid argument: " + word)
    wanted = mode | _GROUP_WRITES if word == b"y" else mode & ~_ANYBODY
    try:
        k.fchmod(fd, wanted & 0o7777)
    except SysError as error:
        complain(k, b"change tty mode failed: " + cause(error))
        return 2
    if opts.verbose:
        k.write(
            1,
            b"write access to your terminal is allowed\n"
            if word == b"y"
            else b"write access to your terminal is denied\n",
        )
    return 0 if word == b"y" else 1


def _is_terminal(k: Syscalls, fd: int) -> bool:
    try:
        return k.isatty(fd)
    except SysError:
        return False
