"""ar, ranlib: the archives of linkers, a flat row of files. Source: GNU ar 2.40, BSD's layout of names.

    !<arch>\\n, then for each member 60 bytes of header (name 16, date 12, uid 6, gid 6, mode 8, size 10, "`\\n"), data, padding to 2

Names longer than 15 bytes stand in a member called "//". An index of symbols ("/") is read over and not made: there are no
object files here. Not there: thin archives, scripts (-M), N.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    CHUNK,
    O_CREAT,
    O_EXCL,
    O_NOFOLLOW,
    O_RDWR,
    O_TRUNC,
    O_WRONLY,
    NoSuchFile,
    SysError,
    Writer,
    cause,
)

from ..compress.files import write_all
from .members import BadArchive, Member, header, load

if TYPE_CHECKING:
    from kos_kernel.api import Stat, Syscalls

_USAGE = b"""Usage: ar [-]{dmpqrstx}[abcDfilNoPSuUvV] [member-name] archive-file file...
 commands:
  d            - delete file(s) from the archive
  m[ab]        - move file(s) in the archive
  p            - print file(s) found in the archive
  q[f]         - quick append file(s) to the archive
  r[ab][f][u]  - replace existing or insert new file(s) into the archive
  s            - act as ranlib
  t[O][v]      - display contents of the archive
  x[o]         - extract file(s) from the archive
 command specific modifiers:
  [a]          - put file(s) after [member-name]
  [b]          - put file(s) before [member-name] (same as [i])
  [D]          - use zero for timestamps and uids/gids (default)
  [U]          - use actual timestamps and uids/gids
  [P]          - use full path names when matching
  [o]          - preserve original dates
  [O]          - display offsets of files in the archive
  [u]          - only replace files that are newer than current archive contents
 generic modifiers:
  [c]          - do not warn if the library had to be created
  [s]          - create an archive index (cf. ranlib)
  [S]          - do not build a symbol table
  [v]          - be verbose
"""
_MAGIC = b"!<arch>\n"


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 or 1."""
    name = argv[0].rpartition(b"/")[2]
    if argv[1:2] == [b"--help"]:
        k.write(1, _USAGE)
        return 0
    if argv[1:2] in ([b"--version"], [b"-V"]):
        k.write(1, b"%s (KOS)\n" % name)
        return 0
    job = Ar(k, name)
    try:
        if name == b"ranlib":
            return job.ranlib(argv[1:])
        return job.run(argv[1:])
    except BadArchive as problem:
        job.say(problem.text)
        return 1
    finally:
        job.out.flush()


class Ar:
    """One run."""

    def __init__(self, k: Syscalls, name: bytes) -> None:
        self.k = k
        self.name = name
        self.out = Writer(k, 1)
        self.operation = ""
        self.flags: set[str] = set()

    def say(self, text: bytes) -> None:
        self.out.flush()
        try:
            self.k.write(2, self.name + b": " + text + b"\n")
        except SysError:
            pass

    def usage(self, text: bytes) -> int:
        if text:
            self.say(text)
        self.k.write(2, _USAGE)
        return 1

    def ranlib(self, names: list[bytes]) -> int:
        if not names:
            self.k.write(2, b"Usage: ranlib archive\n")
            return 1
        for name in names:
            fd, _ = self.opened(name)
            if fd is None:
                return 1
            load(self.k, fd, name)
            self.k.close(fd)
        return 0

    def run(self, words: list[bytes]) -> int:
        if not words:
            return self.usage(b"")
        letters, words = words[0], words[1:]
        letters = letters.removeprefix(b"-")
        for letter in letters.decode("latin-1"):
            if letter in "dmpqrtx":
                if self.operation and self.operation != letter:
                    self.say(b"two different operation options specified")
                    return 1
                self.operation = letter
            elif letter in "abicDfosOPuUvSl":
                self.flags.add("b" if letter == "i" else letter)
            else:
                return self.usage(b"invalid option -- '%s'" % letter.encode("latin-1"))
        if not self.operation:
            if "s" in self.flags and words:
                return self.ranlib(words)
            return self.usage(b"no operation specified")
        beside = None
        if self.flags & {"a", "b"}:
            if self.operation not in "rm":
                return self.usage(b"`a', `b' and `i' are only meaningful with the `m' and `r' options.")
            if len(words) < 2:
                return self.usage(b"")
            beside, words = words[0], words[1:]
        if "u" in self.flags and self.operation != "r":
            self.say(b"`u' is only meaningful with the `r' option.")
            return 1
        if "u" in self.flags and "U" not in self.flags:
            self.say(b"`u' modifier ignored since `D' is the default (see `U')")
            self.flags.discard("u")
        if not words:
            return self.usage(b"")
        return self.work(words[0], words[1:], beside)

    def opened(self, name: bytes) -> tuple[int | None, Stat | None]:
        try:
            fd = self.k.open(name)
            return fd, self.k.fstat(fd)
        except SysError as error:
            self.say(b"%s: %s" % (name, cause(error)))
            return None, None

    def key(self, name: bytes) -> bytes:
        """Return what a file's name is in the archive."""
        return name if "P" in self.flags else name.rpartition(b"/")[2]

    def work(self, archive: bytes, names: list[bytes], beside: bytes | None) -> int:
        k = self.k
        if self.operation in "rq":
            try:
                k.stat(archive)
            except NoSuchFile:
                if "c" not in self.flags:
                    self.say(b"creating " + archive)
                return self.change(-1, archive, [], names, beside)
            except SysError:
                pass
        fd, _ = self.opened(archive)
        if fd is None:
            return 1
        try:
            members = load(k, fd, archive)
            if self.operation in "tpx":
                return self.read(fd, members, names)
            return self.change(fd, archive, members, names, beside)
        finally:
            k.close(fd)

    # -- reading -------------------------------------------------------------------------------------------------------

    def read(self, fd: int, members: list[Member], names: list[bytes]) -> int:
        status = 0
        if not names:
            for member in members:
                status |= self.one(fd, member)
            return status
        left = list(members)
        for name in names:
            found = next((member for member in left if member.name == self.key(name)), None)
            if found is None:
                self.out.flush()
                self.k.write(2, b"no entry %s in archive\n" % name)
                status = 1
                continue
            left.remove(found)
            status |= self.one(fd, found)
        return status

    def one(self, fd: int, member: Member) -> int:
        """List, print or extract a member."""
        verbose = "v" in self.flags
        out, k = self.out, self.k
        if self.operation == "t":
            if verbose:
                out.write(self.line(member))
            out.write(member.name)
            if "O" in self.flags:
                out.write(b" 0x%x" % member.at)
            out.write(b"\n")
            return 0
        if self.operation == "p":
            if verbose:
                out.write(b"\n<%s>\n\n" % member.name)
            out.flush()
            self.copy(fd, member, 1)
            return 0
        if verbose:
            out.write(b"x - %s\n" % member.name)
        if b"/" in member.name or member.name in (b"", b".", b".."):
            self.say(
                b"illegal output pathname for archive member: %s, using '%s' instead"
                % (member.name, member.name.rpartition(b"/")[2])
            )
        name = member.name.rpartition(b"/")[2]
        if name in (b"", b".", b".."):
            self.say(b"%s: Invalid argument" % member.name)
            return 1
        try:
            try:
                k.unlink(name)
            except NoSuchFile:
                pass
            target = k.open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
            try:
                self.copy(fd, member, target)
                mask = k.umask(0)
                k.umask(mask)
                k.fchmod(target, member.mode & 0o777 & ~mask)
                if "o" in self.flags:
                    k.futimens(target, member.date * 10**9, member.date * 10**9)
            finally:
                k.close(target)
        except SysError as error:
            self.say(b"%s: %s" % (name, cause(error)))
            return 1
        return 0

    def line(self, member: Member) -> bytes:
        """Return what -tv shows before a name."""
        from ..stamps import broken_down, zone_of
        from ..tar.listing import mode_text

        when = broken_down(member.date, zone_of(self.k))
        month = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[when.month - 1]
        stamp = b"%s %2d %02d:%02d %d" % (month, when.day, when.hour, when.minute, when.year)
        return b"%s %d/%d %6d %s " % (mode_text(b"-", member.mode)[1:], member.uid, member.gid, member.size, stamp)

    def copy(self, fd: int, member: Member, target: int) -> None:
        at, left = member.at, member.size
        while left > 0:
            data = self.k.pread(fd, min(CHUNK, left), at)
            if not data:
                raise BadArchive(b"%s: file truncated" % member.name)
            write_all(self.k, target, data)
            at += len(data)
            left -= len(data)

    # -- changing ------------------------------------------------------------------------------------------------------

    def change(self, fd: int, archive: bytes, members: list[Member], names: list[bytes], beside: bytes | None) -> int:
        status = 0
        verbose = "v" in self.flags
        result = list(members)
        place: int | None = None
        if beside is not None:
            at = next((index for index, member in enumerate(result) if member.name == self.key(beside)), None)
            place = len(result) if at is None else at + ("a" in self.flags)
        added = []
        for name in names:
            key = self.key(name)
            old = next((index for index, member in enumerate(result) if member.name == key), None)
            if self.operation == "d":
                if old is None:
                    if verbose:
                        self.out.write(b"No member named `%s'\n" % name)
                    continue
                if verbose:
                    self.out.write(b"d - %s\n" % name)
                del result[old]
            elif self.operation == "m":
                if old is None:
                    self.say(b"no entry %s in archive %s!" % (name, archive))
                    return 1
                if verbose:
                    self.out.write(b"m - %s\n" % name)
                member = result.pop(old)
                if place is None:
                    result.append(member)
                else:
                    place -= old < place
                    result.insert(place, member)
                    place += 1
            else:
                made = self.member(name, key)
                if made is None:
                    return 1
                if self.operation == "q":
                    old = None
                elif old is not None and "u" in self.flags and (made.stamp <= result[old].date):
                    continue
                if verbose:
                    self.out.write(b"%c - %s\n" % (ord("r") if old is not None else ord("a"), name))
                if old is not None and place is None:
                    result[old] = made
                elif old is not None:
                    del result[old]
                    place -= old < place  # type: ignore[operator]
                    result.insert(place, made)
                    place += 1
                elif place is not None:
                    result.insert(place, made)
                    place += 1
                else:
                    result.append(made)
                added.append(made)
        self.write(fd, archive, result)
        return status

    def member(self, name: bytes, key: bytes) -> Member | None:
        """Return a file as a member to be."""
        try:
            stat = self.k.stat(name)
            if stat.mode & 0o170000 == 0o040000:
                self.say(b"%s: file format not recognized" % name)
                return None
            self.k.close(self.k.open(name))
        except SysError as error:
            self.say(b"%s: %s" % (name, cause(error)))
            return None
        made = Member(key, 0, stat.size)
        made.source = name
        made.stamp = stat.mtime_ns // 10**9
        made.mode = 0o644
        if "U" in self.flags:
            made.date, made.uid, made.gid, made.mode = made.stamp, stat.uid, stat.gid, stat.mode
        return made

    def write(self, fd: int, archive: bytes, members: list[Member]) -> None:
        """Write the archive anew, through a file beside it."""
        k = self.k
        long_names = b""
        places: dict[bytes, int] = {}
        for member in members:
            if len(member.name) > 15 or b"/" in member.name:
                if member.name not in places:
                    places[member.name] = len(long_names)
                    long_names += member.name + b"/\n"
        long_names += b"\n" * (len(long_names) % 2)
        temporary = archive + b".tmp%d" % k.pid
        target = k.open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_EXCL, 0o666)
        done = False
        try:
            write_all(k, target, _MAGIC)
            if long_names:
                write_all(k, target, b"//".ljust(48) + b"%-10d`\n" % len(long_names) + long_names)
            for member in members:
                place = places.get(member.name)
                field = member.name + b"/" if place is None else b"/%d" % place
                write_all(k, target, header(member, field))
                self.data(fd, member, target)
            done = True
        finally:
            k.close(target)
            if not done:
                k.unlink(temporary)
        try:
            k.chmod(temporary, k.stat(archive).mode & 0o7777)
        except SysError:
            pass
        k.rename(temporary, archive)

    def data(self, fd: int, member: Member, target: int) -> None:
        """Copy a member's data, of a file or of the old archive, and pad them."""
        if member.source is None:
            self.copy(fd, member, target)
        else:
            source = self.k.open(member.source)
            left = member.size
            while left > 0:
                data = self.k.read(source, min(CHUNK, left)) or bytes(min(CHUNK, left))
                write_all(self.k, target, data)
                left -= len(data)
            self.k.close(source)
        if member.size % 2:
            write_all(self.k, target, b"\n")
