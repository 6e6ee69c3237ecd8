"""rm: remove files and directories."""

from __future__ import annotations

from kos_kernel.api import Command, Syscalls

from .choices import choose
from .console import Console
from .orders import flag, parse, value
from .prompts import ask
from .removal import ALWAYS, NEVER, ONCE, Remover

RM = Command(
    "rm",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [FILE]...",
    summary="Remove files; with -r, directories and all that is in them.",
    options=[
        flag("force", "f", "force", help="ignore files that aren't there, never ask"),
        flag("ask", "i", help="ask before every removal"),
        flag("ask_once", "I", help="ask once before removing more than three files or a tree"),
        value("interactive", "interactive", metavar="WHEN", optional=True, help="never, once (-I) or always (-i)"),
        flag("one_filesystem", "one-file-system", help="leave directories on other filesystems alone"),
        flag("no_preserve_root", "no-preserve-root", help="treat / like any directory"),
        value("preserve_root", "preserve-root", metavar="all", optional=True, help="never remove / (the default)"),
        flag("recursive", "r", "R", "recursive", help="directories and their contents too"),
        flag("directories", "d", "dir", help="empty directories too"),
        flag("verbose", "v", "verbose", help="say what is removed"),
    ],
)
_WHEN = (((b"never", b"no", b"none"), NEVER), ((b"once",), ONCE), ((b"always", b"yes"), ALWAYS))


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Remove the files; 1 if any couldn't be."""
    con = Console(k, b"rm")
    opts, files = parse(k, RM, argv)
    job = Remover(con)
    preserve, once = True, False
    for name, text in opts.given:
        if name == "force":
            job.interactive, job.ignore_missing, once = NEVER, True, False
        elif name == "ask":
            job.interactive, job.ignore_missing, once = ALWAYS, False, False
        elif name == "ask_once":
            job.interactive, job.ignore_missing, once = NEVER, False, True
        elif name == "interactive":
            when = choose(con, b"--interactive", text, _WHEN) if text else ALWAYS
            once = when == ONCE
            if when == ALWAYS:
                job.ignore_missing = False
            job.interactive = NEVER if once else when
        elif name == "no_preserve_root":
            preserve = False
        elif name == "preserve_root":
            if text == b"all":
                job.spare_mounts = True
            elif text:
                con.die(b"unrecognized --preserve-root argument: " + con.quoted(text))
            preserve = True
    job.recursive = opts.recursive
    job.empty_directories = opts.directories
    job.verbose = opts.verbose
    job.one_filesystem = opts.one_filesystem
    job.stdin_is_tty = job.interactive != NEVER and k.isatty(0)
    if not files:
        if job.ignore_missing:
            return 0
        con.usage(b"missing operand")
    if job.recursive and preserve:
        root = k.lstat(b"/")
        job.root = (root.dev, root.ino)
    if once and (job.recursive or len(files) > 3):
        count = len(files)
        many = b"%d argument%s" % (count, b"" if count == 1 else b"s")
        if not ask(con, b"remove " + many + (b" recursively? " if job.recursive else b"? ")):
            return 0
    for file in files:
        job.remove(file)
    return con.finish()
