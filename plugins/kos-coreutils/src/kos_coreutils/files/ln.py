"""ln: make links between files."""

from __future__ import annotations

from kos_kernel.api import (
    EEXIST,
    EMLINK,
    ENAMETOOLONG,
    ENOENT,
    ENOSPC,
    EROFS,
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    Command,
    Stat,
    Syscalls,
    SysError,
)

from .backups import Backups, backups_from
from .console import Console
from .orders import Asked, flag, parse, value
from .paths import MISSING, base, canonical, join, parent, relative_to
from .prompts import ask

LN = Command(
    "ln",
    like="(GNU coreutils) 9.1",
    usage=[
        "[OPTION]... [-T] TARGET LINK_NAME",
        "[OPTION]... TARGET",
        "[OPTION]... TARGET... DIRECTORY",
        "[OPTION]... -t DIRECTORY TARGET...",
    ],
    summary="Give a file another name, or with -s make symbolic links to it.",
    options=[
        value("backup", "backup", metavar="CONTROL", optional=True, help="keep what would be replaced"),
        flag("backup_simple", "b", help="like --backup without an argument"),
        flag("directory", "d", "F", "directory", help="try to link directories too (no filesystem allows it)"),
        flag("force", "f", "force", help="remove existing destinations"),
        flag("ask", "i", "interactive", help="ask before removing destinations"),
        flag("logical", "L", "logical", help="follow TARGETs that are symbolic links"),
        flag("no_dereference", "n", "no-dereference",
             help="treat LINK_NAME as a file if it is a symbolic link to a directory"),
        flag("physical", "P", "physical", help="link symbolic links themselves"),
        flag("relative", "r", "relative", help="with -s, name the target from where the link is"),
        flag("symbolic", "s", "symbolic", help="make symbolic links"),
        value("suffix", "S", "suffix", metavar="SUFFIX", help="the backups' suffix instead of ~"),
        value("target", "t", "target-directory", metavar="DIRECTORY", help="where to make the links"),
        flag("no_target", "T", "no-target-directory", help="LINK_NAME is never a directory to link into"),
        flag("verbose", "v", "verbose", help="name each link"),
    ],
)  # fmt: skip


class Linker:
    """One run of ln."""

    def __init__(self, con: Console, asked: Asked) -> None:
        self.con = con
        self.k = con.k
        self.symbolic = bool(asked.symbolic)
        self.relative = bool(asked.relative)
        self.verbose = bool(asked.verbose)
        self.follow = False
        self.force = self.ask = False
        self.directories = bool(asked.directory)
        self.backups = Backups()
        self.made: dict[bytes, tuple[int, int]] = {}

    def link(self, source: bytes, name: bytes) -> None:
        """Make one link; complains if that fails."""
        con, k = self.con, self.k
        stat: Stat | None = None
        if not self.symbolic:
            try:
                stat = k.stat(source, follow=self.follow)
            except SysError as error:
                con.complain(b"failed to access " + con.quoted(source), error)
                return
            if stat.mode & S_IFMT == S_IFDIR and not self.directories:
                con.complain(con.plain(source) + b": hard link not allowed for directory")
                return
        if self.relative:
            source = self.seen_from(source, name)
        backup: bytes | None = None
        if self.force or self.ask or self.backups:
            try:
                there = k.lstat(name)
            except SysError as error:
                if error.errno != ENOENT:
                    con.complain(b"failed to access " + con.quoted(name), error)
                    return
            else:
                settled, backup = self.clear(source, stat, name, there)
                if settled:
                    return
        try:
            self.make(source, name)
        except SysError as error:
            if backup is not None:
                k.rename(backup, name)
            self.complain(source, name, error)
            return
        link = k.lstat(name)
        self.made[name] = (link.dev, link.ino)
        if self.verbose:
            lead = b"" if backup is None else con.quoted(backup) + b" ~ "
            arrow = b" -> " if self.symbolic else b" => "
            con.out(lead + con.quoted(name) + arrow + con.quoted(source) + b"\n")

    def make(self, source: bytes, name: bytes) -> None:
        """Make the link, in place of an existing file with -f."""
        k = self.k
        for last in (False, True):
            try:
                if self.symbolic:
                    k.symlink(source, name)
                else:
                    k.link(source, name, follow=self.follow)
                return
            except SysError as error:
                if last or error.errno != EEXIST or not (self.force or self.ask):
                    raise
                k.unlink(name)

    def clear(self, source: bytes, stat: Stat | None, name: bytes, there: Stat) -> tuple[bool, bytes | None]:
        """Deal with what has the link's name. Returns (nothing is to be done, the backup that was made)."""
        con, k = self.con, self.k
        if there.mode & S_IFMT == S_IFDIR:
            con.complain(con.plain(name) + b": cannot overwrite directory")
            return True, None
        if self.made.get(name) == (there.dev, there.ino):
            con.complain(b"will not overwrite just-created " + con.quoted(name) + b" with " + con.quoted(source))
            return True, None
        if not self.backups or not self.symbolic:
            try:
                found = stat if stat is not None else k.stat(source)
            except SysError:
                found = None
            if found is not None and (found.dev, found.ino) == (there.dev, there.ino):
                if found.nlink == 1 or self.is_same_entry(source, name):
                    con.complain(con.quoted(source) + b" and " + con.quoted(name) + b" are the same file")
                    return True, None
        if self.ask and not ask(con, b"replace " + con.quoted(name) + b"? "):
            return True, None
        if self.backups:
            backup = self.backups.name_for(k, name)
            try:
                k.rename(name, backup)
            except SysError as error:
                con.complain(b"cannot backup " + con.quoted(name), error)
                return True, None
            return False, backup
        return False, None

    def is_same_entry(self, one: bytes, other: bytes) -> bool:
        """Tell whether two names are one directory entry."""
        if base(one) != base(other):
            return False
        a, b = self.k.stat(parent(one)), self.k.stat(parent(other))
        return (a.dev, a.ino) == (b.dev, b.ino)

    def complain(self, source: bytes, name: bytes, error: SysError) -> None:
        """Say that the link couldn't be made."""
        con = self.con
        number = error.errno
        shown, target = con.quoted(name), con.quoted(source)
        if self.symbolic:
            text = b"failed to create symbolic link " + shown
            if number == ENAMETOOLONG or not source:
                text += b" -> " + target
        elif number == EMLINK:
            text = b"failed to create hard link to " + target
        elif number in (122, EEXIST, ENOSPC, EROFS):
            text = b"failed to create hard link " + shown
        else:
            text = b"failed to create hard link " + shown + b" => " + target
        con.complain(text, error)

    def seen_from(self, source: bytes, name: bytes) -> bytes:
        """Return the target's path from the directory of the link."""
        try:
            folder = canonical(self.k, parent(name), MISSING)
            target = canonical(self.k, source, MISSING)
        except SysError:
            return source
        return relative_to(target, folder)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Make links; 1 if any couldn't be made."""
    con = Console(k, b"ln")
    asked, operands = parse(k, LN, argv)
    job = Linker(con, asked)
    wants_backup, control = False, None
    for name, text in asked.given:
        if name == "backup":
            wants_backup, control = True, text or control
        elif name in ("backup_simple", "suffix"):
            wants_backup = True
        elif name == "force":
            job.force, job.ask = True, False
        elif name == "ask":
            job.force, job.ask = False, True
        elif name == "logical":
            job.follow = True
        elif name == "physical":
            job.follow = False
        elif name == "target" and asked.target is not text:
            con.die(b"multiple target directories specified")
    if not operands:
        con.usage(b"missing file operand")
    if job.relative and not job.symbolic:
        con.die(b"cannot do --relative without --symbolic")
    job.backups = backups_from(con, wants_backup, control, asked.suffix)
    folder, targets = _destination(con, asked, operands)
    if folder is None:
        job.link(targets[0], targets[1])
    else:
        for target in targets:
            job.link(target, join(folder, base(target)))
    return con.finish()


def _destination(con: Console, asked: Asked, operands: list[bytes]) -> tuple[bytes | None, list[bytes]]:
    """Return (the directory to link into or None, the other operands)."""
    k = con.k
    folder: bytes | None = asked.target
    if asked.no_target:
        if folder is not None:
            con.die(b"cannot combine --target-directory and --no-target-directory")
        if len(operands) < 2:
            con.usage(b"missing destination file operand after " + con.quoted(operands[0]))
        if len(operands) > 2:
            con.usage(b"extra operand " + con.quoted(operands[2]))
        return None, operands
    if folder is not None:
        try:
            if k.stat(folder).mode & S_IFMT != S_IFDIR:
                con.die(b"target " + con.quoted(folder) + b" is not a directory")
        except SysError as error:
            con.die(b"failed to access " + con.quoted(folder), error)
        return folder, operands
    if len(operands) == 1:
        return b".", operands
    last = operands[-1]
    failure: SysError | None = None
    try:
        stat = k.lstat(last)
        if stat.mode & S_IFMT == S_IFLNK and not asked.no_dereference:
            stat = k.stat(last)
        if stat.mode & S_IFMT == S_IFDIR:
            return last, operands[:-1]
    except SysError as error:
        failure = error
    if len(operands) > 2:
        if failure is None:
            con.die(b"target " + con.quoted(last) + b": Not a directory")
        con.die(b"target " + con.quoted(last), failure)
    return None, operands
