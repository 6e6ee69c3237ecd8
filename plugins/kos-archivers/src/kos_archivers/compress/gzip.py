"""gzip, gunzip, zcat, uncompress: files in the gzip format, in place or as a filter. Source: GNU gzip 1.12.

Statuses: 0, 1 an error, 2 a warning. Reads compress's .Z too. Not there: --rsyncable, --synchronous, -a, zip members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_NOFOLLOW,
    O_NONBLOCK,
    S_IFDIR,
    S_IFMT,
    S_IFREG,
    BrokenPipe,
    Command,
    FileExists,
    Flag,
    NoSuchFile,
    SysError,
    Value,
    cause,
    parsed,
)  # fmt: skip

from .codecs import CodecError, Feed, PlainReader
from .files import Made, Sink, WriteFailed, pack, unpack
from .gzipformat import GzipReader, GzipWriter
from .gziplist import Listing, ratio

if TYPE_CHECKING:
    from kos_kernel.api import Stat, Syscalls

    from .codecs import ReaderLike

_LEVELS = [Flag("level", str(level), value=level, default=6, hidden=True) for level in range(2, 9)]
_LONGEST_SUFFIX = 30
_SUFFIXES = (b".gz", b".z", b".taz", b".tgz", b"-gz", b"-z", b"_z")

GZIP = Command(
    "gzip",
    usage="[OPTION]... [FILE]...",
    summary="Compress or uncompress FILEs (by default, compress FILES in-place).",
    options=[
        Flag("ascii", "a", "ascii", hidden=True),
        Value("bits", "b", "bits", metavar="BITS", hidden=True),
        Flag("stdout", "c", "stdout", "to-stdout", help="write on standard output, keep original files unchanged"),
        Flag("decompress", "d", "decompress", "uncompress", help="decompress"),
        Flag("force", "f", "force", help="force overwrite of output file and compress links"),
        Flag("usage", "h", help="give this help"),
        Flag("keep", "k", "keep", help="keep (don't delete) input files"),
        Flag("list", "l", "list", help="list compressed file contents"),
        Flag("name", "n", "no-name", value=False, default=None, help="do not save or restore the original name and timestamp"),
        Flag("name", "N", "name", value=True, default=None, help="save or restore the original name and timestamp"),
        Flag("quiet", "q", "quiet", "silent", help="suppress all warnings"),
        Flag("recursive", "r", "recursive", help="operate recursively on directories"),
        Value("suffix", "S", "suffix", metavar="SUF", default=b".gz", help="use suffix SUF on compressed files"),
        Flag("test", "t", "test", help="test compressed file integrity"),
        Flag("verbose", "v", "verbose", count=True, help="verbose mode"),
        Flag("level", "1", "fast", value=1, default=6, help="compress faster"),
        *_LEVELS,
        Flag("level", "9", "best", value=9, default=6, help="compress better"),
    ],
    hint="Try `{prog} --help' for more information.\n",
    epilog="With no FILE, or when FILE is -, read standard input.",
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0, 1 after an error or 2 after a warning."""
    called = argv[0].rpartition(b"/")[2]
    argv = [b"gzip", *argv[1:]]
    options, names = parsed(k, GZIP, argv)
    if options.usage:
        k.write(1, GZIP.help_text(b"gzip"))
        return 0
    if called in (b"gunzip", b"uncompress"):
        options.decompress = True
    elif called == b"zcat":
        options.decompress = options.stdout = True
    if options.test or options.list:
        options.decompress = True
    if options.ascii:
        raise GZIP.error(b"gzip", b"invalid option -- 'a'")
    if options.bits is not None and not options.bits.isdigit():
        raise GZIP.error(b"gzip", b"-b operand is not an integer")
    if not options.suffix or len(options.suffix) > _LONGEST_SUFFIX:
        k.write(2, b"gzip: invalid suffix '%s'\n" % options.suffix)
        return 1
    job = Gzip(k, options)
    return job.run(names)


class Gzip:
    """One run. name of the program in messages: gzip, however it was called."""

    def __init__(self, k: Syscalls, options: Any) -> None:
        self.k = k
        self.o = options
        self.status = 0
        self.keep_name = options.name if options.name is not None else not options.decompress
        self.listing = Listing(k, options) if options.list else None

    def run(self, names: list[bytes]) -> int:
        for name in names or [b"-"]:
            try:
                if name == b"-":
                    self.standard_input()
                else:
                    self.file(name)
            except WriteFailed as failed:
                if isinstance(failed.cause, BrokenPipe):
                    return 1
                self.say(b"\ngzip: stdout: " + cause(failed.cause))
                return 1
        if self.listing is not None and len(names) > 1:
            self.listing.totals()
        return self.status

    # -- messages ------------------------------------------------------------------------------------------------------

    def say(self, text: bytes) -> None:
        try:
            self.k.write(2, text + b"\n")
        except SysError:
            pass

    def error(self, text: bytes) -> None:
        self.say(b"gzip: " + text)
        self.status = 1

    def warn(self, text: bytes, lead: bytes = b"") -> None:
        if not self.o.quiet:
            self.say(lead + b"gzip: " + text)
        if self.status == 0:
            self.status = 2

    def corrupt(self, shown: bytes, problem: CodecError) -> None:
        """Say what is wrong with compressed data."""
        kind, detail = problem.kind, problem.detail
        text = {
            "format": b"\ngzip: %s: not in gzip format" % shown,
            "eof": b"\ngzip: %s: unexpected end of file" % shown,
            "data": b"\ngzip: %s: invalid compressed data--format violated" % shown,
            "crc": b"\ngzip: %s: invalid compressed data--crc error" % shown,
            "length": b"\ngzip: %s: invalid compressed data--length error" % shown,
            "method": b"gzip: %s: unknown method %d -- not supported" % (shown, detail),
            "both": b"\ngzip: %s: invalid compressed data--crc error" % shown
            + b"\n\ngzip: %s: invalid compressed data--length error" % shown,
            "encrypted": b"gzip: %s is encrypted -- not supported" % shown,
            "flags": b"gzip: %s has flags 0x%x -- not supported" % (shown, detail),
            "lzw": b"\ngzip: %s: corrupt input." % shown,
            "bits": b"\ngzip: %s: compressed with %d bits, can only handle 16 bits" % (shown, detail),
        }[kind]
        self.say(text)
        self.status = 1

    # -- inputs --------------------------------------------------------------------------------------------------------

    def standard_input(self) -> None:
        o, k = self.o, self.k
        if not o.force and not o.list and k.isatty(0 if o.decompress else 1):
            self.say(
                b"gzip: compressed data not %s a terminal. Use -f to force %scompression.\n"
                b"For help, type: gzip -h" % ((b"read from", b"de") if o.decompress else (b"written to", b""))
            )
            self.status = 1
            return
        stamp = 0
        try:
            stat = k.fstat(0)
            if stat.mode & S_IFMT == S_IFREG:
                stamp = stat.mtime_ns // 10**9
        except SysError:
            pass
        self.stream(0, b"stdin", None, stamp)

    def file(self, name: bytes) -> None:
        """Compress or uncompress one file, or a directory's."""
        o, k = self.o, self.k
        follow = o.force or o.stdout or o.list or o.test
        found = self.opened(name, follow)
        if found is None:
            return
        name, fd = found
        try:
            stat = k.fstat(fd)
            kind = stat.mode & S_IFMT
            if kind == S_IFDIR:
                if o.recursive:
                    self.directory(name)
                else:
                    self.warn(b"%s is a directory -- ignored" % name)
                return
            if not o.stdout and not o.list and not o.test and not self.may_replace(name, stat):
                return
            if o.stdout or o.list or o.test:
                if not o.decompress and not o.force and k.isatty(1):
                    self.say(
                        b"gzip: compressed data not written to a terminal. Use -f to force compression.\n"
                        b"For help, type: gzip -h"
                    )
                    self.status = 1
                    return
                self.stream(fd, name, name, stat.mtime_ns // 10**9)
                return
            target = self.target(name)
            if target is not None:
                self.replace(fd, name, target, stat)
        except SysError as error:
            self.say(b"gzip: %s: %s" % (name, cause(error)))
            self.status = 1
        finally:
            k.close(fd)

    def opened(self, name: bytes, follow: bool) -> tuple[bytes, int] | None:
        """Return (the file's name, a descriptor); where there is none, gunzip tries the usual suffixes."""
        k, o = self.k, self.o
        flags = O_NONBLOCK if follow else O_NONBLOCK | O_NOFOLLOW  # a fifo isn't waited for
        tries = [name]
        if o.decompress and not self.suffix_of(name):
            endings = [o.suffix, b".gz", b".z", b"-z", b".Z"]
            tries += [name + ending for index, ending in enumerate(endings) if ending not in endings[:index]]
        for one in tries:
            try:
                fd = k.open(one, flags)
                k.set_flags(fd, 0)
                return one, fd
            except NoSuchFile:
                continue
            except SysError as error:
                self.error(b"%s: %s" % (one, cause(error)))
                return None
        shown = tries[1] if len(tries) > 1 else name
        self.error(shown + b": No such file or directory")
        return None

    def may_replace(self, name: bytes, stat: Stat) -> bool:
        """Tell whether a file may be replaced; warn if not."""
        if stat.mode & S_IFMT != S_IFREG:
            self.warn(b"%s is not a directory or a regular file - ignored" % name)
        elif self.o.force:
            return True
        elif stat.mode & 0o4000:
            self.warn(b"%s is set-user-ID on execution - ignored" % name)
        elif stat.mode & 0o2000:
            self.warn(b"%s is set-group-ID on execution - ignored" % name)
        elif stat.mode & 0o1000:
            self.warn(b"%s has the sticky bit set - file ignored" % name)
        elif stat.nlink > 1:
            others = stat.nlink - 1
            self.warn(b"%s has %d other link%s -- file ignored" % (name, others, b"" if others == 1 else b"s"))
        else:
            return True
        return False

    def suffix_of(self, name: bytes) -> bytes:
        """Return the known suffix that a name ends in, b"" if in none."""
        base = name.rpartition(b"/")[2]
        lower = base.lower()
        for suffix in (self.o.suffix, *_SUFFIXES):
            if lower.endswith(suffix.lower()) and len(base) > len(suffix):
                return base[-len(suffix) :]
        return b""

    def target(self, name: bytes) -> bytes | None:
        """Return the name of the file to make, or None after complaining."""
        suffix = self.suffix_of(name)
        if not self.o.decompress:
            if suffix and suffix.lower() not in (b"_z",):
                if self.o.verbose or not (self.o.quiet or self.o.recursive):
                    self.say(b"gzip: %s already has %s suffix -- unchanged" % (name, suffix))
                    if self.status == 0:
                        self.status = 2
                return None
            return name + bytes(self.o.suffix)
        if not suffix:
            if not self.o.recursive and not self.o.quiet:
                self.warn(b"%s: unknown suffix -- ignored" % name)
            return None
        stem = name[: -len(suffix)]
        return stem + b".tar" if suffix.lower() in (b".tgz", b".taz") else stem

    def directory(self, name: bytes) -> None:
        """Go through a directory and those below it."""
        k = self.k
        waiting = [name]
        while waiting:
            folder = waiting.pop()
            try:
                entries = k.listdir(folder)
            except SysError as error:
                self.error(b"%s: %s" % (folder, cause(error)))
                continue
            below: list[bytes] = []
            for entry in entries:
                path = folder + entry if folder.endswith(b"/") else folder + b"/" + entry
                try:
                    if k.lstat(path).mode & S_IFMT == S_IFDIR:
                        below.append(path)
                        continue
                except SysError:
                    pass
                self.file(path)
            waiting += reversed(below)

    # -- work ----------------------------------------------------------------------------------------------------------

    def reader(self, feed: Feed) -> ReaderLike:
        """Return what reads compressed data of either kind; with -cdf, anything else as it is."""
        head = feed.peek(2)
        if head == b"\x1f\x9d":
            from .lzw import LzwReader

            return LzwReader(feed)
        if self.o.force and self.o.stdout and head != b"\x1f\x8b":
            return PlainReader(feed)
        return GzipReader(feed)

    def stream(self, fd: int, shown: bytes, name: bytes | None, stamp: int) -> None:
        """Read a descriptor; write to standard output, or nowhere, or the line of a list."""
        o, k = self.o, self.k
        feed = Feed(k, fd)
        try:
            if self.listing is not None:
                reader = self.reader(feed)
                sink = Sink(k, -1)
                unpack(reader, sink)
                self.listing.line(reader, feed.taken, stamp, self.listed_name(shown))
                self.after(reader, shown)
            elif o.decompress:
                reader = self.reader(feed)
                unpack(reader, Sink(k, -1 if o.test else 1))
                if o.verbose and o.test:
                    self.say((b"" if name is None else shown + b":\t") + b" OK")
                elif o.verbose and name is not None:
                    self.told(shown, reader, feed, b"-- replaced with stdout")
                self.after(reader, shown)
            else:
                plain = PlainReader(feed)
                sink = Sink(k, 1)
                writer = self.writer(name, stamp)
                pack(plain, writer, sink)
                if o.verbose:
                    saved = plain.total - (sink.size - writer.header_bytes)
                    share = ratio(saved, plain.total)
                    self.say(share if name is None else b"%s:\t%s -- replaced with stdout" % (shown, share))
        except CodecError as problem:
            self.corrupt(shown, problem)

    def listed_name(self, shown: bytes) -> bytes:
        if shown == b"stdin":
            return b"stdout"
        suffix = self.suffix_of(shown)
        return shown[: -len(suffix)] if suffix else shown

    def writer(self, name: bytes | None, stamp: int) -> GzipWriter:
        """Return the writer of one member, with name and time if they are wanted."""
        if self.o.name is False:
            return GzipWriter(self.o.level)
        return GzipWriter(self.o.level, name=name.rpartition(b"/")[2] if name else None, mtime=stamp)

    def replace(self, fd: int, name: bytes, target: bytes, stat: Stat) -> None:
        """Make `target` of what fd reads, then remove `name`."""
        o, k = self.o, self.k
        feed = Feed(k, fd)
        try:
            reader = self.reader(feed) if o.decompress else PlainReader(feed)
            mtime_ns = stat.mtime_ns
            if isinstance(reader, GzipReader) and self.keep_name:
                reader.header()
                if reader.name:
                    base = reader.name.rpartition(b"/")[2]
                    target = target[: target.rfind(b"/") + 1] + base if base not in (b"", b".", b"..") else target
                if reader.mtime:
                    mtime_ns = reader.mtime * 10**9
            made = self.made(target)
            if made is None:
                return
            done = False
            try:
                if o.decompress:
                    unpack(reader, made)
                else:
                    writer = self.writer(name, stat.mtime_ns // 10**9)
                    pack(reader, writer, made)
                done = True
            finally:
                if not done:
                    made.drop()
        except CodecError as problem:
            self.corrupt(name, problem)
            return
        except WriteFailed as failed:
            self.say(b"\ngzip: %s: %s" % (target, cause(failed.cause)))
            self.status = 1
            return
        made.like(stat.mode, stat.uid, stat.gid, stat.atime_ns, mtime_ns)
        if not o.keep:
            k.unlink(name)
        if o.verbose:
            end = b" -- created " + target if o.keep else b" -- replaced with " + target
            if o.decompress:
                self.told(name, reader, feed, end.lstrip())
            else:
                saved = reader.total - (made.size - writer.header_bytes)
                self.say(b"%s:\t%s%s" % (name, ratio(saved, reader.total), end))
        self.after(reader, name)

    def made(self, target: bytes) -> Made | None:
        """Return the new file, or None after complaining."""
        k = self.k
        try:
            return Made(k, target)
        except FileExists:
            pass
        except SysError as error:
            self.error(b"%s: %s" % (target, cause(error)))
            return None
        if not self.o.force:
            question = b"gzip: %s already exists;" % target
            if k.isatty(0) and k.isatty(2):
                k.write(2, question + b" do you wish to overwrite (y or n)? ")
                answer = k.read_until(0, b"\n")
                if answer[:1] not in (b"y", b"Y"):
                    self.say(b"\tnot overwritten")
                    self.status = self.status or 2
                    return None
            else:
                self.say(question + b"\tnot overwritten")
                self.status = self.status or 2
                return None
        try:
            k.unlink(target)
            return Made(k, target)
        except SysError as error:
            self.error(b"%s: %s" % (target, cause(error)))
            return None

    def told(self, name: bytes, reader: ReaderLike, feed: Feed, end: bytes) -> None:
        """Say what uncompressing did, for -v."""
        headers = reader.header_bytes if isinstance(reader, GzipReader) else 0
        saved = reader.total - (feed.taken - headers)
        self.say(b"%s:\t%s %s" % (name, ratio(saved, reader.total), end))

    def after(self, reader: ReaderLike, shown: bytes) -> None:
        """Warn of bytes behind the data."""
        if reader.garbage:
            self.warn(b"%s: decompression OK, trailing garbage ignored" % shown, b"\n")
