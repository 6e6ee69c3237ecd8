"""cpio: archives of the files whose names standard input lists. Source: GNU cpio 2.13.

-o makes an archive, -i extracts one, -t lists one, -p copies files to another directory. Names never lead out of the directory
(unless --absolute-filenames says so); links are made without following any. Statuses: 0, 2 an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    Accounts,
    Command,
    Flag,
    SysError,
    Value,
    Writer,
    cause,
    compile_glob_bytes,
    parsed,
)

from ..compress.codecs import Feed
from .format import FORMS, BadArchive, Skipped

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

CPIO = Command(
    "cpio",
    usage=["{-o|-i|-t} [OPTION]... < NAMES-OR-ARCHIVE", "-p [OPTION]... DIRECTORY < NAMES"],
    summary="Copy files to and from archives.",
    options=[
        Flag("modes", "o", "create", value="o", repeat=True, help="create the archive"),
        Flag("modes", "i", "extract", value="i", repeat=True, help="extract files from an archive"),
        Flag("modes", "p", "pass-through", value="p", repeat=True, help="run in pass-through mode"),
        Flag("list", "t", "list", help="print a table of contents of the input"),
        Flag("directories", "d", "make-directories", help="create leading directories where needed"),
        Flag("times", "m", "preserve-modification-time", help="retain previous file modification times when creating files"),
        Flag("unconditional", "u", "unconditional", help="replace all files unconditionally"),
        Flag("verbose", "v", "verbose", help="verbosely list the files processed"),
        Flag("dots", "V", "dot", help="print a \".\" for each file processed"),
        Flag("null", "0", "null", help="filenames in the list are delimited by null characters instead of newlines"),
        Value("form", "H", "format", metavar="FORMAT", help="use given archive FORMAT: newc, crc, odc, bin"),
        Flag("form", "c", value=b"odc", default=None, help="use the old portable (ASCII) archive format"),
        Value("file", "F", "file", metavar="FILE", help="use this FILE instead of standard input (-i) or output (-o)"),
        Value("input", "I", metavar="FILE", help="archive to read instead of standard input"),
        Value("output", "O", metavar="FILE", help="archive to write instead of standard output"),
        Value("folder", "D", "directory", metavar="DIR", help="change to directory DIR"),
        Value("patterns", "E", "pattern-file", metavar="FILE", help="read additional patterns from FILE"),
        Flag("nonmatching", "f", "nonmatching", help="only copy files that do not match any of the given patterns"),
        Flag("numeric", "n", "numeric-uid-gid", help="in the verbose table of contents listing, show numeric UID and GID"),
        Flag("link", "l", "link", help="link files instead of copying them, when possible"),
        Flag("dereference", "L", "dereference", help="dereference symbolic links"),
        Value("owner", "R", "owner", metavar="[USER][:.][GROUP]", help="set the ownership of all files created"),
        Flag("no_owner", "no-preserve-owner", help="do not change the ownership of the files"),
        Flag("absolute", "absolute-filenames", value=True, default=None, help="do not strip prefixes from the file names"),
        Flag("absolute", "no-absolute-filenames", value=False, default=None, help="create all files relative to the current directory"),
        Flag("crc_only", "only-verify-crc", help="when reading a CRC format archive, only verify the checksum of each file"),
        Flag("quiet", "quiet", help="do not print the number of blocks copied"),
        Flag("to_stdout", "to-stdout", help="extract files to standard output"),
        Flag("reset", "a", "reset-access-time", help="reset the access times of files after reading them"),
        Flag("sparse", "sparse", help="write files with large blocks of zeros as sparse files"),
        Value("block", "C", "io-size", metavar="NUMBER", help="set the I/O block size to the given NUMBER of bytes"),
        Flag("big", "B", help="set the I/O block size to 5120 bytes"),
    ],
    status=2,
    hint="Try '{prog} --help' or '{prog} --usage' for more information.\n",
)  # fmt: skip


class Fatal(Exception):
    """The run is over; text: what to say."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class Cpio:
    """What all parts of a run share. moved: bytes of archives and files that went through, for the count of blocks."""

    def __init__(self, k: Syscalls, options: Any) -> None:
        self.k = k
        self.o = options
        self.status = 0
        self.out = Writer(k, 1)
        self.accounts = Accounts(k)
        self.owner: tuple[int, int] = (-1, -1)
        self.moved = 0
        self.block = 512
        self.dotted = False
        self._removed: set[bytes] = set()

    def say(self, text: bytes) -> None:
        self.out.flush()
        try:
            self.k.write(2, self.k.argv[0] + b": " + text + b"\n")
        except SysError:
            pass

    def error(self, text: bytes) -> None:
        self.say(text)
        self.status = 2

    def failed(self, what: bytes, name: bytes, error: SysError) -> None:
        self.error(b"%s: Cannot %s: %s" % (name, what, cause(error)))

    def tell(self, name: bytes) -> None:
        """Say that a file was dealt with: -v, -V."""
        if self.o.verbose:
            self.out.flush()
            self.k.write(2, name + b"\n")
        elif self.o.dots:
            self.dotted = True
            self.k.write(2, b".")

    def names(self) -> list[bytes]:
        """Return the names that standard input lists."""
        text = self.k.read_all(0)
        return [name for name in text.split(b"\0" if self.o.null else b"\n") if name]

    def safer(self, name: bytes, *, link: bool = False) -> bytes:
        """Return a name that stays in the directory: without leading slashes, and what stands before the last ".."."""
        start = at = 0
        while at < len(name):
            if name[at : at + 2] == b".." and name[at + 2 : at + 3] in (b"", b"/"):
                start = at + 2
            slash = name.find(b"/", at)
            at = len(name) if slash < 0 else slash + 1
        while name[start : start + 1] == b"/":
            start += 1
        if start and name[:start] not in self._removed and len(self._removed) < 4096:
            self._removed.add(name[:start])
            kind = b"hard link targets" if link else b"member names"
            self.say(b"Removing leading `%s' from %s" % (name[:start], kind))
        return name[start:] or b"."

    def finish(self) -> int:
        self.out.flush()
        if self.dotted:
            self.k.write(2, b"\n")
        if not self.o.quiet:
            count = -(-self.moved // self.block)
            self.k.write(2, b"%d block%s\n" % (count, b"" if count == 1 else b"s"))
        return self.status


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0, or 2 after an error."""
    options, operands = parsed(k, CPIO, argv)
    prog = argv[0]
    if options.list and not options.modes:
        options.modes.append("i")
    modes = set(options.modes)
    if not modes:
        raise CPIO.error(prog, b"You must specify one of -oipt options.")
    if len(modes) > 1:
        raise CPIO.error(prog, b"Mode already defined")
    mode = options.modes[0]
    if options.form is not None and options.form.lower() not in FORMS:
        raise CPIO.error(
            prog, b"invalid archive format `%s'; valid formats are:\ncrc newc odc bin" % options.form, hint=False
        )
    if mode == "p" and len(operands) != 1:
        raise CPIO.error(prog, b"Too many arguments" if operands else b"Must specify destination directory")
    if mode == "o" and operands:
        raise CPIO.error(prog, b"Too many arguments")
    job = Cpio(k, options)
    try:
        settle(job)
        if mode == "o":
            from .create import create

            create(job, archive(job, options.output or options.file, write=True))
        elif mode == "p":
            from .copy import copy_through

            copy_through(job, operands[0])
        else:
            from .extract import extract

            patterns = list(operands)
            if options.patterns is not None:
                fd = k.open(options.patterns)
                patterns += [line for line in k.read_all(fd).split(b"\n") if line]
                k.close(fd)
            globs = [compile_glob_bytes(pattern) for pattern in patterns]
            extract(job, Feed(k, archive(job, options.input or options.file, write=False)), globs)
    except (Fatal, BadArchive) as problem:
        job.say(problem.text)
        return 2
    except SysError as error:
        job.out.flush()
        raise error
    return job.finish()


def settle(job: Cpio) -> None:
    """Read the options that hold numbers and owners; go to the directory of -D. Raises Fatal."""
    o = job.o
    if o.block is not None:
        if not o.block.isdigit() or not 0 < int(o.block[:12]) <= 1 << 24:
            raise Fatal(b"invalid block size")
        job.block = int(o.block)
    elif o.big:
        job.block = 5120
    if o.owner is not None:
        job.owner = owner(job, o.owner)


def owner(job: Cpio, text: bytes) -> tuple[int, int]:
    """Return (uid, gid) that USER, USER:GROUP, USER: or :GROUP means; -1 for what isn't said. Raises Fatal."""
    at = min((place for place in (text.find(b":"), text.find(b".")) if place >= 0), default=len(text))
    user, group = text[:at], text[at + 1 :]
    uid = gid = -1
    if user:
        found = job.accounts.uid(user)
        found = int(user) if found is None and user.isdigit() and len(user) < 11 else found
        if found is None:
            raise Fatal(b"%s: invalid user" % text)
        uid = found
    if group:
        found = job.accounts.gid(group)
        found = int(group) if found is None and group.isdigit() and len(group) < 11 else found
        if found is None:
            raise Fatal(b"%s: invalid group" % text)
        gid = found
    return uid, gid


def archive(job: Cpio, name: bytes | None, *, write: bool) -> int:
    """Open the archive, then go to the directory of -D. Raises Fatal."""
    k = job.k
    try:
        fd = int(write)
        if name is not None:
            fd = k.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666) if write else k.open(name)
    except SysError as error:
        raise Fatal(b"Cannot open %s: %s" % (name, cause(error))) from None
    if job.o.folder is not None:
        try:
            k.chdir(job.o.folder)
        except SysError as error:
            raise Fatal(b"cannot change to directory `%s': %s" % (job.o.folder, cause(error))) from None
    return fd


__all__ = ["CPIO", "BadArchive", "Cpio", "Fatal", "Skipped", "main"]
