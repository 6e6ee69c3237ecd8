"""mkdir: make directories."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls, SysError

from .console import Console
from .contexts import CONTEXT, heed
from .directories import make_parents
from .modes import adjust, compile_mode
from .orders import flag, parse, value

MKDIR = Command(
    "mkdir",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... DIRECTORY...",
    summary="Make directories.",
    options=[
        value("mode", "m", "mode", metavar="MODE", help="their mode, as for chmod, instead of a=rwx less the umask"),
        flag("parents", "p", "parents", help="also missing parents; one that exists is no error"),
        flag("verbose", "v", "verbose", help="say what is made"),
        *CONTEXT,
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Make the directories; 1 if any couldn't be made."""
    con = Console(k, b"mkdir")
    opts, names = parse(k, MKDIR, argv)
    if not names:
        con.usage(b"missing operand")
    heed(con, opts.context)
    umask = k.umask(0)
    k.umask(umask)
    mode: int | None = None
    touched = 0
    if opts.mode is not None:
        changes = compile_mode(opts.mode)
        if changes is None:
            con.die(b"invalid mode " + con.word(opts.mode))
        mode, touched = adjust(0o777, True, umask, changes)

    fresh: list[bytes] = []

    def made(path: bytes) -> None:
        fresh.append(path)
        if opts.verbose:
            con.out(b"mkdir: created directory " + con.quoted(path) + b"\n")

    for name in names:
        try:
            if opts.parents:
                k.umask(umask & ~0o300)  # parents are always writable and searchable by their owner
                make_parents(k, name, 0o777 & ~umask, 0o777, made)
                k.umask(umask)
                if mode is not None and fresh and fresh[-1] == (name.rstrip(b"/") or name):
                    now = k.stat(name).mode & 0o7777
                    k.chmod(name, now & ~touched | mode & touched)
            elif mode is None:
                k.mkdir(name)
                made(name)
            else:
                k.umask(0)
                k.mkdir(name, mode & 0o777)
                k.umask(umask)
                if mode & ~0o777:
                    k.chmod(name, mode)
                made(name)
        except SysError as error:
            k.umask(umask)
            shown = error.filename if opts.parents and isinstance(error.filename, bytes) else name
            con.complain(b"cannot create directory " + con.quoted(shown), error)
    return con.finish()
