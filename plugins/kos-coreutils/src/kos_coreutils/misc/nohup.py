"""nohup: run a command that a hangup doesn't end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_APPEND,
    O_CREAT,
    O_WRONLY,
    SIG_IGN,
    SIGHUP,
    Command,
    SysError,
    cause,
    complain,
    exec_command,
    exec_status,
    parsed,
    quoteaf,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

NOHUP = Command(
    "nohup",
    like="(GNU coreutils) 9.1",
    usage=("COMMAND [ARG]...", "OPTION"),
    summary="Run COMMAND, ignoring hangup signals.",
    epilog="If standard input is a terminal, redirect it from an unreadable file.\n"
    "If standard output is a terminal, append output to 'nohup.out' if possible, '$HOME/nohup.out' otherwise.\n"
    "If standard error is a terminal, redirect it to standard output.",
    status=125,
    permute=False,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run a command with SIGHUP ignored. Status 125 (127 with POSIXLY_CORRECT) if nohup fails itself."""
    failed = 127 if b"POSIXLY_CORRECT" in k.env else 125
    _opts, words = parsed(k, NOHUP, argv)
    if not words:
        complain(k, b"missing operand\nTry '%s --help' for more information." % argv[0])
        return failed
    input_tty, output_tty, error_tty = k.isatty(0), k.isatty(1), k.isatty(2)
    if input_tty:
        try:
            k.dup2(k.open(b"/dev/null", O_WRONLY), 0)
        except SysError as error:
            complain(k, b"failed to render standard input unusable: " + cause(error))
            return failed
        if not output_tty and not error_tty:
            complain(k, b"ignoring input")
    if output_tty:
        opened = _open_output(k)
        if opened is None:
            return failed
        fd, name = opened
        k.dup2(fd, 1)
        k.close(fd)
        complain(k, b"%sappending output to %s" % (b"ignoring input and " if input_tty else b"", quoteaf(name)))
    keep = None
    if error_tty:
        if not output_tty:
            complain(k, b"%sredirecting stderr to stdout" % (b"ignoring input and " if input_tty else b""))
        keep = k.dup(2, 10, cloexec=True)
        k.dup2(1, 2)
    k.sigaction(SIGHUP, SIG_IGN)
    failure = exec_command(k, words)
    if keep is not None:
        k.dup2(keep, 2)
    complain(k, b"failed to run command %s: %s" % (quoteaf(words[0]), cause(failure)))
    return exec_status(failure)


def _open_output(k: Syscalls) -> tuple[int, bytes] | None:
    """Return nohup.out, here or in the home directory, opened for appending; None after complaining."""
    names = [b"nohup.out"]
    if home := k.env.get(b"HOME"):
        names.append(home + b"/nohup.out")
    for name in names:
        try:
            return k.open(name, O_WRONLY | O_CREAT | O_APPEND, 0o600), name
        except SysError as error:
            complain(k, b"failed to open %s: %s" % (quoteaf(name), cause(error)))
    return None
