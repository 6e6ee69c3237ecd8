"""install: copy files and set their modes and owners; make directories."""

from __future__ import annotations

from kos_kernel.api import S_IFMT, S_IFREG, Accounts, Command, Stat, Syscalls, SysError

from .backups import backups_from
from .console import Console
from .contexts import CONTEXT, heed
from .copying import Copier
from .directories import make_parents
from .modes import adjust, compile_mode
from .orders import flag, parse, value
from .paths import base, join, parent
from .rules import ALWAYS
from .targets import destination, is_directory

INSTALL = Command(
    "install",
    like="(GNU coreutils) 9.1",
    usage=[
        "[OPTION]... [-T] SOURCE DEST",
        "[OPTION]... SOURCE... DIRECTORY",
        "[OPTION]... -t DIRECTORY SOURCE...",
        "[OPTION]... -d DIRECTORY...",
    ],
    summary="Copy files, setting modes and owners; or make directories.",
    options=[
        value("backup", "backup", metavar="CONTROL", optional=True, help="keep what would be overwritten"),
        flag("backup_simple", "b", help="like --backup without an argument"),
        flag("ignored", "c", help="(ignored)"),
        flag("compare", "C", "compare", help="leave a destination alone that is as it should be"),
        flag("directories", "d", "directory", help="make each DIRECTORY and those above it"),
        flag("leading", "D", help="make the directories that DEST is in"),
        value("group", "g", "group", metavar="GROUP", help="whose group the files get"),
        value("mode", "m", "mode", metavar="MODE", help="their mode, as for chmod, instead of rwxr-xr-x"),
        value("owner", "o", "owner", metavar="OWNER", help="whose they are to be"),
        flag("times", "p", "preserve-timestamps", help="keep the SOURCEs' times"),
        flag("strip", "s", "strip", help="strip symbol tables (not supported)"),
        value("strip_program", "strip-program", metavar="PROGRAM", help="the program that strips (not supported)"),
        value("suffix", "S", "suffix", metavar="SUFFIX", help="the backups' suffix instead of ~"),
        value("target", "t", "target-directory", metavar="DIRECTORY", help="copy all SOURCEs into DIRECTORY"),
        flag("no_target", "T", "no-target-directory", help="DEST is a file, never a directory to copy into"),
        flag("verbose", "v", "verbose", help="say what is made"),
        *CONTEXT,
        flag("preserve_context", "preserve-context", help="keep the security context (there are none here: a warning)"),
    ],
)


class Installer:
    """One run of install."""

    def __init__(self, con: Console) -> None:
        self.con = con
        self.k = con.k
        self.copier = Copier(con)
        self.mode = 0o755
        self.directory_mode = 0o755
        self.uid = self.gid = -1
        self.verbose = self.compare = False

    def made(self, path: bytes) -> None:
        """Tell of a directory that was made."""
        if self.verbose:
            self.con.out(b"install: creating directory " + self.con.quoted(path) + b"\n")

    def directory(self, name: bytes) -> None:
        """Make a directory with all above it, and set its mode and owner."""
        con, k = self.con, self.k
        umask = k.umask(0o022)
        try:
            make_parents(k, name, 0o755, 0o755, self.made)
            if self.uid != -1 or self.gid != -1:
                k.chown(name, self.uid, self.gid)
            k.chmod(name, self.directory_mode)
        except SysError as error:
            shown = error.filename if isinstance(error.filename, bytes) else name
            con.complain(b"cannot create directory " + con.quoted(shown), error)
        finally:
            k.umask(umask)

    def leading(self, folder: bytes) -> bool:
        """Make the directories that something goes into."""
        umask = self.k.umask(0o022)
        try:
            make_parents(self.k, folder, 0o755, 0o755, self.made)
        except SysError as error:
            shown = error.filename if isinstance(error.filename, bytes) else folder
            self.con.complain(b"cannot create directory " + self.con.quoted(shown), error)
            return False
        finally:
            self.k.umask(umask)
        return True

    def install(self, src: bytes, dst: bytes) -> None:
        """Copy one file and set its attributes."""
        con, k = self.con, self.k
        try:
            stat = k.stat(src)
        except SysError as error:
            con.complain(b"cannot stat " + con.quoted(src), error)
            return
        if self.compare and self.is_as_wanted(src, stat, dst):
            return
        if not self.copier.copy(src, dst) or not self.copier.copied:
            return
        try:
            if self.uid != -1 or self.gid != -1:
                k.chown(dst, self.uid, self.gid)
        except SysError as error:
            con.complain(b"cannot change ownership of " + con.quoted(dst), error)
        try:
            k.chmod(dst, self.mode)
        except SysError as error:
            con.complain(b"cannot change permissions of " + con.quoted(dst), error)

    def is_as_wanted(self, src: bytes, stat: Stat, dst: bytes) -> bool:
        """Tell whether the destination has the right content, mode and owner already."""
        k = self.k
        try:
            there = k.lstat(dst)
        except SysError:
            return False
        if stat.mode & S_IFMT != S_IFREG or there.mode & S_IFMT != S_IFREG or stat.size != there.size:
            return False
        uid = self.uid if self.uid != -1 else k.geteuid()
        gid = self.gid if self.gid != -1 else k.getegid()
        if (there.mode & 0o7777, there.uid, there.gid) != (self.mode, uid, gid) or self.mode & 0o7000:
            return False
        try:
            one, other = k.open(src), k.open(dst)
        except SysError:
            return False
        try:
            while True:
                a, b = k.read(one, 1 << 20), k.read(other, 1 << 20)
                if a != b:
                    return False
                if not a:
                    return True
        finally:
            k.close(one)
            k.close(other)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Install; 1 if anything couldn't be."""
    con = Console(k, b"install")
    asked, operands = parse(k, INSTALL, argv)
    job = Installer(con)
    wants_backup, control = False, None
    for name, text in asked.given:
        if name == "backup":
            wants_backup, control = True, text or control
        elif name in ("backup_simple", "suffix"):
            wants_backup = True
        elif name in ("strip", "strip_program"):
            con.die(b"stripping symbol tables is not supported: programs here have none")
        elif name == "context":
            heed(con, text, b"SELinux-enabled")
        elif name == "preserve_context":
            con.say(b"WARNING: ignoring --preserve-context; this kernel is not SELinux-enabled")
        elif name == "target" and asked.target is not text:
            con.die(b"multiple target directories specified")
    if asked.directories and asked.target is not None:
        con.die(b"target directory not allowed when installing a directory")
    if asked.compare and asked.times:
        con.usage(b"options --compare (-C) and --preserve-timestamps are mutually exclusive")
    if not operands or (len(operands) < 2 and not asked.directories and asked.target is None):
        if not operands:
            con.usage(b"missing file operand")
        con.usage(b"missing destination file operand after " + con.quoted(operands[0]))
    job.verbose, job.compare = bool(asked.verbose), bool(asked.compare)
    _take_owner(con, job, asked.owner, asked.group)
    _take_mode(con, job, asked.mode)
    copier = job.copier
    copier.backups = backups_from(con, wants_backup, control, asked.suffix)
    copier.installing = copier.remove_destination = True
    copier.follow, copier.copy_contents = ALWAYS, True
    copier.keep_times, copier.fixed_mode = bool(asked.times), 0o600
    if asked.directories:
        for folder in operands:
            job.directory(folder)
        return con.finish()
    _install_all(con, job, operands, asked.target, bool(asked.no_target), bool(asked.leading))
    return con.finish()


def _install_all(
    con: Console, job: Installer, operands: list[bytes], target: bytes | None, no_target: bool, leading: bool
) -> None:
    """Install the operands where they belong."""
    if leading and target is not None:
        if not is_directory(con.k, target) and not job.leading(target):
            return
    if leading and target is None and len(operands) == 2 and not is_directory(con.k, operands[1]):
        if not job.leading(parent(operands[1])):
            return
    folder, sources = destination(con, operands, target, no_target, unreached=b"failed to access ")
    job.copier.verbose = False
    pairs = [(sources[0], sources[1])] if folder is None else [(src, join(folder, base(src))) for src in sources]
    for src, dst in pairs:
        job.copier.verbose = job.verbose
        job.install(src, dst)


def _take_owner(con: Console, job: Installer, owner: bytes | None, group: bytes | None) -> None:
    accounts = Accounts(con.k)
    if owner is not None:
        uid = accounts.uid(owner)
        if uid is None and owner.isdigit():
            uid = int(owner)
        if uid is None:
            con.die(b"invalid user " + con.quoted(owner))
        job.uid = uid
    if group is not None:
        gid = accounts.gid(group)
        if gid is None and group.isdigit():
            gid = int(group)
        if gid is None:
            con.die(b"invalid group " + con.quoted(group))
        job.gid = gid


def _take_mode(con: Console, job: Installer, text: bytes | None) -> None:
    if text is None:
        return
    changes = compile_mode(text)
    if changes is None:
        con.die(b"invalid mode " + con.quoted(text))
    job.mode = adjust(0, False, 0, changes)[0]
    job.directory_mode = adjust(0, True, 0, changes)[0]
