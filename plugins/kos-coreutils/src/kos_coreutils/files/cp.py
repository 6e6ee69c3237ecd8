"""cp: copy files and directories."""

from __future__ import annotations

from kos_kernel.api import EEXIST, S_IFDIR, S_IFMT, Command, Stat, Syscalls, SysError

from .backups import backups_from
from .choices import choose
from .console import Console
from .contexts import CONTEXT, heed
from .copying import Copier
from .orders import flag, parse, value
from .paths import base, join
from .rules import ALWAYS, ARGUMENTS, ASK, NEVER, SKIP, UNTOLD
from .targets import destination, remove_trailing_slashes

CP = Command(
    "cp",
    like="(GNU coreutils) 9.1",
    usage=[
        "[OPTION]... [-T] SOURCE DEST",
        "[OPTION]... SOURCE... DIRECTORY",
        "[OPTION]... -t DIRECTORY SOURCE...",
    ],
    summary="Copy a file to another, or files into a directory.",
    options=[
        flag("archive", "a", "archive", help="like -dR --preserve=all"),
        flag("attributes_only", "attributes-only", help="copy no data, only the attributes"),
        value("backup", "backup", metavar="CONTROL", optional=True, help="keep what would be overwritten"),
        flag("backup_simple", "b", help="like --backup without an argument"),
        flag("copy_contents", "copy-contents", help="with -R, copy what can be read from devices and fifos"),
        flag("links_as_links", "d", help="like --no-dereference --preserve=links"),
        flag("force", "f", "force", help="remove a destination that can't be opened and try again"),
        flag("ask", "i", "interactive", help="ask before overwriting"),
        flag("follow_arguments", "H", help="follow symbolic links among the arguments"),
        flag("link", "l", "link", help="make hard links instead of copies"),
        flag("follow_all", "L", "dereference", help="follow all symbolic links in SOURCE"),
        flag("no_clobber", "n", "no-clobber", help="don't overwrite"),
        flag("follow_none", "P", "no-dereference", help="follow no symbolic link in SOURCE"),
        flag("preserve_usual", "p", help="like --preserve=mode,ownership,timestamps"),
        value("preserve", "preserve", metavar="LIST", optional=True,
              help="keep mode, ownership, timestamps, links, xattr, or all"),
        value("no_preserve", "no-preserve", metavar="LIST", help="don't keep these"),
        flag("parents", "parents", help="use SOURCE's whole path under DIRECTORY"),
        flag("recursive", "R", "r", "recursive", help="directories too, with all in them"),
        value("reflink", "reflink", metavar="WHEN", optional=True, help="share data with the source: auto or never"),
        flag("remove_destination", "remove-destination", help="remove a destination before opening it"),
        value("sparse", "sparse", metavar="WHEN", help="make holes of zeros: auto, always or never"),
        flag("strip_slashes", "strip-trailing-slashes", help="take trailing slashes off each SOURCE"),
        flag("symbolic", "s", "symbolic-link", help="make symbolic links instead of copies"),
        value("suffix", "S", "suffix", metavar="SUFFIX", help="the backups' suffix instead of ~"),
        value("target", "t", "target-directory", metavar="DIRECTORY", help="copy all SOURCEs into DIRECTORY"),
        flag("no_target", "T", "no-target-directory", help="DEST is a file, never a directory to copy into"),
        flag("update", "u", "update", help="only if SOURCE is newer or DEST is missing"),
        flag("verbose", "v", "verbose", help="say what is done"),
        flag("one_filesystem", "x", "one-file-system", help="stay on this filesystem"),
        *CONTEXT,
    ],
)  # fmt: skip
_KEEP = tuple(
    ((word,), word) for word in (b"mode", b"timestamps", b"ownership", b"links", b"context", b"xattr", b"all")
)
_REFLINK = (((b"auto",), "auto"), ((b"always",), "always"), ((b"never",), "never"))
_SPARSE = (((b"never",), "never"), ((b"auto",), "auto"), ((b"always",), "always"))


def _keep(con: Console, job: Copier, text: bytes, on: bool) -> None:
    """Apply --preserve=LIST or --no-preserve=LIST."""
    for word in text.split(b","):
        what = choose(con, b"--preserve" if on else b"--no-preserve", word, _KEEP)
        if what in (b"mode", b"all"):
            job.keep_mode = on
            job.drop_mode = not on
        if what in (b"timestamps", b"all"):
            job.keep_times = on
        if what in (b"ownership", b"all"):
            job.keep_owner = on
        if what in (b"links", b"all"):
            job.keep_links = on
        if what in (b"xattr", b"all"):
            job.keep_xattrs = on
            job.require_xattrs = on and what == b"xattr"
        if what == b"context" and on:
            con.die(b"cannot preserve security context without an SELinux-enabled kernel")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Copy; 1 if anything couldn't be copied."""
    con = Console(k, b"cp")
    asked, operands = parse(k, CP, argv)
    job = Copier(con)
    follow: str | None = None
    control: bytes | None = None
    wants_backup = False
    for name, text in asked.given:
        if name == "archive":
            follow, job.recursive, job.keep_links = NEVER, True, True
            job.keep_mode = job.keep_times = job.keep_owner = job.keep_xattrs = True
        elif name == "backup":
            wants_backup, control = True, text or control
        elif name == "backup_simple":
            wants_backup = True
        elif name == "links_as_links":
            follow, job.keep_links = NEVER, True
        elif name == "force":
            job.force = True
        elif name == "ask":
            job.interactive = ASK
        elif name == "no_clobber":
            job.interactive = SKIP
        elif name == "follow_arguments":
            follow = ARGUMENTS
        elif name == "follow_all":
            follow = ALWAYS
        elif name == "follow_none":
            follow = NEVER
        elif name == "preserve_usual" or (name == "preserve" and not text):
            job.keep_mode = job.keep_times = job.keep_owner = True
        elif name == "preserve":
            _keep(con, job, text, True)
        elif name == "no_preserve":
            _keep(con, job, text, False)
        elif name == "reflink":
            if (choose(con, b"--reflink", text, _REFLINK) if text else "always") == "always":
                con.die(b"--reflink=always is not supported: no filesystem here shares data blocks")
        elif name == "sparse":
            job.sparse = choose(con, b"--sparse", text, _SPARSE)
        elif name == "suffix":
            wants_backup = True
        elif name == "context":
            heed(con, text, b"SELinux-enabled")
        elif name == "recursive":
            job.recursive = True
        elif name == "target" and asked.target is not text:
            con.die(b"multiple target directories specified")
    job.copy_contents = not job.recursive or bool(asked.copy_contents)
    job.hard_link, job.symbolic_link = bool(asked.link), bool(asked.symbolic)
    job.attributes_only = bool(asked.attributes_only)
    job.one_filesystem, job.update = bool(asked.one_filesystem), bool(asked.update)
    job.remove_destination, job.verbose = bool(asked.remove_destination), bool(asked.verbose)
    if job.hard_link and job.symbolic_link:
        con.usage(b"cannot make both hard and symbolic links")
    if job.interactive == SKIP and wants_backup:
        con.usage(b"options --backup and --no-clobber are mutually exclusive")
    job.backups = backups_from(con, wants_backup, control, asked.suffix)
    if follow is None:
        follow = NEVER if job.recursive and not job.hard_link else ALWAYS
    job.follow = follow
    job.stdin_is_tty = job.interactive == UNTOLD and k.isatty(0)
    folder, sources = destination(con, operands, asked.target, bool(asked.no_target))
    if folder is None:
        if asked.parents:
            con.usage(b"with --parents, the destination must be a directory")
        src, dst = sources
        if job.force and job.backups and not job.hard_link and not job.symbolic_link and src == dst:
            _copy_to_own_backup(con, job, src)
        else:
            job.copy(src, dst)
        return con.finish()
    for src in sources:
        if asked.strip_slashes:
            src = remove_trailing_slashes(src)
        if asked.parents:
            bare = remove_trailing_slashes(src)
            made = _make_parents(con, job, folder, bare)
            if made is not None:
                job.copy(src, join(folder, bare))
                _finish_parents(job, made)
        else:
            last = base(src)
            job.copy(src, folder if last == b".." else join(folder, last))
    return con.finish()


def _copy_to_own_backup(con: Console, job: Copier, src: bytes) -> None:
    """cp -b -f x x: copy the file to its backup's name."""
    name = job.backups.name_for(con.k, src)
    job.backups.kind = "none"
    job.copy(src, name)


def _make_parents(con: Console, job: Copier, folder: bytes, src: bytes) -> list[tuple[bytes, bytes, Stat, bool]] | None:
    """Make SOURCE's directories below DIRECTORY; returns (source, copy, stat, made by us) of each, None on failure."""
    k = con.k
    chain: list[tuple[bytes, bytes, Stat, bool]] = []
    at = src.find(b"/", 1)
    while at >= 0:
        above = src[:at]
        at = src.find(b"/", at + 1)
        if not above.strip(b"/") or above.endswith(b"/"):
            continue
        there = join(folder, above.lstrip(b"/"))
        try:
            stat = k.stat(above)
        except SysError as error:
            job.fail(b"failed to get attributes of " + con.quoted(above), error)
            return None
        made = True
        try:
            k.mkdir(there, (stat.mode & 0o7777 | 0o700) & ~(0o077 if job.keep_owner else 0o022))
        except SysError as error:
            made = False
            if error.errno != EEXIST:
                job.fail(b"cannot make directory " + con.quoted(there), error)
                return None
            if k.stat(there).mode & S_IFMT != S_IFDIR:
                job.fail(con.quoted(there) + b" exists but is not a directory")
                return None
        if made and job.verbose:
            con.out(above + b" -> " + there + b"\n")
        chain.append((above, there, stat, made))
    return chain


def _finish_parents(job: Copier, made: list[tuple[bytes, bytes, Stat, bool]]) -> None:
    """Give the directories that --parents made their attributes, the deepest first."""
    k = job.k
    for _, there, stat, is_new in reversed(made):
        if job.keep_times:
            k.utimens(there, stat.atime_ns, stat.mtime_ns)
        if job.keep_owner:
            try:
                k.chown(there, stat.uid, stat.gid)
            except SysError as error:
                if error.errno != 1:
                    job.fail(b"failed to preserve ownership for " + job.con.quoted(there), error)
        if job.keep_mode:
            k.chmod(there, stat.mode & 0o7777)
        elif is_new:
            k.chmod(there, stat.mode & 0o7777 & ~job.umask)
