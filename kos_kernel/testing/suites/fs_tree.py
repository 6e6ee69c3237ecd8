"""A filesystem as it is found: the tree, its inodes, and forks of them. Writing is in fs_writing.py,
what a machine makes of it in fs_machine.py.

The filesystem is made on a still kernel and its inodes are called as the kernel calls them: names are checked before, `opens`
counts who holds an inode, and an inode that is gone is forgotten with its last holder.

Capabilities besides those of the record: "forks" (fork_policy is "cow"), and none of the writing ones for a filesystem that says
`readonly` of itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...abi import S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK
from ...contracts.fs import FileSystem, Inode, StatFs
from ...contracts.machine import MachineConfig, MountConfig
from ...errors import AccessDenied, NoSuchFile, StaleHandle, SysError
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, expect_error, shown
from ..fakes import StillKernel
from .common import MadeSubject

TARGET = b"/mnt/kit"
MOST = 400  # inodes of a tree that are looked at
DEEPEST = 8
KINDS = frozenset({S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFSOCK, 0o020000, 0o060000})
FIELDS = ("mode", "uid", "gid", "nlink", "size", "atime_ns", "mtime_ns", "ctime_ns", "rdev")
WRITING = frozenset({"write", "links", "symlinks", "xattrs", "nodes"})
NEVER_GIVEN = (1 << 61) + 12_345


class FsSubject(MadeSubject):
    """A filesystem on its own, made at first use. fs, root: the filesystem and its root directory."""

    face = FileSystem
    _fs: Any = None

    @property
    def fs(self) -> Any:
        """Return the filesystem."""
        if self._fs is None:
            self._fs = self.make()
        return self._fs

    @property
    def root(self) -> Any:
        """Return its root directory."""
        return self.fs.root()

    @property
    def capabilities(self) -> frozenset[str]:
        claimed = super().capabilities
        if self.fs.readonly:
            claimed -= WRITING
        return claimed | {"forks"} if self.fs.fork_policy == "cow" else claimed

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine that mounts it."""
        mount = MountConfig(TARGET, self.record.name, self.options, (), b"kit", self.grants)
        return base._replace(mounts=(*base.mounts, mount))

    def fork(self) -> Any:
        """Return a fork of the filesystem, for a kernel of its own."""
        return self.fs.fork(StillKernel(8).context(self.grants))

    # ---- as the kernel calls it
    def file(self, name: bytes = b"kit-file", data: bytes = b"", directory: Any = None) -> Any:
        """Return a new file with this content."""
        inode = (directory or self.root).create(name, S_IFREG | 0o644, 0, 0)
        write(inode, 0, data)
        return inode

    def directory(self, name: bytes = b"kit-dir", directory: Any = None) -> Any:
        """Return a new directory."""
        return (directory or self.root).create(name, S_IFDIR | 0o755, 0, 0)

    def let_go(self, inode: Any) -> None:
        """Close what was held by `inode.opens += 1`."""
        inode.opens -= 1
        if inode.opens == 0 and inode.attr.nlink == 0:
            self.fs.forget(inode)


def write(inode: Any, offset: int, data: bytes) -> None:
    """Write all of it, as the kernel does for a program."""
    view = memoryview(data)
    while view:
        count = inode.write(offset, view)
        if type(count) is not int or not 0 < count <= len(view):
            raise Violation(
                f"write of {len(view)} bytes returned {count!r}", "return how many bytes were taken: at least one"
            )
        offset += count
        view = view[count:]


def content(inode: Any) -> bytes:
    """Return all of a file, read in one go."""
    data: bytes = inode.read(0, inode.attr.size + 1)
    return data


def names(directory: Any) -> list[bytes]:
    """Return the names in a directory, in its order."""
    return [entry.name for entry in directory.readdir()]


def kind_of(inode: Any) -> int:
    """Return the S_IF* bits of an inode."""
    bits: int = inode.attr.mode & S_IFMT
    return bits


def walk(root: Any) -> Iterator[tuple[bytes, Any, Any]]:
    """Yield (path, its directory entry, its inode) of a tree, breadth first, as far as the kit looks."""
    count = 0
    todo = [(b"", root, 0)]
    while todo:
        path, directory, depth = todo.pop(0)
        try:
            entries = list(directory.readdir())
        except (AccessDenied, NoSuchFile):
            continue
        for entry in entries:
            count += 1
            if count > MOST:
                return
            where = path + b"/" + entry.name
            try:
                inode = directory.lookup(entry.name)
            except (AccessDenied, NoSuchFile):
                continue
            yield where, entry, inode
            if inode is not None and kind_of(inode) == S_IFDIR and depth < DEEPEST:
                todo.append((where, inode, depth + 1))


def plain_files(root: Any) -> Iterator[tuple[bytes, Any]]:
    """Yield (path, inode) of the regular files whose bytes lie there, as opposed to those that are made at open."""
    for path, _, inode in walk(root):
        if kind_of(inode) == S_IFREG and not inode.special:
            yield path, inode


# ---------------------------------------------------------------- the tree
@clause("FS-ROOT-1", mistake="root() makes an inode of another type, or one that doesn't know its filesystem")
def case_root_is_a_directory(subject: FsSubject) -> None:
    """root() returns the root directory: an Inode whose type is S_IFDIR and whose fs is this filesystem."""
    root = subject.root
    expect(isinstance(root, Inode), f"root() returned {shown(root)}, which is no Inode")
    expect(kind_of(root) == S_IFDIR, f"the root's mode is {root.attr.mode:#o}")
    expect(root.fs is subject.fs, f"the root's fs is {shown(root.fs)}")


@clause("FS-ROOT-2", after="case_root_is_a_directory", mistake="root() makes a new inode at each call")
def case_root_is_one_object(subject: FsSubject) -> None:
    """root() returns the same object each time."""
    expect(subject.root is subject.root, "two calls of root() returned two objects")


@clause(
    "FS-READDIR-1",
    after="case_root_is_a_directory",
    mistake="the listing has . and .., which are the kernel's, or text instead of bytes",
)
def case_listed_names_are_file_names(subject: FsSubject) -> None:
    """readdir lists bytes that can be file names, each once, without . and .."""
    todo = [
        subject.root,
        *(inode for _, _, inode in walk(subject.root) if inode is not None and kind_of(inode) == S_IFDIR),
    ]
    for directory in todo:
        try:
            listed = names(directory)
        except (AccessDenied, NoSuchFile):
            continue
        for name in listed:
            right = type(name) is bytes and name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name
            expect(right and len(name) <= 255, f"readdir lists {name!r}")
        twice = sorted({name for name in listed if listed.count(name) > 1}) if len(listed) <= 1000 else []
        expect(not twice, f"readdir lists {twice} twice")


@clause(
    "FS-READDIR-2",
    after="case_listed_names_are_file_names",
    mistake="the names lie in a set, or are listed as something else yields them",
)
def case_listing_keeps_its_order(subject: FsSubject) -> None:
    """Two listings of a directory that didn't change have the same names in the same order."""
    first, second = names(subject.root), names(subject.root)
    expect_equal(second, first, "the second listing")
    expect_equal(names(subject.make().root()), first, "the listing of a second filesystem made with the same options")


@clause(
    "FS-LOOKUP-1",
    after="case_listed_names_are_file_names",
    mistake="readdir and lookup work from two tables that disagree",
)
def case_listed_names_are_found(subject: FsSubject) -> None:
    """lookup finds every name that readdir lists, with the number and the type that stand there."""
    for path, entry, inode in walk(subject.root):
        expect(inode is not None, f"readdir lists {path!r} and lookup doesn't find it")
        expect(isinstance(inode, Inode), f"lookup of {path!r} returned {shown(inode)}, which is no Inode")
        expect_equal(inode.ino, entry.ino, f"the number of {path!r}, listed as {entry.ino},")
        if entry.type:
            expect(kind_of(inode) == entry.type, f"{path!r} is listed as {entry.type:#o} and is {kind_of(inode):#o}")


@clause(
    "FS-LOOKUP-2",
    after="case_root_is_a_directory",
    mistake="lookup raises NoSuchFile: what a missing name means is the kernel's to say",
)
def case_missing_name_is_none(subject: FsSubject) -> None:
    """lookup returns None for a name that isn't there."""
    for name in (b"no such name", b"\xff\xfe", b"x" * 255):
        expect(subject.root.lookup(name) is None, f"lookup({name!r}) returned something")


@clause(
    "FS-LOOKUP-3",
    after="case_listed_names_are_found",
    mistake="lookup makes a new Inode each time: keep them in a dict (or a WeakValueDictionary) by number",
)
def case_an_inode_is_one_object(subject: FsSubject) -> None:
    """While somebody holds an inode, the same name gives the same object: open files and links are compared with `is`."""
    held = {path: inode for path, _, inode in walk(subject.root)}
    for path, _, inode in walk(subject.root):
        expect(inode is held.get(path, inode), f"two lookups of {path!r} returned two objects")


@clause(
    "FS-INODE-1",
    after="case_listed_names_are_found",
    mistake="numbers are made from names or positions, or two tables number on their own",
)
def case_numbers_are_unique(subject: FsSubject) -> None:
    """Two inodes never have one number, and no number is 0 or less."""
    seen: dict[int, tuple[bytes, Any]] = {subject.root.ino: (b"/", subject.root)}
    for path, _, inode in walk(subject.root):
        known = seen.setdefault(inode.ino, (path, inode))
        if kind_of(known[1]) != kind_of(inode) or (known[1] is not inode and inode.attr.nlink <= 1):
            raise Violation(f"{known[0]!r} and {path!r} both have number {inode.ino}")
    bad = [number for number in seen if type(number) is not int or number <= 0]
    expect(not bad, f"there are numbers {bad}")


@clause(
    "FS-INODE-2",
    needs="forks",
    after="case_an_inode_is_one_object case_root_is_one_object case_numbers_are_unique",
    mistake="inode() isn't written, or makes a second object for a number that is held",
)
def case_numbers_lead_back_to_inodes(subject: FsSubject) -> None:
    """inode(number) returns the inode of that number, the very object that is held: a fork finds open files by it."""
    held = [subject.root, *(inode for _, _, inode in walk(subject.root))]
    for inode in held:
        expect(subject.fs.inode(inode.ino) is inode, f"inode({inode.ino}) returned another object than the one held")


@clause(
    "FS-INODE-3",
    needs="forks",
    after="case_numbers_lead_back_to_inodes",
    mistake="look the number up with .get() and raise StaleHandle where it isn't there",
)
def case_unknown_numbers_are_stale(subject: FsSubject) -> None:
    """inode(number) raises StaleHandle for a number that was never given."""
    expect_error(StaleHandle, lambda: subject.fs.inode(NEVER_GIVEN), f"inode({NEVER_GIVEN})")


@clause(
    "FS-ATTR-1",
    after="case_listed_names_are_found",
    mistake="a field of the header is missing, None, or a float of seconds instead of ns",
)
def case_headers_are_complete(subject: FsSubject) -> None:
    """Every inode has a header of whole numbers: mode, uid, gid, nlink, size, three times in ns, rdev."""
    for path, inode in ((b"/", subject.root), *((path, inode) for path, _, inode in walk(subject.root))):
        attr = inode.attr
        for field in FIELDS:
            value = getattr(attr, field, None)
            expect(type(value) is int and value >= 0, f"{field} of {path!r} is {value!r}")
        expect(kind_of(inode) in KINDS, f"the mode of {path!r} is {attr.mode:#o}, which has no type")
        expect(attr.nlink >= 1, f"{path!r} has a name, and its nlink is {attr.nlink}")


# ---------------------------------------------------------------- what is in it
@clause(
    "FS-READ-1",
    after="case_headers_are_complete",
    mistake="read takes `size` for an end offset, or the piece at `offset` for one at 0",
)
def case_pieces_make_the_whole(subject: FsSubject) -> None:
    """A file read in pieces has the bytes of a file read in one go, and pieces are short at its end alone."""
    for path, inode in plain_files(subject.root):
        whole = content(inode)
        expect(type(whole) is bytes, f"read of {path!r} returned {type(whole).__name__}")
        expect_equal(len(whole), inode.attr.size, f"the number of bytes read of {path!r}")
        for piece in (1, 7, 4096):
            if len(whole) // piece > 5000:
                continue
            parts, offset = [], 0
            while part := inode.read(offset, piece):
                parts.append(part)
                offset += len(part)
                short = len(part) < piece and offset < len(whole)
                expect(
                    len(part) <= piece and not short,
                    f"read({offset - len(part)}, {piece}) of {path!r} gave {len(part)} bytes",
                )
            expect(b"".join(parts) == whole, f"{path!r} in pieces of {piece} bytes isn't what it is in one go")


@clause(
    "FS-READ-2", after="case_headers_are_complete", mistake="a read past the end raises, or begins again at the front"
)
def case_nothing_is_behind_the_end(subject: FsSubject) -> None:
    """read returns b"" at the end of a file and anywhere behind it."""
    for path, inode in plain_files(subject.root):
        size = inode.attr.size
        for offset in (size, size + 1, size + (1 << 32)):
            data = inode.read(offset, 100)
            expect(data == b"", f"read({offset}, 100) of {path!r}, which has {size} bytes, gave {shown(data)}")


@clause("FS-LINK-1", after="case_headers_are_complete", mistake="readlink returns text, or a target that was resolved")
def case_links_have_targets(subject: FsSubject) -> None:
    """readlink of a symbolic link returns its target: bytes, not empty."""
    for path, _, inode in walk(subject.root):
        if kind_of(inode) == S_IFLNK:
            try:
                target = inode.readlink()
            except (AccessDenied, NoSuchFile):
                continue
            expect(type(target) is bytes and target, f"readlink of {path!r} returned {target!r}")


@clause(
    "FS-STATFS-1",
    after="case_root_is_a_directory",
    mistake="free space is counted down past 0, or in bytes where blocks are meant",
)
def case_statfs_adds_up(subject: FsSubject) -> None:
    """statfs returns a StatFs whose free blocks and files are no more than all, and no less than none."""
    told = subject.fs.statfs()
    expect(isinstance(told, StatFs), f"statfs returned {shown(told)}")
    expect(told.bsize > 0 and 0 <= told.bavail <= told.bfree <= told.blocks, f"statfs returned {told}")
    expect(0 <= told.ffree <= told.files, f"statfs returned {told}")


@clause(
    "FS-READONLY-1",
    unless="write",
    after="case_root_is_a_directory",
    mistake="leave out what can't be done: the base class refuses as Linux would; what the host refuses passes through from_host",
)
def case_what_is_not_claimed_is_refused(subject: FsSubject) -> None:
    """A filesystem that doesn't claim to write refuses with a SysError, and nothing changes."""
    if subject.fs.readonly:
        raise NotAsked("the filesystem says readonly, so the kernel refuses before it asks")
    root, before = subject.root, names(subject.root)
    calls = {
        "create": lambda: root.create(b"kit-new", S_IFREG | 0o644, 0, 0),
        "symlink": lambda: root.symlink(b"kit-new", b"target", 0, 0),
        "set_mode of the root": lambda: root.set_mode(0o700, subject.kernel.clock.realtime_ns()),
    }
    file = next((inode for _, inode in plain_files(root)), None)
    if file is not None:
        calls["write"] = lambda: file.write(0, b"x")
        calls["truncate"] = lambda: file.truncate(0)
    for what, call in calls.items():
        expect_error(SysError, call, what)
    expect_equal(names(root), before, "the listing afterwards")


# ---------------------------------------------------------------- forks
@clause(
    "FS-FORK-1",
    after="case_root_is_a_directory",
    mistake="fork_policy is a word of its own, or a refusal without fork_refusal",
)
def case_fork_policy_is_clear(subject: FsSubject) -> None:
    """fork_policy is "cow", "share" or "refuse", and who refuses says why."""
    policy = subject.fs.fork_policy
    expect(policy in ("cow", "share", "refuse"), f"fork_policy is {policy!r}")
    expect(policy != "refuse" or subject.fs.fork_refusal, "fork_policy is 'refuse' and fork_refusal is empty")


@clause(
    "FS-FORK-2",
    needs="forks",
    after="case_fork_policy_is_clear case_numbers_lead_back_to_inodes case_listing_keeps_its_order",
    mistake="the fork numbers its inodes anew, or begins empty",
)
def case_fork_is_the_same_tree(subject: FsSubject) -> None:
    """A fork has the same names with the same numbers, types and bytes, in objects of its own."""
    if "write" in subject.capabilities:
        subject.file(b"kit-file", b"some bytes", subject.directory(b"kit-dir"))
    here = {path: inode for path, _, inode in walk(subject.root)}
    twin = subject.fork()
    expect(twin is not subject.fs, "fork returned the filesystem itself; who can be shared has fork_policy 'share'")
    expect_equal(twin.root().ino, subject.root.ino, "the number of the fork's root")
    there = {path: inode for path, _, inode in walk(twin.root())}
    expect_equal(list(there), list(here), "the fork's tree")
    for path, inode in here.items():
        other = there[path]
        expect(other.fs is twin, f"{path!r} in the fork belongs to {shown(other.fs)}")
        expect_equal(
            (other.ino, other.attr.mode), (inode.ino, inode.attr.mode), f"(number, mode) of {path!r} in the fork"
        )
        if kind_of(inode) == S_IFREG and not inode.special:
            expect(content(other) == content(inode), f"{path!r} has other bytes in the fork")


CASES = collect(globals())
