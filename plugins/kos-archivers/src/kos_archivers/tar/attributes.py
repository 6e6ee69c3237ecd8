"""Owners, modes and times of what was extracted. A directory's wait until nothing more goes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError, cause

from .headers import Member
from .pax import time_text

if TYPE_CHECKING:
    from .run import Tar


def has_dot_dot(name: bytes) -> bool:
    """Tell whether a component of a name is ".."."""
    return b".." in name and b".." in name.split(b"/")


class Waiting:
    """A directory whose attributes wait. after_links: until the links that wait are made, too."""

    __slots__ = ("after_links", "folder", "fresh", "member", "name", "parent_mode")

    def __init__(self, name: bytes, member: Member | None, parent_mode: int, folder: int, fresh: bool) -> None:
        self.name = name
        self.member = member
        self.parent_mode = parent_mode
        self.folder = folder
        self.fresh = fresh
        self.after_links = False


class Restorer:
    """same_owner, same_permissions: what the options or being root make of it."""

    def __init__(self, tar: Tar) -> None:
        self._tar = tar
        self._k = tar.k
        o = tar.o
        self.same_owner = o.same_owner if o.same_owner is not None else tar.is_root and not o.old_o
        self._same_mode = o.same_permissions if o.same_permissions is not None else tar.is_root
        self._waiting: list[Waiting] = []
        self._now = tar.k.clock_ns()

    # -- directories ---------------------------------------------------------------------------------------------------

    def directory(self, member: Member, *, fresh: bool) -> None:
        """Note a directory that was made, or was there."""
        self._note(Waiting(member.name, member, 0, self._tar.folder, fresh))

    def parent(self, name: bytes, mode: int) -> None:
        """Note a directory that had to be made on the way to another file."""
        self._note(Waiting(name, None, mode, self._tar.folder, True))

    def _note(self, waiting: Waiting) -> None:
        self._waiting.append(waiting)
        if len(self._waiting) % 1024 == 0:
            self._k.charge(1024 * 500)

    def wait_for_links(self, name: bytes) -> None:
        """The directories above a placeholder get their times after the link is there."""
        for waiting in self._waiting:
            if name.startswith(waiting.name.rstrip(b"/") + b"/"):
                waiting.after_links = True

    def leave(self, name: bytes, *, after_links: bool = False) -> None:
        """Set what waits, but for directories above `name`."""
        here = self._tar.folder
        while self._waiting:
            last = self._waiting[-1]
            if last.after_links and not after_links:
                break
            own = last.name.rstrip(b"/")
            if len(own) < len(name) and name.startswith(own) and name[len(own) : len(own) + 1] == b"/":
                break
            self._waiting.pop()
            self._tar.go(last.folder)
            if last.member is None:
                if last.parent_mode & 0o300 != 0o300:
                    self._chmod(last.name, last.parent_mode)
                continue
            mode = last.member.mode if self._same_mode else last.member.mode & ~self._tar.umask & 0o777
            self._owner(last.name, last.member)
            self._chmod(last.name, mode)
            self._xattrs(last.name, last.member)
            self._times(last.name, last.member)
        self._tar.go(here)

    # -- the rest ------------------------------------------------------------------------------------------------------

    def file(self, member: Member, fd: int) -> None:
        """Set an open file's."""
        tar, k = self._tar, self._k
        mode = member.mode if self._same_mode else member.mode & ~tar.umask & 0o777
        try:
            if self.same_owner:
                k.fchown(fd, *self._ids(member))
        except SysError as error:
            self._no_owner(member.name, member, error)
        try:
            k.fchmod(fd, mode)
        except SysError as error:
            self._no_mode(member.name, mode, error)
        self._xattrs(member.name, member)
        if not tar.o.touch:
            self._check(member.name, member.mtime_ns)
            try:
                k.futimens(fd, None, member.mtime_ns)
            except SysError as error:
                tar.failed(b"utime", member.name, error)

    def symlink(self, member: Member, name: bytes | None = None) -> None:
        name = member.name if name is None else name
        if not self._tar.o.touch:
            self._check(name, member.mtime_ns)
            try:
                self._k.utimens(name, None, member.mtime_ns, follow=False)
            except SysError as error:
                self._tar.failed(b"utime", name, error)
        self._owner(name, member)

    def node(self, member: Member) -> None:
        """Set a fifo's or device's."""
        self._owner(member.name, member)
        self._chmod(member.name, member.mode if self._same_mode else member.mode & ~self._tar.umask & 0o777)
        self._times(member.name, member)

    def _ids(self, member: Member) -> tuple[int, int]:
        tar = self._tar
        uid, gid = member.uid, member.gid
        if not tar.o.numeric:
            if member.uname:
                found = tar.accounts.uid(member.uname)
                uid = uid if found is None else found
            if member.gname:
                found = tar.accounts.gid(member.gname)
                gid = gid if found is None else found
        return uid, gid

    def _owner(self, name: bytes, member: Member) -> None:
        if not self.same_owner:
            return
        try:
            self._k.lchown(name, *self._ids(member))
        except SysError as error:
            self._no_owner(name, member, error)

    def _no_owner(self, name: bytes, member: Member, error: SysError) -> None:
        uid, gid = self._ids(member)
        self._tar.error(
            b"%s: Cannot change ownership to uid %d, gid %d: %s" % (self._tar.shown(name), uid, gid, cause(error))
        )

    def _chmod(self, name: bytes, mode: int) -> None:
        try:
            self._k.chmod(name, mode)
        except SysError as error:
            self._no_mode(name, mode, error)

    def _no_mode(self, name: bytes, mode: int, error: SysError) -> None:
        from .listing import mode_text

        shown = mode_text(b"-", mode)[1:]
        self._tar.error(b"%s: Cannot change mode to %s: %s" % (self._tar.shown(name), shown, cause(error)))

    def _times(self, name: bytes, member: Member) -> None:
        if self._tar.o.touch:
            return
        self._check(name, member.mtime_ns)
        try:
            self._k.utimens(name, None, member.mtime_ns)
        except SysError as error:
            self._tar.failed(b"utime", name, error)

    def _check(self, name: bytes, ns: int) -> None:
        """Warn of times that can hardly be right."""
        tar = self._tar
        if ns < 0:
            tar.warn(b"%s: implausibly old time stamp %s" % (tar.shown(name), self._stamp(ns)), "timestamp")
        elif ns > self._now:
            now = self._k.clock_ns()
            if ns > now:
                late = time_text(ns - now)
                tar.warn(
                    b"%s: time stamp %s is %s s in the future" % (tar.shown(name), self._stamp(ns), late), "timestamp"
                )

    def _stamp(self, ns: int) -> bytes:
        from ..stamps import broken_down, zone_of

        when = broken_down(ns // 10**9, zone_of(self._k))
        return b"%d-%02d-%02d %02d:%02d:%02d" % when + (b"." + b"%09d" % (ns % 10**9)).rstrip(b"0").rstrip(b".")

    def _xattrs(self, name: bytes, member: Member) -> None:
        if not self._tar.o.xattrs or not member.xattrs:
            return
        from .xattrs import chosen

        for key, value in member.xattrs.items():
            if chosen(self._tar, key, making=False):
                try:
                    self._k.setxattr(name, key, value, follow=False)
                except SysError as error:
                    self._tar.warn(
                        b"setxattrat: Cannot set %s extended attribute for file %s: %s"
                        % (self._tar.quoted(key), self._tar.quoted(name), cause(error)),
                        "xattr-write",
                    )
