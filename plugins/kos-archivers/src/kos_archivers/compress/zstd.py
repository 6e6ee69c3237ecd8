"""zstd, unzstd, zstdcat: files in the zstd format. Source: zstd 1.5.4, whose messages end in a blank.

Needs Python 3.14 or the extra kos-archivers[zstd]. Not there: dictionaries, --ultra and --long, --list, benchmarks, other formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_NONBLOCK,
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    BrokenPipe,
    Command,
    Digits,
    Flag,
    NoSuchFile,
    SysError,
    UsageError,
    Value,
    cause,
    parsed,
)  # fmt: skip

from .codecs import CodecError, Feed, PlainReader, ZstdReader, ZstdWriter, zstd_module
from .files import Made, Sink, WriteFailed, pack, unpack

if TYPE_CHECKING:
    from kos_kernel.api import Stat, Syscalls

_HIGHEST = 19

ZSTD = Command(
    "zstd",
    usage="[OPTIONS...] [INPUT... | -] [-o OUTPUT]",
    summary="Compress or decompress the INPUT file(s); reads from STDIN if INPUT is `-` or not provided.",
    options=[
        Value("output", "o", metavar="OUTPUT", help="write output to a single file, OUTPUT"),
        Flag("remove", "k", "keep", value=False, help="preserve INPUT file(s) (default)"),
        Flag("remove", "rm", value=True, help="remove INPUT file(s) after successful (de)compression"),
        Digits("level", metavar="#", help="compression level, 1 to 19; 3 unless said"),
        Flag("mode", "d", "decompress", "uncompress", value="d", default=None, help="perform decompression"),
        Flag("mode", "z", "compress", value="z", default=None, help="perform compression"),
        Flag("mode", "t", "test", value="t", default=None, help="test compressed file integrity"),
        Flag("force", "f", "force", help="disable input and output checks"),
        Flag("stdout", "c", "stdout", help="write to STDOUT and keep the INPUT file(s)"),
        Value("threads", "T", "threads", metavar="#", help="spawn at most # compression threads"),
        Flag("check", "C", "check", value=True, default=True, help="add XXH64 integrity checksums (default)"),
        Flag("check", "no-check", value=False, default=True, help="don't"),
        Flag("quiet", "q", "quiet", count=True, help="suppress warnings; pass twice to suppress errors"),
        Flag("verbose", "v", "verbose", count=True, help="enable verbose output"),
        Flag("progress", "no-progress", value=False, default=True, help="do not show the progress bar"),
        Flag("usage", "h", "H", help="display usage and exit"),
        Flag("version", "V", help="display the program version and exit"),
    ],
    hint="",
)  # fmt: skip

_SUFFIXES = ((b".zst", b""), (b".tzst", b".tar"))
_EXPECTED = b".zst/.tzst expected"


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 or 1."""
    name = argv[0].rpartition(b"/")[2]
    try:
        options, names = parsed(k, ZSTD, [name, *argv[1:]])
    except UsageError:
        raise UsageError(b"Incorrect parameters \n" + ZSTD.help_text(name), 1) from None
    if options.usage:
        k.write(1, ZSTD.help_text(name))
        return 0
    if options.version:
        k.write(1, ZSTD.version_text(name))
        return 0
    if b"unzstd" in name:
        options.mode = options.mode or "d"
    elif b"zstdcat" in name:
        options.mode = options.mode or "d"
        options.stdout = options.force = True
    options.mode = options.mode or "z"
    level = int(options.level or b"3") if len(options.level or b"3") < 4 else 999
    if level > _HIGHEST:
        k.write(2, b"Warning : compression level higher than max, reduced to %d \n" % _HIGHEST)
        level = _HIGHEST
    try:
        zstd_module()
    except CodecError:
        k.write(2, b"%s: not available: this Python has no zstd; install kos-archivers[zstd]\n" % name)
        return 1
    return Zstd(k, options, level or 3).run(names)


def size_text(size: int) -> bytes:
    """Return a size in nine columns or so, as zstd's lines have it."""
    number, unit = float(size), 0
    while number >= 1024 and unit < 4:
        number /= 1024
        unit += 1
    digits = 0 if unit == 0 else 2 if number < 100 else 1 if number < 1000 else 0
    return f"{number:6.{digits}f} {('', 'Ki', 'Mi', 'Gi', 'Ti')[unit]}B".encode()


class Zstd:
    """One run."""

    def __init__(self, k: Syscalls, options: Any, level: int) -> None:
        self.k = k
        self.name = b"zstd"  # in messages, however it was called
        self.o = options
        self.level = level
        self.status = 0
        # What zstd says of a file that went well is left out where its output is a filter's.
        self.talk = 2 + options.verbose - options.quiet

    def say(self, text: bytes, level: int = 1) -> None:
        if self.talk >= level:
            try:
                self.k.write(2, text)
            except SysError:
                pass

    def complain(self, text: bytes, end: bytes = b" \n") -> None:
        self.say(self.name + b": " + text + end)
        self.status = 1

    def run(self, names: list[bytes]) -> int:
        o = self.o
        if not names:
            names = [b"-"]
        if o.verbose:
            self.say(ZSTD.version_text(self.name), 3)
        if o.output is not None and len(names) > 1:
            self.complain(b"several inputs can't go to one output file")
            return 1
        for name in names:
            if name == b"-":
                self.filter()
            else:
                self.file(name)
        return self.status

    def filter(self) -> None:
        k, o = self.k, self.o
        if not o.force and k.isatty(1 if o.mode == "z" else 0) and o.output is None:
            word = b"stdout is a console, aborting" if o.mode == "z" else b"stdin is a console, aborting"
            self.complain(word)
            return
        self.talk = min(self.talk, 1) if not o.verbose else self.talk
        if o.output is not None:
            self.replace(0, b"/*stdin*\\", o.output, None)
        else:
            self.work(0, b"/*stdin*\\", Sink(k, -1 if o.mode == "t" else 1), b"/*stdout*\\", None)

    def file(self, name: bytes) -> None:
        """Compress, uncompress or test a file."""
        k, o = self.k, self.o
        try:
            link = k.lstat(name)
        except NoSuchFile as error:
            self.complain(b"can't stat %s : %s -- ignored" % (name, cause(error)))
            return
        except SysError as error:
            self.complain(b"can't stat %s : %s -- ignored" % (name, cause(error)))
            return
        if link.mode & S_IFMT == S_IFLNK and not o.force:
            self.say(b"Warning : %s is a symbolic link, ignoring \n" % name, 2)
            self.status = 1
            return
        try:
            fd = k.open(name, O_NONBLOCK)
        except SysError as error:
            self.complain(b"%s: %s" % (name, cause(error)))
            return
        try:
            k.set_flags(fd, 0)
            stat = k.fstat(fd)
            if stat.mode & S_IFMT == S_IFDIR:
                self.complain(b"%s is a directory -- ignored" % name)
            elif stat.mode & S_IFMT != S_IFREG and not o.force:
                self.complain(b"%s is not a regular file -- ignored" % name)
            elif o.mode == "t" or (o.stdout and o.output is None):
                self.work(fd, name, Sink(k, -1 if o.mode == "t" else 1), b"/*stdout*\\", stat)
            else:
                target = o.output or self.target(name)
                if target is not None:
                    self.replace(fd, name, target, stat)
        finally:
            k.close(fd)

    def target(self, name: bytes) -> bytes | None:
        """Return the name of the file to make, or None after complaining."""
        if self.o.mode == "z":
            return name + b".zst"
        for suffix, instead in _SUFFIXES:
            if name.endswith(suffix) and len(name.rpartition(b"/")[2]) > len(suffix):
                return name[: -len(suffix)] + instead
        self.complain(
            b"%s: unknown suffix (%s). Can't derive the output file name. Specify it with -o dstFileName. Ignoring."
            % (name, _EXPECTED),
            b"\n",
        )
        return None

    def replace(self, fd: int, name: bytes, target: bytes, stat: Stat | None) -> None:
        k, o = self.k, self.o
        try:
            there = k.lstat(target)
        except SysError:
            there = None
        try:
            if there is not None and there.mode & S_IFMT == S_IFREG:
                if not o.force and not self.may_overwrite(target):
                    return
                k.unlink(target)
            made = Made(k, target)
        except SysError as error:
            self.complain(b"%s: %s" % (target, cause(error)))
            return
        done = False
        try:
            done = self.work(fd, name, made, target, stat)
        finally:
            if not done:
                made.drop()
        if not done:
            return
        if stat is None:
            k.fchmod(made.fd, 0o666 & ~k.umask(k.umask(0)))
            k.close(made.fd)
            made.done()
            return
        made.like(stat.mode, stat.uid, stat.gid, stat.atime_ns, stat.mtime_ns)
        if o.remove:
            k.unlink(name)

    def may_overwrite(self, target: bytes) -> bool:
        if self.talk <= 1:
            self.complain(b"%s already exists; not overwritten " % target)
            return False
        self.k.write(2, b"%s: %s already exists; overwrite (y/n) ? " % (self.name, target))
        answer = self.k.read_until(0, b"\n") if self.k.isatty(0) or not self.k.isatty(1) else b""
        if answer[:1] in (b"y", b"Y"):
            return True
        self.k.write(2, b"Not overwritten  \n \n")
        self.status = 1
        return False

    def work(self, fd: int, name: bytes, sink: Made | Sink, target: bytes, stat: Stat | None) -> bool:
        """Do it; tell whether it went well."""
        o = self.o
        feed = Feed(self.k, fd)
        try:
            if o.mode == "z":
                plain = PlainReader(feed)
                size = stat.size if stat is not None and stat.mode & S_IFMT == S_IFREG else None
                pack(plain, ZstdWriter(self.k, self.level, check=o.check, size=size), sink)
                if stat is not None and not isinstance(sink, Sink):
                    share = b"%6.2f%%" % (100 * sink.size / plain.total) if plain.total else b""
                    numbers = (size_text(plain.total), size_text(sink.size), target)
                    self.say(b"%-20s :%s   (%s => %s, %s) \n" % (name, share, *numbers), 2)
                return True
            if o.force and o.stdout and not self.fits(feed):
                unpack(PlainReader(feed), sink)
                return True
            reader = ZstdReader(feed)
            unpack(reader, sink)
            if reader.garbage:
                self.complain(
                    b"%s: unknown header" % name if len(reader.garbage) < 4 else b"%s: unsupported format" % name
                )
                return False
            if stat is not None and (o.mode == "t" or sink.size and not isinstance(sink, Sink)):
                self.say(b"%-20s: %d bytes \n" % (name, reader.total), 2)
            return True
        except CodecError as problem:
            self.damaged(name, problem)
        except WriteFailed as failed:
            if not isinstance(failed.cause, BrokenPipe):
                self.complain(b"%s: %s" % (target, cause(failed.cause)))
            self.status = 1
        except SysError as error:
            self.complain(b"error 37 : Read error: %s" % cause(error))
        return False

    def fits(self, feed: Feed) -> bool:
        head = feed.peek(4)
        return head == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F)

    def damaged(self, name: bytes, problem: CodecError) -> None:
        kind = problem.kind
        if kind == "format":
            self.complain(b"%s: unsupported format" % name)
        elif kind == "empty":
            self.complain(b"%s: unexpected end of file" % name)
        elif kind == "short":
            self.complain(b"%s: unknown header" % name)
        elif kind == "eof":
            self.say(b"%s : Read error (39) : premature end \n" % name)
            self.status = 1
        elif kind == "memory":
            self.complain(b"%s : Decoding error (36) : Frame requires too much memory for decoding" % name)
        else:
            self.say(b"%s : Decoding error (36) : Data corruption detected \n" % name)
            self.status = 1
