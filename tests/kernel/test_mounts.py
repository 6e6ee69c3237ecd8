"""Mounts: binds, nesting, flags, who keeps one busy, namespaces, chroot."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import abi, errors
from kos_kernel.abi import (
    CLONE_NEWNS,
    MNT_DETACH,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    MS_REMOUNT,
    O_CREAT,
    O_RDWR,
    O_WRONLY,
)


def put(k: Any, path: bytes, data: bytes = b"", mode: int = 0o644) -> None:
    fd = k.open(path, O_CREAT | O_WRONLY | abi.O_TRUNC, mode)
    k.write(fd, data)
    k.close(fd)


def get(k: Any, path: bytes) -> bytes:
    fd = k.open(path)
    try:
        return bytes(k.read_all(fd))
    finally:
        k.close(fd)


def test_a_bind_shows_the_same_files_at_both_places(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/a")
        k.mkdir(b"/b")
        put(k, b"/a/before", b"1")
        k.mount(b"/a", b"/b", "", MS_BIND)
        assert get(k, b"/b/before") == b"1"
        put(k, b"/b/new", b"2")
        assert get(k, b"/a/new") == b"2"
        put(k, b"/a/new", b"changed")
        assert get(k, b"/b/new") == b"changed"
        k.unlink(b"/a/new")
        with pytest.raises(errors.NoSuchFile):
            k.stat(b"/b/new")
        k.mkdir(b"/b/d")
        put(k, b"/a/d/f", b"x")
        k.rename(b"/b/d/f", b"/b/g")
        assert k.listdir(b"/a") == k.listdir(b"/b") == [b"before", b"d", b"g"]
        k.rmdir(b"/a/d")
        with pytest.raises(errors.NoSuchFile):
            k.listdir(b"/b/d")
        assert k.stat(b"/a/g").ino == k.stat(b"/b/g").ino
        with pytest.raises(errors.CrossDevice):
            k.rename(b"/a/g", b"/b/h")
        with pytest.raises(errors.CrossDevice):
            k.link(b"/a/g", b"/b/h")
        k.umount(b"/b")
        assert k.listdir(b"/b") == []

    assert run(main).status == 0


def test_a_file_can_be_bound_over_a_file(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        put(k, b"/one", b"one")
        put(k, b"/two", b"two")
        k.mount(b"/one", b"/two", "", MS_BIND)
        assert get(k, b"/two") == b"one"
        put(k, b"/two", b"written")
        assert get(k, b"/one") == b"written"
        for call in (k.unlink, lambda p: k.rename(p, b"/x"), lambda p: k.rename(b"/one", p)):
            with pytest.raises(errors.Busy):
                call(b"/two")
        k.mkdir(b"/d")
        with pytest.raises(errors.NotADirectory):
            k.mount(b"/one", b"/d", "", MS_BIND)
        with pytest.raises(errors.NotADirectory):
            k.mount(b"/d", b"/one", "", MS_BIND)
        k.umount(b"/two")
        assert get(k, b"/two") == b"two"

    assert run(main).status == 0


def test_mounts_stack_and_nest(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        put(k, b"/m/under")
        for layer in (b"first", b"second"):
            k.mount(layer, b"/m", "memory")
            put(k, b"/m/" + layer)
        assert k.listdir(b"/m") == [b"second"]
        k.mkdir(b"/m/in")
        k.mount(b"third", b"/m/in", "memory")
        put(k, b"/m/in/third")
        assert k.stat(b"/m/in/..").ino == k.stat(b"/m").ino
        k.chdir(b"/m/in")
        assert k.getcwd() == b"/m/in"
        assert k.listdir(b"..") == [b"second", b"in"]
        k.chdir(b"/")
        with pytest.raises(errors.Busy):
            k.umount(b"/m")
        k.umount(b"/m/in")
        assert k.listdir(b"/m/in") == []
        k.umount(b"/m")
        assert k.listdir(b"/m") == [b"first"]
        k.umount(b"/m")
        assert k.listdir(b"/m") == [b"under"]
        with pytest.raises(errors.InvalidArgument):
            k.umount(b"/m")

    assert run(main).status == 0


def test_a_mount_point_can_be_neither_removed_nor_renamed(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        k.mkdir(b"/d")
        k.mount(b"x", b"/m", "memory")
        for call in (lambda: k.rmdir(b"/m"), lambda: k.rename(b"/m", b"/n"), lambda: k.rename(b"/d", b"/m")):
            with pytest.raises(errors.Busy):
                call()

    assert run(main).status == 0


def test_the_folder_above_a_mount_point_can_be_renamed(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/p")
        k.mkdir(b"/p/m")
        k.mount(b"x", b"/p/m", "memory")
        put(k, b"/p/m/f", b"there")
        k.rename(b"/p", b"/q")
        assert get(k, b"/q/m/f") == b"there"
        assert b" /q/m " in get(k, b"/proc/mounts")
        k.umount(b"/q/m")

    assert run(main).status == 0


def test_a_read_only_mount_refuses_every_change(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        k.mount(b"x", b"/m", "memory")
        put(k, b"/m/f", b"x")
        k.mkdir(b"/m/d")
        held = k.open(b"/m/f", O_RDWR)
        k.close(held)
        k.mount(b"", b"/m", "", MS_REMOUNT | MS_RDONLY)
        changes: list[Any] = [
            lambda: k.open(b"/m/f", O_WRONLY), lambda: k.open(b"/m/n", O_CREAT | O_WRONLY), lambda: k.unlink(b"/m/f"),
            lambda: k.rmdir(b"/m/d"), lambda: k.mkdir(b"/m/e"), lambda: k.symlink(b"x", b"/m/s"), lambda: k.link(b"/m/f", b"/m/l"),
            lambda: k.rename(b"/m/f", b"/m/g"), lambda: k.chmod(b"/m/f", 0), lambda: k.chown(b"/m/f", 1, 1), lambda: k.truncate(b"/m/f", 0),
            lambda: k.utimens(b"/m/f", None, None), lambda: k.setxattr(b"/m/f", b"user.a", b"1"), lambda: k.mkfifo(b"/m/p"),
            lambda: k.access(b"/m/f", abi.W_OK),
        ]  # fmt: skip
        for change in changes:
            with pytest.raises(errors.ReadOnlyFilesystem):
                change()
        assert get(k, b"/m/f") == b"x"
        k.mount(b"", b"/m", "", MS_REMOUNT)
        put(k, b"/m/f", b"again")

    assert run(main).status == 0


def test_one_of_two_binds_can_be_read_only(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/a")
        k.mkdir(b"/ro")
        k.mount(b"/a", b"/ro", "", MS_BIND)
        k.mount(b"", b"/ro", "", MS_REMOUNT | MS_BIND | MS_RDONLY)
        put(k, b"/a/f", b"x")
        assert get(k, b"/ro/f") == b"x"
        with pytest.raises(errors.ReadOnlyFilesystem):
            k.unlink(b"/ro/f")
        k.unlink(b"/a/f")

    assert run(main).status == 0


def test_noexec_nosuid_and_nodev_hold(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        k.mount(b"x", b"/m", "memory", MS_NOEXEC | MS_NODEV | MS_NOSUID)
        put(k, b"/m/id", get(k, b"/usr/bin/id"), 0o755)
        k.mknod(b"/m/null", abi.S_IFCHR | 0o666, abi.makedev(1, 3))
        with pytest.raises(errors.AccessDenied):
            k.open(b"/m/null")
        with pytest.raises(errors.AccessDenied):
            k.spawn(b"/m/id", [b"id"])
        k.mount(b"", b"/m", "", MS_REMOUNT | MS_NOSUID)
        k.chmod(b"/m/id", 0o4755)
        reader, writer = k.pipe()

        def child(c: Any) -> int:
            c.setuid(1000)
            c.dup2(writer, 1)
            c.exec(b"/m/id", [b"id", b"-u"])

        pid = k.fork_call(child)
        k.close(writer)
        assert k.read_all(reader) == b"1000\n"
        k.wait(pid)

    assert run(main).status == 0


def test_busy_says_who_and_detach_does_it_all_the_same(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        k.mount(b"x", b"/m", "memory")
        fd = k.open(b"/m/f", O_CREAT | O_RDWR)
        with pytest.raises(errors.Busy) as caught:
            k.umount(b"/m")
        assert f'pid {k.getpid()} "test" has a file open in it' in str(caught.value)
        k.write(fd, b"still")
        k.umount(b"/m", MNT_DETACH)
        assert k.listdir(b"/m") == []
        assert k.pread(fd, 10, 0) == b"still"
        k.close(fd)
        k.mount(b"x", b"/m", "memory")
        k.chdir(b"/m")
        with pytest.raises(errors.Busy) as caught:
            k.umount(b"/m")
        assert "stands in it" in str(caught.value)
        k.umount(b"/m", MNT_DETACH)
        put(k, b"kept", b"!")
        assert get(k, b"kept") == b"!"
        k.chdir(b"/")
        with pytest.raises(errors.Busy):
            k.umount(b"/")

    assert run(main).status == 0


def test_only_root_mounts(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        k.mount(b"x", b"/m", "memory")
        k.setuid(1000)
        for call in (
            lambda: k.mount(b"x", b"/m", "memory"), lambda: k.umount(b"/m"), lambda: k.mount(b"/", b"/m", "", MS_BIND),
            lambda: k.mount(b"", b"/m", "", MS_REMOUNT), lambda: k.unshare(CLONE_NEWNS), lambda: k.chroot(b"/m"),
        ):  # fmt: skip
            with pytest.raises(errors.NotPermitted):
                call()

    assert run(main).status == 0


def test_an_unknown_type_is_enodev_and_bad_options_einval(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        with pytest.raises(errors.NoSuchDevice):
            k.mount(b"x", b"/m", "nosuchfs")
        with pytest.raises(errors.InvalidArgument):
            k.mount(b"x", b"/m", "memory", 0, b"nonsense=1")
        with pytest.raises(errors.NotADirectory):
            k.mount(b"x", b"/etc/passwd", "memory")
        with pytest.raises(errors.NoSuchFile):
            k.mount(b"x", b"/missing", "memory")
        with pytest.raises(errors.InvalidArgument):
            k.mount(b"", b"/m", "", MS_REMOUNT)

    assert run(main).status == 0


def test_a_mount_namespace_hides_its_mounts_from_the_others(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        inside, told = k.pipe()
        go, start = k.pipe()

        def child(c: Any) -> int:
            c.unshare(CLONE_NEWNS)
            c.mount(b"x", b"/m", "memory")
            put(c, b"/m/secret")
            c.write(told, b"ready")
            c.read(go)
            assert c.listdir(b"/m") == [b"secret"]
            return 0

        pid = k.fork_call(child)
        k.read(inside)
        assert k.listdir(b"/m") == []
        assert b" /m " not in get(k, b"/proc/mounts")
        put(k, b"/m/outside")
        k.write(start, b"go")
        assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


def test_chroot_is_not_left_by_dots_or_links(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        put(k, b"/secret", b"host")
        k.mkdir(b"/jail")
        k.mkdir(b"/jail/d")
        k.symlink(b"/secret", b"/jail/absolute")
        k.symlink(b"../../../secret", b"/jail/d/relative")

        def child(c: Any) -> int:
            c.chroot(b"/jail")
            c.chdir(b"/")
            c.setuid(1000)
            for path in (b"/secret", b"../secret", b"/../../secret", b"/d/../../secret", b"/absolute", b"/d/relative"):
                with pytest.raises(errors.NoSuchFile):
                    c.stat(path)
            assert c.stat(b"/..").ino == c.stat(b"/").ino
            assert c.getcwd() == b"/"
            return 0

        assert k.wait(k.fork_call(child))[1] == 0

    assert run(main).status == 0


def test_a_removed_mount_points_tree_is_forgotten_by_cached_paths(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkdir(b"/m")
        k.mkdir(b"/m/d")
        put(k, b"/m/d/f", b"under")
        assert get(k, b"/m/d/f") == b"under"
        k.mount(b"x", b"/m", "memory")
        with pytest.raises(errors.NoSuchFile):
            k.stat(b"/m/d/f")
        k.mkdir(b"/m/d")
        put(k, b"/m/d/f", b"over")
        assert get(k, b"/m/d/f") == b"over"
        k.umount(b"/m")
        assert get(k, b"/m/d/f") == b"under"

    assert run(main).status == 0


def test_a_fork_carries_mounts_and_keeps_them_apart(virtual: Any) -> None:
    from kos_kernel.testing import run_main

    def before(k: Any, argv: list[bytes]) -> None:
        for path in (b"/a", b"/b", b"/m"):
            k.mkdir(path)
        k.mount(b"x", b"/m", "memory")
        k.mount(b"/a", b"/b", "", MS_BIND)
        put(k, b"/m/f", b"1")
        put(k, b"/a/f", b"1")

    def there(k: Any, argv: list[bytes]) -> None:
        put(k, b"/m/f", b"2")
        put(k, b"/b/f", b"2")
        assert get(k, b"/a/f") == b"2"
        k.umount(b"/b")
        k.umount(b"/m")

    def here(k: Any, argv: list[bytes]) -> None:
        assert get(k, b"/m/f") == get(k, b"/a/f") == get(k, b"/b/f") == b"1"

    assert run_main(virtual, before).status == 0
    with virtual.fork() as twin:
        assert run_main(twin, there).status == 0
    assert run_main(virtual, here).status == 0
