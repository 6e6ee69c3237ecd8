"""xz, unxz, xzcat, lzma, unlzma, lzcat: files in the .xz and the older .lzma format. Source: XZ Utils 5.4.

Statuses: 0, 1 an error, 2 a warning. -T N means at most N threads, and one is what there is. Not there: filters of
one's own, raw streams, memory limits other than the one built in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_NOFOLLOW,
    O_NONBLOCK,
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    BrokenPipe,
    Command,
    FileExists,
    Flag,
    OutOfMemory,
    SysError,
    TooManySymlinks,
    Value,
    cause,
    parsed,
)  # fmt: skip

from .codecs import CodecError, Feed, PlainReader, XzReader, XzWriter
from .files import Made, Sink, WriteFailed, pack, unpack

if TYPE_CHECKING:
    from kos_kernel.api import Stat, Syscalls

    from .xzlist import Sums


def _threads(text: bytes) -> int:
    if not text.isdigit() or len(text) > 5 or int(text) > 16384:
        raise ValueError(f"Value of the option `threads' must be in the range [0, 16384]: {text.decode('latin-1')}")
    return int(text)


XZ = Command(
    "xz",
    usage="[OPTION]... [FILE]...",
    summary="Compress or decompress FILEs in the .xz format.",
    options=[
        Flag("mode", "z", "compress", value="z", default=None, help="force compression"),
        Flag("mode", "d", "decompress", "uncompress", value="d", default=None, help="force decompression"),
        Flag("mode", "t", "test", value="t", default=None, help="test compressed file integrity"),
        Flag("mode", "l", "list", value="l", default=None, help="list information about .xz files"),
        Flag("keep", "k", "keep", help="keep (don't delete) input files"),
        Flag("force", "f", "force", help="force overwrite of output file and (de)compress links"),
        Flag("stdout", "c", "stdout", "to-stdout", help="write to standard output and don't delete input files"),
        Value("suffix", "S", "suffix", metavar=".SUF", help="use the suffix '.SUF' on compressed files"),
        Value("form", "F", "format", metavar="FMT", default=None, help="file format to encode or decode",
              choices={"auto": "auto", "xz": "xz", "lzma": "lzma", "alone": "lzma"}),
        Value("check", "C", "check", metavar="CHECK", default="crc64", help="integrity check type",
              choices={"none": "none", "crc32": "crc32", "crc64": "crc64", "sha256": "sha256"}),
        *[Flag("level", str(level), value=level, default=6, hidden=True) for level in range(1, 9)],
        Flag("level", "0", "fast", value=0, default=6, hidden=True),
        Flag("level", "9", "best", value=9, default=6, help="compression preset; default is 6"),
        Flag("extreme", "e", "extreme", help="try to improve compression ratio by using more CPU time"),
        Value("threads", "T", "threads", metavar="NUM", convert=_threads, help="use at most NUM threads"),
        Flag("quiet", "q", "quiet", count=True, help="suppress warnings; specify twice to suppress errors too"),
        Flag("no_warn", "Q", "no-warn", help="make warnings not affect the exit status"),
        Flag("verbose", "v", "verbose", count=True, help="be verbose"),
        Flag("usage", "h", "long-help", "H", help="display this help and exit"),
        Flag("version", "V", help="display the version number and exit"),
    ],
    hint="{prog}: Try `{prog} --help' for more information.\n",
    epilog="With no FILE, or when FILE is -, read standard input.",
)  # fmt: skip

_SUFFIXES = {
    "xz": ((b".xz", b""), (b".txz", b".tar"), (b".lzma", b""), (b".tlz", b".tar")),
    "lzma": ((b".lzma", b""), (b".tlz", b".tar")),
}
_WORDS = {
    "empty": b"File is empty",
    "small": b"Too small to be a valid .xz file",
    "format": b"File format not recognized",
    "eof": b"Unexpected end of input",
    "data": b"Compressed data is corrupt",
    "options": b"Unsupported options",
    "memory": b"Memory usage limit reached",
}


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0, 1 after an error or 2 after a warning."""
    name = argv[0].rpartition(b"/")[2]
    options, names = parsed(k, XZ, [name, *argv[1:]])
    if options.usage:
        k.write(1, XZ.help_text(name))
        return 0
    if options.version:
        k.write(1, XZ.version_text(name))
        return 0
    # A name that tells: xzcat, unxz, lzcat, unlzma.
    if b"cat" in name:
        options.stdout = True
        options.mode = options.mode or "d"
    elif b"un" in name:
        options.mode = options.mode or "d"
    options.mode = options.mode or "z"
    if options.form is None:
        is_old = b"lz" in name and b"xz" not in name
        options.form = "lzma" if is_old else "auto"
    if options.mode in ("t", "l"):
        options.stdout = True
    if options.mode == "l" and options.form not in ("auto", "xz"):
        k.write(2, b"%s: --list works only on .xz files (--format=xz or --format=auto)\n" % name)
        return 1
    if options.suffix is not None and (not options.suffix or b"/" in options.suffix):
        k.write(2, b"%s: %s: Invalid filename suffix\n" % (name, options.suffix))
        return 1
    return Xz(k, name, options).run(names)


def size_text(size: int) -> bytes:
    """Return a size as xz -v shows it: 64 B, 1,234 B, 9.8 KiB."""
    if size < 10000:
        return b"%s B" % format(size, "d").encode()
    number, unit = float(size), 0
    while number > 9999.9 or unit == 0:
        number /= 1024
        unit += 1
    return f"{number:.1f} {('KiB', 'MiB', 'GiB', 'TiB')[unit - 1]}".encode()


class Xz:
    """One run."""

    def __init__(self, k: Syscalls, name: bytes, options: Any) -> None:
        self.k = k
        self.name = name
        self.o = options
        self.status = 0
        self.sums: Sums | None = None
        self.listed = 0

    def complain(self, shown: bytes, text: bytes, *, warning: bool = False) -> None:
        if self.o.quiet < (1 if warning else 2):
            try:
                self.k.write(2, self.name + b": " + shown + b": " + text + b"\n")
            except SysError:
                pass
        if not warning:
            self.status = 1
        elif self.status == 0 and not self.o.no_warn:
            self.status = 2

    def run(self, names: list[bytes]) -> int:
        for name in names or [b"-"]:
            if name == b"-":
                self.filter()
            else:
                self.file(name)
        if self.sums is not None and self.listed > 1:
            self.k.write(1, b"-" * 79 + b"\n" + self.sums.line(b"%d files" % self.listed))
        return self.status

    def list(self, name: bytes, fd: int) -> None:
        """Print the line of a file for --list."""
        from .xzlist import Sums, measure

        try:
            one = measure(self.k, fd)
        except CodecError as problem:
            self.complain(name, _WORDS[problem.kind])
            return
        if self.sums is None:
            self.sums = Sums()
            self.k.write(1, b"Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n")
        self.sums.add(one)
        self.listed += 1
        self.k.write(1, one.line(name))

    def filter(self) -> None:
        k = self.k
        if self.o.mode == "l":
            self.plain(b"--list does not support reading from standard input")
            return
        if self.o.mode == "z" and k.isatty(1):
            self.plain(b"Compressed data cannot be written to a terminal")
        elif self.o.mode != "z" and k.isatty(0):
            self.plain(b"Compressed data cannot be read from a terminal")
        else:
            self.work(0, b"(stdin)", Sink(k, -1 if self.o.mode == "t" else 1), b"(stdout)")

    def plain(self, text: bytes) -> None:
        self.k.write(2, self.name + b": " + text + b"\n")
        self.status = 1

    def file(self, name: bytes) -> None:
        """Compress, uncompress or test a file."""
        k, o = self.k, self.o
        follow = o.force or o.stdout
        try:
            fd = k.open(name, O_NONBLOCK | (0 if follow else O_NOFOLLOW))
        except TooManySymlinks as error:
            try:
                link = k.lstat(name).mode & S_IFMT == S_IFLNK
            except SysError:
                link = False
            if link and not follow:
                self.complain(name, b"Is a symbolic link, skipping", warning=True)
            else:
                self.complain(name, cause(error))
            return
        except SysError as error:
            self.complain(name, cause(error))
            return
        try:
            k.set_flags(fd, 0)
            stat = k.fstat(fd)
            if stat.mode & S_IFMT == S_IFDIR:
                self.complain(name, b"Is a directory, skipping", warning=True)
            elif o.mode == "l":
                if stat.mode & S_IFMT == S_IFREG:
                    self.list(name, fd)
                else:
                    self.complain(name, b"Not a regular file, skipping", warning=True)
            elif o.stdout:
                self.work(fd, name, Sink(k, -1 if o.mode == "t" else 1), b"(stdout)")
            elif self.may_replace(name, stat):
                self.replace(fd, name, stat)
        finally:
            k.close(fd)

    def may_replace(self, name: bytes, stat: Stat) -> bool:
        """Tell whether a file may be replaced; warn if not."""
        if stat.mode & S_IFMT != S_IFREG:
            text = b"Not a regular file, skipping"
        elif self.o.force:
            return True
        elif stat.mode & 0o6000:
            text = b"File has setuid or setgid bit set, skipping"
        elif stat.mode & 0o1000:
            text = b"File has sticky bit set, skipping"
        elif stat.nlink > 1:
            text = b"Input file has more than one hard link, skipping"
        else:
            return True
        self.complain(name, text, warning=True)
        return False

    def target(self, name: bytes) -> bytes | None:
        """Return the name of the file to make, or None after complaining."""
        suffix: bytes | None = self.o.suffix
        form = "lzma" if self.o.form == "lzma" else "xz"
        if self.o.mode == "z":
            known = [one for one, _ in _SUFFIXES[form] if form == "lzma" or one in (b".xz", b".txz")]
            for ending in [*known, *([suffix] if suffix else [])]:
                if name.endswith(ending) and len(name.rpartition(b"/")[2]) > len(ending):
                    self.complain(name, b"File already has `%s' suffix, skipping" % ending, warning=True)
                    return None
            return name + (suffix or _SUFFIXES[form][0][0])
        for ending, instead in [*_SUFFIXES["xz"], *([(suffix, b"")] if suffix else [])]:
            if name.endswith(ending) and len(name.rpartition(b"/")[2]) > len(ending):
                return name[: -len(ending)] + instead
        self.complain(name, b"Filename has an unknown suffix, skipping", warning=True)
        return None

    def replace(self, fd: int, name: bytes, stat: Stat) -> None:
        k, o = self.k, self.o
        if o.mode == "d" and not self.recognized(fd, name):
            return
        target = self.target(name)
        if target is None:
            return
        try:
            if o.force:
                try:
                    k.unlink(target)
                except SysError:
                    pass
            made = Made(k, target)
        except FileExists:
            self.complain(target, b"File exists")
            return
        except SysError as error:
            self.complain(target, cause(error))
            return
        done = False
        try:
            done = self.work(fd, name, made, target)
        finally:
            if not done:
                made.drop()
        if done:
            made.like(stat.mode, stat.uid, stat.gid, stat.atime_ns, stat.mtime_ns)
            if not o.keep:
                k.unlink(name)

    def recognized(self, fd: int, name: bytes) -> bool:
        """Tell whether a file's first bytes are of the right kind, before another is made for it; complain if not."""
        feed = Feed(self.k, fd)
        reader = XzReader(feed, self.o.form)
        try:
            reader.begins(feed.peek(16), True)
        except CodecError as problem:
            self.complain(name, _WORDS[problem.kind])
            return False
        self.k.lseek(fd, 0)
        return True

    def work(self, fd: int, name: bytes, sink: Made | Sink, target: bytes) -> bool:
        """Do it; tell whether it went well."""
        o = self.o
        feed = Feed(self.k, fd)
        try:
            if o.mode == "z":
                plain = PlainReader(feed)
                form = "lzma" if o.form == "lzma" else "xz"
                pack(plain, XzWriter(self.k, o.level, extreme=o.extreme, form=form, check=o.check), sink)
                self.told(name, sink.size, plain.total, packing=True)
                return True
            reader = XzReader(feed, o.form)
            if o.force and o.stdout and o.mode == "d" and not self.fits(feed, reader):
                unpack(PlainReader(feed), sink)
                return True
            unpack(reader, sink)
            self.told(name, feed.taken, reader.total, packing=False)
            return True
        except CodecError as problem:
            self.complain(name, _WORDS[problem.kind])
        except WriteFailed as failed:
            if not isinstance(failed.cause, BrokenPipe):
                self.complain(target, b"Write error: " + cause(failed.cause))
            self.status = 1
        except OutOfMemory as error:
            self.complain(name, cause(error))
        except SysError as error:
            self.complain(name, b"Read error: " + cause(error))
        return False

    def fits(self, feed: Feed, reader: XzReader) -> bool:
        """Tell whether the data are of the right kind, for -dcf, which passes on all others as they are."""
        try:
            XzReader(feed, reader.form).begins(feed.peek(16), True)
        except CodecError:
            return False
        return True

    def told(self, name: bytes, packed: int, whole: int, *, packing: bool) -> None:
        if self.o.verbose:
            share = packed / whole if whole else 10.0
            shown = b"> 9.999" if share > 9.999 else b"= %.3f" % share
            text = b"%s: %s / %s %s\n" % (name, size_text(packed), size_text(whole), shown)
            self.k.write(2, text)
