"""Random steps: beside the host's tmpfs (names, modes, users, contents), and on forks of forks beside a model that is copied."""

from __future__ import annotations

import copy
import importlib.util
import random
from pathlib import Path
from typing import Any

import pytest

from kos_kernel import Machine, errors
from kos_kernel.abi import (
    O_APPEND,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOFOLLOW,
    O_RDONLY,
    O_RDWR,
    O_TRUNC,
    O_WRONLY,
    S_IFDIR,
    S_IFMT,
)  # fmt: skip
from kos_kernel.testing import run_main

_spec = importlib.util.spec_from_file_location("kos_kernel_tests_sides", Path(__file__).with_name("sides.py"))
assert _spec is not None and _spec.loader is not None
sides = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sides)

NAMES = [b"a", b"b", b"c", b"d"]
OPEN_FLAGS = [
    O_RDONLY, O_RDWR, O_WRONLY | O_TRUNC, O_RDWR | O_CREAT, O_WRONLY | O_CREAT | O_EXCL, O_WRONLY | O_CREAT | O_APPEND,
    O_RDWR | O_CREAT | O_TRUNC, O_RDONLY | O_DIRECTORY, O_RDONLY | O_NOFOLLOW, O_RDWR | O_CREAT | O_NOFOLLOW,
]  # fmt: skip
MODES = [
    0o777, 0o755, 0o700, 0o666, 0o644, 0o600, 0o400, 0o000, 0o311, 0o1777, 0o1775, 0o2775, 0o2777, 0o4755, 0o6711, 0o7777, 0o070,
    0o007,
]  # fmt: skip
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


# ---------------------------------------------------------------- forks of forks
class Node:
    """A file or directory of the model. names: None for a file."""

    def __init__(self, directory: bool) -> None:
        self.names: dict[bytes, Node] | None = {} if directory else None
        self.data = b""
        self.nlink = 2 if directory else 1
        self.mode = 0o755 if directory else 0o644


class Oops(Exception):
    """An errno's name."""


class Model:
    """The least that a filesystem can be. Forked by copy.deepcopy."""

    def __init__(self) -> None:
        self.root = Node(True)

    def parent(self, path: list[bytes]) -> dict[bytes, Node]:
        here = self.root
        for name in path[:-1]:
            if here.names is None:
                raise Oops("ENOTDIR")
            if name not in here.names:
                raise Oops("ENOENT")
            here = here.names[name]
        if here.names is None:
            raise Oops("ENOTDIR")
        return here.names

    def find(self, path: list[bytes]) -> Node:
        names = self.parent(path)
        if path[-1] not in names:
            raise Oops("ENOENT")
        return names[path[-1]]

    def holder(self, path: list[bytes]) -> Node:
        return self.find(path[:-1]) if len(path) > 1 else self.root

    def put(self, path: list[bytes], offset: int, data: bytes, cut: int | None) -> None:
        names = self.parent(path)
        node = names.get(path[-1])
        if node is None:
            node = names[path[-1]] = Node(False)
        elif node.names is not None:
            raise Oops("EISDIR")
        if data:
            node.data = node.data[:offset].ljust(offset, b"\0") + data + node.data[offset + len(data) :]
        if cut is not None:
            node.data = node.data[:cut].ljust(cut, b"\0")

    def mkdir(self, path: list[bytes]) -> None:
        names = self.parent(path)
        if path[-1] in names:
            raise Oops("EEXIST")
        names[path[-1]] = Node(True)
        self.holder(path).nlink += 1

    def unlink(self, path: list[bytes]) -> None:
        node = self.find(path)
        if node.names is not None:
            raise Oops("EISDIR")
        del self.parent(path)[path[-1]]
        node.nlink -= 1

    def rmdir(self, path: list[bytes]) -> None:
        node = self.find(path)
        if node.names is None:
            raise Oops("ENOTDIR")
        if node.names:
            raise Oops("ENOTEMPTY")
        del self.parent(path)[path[-1]]
        self.holder(path).nlink -= 1

    def link(self, old: list[bytes], new: list[bytes]) -> None:
        node = self.find(old)
        names = self.parent(new)
        if new[-1] in names:
            raise Oops("EEXIST")
        if node.names is not None:
            raise Oops("EPERM")
        names[new[-1]] = node
        node.nlink += 1

    def rename(self, old: list[bytes], new: list[bytes]) -> None:
        source, into = self.parent(old), self.parent(new)
        node = self.find(old)
        if node.names is not None and new[: len(old)] == old and len(new) > len(old):
            raise Oops("EINVAL")
        victim = into.get(new[-1])
        if victim is not None:
            if victim.names is not None and old[: len(new)] == new and len(old) > len(new):
                raise Oops("ENOTEMPTY")
            if victim is node:
                return
            if node.names is not None and victim.names is None:
                raise Oops("ENOTDIR")
            if victim.names is not None and node.names is None:
                raise Oops("EISDIR")
            if victim.names:
                raise Oops("ENOTEMPTY")
            victim.nlink -= 1
        if node.names is not None:
            self.holder(old).nlink -= 1
            if victim is None:
                self.holder(new).nlink += 1
            else:  # its .. was counted there, as the new one's is
                pass
        into.pop(new[-1], None)
        del source[old[-1]]
        into[new[-1]] = node

    def chmod(self, path: list[bytes], mode: int) -> None:
        self.find(path).mode = mode

    def dump(self) -> dict[bytes, Any]:
        """Path -> what is there; names in order; which paths are one file."""
        seen: dict[bytes, Any] = {}
        numbers: dict[int, int] = {}
        todo = [(b"/m", self.root)]
        while todo:
            path, node = todo.pop()
            if node.names is None:
                seen[path] = (node.mode, node.nlink, node.data, numbers.setdefault(id(node), len(numbers)))
            else:
                seen[path] = (node.mode, node.nlink, list(node.names))
                todo.extend((path + b"/" + name, kid) for name, kid in reversed(node.names.items()))
        return seen


def dump(k: Any) -> dict[bytes, Any]:
    """The same of a machine's /m."""
    seen: dict[bytes, Any] = {}
    numbers: dict[int, int] = {}
    todo = [b"/m"]
    while todo:
        path = todo.pop()
        st = k.lstat(path)
        if st.mode & S_IFMT == S_IFDIR:
            names = k.listdir(path)
            seen[path] = (st.mode & 0o7777, st.nlink, names)
            todo.extend(path + b"/" + name for name in reversed(names))
        else:
            fd = k.open(path)
            data = k.read(fd, 1 << 21)
            k.close(fd)
            assert st.size == len(data)
            seen[path] = (st.mode & 0o7777, st.nlink, data, numbers.setdefault(st.ino, len(numbers)))
    return seen


def batch(draw: random.Random, model: Model, steps: int) -> Any:
    """Return a program that does random steps and asserts of each that the model says the same."""

    def path() -> list[bytes]:
        return [draw.choice(NAMES) for _ in range(draw.choice((1, 1, 2, 2, 3)))]

    def main(k: Any, argv: list[bytes]) -> None:
        for _ in range(steps):
            kind = draw.choice(FORK_STEPS)
            one, two = path(), path()
            first, second = b"/m/" + b"/".join(one), b"/m/" + b"/".join(two)
            offset = draw.choice((0, 0, 5, 4096, 66_000, 140_000))
            data = bytes([draw.randrange(1, 256)]) * draw.choice((0, 1, 10, 5000, 70_000, 140_000))
            cut = draw.choice((None, None, None, 0, 3, 4096, 65_537, 150_000))
            mode = draw.choice((0o600, 0o644, 0o755))
            try:
                expected = "ok"
                if kind == "put":
                    model.put(one, offset, data, cut)
                elif kind in ("mkdir", "unlink", "rmdir"):
                    getattr(model, kind)(one)
                elif kind in ("link", "rename"):
                    getattr(model, kind)(one, two)
                else:
                    model.chmod(one, mode)
            except Oops as oops:
                expected = str(oops)
            try:
                got = "ok"
                if kind == "put":
                    fd = k.open(first, O_RDWR | O_CREAT, 0o644)
                    k.pwrite(fd, data, offset)
                    if cut is not None:
                        k.ftruncate(fd, cut)
                    k.close(fd)
                elif kind in ("mkdir", "unlink", "rmdir"):
                    getattr(k, kind)(first)
                elif kind in ("link", "rename"):
                    getattr(k, kind)(first, second)
                else:
                    k.chmod(first, mode)
            except errors.SysError as error:
                got = error.NAME
            assert got == expected, (kind, one, two)
        assert dump(k) == model.dump()

    return main


FORK_STEPS = "put put put put mkdir mkdir unlink rmdir link rename rename rename chmod".split()


@pytest.mark.parametrize("seed", range(4))
def test_forks_of_forks_stay_apart(seed: int) -> None:
    draw = random.Random(seed)
    first = Machine(seed=1, clock="virtual")
    first.mkdir("/m")
    alive = [(first, Model())]
    for _ in range(150):
        machine, model = alive[draw.randrange(len(alive))]
        if draw.random() < 0.4:
            alive.append((machine.fork(), copy.deepcopy(model)))
            if len(alive) > 8:
                alive.pop(draw.randrange(len(alive)))[0].close()
        else:
            assert run_main(machine, batch(draw, model, 40)).status == 0
    for machine, model in alive:  # and none has changed through another
        assert run_main(machine, batch(draw, model, 0)).status == 0
        assert run_main(machine, _clear).status == 0
        assert _used(machine) == 0  # every byte that was charged was given back
        machine.close()


def _clear(k: Any, argv: list[bytes]) -> None:
    for path in reversed(list(dump(k))):
        if path != b"/m":
            (k.rmdir if k.lstat(path).mode & S_IFMT == S_IFDIR else k.unlink)(path)


def _used(machine: Any) -> int:
    """Return the bytes that the root filesystem says it uses beyond those of the empty machine."""
    fs = machine._open().init.fs.at(b"/m").inode.fs
    with Machine(seed=1, clock="virtual") as empty:
        empty.mkdir("/m")
        base: int = empty._open().init.fs.at(b"/m").inode.fs.usage.used
    return int(fs.usage.used) - base
