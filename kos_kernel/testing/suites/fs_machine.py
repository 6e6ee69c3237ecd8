"""A filesystem in a machine: mounted, and used by programs through system calls."""

from __future__ import annotations

from typing import Any

from ...abi import O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG
from ...errors import (
    AccessDenied,
    DirectoryNotEmpty,
    FileExists,
    ForkBusy,
    NoSuchFile,
    NotPermitted,
    ReadOnlyFilesystem,
    SysError,
)
from ..cases import Violation, clause, collect, expect, expect_equal, expect_error, told
from .fs_tree import MOST, TARGET, FsSubject

OWN = TARGET + b"/kit-own"
SOUND = (
    "case_listed_names_are_found case_missing_name_is_none case_an_inode_is_one_object case_headers_are_complete"
    " case_numbers_are_unique"
)
WRITES = (
    "case_machine_mounts_it case_made_file_is_found case_made_directory_is_empty case_written_bytes_are_read"
    " case_cut_bytes_do_not_come_back case_unlink_takes_the_name_and_a_link case_open_file_outlives_its_name case_rmdir_takes_the_directory"
    " case_emptied_directory_is_empty case_removed_inode_has_a_header case_rename_moves_the_inode case_directories_are_renamed"
    " case_a_new_file_is_not_the_old_one case_names_made_after_a_fork_are_private"
    " case_bytes_written_after_a_fork_are_private case_headers_set_after_a_fork_are_private"
)


def _put(k: Any, path: bytes, data: bytes, flags: int = O_WRONLY | O_CREAT | O_TRUNC) -> None:
    fd = k.open(path, flags, 0o644)
    k.write(fd, data)
    k.close(fd)


def _get(k: Any, path: bytes) -> bytes:
    fd = k.open(path, O_RDONLY)
    data: bytes = k.read_all(fd)
    k.close(fd)
    return data


def _own_folder(k: Any) -> None:
    """Stand in a new folder, in which nothing is the author's."""
    k.mkdir(OWN, 0o755)
    k.chdir(OWN)


def _tree(k: Any) -> dict[bytes, tuple[int, int]]:
    """Return path -> (type, number) below the mount, as system calls show it."""
    found: dict[bytes, tuple[int, int]] = {}
    todo = [TARGET]
    while todo and len(found) < MOST:
        folder = todo.pop(0)
        try:
            entries = k.scandir(folder)
        except (AccessDenied, NoSuchFile):
            continue
        for entry in entries:
            path = folder + b"/" + entry.name
            try:
                status = k.lstat(path)
            except (AccessDenied, NoSuchFile):
                continue
            found[path] = (status.mode & S_IFMT, status.ino)
            if entry.type and entry.type != status.mode & S_IFMT:
                raise Violation(f"{path!r} is listed as {entry.type:#o} and lstat says {status.mode & S_IFMT:#o}")
            if status.mode & S_IFMT == S_IFDIR and path.count(b"/") < 8:
                todo.append(path)
    return found


@clause(
    "FS-MOUNT-1",
    after=SOUND,
    mistake="the factory needs something that a machine doesn't give, or root() is another inode than the one that is mounted",
)
def case_machine_mounts_it(subject: FsSubject) -> None:
    """A machine mounts it: its root is a directory on a device of its own, and /proc/self/mounts has it."""

    def main(k: Any) -> tuple[Any, Any, bytes]:
        return k.stat(TARGET), k.stat(b"/mnt"), _get(k, b"/proc/self/mounts")

    mounted, outside, table = subject.run(subject.machine(), main)
    expect(mounted.mode & S_IFMT == S_IFDIR, f"the mode of its root is {mounted.mode:#o}")
    expect(mounted.dev != outside.dev, "its root has the device number of the filesystem that it is mounted on")
    rows = [line.split() for line in table.splitlines()]
    expect([b"kit", TARGET] in [row[:2] for row in rows], f"/proc/self/mounts has no line of {TARGET.decode()}")


@clause(
    "FS-MOUNT-2",
    after="case_machine_mounts_it",
    mistake="a name that is listed can't be looked up through the kernel's cache, or reading it raises something that is no SysError",
)
def case_programs_can_walk_it(subject: FsSubject) -> None:
    """A program walks the tree and reads every file in it; what it isn't allowed is refused by a SysError."""

    def main(k: Any) -> None:
        for path, (kind, _) in _tree(k).items():
            try:
                if kind == S_IFLNK:
                    k.readlink(path)
                elif kind == S_IFREG:
                    fd = k.open(path, O_RDONLY)
                    whole = b""
                    while len(whole) < 1 << 20 and (part := k.read(fd, 1000)):
                        whole += part
                    k.close(fd)
            except SysError:
                continue

    machine = subject.machine()
    subject.run(machine, main)
    bad = [text for _, level, text in machine.log if level <= 3]
    expect(not bad, f"the kernel log says: {bad}")


@clause(
    "FS-MOUNT-3",
    after="case_machine_mounts_it",
    mistake="unmounted() or sync() fails, or an inode that nobody holds keeps its `opens`",
)
def case_it_can_be_unmounted(subject: FsSubject) -> None:
    """When nobody uses it any more it can be unmounted, and what it covered is there again."""

    def main(k: Any) -> None:
        k.chdir(TARGET)
        k.chdir(b"/")
        fd = k.open(TARGET)
        k.close(fd)
        k.umount(TARGET)
        expect_equal(k.listdir(TARGET), [], "what is listed after umount")

    subject.run(subject.machine(), main)


@clause(
    "FS-MOUNT-4",
    after="case_programs_can_walk_it case_listing_keeps_its_order",
    mistake="the tree depends on something besides options and context: the host's order of names, the time, hash()",
)
def case_two_machines_see_the_same(subject: FsSubject) -> None:
    """Two machines made alike see the same tree, with the same numbers, in the same order."""
    trees = [list(subject.run(subject.machine(booted=True), _tree).items()) for _ in range(2)]
    expect_equal(trees[1], trees[0], "the second machine's tree")


@clause(
    "FS-MOUNT-5",
    unless="write",
    after="case_programs_can_walk_it case_what_is_not_claimed_is_refused",
    mistake="say readonly = True, and the kernel refuses for you",
)
def case_programs_can_not_write_it(subject: FsSubject) -> None:
    """A program that writes to a filesystem which can't be written gets a SysError, and nothing changes."""

    def main(k: Any) -> None:
        before = k.listdir(TARGET)
        new = TARGET + b"/kit-new"
        for what, call in (
            ("open(O_CREAT)", lambda: k.open(new, O_WRONLY | O_CREAT)),
            ("mkdir", lambda: k.mkdir(new)),
            ("symlink", lambda: k.symlink(b"target", new)),
        ):
            expect_error((ReadOnlyFilesystem, NotPermitted, AccessDenied, NoSuchFile), call, what)
        expect_equal(k.listdir(TARGET), before, "the listing afterwards")

    subject.run(subject.machine(), main)


# ---------------------------------------------------------------- programs that write
@clause(
    "FS-PROGRAM-1",
    needs="write",
    after=WRITES,
    mistake="each method is right by itself, and together they leave names and inodes that don't fit",
)
def case_program_edits_a_tree(subject: FsSubject) -> None:
    """A program makes directories and files, appends, renames, replaces and removes them, as any editor does."""

    def main(k: Any) -> None:
        _own_folder(k)
        k.mkdir(b"src", 0o755)
        k.mkdir(b"src/lib", 0o755)
        _put(k, b"src/lib/a", b"one\n")
        _put(k, b"src/lib/a", b"two\n", O_WRONLY | O_APPEND)
        expect_equal(_get(k, b"src/lib/a"), b"one\ntwo\n", "the file after an append")
        _put(k, b"src/lib/a.new", b"three\n")
        k.rename(b"src/lib/a.new", b"src/lib/a")
        expect_equal(_get(k, OWN + b"/src/lib/a"), b"three\n", "the file after it was replaced by rename")
        k.rename(b"src/lib", b"lib")
        expect_equal((k.listdir(b"src"), k.listdir(b"lib")), ([], [b"a"]), "the listings after a directory was moved")
        expect_error(DirectoryNotEmpty, lambda: k.rmdir(b"lib"), "rmdir of a directory with a file in it")
        expect_error(FileExists, lambda: k.mkdir(b"src"), "mkdir of a directory that is there")
        _put(k, b"lib/a", b"", O_WRONLY | O_TRUNC)
        expect_equal(k.stat(b"lib/a").size, 0, "the size after O_TRUNC")
        k.unlink(b"lib/a")
        k.rmdir(b"lib")
        k.rmdir(b"src")
        expect_error(NoSuchFile, lambda: k.stat(b"src/lib"), "stat of what was removed")

    subject.run(subject.machine(), main)


@clause(
    "FS-PROGRAM-2",
    needs="write",
    after=WRITES,
    mistake="the data of a removed file is freed while a descriptor leads to it, or never",
)
def case_program_uses_a_removed_file(subject: FsSubject) -> None:
    """A program goes on using a file that it removed, and its free space comes back when it closes it."""

    def main(k: Any) -> None:
        path = TARGET + b"/kit-temporary"
        before = k.statfs(TARGET)
        fd = k.open(path, O_RDWR | O_CREAT, 0o600)
        k.write(fd, b"x" * 100_000)
        k.unlink(path)
        k.pwrite(fd, b"y", 5)
        expect_equal(k.pread(fd, 7, 0), b"xxxxxyx", "the bytes of the removed file")
        expect_equal(k.fstat(fd).nlink, 0, "nlink of the removed file")
        k.close(fd)
        after = k.statfs(TARGET)
        if before.fstype == after.fstype and before.blocks < 1 << 40 and "durable" not in subject.capabilities:
            expect_equal(
                (after.bfree, after.ffree), (before.bfree, before.ffree), "(free blocks, free files) after the close"
            )

    subject.run(subject.machine(), main)


@clause(
    "FS-PROGRAM-3",
    needs="write",
    after=WRITES,
    mistake="a removed directory that a process stands in still takes or shows names",
)
def case_program_stands_in_a_removed_directory(subject: FsSubject) -> None:
    """In a current directory that was removed, nothing can be made and nothing is found; leaving it works."""

    def main(k: Any) -> None:
        path = TARGET + b"/kit-gone"
        k.mkdir(path, 0o755)
        k.chdir(path)
        k.rmdir(path)
        expect_error(NoSuchFile, lambda: k.open(b"file", O_WRONLY | O_CREAT), "making a file in a removed directory")
        expect_error(NoSuchFile, lambda: k.stat(b"file"), "stat in a removed directory")
        k.mkdir(path, 0o755)
        _put(k, path + b"/file", b"again")
        k.chdir(b"/")
        expect(
            b"kit-gone" in k.listdir(TARGET),
            "leaving the removed directory took away the one that was made under its name",
        )
        expect_equal(_get(k, path + b"/file"), b"again", "a file in a directory made under the old name")

    subject.run(subject.machine(), main)


@clause(
    "FS-PROGRAM-4",
    needs="write symlinks",
    after=WRITES + " case_symlink_keeps_its_target",
    mistake="links are followed by the driver: lookup returns the link, and the kernel walks on",
)
def case_program_follows_links(subject: FsSubject) -> None:
    """Symbolic links inside it lead where they say: relative ones, through directories, and out of it."""

    def main(k: Any) -> None:
        _own_folder(k)
        k.mkdir(b"real", 0o755)
        _put(k, b"real/file", b"found")
        k.symlink(b"real", b"relative")
        k.symlink(OWN + b"/real/file", b"absolute")
        k.symlink(b"../absolute", b"real/up")
        for path in (b"relative/file", b"absolute", b"relative/up"):
            expect_equal(_get(k, path), b"found", f"what is read through {path.decode()}")
        for path in (b"relative", b"absolute"):
            expect(k.lstat(path).mode & S_IFMT == S_IFLNK, f"lstat of {path.decode()} doesn't show the link")
        k.unlink(b"absolute")
        expect_error(NoSuchFile, lambda: k.stat(b"real/up"), "stat of a dangling link")

    subject.run(subject.machine(), main)


@clause(
    "FS-PROGRAM-5",
    needs="write",
    after=WRITES + " case_set_mode_keeps_the_type",
    mistake="the header shows other permissions than the ones that were set",
)
def case_permissions_hold_for_programs(subject: FsSubject) -> None:
    """A file that root closes to others can't be read by a user, and can again once it is opened to them."""
    machine = subject.machine()
    path = TARGET + b"/kit-private"

    def prepare(k: Any) -> None:
        _put(k, path, b"private")
        k.chmod(path, 0o600)
        k.chmod(TARGET, 0o755)

    subject.run(machine, prepare)
    refusal = subject.run(machine, lambda k: _refusal(k, path), user="user")
    expect(isinstance(refusal, AccessDenied), f"reading a file of mode 0600 as another user gave {refusal!r}")
    subject.run(machine, lambda k: k.chmod(path, 0o644))
    expect_equal(
        subject.run(machine, lambda k: _get(k, path), user="user"), b"private", "a file of mode 0644 for another user"
    )


def _refusal(k: Any, path: bytes) -> object:
    try:
        return _get(k, path)
    except SysError as error:
        return error


# ---------------------------------------------------------------- machines that are forked
@clause(
    "FS-FORK-7",
    after="case_programs_can_walk_it case_fork_policy_is_clear case_fork_is_the_same_tree",
    mistake="fork() raises, or needs something of the context that a forked machine's doesn't have",
)
def case_machine_forks_with_it(subject: FsSubject) -> None:
    """A machine that mounts it can be forked and shows the same tree there; or the fork is refused, with its reason."""
    machine = subject.machine()
    try:
        twin = machine.fork()
    except ForkBusy as error:
        refusal = subject.fs.fork_refusal
        expect(subject.fs.fork_policy == "refuse" and refusal in str(error), f"the fork was refused: {told(error)}")
        return
    with twin:
        expect(subject.fs.fork_policy != "refuse", "fork_policy is 'refuse', and the machine was forked")
        here, there = subject.run(machine, _tree), subject.run(twin, _tree)
        pids = {path for path in {*here, *there} if any(part.isdigit() for part in path.split(b"/"))}  # of who looks
        for path in pids:
            here.pop(path, None)
            there.pop(path, None)
        expect_equal(there, here, "the tree in the fork")


@clause(
    "FS-FORK-8",
    needs="forks write",
    after=WRITES + " case_machine_forks_with_it",
    mistake="what the kernel holds of the original (open files, the current directory) leads to the fork's inodes, or the other way",
)
def case_forked_machines_write_apart(subject: FsSubject) -> None:
    """What a program writes in a fork isn't in the original, and the other way round, again after the next fork."""
    machine = subject.machine()
    path = TARGET + b"/kit-shared"
    subject.run(machine, lambda k: _put(k, path, b"before"))
    for _ in range(2):
        with machine.fork() as twin:
            subject.run(twin, lambda k: _put(k, path, b"fork"))
            subject.run(machine, lambda k: _put(k, path, b"original"))
            got = (subject.run(twin, lambda k: _get(k, path)), subject.run(machine, lambda k: _get(k, path)))
            expect_equal(got, (b"fork", b"original"), "(in the fork, in the original)")


CASES = collect(globals())
