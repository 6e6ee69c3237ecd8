"""System calls on small files, against the host's tmpfs through Python's `os`: the same calls in the same loop."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from kos_kernel import abi
from kos_kernel.clock import host_perf_ns

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory

NAME = "files"
SUMMARY = "create, stat, open+read, open+write, rename, unlink of small files, against tmpfs"

BODY = b"x" * 100

# name -> (floor, goal) of the rate, as a multiple of tmpfs's
AIMS = {
    "create": (0.8, 1.2),
    "stat": (1.2, 2.0),
    "open+read": (1.2, 2.0),
    "open+write": (None, 2.0),
    "rename": (0.8, 1.2),
    "unlink": (None, 2.0),
}


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield one contest an operation, in µs each."""
    count = lab.size(5000, 300)
    machine = lab.machine(hostname="files")
    tmpfs = lab.memory_folder()
    for name, (floor, goal) in AIMS.items():

        def kos(name: str = name) -> float:
            return lab.inside(machine, lambda k: measure(k, abi, name, b"/srv/bench", count))

        contenders = [Contender(SELF, kos)]
        if tmpfs is not None:
            folder = os.path.join(os.fsencode(tmpfs), b"bench")
            contenders.append(
                Contender("tmpfs", lambda name=name, folder=folder: measure(os, os, name, folder, count))  # type: ignore[misc]
            )
        yield Contest(
            "files",
            name,
            "µs",
            tuple(contenders),
            rival="tmpfs",
            aim=Aim("speed", floor, goal),
            rounds=lab.rounds(9),
        )


def measure(door: Any, numbers: Any, name: str, folder: bytes, count: int) -> float:
    """Return the µs of one operation over `count` small files. door: the system calls, `os` or `k`, which
    have the same names; numbers: where the flags are, `os` or `abi`.

    What an operation needs is made before the clock starts and removed after it has stopped.
    """
    flags = numbers.O_CREAT | numbers.O_EXCL | numbers.O_WRONLY
    door.mkdir(folder, 0o755)
    names = [b"%s/%d" % (folder, number) for number in range(count)]
    others = [b"%s/new%d" % (folder, number) for number in range(count)]
    if name != "create":
        for path in names:
            fd = door.open(path, flags, 0o644)
            door.write(fd, BODY)
            door.close(fd)
    elapsed = LOOPS[name](door, flags, names, others)
    for path in {"rename": others, "unlink": []}.get(name, names):
        door.unlink(path)
    door.rmdir(folder)
    return elapsed / count / 1e3


def _create(door: Any, flags: int, names: list[bytes], others: list[bytes]) -> int:
    open, close = door.open, door.close
    start = host_perf_ns()
    for path in names:
        close(open(path, flags, 0o644))
    return host_perf_ns() - start


def _stat(door: Any, flags: int, names: list[bytes], others: list[bytes]) -> int:
    stat = door.stat
    start = host_perf_ns()
    for path in names:
        stat(path)
    return host_perf_ns() - start


def _read(door: Any, flags: int, names: list[bytes], others: list[bytes]) -> int:
    open, read, close = door.open, door.read, door.close
    start = host_perf_ns()
    for path in names:
        fd = open(path, 0)
        read(fd, 4096)
        close(fd)
    return host_perf_ns() - start


def _write(door: Any, flags: int, names: list[bytes], others: list[bytes]) -> int:
    open, write, close = door.open, door.write, door.close
    flags &= 3  # O_WRONLY alone
    start = host_perf_ns()
    for path in names:
        fd = open(path, flags)
        write(fd, BODY)
        close(fd)
    return host_perf_ns() - start


def _rename(door: Any, flags: int, names: list[bytes], others: list[bytes]) -> int:
    rename = door.rename
    start = host_perf_ns()
    for path, other in zip(names, others, strict=True):
        rename(path, other)
    return host_perf_ns() - start


def _unlink(door: Any, flags: int, names: list[bytes], others: list[bytes]) -> int:
    unlink = door.unlink
    start = host_perf_ns()
    for path in names:
        unlink(path)
    return host_perf_ns() - start


LOOPS = {
    "create": _create,
    "stat": _stat,
    "open+read": _read,
    "open+write": _write,
    "rename": _rename,
    "unlink": _unlink,
}
