"""A host folder in the machine: what it shows, what it lets through, and above all what it doesn't.

Every test runs twice: files opened through /proc/self/fd (Linux), and without (macOS, or a host without /proc).
"""

from __future__ import annotations

import gc
import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kos_fs_host import folder as folder_module
from kos_fs_host.folder import DIRECTORIES, FILES, SUPPORTED, Folder, Root
from kos_fs_host.hostfs import HostFs
from kos_fs_host.places import checked
from kos_kernel.api import (
    S_IFBLK,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    AccessDenied,
    FileExists,
    InvalidArgument,
    NameTooLong,
    NoSpace,
    NoSuchDeviceOrAddress,
    NoSuchFile,
    NotADirectory,
    NotPermitted,
    StaleHandle,
    SysError,
    TooManyFilesInSystem,
)

pytestmark = pytest.mark.skipif(not SUPPORTED, reason="this platform has no openat() or no O_NOFOLLOW")


class FakeClock:
    now = 1_000

    def now_ns(self) -> int:
        return self.now

    def realtime_ns(self) -> int:
        return 1_767_225_600_000_000_000 + self.now


@pytest.fixture(params=["through /proc", "without /proc"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without /proc":
        monkeypatch.setattr(folder_module, "_PATH", 0)
    elif not hasattr(os, "O_PATH") or not os.path.isdir("/proc/self/fd"):
        pytest.skip("needs O_PATH and /proc")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder next to the granted one, with a secret in it."""
    place = tmp_path / "outside"
    place.mkdir()
    (place / "secret").write_bytes(b"secret")
    return place


@pytest.fixture
def granted(tmp_path: Path) -> Path:
    """Return the folder that is granted: a/b/c/deep, top, and a link to the outside."""
    place = tmp_path / "granted"
    (place / "a/b/c").mkdir(parents=True)
    (place / "a/b/c/deep").write_bytes(b"deep")
    (place / "top").write_bytes(b"top")
    return place


def mount(granted: Path, mode: str = "ro", **changed: Any) -> HostFs:
    source = str(granted)
    usual = {"mode": mode, "uid": 0, "gid": 0, "virtual_times": False, "size": 1 << 20, "files": 100, "source": source}
    return HostFs(SimpleNamespace(**{**usual, **changed}), SimpleNamespace(clock=FakeClock(), host=(source,)))  # type: ignore[arg-type]


def test_a_folder_that_was_not_granted_can_t_be_had(granted: Path, outside: Path) -> None:
    with pytest.raises(NotPermitted):
        mount(granted, source=str(outside))


def find(fs: HostFs, path: str) -> Any:
    inode: Any = fs.root()
    for name in os.fsencode(path).split(b"/"):
        inode = inode.lookup(name)
        assert inode is not None, path
    return inode


def names(inode: Any) -> list[bytes]:
    return [entry.name for entry in inode.readdir()]


# ---------------------------------------------------------------- what it shows
def test_files_and_directories_are_what_they_are_on_the_host(granted: Path) -> None:
    (granted / "top").chmod(0o640)
    os.utime(granted / "top", ns=(111, 222))
    fs = mount(granted, uid=5, gid=6)
    attr = find(fs, "top").attr
    assert (attr.mode, attr.size, attr.uid, attr.gid) == (S_IFREG | 0o640, 3, 5, 6)
    assert (attr.atime_ns, attr.mtime_ns) == (111, 222)
    assert find(fs, "a/b/c/deep").read(1, 100) == b"eep"
    assert find(fs, "a").attr.mode & S_IFMT == S_IFDIR
    assert fs.root().lookup(b"absent") is None


def test_a_listing_is_sorted_with_types_and_the_numbers_that_stat_shows(granted: Path) -> None:
    (granted / "link").symlink_to("top")
    os.mkfifo(granted / "fifo")
    root = mount(granted).root()
    entries = list(root.readdir())
    assert [(entry.name, entry.type) for entry in entries] == [
        (b"a", S_IFDIR),
        (b"fifo", S_IFIFO),
        (b"link", S_IFLNK),
        (b"top", S_IFREG),
    ]
    for entry in entries:
        inode = root.lookup(entry.name)
        assert inode is not None and inode.ino == entry.ino


def test_the_host_s_inode_and_device_numbers_are_never_shown(granted: Path) -> None:
    fs = mount(granted)
    numbers = [fs.root().ino, *(entry.ino for entry in fs.root().readdir())]
    assert numbers == [1, 2, 3]
    assert find(fs, "top").attr.rdev == 0


def test_a_change_on_the_host_is_seen_at_once(granted: Path) -> None:
    fs = mount(granted)
    file = find(fs, "top")
    assert file.read(0, 9) == b"top"
    (granted / "top").write_bytes(b"changed")
    assert file.attr and file.attr  # what the lookup left for the system call that it was made for
    assert (file.attr.size, file.read(0, 9)) == (7, b"changed")
    (granted / "new").write_bytes(b"")
    assert b"new" in names(fs.root())


def test_hard_links_are_one_inode(granted: Path) -> None:
    os.link(granted / "top", granted / "a" / "other")
    fs = mount(granted)
    first = find(fs, "top")
    assert find(fs, "a/other") is first and first.attr.nlink == 2


def test_names_are_bytes(granted: Path) -> None:
    strange = [b"new\nline", b"\xff\xfe", b" ", b"-rf", b"\xc3\xa9", b"*", b"\\", b"a" * 255]
    for name in strange:
        Path(os.fsdecode(os.path.join(os.fsencode(granted), name))).write_bytes(name)
    root: Any = mount(granted).root()
    assert set(strange) <= set(names(root))
    for name in strange:
        assert root.lookup(name).read(0, 999) == name
    with pytest.raises(NameTooLong):
        root.lookup(b"a" * 256)


def test_a_big_file_is_read_in_pieces_and_at_offsets(granted: Path) -> None:
    with open(granted / "big", "wb") as file:
        file.truncate(5 << 30)
        file.seek(3 << 30)
        file.write(b"middle")
    inode = find(mount(granted), "big")
    assert inode.read(3 << 30, 6) == b"middle"
    assert inode.read((5 << 30) - 1, 1 << 40) == b"\0"
    assert inode.read(5 << 30, 1 << 40) == b""
    assert len(inode.read(0, 3_000_000)) == 3_000_000


def test_the_bits_of_setuid_and_setgid_are_hidden(granted: Path) -> None:
    (granted / "top").chmod(0o6755)
    assert find(mount(granted), "top").attr.mode == S_IFREG | 0o755


def test_a_missing_folder_is_an_error_without_its_host_path(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile) as caught:
        mount(tmp_path / "nowhere")
    assert "nowhere" not in str(caught.value) and caught.value.__cause__ is None
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectory):
        mount(tmp_path / "file")


# ---------------------------------------------------------------- what it doesn't let through
def test_links_are_text_and_nothing_follows_them(granted: Path, outside: Path) -> None:
    (granted / "absolute").symlink_to(outside / "secret")
    (granted / "relative").symlink_to("../outside")
    (granted / "passwd").symlink_to("/etc/passwd")
    fs = mount(granted)
    assert find(fs, "absolute").readlink() == os.fsencode(outside / "secret")
    assert find(fs, "relative").readlink() == b"../outside"
    for name in ("absolute", "relative", "passwd"):
        link = find(fs, name)
        assert link.attr.mode & S_IFMT == S_IFLNK
        with pytest.raises(SysError):
            link.lookup(b"secret")
        with pytest.raises(SysError):
            link.read(0, 99)
        with pytest.raises(SysError):
            link.readdir()


@pytest.mark.parametrize("name", [b"..", b".", b"", b"/", b"a/b", b"../outside", b"/etc", b"top\0", b"a/../../outside"])
def test_only_plain_names_reach_the_host(granted: Path, outside: Path, name: bytes) -> None:
    fs = mount(granted, "rw")
    root, top = fs.root(), find(fs, "top")
    attacks = [
        lambda: root.lookup(name),
        lambda: root.create(name, S_IFREG | 0o644, 0, 0),
        lambda: root.create(name, S_IFDIR | 0o755, 0, 0),
        lambda: root.symlink(name, b"x", 0, 0),
        lambda: root.link(name, top),
        lambda: root.unlink(name, top),
        lambda: root.rename(b"top", top, root, name, None),
        lambda: root.rename(name, top, root, b"x", None),
    ]
    before = sorted(path.name for path in outside.parent.rglob("*"))
    for attack in attacks:
        with pytest.raises(InvalidArgument):
            attack()
    assert sorted(path.name for path in outside.parent.rglob("*")) == before


def test_a_directory_swapped_for_a_link_leads_nowhere(granted: Path, outside: Path) -> None:
    fs = mount(granted, "rw")
    directory, deep = find(fs, "a/b/c"), find(fs, "a/b/c/deep")
    os.rename(granted / "a/b", granted / "moved")
    (granted / "a/b").symlink_to(outside)
    (outside / "c").symlink_to(outside)
    fs.folder.release()  # nothing is cached: every step is taken again
    assert directory.attr and deep.attr  # what a lookup left behind is used up
    assert directory.attr and deep.attr
    for attack in (
        lambda: directory.lookup(b"secret"),
        lambda: directory.readdir(),
        lambda: directory.create(b"planted", S_IFREG | 0o644, 0, 0),
        lambda: deep.read(0, 99),
        lambda: deep.write(0, b"x"),
        lambda: deep.set_mode(0o777, 0),
    ):
        with pytest.raises(StaleHandle):
            attack()
    assert not (outside / "planted").exists()
    assert deep.attr.nlink == 0


def test_a_file_swapped_for_a_link_is_not_followed(granted: Path, outside: Path) -> None:
    fs = mount(granted, "rw")
    file = find(fs, "top")
    os.unlink(granted / "top")
    (granted / "top").symlink_to(outside / "secret")
    for attack in (
        lambda: file.read(0, 99),
        lambda: file.write(0, b"x"),
        lambda: file.truncate(0),
        lambda: file.set_mode(0o777, 0),
        lambda: file.set_times(1, 1, 1),
    ):
        with pytest.raises(SysError):
            attack()
    assert (outside / "secret").read_bytes() == b"secret"
    assert (outside / "secret").stat().st_mtime_ns != 1


def test_a_file_swapped_for_a_fifo_neither_blocks_nor_opens(granted: Path) -> None:
    fs = mount(granted, "rw")
    file = find(fs, "top")
    os.unlink(granted / "top")
    os.mkfifo(granted / "top")
    for attack in (lambda: file.read(0, 9), lambda: file.write(0, b"x")):
        with pytest.raises(SysError):
            attack()
    fifo = find(fs, "top")
    assert fifo is not file and fifo.attr.mode & S_IFMT == S_IFIFO


def test_special_files_are_seen_and_can_t_be_opened(granted: Path) -> None:
    os.mkfifo(granted / "fifo")
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(granted)  # the name of a socket is short
    try:
        server.bind("sock")
    finally:
        os.chdir(here)
    kinds = {"fifo": S_IFIFO, "sock": S_IFSOCK}
    fs = mount(granted)
    for name, kind in kinds.items():
        inode = find(fs, name)
        assert inode.attr.mode & S_IFMT == kind
        assert type(inode).special
        with pytest.raises(NoSuchDeviceOrAddress):
            inode.open(0)
        with pytest.raises(SysError):
            inode.read(0, 1)
    server.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make device nodes")
def test_a_device_node_shows_no_number_and_can_t_be_opened(granted: Path) -> None:
    try:
        os.mknod(granted / "disk", stat.S_IFBLK | 0o666, os.makedev(254, 0))
    except OSError as error:
        pytest.skip(f"the host lets nobody make device nodes here: {error}")
    disk = find(mount(granted), "disk")
    assert (disk.attr.mode & S_IFMT, disk.attr.rdev) == (S_IFBLK, 0)
    with pytest.raises(NoSuchDeviceOrAddress):
        disk.open(0)


def test_a_host_that_swaps_a_directory_and_a_link_all_the_time_never_gets_the_secret_out(
    granted: Path, outside: Path
) -> None:
    (outside / "deep").write_bytes(b"secret")
    (granted / "a/link").symlink_to(outside)
    stop = threading.Event()

    def swap() -> None:
        b, link, aside = granted / "a/b", granted / "a/link", granted / "a/aside"
        while not stop.is_set():
            os.rename(b, aside)
            os.rename(link, b)
            os.rename(b, link)
            os.rename(aside, b)

    (granted / "a/b/deep").write_bytes(b"good")
    thread = threading.Thread(target=swap)
    thread.start()
    seen: dict[object, int] = {}
    try:
        fs = mount(granted, "rw")
        for turn in range(3_000):
            if turn % 3 == 0:
                fs.folder.release()
            try:
                here: Any = fs.root()
                for name in (b"a", b"b", b"deep"):
                    here = here.lookup(name)
                    if here is None:
                        raise NoSuchFile()
                got: object = here.read(0, 99)
                here.write(0, b"good")
                here.set_mode(0o600, 0)
            except SysError as error:
                got = type(error).__name__
            seen[got] = seen.get(got, 0) + 1
    finally:
        stop.set()
        thread.join()
    assert b"secret" not in seen, seen
    assert b"good" in seen, "the test must also see the good file"
    assert (outside / "deep").read_bytes() == b"secret"
    assert stat.S_IMODE((outside / "deep").stat().st_mode) != 0o600


def test_a_directory_that_the_host_moves_out_leads_no_further_up(granted: Path, outside: Path) -> None:
    fs = mount(granted)
    directory = find(fs, "a/b")
    assert directory.lookup(b"c") is not None
    os.rename(granted / "a/b", outside / "b")
    with pytest.raises(InvalidArgument):
        directory.lookup(b"..")
    assert find(fs, "a").lookup(b"b") is None


def test_errors_carry_no_host_path(granted: Path) -> None:
    fs = mount(granted, "rw")
    attacks = [
        lambda: fs.root().create(b"top", S_IFREG | 0o644, 0, 0),
        lambda: fs.root().rmdir(b"a", find(fs, "a")),
        lambda: fs.root().lookup(b"x" * 300),
    ]
    for attack in attacks:
        with pytest.raises(SysError) as caught:
            attack()
        assert str(granted) not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_the_host_s_user_may_not_read_is_denied(granted: Path) -> None:
    (granted / "top").chmod(0)
    with pytest.raises(AccessDenied):
        find(mount(granted), "top").read(0, 1)


# ---------------------------------------------------------------- descriptors
def open_descriptors() -> int:
    gc.collect()  # what earlier tests left
    return len(os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"))


def test_descriptors_are_bounded_and_given_back(granted: Path) -> None:
    for number in range(300):
        (granted / f"d{number}").mkdir()
        (granted / f"d{number}/f").write_bytes(b"%d" % number)
    before = open_descriptors()
    fs = mount(granted)
    held = [find(fs, f"d{number}/f") for number in range(300)]
    for number, inode in enumerate(held):
        assert inode.read(0, 9) == b"%d" % number
    assert open_descriptors() - before <= DIRECTORIES + FILES + 1
    for number, inode in enumerate(held):  # all but the last were closed meanwhile
        assert inode.read(0, 9) == b"%d" % number
    fs.unmounted()
    assert open_descriptors() - before == 1
    del fs, held, inode
    gc.collect()
    assert open_descriptors() == before


@pytest.fixture
def abyss(granted: Path) -> Iterator[int]:
    """Return the depth of a tree d/d/d/... with a file `end` at the bottom, deeper than Python's recursion limit."""
    depth = 1_500
    here = os.open(granted, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        above, here = here, os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(above)
    os.close(os.open("end", os.O_CREAT, dir_fd=here))
    yield depth
    os.unlink("end", dir_fd=here)  # pytest's own cleaning recurses
    for _ in range(depth):
        below, here = here, os.open("..", os.O_RDONLY, dir_fd=here)
        os.close(below)
        os.rmdir("d", dir_fd=here)
    os.close(here)


def test_a_tree_deeper_than_the_cache_works_without_recursion(granted: Path, abyss: int) -> None:
    fs = mount(granted)
    end = find(fs, "/".join(["d"] * abyss + ["end"]))
    fs.folder.release()
    assert end.attr and end.attr and end.attr.nlink == 1
    assert end.read(0, 9) == b""


def test_numbers_are_forgotten_in_the_end_but_not_of_what_is_held(
    granted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kos_fs_host.numbers.LIMIT", 16)
    for number in range(60):
        (granted / f"f{number}").write_bytes(b"")
    fs = mount(granted)
    top = find(fs, "top")
    numbers = {entry.name: entry.ino for entry in fs.root().readdir()}
    assert len(fs.numbers) <= 16
    assert len(set(numbers.values())) == len(numbers)
    assert find(fs, "top") is top and numbers[b"top"] == top.ino


def fork(fs: HostFs) -> HostFs:
    return fs.fork(SimpleNamespace(clock=FakeClock()))  # type: ignore[arg-type]


def test_a_fork_sees_the_same_files_under_the_same_numbers(granted: Path) -> None:
    fs = mount(granted)
    deep = find(fs, "a/b/c/deep")
    before = {path: find(fs, path).ino for path in ("a", "a/b", "a/b/c", "a/b/c/deep", "top")}
    twin = fork(fs)
    copy = twin.inode(deep.ino)
    assert copy is not deep and copy.fs is twin and copy.read(0, 9) == b"deep"
    assert {path: find(twin, path).ino for path in before} == before
    assert find(twin, "a/b/c/deep") is copy
    del fs, deep
    gc.collect()
    assert copy.read(0, 9) == b"deep" and find(twin, "top").read(0, 9) == b"top"


def test_forks_number_what_they_see_later_each_for_itself(granted: Path) -> None:
    fs = mount(granted)
    twins = [fork(fs), fork(fs)]
    for twin, order in zip(twins, (("top", "a"), ("a", "top")), strict=True):
        assert [find(twin, path).ino for path in order] == [2, 3]
    for _ in range(100):
        twins.append(fork(twins[-1]))
        find(twins[-1], "a/b")
    assert len(twins[-1].numbers._layers) <= 3
    assert find(twins[-1], "top").ino == 3


def test_ten_thousand_forks_cost_one_descriptor(granted: Path) -> None:
    fs = mount(granted)
    before = open_descriptors()
    twins = [fork(fs) for _ in range(200)]
    assert open_descriptors() == before
    del fs
    assert find(twins[7], "top").read(0, 9) == b"top"


# ---------------------------------------------------------------- writing
def test_a_read_only_mount_says_so_and_can_be_forked(granted: Path) -> None:
    fs = mount(granted)
    assert fs.readonly and fs.fork_policy == "cow"


def test_a_writable_mount_refuses_to_be_forked_and_says_why(granted: Path) -> None:
    fs = mount(granted, "rw")
    assert not fs.readonly and fs.fork_policy == "refuse"
    assert "two machines" in fs.fork_refusal


def test_everything_a_program_does_happens_on_the_host(granted: Path) -> None:
    fs = mount(granted, "rw")
    root: Any = fs.root()
    directory = root.create(b"dir", S_IFDIR | 0o750, 0, 0)
    file = directory.create(b"file", S_IFREG | 0o604, 0, 0)
    assert file.write(0, b"hello world") == 11
    file.truncate(5)
    file.write(7, memoryview(b"gap"))
    file.set_times(5, 6, 0)
    link = directory.symlink(b"link", b"/etc/passwd", 0, 0)
    directory.link(b"hard", file)
    host = granted / "dir"
    assert (host / "file").read_bytes() == b"hello\0\0gap"
    assert stat.S_IMODE((host / "file").stat().st_mode) == 0o604
    assert stat.S_IMODE(host.stat().st_mode) == 0o750
    assert (host / "file").stat().st_mtime_ns == 6
    assert os.readlink(host / "link") == "/etc/passwd" and link.readlink() == b"/etc/passwd"
    assert file.attr.nlink == 2
    file.set_mode(0o600, 0)
    assert stat.S_IMODE((host / "file").stat().st_mode) == 0o600
    directory.rename(b"file", file, root, b"top", root.lookup(b"top"))
    assert (granted / "top").read_bytes() == b"hello\0\0gap" and root.lookup(b"top") is file
    directory.unlink(b"hard", file)
    directory.unlink(b"link", link)
    root.rmdir(b"dir", directory)
    assert not host.exists() and directory.attr.nlink == 0
    file.fsync()


def test_the_mode_is_exact_whatever_the_host_s_umask_says(granted: Path) -> None:
    fs = mount(granted, "rw")
    before = os.umask(0o077)
    try:
        for name, kind in ((b"file", S_IFREG), (b"directory", S_IFDIR), (b"fifo", S_IFIFO)):
            assert fs.root().create(name, kind | 0o666, 0, 0).attr.mode == kind | 0o666
    finally:
        os.umask(before)


def test_an_open_file_lives_on_without_its_name(granted: Path) -> None:
    fs = mount(granted, "rw")
    file = find(fs, "top")
    file.opens += 1
    fs.root().unlink(b"top", file)
    assert not (granted / "top").exists()
    fs.folder.release()
    file.write(3, b"!")
    assert (file.read(0, 9), file.attr.nlink, file.attr.size) == (b"top!", 0, 4)
    before = open_descriptors()
    file.opens -= 1
    fs.forget(file)
    assert open_descriptors() < before


def test_a_number_is_not_given_to_the_next_file(granted: Path) -> None:
    fs = mount(granted, "rw")
    file = find(fs, "top")
    file.opens += 1
    fs.root().unlink(b"top", file)
    assert fs.root().create(b"top", S_IFREG | 0o644, 0, 0).ino != file.ino


def test_open_files_without_names_are_limited(granted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "PINS", 4)
    fs = mount(granted, "rw")
    for number in range(3):
        file = fs.root().create(b"%d" % number, S_IFREG | 0o644, 0, 0)
        file.opens += 1
        if number < 2:
            fs.root().unlink(b"%d" % number, file)
        else:
            with pytest.raises(TooManyFilesInSystem):
                fs.root().unlink(b"%d" % number, file)
            assert (granted / "2").exists()


def test_a_rename_over_an_open_file_keeps_the_old_one_readable(granted: Path) -> None:
    fs = mount(granted, "rw")
    root: Any = fs.root()
    old = find(fs, "top")
    old.opens += 1
    new = root.create(b"new", S_IFREG | 0o644, 0, 0)
    new.write(0, b"new")
    root.rename(b"new", new, root, b"top", old)
    assert (old.read(0, 9), root.lookup(b"top").read(0, 9)) == (b"top", b"new")


def test_what_would_count_on_the_host_is_refused(granted: Path) -> None:
    fs = mount(granted, "rw")
    root, top = fs.root(), find(fs, "top")
    for attack in (
        lambda: root.create(b"x", S_IFREG | 0o4755, 0, 0),
        lambda: top.set_mode(0o2755, 0),
        lambda: top.set_owner(1000, 1000, 0),
        lambda: root.create(b"x", S_IFBLK | 0o600, 0, 0, 0xFE00),
    ):
        with pytest.raises(NotPermitted):
            attack()
    assert not (granted / "x").exists()
    top.set_owner(0, 0, 0)


def test_a_fifo_that_a_program_makes_is_the_machine_s_own(granted: Path) -> None:
    fs = mount(granted, "rw")
    fifo = fs.root().create(b"fifo", S_IFIFO | 0o600, 0, 0)
    assert not type(fifo).special and stat.S_ISFIFO((granted / "fifo").stat().st_mode)
    number = fifo.ino
    del fifo
    again = find(fs, "fifo")
    assert again.ino == number and not type(again).special


def test_growth_is_limited_in_bytes_and_in_files(granted: Path) -> None:
    fs = mount(granted, "rw", size=100, files=3)
    root = fs.root()
    file = root.create(b"file", S_IFREG | 0o644, 0, 0)
    assert file.write(0, bytes(100)) == 100
    for attack in (lambda: file.write(100, b"x"), lambda: file.truncate(101), lambda: find(fs, "top").write(3, b"x")):
        with pytest.raises(NoSpace):
            attack()
    assert (granted / "file").stat().st_size == 100
    root.unlink(b"file", file)
    assert root.create(b"file", S_IFREG | 0o644, 0, 0).write(0, bytes(100)) == 100
    root.symlink(b"l1", b"x", 0, 0)
    root.create(b"d1", S_IFDIR | 0o755, 0, 0)
    with pytest.raises(NoSpace):
        root.create(b"d2", S_IFDIR | 0o755, 0, 0)


def test_a_name_that_the_host_took_first_exists(granted: Path) -> None:
    with pytest.raises(FileExists):
        mount(granted, "rw").root().create(b"top", S_IFREG | 0o644, 0, 0)
    assert (granted / "top").read_bytes() == b"top"


# ---------------------------------------------------------------- virtual times
def test_under_virtual_times_nothing_depends_on_the_host_s_clock(granted: Path) -> None:
    fs = mount(granted, "rw", virtual_times=True)
    epoch = 1_767_225_600_000_000_000
    for path in ("top", "a", "a/b/c/deep"):
        attr = find(fs, path).attr
        assert (attr.atime_ns, attr.mtime_ns, attr.ctime_ns) == (epoch, epoch, epoch)
    top = find(fs, "top")
    top.write(0, b"x")
    assert top.attr.mtime_ns == top.attr.ctime_ns == epoch + FakeClock.now
    top.set_times(1, 2, 3)
    assert (top.attr.atime_ns, top.attr.mtime_ns) == (1, 2)
    assert (granted / "top").stat().st_mtime_ns != 2
    assert fs.statfs().blocks == 0


def test_the_folder_s_figures_are_the_disk_s(granted: Path) -> None:
    disk = os.statvfs(granted)
    assert mount(granted).statfs().blocks == disk.f_blocks


def test_checked_lets_every_other_byte_through() -> None:
    every = bytes(byte for byte in range(1, 256) if byte != ord("/"))
    assert checked(every) == every


def test_a_folder_can_be_used_by_itself(granted: Path) -> None:
    folder = Folder(Root(str(granted)))
    st = folder.look(folder.root.place, b"top")
    assert st is not None and st.st_size == 3
    folder.release()
    folder.release()
