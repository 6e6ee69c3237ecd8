"""The kit against filesystems that are wrong in one way each: it must find that, and nothing else."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any

import pytest

from kos_kernel.api import (
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    Attributes,
    DirEntry,
    FileSystem,
    FsDriver,
    Inode,
    InvalidArgument,
    NoData,
    NoSuchFile,
    NotSupported,
    ReadOnlyFilesystem,
    StaleHandle,
    StatFs,
)
from kos_kernel.testing import check_driver, clauses

GROUP = "kos.fs"
ALL = frozenset({"write", "links", "symlinks", "xattrs", "nodes"})
BLOCKS = 10_000


class Node(Inode):
    """An inode: a header, bytes, names, attributes."""

    __slots__ = ("attr", "data", "kids", "xattrs")

    def __init__(self, fs: Any, ino: int, attr: Attributes) -> None:
        super().__init__(fs, ino)
        self.attr = attr
        self.data = bytearray()
        self.kids: dict[bytes, int] = {}
        self.xattrs: dict[bytes, bytes] = {}

    def lookup(self, name: bytes) -> Any:
        number = self.kids.get(name)
        return None if number is None else self.fs.table[number]

    def readdir(self) -> Iterable[DirEntry]:
        return [DirEntry(name, ino, self.fs.table[ino].attr.mode & S_IFMT) for name, ino in self.kids.items()]

    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Any:
        attr = Attributes(mode, uid, gid, nlink=2 if mode & S_IFMT == S_IFDIR else 1, time_ns=self.now(), rdev=rdev)
        return self.adopt(name, self.fs.new(attr))

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int) -> Any:
        made = self.fs.new(Attributes(S_IFLNK | 0o777, uid, gid, size=len(target), time_ns=self.now()))
        made.data[:] = target
        return self.adopt(name, made)

    def adopt(self, name: bytes, node: Any) -> Any:
        self.kids[name] = node.ino
        self.touch()
        return node

    def now(self) -> int:
        now_ns: int = self.fs.clock.realtime_ns()
        return now_ns

    def touch(self) -> None:
        self.attr.mtime_ns = self.attr.ctime_ns = self.now()

    def link(self, name: bytes, inode: Any) -> None:
        inode.attr.nlink += 1
        self.adopt(name, inode)

    def drop(self, inode: Any, links: int) -> None:
        """Take links from an inode; it goes with the last if nobody has it open."""
        inode.attr.nlink -= links
        if inode.attr.nlink == 0 and inode.opens == 0:
            self.fs.forget(inode)

    def unlink(self, name: bytes, inode: Any) -> None:
        del self.kids[name]
        self.touch()
        self.drop(inode, 1)

    def rmdir(self, name: bytes, inode: Any) -> None:
        del self.kids[name]
        self.touch()
        self.drop(inode, 2)

    def rename(self, name: bytes, inode: Any, into: Any, new_name: bytes, victim: Any) -> None:
        del self.kids[name]
        self.touch()
        into.kids.pop(new_name, None)
        into.adopt(new_name, inode)
        if victim is not None:
            self.drop(victim, victim.attr.nlink if victim.attr.mode & S_IFMT == S_IFDIR else 1)

    def read(self, offset: int, size: int) -> bytes:
        return bytes(self.data[offset : min(offset + size, self.attr.size)])

    def write(self, offset: int, data: Any) -> int:
        if offset > len(self.data):
            self.data.extend(bytes(offset - len(self.data)))
        self.data[offset : offset + len(data)] = data
        self.attr.size = len(self.data)
        self.touch()
        return len(data)

    def truncate(self, size: int) -> None:
        del self.data[size:]
        self.data.extend(bytes(size - len(self.data)))
        self.attr.size = size
        self.touch()

    def readlink(self) -> Any:
        return bytes(self.data)

    def set_mode(self, mode: int, now_ns: int) -> None:
        self.attr.mode = self.attr.mode & S_IFMT | mode

    def set_owner(self, uid: int, gid: int, now_ns: int) -> None:
        self.attr.uid, self.attr.gid = uid, gid

    def set_times(self, atime_ns: int | None, mtime_ns: int | None, now_ns: int) -> None:
        self.attr.atime_ns = self.attr.atime_ns if atime_ns is None else atime_ns
        self.attr.mtime_ns = self.attr.mtime_ns if mtime_ns is None else mtime_ns

    def getxattr(self, name: bytes) -> bytes:
        if name not in self.xattrs:
            raise NoData()
        return self.xattrs[name]

    def setxattr(self, name: bytes, value: bytes, now_ns: int) -> None:
        self.xattrs[name] = value

    def listxattr(self) -> list[bytes]:
        return sorted(self.xattrs)

    def removexattr(self, name: bytes, now_ns: int) -> None:
        self.getxattr(name)
        del self.xattrs[name]


class Reference(FileSystem):
    """Everything in one dict, copied whole by a fork. Right in every way, and slow."""

    fstype = "reference"
    breaks = ""
    claims = ALL
    node = Node
    generation = 0
    forks = 0

    def __init__(self, options: Any, ctx: Any) -> None:
        self.clock = ctx.clock
        self.table: dict[int, Any] = {}
        self.next = 1
        now_ns = ctx.clock.realtime_ns()
        self.top = self.new(Attributes(S_IFDIR | 0o755, nlink=2, time_ns=now_ns))
        self.greeting = self.new(Attributes(S_IFREG | 0o644, size=300, time_ns=now_ns))
        self.greeting.data[:] = b"good morning" * 25
        self.folder = self.new(Attributes(S_IFDIR | 0o755, nlink=2, time_ns=now_ns))
        self.pointer = self.new(Attributes(S_IFLNK | 0o777, size=8, time_ns=now_ns))
        self.pointer.data[:] = b"greeting"
        self.inner = self.new(Attributes(S_IFREG | 0o600, size=5, time_ns=now_ns))
        self.inner.data[:] = b"inner"
        self.top.kids = {b"greeting": self.greeting.ino, b"folder": self.folder.ino, b"pointer": self.pointer.ino}
        self.folder.kids = {b"inner": self.inner.ino}

    def new(self, attr: Attributes) -> Any:
        made = self.table[self.next] = self.node(self, self.next, attr)
        self.next += 1
        return made

    def root(self) -> Any:
        return self.top

    def inode(self, ino: int) -> Any:
        if ino not in self.table:
            raise StaleHandle()
        return self.table[ino]

    def forget(self, inode: Any) -> None:
        self.table.pop(inode.ino, None)

    def statfs(self) -> StatFs:
        used = sum(-(-node.attr.size // 4096) for node in self.table.values())
        free = BLOCKS - used
        return StatFs(self.fstype, 4096, BLOCKS, free, free, BLOCKS, BLOCKS - len(self.table))

    def fork(self, ctx: Any) -> Any:
        self.forks += 1
        twin = type(self).__new__(type(self))
        twin.clock, twin.next, twin.generation = ctx.clock, self.next, self.generation + 1
        twin.table = {}
        for ino, node in self.table.items():
            twin.table[ino] = self.copy(node, twin)
        twin.top = twin.table[self.top.ino]
        return twin

    def copy(self, node: Any, twin: Any) -> Any:
        """Return an inode's copy for a fork."""
        made = self.node(twin, node.ino, copy_of(node.attr))
        made.data, made.kids, made.xattrs = bytearray(node.data), dict(node.kids), dict(node.xattrs)
        return made


def copy_of(attr: Attributes) -> Attributes:
    made = Attributes(attr.mode, attr.uid, attr.gid, nlink=attr.nlink, size=attr.size, rdev=attr.rdev)
    made.atime_ns, made.mtime_ns, made.ctime_ns = attr.atime_ns, attr.mtime_ns, attr.ctime_ns
    return made


def again(node: Any) -> Any:
    """Return a second object for the same inode."""
    twin = type(node)(node.fs, node.ino, node.attr)
    twin.data, twin.kids, twin.xattrs = node.data, node.kids, node.xattrs
    return twin


def real(clock: Any) -> bool:
    """Tell whether a clock is a machine's, so that only the cases in a machine meet what is broken."""
    return hasattr(clock, "set_date")


BROKEN: list[type[Reference]] = []


def breaks(case: str, claims: frozenset[str] = ALL) -> Any:
    """Return what makes a broken filesystem of a class: of an inode class, the reference with such inodes."""

    def made(kind: Any) -> Any:
        if issubclass(kind, Node):
            kind = type(kind.__name__ + "s", (Reference,), {"node": kind, "__module__": __name__})
        kind.breaks, kind.claims = case, claims
        globals()[kind.__name__] = kind
        BROKEN.append(kind)
        return kind

    return made


# ---------------------------------------------------------------- the tree
@breaks("case_root_is_a_directory")
class RootOfNobody(Reference):
    def root(self) -> Any:
        root = again(self.top)
        root.fs = None
        return root


@breaks("case_root_is_one_object")
class RootsAnew(Reference):
    def root(self) -> Any:
        return again(self.top)


@breaks("case_listed_names_are_file_names")
class ListsDot(Node):
    def readdir(self) -> Iterable[DirEntry]:
        dot = [DirEntry(b".", self.ino, S_IFDIR)] if self.ino == 1 else []
        return [*dot, *super().readdir()]


@breaks("case_listing_keeps_its_order")
class ListsToAndFro(Reference):
    class node(Node):
        def readdir(self) -> Iterable[DirEntry]:
            self.fs.forth = not getattr(self.fs, "forth", False)
            return list(super().readdir())[:: 1 if self.fs.forth else -1]


@breaks("case_listed_names_are_found")
class ListsGhosts(Node):
    def readdir(self) -> Iterable[DirEntry]:
        ghost = [DirEntry(b"ghost", 99, S_IFREG)] if self.ino == 1 else []
        return [*super().readdir(), *ghost]


@breaks("case_missing_name_is_none")
class RaisesForMissing(Node):
    def lookup(self, name: bytes) -> Any:
        found = super().lookup(name)
        if found is None:
            raise NoSuchFile(name)
        return found


@breaks("case_an_inode_is_one_object")
class LooksUpAnew(Node):
    def lookup(self, name: bytes) -> Any:
        found = super().lookup(name)
        return again(found) if name == b"greeting" else found


@breaks("case_numbers_are_unique")
class NumbersTwice(Reference):
    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.inner.ino = self.greeting.ino

    class node(Node):
        def lookup(self, name: bytes) -> Any:
            return self.fs.inner if name == b"inner" else super().lookup(name)

        def readdir(self) -> Iterable[DirEntry]:
            return [
                DirEntry(entry.name, 2, S_IFREG) if entry.name == b"inner" else entry for entry in super().readdir()
            ]


@breaks("case_numbers_lead_back_to_inodes")
class FindsCopies(Reference):
    def inode(self, ino: int) -> Any:
        return again(super().inode(ino))


@breaks("case_unknown_numbers_are_stale")
class KnowsEveryNumber(Reference):
    def inode(self, ino: int) -> Any:
        return self.table[ino]


@breaks("case_headers_are_complete")
class TimesInSeconds(Reference):
    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.greeting.attr.mtime_ns = 1_000_000.5


@breaks("case_pieces_make_the_whole")
class ReadsToAnEnd(Node):
    def read(self, offset: int, size: int) -> bytes:
        return bytes(self.data[offset:size])


@breaks("case_nothing_is_behind_the_end")
class ReadsBehindTheEnd(Node):
    def read(self, offset: int, size: int) -> bytes:
        return b"x" if offset > self.attr.size else super().read(offset, size)


@breaks("case_links_have_targets")
class LinksToText(Node):
    def readlink(self) -> Any:
        return self.data.decode() if self.data == b"greeting" else super().readlink()


@breaks("case_statfs_adds_up")
class FreerThanItIs(Reference):
    def statfs(self) -> StatFs:
        return super().statfs()._replace(bfree=BLOCKS + 1)


@breaks("case_what_is_not_claimed_is_refused", frozenset())
class WritesUnasked(Reference):
    pass


@breaks("case_programs_can_not_write_it", frozenset())
class RefusesOddly(Node):
    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Any:
        raise InvalidArgument()

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int) -> Any:
        raise InvalidArgument()

    def set_mode(self, mode: int, now_ns: int) -> None:
        raise ReadOnlyFilesystem()

    def write(self, offset: int, data: Any) -> int:
        raise ReadOnlyFilesystem()

    def truncate(self, size: int) -> None:
        raise ReadOnlyFilesystem()


# ---------------------------------------------------------------- forks
@breaks("case_fork_policy_is_clear")
class ForksSomehow(Reference):
    fork_policy = "copy"


@breaks("case_fork_is_the_same_tree")
class ForkLosesTypes(Reference):
    def copy(self, node: Any, twin: Any) -> Any:
        made = super().copy(node, twin)
        made.attr.mode |= 0o002
        return made


@breaks("case_names_made_after_a_fork_are_private")
class ForkSharesNames(Reference):
    def copy(self, node: Any, twin: Any) -> Any:
        made = super().copy(node, twin)
        made.kids = node.kids
        return made


@breaks("case_bytes_written_after_a_fork_are_private")
class ForkSharesBytes(Reference):
    def copy(self, node: Any, twin: Any) -> Any:
        made = super().copy(node, twin)
        made.data = node.data
        return made


@breaks("case_headers_set_after_a_fork_are_private")
class ForkSharesHeaders(Reference):
    def copy(self, node: Any, twin: Any) -> Any:
        made = super().copy(node, twin)
        made.attr = node.attr
        return made


@breaks("case_nameless_open_files_are_forked")
class ForkLosesTheNameless(Reference):
    def fork(self, ctx: Any) -> Any:
        twin = super().fork(ctx)
        for ino, node in self.table.items():
            if node.attr.nlink == 0:
                del twin.table[ino]
        return twin


# ---------------------------------------------------------------- making
@breaks("case_made_file_is_found")
class BornWithTwoLinks(Node):
    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Any:
        made = super().create(name, mode, uid, gid, rdev)
        made.attr.nlink = 2
        return made


@breaks("case_made_directory_is_empty")
class OneTableForAll(Reference):
    class node(Node):
        def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Any:
            made = super().create(name, mode, uid, gid, rdev)
            made.kids = self.fs.__dict__.setdefault("kids_of_all", {})
            return made


@breaks("case_file_belongs_to_its_maker")
class BelongsToRoot(Node):
    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Any:
        return super().create(name, mode, 0, 0, rdev)

    def set_owner(self, uid: int, gid: int, now_ns: int) -> None:
        pass


@breaks("case_names_are_any_bytes")
class NamesAreText(Node):
    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Any:
        return super().create(name.decode("utf-8", "replace").encode(), mode, uid, gid, rdev)


@breaks("case_symlink_keeps_its_target")
class TidiesTargets(Node):
    def symlink(self, name: bytes, target: bytes, uid: int, gid: int) -> Any:
        return super().symlink(name, posixpath.normpath(target), uid, gid)


@breaks("case_nodes_keep_type_and_number")
class DropsTheNumber(Node):
    def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Any:
        return super().create(name, mode, uid, gid)


# ---------------------------------------------------------------- bytes
@breaks("case_written_bytes_are_read")
class WriteCutsTheRest(Node):
    def write(self, offset: int, data: Any) -> int:
        del self.data[offset:]
        return super().write(offset, data)


@breaks("case_gaps_read_as_zeros")
class AppendsBehindTheEnd(Node):
    def write(self, offset: int, data: Any) -> int:
        return super().write(min(offset, len(self.data)), data)


@breaks("case_callers_buffer_is_not_kept")
class KeepsTheBuffer(Node):
    def write(self, offset: int, data: Any) -> int:
        if not self.data and type(data) is bytearray:
            self.data = data
            self.attr.size = len(data)
            return len(data)
        return super().write(offset, data)


@breaks("case_long_run_of_writes_is_right")
class LosesAByteAtTheBorder(Node):
    def write(self, offset: int, data: Any) -> int:
        count = super().write(offset, data)
        if 0 < offset < 131_072 < offset + count:
            self.data[131_072] = 0
        return count


@breaks("case_cut_bytes_do_not_come_back")
class CutsTheSizeAlone(Node):
    def truncate(self, size: int) -> None:
        self.data.extend(bytes(max(0, size - len(self.data))))
        self.attr.size = size
        self.touch()


@breaks("case_changes_move_the_times")
class TimelessWrites(Node):
    def write(self, offset: int, data: Any) -> int:
        before = self.attr.mtime_ns
        count = super().write(offset, data)
        self.attr.mtime_ns = before
        return count


# ---------------------------------------------------------------- headers
@breaks("case_set_mode_keeps_the_type")
class ModeIsAllBits(Node):
    def set_mode(self, mode: int, now_ns: int) -> None:
        self.attr.mode = mode


@breaks("case_none_leaves_a_time_alone")
class NoneIsZero(Node):
    def set_times(self, atime_ns: int | None, mtime_ns: int | None, now_ns: int) -> None:
        super().set_times(atime_ns or 0, mtime_ns or 0, now_ns)


@breaks("case_extended_attributes_are_kept")
class MissingIsKeyError(Node):
    def getxattr(self, name: bytes) -> bytes:
        return self.xattrs[name]


# ---------------------------------------------------------------- names that go
@breaks("case_unlink_takes_the_name_and_a_link")
class KeepsTheLink(Node):
    def unlink(self, name: bytes, inode: Any) -> None:
        del self.kids[name]
        self.touch()


@breaks("case_open_file_outlives_its_name")
class FreesAtOnce(Node):
    def unlink(self, name: bytes, inode: Any) -> None:
        super().unlink(name, inode)
        if inode.attr.nlink == 0:
            inode.truncate(0)


@breaks("case_a_new_file_is_not_the_old_one")
class ReusesNumbers(Reference):
    class node(Node):
        def unlink(self, name: bytes, inode: Any) -> None:
            super().unlink(name, inode)
            if inode.attr.nlink == 0:
                self.fs.free = inode.ino

        def create(self, name: bytes, mode: int, uid: int, gid: int, rdev: int = 0) -> Any:
            made = super().create(name, mode, uid, gid, rdev)
            number = self.fs.__dict__.pop("free", None)
            if number is not None:
                self.fs.table[number] = self.fs.table.pop(made.ino)
                made.ino = self.kids[name] = number
            return made


@breaks("case_rmdir_takes_the_directory")
class KeepsTheDot(Node):
    def rmdir(self, name: bytes, inode: Any) -> None:
        del self.kids[name]
        self.touch()
        self.drop(inode, 1)


@breaks("case_emptied_directory_is_empty")
class CountsFilesAlone(Node):
    def is_empty(self) -> bool:
        return not any(entry.type == S_IFREG for entry in self.readdir())


@breaks("case_removed_inode_has_a_header")
class HeadersInTheTable(Reference):
    class node(Node):
        __slots__ = ("header",)

        @property
        def attr(self) -> Any:  # type: ignore[override]
            if self.ino not in self.fs.table and self.opens == 0:
                raise KeyError(self.ino)
            return self.header

        @attr.setter
        def attr(self, value: Any) -> None:
            self.header = value

    def new(self, attr: Attributes) -> Any:
        self.table[self.next] = None
        return super().new(attr)

    def copy(self, node: Any, twin: Any) -> Any:
        twin.table[node.ino] = None
        return super().copy(node, twin)


# ---------------------------------------------------------------- rename, hard links
@breaks("case_rename_moves_the_inode")
class RenameCopies(Node):
    def rename(self, name: bytes, inode: Any, into: Any, new_name: bytes, victim: Any) -> None:
        made = again(inode)
        made.ino = self.fs.next
        self.fs.next += 1
        self.fs.table[made.ino] = made
        super().rename(name, made, into, new_name, victim)


@breaks("case_rename_replaces_its_victim")
class VictimsLinger(Node):
    def rename(self, name: bytes, inode: Any, into: Any, new_name: bytes, victim: Any) -> None:
        super().rename(name, inode, into, new_name, None)


@breaks("case_directories_are_renamed")
class MovesEmptyHanded(Node):
    def rename(self, name: bytes, inode: Any, into: Any, new_name: bytes, victim: Any) -> None:
        super().rename(name, inode, into, new_name, victim)
        inode.kids = {}


@breaks("case_hard_links_are_one_inode")
class LinkCopies(Node):
    def link(self, name: bytes, inode: Any) -> None:
        self.create(name, inode.attr.mode, 0, 0).write(0, bytes(inode.data))
        inode.attr.nlink += 1


@breaks("case_the_last_link_keeps_the_file")
class FirstLinkFrees(Node):
    def unlink(self, name: bytes, inode: Any) -> None:
        super().unlink(name, inode)
        if inode.attr.nlink > 0:
            inode.truncate(0)


# ---------------------------------------------------------------- only a machine finds these
@breaks("case_machine_mounts_it")
class NumbersItself(Reference):
    @property
    def dev(self) -> int:  # type: ignore[override]
        return 7


@breaks("case_programs_can_walk_it")
class StumblesOverAThousand(Node):
    def read(self, offset: int, size: int) -> bytes:
        if size == 1000:
            raise ValueError("who reads a thousand bytes?")
        return super().read(offset, size)


@breaks("case_it_can_be_unmounted")
class WillNotLeave(Reference):
    def unmounted(self) -> None:
        raise RuntimeError("still here")


@breaks("case_two_machines_see_the_same")
class CountsItsMakers(Reference):
    made = [0]

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.made[0] += 1
        del self.table[self.inner.ino]
        self.inner.ino = self.folder.kids[b"inner"] = 1000 + self.made[0]
        self.table[self.inner.ino] = self.inner
        self.next = 100_000


@breaks("case_program_edits_a_tree")
class RemembersVictims(Reference):
    class node(Node):
        __slots__ = ("replaced",)

        def rename(self, name: bytes, inode: Any, into: Any, new_name: bytes, victim: Any) -> None:
            super().rename(name, inode, into, new_name, victim)
            if victim is not None:
                into.replaced = True

        def is_empty(self) -> bool:
            return not self.kids and not hasattr(self, "replaced")


@breaks("case_program_uses_a_removed_file")
class ForgetsNothing(Reference):
    def forget(self, inode: Any) -> None:
        pass


@breaks("case_program_stands_in_a_removed_directory")
class ForgetsByName(Reference):
    class node(Node):
        __slots__ = ("home",)

        def rmdir(self, name: bytes, inode: Any) -> None:
            inode.home = (self, name)
            super().rmdir(name, inode)

    def forget(self, inode: Any) -> None:
        super().forget(inode)
        if hasattr(inode, "home"):
            inode.home[0].kids.pop(inode.home[1], None)


@breaks("case_program_follows_links")
class FollowsToDirectories(Node):
    def lookup(self, name: bytes) -> Any:
        found = super().lookup(name)
        if found is not None and found.attr.mode & S_IFMT == S_IFLNK:
            target = super().lookup(bytes(found.data))
            if target is not None and target.attr.mode & S_IFMT == S_IFDIR:
                return target
        return found

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int) -> Any:
        super().symlink(name, target, uid, gid)
        return self.lookup(name)


@breaks("case_permissions_hold_for_programs")
class ModeGivesAway(Node):
    def set_mode(self, mode: int, now_ns: int) -> None:
        super().set_mode(mode, now_ns)
        self.attr.uid = 1000


@breaks("case_machine_forks_with_it")
class ForksOnce(Reference):
    def fork(self, ctx: Any) -> Any:
        if real(ctx.clock) and self.generation:
            raise NotSupported(None, "not again")
        return super().fork(ctx)


@breaks("case_forked_machines_write_apart")
class SecondForkShares(Reference):
    def copy(self, node: Any, twin: Any) -> Any:
        made = super().copy(node, twin)
        if real(self.clock) and self.generation and self.forks > 1:
            made.data = node.data
        return made


def failures(kind: type[Reference]) -> list[str]:
    record = FsDriver("broken", 1, f"{__name__}:{kind.__name__}", capabilities=kind.claims)
    report = check_driver(GROUP, record)
    assert report.passed, report
    return [outcome.case.name for outcome in report.failed]


def test_the_reference_breaks_no_rule() -> None:
    assert failures(Reference) == []


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_filesystem_fails_its_case_alone(kind: type[Reference]) -> None:
    assert failures(kind) == [kind.breaks]


def test_every_case_has_a_filesystem_that_breaks_it() -> None:
    cases = {case.name for case in clauses(GROUP) if case.clause.startswith("FS-")}
    assert cases == {kind.breaks for kind in BROKEN}
