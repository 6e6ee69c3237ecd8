"""A kernel of three processes that stands still: what /proc is tested over without a kernel."""

from __future__ import annotations

from typing import Any

import pytest

from kos_fs_proc.tree import ProcFs
from kos_kernel.api import AccessDenied, Context, MountView, ProcessView

SECOND_NS = 1_000_000_000
UNLIMITED = (1 << 64) - 1


def process(pid: int, **changed: Any) -> ProcessView:
    usual = ProcessView(
        pid=pid, ppid=1 if pid > 1 else 0, pgid=pid, sid=pid, comm=b"sh", argv=(b"sh", b"-c", b"sleep 1"),
        environ=(b"A=1", b"PATH=/bin"), state="S", uid=0, euid=0, gid=0, egid=0, suid=0, sgid=0, groups=(), nice=0, threads=1, tty=0,
        tpgid=-1, start_ns=pid * SECOND_NS, utime_ns=1_230_000_000, stime_ns=40_000_000, child_utime_ns=0,
        child_stime_ns=0, memory=64 * 4096, last_cpu=0, umask=0o22, pending=0, blocked=1 << 1, ignored=0, caught=1 << 16,
        voluntary_switches=7, involuntary_switches=2, affinity=0b11, policy=0, rt_priority=0, wait_ns=3_000_000,
    )  # fmt: skip
    return usual._replace(**changed)


class FakeView:
    """What the kernel would tell. `reader` is the process that reads."""

    def __init__(self) -> None:
        self.reader = 7
        self.name = b"kaede"
        self.processes = {
            1: process(1, comm=b"init", argv=(b"/sbin/init",)),
            7: process(7),
            42: process(
                42,
                comm=b"we (i) rd\n",
                uid=1000,
                euid=1000,
                gid=1000,
                egid=1000,
                suid=1000,
                sgid=1000,
                groups=(4, 1000),
                nice=5,
            ),
        }
        self.open_files = {7: [(0, b"/dev/null", 0, 0), (1, b"pipe:[12]", 1, 0), (4, b"/etc/motd", 2, 99)]}

    def caller(self) -> int:
        return self.reader

    def pids(self) -> list[int]:
        return sorted(self.processes)

    def process(self, pid: int) -> ProcessView | None:
        return self.processes.get(pid)

    def fds(self, pid: int) -> list[tuple[int, bytes, int, int]]:
        if self.reader and self.processes[self.reader].euid not in (0, self.processes[pid].euid):
            raise AccessDenied()
        return self.open_files.get(pid, [])

    def follow_fd(self, pid: int, fd: int) -> object:
        return ("the open file", pid, fd)

    def cwd(self, pid: int) -> bytes:
        return b"/root"

    def root(self, pid: int) -> bytes:
        return b"/"

    def exe(self, pid: int) -> bytes:
        return b"/usr/bin/sh"

    def limits(self, pid: int) -> list[tuple[str, int, int, str]]:
        return [("Max cpu time", UNLIMITED, UNLIMITED, "seconds"), ("Max nice priority", 0, 0, "")]

    def mounts(self, pid: int) -> list[MountView]:
        return [
            MountView(1, 0, 0x15, b"/", b"/", "rw,relatime", "memory", b"none", "rw,size=65536k"),
            MountView(2, 1, 0x16, b"/", b"/a b\\", "ro,nosuid", "host", b"x#y z", "ro"),
        ]

    def filesystems(self) -> list[tuple[str, bool]]:
        return [("memory", False), ("proc", False), ("fat", True)]

    def namespaces(self, pid: int) -> dict[str, int]:
        return {"mnt": 4026531832, "pid": 4026531836, "pid_for_children": 4026531836, "uts": 4026531838}

    def uptime_ns(self) -> tuple[int, int]:
        return 3_725_056_999_999, 60 * SECOND_NS

    def cpu_times(self) -> list[tuple[int, int, int]]:
        return [(SECOND_NS, SECOND_NS // 2, 10 * SECOND_NS), (0, 0, 20 * SECOND_NS)]

    def load(self) -> tuple[float, float, float, int, int, int]:
        return 0.5, 0.25, 1.0, 1, 3, 42

    def memory(self) -> dict[str, int]:
        mib = 1024 * 1024
        return {
            "total": 512 * mib, "used": 12 * mib, "free": 500 * mib, "shared": 0, "buffers": 0, "cached": mib,
            "available": 499 * mib, "swap_total": 0, "swap_free": 0,
        }  # fmt: skip

    def counters(self) -> dict[str, int]:
        return {
            "context_switches": 11, "forks": 42, "boot_time_s": 1_767_225_600, "running": 1, "blocked": 0,
            "system_calls": 99, "pid_max": 4194304, "threads_max": 4096,
        }  # fmt: skip

    def hostname(self) -> bytes:
        return self.name

    def set_hostname(self, name: bytes) -> None:
        self.name = name

    def version(self) -> tuple[str, str]:
        return "6.1.0-kos", "#1 KOS"

    def boot_id(self) -> str:
        return "00000000-0000-4000-8000-000000000001"

    def random_uuid(self) -> str:
        return "00000000-0000-4000-8000-000000000002"

    def log_lines(self) -> list[tuple[int, int, str]]:
        return [(0, 6, "KOS starts"), (1_234_567_000, 4, "something odd")]

    def locks(self) -> list[str]:
        return ["1: FLOCK  ADVISORY  WRITE 7 00:15:3 0 EOF"]

    def devices(self) -> list[tuple[str, int, int, str]]:
        return [("char", 1, 3, "null"), ("char", 1, 5, "zero"), ("char", 5, 0, "tty"), ("block", 1, 0, "ram0")]

    def block_devices(self) -> list[tuple[int, int, int, str]]:
        return [(1, 0, 65536, "ram0")]


class FakeClock:
    def now_ns(self) -> int:
        return 0

    def realtime_ns(self) -> int:
        return 1_767_225_600 * SECOND_NS


def context(view: Any) -> Context:
    return Context(FakeClock(), None, lambda level, text: None, lambda delay_ns, callback: lambda: None, view)  # type: ignore[arg-type]


@pytest.fixture
def view() -> FakeView:
    """Return the kernel that stands still."""
    return FakeView()


@pytest.fixture
def fs(view: FakeView) -> ProcFs:
    """Return /proc over it."""
    return ProcFs(None, context(view))


@pytest.fixture
def fork(fs: ProcFs, view: FakeView) -> ProcFs:
    """Return /proc of a fork of that kernel."""
    return fs.fork(context(view))
