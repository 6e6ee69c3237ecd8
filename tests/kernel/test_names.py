"""Calls on names beside the host's kernel: paths, links, rename, modes, owners, times, attributes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from kos_kernel.abi import (
    F_OK,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOFOLLOW,
    O_PATH,
    O_RDONLY,
    O_RDWR,
    O_TRUNC,
    O_WRONLY,
    R_OK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFREG,
    S_IFSOCK,
    W_OK,
    X_OK,
)  # fmt: skip

_spec = importlib.util.spec_from_file_location("kos_kernel_tests_sides", Path(__file__).with_name("sides.py"))
assert _spec is not None and _spec.loader is not None
sides = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sides)

pytestmark = pytest.mark.skipif(not sides.HOST, reason=sides.REASON)


def touch(s: Any, path: bytes, mode: int = 0o666, data: bytes = b"") -> None:
    fd = s.open(path, O_CREAT | O_WRONLY, mode)
    if data:
        s.write(fd, data)
    s.close(fd)


def tree(s: Any) -> None:
    """A folder with one of each kind."""
    s.mkdir(b"d")
    s.mkdir(b"d/e")
    s.mkdir(b"empty")
    touch(s, b"f", data=b"text")
    touch(s, b"d/g")
    s.symlink(b"f", b"to_f")
    s.symlink(b"d", b"to_d")
    s.symlink(b"nowhere", b"dangling")
    s.symlink(b"loop2", b"loop1")
    s.symlink(b"loop1", b"loop2")
    s.symlink(b"self", b"self")
    s.mkfifo(b"pipe")


ENDS = [
    b"", b".", b"..", b"/", b"//", b"/f", b"/.", b"/..", b"./", b"../scratchless", b"f", b"f/", b"f/.", b"f/..", b"f/x",
    b"d", b"d/", b"d/.", b"d/..", b"d//", b"d/./", b"d/../", b"d/e", b"d/e/..", b"d/e/../..", b"./d/./e", b"d//e",
    b"new", b"new/", b"new/.", b"new/x", b"to_f", b"to_f/", b"to_f/.", b"to_d", b"to_d/", b"to_d/.", b"to_d/..",
    b"to_d/g", b"dangling", b"dangling/", b"dangling/x", b"loop1", b"loop1/", b"loop1/x", b"self", b"pipe", b"pipe/",
    b"empty", b"empty/", b"empty/.", b"empty/..", b"x" * 255, b"x" * 256, b"d/" + b"x" * 256, b"d/" * 2047 + b"f",
    b"d/" * 2048, b"./" * 2047 + b"f", b"./" * 2048, b"d/e/", b"f//", b"\xff\xfe", b"a\nb",
]  # fmt: skip

EACH: dict[str, Any] = {
    "stat": lambda s, p: s.stat(p),
    "lstat": lambda s, p: s.lstat(p),
    "readlink": lambda s, p: s.readlink(p),
    "listdir": lambda s, p: s.listdir(p),
    "mkdir": lambda s, p: s.mkdir(p),
    "rmdir": lambda s, p: s.rmdir(p),
    "unlink": lambda s, p: s.unlink(p),
    "chmod": lambda s, p: s.chmod(p, 0o700),
    "truncate": lambda s, p: s.truncate(p, 2),
    "chdir": lambda s, p: s.chdir(p),
    "mkfifo": lambda s, p: s.mkfifo(p),
    "symlink": lambda s, p: s.symlink(b"d", p),
    "link_from": lambda s, p: s.link(p, b"linked"),
    "link_to": lambda s, p: s.link(b"f", p),
    "access": lambda s, p: s.access(p, R_OK),
    "chown": lambda s, p: s.chown(p, -1, -1),
    "utimens": lambda s, p: s.utimens(p, 5, 6),
    "open_read": lambda s, p: s.open(p, O_RDONLY | 0o4000),
    "open_write": lambda s, p: s.open(p, O_WRONLY | 0o4000),
    "open_create": lambda s, p: s.open(p, O_CREAT | O_RDWR),
    "open_create_readonly": lambda s, p: s.open(p, O_CREAT | O_RDONLY | 0o4000),
    "open_exclusive": lambda s, p: s.open(p, O_CREAT | O_EXCL | O_WRONLY),
    "open_nofollow": lambda s, p: s.open(p, O_NOFOLLOW | 0o4000),
    "open_create_nofollow": lambda s, p: s.open(p, O_NOFOLLOW | O_CREAT | O_RDWR),
    "open_directory": lambda s, p: s.open(p, O_DIRECTORY),
    "open_path": lambda s, p: s.open(p, O_PATH),
    "open_path_nofollow": lambda s, p: s.open(p, O_PATH | O_NOFOLLOW),
    "open_trunc": lambda s, p: s.open(p, O_TRUNC | O_WRONLY | 0o4000),
    "open_tmpfile": lambda s, p: s.open(p, 0o20200000 | O_RDWR),
    "rename_file_to": lambda s, p: s.rename(b"f", p),
    "rename_dir_to": lambda s, p: s.rename(b"d", p),
    "rename_empty_to": lambda s, p: s.rename(b"empty", p),
    "rename_link_to": lambda s, p: s.rename(b"to_d", p),
    "rename_to_new": lambda s, p: s.rename(p, b"fresh"),
    "rename_to_new_slash": lambda s, p: s.rename(p, b"fresh/"),
    "rename_to_file": lambda s, p: s.rename(p, b"f"),
    "rename_to_empty": lambda s, p: s.rename(p, b"empty"),
    "rename_to_full": lambda s, p: s.rename(p, b"d"),
    "rename_into_d": lambda s, p: s.rename(p, b"d/e/in"),
    "rename_from_missing": lambda s, p: s.rename(b"missing", p),
}  # fmt: skip


@pytest.mark.parametrize("call", list(EACH))
@pytest.mark.parametrize("uid", [0, 1000])
def test_a_call_says_of_every_ending_of_a_path_what_linux_says(virtual: Any, call: str, uid: int) -> None:
    do = EACH[call]

    def script(s: Any) -> None:
        for number, path in enumerate(ENDS):
            here = b"%d" % number
            s.mkdir(here)
            s.chdir(here)
            tree(s)
            do(s, path)
            for name in (b"f", b"fresh", b"new", b"nowhere", b"linked", b"d", b"empty", b"to_d", b"to_f"):
                s.lstat(name)
            s.chdir(b"/")  # away from wherever it went
            s.fchdir(base)

    base = 0

    def whole(s: Any) -> None:
        s.open(b".", O_RDONLY)
        script(s)

    sides.compare(virtual, whole, uid)


# ---------------------------------------------------------------- scripts
SCRIPTS: dict[str, Any] = {}


def script(fn: Any) -> Any:
    SCRIPTS[fn.__name__] = fn
    return fn


@script
def sticky_folders(s: Any) -> None:
    s.mkdir(b"t")
    s.chmod(b"t", 0o1777)
    s.become(2000, 2000)
    touch(s, b"t/theirs")
    s.mkdir(b"t/dir")
    s.become(0, 0)
    s.become(1000, 1000)
    touch(s, b"t/mine")
    s.unlink(b"t/theirs")
    s.rmdir(b"t/dir")
    s.rename(b"t/theirs", b"t/x")
    s.rename(b"t/mine", b"t/theirs")
    s.rename(b"t/mine", b"t/mine2")
    s.rename(b"t/mine2", b"elsewhere")
    s.rename(b"t/theirs", b"t/missing/x")
    s.unlink(b"t/mine2")
    s.listdir(b"t")
    s.become(0, 0)
    s.unlink(b"t/theirs")


@script
def set_gid_folders(s: Any) -> None:
    s.mkdir(b"g")
    s.chown(b"g", -1, 1000)
    s.chmod(b"g", 0o2777)
    touch(s, b"g/f")
    s.mkdir(b"g/d", 0o700)
    s.mkdir(b"g/d/e")
    s.mkfifo(b"g/p")
    s.symlink(b"x", b"g/l")
    for name in (b"g", b"g/f", b"g/d", b"g/d/e", b"g/p", b"g/l"):
        s.lstat(name)
    s.become(2000, 2000)
    s.mknod(b"g/set", S_IFREG | 0o2770)
    s.lstat(b"g/set")


@script
def set_gid_folders_and_open(s: Any) -> None:
    s.mkdir(b"g")
    s.chown(b"g", -1, 1000)
    s.chmod(b"g", 0o2777)
    s.become(2000, 2000)
    touch(s, b"g/set", 0o2770)
    s.lstat(b"g/set")
    fd = s.open(b"g", 0o20200000 | O_RDWR, 0o600)
    s.fstat(fd)


@script
def umasks(s: Any) -> None:
    for mask in (0, 0o022, 0o077, 0o777, 0o1777, -1 & 0o7777):
        s.umask(mask)
        touch(s, b"f%d" % mask, 0o7777)
        s.mkdir(b"d%d" % mask, 0o7777)
        s.mkfifo(b"p%d" % mask, 0o7777)
        s.symlink(b"x", b"l%d" % mask)
        for kind in (b"f", b"d", b"p", b"l"):
            s.lstat(kind + b"%d" % mask)


@script
def nodes_of_every_kind(s: Any) -> None:
    for kind in (S_IFREG, S_IFIFO, S_IFSOCK, S_IFDIR, S_IFLNK, 0):
        name = b"n%o" % kind
        s.mknod(name, kind | 0o644)
        s.lstat(name)
        s.open(name, O_RDONLY | 0o4000)
    s.become(1000, 1000)
    s.mknod(b"null", S_IFCHR | 0o666, 0x103)


@script
def changing_modes(s: Any) -> None:
    touch(s, b"f")
    s.mkdir(b"d")
    s.symlink(b"f", b"l")
    for mode in (0, 0o777, 0o7777, 0o10644, 0o100644, 0o4000):
        for name in (b"f", b"d", b"l"):
            s.chmod(name, mode)
            s.lstat(name)
    s.chmod(b"f", 0o644)
    s.become(2000, 2000)
    s.chmod(b"f", 0o777)
    s.chown(b"f", 2000, -1)


@script
def changing_owners(s: Any) -> None:
    touch(s, b"f", 0o755)
    for mode in (0o6755, 0o6745, 0o2745, 0o4644, 0o2644):
        s.chmod(b"f", mode)
        s.chown(b"f", -1, -1)
        s.lstat(b"f")
        s.chmod(b"f", mode)
        s.chown(b"f", 1000, 1000)
        s.lstat(b"f")
    s.mkdir(b"d", 0o777)
    s.chmod(b"d", 0o6777)
    s.chown(b"d", 1000, 1000)
    s.lstat(b"d")
    s.symlink(b"f", b"l")
    s.chown(b"l", 2000, 2000, follow=False)
    s.lstat(b"l")
    s.lstat(b"f")
    s.setgroups([3000])
    s.become(1000, 1000)
    s.chown(b"f", -1, 3000)
    s.chown(b"f", -1, 4000)
    s.chown(b"f", 1000, -1)
    s.chown(b"f", 2000, -1)
    s.lstat(b"f")
    s.become(0, 0)
    s.become(2000, 2000)
    s.chown(b"f", -1, -1)
    s.chmod(b"f", 0o4755)


@script
def rights_on_the_way(s: Any) -> None:
    s.mkdir(b"a")
    s.mkdir(b"a/b")
    touch(s, b"a/b/f", data=b"x")
    s.symlink(b"a/b/f", b"l")
    for mode in (0o777, 0o666, 0o555, 0o444, 0o333, 0o111, 0o222, 0o000, 0o711, 0o077):
        s.chmod(b"a", mode)
        s.become(2000, 2000)
        s.stat(b"a/b/f")
        s.stat(b"l")
        s.open(b"a/b/f", O_RDONLY)
        s.open(b"a/new", O_CREAT | O_WRONLY)
        s.unlink(b"a/new")
        s.mkdir(b"a/new")
        s.rmdir(b"a/new")
        s.listdir(b"a")
        s.rename(b"a/b", b"a/c")
        s.rename(b"a/c", b"a/b")
        s.chdir(b"a")
        s.chdir(b"/")
        s.access(b"a", R_OK)
        s.access(b"a", W_OK)
        s.access(b"a", X_OK)
        s.become(0, 0)
        s.chmod(b"a", 0o777)


@script
def asking_as_the_real_user(s: Any) -> None:
    touch(s, b"f", 0o600)
    touch(s, b"x", 0o755)
    s.mkdir(b"d", 0o700)
    touch(s, b"d/f", 0o666)
    for who in (0, 1000):
        s.become(who, who)
        for name in (b"f", b"x", b"d", b"d/f", b"missing"):
            for mode in (F_OK, R_OK, W_OK, X_OK, R_OK | W_OK, R_OK | X_OK, 7, 8, -1):
                s.access(name, mode)


@script
def hard_links(s: Any) -> None:
    touch(s, b"f", data=b"one")
    s.link(b"f", b"g")
    s.lstat(b"f")
    s.same(b"f", b"g")
    s.symlink(b"f", b"l")
    s.link(b"l", b"l2")
    s.lstat(b"l2")
    s.readlink(b"l2")
    s.rename(b"f", b"g")
    s.lstat(b"f")
    s.unlink(b"f")
    s.lstat(b"g")
    s.mkdir(b"d")
    s.link(b"d", b"d2")
    s.mkfifo(b"p")
    s.link(b"p", b"p2")
    s.lstat(b"p2")
    s.link(b"missing", b"x")
    s.link(b"g", b"missing/x")


@script
def symlinks_in_chains(s: Any) -> None:
    touch(s, b"end", data=b"!")
    previous = b"end"
    for number in range(45):
        s.symlink(previous, b"l%d" % number)
        previous = b"l%d" % number
        s.stat(previous)
        s.open(previous, O_RDONLY)
    s.symlink(b"x" * 4095, b"long")
    s.symlink(b"x" * 4096, b"longer")
    s.symlink(b"", b"empty")
    s.stat(b"long")
    s.symlink(b"/", b"root")
    s.stat(b"root/root/root/end")
    s.symlink(b"./" * 2000 + b"end", b"dots")
    s.stat(b"dots")
    s.symlink(b"..", b"up")
    s.stat(b"up/up/end")
    s.symlink(b"deep/er", b"to_missing")
    s.open(b"to_missing", O_CREAT | O_WRONLY)
    s.mkdir(b"deep")
    s.open(b"to_missing", O_CREAT | O_WRONLY)
    s.stat(b"deep/er")


@script
def given_times(s: Any) -> None:
    touch(s, b"f", 0o644)
    s.symlink(b"f", b"l")
    s.utimens(b"f", 1, 2)
    s.times(b"f")
    s.utimens(b"f", 10**18, 123456789)
    s.times(b"f")
    s.utimens(b"f", -5_000_000_000, -1)
    s.times(b"f")
    s.utimens(b"l", 7, 8, follow=False)
    s.times(b"l")
    s.times(b"f")
    s.become(2000, 2000)
    s.utimens(b"f", 1, 2)
    s.utimens(b"f", None, None)
    s.become(0, 0)
    s.chmod(b"f", 0o666)
    s.become(2000, 2000)
    s.utimens(b"f", None, None)
    s.utimens(b"f", 1, 2)
    s.utimens(b"missing", 1, 2)


@script
def extended_attributes(s: Any) -> None:
    touch(s, b"f")
    s.mkdir(b"d")
    s.symlink(b"f", b"l")
    s.getxattr(b"f", b"user.a")
    s.setxattr(b"f", b"user.a", b"one")
    s.setxattr(b"f", b"user.a", b"two", 1)
    s.setxattr(b"f", b"user.b", b"x", 2)
    s.setxattr(b"f", b"user.b", b"", 1)
    s.getxattr(b"f", b"user.a")
    s.getxattr(b"f", b"user.b")
    s.listxattr(b"f")
    s.removexattr(b"f", b"user.a")
    s.removexattr(b"f", b"user.a")
    s.listxattr(b"l")
    s.setxattr(b"d", b"user.d", b"1")
    s.getxattr(b"d", b"user.d")
    s.setxattr(b"f", b"user.", b"1")
    s.setxattr(b"f", b"user.big", b"x" * 65537)
    s.setxattr(b"f", b"nonsense", b"1")
    s.setxattr(b"f", b"bad.name", b"1")
    s.setxattr(b"f", b"user." + b"n" * 250, b"1")
    s.setxattr(b"f", b"user." + b"n" * 251, b"1")
    s.setxattr(b"l", b"user.x", b"1", follow=False)
    s.getxattr(b"l", b"user.x", follow=False)
    s.chmod(b"f", 0o444)
    s.setxattr(b"f", b"user.c", b"1")
    s.chmod(b"f", 0o222)
    s.getxattr(b"f", b"user.b")
    s.become(2000, 2000)
    s.setxattr(b"f", b"trusted.x", b"1")
    s.getxattr(b"f", b"trusted.x")
    s.getxattr(b"f", b"user.b")


@script
def renames_of_folders(s: Any) -> None:
    for name in (b"a", b"a/b", b"a/b/c", b"x"):
        s.mkdir(name)
    touch(s, b"a/f")
    s.rename(b"a", b"a/b/c/d")
    s.rename(b"a/b/c", b"a")
    s.rename(b"a/b/c", b"a/b")
    s.rename(b"a/f", b"a/b/..")
    s.rename(b"a/b/c", b"x")
    s.lstat(b"a/b")
    s.lstat(b"x")
    s.chdir(b"a/b")
    s.rename(b"/a", b"/y")
    s.getcwd()
    s.stat(b"../f")
    s.rename(b"../../x", b"x")
    s.getcwd()
    s.chdir(b"x")
    s.getcwd()
    s.rename(b".", b"z")
    s.rename(b"..", b"z")
    s.rename(b"/y/b/x", b"/x/")
    s.getcwd()
    s.lstat(b"/y/b")
    s.become(2000, 2000)
    s.rename(b"/x", b"/z")
    s.become(0, 0)
    s.chmod(b"/", 0o777)
    s.chmod(b"/y", 0o777)
    s.become(2000, 2000)
    s.rename(b"/x", b"/z")
    s.rename(b"/z", b"/y/z")
    s.rename(b"/y/f", b"/moved")


def _cases() -> list[Any]:
    return [pytest.param(name, uid, id=f"{name}-{uid}") for name in SCRIPTS for uid in (0, 1000)]


@pytest.mark.parametrize(("name", "uid"), _cases())
def test_names_behave_as_on_linux(virtual: Any, name: str, uid: int) -> None:
    sides.compare(virtual, SCRIPTS[name], uid)
