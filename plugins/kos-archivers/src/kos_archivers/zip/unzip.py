"""unzip: lists, tests and extracts zip archives. Source: Info-ZIP's UnZip 6.00.

Statuses: 0, 1 a warning, 3 damaged, 9 no archive, 10 a bad command line, 11 nothing matched, 81 methods that nobody knows.
Names never lead out of the directory; symlinks are made last, so that nothing is written through them. Not there: encryption,
-a, -M, -T, -z.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_CREAT,
    O_EXCL,
    O_NOFOLLOW,
    O_WRONLY,
    Charge,
    FileExists,
    GlobBytes,
    SysError,
    Writer,
    cause,
    compile_glob_bytes,
)  # fmt: skip

from ..stamps import zone_of
from .format import BadMember, BadZip, Directory, Entry, MemberReader
from .lists import Lists

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

USAGE = b"""UnZip 6.00 of 20 April 2009, as KOS has it. Original by Info-ZIP.

Usage: unzip [-Z] [-opts[modifiers]] file[.zip] [list] [-x xlist] [-d exdir]
  Default action is to extract files in list, except those in xlist, to exdir;
  file[.zip] may be a wildcard.  -Z => ZipInfo mode ("unzip -Z" for usage).

  -p  extract files to pipe, no messages     -l  list files (short format)
  -f  freshen existing files, create none    -t  test compressed archive data
  -u  update files, create if necessary      -v  list verbosely/show version info
  -x  exclude files that follow (in xlist)   -d  extract files into exdir
modifiers:
  -n  never overwrite existing files         -q  quiet mode (-qq => quieter)
  -o  overwrite files WITHOUT prompting      -j  junk paths (do not make directories)
  -C  match filenames case-insensitively     -L  make (some) names lowercase
  -K  keep setuid/setgid/tacky permissions   -X  restore UID/GID info
"""
_FLAGS = b"pcltvfunojqCLKX"


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return a status as unzip gives it."""
    if argv[1:2] == [b"-Z"] or argv[1:2] and argv[1].startswith(b"-Z"):
        from .zipinfo import run

        return run(k, ([b"-" + argv[1][2:]] if len(argv[1]) > 2 else []) + argv[2:])
    return Unzip(k).run(argv[1:])


class Unzip:
    """One run."""

    def __init__(self, k: Syscalls) -> None:
        self.k = k
        self.out = Writer(k, 1)
        self.status = 0
        self.name = b"unzip"
        self.missing_on = (
            2  # where it is said that there's no archive: zipinfo, but not unzip -Z, says it on standard output
        )
        self.flags: dict[str, int] = {}
        self.folder = b""
        self.patterns: list[tuple[bytes, GlobBytes]] = []
        self.excluded: list[tuple[bytes, GlobBytes]] = []
        self.always = self.never = False
        self.links: list[tuple[bytes, bytes]] = []
        self.folders: list[tuple[bytes, Entry]] = []
        self.zone = zone_of(k)
        self.held = Charge(k)

    def has(self, letter: str) -> int:
        return self.flags.get(letter, 0)

    def say(self, text: bytes) -> None:
        """Complain: to standard error, or with -t among what is printed."""
        if self.has("t"):
            self.out.write(text)
            return
        self.out.flush()
        try:
            self.k.write(2, text)
        except SysError:
            pass

    # -- command line --------------------------------------------------------------------------------------------------

    def run(self, words: list[bytes]) -> int:
        if not words or words == [b"-h"] or words == [b"--help"]:
            self.k.write(1, USAGE)
            return 0
        archive: bytes | None = None
        names: list[bytes] = []
        excluded: list[bytes] = []
        excluding = False
        at = 0
        while at < len(words):
            word = words[at]
            at += 1
            if word[:1] == b"-" and len(word) > 1 and word != b"--":
                excluding = False
                place = 1
                while place < len(word):
                    letter = word[place : place + 1]
                    place += 1
                    if letter == b"d":
                        if place < len(word):
                            self.folder = word[place:]
                        elif at < len(words):
                            self.folder = words[at]
                            at += 1
                        else:
                            self.say(b"error:  must specify directory to which to extract with -d option\n")
                            return 10
                        break
                    if letter == b"Z":
                        return self.usage(b"error:  -Z must be first option for ZipInfo mode (check UNZIP variable?)\n")
                    if letter == b"x":
                        excluding = True
                    elif letter in _FLAGS:
                        self.flags[letter.decode()] = self.has(letter.decode()) + 1
                    elif letter in b"Pe":
                        return self.usage(b"unzip: encrypted archives aren't supported\n")
                    else:
                        return self.usage(b"unzip:  unknown option -- %s\n" % letter)
            elif archive is None:
                archive, excluding = word, False
            else:
                (excluded if excluding else names).append(word)
        if archive is None:
            if self.has("v"):
                self.k.write(1, USAGE.partition(b"\n")[0] + b"\n")
                return 0
            return self.usage(b"")
        if sum(1 for flag in "pcltv" if self.has(flag)) > 1 and not (self.has("v") and self.has("l")):
            return self.usage(b"error:  -fn or any combination of -c, -l, -p, -t, -u and -v options invalid\n")
        nocase = bool(self.has("C"))
        self.patterns = [(name, compile_glob_bytes(name, nocase=nocase)) for name in names]
        self.excluded = [(name, compile_glob_bytes(name, nocase=nocase)) for name in excluded]
        self.folder = self.folder.rstrip(b"/") + b"/" if self.folder else b""
        fd, name = self.opened(archive)
        if fd is None:
            return 9
        try:
            return self.archive(fd, name)
        except BadZip as problem:
            return self.broken(archive, problem)
        finally:
            self.out.flush()
            self.k.close(fd)

    def usage(self, text: bytes) -> int:
        self.say(text + USAGE)
        return 10

    def opened(self, archive: bytes) -> tuple[int | None, bytes]:
        for name in (archive, archive + b".zip", archive + b".ZIP"):
            try:
                fd = self.k.open(name)
                if self.k.fstat(fd).mode & 0o170000 == 0o100000:
                    return fd, name
                self.k.close(fd)
            except SysError:
                continue
        text = b"%s:  cannot find or open %s, %s.zip or %s.ZIP.\n" % (self.name, archive, archive, archive)
        if self.missing_on == 1:
            self.k.write(1, text)
        else:
            self.say(text)
        return None, archive

    def broken(self, name: bytes, problem: BadZip) -> int:
        if problem.kind in ("end", "eof"):
            self.say(
                b"  End-of-central-directory signature not found.  Either this file is not\n"
                b"  a zipfile, or it constitutes one disk of a multi-part archive.  In the\n"
                b"  latter case the central directory and zipfile comment will be found on\n"
                b"  the last disk(s) of this archive.\n"
                b"unzip:  cannot find zipfile directory in one of %s or\n"
                b"        %s.zip, and cannot find %s.ZIP, period.\n" % (name, name, name)
            )
            return 9
        if problem.kind == "directory":
            self.say(b"error [%s]:  start of central directory not found;\n  zipfile corrupt.\n" % name)
            return 3
        self.say(b"error:  expected central file header signature not found (file #1).\n")
        return 3

    # -- archive -------------------------------------------------------------------------------------------------------

    def wanted(self, entry: Entry, seen: set[bytes]) -> bool:
        """Tell whether the lists want a member; note the patterns that matched."""
        name = entry.name
        found = not self.patterns
        for pattern, glob in self.patterns:
            if glob.matches(name) or pattern == name:
                seen.add(pattern)
                found = True
        if not found:
            return False
        hit = False
        for pattern, glob in self.excluded:
            if glob.matches(name) or pattern == name:
                seen.add(pattern)
                hit = True
        return not hit

    def archive(self, fd: int, name: bytes) -> int:
        quiet = self.has("q")
        talk = not quiet and not self.has("p")
        if talk:
            self.out.write(b"Archive:  %s\n" % name)
        directory = Directory(self.k, fd)
        if talk:
            if directory.comment and not self.has("t"):
                self.out.write(directory.comment + b"\n")
        if directory.shift and not self.has("p"):
            self.say(
                b"warning [%s]:  %d extra byte%s at beginning or within zipfile\n  (attempting to process anyway)\n"
                % (name, directory.shift, b"" if directory.shift == 1 else b"s")
            )
            self.status = 1
        if directory.count == 0:
            self.say(b"warning [%s]:  zipfile is empty\n" % name)
            return 1
        seen: set[bytes] = set()
        if self.has("l") or self.has("v"):
            lists = Lists(self.out, self.zone)
            count = lists.short_or_long(
                (entry for entry in directory.entries() if self.wanted(entry, seen)), bool(self.has("v")), quiet
            )
            if not count and self.patterns:
                self.status = 11
        else:
            count = self.members(directory, fd, name, seen)
        listing = self.has("l") or self.has("v")
        for pattern, _ in [*self.patterns, *self.excluded]:
            if pattern not in seen and not listing:
                word = b"filename" if (pattern, _) in self.patterns else b"excluded filename"
                self.say(b"caution: %s not matched:  %s\n" % (word, pattern))
                if word == b"filename":
                    self.status = 11 if self.status in (0, 1) else self.status
        if self.has("t") and not self.has("p"):
            self.summary(name, count)
        return self.status

    def summary(self, name: bytes, count: int) -> None:
        if self.has("q") > 1:
            return
        if self.status in (0, 1):
            if self.patterns:
                what = b"No errors detected in %s for the %d file%s tested.\n"
                self.out.write(what % (name, count, b"" if count == 1 else b"s"))
            else:
                self.out.write(b"No errors detected in compressed data of %s.\n" % name)
        elif count:
            self.out.write(b"At least one error was detected in %s.\n" % name)

    def members(self, directory: Directory, fd: int, archive: bytes, seen: set[bytes]) -> int:
        count = 0
        for entry in directory.entries():
            if not self.wanted(entry, seen):
                continue
            count += 1
            try:
                if self.has("t") or self.has("p") or self.has("c"):
                    self.streamed(fd, entry)
                else:
                    self.extract(fd, entry)
            except BadMember as problem:
                self.damaged(archive, entry, problem)
        self.finish()
        return count

    def damaged(self, archive: bytes, entry: Entry, problem: BadMember) -> None:
        """Say what is wrong with a member."""
        kind = problem.kind
        name = entry.name
        if kind in ("crc", "length", "data"):
            self.status = 2 if kind == "crc" else 3
            if kind == "data" and entry.method != 0:
                text = b"  error:  invalid compressed data to %s\n" % (b"inflate" if entry.method == 8 else b"extract")
            elif kind == "length":
                text = b"  error:  invalid compressed data to inflate\n"
            else:
                text = b" bad CRC %08x  (should be %08x)\n" % (problem.crc, entry.crc)
            self.say(name.ljust(22) + b" " + text if self.has("p") or self.has("q") else text)
        elif kind == "local":
            self.say(b"file #1:  bad zipfile offset (local header sig):  %d\n" % entry.offset)
            self.status = 3
        elif kind == "encrypted":
            self.say(b"   skipping: %-22s  unable to get password\n" % name)
            self.status = 82
        else:
            self.say(b"   skipping: %-22s  unsupported compression method %d\n" % (name, entry.method))
            self.status = 81

    def streamed(self, fd: int, entry: Entry) -> None:
        """Test a member, or write it to standard output."""
        out, quiet = self.out, self.has("q")
        testing = self.has("t")
        if testing and not quiet:
            out.write(b"    testing: %-22s  " % entry.name)
        if entry.is_directory and not testing:
            return
        reader = MemberReader(self.k, fd, entry)
        if self.has("c") and not quiet:
            out.write((b"  inflating" if entry.method else b" extracting") + b": %-22s  \n" % entry.name)
        while data := reader.read():
            if not testing:
                out.write(data)
        if testing and not quiet:
            out.write(b" OK\n")
        elif self.has("c") and not quiet:
            out.write(b"\n")

    # -- extracting ----------------------------------------------------------------------------------------------------

    def safe_name(self, entry: Entry) -> bytes:
        """Return where a member goes, b"" for nowhere; say so if its name led elsewhere."""
        name = entry.name
        if b"\0" in name:
            name = name.partition(b"\0")[0]
        if entry.made_by >> 8 == 0 and b"/" not in name:
            name = name.replace(b"\\", b"/")
        if name[:1] == b"/":
            self.say(b"warning:  stripped absolute path spec from %s\n" % name)
            self.status = max(self.status, 1)
            name = name.lstrip(b"/")
        parts = name.split(b"/")
        if b".." in parts:
            self.say(b'warning:  skipped "../" path component(s) in %s\n' % name)
            self.status = max(self.status, 1)
        parts = [part for part in parts if part not in (b"", b".", b"..")]
        if self.has("L") > 1 or (self.has("L") and entry.made_by >> 8 == 0):
            parts = [part.lower() for part in parts]
        if self.has("j"):
            parts = [] if entry.is_directory else parts[-1:]
        return self.folder + b"/".join(parts) if parts else b""

    def parents(self, path: bytes) -> None:
        at = path.find(b"/", 1)
        while at >= 0:
            try:
                self.k.mkdir(path[:at])
            except FileExists:
                pass
            at = path.find(b"/", at + 1)

    def extract(self, fd: int, entry: Entry) -> None:
        k, out, quiet = self.k, self.out, self.has("q")
        path = self.safe_name(entry)
        if not path:
            return
        freshen, update = self.has("f"), self.has("u") or self.has("f")
        if entry.is_directory:
            if freshen:
                return
            try:
                self.parents(path)
                k.mkdir(path)
            except FileExists:
                return
            except SysError as error:
                self.failed(path, error)
                return
            if not quiet:
                out.write(b"   creating: %s/\n" % path)
            self.folders.append((path, entry))
            self.held.change(len(path) + len(entry.extra) + 600)
            return
        try:
            there = k.lstat(path)
        except SysError:
            there = None
        if there is None and freshen:
            return
        if there is not None:
            if update and there.mtime_ns // 10**9 >= entry.seconds(self.zone):
                return
            if there.mode & 0o170000 == 0o040000:
                self.say(
                    b"checkdir error:  %s exists but is not file\n                 unable to process %s.\n"
                    % (path, entry.name)
                )
                self.status = max(self.status, 2)
                return
            new = self.may_overwrite(path)
            if not new:
                return
            path = new
        reader = MemberReader(k, fd, entry)
        if entry.is_symlink:
            self.symlink(path, entry, reader)
            return
        try:
            self.parents(path)
            try:
                k.unlink(path)
            except SysError:
                pass
            target = k.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        except SysError as error:
            self.failed(path, error)
            return
        if not quiet:
            out.write((b"  inflating" if entry.method else b" extracting") + b": %-22s  " % path)
        try:
            while data := reader.read():
                try:
                    while data:
                        data = data[k.write(target, data) :]
                except SysError:
                    self.say(b"\n%s:  write error (disk full?).  Continue? (y/n/^C) \n" % path)
                    self.status = 50
                    return
            if not quiet:
                out.write(b"\n")
        finally:
            self.attributes(target, entry)
            k.close(target)

    def failed(self, path: bytes, error: SysError) -> None:
        self.say(b"error:  cannot create %s\n        %s\n" % (path, cause(error)))
        self.status = max(self.status, 50 if (error.errno or 0) == 28 else 2)

    def mode(self, entry: Entry) -> int:
        mode = entry.mode or (0o755 if entry.is_directory else 0o644)
        mask = self.k.umask(0)
        self.k.umask(mask)
        return mode & (0o7777 if self.has("K") else 0o777) & (~0 if entry.mode else ~mask)

    def attributes(self, target: int, entry: Entry) -> None:
        k = self.k
        if self.has("X"):
            owner = ids(entry)
            if owner is not None:
                try:
                    k.fchown(target, *owner)
                except SysError:
                    self.say(b"warning:  cannot set UID and/or GID for %s\n" % entry.name)
        k.fchmod(target, self.mode(entry))
        seconds = entry.seconds(self.zone) * 10**9
        k.futimens(target, seconds, seconds)

    def symlink(self, path: bytes, entry: Entry, reader: MemberReader) -> None:
        """Read a symlink's target; the link is made when all files are."""
        target = b""
        while data := reader.read():
            target += data
            if len(target) > 4096:
                self.say(b"warning:  symbolic link (%s) failed: target too long\n" % path)
                self.status = max(self.status, 1)
                return
        if not self.has("q"):
            self.out.write(b"    linking: %s-> %s \n" % (path.ljust(22) + b"  ", target))
        self.links.append((path, target))
        self.held.change(len(path) + len(target) + 200)

    def finish(self) -> None:
        """Make the links, set the directories."""
        k = self.k
        if self.links and not self.has("q"):
            self.out.write(b"finishing deferred symbolic links:\n")
        for path, target in self.links:
            if not self.has("q"):
                self.out.write(b"  %s-> %s\n" % (path.ljust(22) + b" ", target))
            try:
                self.parents(path)
                try:
                    k.unlink(path)
                except SysError:
                    pass
                k.symlink(target, path)
            except SysError as error:
                self.say(b"symlink error: %s\n" % cause(error))
                self.status = max(self.status, 1)
        for path, entry in reversed(self.folders):
            try:
                k.chmod(path, self.mode(entry))
                seconds = entry.seconds(self.zone) * 10**9
                k.utimens(path, seconds, seconds)
            except SysError:
                self.say(b"warning:  set times/attribs failed for %s\n" % path)

    def may_overwrite(self, path: bytes) -> bytes:
        """Return the path to write to, b"" for none: -o, -n, or as the answer wants it."""
        if self.has("n") or self.never:
            return b""
        if self.has("o") or self.always:
            return path
        while True:
            if self.k.lstat(path).mode & 0o170000 == 0o120000:
                if not self.has("q"):
                    self.out.write(b"%s exists and is a symbolic link.\n" % path)
            self.say(b"replace %s? [y]es, [n]o, [A]ll, [N]one, [r]ename: " % path)
            answer = self.k.read_until(0, b"\n")
            if not answer:
                self.say(b' NULL\n(EOF or read error, treating as "[N]one" ...)\n')
                self.never = True
                self.status = max(self.status, 1)
                return b""
            letter = answer[:1]
            if letter in (b"y", b"Y"):
                return path
            if letter == b"n":
                return b""
            if letter == b"N":
                self.never = True
                return b""
            if letter == b"A":
                self.always = True
                return path
            if letter in (b"r", b"R"):
                self.say(b"new name: ")
                new = self.k.read_until(0, b"\n").rstrip(b"\n")
                if new:
                    return self.folder + new
            self.say(b"error:  invalid response [%s]\n" % answer.rstrip(b"\n"))


def ids(entry: Entry) -> tuple[int, int] | None:
    """Return owner and group if the extra fields have them."""
    from .format import extras

    for kind, data in extras(entry.extra):
        if kind == 0x7875 and len(data) >= 4 and data[0] == 1:
            size = data[1]
            uid = int.from_bytes(data[2 : 2 + size], "little")
            rest = data[2 + size :]
            return uid, int.from_bytes(rest[1 : 1 + rest[0]], "little") if rest else -1
    return None
