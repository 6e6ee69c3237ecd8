"""tee: standard input to standard output and to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_APPEND,
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    S_IFIFO,
    S_IFMT,
    S_IFSOCK,
    SIG_IGN,
    SIGINT,
    SIGPIPE,
    BrokenPipe,
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    cause,
    complain,
    parsed,
    quotef,
)  # fmt: skip

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_MODES = {name: name for name in ("warn", "warn-nopipe", "exit", "exit-nopipe")}

TEE = Command(
    "tee",
    like="(GNU coreutils) 9.1",
    summary="Copy standard input to each FILE, and also to standard output.",
    options=[
        Flag("append", "a", "append", help="append to the given FILEs, do not overwrite"),
        Flag("ignore", "i", "ignore-interrupts", help="ignore interrupt signals"),
        Flag("mode", "p", value="warn-nopipe", default="", help="diagnose errors writing to non pipes"),
        Value("mode", "output-error", metavar="MODE", optional=True, implied="warn-nopipe", choices=_MODES, default="",
              help="set behavior on write error: warn, warn-nopipe, exit or exit-nopipe"),
    ],
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Copy the input everywhere. Status 1 if an output couldn't be opened or written."""
    opts, files = parsed(k, TEE, argv)
    mode: str = opts.mode
    if opts.ignore:
        k.sigaction(SIGINT, SIG_IGN)
    if mode:
        k.sigaction(SIGPIPE, SIG_IGN)
    status = 0
    outputs = [(1, b"standard output")]
    for name in files:
        try:
            fd = k.open(name, O_WRONLY | O_CREAT | (O_APPEND if opts.append else O_TRUNC))
        except SysError as error:
            complain(k, b"%s: %s" % (quotef(name), cause(error)))
            if mode.startswith("exit"):
                return 1
            status = 1
            continue
        outputs.append((fd, name))
    reader = Reader(k, 0, chunk=65536)
    while outputs:
        try:
            data = reader.chunk()
        except SysError as error:
            complain(k, b"read error: " + cause(error))
            return 1
        if not data:
            break
        for output in list(outputs):
            fd, name = output
            try:
                rest = data[k.write(fd, data) :]
                while rest:
                    rest = rest[k.write(fd, rest) :]
            except SysError as error:
                quiet = isinstance(error, BrokenPipe) and mode.endswith("nopipe") and _is_pipe(k, fd)
                if not quiet:
                    complain(
                        k, b"%s: %s" % (quotef(name), cause(error)) if fd != 1 else b"'%s': %s" % (name, cause(error))
                    )
                    status = 1
                    if mode.startswith("exit"):
                        return 1
                outputs.remove(output)
    return status


def _is_pipe(k: Syscalls, fd: int) -> bool:
    return k.fstat(fd).mode & S_IFMT in (S_IFIFO, S_IFSOCK)
