"""A filesystem whose names come and go: unlink, rmdir, rename, hard links; and forks that are changed afterwards."""

from __future__ import annotations

from ...abi import S_IFDIR, S_IFMT, S_IFREG
from ..cases import clause, collect, expect, expect_equal
from .fs_tree import FsSubject, content, names, write

BASICS = "case_made_file_is_found case_written_bytes_are_read"


# ---------------------------------------------------------------- names that go
@clause(
    "FS-UNLINK-1",
    needs="write",
    after=BASICS,
    mistake="the name goes and nlink stays, so the kernel never lets the file go",
)
def case_unlink_takes_the_name_and_a_link(subject: FsSubject) -> None:
    """unlink removes the name and takes one from nlink."""
    file = subject.file(data=b"x")
    file.opens += 1
    subject.root.unlink(b"kit-file", file)
    expect(
        subject.root.lookup(b"kit-file") is None and b"kit-file" not in names(subject.root), "the name is still there"
    )
    expect_equal(file.attr.nlink, 0, "nlink")
    subject.let_go(file)


@clause(
    "FS-UNLINK-2",
    needs="write",
    after="case_unlink_takes_the_name_and_a_link",
    mistake="unlink frees the data at once: while `opens` > 0 it must stay, until forget",
)
def case_open_file_outlives_its_name(subject: FsSubject) -> None:
    """A file without a name that is still open can be read and written until forget is called."""
    file = subject.file(data=b"still here")
    file.opens += 1
    subject.root.unlink(b"kit-file", file)
    expect_equal(content(file), b"still here", "the content")
    write(file, 10, b", and growing")
    expect_equal(content(file), b"still here, and growing", "the content after a write")
    subject.let_go(file)


@clause(
    "FS-UNLINK-3",
    needs="write",
    after="case_open_file_outlives_its_name",
    mistake="inodes are kept by name, so the new file gets the old one's inode, or number",
)
def case_a_new_file_is_not_the_old_one(subject: FsSubject) -> None:
    """A file made under the name of one that was removed and is still open is another file."""
    old = subject.file(data=b"old")
    old.opens += 1
    subject.root.unlink(b"kit-file", old)
    new = subject.file(data=b"new!")
    expect(new is not old and new.ino != old.ino, f"both are number {old.ino}")
    expect_equal((content(old), content(new)), (b"old", b"new!"), "(old content, new content)")
    subject.let_go(old)
    expect_equal(content(new), b"new!", "the new content after the old one was let go")
    expect(
        subject.root.lookup(b"kit-file") is new, "the name doesn't lead to the new file after the old one was let go"
    )


@clause(
    "FS-RMDIR-1",
    needs="write",
    after="case_made_directory_is_empty",
    mistake="nlink of a removed directory must be 0, whatever it was: the kernel asks for it",
)
def case_rmdir_takes_the_directory(subject: FsSubject) -> None:
    """rmdir removes the name, and nlink becomes 0."""
    directory = subject.directory()
    directory.opens += 1
    subject.root.rmdir(b"kit-dir", directory)
    expect(subject.root.lookup(b"kit-dir") is None, "the name is still there")
    expect_equal(directory.attr.nlink, 0, "nlink")
    subject.let_go(directory)


@clause(
    "FS-RMDIR-2",
    needs="write",
    after="case_rmdir_takes_the_directory case_unlink_takes_the_name_and_a_link",
    mistake="is_empty counts names that are gone, or asks something else than the listing",
)
def case_emptied_directory_is_empty(subject: FsSubject) -> None:
    """is_empty says False while a directory has names and True when the last has gone."""
    directory = subject.directory()
    file, inner = subject.file(b"kit-file", b"", directory), subject.directory(b"inner", directory)
    directory.unlink(b"kit-file", file)
    expect(not directory.is_empty(), "is_empty says True of a directory that has a directory in it")
    directory.rmdir(b"inner", inner)
    expect(
        directory.is_empty() and names(directory) == [], f"is_empty says {directory.is_empty()} of {names(directory)}"
    )


@clause(
    "FS-REMOVED-1",
    needs="write",
    after="case_unlink_takes_the_name_and_a_link case_rmdir_takes_the_directory",
    mistake="attr looks the inode up in a table that it has left; keep the last header in the inode itself",
)
def case_removed_inode_has_a_header(subject: FsSubject) -> None:
    """The header of an inode that went with its last name can still be read, and says nlink 0: the kernel looks once more."""
    file, directory = subject.file(), subject.directory()
    subject.root.unlink(b"kit-file", file)
    subject.root.rmdir(b"kit-dir", directory)
    for what, inode, kind in (("file", file, S_IFREG), ("directory", directory, S_IFDIR)):
        attr = inode.attr
        expect(
            (attr.mode & S_IFMT, attr.nlink) == (kind, 0),
            f"the removed {what} has mode {attr.mode:#o}, nlink {attr.nlink}",
        )


# ---------------------------------------------------------------- rename, hard links
@clause(
    "FS-RENAME-1",
    needs="write",
    after=BASICS + " case_made_directory_is_empty",
    mistake="rename copies to a new inode, or forgets to take the old name away",
)
def case_rename_moves_the_inode(subject: FsSubject) -> None:
    """rename moves the very inode to its new name, in the same directory or another."""
    file, directory = subject.file(data=b"moved"), subject.directory()
    subject.root.rename(b"kit-file", file, subject.root, b"kit-new", None)
    expect(
        subject.root.lookup(b"kit-new") is file and subject.root.lookup(b"kit-file") is None,
        "it isn't at its new name alone",
    )
    subject.root.rename(b"kit-new", file, directory, b"inside", None)
    expect(
        directory.lookup(b"inside") is file and subject.root.lookup(b"kit-new") is None,
        "it isn't in its new directory alone",
    )
    expect_equal((content(file), file.attr.nlink), (b"moved", 1), "(content, nlink)")
    expect_equal(
        (names(directory), b"kit-new" in names(subject.root)),
        ([b"inside"], False),
        "(new listing, whether the old one has it)",
    )


@clause(
    "FS-RENAME-2",
    needs="write",
    after="case_rename_moves_the_inode case_unlink_takes_the_name_and_a_link",
    mistake="the victim's name is replaced and its nlink isn't taken down, so its data stays for ever",
)
def case_rename_replaces_its_victim(subject: FsSubject) -> None:
    """rename onto a name replaces what was there in the same step, as unlink or rmdir would."""
    file, victim = subject.file(data=b"new"), subject.file(b"kit-victim", b"old")
    victim.opens += 1
    subject.root.rename(b"kit-file", file, subject.root, b"kit-victim", victim)
    expect(subject.root.lookup(b"kit-victim") is file, "the name doesn't lead to what was moved there")
    expect_equal(names(subject.root).count(b"kit-victim"), 1, "how often the name is listed")
    expect_equal((victim.attr.nlink, content(victim)), (0, b"old"), "(nlink, content) of the open victim")
    subject.let_go(victim)
    expect_equal(content(file), b"new", "the content after the victim was let go")


@clause(
    "FS-RENAME-3",
    needs="write",
    after="case_rename_replaces_its_victim case_rmdir_takes_the_directory",
    mistake="a directory is moved without what is in it, or an empty victim isn't removed",
)
def case_directories_are_renamed(subject: FsSubject) -> None:
    """rename moves a directory with all that is in it, also onto an empty one."""
    moved, victim = subject.directory(b"kit-moved"), subject.directory(b"kit-victim")
    victim.opens += 1
    file = subject.file(b"kit-file", b"inside", moved)
    subject.root.rename(b"kit-moved", moved, subject.root, b"kit-victim", victim)
    expect(
        subject.root.lookup(b"kit-victim") is moved and subject.root.lookup(b"kit-moved") is None,
        "it isn't at its new name alone",
    )
    expect(moved.lookup(b"kit-file") is file and content(file) == b"inside", "what was in it isn't there any more")
    expect_equal(victim.attr.nlink, 0, "nlink of the directory that was replaced")
    subject.let_go(victim)


@clause(
    "FS-HARDLINK-1",
    needs="links",
    after=BASICS + " case_made_directory_is_empty",
    mistake="link copies the file, or both names count their own nlink",
)
def case_hard_links_are_one_inode(subject: FsSubject) -> None:
    """link gives the very inode a second name: nlink is 2, and what is written under one name is read under the other."""
    file, directory = subject.file(data=b"one"), subject.directory()
    directory.link(b"kit-second", file)
    second = directory.lookup(b"kit-second")
    expect(second is file, "lookup of the second name returned another object")
    expect_equal(file.attr.nlink, 2, "nlink")
    write(second, 0, b"two")
    expect_equal(content(file), b"two", "the content under the first name")


@clause(
    "FS-HARDLINK-2",
    needs="links",
    after="case_hard_links_are_one_inode case_unlink_takes_the_name_and_a_link",
    mistake="unlink frees the data with the first name that goes",
)
def case_the_last_link_keeps_the_file(subject: FsSubject) -> None:
    """A file goes with its last name, not before."""
    file = subject.file(data=b"kept")
    subject.root.link(b"kit-second", file)
    subject.root.unlink(b"kit-file", file)
    left = subject.root.lookup(b"kit-second")
    expect(
        left is file and left.attr.nlink == 1, f"nlink is {left.attr.nlink if left is not None else 'gone'}, expected 1"
    )
    expect_equal(content(file), b"kept", "the content under the name that is left")


# ---------------------------------------------------------------- forks that change
@clause(
    "FS-FORK-3",
    needs="forks write",
    after="case_fork_is_the_same_tree case_made_directory_is_empty case_unlink_takes_the_name_and_a_link",
    mistake="both sides share one table of names: copy it before the first change on either side",
)
def case_names_made_after_a_fork_are_private(subject: FsSubject) -> None:
    """Names made and removed on one side of a fork aren't on the other; also not between two forks, or in a fork's fork."""
    directory = subject.directory()
    subject.file(b"old", b"", directory)
    twin = subject.fork()
    other = twin.root().lookup(b"kit-dir")
    subject.file(b"here", b"", directory)
    other.create(b"there", S_IFREG | 0o644, 0, 0)
    other.unlink(b"old", other.lookup(b"old"))
    grandchild = twin.fork(subject.kernel.context(subject.grants)).root().lookup(b"kit-dir")
    grandchild.create(b"below", S_IFREG | 0o644, 0, 0)
    got = (names(directory), names(other), names(grandchild))
    expect_equal(got, ([b"old", b"here"], [b"there"], [b"there", b"below"]), "(original, fork, fork's fork)")


@clause(
    "FS-FORK-4",
    needs="forks write",
    after="case_fork_is_the_same_tree case_written_bytes_are_read",
    mistake="the copies share a bytearray: copy it before the first write on either side",
)
def case_bytes_written_after_a_fork_are_private(subject: FsSubject) -> None:
    """Bytes written on one side of a fork aren't on the other, in small files, files written in parts, and large ones."""
    big = bytes(range(256)) * 1200
    files = {b"kit-small": b"small bytes", b"kit-parts": b"", b"kit-big": big}
    for name, data in files.items():
        subject.file(name, data)
    parts = subject.root.lookup(b"kit-parts")
    for offset in range(6):
        write(parts, offset, b"p")
    files[b"kit-parts"] = b"pppppp"
    twin = subject.fork()
    for name in files:
        write(subject.root.lookup(name), 1, b"HERE")
        write(twin.root().lookup(name), 2, b"THERE")
    for name, data in files.items():
        here, there = data[:1] + b"HERE" + data[5:], data[:2] + b"THERE" + data[7:]
        expect(
            content(subject.root.lookup(name)) == here,
            f"{name.decode()} in the original shows what was written in the fork",
        )
        expect(
            content(twin.root().lookup(name)) == there,
            f"{name.decode()} in the fork shows what was written in the original",
        )


@clause(
    "FS-FORK-5",
    needs="forks write",
    after="case_fork_is_the_same_tree case_set_mode_keeps_the_type",
    mistake="the copies share a header: copy it before the first change on either side",
)
def case_headers_set_after_a_fork_are_private(subject: FsSubject) -> None:
    """A mode set on one side of a fork isn't on the other."""
    file = subject.file()
    twin = subject.fork()
    other = twin.root().lookup(b"kit-file")
    now_ns = subject.kernel.clock.realtime_ns()
    file.set_mode(0o600, now_ns)
    other.set_mode(0o444, now_ns)
    got = (file.attr.mode & 0o777, other.attr.mode & 0o777)
    expect(got == (0o600, 0o444), f"(original, fork) are ({got[0]:#o}, {got[1]:#o}), expected (0o600, 0o444)")


@clause(
    "FS-FORK-6",
    needs="forks write",
    after="case_bytes_written_after_a_fork_are_private case_open_file_outlives_its_name",
    mistake="inode() looks in the tree of names alone; what is open and has no name must be found too",
)
def case_nameless_open_files_are_forked(subject: FsSubject) -> None:
    """A fork has what was open without a name: inode(number) finds it there, with its bytes."""
    file = subject.file(data=b"open")
    file.opens += 1
    subject.root.unlink(b"kit-file", file)
    other = subject.fork().inode(file.ino)
    other.opens += 1
    write(file, 0, b"OPEN")
    expect_equal((content(other), content(file)), (b"open", b"OPEN"), "(in the fork, in the original)")


CASES = collect(globals())
