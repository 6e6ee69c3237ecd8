"""cpio -i and -t: extracting and listing an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_CREAT,
    O_EXCL,
    O_NOFOLLOW,
    O_WRONLY,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    Charge,
    FileExists,
    NoSuchFile,
    SysError,
    cause,
    makedev,
)  # fmt: skip

from ..compress.files import write_all
from ..stamps import broken_down, zone_of
from ..tar.listing import mode_text
from .format import TRAILER, BadArchive, Member, Skipped, read_header

if TYPE_CHECKING:
    from kos_kernel.api import GlobBytes

    from ..compress.codecs import Feed
    from .main import Cpio

_KINDS = {S_IFDIR: b"d", S_IFLNK: b"l", S_IFCHR: b"c", S_IFBLK: b"b", S_IFIFO: b"p"}
_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_LONGEST_LINK = 4096


class Extractor:
    """links: the first name of each file with several. Names that came without data (newc) wait for the one that has them."""

    def __init__(self, job: Cpio, feed: Feed, globs: list[GlobBytes]) -> None:
        self._job = job
        self._k = job.k
        self._feed = feed
        self._globs = globs
        self._links: dict[tuple[int, int], bytes] = {}
        self._waiting: dict[tuple[int, int], list[Member]] = {}
        self._folders: list[Member] = []
        self._symlinks: list[tuple[Member, bytes]] = []
        self._zone = zone_of(job.k)
        self._held = Charge(job.k)
        self._now = job.k.clock_ns() // 10**9
        self._left = 0

    def run(self) -> None:
        job = self._job
        while True:
            try:
                member = read_header(self._feed)
            except Skipped as skipped:
                job.say(b"warning: skipped %d byte%s of junk" % (skipped.count, b"" if skipped.count == 1 else b"s"))
                member = skipped.member
            if member.name == TRAILER:
                break
            self._left = member.size
            if self._wanted(member.name):
                self._take(member)
            self._pass_over(member)
            self._k.tick()
        for waiting in self._waiting.values():
            self._empty(waiting)
        for member, target in self._symlinks:
            self._link(member, target)
        for folder in reversed(self._folders):
            self._attributes(folder)
        moved = self._feed.taken
        # An archive ends in a whole block; what was read of it counts.
        while self._feed.take():
            pass
        job.moved = moved + -moved % 512

    def _wanted(self, name: bytes) -> bool:
        if not self._globs:
            return True
        return any(glob.matches(name) for glob in self._globs) != bool(self._job.o.nonmatching)

    def _pass_over(self, member: Member) -> None:
        left = self._left + member.padding
        while left > 0:
            data = self._feed.take()
            if not data:
                raise BadArchive(b"premature end of archive")
            if len(data) > left:
                self._feed.back(data[left:])
                data = data[:left]
            left -= len(data)
        self._left = 0

    def _data(self) -> bytes:
        if self._left <= 0:
            return b""
        data = self._feed.take()
        if not data:
            raise BadArchive(b"premature end of archive")
        if len(data) > self._left:
            self._feed.back(data[self._left :])
            data = data[: self._left]
        self._left -= len(data)
        return data

    def _target(self, member: Member) -> bytes:
        """Return what a symlink points to."""
        if self._left > _LONGEST_LINK:
            raise BadArchive(b"%s: symbolic link too long" % member.name)
        return self._feed.exactly(self._drop(self._left)).partition(b"\0")[0]

    def _drop(self, size: int) -> int:
        self._left -= size
        return size

    # -- listing -------------------------------------------------------------------------------------------------------

    def _list(self, member: Member) -> None:
        job = self._job
        name = member.name
        if not job.o.verbose:
            job.out.write(name + b"\n")
            return
        kind = member.mode & S_IFMT
        uid = member.uid if job.owner[0] < 0 else job.owner[0]
        gid = member.gid if job.owner[1] < 0 else job.owner[1]
        user = b"%d" % uid if job.o.numeric else job.accounts.user(uid) or b"%d" % uid
        group = b"%d" % gid if job.o.numeric else job.accounts.group(gid) or b"%d" % gid
        when = broken_down(member.mtime, self._zone)
        recent = self._now - 6 * 30 * 86400 < member.mtime <= self._now + 3600
        last = b"%02d:%02d" % (when.hour, when.minute) if recent else b" %d" % when.year
        stamp = b"%s %2d %s" % (_MONTHS[when.month - 1], when.day, last)
        size = (
            b"%3d, %3d" % (member.rdev >> 32, member.rdev & 0xFFFFFFFF)
            if kind in (S_IFCHR, S_IFBLK)
            else b"%8d" % member.size
        )
        line = b"%s %3d %-8s %-8s %s %s %s" % (
            mode_text(_KINDS.get(kind, b"-"), member.mode), member.nlink, user, group, size, stamp, name,
        )  # fmt: skip
        if kind == S_IFLNK:
            line += b" -> " + self._target(member)
        job.out.write(line + b"\n")

    # -- extracting ----------------------------------------------------------------------------------------------------

    def _take(self, member: Member) -> None:
        job = self._job
        if job.o.list:
            self._list(member)
            return
        if job.o.crc_only:
            self._check(member, self._sum())
            return
        kind = member.mode & S_IFMT
        if job.o.to_stdout:
            if kind in (S_IFREG, 0):
                while data := self._data():
                    job.out.write(data)
            return
        if job.o.absolute is not True:
            member.name = job.safer(member.name)
        if not self._room(member, kind):
            return
        if kind == S_IFDIR:
            self._directory(member)
        elif kind in (S_IFREG, 0):
            self._file(member)
        elif kind == S_IFLNK:
            target = self._target(member)
            if target[:1] == b"/" or b".." in target.split(b"/"):
                # Made last, so that nothing in the archive is written through it.
                self._symlinks.append((member, target))
                self._k.charge(400)
            else:
                self._link(member, target)
            job.tell(member.name)
        elif kind in (S_IFCHR, S_IFBLK, S_IFIFO):
            self._special(member, kind)
        else:
            job.error(b"%s: unknown file type" % member.name)

    def _room(self, member: Member, kind: int) -> bool:
        """Tell whether a member may take its place; remove what is there."""
        job, k, name = self._job, self._k, member.name
        try:
            there = k.lstat(name)
        except SysError:
            return True
        if there.mode & S_IFMT == S_IFDIR:
            if kind == S_IFDIR:
                return True
            try:
                k.rmdir(name)
            except SysError as error:
                job.error(b"cannot remove current %s: %s" % (name, cause(error)))
                return False
            return True
        if not job.o.unconditional and member.mtime <= there.mtime_ns // 10**9:
            job.error(b"%s not created: newer or same age version exists" % name)
            job.status = 2
            return False
        if kind != S_IFDIR or there.mode & S_IFMT != S_IFDIR:
            try:
                k.unlink(name)
            except SysError as error:
                job.error(b"cannot remove current %s: %s" % (name, cause(error)))
                return False
        return True

    def _made(self, make, name: bytes, what: bytes) -> bool:  # type: ignore[no-untyped-def]
        """Do what makes a file, once more after making the directories above it (-d); complain if it can't be done."""
        job = self._job
        try:
            make()
            return True
        except NoSuchFile as error:
            if not job.o.directories:
                job.failed(what, name, error)
                return False
            self._parents(name)
        except SysError as error:
            job.failed(what, name, error)
            return False
        try:
            make()
        except SysError as error:
            job.failed(what, name, error)
            return False
        return True

    def _parents(self, name: bytes) -> None:
        at = name.find(b"/", 1)
        while at >= 0:
            try:
                self._k.mkdir(name[:at], 0o777)
            except (FileExists, SysError):
                pass
            at = name.find(b"/", at + 1)

    def _directory(self, member: Member) -> None:
        k, name = self._k, member.name
        try:
            if k.lstat(name).mode & S_IFMT == S_IFDIR:
                self._folders.append(member)
                self._job.tell(name)
                return
        except SysError:
            pass
        if self._made(lambda: k.mkdir(name, 0o700), name, b"mkdir"):
            self._folders.append(member)
            self._job.tell(name)
            if len(self._folders) % 1024 == 0:
                k.charge(1024 * 400)

    def _file(self, member: Member) -> None:
        job, k = self._job, self._k
        key = (member.dev, member.ino)
        name = member.name
        if member.nlink > 1:
            known = self._links.get(key)
            if known is not None and (member.size == 0 or member.form in ("odc", "bin")):
                if self._made(lambda: k.link(known, name), name, b"link"):
                    job.tell(name)
                return
            if member.size == 0 and member.form in ("newc", "crc"):
                self._waiting.setdefault(key, []).append(member)
                k.charge(400)
                job.tell(name)
                return
        fds: list[int] = []
        if not self._made(
            lambda: fds.append(k.open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)), name, b"open"
        ):
            return
        fd = fds[0]
        total = 0
        try:
            while data := self._data():
                if member.form == "crc":
                    total += sum(data)
                write_all(k, fd, data)
        except SysError as error:
            job.error(b"%s: write error: %s" % (name, cause(error)))
        finally:
            k.close(fd)
        self._check(member, total)
        self._attributes(member)
        job.tell(name)
        if member.nlink > 1:
            self._links[key] = name
            self._held.change(len(name) + 200)
            for other in self._waiting.pop(key, []):
                self._second(name, other)

    def _second(self, name: bytes, other: Member) -> None:
        k = self._k
        self._made(lambda: k.link(name, other.name), other.name, b"link")

    def _empty(self, waiting: list[Member]) -> None:
        """Names of one file whose data never came: it is empty."""
        first, *others = waiting
        first.nlink = 1
        self._left = 0
        self._file(first)
        for other in others:
            self._second(first.name, other)

    def _sum(self) -> int:
        total = 0
        while data := self._data():
            total += sum(data)
        return total

    def _check(self, member: Member, total: int) -> None:
        if member.form == "crc" and total & 0xFFFFFFFF != member.check:
            self._job.error(
                b"%s: checksum error (0x%x, should be 0x%x)" % (member.name, total & 0xFFFFFFFF, member.check)
            )

    def _link(self, member: Member, target: bytes) -> None:
        job, k = self._job, self._k
        name = member.name
        if not self._made(lambda: k.symlink(target, name), name, b"symlink to %s" % target):
            return
        uid, gid = self._ids(member)
        try:
            k.lchown(name, uid, gid)
        except SysError as error:
            if k.geteuid() == 0:
                job.failed(b"chown", name, error)

    def _special(self, member: Member, kind: int) -> None:
        k, name = self._k, member.name
        device = makedev(member.rdev >> 32, member.rdev & 0xFFFFFFFF) if kind != S_IFIFO else 0
        if self._made(lambda: k.mknod(name, kind | 0o600, device), name, b"mknod"):
            self._attributes(member)
            self._job.tell(name)

    def _ids(self, member: Member) -> tuple[int, int]:
        job = self._job
        if job.o.no_owner:
            return -1, -1
        return (
            member.uid if job.owner[0] < 0 else job.owner[0],
            member.gid if job.owner[1] < 0 else job.owner[1],
        )

    def _attributes(self, member: Member) -> None:
        job, k, name = self._job, self._k, member.name
        uid, gid = self._ids(member)
        try:
            k.lchown(name, uid, gid)
        except SysError as error:
            if k.geteuid() == 0:
                job.failed(b"chown", name, error)
        try:
            k.chmod(name, member.mode & 0o7777)
            if job.o.times:
                k.utimens(name, member.mtime * 10**9, member.mtime * 10**9)
        except SysError as error:
            job.failed(b"chmod", name, error)


def extract(job: Cpio, feed: Feed, globs: list[GlobBytes]) -> None:
    """Extract or list an archive."""
    Extractor(job, feed, globs).run()
