"""Random steps: beside the host's tmpfs (names, modes, users, contents), and on forks of forks beside a model that is copied."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from typing import Any

import pytest
from kos_kernel.abi import (
    O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY,
)  # fmt: skip

_spec = importlib.util.spec_from_file_location("kos_kernel_tests_sides", Path(__file__).with_name("sides.py"))
assert _spec is not None and _spec.loader is not None
sides = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sides)

NAMES = [b"a", b"b", b"c", b"d"]
OPEN_FLAGS = [
    O_RDONLY, O_RDWR, O_WRONLY | O_TRUNC, O_RDWR | O_CREAT, O_WRONLY | O_CREAT | O_EXCL, O_WRONLY | O_CREAT | O_APPEND,
    O_RDWR | O_CREAT | O_TRUNC, O_RDONLY | O_DIRECTORY, O_RDONLY | O_NOFOLLOW, O_RDWR | O_CREAT | O_NOFOLLOW,
]  # fmt: skip
MODES = [0o777, 0o755, 0o700, 0o666, 0o644, 0o600, 0o400, 0o000, 0o311, 0o1777, 0o1775, 0o2775, 0o2777, 0o4755, 0o6711, 0o7777, 0o070, 0o007]
SIZES = [0, 1, 3, 100, 4096, 70_000, 140_000]


class Steps:
    """Draws steps. privileged: among them changes of user and owner."""

    def __init__(self, seed: int, privileged: bool) -> None:
        self.draw = random.Random(seed)
        self.privileged = privileged
        self.own = True

    def path(self) -> bytes:
        draw = self.draw
        depth = draw.choice((1, 1, 1, 2, 2, 3))
        path = b"/".join(draw.choice(NAMES) for _ in range(depth))
        odd = draw.random()
        if odd < 0.04:
            path = b"../" + path
        elif odd < 0.08:
            path = draw.choice(NAMES) + b"/../" + path
        elif odd < 0.12:
            path += b"/"
        elif odd < 0.14:
            path += b"/."
        elif odd < 0.16:
            path += b"/.."
        return b"/" + path if draw.random() < 0.5 else path

    def fd(self, s: Any) -> int:
        return self.draw.randrange(max(0, len(s.fds) - 8), len(s.fds) + 1)

    def take(self, s: Any) -> None:
        """Do one random step."""
        draw = self.draw
        path, other, fd = self.path(), self.path(), self.fd(s)
        mode, size = draw.choice(MODES), draw.choice(SIZES)
        plain = mode & 0o1777  # of files: that a write takes set-id bits away has a test of its own, in test_files.py
        kind = draw.choice(WEIGHTED)
        if kind == "open":
            s.open(path, draw.choice(OPEN_FLAGS) | 0o4000, plain)
        elif kind == "close":
            s.close(fd)
        elif kind == "dup":
            s.dup(fd)
        elif kind == "read":
            s.read(fd, size)
        elif kind == "write":
            s.write(fd, bytes([draw.randrange(256)]) * size)
        elif kind == "pread":
            s.pread(fd, size, draw.choice(SIZES))
        elif kind == "pwrite":
            s.pwrite(fd, bytes([draw.randrange(256)]) * size, draw.choice(SIZES))
        elif kind == "lseek":
            s.lseek(fd, draw.choice((-5, 0, 7, 66_000, 200_000)), draw.randrange(3))
        elif kind == "ftruncate":
            s.ftruncate(fd, size)
        elif kind == "truncate":
            s.truncate(path, size)
        elif kind == "mkdir":
            s.mkdir(path, mode)
        elif kind in ("unlink", "rmdir", "stat", "lstat", "readlink", "listdir", "chdir"):
            getattr(s, kind)(path)
        elif kind == "rename":
            s.rename(path, other)
        elif kind == "link":
            if self.own:  # hosts differ in whether others' files may be linked (fs.protected_hardlinks)
                s.link(path, other)
        elif kind == "symlink":
            s.symlink(draw.choice((other, b"a", b"../b", b"/c", b"d/a", b".", b"..")), path)
        elif kind == "chmod":
            s.chmod(path, plain)
        elif kind == "fchmod":
            s.fchmod(fd, plain)
        elif kind == "fstat":
            s.fstat(fd)
        elif kind == "fchdir":
            s.fchdir(fd)
        elif kind == "getcwd":
            s.getcwd()
        elif kind == "access":
            s.access(path, draw.randrange(8))
        elif kind == "umask":
            s.umask(draw.choice((0o022, 0, 0o077)))
        elif kind == "chown":
            s.chown(path, draw.choice((-1, 0, 1000, 2000)), draw.choice((-1, 0, 1000, 2000)))
        elif kind == "home":
            s.chdir(b"/")
        elif kind == "become" and self.privileged:
            s.become(0, 0)
            self.own = True
            if draw.random() < 0.7:
                self.own = False
                who = draw.choice((1000, 2000))
                s.become(who, draw.choice((1000, 2000)))


WEIGHTED = (
    "open open open open close close dup read read write write write pread pwrite lseek ftruncate truncate mkdir mkdir mkdir "
    "unlink unlink rmdir rmdir stat stat lstat readlink listdir listdir chdir rename rename rename rename link link symlink symlink "
    "chmod chmod fchmod fstat fchdir getcwd access access umask chown chown home become"
).split()


@pytest.mark.skipif(not sides.HOST, reason=sides.REASON)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("uid", [0, 1000])
def test_random_steps_end_as_on_the_hosts_tmpfs(virtual: Any, seed: int, uid: int) -> None:
    def script(s: Any) -> None:
        steps = Steps(seed * 2 + (uid > 0), uid == 0)
        for at in range(1200):
            steps.take(s)
            if at % 40 == 0:
                for name in NAMES:
                    s.lstat(b"/" + name)
                    s.listdir(b"/" + name)

    sides.compare(virtual, script, uid)
