"""Calls on names beside the host's kernel: paths, links, rename, modes, owners, times, attributes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from kos_kernel.abi import (
    F_OK, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_PATH, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, R_OK, S_IFCHR, S_IFDIR, S_IFIFO,
    S_IFLNK, S_IFREG, S_IFSOCK, W_OK, X_OK,
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
    b"", b".", b"..", b"/", b"./", b"../scratchless", b"f", b"f/", b"f/.", b"f/..", b"f/x", b"d", b"d/", b"d/.", b"d/..", b"d//", b"d/./",
    b"d/../", b"d/e", b"d/e/..", b"d/e/../..", b"./d/./e", b"d//e", b"new", b"new/", b"new/.", b"new/x", b"to_f", b"to_f/", b"to_f/.",
    b"to_d", b"to_d/", b"to_d/.", b"to_d/..", b"to_d/g", b"dangling", b"dangling/", b"dangling/x", b"loop1", b"loop1/", b"loop1/x",
    b"self", b"pipe", b"pipe/", b"empty", b"empty/", b"empty/.", b"empty/..", b"x" * 255, b"x" * 256, b"d/" + b"x" * 256,
    b"d/" * 2047 + b"f", b"d/" * 2048, b"./" * 2047 + b"f", b"./" * 2048, b"nul\0byte", b"d/e/", b"f//", b"\xff\xfe", b"a\nb",
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


@pytest.mark.parametrize("call", EACH)
@pytest.mark.parametrize("uid", sides.users())
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
