"""A kernel that stands still: what a driver is given when it is tried on its own.

    kernel = StillKernel()
    fs = MyFs(options, kernel.context())        device_context(), net_context() for devices and protocols
    kernel.advance(1_000_000_000)               a second passes: timers that are due fire
    kernel.log, kernel.signals, kernel.sent     what the driver did with its context

Nothing sleeps: a driver that waits gets `WouldSleep`, since nobody else is there to wake it. Two kernels of one seed behave the
same. `FakeTask` is what a scheduler sees of a task, `FakeUnits` what a unit may do.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, TypeVar

from ..contracts.context import Caller, Context, DeviceContext, NetContext
from ..contracts.scheduler import ANY_CPU, NO_DEMAND
from ..contracts.view import MountView, ProcessView
from ..entropy import Entropy
from ..errors import NoSuchProcess
from ..fibers import NICE_WEIGHTS

SECOND_NS = 1_000_000_000
EPOCH_NS = 1_767_225_600 * SECOND_NS  # 2026-01-01, the date at which these kernels booted
_UNLIMITED = (1 << 64) - 1
_Kind = TypeVar("_Kind", bound=Context)


class WouldSleep(Exception):
    """A driver waits for something, on a kernel in which nothing more happens."""


class FakeClock:
    """Time that only `advance` moves."""

    def __init__(self) -> None:
        self.now = SECOND_NS

    def now_ns(self) -> int:
        """Return nanoseconds since the boot."""
        return self.now

    def realtime_ns(self) -> int:
        """Return nanoseconds since 1970."""
        return EPOCH_NS + self.now


class FakeQueue:
    """A wait queue. wakes: how often it was woken."""

    def __init__(self) -> None:
        self.wakes = 0

    def wake_all(self) -> None:
        """Count the wake-up."""
        self.wakes += 1

    def wait(self, deadline_ns: int | None = None) -> bool:
        """Raise WouldSleep: nobody is there to wake anybody."""
        raise WouldSleep("the driver waits on a queue")


class StillKernel:
    """See above. log: (level, text). signals: (pgid, signum). sent: (packet, interface). devices: name -> (device, mode)."""

    def __init__(self, seed: int = 7) -> None:
        self.clock = FakeClock()
        self.entropy = Entropy(seed)
        self.view = FakeView()
        self.log: list[tuple[int, str]] = []
        self.signals: list[tuple[int, int]] = []
        self.sent: list[tuple[bytes, str]] = []
        self.devices: dict[str, tuple[Any, int]] = {}
        self.queues: list[FakeQueue] = []
        self.who = Caller(7, 7, 7, 0, frozenset(), frozenset())
        self._timers: list[tuple[int, int, list[Callable[[], None]]]] = []
        self._order = 0

    # ---- time
    def after(self, delay_ns: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Set a timer; the returned function cancels it."""
        self._order += 1
        slot = [callback]
        heappush(self._timers, (self.clock.now + delay_ns, self._order, slot))
        return slot.clear

    def advance(self, duration_ns: int) -> None:
        """Let time pass and fire what is due, earliest first, ties in the order in which they were set."""
        until = self.clock.now + duration_ns
        while self._timers and self._timers[0][0] <= until:
            due_ns, _, slot = heappop(self._timers)
            self.clock.now = max(self.clock.now, due_ns)
            for callback in slot:
                callback()
        self.clock.now = until

    @property
    def timers(self) -> int:
        """Return how many timers are set."""
        return sum(1 for _, _, slot in self._timers if slot)

    # ---- contexts
    def queue(self) -> FakeQueue:
        """Return a new wait queue."""
        made = FakeQueue()
        self.queues.append(made)
        return made

    def context(self, host: Any = ()) -> Context:
        """Return the context of a driver. host: what the configuration grants it of the host."""
        return self._filled(Context, host)

    def device_context(self, host: Any = ()) -> DeviceContext:
        """Return the context of a device driver."""
        made = self._filled(DeviceContext, host)
        made.queue = self.queue
        made.caller = lambda: self.who
        made.signal_group = self._signal_group
        made.register = lambda name, device, mode: self.devices.update({name: (device, mode)})
        made.unregister = lambda name: self.devices.pop(name, None)  # type: ignore[assignment]
        return made

    def net_context(self, host: Any = ()) -> NetContext:
        """Return the context of a protocol driver."""
        made = self._filled(NetContext, host)
        made.queue = self.queue
        made.send = lambda packet, interface: self.sent.append((packet, interface))
        return made

    def _filled(self, kind: type[_Kind], host: Any) -> _Kind:
        return kind(self.clock, self.entropy.child("driver"), self._note, self.after, self.view, host)

    def _note(self, level: int, text: str) -> None:
        self.log.append((level, text))

    def _signal_group(self, pgid: int, signum: int) -> bool:
        if signum:
            self.signals.append((pgid, signum))
        return True


class FakeTask:
    """A task as a scheduler sees it. Nothing can be set on it but what a task has.

    salt: two tasks of one id and other salts lie elsewhere in a set, as two objects do whose addresses differ.
    """

    __slots__ = (
        "_salt", "affinity", "burst_end_ns", "demand", "id", "last_cpu", "nice", "release_ns", "runtime_ns", "sched", "weight",
    )  # fmt: skip

    def __init__(self, id: int, nice: int = 0, salt: int = 1) -> None:
        self._salt = salt
        self.id = id
        self.nice = nice
        self.weight = NICE_WEIGHTS[nice + 20]
        self.runtime_ns = 0
        self.last_cpu = -1
        self.sched: object = None
        self.affinity = ANY_CPU
        self.demand = NO_DEMAND
        self.release_ns = -1
        self.burst_end_ns = -1

    def renice(self, nice: int) -> None:
        """Change its nice value, as the kernel does before it tells the scheduler."""
        self.nice = nice
        self.weight = NICE_WEIGHTS[nice + 20]

    def __hash__(self) -> int:
        return self.id * self._salt % 1_000_003

    def __repr__(self) -> str:
        return f"task {self.id}" + (f" (nice {self.nice})" if self.nice else "")


class FakeUnits:
    """What units may do, written down. spawned: pid -> (unit, argv); alive: pids; killed: (pid, signum); told: units."""

    FIRST_PID = 101

    def __init__(self, kernel: StillKernel) -> None:
        self.kernel = kernel
        self.spawned: dict[int, tuple[str, list[bytes]]] = {}
        self.alive: list[int] = []
        self.killed: list[tuple[int, int]] = []
        self.told: list[str] = []
        self.lines: list[tuple[str, str]] = []
        self.refusal: Exception | None = None  # what spawn raises
        self.refused = 0  # how often it did
        self.on_change: Callable[[str], None] = self.told.append

    def spawn(self, unit: str, argv: list[bytes], env: dict[bytes, bytes], cwd: bytes, user: bytes | None) -> int:
        """Return the pid of a process that runs until `end` is called."""
        if self.refusal is not None:
            self.refused += 1
            raise self.refusal
        pid = self.FIRST_PID + len(self.spawned)
        self.spawned[pid] = (unit, argv)
        self.alive.append(pid)
        return pid

    def members(self, unit: str) -> list[int]:
        """Return the unit's processes that live."""
        return [pid for pid in self.alive if self.spawned[pid][0] == unit]

    def kill(self, pid: int, signum: int) -> None:
        """Write the signal down; the process goes on until `end`."""
        if pid in self.alive:
            self.killed.append((pid, signum))

    def end(self, pid: int) -> None:
        """Take a process out of those that live, before its unit is told."""
        if pid not in self.alive:
            raise NoSuchProcess(None, f"process {pid} doesn't run")
        self.alive.remove(pid)

    def after(self, delay_ns: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Set a timer of the still kernel."""
        return self.kernel.after(delay_ns, callback)

    def changed(self, unit: str) -> None:
        """Pass the news on."""
        self.on_change(unit)

    def log(self, unit: str, text: str) -> None:
        """Keep a line of a unit's journal."""
        self.lines.append((unit, text))

    def now_ns(self) -> int:
        """Return the still kernel's time."""
        return self.kernel.clock.now


def _process(pid: int, ppid: int, comm: bytes, argv: tuple[bytes, ...]) -> ProcessView:
    return ProcessView(
        pid=pid, ppid=ppid, pgid=pid, sid=pid, comm=comm, argv=argv, environ=(b"PATH=/usr/bin", b"HOME=/root"), state="S",
        uid=0, euid=0, gid=0, egid=0, suid=0, sgid=0, groups=(0,), nice=0, threads=1, tty=0, tpgid=-1, start_ns=pid * SECOND_NS,
        utime_ns=1_230_000_000, stime_ns=40_000_000, child_utime_ns=0, child_stime_ns=0, memory=64 * 4096, last_cpu=0,
        umask=0o22, pending=0, blocked=0, ignored=0, caught=0, voluntary_switches=7, involuntary_switches=2,
            affinity=1, policy=0, rt_priority=0, wait_ns=3_000_000,
    )  # fmt: skip


class FakeView:
    """What a driver may see of a kernel of two processes that stands still: PID 1, and 7, which is the one that reads."""

    def __init__(self) -> None:
        self.name = b"kit"
        self.processes = {1: _process(1, 0, b"init", (b"/sbin/init",)), 7: _process(7, 1, b"sh", (b"sh", b"-i"))}

    def caller(self) -> int:
        """Return 7."""
        return 7

    def pids(self) -> list[int]:
        """Return 1 and 7."""
        return sorted(self.processes)

    def process(self, pid: int) -> ProcessView | None:
        """Return one process, or None."""
        return self.processes.get(pid)

    def fds(self, pid: int) -> list[tuple[int, bytes, int, int]]:
        """Return what both have open."""
        return [(0, b"/dev/null", 0, 0), (1, b"pipe:[12]", 1, 0), (3, b"/etc/passwd", 0, 5)]

    def follow_fd(self, pid: int, fd: int) -> object:
        """Return something opaque."""
        return ("the open file", pid, fd)

    def cwd(self, pid: int) -> bytes:
        """Return /root."""
        return b"/root"

    def root(self, pid: int) -> bytes:
        """Return /."""
        return b"/"

    def exe(self, pid: int) -> bytes:
        """Return /usr/bin/sh."""
        return b"/usr/bin/sh"

    def limits(self, pid: int) -> list[tuple[str, int, int, str]]:
        """Return two limits."""
        return [("Max cpu time", _UNLIMITED, _UNLIMITED, "seconds"), ("Max open files", 1024, 4096, "files")]

    def mounts(self, pid: int) -> list[MountView]:
        """Return the root's mount."""
        return [MountView(1, 0, 0x15, b"/", b"/", "rw,relatime", "memory", b"none", "rw")]

    def filesystems(self) -> list[tuple[str, bool]]:
        """Return two types."""
        return [("memory", False), ("proc", False)]

    def namespaces(self, pid: int) -> dict[str, int]:
        """Return three namespaces."""
        return {"mnt": 4026531832, "pid": 4026531836, "uts": 4026531838}

    def uptime_ns(self) -> tuple[int, int]:
        """Return an hour, half of it idle."""
        return 3600 * SECOND_NS, 1800 * SECOND_NS

    def cpu_times(self) -> list[tuple[int, int, int]]:
        """Return the times of one CPU."""
        return [(SECOND_NS, SECOND_NS // 2, 1800 * SECOND_NS)]

    def cpu_queues(self) -> list[tuple[int, int]]:
        """Return the waits of one CPU."""
        return [(SECOND_NS // 4, 1000)]

    def scheduling(self, pid: int) -> tuple[int, dict[str, float]]:
        """Return a scheduler's figure."""
        return 2 * SECOND_NS, {"vruntime (ms)": 1.5}

    def load(self) -> tuple[float, float, float, int, int, int]:
        """Return a little load."""
        return 0.5, 0.25, 0.125, 1, 2, 7

    def memory(self) -> dict[str, int]:
        """Return a machine of 512 MiB."""
        mib = 1 << 20
        sizes = {"total": 512, "used": 12, "free": 500, "shared": 0, "buffers": 0, "cached": 1, "available": 499}
        return {**{name: size * mib for name, size in sizes.items()}, "swap_total": 0, "swap_free": 0}

    def counters(self) -> dict[str, int]:
        """Return what was counted."""
        return {
            "context_switches": 11, "forks": 7, "boot_time_s": EPOCH_NS // SECOND_NS, "running": 1, "blocked": 0,
            "system_calls": 99,
            "pid_max": 4194304,
            "threads_max": 4096,
        }  # fmt: skip

    def hostname(self) -> bytes:
        """Return the name."""
        return self.name

    def set_hostname(self, name: bytes) -> None:
        """Set the name."""
        self.name = name

    def version(self) -> tuple[str, str]:
        """Return a release and a version."""
        return "6.12.0-kit", "#1 KIT"

    def boot_id(self) -> str:
        """Return a fixed UUID."""
        return "00000000-0000-4000-8000-000000000001"

    def random_uuid(self) -> str:
        """Return another fixed UUID."""
        return "00000000-0000-4000-8000-000000000002"

    def log_lines(self) -> list[tuple[int, int, str]]:
        """Return two lines."""
        return [(0, 6, "the kit's kernel stands still"), (SECOND_NS, 4, "nothing happened")]

    def locks(self) -> list[str]:
        """Return no locks."""
        return []

    def devices(self) -> list[tuple[str, int, int, str]]:
        """Return three devices."""
        return [("char", 1, 3, "null"), ("char", 136, 0, "pts/0"), ("block", 240, 0, "vda")]

    def block_devices(self) -> list[tuple[int, int, int, str]]:
        """Return no disk."""
        return []

    def device_modes(self) -> dict[str, int]:
        """Return the permission bits of these."""
        return {"null": 0o666, "pts/0": 0o620, "vda": 0o660}
