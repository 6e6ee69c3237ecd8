"""Big and deep trees: 100,000 files, 5,000 levels. No recursion error, no path too long, no descriptor left open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine

LEVELS = 5_000


@pytest.fixture
def m() -> Iterator[Machine]:
    """Return a machine of its own."""
    with Machine() as made:
        yield made


def dig(m: Machine, top: bytes, levels: int = LEVELS) -> None:
    """Make directories in each other, with a file in every hundredth, a symlink and two names of one file at the bottom."""
    k = m._open().init_k
    k.mkdir(top)
    here = k.open(top, 0o200000)
    for level in range(levels):
        k.mkdir(b"d", dirfd=here)
        below = k.open(b"d", 0o200000, dirfd=here)
        k.close(here)
        here = below
        if level % 100 == 0:
            fd = k.open(b"f", 0o101, 0o640, dirfd=here)
            k.write(fd, b"level %d\n" % level)
            k.close(fd)
    k.symlink(b"f", b"link", dirfd=here)
    home = k.open(b".", 0o200000)
    k.fchdir(here)
    k.close(k.open(b"one", 0o101))
    k.link(b"one", b"other")
    k.fchdir(home)
    k.close(home)
    k.close(here)


def inodes(m: Machine, top: str) -> int:
    """Return how many files du counts."""
    return int(m.exec(["du", "-s", "-l", "--inodes", top]).check().stdout.split()[0])


def test_rm_removes_a_tree_that_is_deeper_than_any_path_may_be_long(m: Machine) -> None:
    dig(m, b"/deep")
    done = m.exec(["rm", "-r", "/deep"])
    assert (done.stdout, done.stderr, done.status) == (b"", b"", 0)
    assert not m.exists("/deep")


def test_rm_leaves_the_working_directory_where_it_was(m: Machine) -> None:
    dig(m, b"/tmp/deep", 300)
    m.write_file("/tmp/other", b"x")
    assert m.exec(["rm", "-r", "deep", "other"], cwd="/tmp").status == 0
    assert m.listdir("/tmp") == []


@pytest.mark.parametrize("options", ["-r", "-a"])
def test_cp_copies_a_tree_that_is_deeper_than_any_path_may_be_long(m: Machine, options: str) -> None:
    dig(m, b"/deep")
    done = m.exec(["cp", options, "/deep", "/copy"])
    assert (done.stderr, done.status) == (b"", 0)
    assert inodes(m, "/copy") == inodes(m, "/deep") == LEVELS + 1 + LEVELS // 100 + 3


def test_cp_keeps_hard_links_far_below_the_path_limit(m: Machine) -> None:
    dig(m, b"/deep", 3000)
    m.exec(["cp", "-a", "/deep", "/copy"]).check()
    counted_once = int(m.exec(["du", "-s", "--inodes", "/copy"]).stdout.split()[0])
    assert inodes(m, "/copy") - counted_once == 1


@pytest.mark.parametrize(
    "argv",
    [["chmod", "-R", "u+w"], ["chown", "-R", "1:1"], ["chgrp", "-R", "1"], ["du", "-a"], ["tree"]],
    ids=lambda a: a[0],
)
def test_other_commands_walk_the_deep_tree_too(m: Machine, argv: list[str]) -> None:
    dig(m, b"/deep")
    done = m.exec([*argv, "/deep"])
    assert (done.stderr, done.status) == (b"", 0)


def test_mkdir_makes_a_path_longer_than_the_kernel_takes_at_once(m: Machine) -> None:
    m.exec(["mkdir", "-p", "/deep" + "/e" * LEVELS]).check()
    assert inodes(m, "/deep") == LEVELS + 1


def test_a_wide_tree_of_a_hundred_thousand_files_is_copied_and_removed(m: Machine) -> None:
    k = m._open().init_k
    k.mkdir(b"/wide")
    for folder in range(20):
        k.mkdir(b"/wide/%d" % folder)
        for number in range(5000):
            k.close(k.open(b"/wide/%d/%d" % (folder, number), 0o101))
    m.exec(["cp", "-r", "/wide", "/copy"]).check()
    assert inodes(m, "/copy") == 100_021
    m.exec(["rm", "-rf", "/wide", "/copy"]).check()
    assert not m.exists("/wide")
    assert not m.exists("/copy")


def test_rm_complains_once_of_a_file_that_stays_and_keeps_its_directories(m: Machine) -> None:
    m.mkdir("/tmp/a/b", parents=True)
    m.write_file("/tmp/a/b/stays", b"")
    m.write_file("/tmp/a/goes", b"")
    m.exec(["chmod", "555", "/tmp/a/b"]).check()
    m.exec(["chown", "-R", "1", "/tmp/a"]).check()
    m.write_file("/etc/passwd", b"root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n")
    done = m.exec(["rm", "-rf", "/tmp/a"], user="daemon", cwd="/")
    assert done.stderr == b"rm: cannot remove '/tmp/a/b/stays': Permission denied\n"
    assert done.status == 1
    assert m.listdir("/tmp/a") == ["b"]


def test_cp_streams_so_that_a_file_bigger_than_a_chunk_arrives_whole(m: Machine) -> None:
    data = bytes(range(256)) * 12_345
    m.write_file("/big", data)
    m.exec(["cp", "/big", "/copy"]).check()
    assert m.read_file("/copy") == data


def test_mv_across_filesystems_copies_all_and_removes_the_source(m: Machine) -> None:
    m.mkdir("/src/sub", parents=True)
    m.write_file("/src/sub/f", b"data", mode=0o640)
    m.exec(["ln", "-s", "sub/f", "/src/link"]).check()
    done = m.exec(["mv", "/src", "/tmp/dst"])
    assert (done.stderr, done.status) == (b"", 0)
    assert not m.exists("/src")
    assert m.read_file("/tmp/dst/link") == b"data"
    assert m.stat("/tmp/dst/sub/f").mode & 0o777 == 0o640


def test_mv_across_filesystems_keeps_the_source_if_a_part_could_not_be_copied(m: Machine) -> None:
    m.mkdir("/src", parents=True)
    m.write_file("/src/f", b"x" * 5000)
    m.exec(["mount", "-t", "memory", "-o", "size=4096", "none", "/mnt"]).check()
    done = m.exec(["mv", "/src", "/mnt/dst"])
    assert done.status == 1
    assert b"No space left on device" in done.stderr
    assert m.read_file("/src/f") == b"x" * 5000


@pytest.mark.parametrize("target", ["/a", "/a/new", "/a/b"])
def test_cp_of_a_directory_into_itself_ends_and_says_so(m: Machine, target: str) -> None:
    m.write_file("/a/b/f", b"x")
    done = m.exec(["cp", "-r", "/a", target], timeout=10)
    inside = target + "/a" if target != "/a/new" else target
    assert done.stderr == f"cp: cannot copy a directory, '/a', into itself, '{inside}'\n".encode()
    assert done.status == 1


def test_mv_of_a_directory_into_itself_changes_nothing(m: Machine) -> None:
    m.write_file("/a/b/f", b"x")
    done = m.exec(["mv", "/a", "/a/b"])
    assert done.stderr == b"mv: cannot move '/a' to a subdirectory of itself, '/a/b/a'\n"
    assert m.read_file("/a/b/f") == b"x"
