"""mv: rename files, or move them; across filesystems by copying and removing."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls

from .backups import backups_from
from .console import Console
from .copying import Copier
from .orders import flag, parse, value
from .paths import base, join
from .removal import NEVER as DONT_ASK
from .removal import Remover
from .rules import ASK, FORCE, NEVER, SKIP
from .targets import destination, remove_trailing_slashes

MV = Command(
    "mv",
    like="(GNU coreutils) 9.1",
    usage=[
        "[OPTION]... [-T] SOURCE DEST",
        "[OPTION]... SOURCE... DIRECTORY",
        "[OPTION]... -t DIRECTORY SOURCE...",
    ],
    summary="Rename a file, or move files into a directory.",
    options=[
        value("backup", "backup", metavar="CONTROL", optional=True, help="keep what would be overwritten"),
        flag("backup_simple", "b", help="like --backup without an argument"),
        flag("force", "f", "force", help="never ask"),
        flag("ask", "i", "interactive", help="ask before overwriting"),
        flag("no_clobber", "n", "no-clobber", help="don't overwrite"),
        flag("strip_slashes", "strip-trailing-slashes", help="take trailing slashes off each SOURCE"),
        value("suffix", "S", "suffix", metavar="SUFFIX", help="the backups' suffix instead of ~"),
        value("target", "t", "target-directory", metavar="DIRECTORY", help="move all SOURCEs into DIRECTORY"),
        flag("no_target", "T", "no-target-directory", help="DEST is a file, never a directory to move into"),
        flag("update", "u", "update", help="only if SOURCE is newer or DEST is missing"),
        flag("verbose", "v", "verbose", help="say what is done"),
        flag("context", "Z", "context", help="set the security context (there are none here)"),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Move; 1 if anything couldn't be moved."""
    con = Console(k, b"mv")
    asked, operands = parse(k, MV, argv)
    job = Copier(con)
    control: bytes | None = None
    wants_backup = False
    for name, text in asked.given:
        if name == "backup":
            wants_backup, control = True, text or control
        elif name in ("backup_simple", "suffix"):
            wants_backup = True
        elif name == "force":
            job.interactive = FORCE
        elif name == "ask":
            job.interactive = ASK
        elif name == "no_clobber":
            job.interactive = SKIP
        elif name == "context":
            pass  # as GNU without SELinux: -Z asks for the default context, and there are none
        elif name == "target" and asked.target is not text:
            con.die(b"multiple target directories specified")
    if job.interactive == SKIP and wants_backup:
        con.usage(b"options --backup and --no-clobber are mutually exclusive")
    job.moving = job.recursive = True
    job.follow = NEVER
    job.keep_mode = job.keep_owner = job.keep_times = job.keep_links = job.keep_xattrs = True
    job.verbose, job.update = bool(asked.verbose), bool(asked.update)
    job.stdin_is_tty = k.isatty(0)
    if asked.strip_slashes:
        if asked.target is not None or len(operands) < 2:
            operands = [remove_trailing_slashes(name) for name in operands]
        else:
            operands = [remove_trailing_slashes(name) for name in operands[:-1]] + operands[-1:]
    folder, sources = destination(con, operands, asked.target, bool(asked.no_target))
    job.backups = backups_from(con, wants_backup, control, asked.suffix)
    if folder is None:
        _move(con, job, sources[0], sources[1])
    else:
        for src in sources:
            _move(con, job, src, join(folder, base(src)))
    return con.finish()


def _move(con: Console, job: Copier, src: bytes, dst: bytes) -> None:
    """Move one file: by renaming it, else by copying it and removing the source if all of it was copied."""
    if job.copy(src, dst) and job.copied:
        remover = Remover(con)
        remover.recursive, remover.interactive, remover.ignore_missing = True, DONT_ASK, True
        remover.verbose = job.verbose
        remover.remove(src)
