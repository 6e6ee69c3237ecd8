"""chmod: change the permissions of files."""

from __future__ import annotations

from kos_kernel.api import ENOENT, S_IFDIR, S_IFLNK, S_IFMT, Command, Stat, Syscalls, SysError

from .console import Console
from .modes import ALL_BITS, Change, adjust, changes_to, compile_mode, mode_string
from .orders import flag, parse, value
from .walk import DENIED, ENTER, FILE, GONE, Step, walk

CHMOD = Command(
    "chmod",
    like="(GNU coreutils) 9.1",
    usage=[
        "[OPTION]... MODE[,MODE]... FILE...",
        "[OPTION]... OCTAL-MODE FILE...",
        "[OPTION]... --reference=RFILE FILE...",
    ],
    summary="Change the mode of each FILE to MODE, or to that of RFILE.",
    options=[
        flag("changes", "c", "changes", help="like -v, but only what was changed"),
        flag("quiet", "f", "silent", "quiet", help="few error messages"),
        flag("verbose", "v", "verbose", help="say what is done to every file"),
        flag("no_preserve_root", "no-preserve-root", help="treat / like any directory (the default)"),
        flag("preserve_root", "preserve-root", help="refuse to change / and all below it"),
        value("reference", "reference", metavar="RFILE", help="use RFILE's mode"),
        flag("recursive", "R", "recursive", help="directories and all in them"),
    ],
    epilog="A MODE is like u+rwx,go=r, g=u, +X, =, or 0644.",
)


def _mode_operand(argv: list[bytes]) -> tuple[list[bytes], bytes | None]:
    """Return (the arguments without modes that look like options, those modes): `chmod -w f` means `chmod -- -w f`."""
    kept, modes = argv[:1], []
    for index, argument in enumerate(argv[1:], 1):
        if argument == b"--":
            kept += argv[index:]
            break
        if (
            len(argument) > 1
            and argument[0] == 0x2D
            and argument[1] in b"rwxXstugo,=+-01234567"
            and argument[:2] != b"--"
        ):
            modes.append(argument)
        else:
            kept.append(argument)
    return kept, b",".join(modes) if modes else None


class Changer:
    """One run of chmod."""

    def __init__(self, con: Console, changes: list[Change], umask: int) -> None:
        self.con = con
        self.k = con.k
        self.changes = changes
        self.umask = umask
        self.tells = ""  # "", "changes", "all"
        self.quiet = False
        self.recursive = False
        self.warns = False  # the mode came as an option, so tell if the umask kept a part from working

    def complain(self, text: bytes, error: SysError | None = None) -> None:
        """Say what failed, unless -f."""
        self.con.status = 1
        if not self.quiet:
            self.con.complain(text, error)

    def change_all(self, name: bytes) -> None:
        """Change one argument, with -R all below it."""
        try:
            if not self.recursive:
                self.change(Step(FILE, name, name, 0, self.k.lstat(name), 0))
                return
            for step in walk(self.k, name, follow_root=False, want_stat=True):
                if step.phase in (FILE, ENTER):
                    if step.stat is not None and step.depth == 0 and step.stat.mode & S_IFMT == S_IFLNK:
                        self.follow_argument(step)
                        return
                    self.change(step)
                elif step.phase == DENIED:
                    self.complain(b"cannot read directory " + self.con.quoted(step.path), step.error)
                elif step.phase == GONE:
                    self.complain(b"cannot access " + self.con.quoted(step.path), step.error)
        except SysError as error:
            self.complain(b"cannot access " + self.con.quoted(name), error)
            self.tell_unreached(name)

    def tell_unreached(self, name: bytes) -> None:
        """Report, with -v, a file that couldn't be looked at."""
        if self.tells == "all":
            self.con.out(self.con.quoted(name) + b" could not be accessed\n")

    def follow_argument(self, step: Step) -> None:
        """With -R, a symlink among the arguments stands for what it leads to."""
        for inner in walk(self.k, step.at, follow_root=True, want_stat=True):
            if inner.phase in (FILE, ENTER):
                self.change(inner)
            elif inner.phase == DENIED:
                self.complain(b"cannot read directory " + self.con.quoted(inner.path), inner.error)

    def change(self, step: Step) -> bool:
        """Change one file. A symlink met on the way is left alone; one among the arguments is followed."""
        con, k = self.con, self.k
        stat = step.stat
        assert stat is not None
        shown = con.quoted(step.path)
        if stat.mode & S_IFMT == S_IFLNK:
            if step.depth:
                if self.tells == "all":
                    con.out(b"neither symbolic link " + shown + b" nor referent has been changed\n")
                return True
            try:
                stat = k.stat(step.at)
            except SysError as error:
                if error.errno == ENOENT:
                    self.complain(b"cannot operate on dangling symlink " + shown)
                else:
                    self.complain(b"cannot access " + shown, error)
                self.tell_unreached(step.path)
                return False
        old = stat.mode & ALL_BITS
        new = adjust(old, stat.mode & S_IFMT == S_IFDIR, self.umask, self.changes)[0]
        try:
            k.chmod(step.at, new)
        except SysError as error:
            self.complain(b"changing permissions of " + shown, error)
            if self.tells == "all":
                con.out(b"failed to change mode of " + shown + self.from_to(stat, old, new))
            return False
        if old & 0o7000:
            self.tell(shown, stat, old, k.stat(step.at).mode & ALL_BITS)
        else:
            self.tell(shown, stat, old, new)
        if self.warns:
            naive = adjust(old, stat.mode & S_IFMT == S_IFDIR, 0, self.changes)[0]
            if new & ~naive:
                was, would = mode_string(stat.mode & S_IFMT | new)[1:], mode_string(stat.mode & S_IFMT | naive)[1:]
                con.complain(
                    con.plain(step.path) + b": new permissions are " + was.encode() + b", not " + would.encode()
                )
        return True

    @staticmethod
    def from_to(stat: Stat, old: int, new: int) -> bytes:
        """Return the end of a report: both modes in digits and letters."""
        kind = stat.mode & S_IFMT
        was, now = mode_string(kind | old)[1:].encode(), mode_string(kind | new)[1:].encode()
        return b" from %04o (%s) to %04o (%s)\n" % (old, was, new, now)

    def tell(self, shown: bytes, stat: Stat, old: int, new: int) -> None:
        """Report the change with -v, or with -c if there was one."""
        if self.tells == "all" or (self.tells == "changes" and old != new):
            if old != new:
                self.con.out(b"mode of " + shown + b" changed" + self.from_to(stat, old, new))
            else:
                letters = mode_string(stat.mode)[1:].encode()
                self.con.out(b"mode of " + shown + b" retained as %04o (%s)\n" % (old, letters))


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Change modes; 1 if any couldn't be changed."""
    con = Console(k, b"chmod")
    argv, mode = _mode_operand(argv)
    asked, files = parse(k, CHMOD, argv)
    warns = mode is not None
    if asked.reference is not None:
        if mode is not None:
            con.usage(b"cannot combine mode and --reference options")
    elif mode is None and files:
        mode = files.pop(0)
    if not files:
        if mode is None or (asked.reference is None and mode is None):
            con.usage(b"missing operand")
        con.usage(b"missing operand after " + con.quoted(mode if not warns else argv[-1] if len(argv) > 1 else mode))
    if asked.reference is not None:
        try:
            changes: list[Change] | None = changes_to(k.stat(asked.reference).mode)
        except SysError as error:
            con.die(b"failed to get attributes of " + con.quoted(asked.reference), error)
    else:
        assert mode is not None
        changes = compile_mode(mode)
        if changes is None:
            con.usage(b"invalid mode: " + con.word(mode))
    assert changes is not None
    umask = k.umask(0)
    k.umask(umask)
    job = Changer(con, changes, umask)
    preserve = False
    for name, _ in asked.given:
        if name == "verbose":
            job.tells = "all"
        elif name == "changes":
            job.tells = "changes"
        elif name in ("preserve_root", "no_preserve_root"):
            preserve = name == "preserve_root"
    job.quiet, job.recursive, job.warns = bool(asked.quiet), bool(asked.recursive), warns
    for file in files:
        if preserve and job.recursive and is_root(k, file):
            refuse_root(con, file)
            continue
        job.change_all(file)
    return con.finish()


def is_root(k: Syscalls, path: bytes) -> bool:
    """Tell whether the path is the root directory."""
    try:
        there, root = k.lstat(path), k.lstat(b"/")
    except SysError:
        return False
    return (there.dev, there.ino) == (root.dev, root.ino)


def refuse_root(con: Console, path: bytes) -> None:
    """Say that the root directory is spared."""
    same = b"" if path == b"/" else b" (same as '/')"
    con.complain(b"it is dangerous to operate recursively on " + con.quoted(path) + same)
    con.say(b"use --no-preserve-root to override this failsafe")
