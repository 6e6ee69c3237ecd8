"""Open files beside the host's kernel: flags, positions, holes, truncation, sharing; and what only we can be asked."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kos_kernel import errors
from kos_kernel.abi import (
    O_APPEND,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOFOLLOW,
    O_PATH,
    O_RDONLY,
    O_RDWR,
    O_TMPFILE,
    O_TRUNC,
    O_WRONLY,
    SEEK_CUR,
    SEEK_END,
    SEEK_SET,
)  # fmt: skip
from kos_kernel.testing import run_main

_spec = importlib.util.spec_from_file_location("kos_kernel_tests_sides", Path(__file__).with_name("sides.py"))
assert _spec is not None and _spec.loader is not None
sides = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sides)

beside_linux = pytest.mark.skipif(not sides.HOST, reason=sides.REASON)
Script = Callable[[Any], object]
SCRIPTS: dict[str, Script] = {}


def script(fn: Script) -> Script:
    SCRIPTS[fn.__name__] = fn
    return fn


@script
def every_pair_of_open_flags(s: Any) -> None:
    bits = (O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW)
    s.mkdir(b"d")
    s.symlink(b"f", b"l")
    s.symlink(b"gone", b"g")
    for access in (O_RDONLY, O_WRONLY, O_RDWR):
        for pick in range(1 << len(bits)):
            flags = access
            for at, bit in enumerate(bits):
                if pick >> at & 1:
                    flags |= bit
            if flags & O_CREAT and flags & O_DIRECTORY:
                continue  # kernels differ
            if not access and flags & O_TRUNC:
                continue  # truncating_through_a_reading_descriptor
            if flags & O_DIRECTORY and flags & O_NOFOLLOW:
                continue  # a_link_is_no_directory
            for path in (b"f", b"d", b"l", b"g", b"n"):
                s.open(b"f", O_CREAT | O_WRONLY | O_TRUNC)
                s.write(len(s.fds) - 1, b"content")
                s.close(len(s.fds) - 1)
                fd = s.open(path, flags)
                if fd is not None:
                    s.read(fd, 3)
                    s.write(fd, b"ab")
                    s.lseek(fd, 0, SEEK_CUR)
                    s.get_flags(fd)
                    s.fstat(fd)
                    s.close(fd)
                s.unlink(b"n")
                s.unlink(b"gone")


@script
def dup_shares_the_position_and_open_does_not(s: Any) -> None:
    one = s.open(b"f", O_CREAT | O_RDWR)
    s.write(one, b"0123456789")
    two = s.dup(one)
    s.lseek(two, 3, SEEK_SET)
    s.read(one, 2)
    s.read(two, 2)
    other = s.open(b"f", O_RDONLY)
    s.read(other, 4)
    s.read(one, 1)
    s.dup2(other, one)
    s.read(one, 2)
    s.read(other, 2)
    s.write(one, b"x")
    s.set_flags(two, O_APPEND)
    s.lseek(two, 0, SEEK_SET)
    s.write(two, b"end")
    s.lseek(two, 0, SEEK_CUR)
    s.pread(two, 20, 0)


@script
def append_goes_to_the_end_whoever_wrote_last(s: Any) -> None:
    one = s.open(b"f", O_CREAT | O_WRONLY | O_APPEND)
    two = s.open(b"f", O_RDWR)
    s.write(one, b"aaa")
    s.lseek(two, 0, SEEK_END)
    s.write(two, b"bbb")
    s.lseek(one, 0, SEEK_SET)
    s.write(one, b"ccc")
    s.pwrite(one, b"ddd", 0)  # Linux appends all the same
    s.pread(two, 100, 0)
    s.write(one, b"")
    s.lseek(one, 1, SEEK_SET)
    s.write(one, b"")
    s.lseek(one, 0, SEEK_CUR)


@script
def holes_read_as_zeros(s: Any) -> None:
    fd = s.open(b"f", O_CREAT | O_RDWR)
    for at in (10, 65_535, 65_536, 131_071, 131_072, 1_000_000, 3, 400_000):
        s.pwrite(fd, b"X", at)
        s.fstat(fd)
        s.pread(fd, 70_000, max(0, at - 35_000))
    around_edges = (999_999, 131_073, 131_072, 131_071, 70_000, 65_537, 65_536, 65_535, 11, 10, 9, 0)
    for size in (*around_edges, 5, 70_000, 200_000, 1, 150_000):
        s.ftruncate(fd, size)
        s.pread(fd, 1 << 20, 0)
    s.pwrite(fd, b"", 500_000)
    s.fstat(fd)


@script
def cut_bytes_do_not_come_back(s: Any) -> None:
    for size in (100, 65_536, 131_072, 200_000):
        for cut in (1, 50, 65_530, 131_070):
            fd = s.open(b"f", O_CREAT | O_RDWR | O_TRUNC)
            s.write(fd, b"S" * size)
            s.ftruncate(fd, cut)
            s.ftruncate(fd, size)
            s.pread(fd, 300_000, 0)
            s.ftruncate(fd, cut)
            s.pwrite(fd, b"E", size + 10)
            s.pread(fd, 300_000, 0)
            s.close(fd)


@script
def seeks(s: Any) -> None:
    fd = s.open(b"f", O_CREAT | O_RDWR)
    s.write(fd, b"0123456789")
    for offset in (0, 1, -1, -10, -11, 5, 1 << 40, (1 << 63) - 1, -(1 << 62)):
        for whence in (0, 1, 2, 77):
            s.lseek(fd, 4, SEEK_SET)
            s.lseek(fd, offset, whence)
            s.lseek(fd, 0, SEEK_CUR)
    s.lseek(fd, 20, SEEK_SET)
    s.read(fd, 5)
    s.write(fd, b"z")
    s.pread(fd, 100, 0)
    s.pread(fd, 5, -1)
    s.pwrite(fd, b"x", -1)
    reader, _ = s.pipe() or (999, 999)
    s.lseek(reader, 0, SEEK_SET)
    s.pread(reader, 1, 0)
    folder = s.open(b".", O_DIRECTORY)
    s.read(folder, 10)
    s.pread(folder, 10, 0)
    s.write(folder, b"x")
    s.ftruncate(folder, 0)
    s.lseek(folder, 0, SEEK_SET)


@script
def unlinked_files_and_removed_folders_live_while_they_are_open(s: Any) -> None:
    s.mkdir(b"d")
    fd = s.open(b"d/f", O_CREAT | O_RDWR)
    s.write(fd, b"kept")
    s.unlink(b"d/f")
    s.fstat(fd)
    s.pread(fd, 10, 0)
    s.write(fd, b" and more")
    s.ftruncate(fd, 6)
    s.pread(fd, 10, 0)
    s.fchmod(fd, 0o600)
    s.fstat(fd)
    s.open(b"d/f", O_CREAT | O_EXCL | O_WRONLY)
    s.unlink(b"d/f")
    s.close(fd)
    folder = s.open(b"d", O_DIRECTORY)
    s.chdir(b"d")
    s.rmdir(b"../d")
    s.fstat(folder)
    s.stat(b".")
    s.stat(b"..")
    s.getcwd()
    s.listdir(b".")
    s.open(b"new", O_CREAT | O_WRONLY)
    s.mkdir(b"new")
    s.symlink(b"x", b"new")
    s.rename(b"../x", b"new")
    s.mkdir(b"n", dirfd=folder)
    s.getdents(folder)
    s.chdir(b"..")
    s.getcwd()
    s.fchdir(folder)
    s.chdir(b".")


@script
def nameless_files(s: Any) -> None:
    s.mkdir(b"d")
    fd = s.open(b"d", O_TMPFILE | O_RDWR, 0o600)
    s.fstat(fd)
    s.write(fd, b"secret")
    s.pread(fd, 10, 0)
    s.listdir(b"d")
    s.rmdir(b"d")
    s.open(b"missing", O_TMPFILE | O_RDWR)
    s.close(fd)


@script
def places_are_not_read(s: Any) -> None:
    s.mkdir(b"d")
    s.close(s.open(b"f", O_CREAT, 0o000))
    s.symlink(b"f", b"l")
    fd = s.open(b"f", O_PATH)
    s.fstat(fd)
    s.read(fd, 1)
    s.write(fd, b"x")
    s.ftruncate(fd, 0)
    s.fchmod(fd, 0o777)
    s.fchown(fd, -1, -1)
    s.lseek(fd, 0, 0)
    s.pread(fd, 1, 0)
    s.dup(fd)
    link = s.open(b"l", O_PATH | O_NOFOLLOW)
    s.fstat(link)
    folder = s.open(b"d", O_PATH | O_DIRECTORY)
    s.open(b"in", O_CREAT | O_WRONLY, 0o644, dirfd=folder)
    s.listdir(b"d")
    s.fchdir(folder)
    s.getcwd()


@script
def descriptors_that_are_not_open(s: Any) -> None:
    gone = s.open(b"f", O_CREAT | O_RDWR)
    s.close(gone)
    for call, args in [
        ("read", (1,)), ("write", (b"x",)), ("pread", (1, 0)), ("pwrite", (b"x", 0)), ("lseek", (0, 0)), ("close", ()), ("dup", ()),
        ("fstat", ()), ("fchmod", (0,)), ("fchown", (-1, -1)), ("ftruncate", (0,)), ("fchdir", ()), ("fsync", ()), ("flock", (2,)),
        ("get_flags", ()), ("futimens", (1, 2)),
    ]:  # fmt: skip
        getattr(s, call)(gone, *args)
    s.open(b"f", O_RDONLY, dirfd=gone)
    file = s.open(b"f", O_RDONLY)
    s.open(b"x", O_RDONLY, dirfd=file)
    s.mkdir(b"x", dirfd=file)
    s.fchdir(file)
    s.write(file, b"x")
    s.ftruncate(file, 0)
    s.ftruncate(file, -1)
    s.truncate(b"f", -1)


@script
def truncating_what_may_not_be_written(s: Any) -> None:
    s.close(s.open(b"f", O_CREAT, 0o400))
    s.truncate(b"f", 5)
    s.open(b"f", O_WRONLY)
    s.stat(b"f")
    s.truncate(b".", 5)
    s.mkfifo(b"p")
    s.truncate(b"p", 5)
    s.truncate(b"missing", 5)


@script
def a_file_made_without_rights_is_written_through_its_descriptor(s: Any) -> None:
    fd = s.open(b"f", O_CREAT | O_RDWR, 0o000)
    s.write(fd, b"x")
    s.pread(fd, 5, 0)
    s.open(b"f", O_RDONLY)
    s.fchmod(fd, 0o444)
    s.open(b"f", O_RDONLY)
    s.open(b"f", O_RDWR)


@script
def flocks_belong_to_the_open_file(s: Any) -> None:
    one = s.open(b"f", O_CREAT | O_RDWR)
    two = s.open(b"f", O_RDWR)
    third = s.dup(one)
    s.flock(one, 1 | 4)
    s.flock(two, 1 | 4)
    s.flock(one, 2 | 4)
    s.flock(two, 8)
    s.flock(one, 2 | 4)
    s.flock(two, 1 | 4)
    s.flock(third, 1 | 4)
    s.flock(two, 1 | 4)
    s.flock(two, 8)
    s.flock(third, 2 | 4)
    s.close(one)
    s.flock(two, 1 | 4)
    s.close(third)
    s.flock(two, 2 | 4)
    s.flock(two, 3)
    s.flock(two, 0)
    reader = s.open(b"f", O_RDONLY)
    s.flock(reader, 2 | 4)
    s.flock(two, 8)
    s.flock(reader, 2 | 4)


# ---------------------------------------------------------------- odd ways to open
@script
def truncating_through_a_reading_descriptor(s: Any) -> None:
    fd = s.open(b"f", O_CREAT | O_WRONLY, 0o400)
    s.write(fd, b"precious")
    s.mkdir(b"d")
    s.become(1000, 1000)
    s.open(b"f", O_RDONLY | O_TRUNC)
    s.stat(b"f")
    s.open(b"d", O_RDONLY | O_TRUNC)


@script
def writing_takes_set_id_bits_away(s: Any) -> None:
    for mode in (0o6777, 0o6767, 0o2755, 0o4644, 0o2744):
        s.unlink(b"f")
        s.close(s.open(b"f", O_CREAT, 0o666))
        fd = s.open(b"f", O_WRONLY)
        s.become(1000, 1000)
        s.become(0, 0)
        for step in ("write", "pwrite", "trunc"):
            s.chmod(b"f", mode)
            s.chmod(b".", 0o777)
            s.become(1000, 2000)
            if step == "write":
                s.write(fd, b"x")
            elif step == "pwrite":
                s.pwrite(fd, b"x", 0)
            else:
                s.open(b"f", O_WRONLY | O_TRUNC)
            s.stat(b"f")
            s.become(0, 0)


@script
def an_absolute_path_needs_no_directory(s: Any) -> None:
    file = s.open(b"f", O_CREAT | O_WRONLY)
    s.open(b"/f", O_RDONLY, dirfd=file)
    s.close(file)
    s.open(b"/f", O_RDONLY, dirfd=file)


@script
def nameless_files_in_wrong_places(s: Any) -> None:
    s.open(b"missing", O_TMPFILE | O_RDONLY)
    s.close(s.open(b"f", O_CREAT))
    s.open(b"f", O_TMPFILE | O_RDWR)


@script
def an_exclusive_file_with_a_slash_behind(s: Any) -> None:
    s.mkdir(b"d")
    for path in (b"./", b"d/./", b"d/../"):
        s.open(path, O_CREAT | O_EXCL | O_WRONLY)


@script
def pwrite_to_a_reading_end(s: Any) -> None:
    reader, writer = s.pipe()
    s.pwrite(reader, b"x", 0)
    s.pread(writer, 1, 0)


@script
def a_link_is_no_directory(s: Any) -> None:
    s.mkdir(b"d")
    s.symlink(b"d", b"l")
    s.open(b"l", O_DIRECTORY | O_NOFOLLOW)


@script
def getdents_of_a_place(s: Any) -> None:
    s.getdents(s.open(b".", O_PATH))


@beside_linux
@pytest.mark.parametrize("uid", [0, 1000])
@pytest.mark.parametrize("name", list(SCRIPTS))
def test_open_files_behave_as_on_linux(virtual: Any, name: str, uid: int) -> None:
    sides.compare(virtual, SCRIPTS[name], uid)


# ---------------------------------------------------------------- without the host
def test_a_sparse_file_costs_its_chunks_only(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        free = k.statfs(b"/tmp").bfree
        fd = k.open(b"/tmp/sparse", O_CREAT | O_RDWR)
        k.ftruncate(fd, 1 << 40)
        assert k.stat(b"/tmp/sparse").size == 1 << 40
        assert k.stat(b"/tmp/sparse").blocks == 0
        k.pwrite(fd, b"x", 1 << 39)
        assert 0 < k.stat(b"/tmp/sparse").blocks <= 128
        assert free - k.statfs(b"/tmp").bfree <= 20
        assert k.pread(fd, 3, (1 << 39) - 1) == b"\0x\0"
        k.ftruncate(fd, 1 << 20)
        assert k.stat(b"/tmp/sparse").blocks == 0
        k.close(fd)
        k.unlink(b"/tmp/sparse")
        assert k.statfs(b"/tmp").bfree == free

    assert run(main).status == 0


def test_blocks_count_what_is_stored(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/tmp/f", O_CREAT | O_RDWR)
        assert k.fstat(fd).blocks == 0
        k.write(fd, b"x")
        assert k.fstat(fd).blocks == k.stat(b"/tmp/f").blocks == k.lstat(b"/tmp/f").blocks == 8
        k.write(fd, b"x" * 4096)
        assert k.fstat(fd).blocks == 16

    assert run(main).status == 0


def test_dev_zero_gives_as_much_as_is_asked_for(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/dev/zero")
        assert len(k.read(fd, 1 << 20)) == 1 << 20

    assert run(main).status == 0


def test_a_nul_byte_is_no_part_of_a_name(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/tmp/d")
        with pytest.raises(errors.NoSuchFile):
            k.stat(b"/tmp/d/x")  # now every name in it is known
        for call in (k.stat, k.unlink, k.mkdir, k.chdir, k.readlink):
            with pytest.raises(errors.SysError):
                call(b"/tmp/d/a\0b")
        with pytest.raises(errors.InvalidArgument):
            k.open(b"/tmp/d/a\0b", O_CREAT | O_WRONLY)

    assert run(main).status == 0


def test_a_full_disk_takes_what_fits_and_says_so() -> None:
    from kos_kernel import Machine

    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/small")
        k.mount(b"none", b"/small", "memory", 0, b"size=16K")
        fd = k.open(b"/small/f", O_CREAT | O_WRONLY)
        taken = k.write(fd, b"x" * 100_000)
        assert 10_000 < taken < 16_384
        with pytest.raises(errors.NoSpace):
            k.write(fd, b"x" * 8192)
        with pytest.raises(errors.NoSpace):
            for number in range(1000):
                k.mkdir(b"/small/%d" % number)
        k.ftruncate(fd, 0)
        k.mkdir(b"/small/again")

    with Machine(clock="virtual") as machine:
        assert run_main(machine, main).status == 0
