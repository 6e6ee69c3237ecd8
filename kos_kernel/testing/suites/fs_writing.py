"""A filesystem that is written: files that are made, written, renamed and removed, and forks that change."""

from __future__ import annotations

from typing import Any

from ...abi import S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, makedev
from ...errors import NoData, NotPermitted
from ..cases import Violation, clause, collect, expect, expect_equal, expect_error, shown
from .fs_tree import FsSubject, content, kind_of, names, write

BASICS = "case_made_file_is_found case_written_bytes_are_read"
OLD_NS = 1_000_000_000 * 1_000_000_000  # 2001


# ---------------------------------------------------------------- making
@clause(
    "FS-CREATE-1",
    needs="write",
    after="case_missing_name_is_none",
    mistake="create returns another object than lookup finds, or forgets the type bits of mode",
)
def case_made_file_is_found(subject: FsSubject) -> None:
    """create makes an empty file that lookup finds, the same object, listed, with the type and mode asked for."""
    made = subject.root.create(b"kit-file", S_IFREG | 0o640, 0, 0)
    expect(subject.root.lookup(b"kit-file") is made, "lookup returned another object than create")
    expect(b"kit-file" in names(subject.root), "readdir doesn't list it")
    expect(made.attr.mode == S_IFREG | 0o640, f"its mode is {made.attr.mode:#o}, expected {S_IFREG | 0o640:#o}")
    expect_equal((made.attr.size, made.attr.nlink), (0, 1), "(size, nlink)")
    expect(made.fs is subject.fs and made.opens == 0, f"fs is {shown(made.fs)}, opens is {made.opens}")


@clause(
    "FS-CREATE-2",
    needs="write",
    after="case_made_file_is_found",
    mistake="a directory is made as an empty file, or its table of names is shared",
)
def case_made_directory_is_empty(subject: FsSubject) -> None:
    """create with S_IFDIR makes an empty directory, in which files can be made that aren't in another."""
    one, other = subject.directory(b"kit-one"), subject.directory(b"kit-other")
    expect(kind_of(one) == S_IFDIR, f"its mode is {one.attr.mode:#o}")
    expect(one.is_empty() and names(one) == [], f"it holds {names(one)}")
    made = subject.file(b"kit-file", b"", one)
    expect(one.lookup(b"kit-file") is made and not one.is_empty(), "what is made in it isn't there")
    expect(other.is_empty() and other.lookup(b"kit-file") is None, "what is made in one directory is also in another")


@clause(
    "FS-CREATE-3",
    needs="write",
    after="case_made_file_is_found",
    mistake="the file belongs to root whoever makes it, and set_owner pretends to work",
)
def case_file_belongs_to_its_maker(subject: FsSubject) -> None:
    """A new file belongs to the uid and gid given; where all files have one owner, set_owner refuses another."""
    made = subject.root.create(b"kit-file", S_IFREG | 0o644, 1000, 100)
    now_ns = subject.kernel.clock.realtime_ns()
    if (made.attr.uid, made.attr.gid) == (1000, 100):
        made.set_owner(1001, 101, now_ns)
        expect_equal((made.attr.uid, made.attr.gid), (1001, 101), "(uid, gid) after set_owner")
        return
    got = (made.attr.uid, made.attr.gid)
    expect_error(
        NotPermitted, lambda: made.set_owner(1000, 100, now_ns), f"(uid, gid) is {got}, not (1000, 100), and set_owner"
    )


@clause(
    "FS-NAMES-1",
    needs="write",
    after="case_made_file_is_found",
    mistake="names pass through text: keep them as bytes, or decode with surrogateescape",
)
def case_names_are_any_bytes(subject: FsSubject) -> None:
    """Names are bytes: not UTF-8, with newlines and spaces, 255 of them; all are kept as they are."""
    odd = [b"\xff\xfe", b"two\nlines", b" ", b"-rf", b"a\\b", b"\xc3\xa9", b"n" * 255]
    for name in odd:
        subject.file(name)
    listed = names(subject.root)
    missing = [name for name in odd if name not in listed or subject.root.lookup(name) is None]
    expect(not missing, f"{missing} were made and aren't there")


@clause(
    "FS-LINK-2",
    needs="write symlinks",
    after="case_missing_name_is_none",
    mistake="the target is checked, normalized or decoded: it is any bytes",
)
def case_symlink_keeps_its_target(subject: FsSubject) -> None:
    """symlink makes a link whose readlink is the target, byte for byte, whether that is there or not."""
    for number, target in enumerate((b"kit-file", b"../up/./x//y", b"/absolute", b"\xff\n", b"t" * 1000)):
        made = subject.root.symlink(b"kit-link-%d" % number, target, 0, 0)
        expect(kind_of(made) == S_IFLNK, f"its mode is {made.attr.mode:#o}")
        expect_equal(made.readlink(), target, "readlink")
        expect(subject.root.lookup(b"kit-link-%d" % number) is made, "lookup returned another object than symlink")


@clause(
    "FS-NODE-1",
    needs="nodes",
    after="case_made_file_is_found",
    mistake="create looks for S_IFDIR alone and makes a file of everything else, or drops rdev",
)
def case_nodes_keep_type_and_number(subject: FsSubject) -> None:
    """create makes fifos, sockets and device nodes, and keeps the number of a device."""
    for name, kind, rdev in (
        (b"kit-fifo", S_IFIFO, 0),
        (b"kit-socket", S_IFSOCK, 0),
        (b"kit-device", S_IFCHR, makedev(1, 3)),
    ):
        made = subject.root.create(name, kind | 0o600, 0, 0, rdev)
        got = (made.attr.mode & S_IFMT, made.attr.rdev)
        expect(got == (kind, rdev), f"(type, rdev) is ({got[0]:#o}, {got[1]}), expected ({kind:#o}, {rdev})")


# ---------------------------------------------------------------- bytes
@clause(
    "FS-WRITE-1",
    needs="write",
    after="case_made_file_is_found",
    mistake="size isn't brought up to date, or a write replaces the whole file",
)
def case_written_bytes_are_read(subject: FsSubject) -> None:
    """What was written is read back, in its place, and size follows."""
    file = subject.file()
    write(file, 0, b"hello world")
    expect_equal((content(file), file.attr.size), (b"hello world", 11), "(content, size)")
    write(file, 6, b"W")
    expect_equal((content(file), file.attr.size), (b"hello World", 11), "(content, size) after a write in the middle")
    write(file, 11, b"!!")
    expect_equal((content(file), file.attr.size), (b"hello World!!", 13), "(content, size) after a write at the end")


@clause(
    "FS-WRITE-2",
    needs="write",
    after=BASICS,
    mistake="a write behind the end must fill what lies between with zeros, not append",
)
def case_gaps_read_as_zeros(subject: FsSubject) -> None:
    """A gap before a write reads as zeros."""
    file = subject.file(data=b"ab")
    write(file, 5, b"cd")
    expect_equal(content(file), b"ab\0\0\0cd", "the content after a write at 5 of a file of 2 bytes")
    far = subject.file(b"kit-far")
    write(far, 200_000, b"z")
    expect(
        far.attr.size == 200_001 and far.read(0, 300_000) == bytes(200_000) + b"z", "a gap of 200,000 bytes isn't zeros"
    )


@clause(
    "FS-WRITE-3",
    needs="write",
    after=BASICS,
    mistake="the buffer itself is kept: copy it with bytes(data), for its owner uses it again",
)
def case_callers_buffer_is_not_kept(subject: FsSubject) -> None:
    """write takes bytes, bytearray and memoryview, and what its caller does to the buffer afterwards changes nothing."""
    for number, kind in enumerate(("bytearray", "memoryview")):
        file = subject.file(b"kit-file-%d" % number)
        for offset in (0, 4):
            buffer: Any = bytearray(b"kept")
            if kind == "memoryview":
                buffer = memoryview(buffer)
            file.write(offset, buffer)
            buffer[:] = b"lost"
        expect_equal(content(file), b"keptkept", f"the content after the {kind} was used again")


@clause(
    "FS-WRITE-4",
    needs="write",
    after=BASICS + " case_cut_bytes_do_not_come_back case_pieces_make_the_whole case_nothing_is_behind_the_end",
    mistake="an operation that crosses a block's border gets one side of it wrong",
)
def case_long_run_of_writes_is_right(subject: FsSubject) -> None:
    """Through hundreds of writes and truncations, small and large, a file is what a plain buffer would be."""
    file, model = subject.file(), bytearray()
    seed = 4711
    for _ in range(300):
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        what, offset = seed >> 8 & 7, (seed >> 12) % 300_000
        if what < 6:
            data = (b"%08x" % seed) * (1 + seed % 1500 if what < 2 else 1 + seed % 5)
            if offset > len(model):
                model.extend(bytes(offset - len(model)))
            model[offset : offset + len(data)] = data
            write(file, offset, data)
        else:
            size = offset if what == 6 else min(offset, len(model))
            del model[size:]
            model.extend(bytes(size - len(model)))
            file.truncate(size)
        if file.attr.size != len(model):
            raise Violation(f"size is {file.attr.size}, expected {len(model)}")
        begin = offset - offset % 1000
        if file.read(begin, 20_000) != model[begin : begin + 20_000]:
            raise Violation(f"the bytes from {begin} on aren't what was written")
    expect(content(file) == model, "the content isn't what was written")


@clause(
    "FS-TRUNCATE-1",
    needs="write",
    after="case_gaps_read_as_zeros",
    mistake="truncate changes size and leaves the bytes, which come back when the file grows",
)
def case_cut_bytes_do_not_come_back(subject: FsSubject) -> None:
    """truncate cuts the file; growing it again shows zeros, not what was cut."""
    file = subject.file(data=b"secret bytes")
    file.truncate(6)
    expect_equal((content(file), file.attr.size), (b"secret", 6), "(content, size) after truncate(6)")
    file.truncate(9)
    expect_equal((content(file), file.attr.size), (b"secret\0\0\0", 9), "(content, size) after truncate(9)")
    file.truncate(0)
    write(file, 2, b"x")
    expect_equal(content(file), b"\0\0x", "the content after truncate(0) and a write at 2")


@clause(
    "FS-TIME-1",
    needs="write",
    after=BASICS + " case_none_leaves_a_time_alone",
    mistake="only size changes with a write: make, backup tools and tail -f look at mtime",
)
def case_changes_move_the_times(subject: FsSubject) -> None:
    """write and truncate move a file's mtime, making and removing names that of the directory."""
    file = subject.file(data=b"x")
    for what, change in (("write", lambda: write(file, 0, b"y")), ("truncate", lambda: file.truncate(0))):
        file.set_times(OLD_NS, OLD_NS, subject.kernel.clock.realtime_ns())
        subject.kernel.advance(1_000_000_000)
        change()
        expect(file.attr.mtime_ns > OLD_NS, f"{what} left mtime as it was")
    root = subject.root
    for what, change in (
        ("create", lambda: subject.file(b"kit-new")),
        ("unlink", lambda: root.unlink(b"kit-new", root.lookup(b"kit-new"))),
    ):
        root.set_times(OLD_NS, OLD_NS, subject.kernel.clock.realtime_ns())
        subject.kernel.advance(1_000_000_000)
        change()
        expect(root.attr.mtime_ns > OLD_NS, f"{what} left the directory's mtime as it was")


# ---------------------------------------------------------------- headers
@clause(
    "FS-ATTR-2",
    needs="write",
    after="case_made_file_is_found",
    mistake="set_mode stores the bits that it gets, which have no type, as the whole mode",
)
def case_set_mode_keeps_the_type(subject: FsSubject) -> None:
    """set_mode sets the permission bits and leaves the type."""
    for inode in (subject.file(), subject.directory()):
        kind = kind_of(inode)
        for bits in (0o600, 0o1777 if kind == S_IFDIR else 0o755, 0o400):
            inode.set_mode(bits, subject.kernel.clock.realtime_ns())
            expect(
                inode.attr.mode == kind | bits,
                f"after set_mode({bits:#o}) the mode is {inode.attr.mode:#o}, expected {kind | bits:#o}",
            )


@clause(
    "FS-ATTR-3",
    needs="write",
    after="case_made_file_is_found",
    mistake="None is taken for 0 or for now; it means that this stamp stays",
)
def case_none_leaves_a_time_alone(subject: FsSubject) -> None:
    """set_times sets the stamps that aren't None, to the ns, and leaves the others."""
    file = subject.file()
    now_ns = subject.kernel.clock.realtime_ns()
    file.set_times(OLD_NS + 1, OLD_NS + 2, now_ns)
    expect_equal((file.attr.atime_ns, file.attr.mtime_ns), (OLD_NS + 1, OLD_NS + 2), "(atime, mtime)")
    file.set_times(None, OLD_NS + 3, now_ns)
    expect_equal(
        (file.attr.atime_ns, file.attr.mtime_ns), (OLD_NS + 1, OLD_NS + 3), "(atime, mtime) after set_times(None, ...)"
    )
    file.set_times(OLD_NS + 4, None, now_ns)
    expect_equal(
        (file.attr.atime_ns, file.attr.mtime_ns), (OLD_NS + 4, OLD_NS + 3), "(atime, mtime) after set_times(..., None)"
    )


@clause(
    "FS-XATTR-1",
    needs="xattrs",
    after="case_made_file_is_found",
    mistake="a missing attribute is b'' or a KeyError instead of NoData, or the list isn't sorted",
)
def case_extended_attributes_are_kept(subject: FsSubject) -> None:
    """Extended attributes are set, read, listed in order and removed; NoData where there is none."""
    file, now_ns = subject.file(), subject.kernel.clock.realtime_ns()
    expect_equal(file.listxattr(), [], "listxattr of a new file")
    expect_error(NoData, lambda: file.getxattr(b"user.a"), "getxattr of a missing attribute")
    for name, value in ((b"user.b", b"2"), (b"user.a", b"\xff\0"), (b"user.b", b"")):
        file.setxattr(name, value, now_ns)
    expect_equal((file.getxattr(b"user.a"), file.getxattr(b"user.b")), (b"\xff\0", b""), "the values")
    expect_equal(file.listxattr(), [b"user.a", b"user.b"], "listxattr")
    file.removexattr(b"user.a", now_ns)
    expect_equal(file.listxattr(), [b"user.b"], "listxattr after removexattr")
    expect_error(NoData, lambda: file.removexattr(b"user.a", now_ns), "removexattr of a missing attribute")


CASES = collect(globals())
