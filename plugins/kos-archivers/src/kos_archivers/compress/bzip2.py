"""bzip2, bunzip2, bzcat: files in the bzip2 format, in place or as a filter. Source: bzip2 1.0.8.

Statuses: 0, 1 for what the environment is to blame for (no such file), 2 for damaged data. A second -v tells no more than one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import O_NONBLOCK, S_IFDIR, S_IFMT, S_IFREG, BrokenPipe, FileExists, SysError, cause

from .codecs import Bzip2Reader, Bzip2Writer, CodecError, Feed, PlainReader
from .files import Made, Sink, WriteFailed, pack, unpack

if TYPE_CHECKING:
    from kos_kernel.api import Stat, Syscalls

_VERSION = b"bzip2, a block-sorting file compressor.  Version 1.0.8, 13-Jul-2019.\n"
_USAGE = (
    _VERSION
    + b"""
   usage: %s [flags and input files in any order]

   -h --help           print this message
   -d --decompress     force decompression
   -z --compress       force compression
   -k --keep           keep (don't delete) input files
   -f --force          overwrite existing output files
   -t --test           test compressed file integrity
   -c --stdout         output to standard out
   -q --quiet          suppress noncritical error messages
   -v --verbose        be verbose (a 2nd -v gives more)
   -L --license        display software version & license
   -V --version        display software version & license
   -s --small          use less memory (at most 2500k)
   -1 .. -9            set block size to 100k .. 900k
   --fast              alias for -1
   --best              alias for -9

   If invoked as `bzip2', default action is to compress.
              as `bunzip2',  default action is to decompress.
              as `bzcat', default action is to decompress to stdout.

   If no file names are given, bzip2 compresses or decompresses
   from standard input to standard output.  You can combine
   short flags, so `-v -4' means the same as -v4 or -4v, &c.

"""
)
_LONG = {
    b"--stdout": "c", b"--decompress": "d", b"--compress": "z", b"--force": "f", b"--test": "t", b"--keep": "k",
    b"--small": "s", b"--quiet": "q", b"--version": "V", b"--license": "V", b"--fast": "1", b"--best": "9",
    b"--verbose": "v", b"--help": "h", b"--exponential": "", b"--repetitive-best": "", b"--repetitive-fast": "",
}  # fmt: skip
_SUFFIXES = ((b".bz2", b""), (b".bz", b""), (b".tbz2", b".tar"), (b".tbz", b".tar"))


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0, 1 or 2 as bzip2 does."""
    return Bzip2(k, argv[0].rpartition(b"/")[2]).run(argv[1:])


class Stop(Exception):
    """The run is over: damaged data."""


class Bzip2:
    """One run. mode: "z", "d" or "t"."""

    def __init__(self, k: Syscalls, name: bytes) -> None:
        self.k = k
        self.name = name
        self.status = 0
        self.mode = "d" if b"unzip" in name or b"UNZIP" in name else "z"
        self.stdout = False
        if b"z2cat" in name or b"zcat" in name:
            self.mode, self.stdout = "d", True
        self.force = self.keep = False
        self.noisy = True
        self.verbose = 0
        self.level = 9
        self.width = 7
        self.damaged_ones = False

    def say(self, text: bytes) -> None:
        try:
            self.k.write(2, text)
        except SysError:
            pass

    def complain(self, text: bytes, status: int = 1) -> None:
        self.say(self.name + b": " + text + b"\n")
        self.status = max(self.status, status)

    def option(self, letter: str) -> int | None:
        """Do what a flag's letter says; a status if the run is over, -1 if there is no such flag."""
        if letter in "dzt":
            self.mode = letter
        elif letter == "c":
            self.stdout = True
        elif letter == "f":
            self.force = True
        elif letter == "k":
            self.keep = True
        elif letter == "q":
            self.noisy = False
        elif letter == "v":
            self.verbose += 1
        elif letter in "123456789" and letter:
            self.level = int(letter)
        elif letter == "V":
            self.say(_VERSION)
            return 0
        elif letter == "h":
            self.say(_USAGE % self.name)
            return 0
        elif letter not in ("s", ""):  # less memory isn't less than what is used
            return -1
        return None

    def run(self, arguments: list[bytes]) -> int:
        names: list[bytes] = []
        flags = True
        for word in arguments:
            if not flags or word[:1] != b"-":
                names.append(word)
                continue
            if word == b"--":
                flags = False
                continue
            letters = [_LONG.get(word, "?")] if word[:2] == b"--" else [chr(char) for char in word[1:]]
            for letter in letters:
                answer = self.option(letter)
                if answer is not None and answer >= 0:
                    return answer
                if answer is not None:
                    self.say(b"%s: Bad flag `%s'\n" % (self.name, word) + _USAGE % self.name)
                    return 1
        self.width = max([7, *(len(name) for name in names)])
        done = 0
        try:
            for name in names or [b"-"]:
                done += 1
                if not names:
                    self.filter()
                else:
                    self.file(name)
        except Stop:
            if len(names) - done > 0 and self.noisy:
                self.say(
                    b"%s: WARNING: some files have not been processed:\n%s:    %d specified on command line, "
                    b"%d not processed yet.\n\n" % (self.name, self.name, len(names), len(names) - done)
                )
            return self.status
        if self.damaged_ones and self.noisy:
            self.recover()
        return self.status

    # -- one input -----------------------------------------------------------------------------------------------------

    def filter(self) -> None:
        k = self.k
        if self.mode == "z" and k.isatty(1):
            self.complain(b"I won't write compressed data to a terminal.")
        elif self.mode != "z" and k.isatty(0):
            self.complain(b"I won't read compressed data from a terminal.")
        else:
            self.lead(b"(stdin)")
            self.work(0, b"(stdin)", Sink(k, -1 if self.mode == "t" else 1), b"(stdout)")
            return
        self.say(b"%s: For help, type: `%s --help'.\n" % (self.name, self.name))

    def file(self, name: bytes) -> None:
        """Compress, uncompress or test a file."""
        k = self.k
        in_place = self.mode != "t" and not self.stdout
        try:
            fd = k.open(name, O_NONBLOCK)
        except SysError as error:
            verb = b"Can't open input %s: %s." if self.mode == "t" else b"Can't open input file %s: %s."
            self.complain(verb % (name, cause(error)))
            return
        try:
            k.set_flags(fd, 0)
            stat = k.fstat(fd)
            target = self.target(name, in_place)
            if target is None:
                return
            if stat.mode & S_IFMT == S_IFDIR:
                self.complain(b"Input file %s is a directory." % name)
                return
            if not in_place:
                self.lead(name)
                self.work(fd, name, Sink(k, -1 if self.mode == "t" else 1), b"(stdout)")
                return
            if not self.force and k.lstat(name).mode & S_IFMT != S_IFREG:
                self.complain(b"Input file %s is not a normal file." % name)
                return
            if self.mode == "d" and not name.endswith(tuple(old for old, _ in _SUFFIXES)) and self.noisy:
                self.say(b"%s: Can't guess original name for %s -- using %s\n" % (self.name, name, target))
            self.replace(fd, name, target, stat)
        finally:
            k.close(fd)

    def target(self, name: bytes, in_place: bool) -> bytes | None:
        """Return what the other file is called, or None after complaining."""
        if self.mode == "z":
            for suffix, _ in _SUFFIXES:
                if name.endswith(suffix):
                    self.complain(b"Input file %s already has %s suffix." % (name, suffix))
                    return None
            return name + b".bz2"
        if in_place:
            for suffix, instead in _SUFFIXES:
                if name.endswith(suffix):
                    return name[: -len(suffix)] + instead
        return name + b".out"

    def replace(self, fd: int, name: bytes, target: bytes, stat: Stat) -> None:
        k = self.k
        try:
            k.lstat(target)
            there = True
        except SysError:
            there = False
        if there and not self.force:
            self.complain(b"Output file %s already exists." % target)
            return
        if not self.force and stat.nlink > 1:
            others = stat.nlink - 1
            self.complain(b"Input file %s has %d other link%s." % (name, others, b"s" if others > 1 else b""))
            return
        try:
            if there:
                k.unlink(target)
            made = Made(k, target)
        except (FileExists, SysError) as error:
            self.complain(b"Can't create output file %s: %s." % (target, cause(error)))
            return
        self.lead(name)
        done = False
        try:
            done = self.work(fd, name, made, target)
        finally:
            if not done:
                made.drop()
        if done:
            made.like(stat.mode, stat.uid, stat.gid, stat.atime_ns, stat.mtime_ns)
            if not self.keep:
                k.unlink(name)

    def lead(self, name: bytes) -> None:
        if self.verbose:
            self.say(b"  %s: %s" % (name, b" " * (self.width - len(name))))

    def work(self, fd: int, name: bytes, sink: Made | Sink, target: bytes) -> bool:
        """Do it; tell whether it went well. Raises Stop where bzip2 gives up."""
        feed = Feed(self.k, fd)
        try:
            if self.mode == "z":
                plain = PlainReader(feed)
                pack(plain, Bzip2Writer(self.k, self.level), sink)
                if self.verbose:
                    self.told(plain.total, sink.size)
                return True
            if self.force and self.stdout and feed.peek(3) != b"BZh":
                unpack(PlainReader(feed), sink)
                return True
            reader = Bzip2Reader(feed)
            unpack(reader, sink)
            if reader.garbage and self.noisy:
                self.say(b"\n%s: %s: trailing garbage after EOF ignored\n" % (self.name, name))
            if self.verbose:
                self.say(b"ok\n" if self.mode == "t" else b"done\n")
            return True
        except CodecError as problem:
            return self.damaged(problem, name, target)
        except WriteFailed as failed:
            if isinstance(failed.cause, BrokenPipe):
                raise Stop from None
            self.trouble(
                b"\n%s: I/O or other error, bailing out.  Possible reason follows.\n" % self.name, failed.cause
            )
            self.files(name, target)
            self.status = 1
            raise Stop from None
        except SysError as error:
            self.trouble(b"\n%s: I/O or other error, bailing out.  Possible reason follows.\n" % self.name, error)
            self.files(name, target)
            self.status = 1
            raise Stop from None

    def trouble(self, text: bytes, error: SysError) -> None:
        self.say(text + self.name + b": " + cause(error) + b"\n")

    def told(self, whole: int, packed: int) -> None:
        if not whole:
            self.say(b" no data compressed.\n")
            return
        share = packed / whole
        self.say(
            b"%6.3f:1, %6.3f bits/byte, %5.2f%% saved, %d in, %d out.\n"
            % (1 / share, 8 * share, 100 * (1 - share), whole, packed)
        )

    def files(self, name: bytes, target: bytes) -> None:
        if self.noisy:
            self.say(b"\tInput file = %s, output file = %s\n" % (name, target))

    def damaged(self, problem: CodecError, name: bytes, target: bytes) -> bool:
        """Say what is wrong with compressed data. Testing goes on with the next file; else that's the end."""
        if problem.kind == "format":
            if self.mode == "t":
                lead = b"" if self.verbose else self.name + b": " + name + b": "
                self.say(lead + b"bad magic number (file not created by bzip2)\n")
                self.status = max(self.status, 2)
                self.damaged_ones = True
            else:
                self.complain(name + b" is not a bzip2 file.", 2)
            return False
        if self.mode == "t":
            lead = b"" if self.verbose else self.name + b": " + name + b": "
            eof = problem.kind == "eof"
            self.say(lead + (b"file ends unexpectedly\n" if eof else b"data integrity (CRC) error in data\n"))
            self.status = max(self.status, 2)
            self.damaged_ones = True
            return False
        if problem.kind == "eof":
            reason = b"Inappropriate ioctl for device" if name == b"(stdin)" else b"No such file or directory"
            if self.noisy:
                self.say(
                    b"\n%s: Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows.\n"
                    b"%s: %s\n" % (self.name, self.name, reason)
                )
        else:
            self.say(b"\n%s: Data integrity error when decompressing.\n" % self.name)
        self.files(name, target)
        if self.noisy:
            self.say(
                b"\nIt is possible that the compressed file(s) have become corrupted.\n"
                b"You can use the -tvv option to test integrity of such files.\n"
            )
            self.recover()
        if target != b"(stdout)":
            self.say(b"%s: Deleting output file %s, if it exists.\n" % (self.name, target))
        self.status = 2
        raise Stop

    def recover(self) -> None:
        self.say(
            b"\nYou can use the `bzip2recover' program to attempt to recover\n"
            b"data from undamaged sections of corrupted files.\n\n"
        )
