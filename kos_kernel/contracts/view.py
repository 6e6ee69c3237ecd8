"""What drivers that show the kernel (/proc, /sys) may see of it: plain values, read only.

Every method returns a snapshot. Nothing here changes anything, and nothing leads from it to a kernel object.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol


class ProcessView(NamedTuple):
    """One process, as /proc/PID shows it. Times in ns; sizes in bytes; state is Linux's letter."""

    pid: int
    ppid: int
    pgid: int
    sid: int
    comm: bytes
    argv: tuple[bytes, ...]
    environ: tuple[bytes, ...]
    state: str
    uid: int
    euid: int
    gid: int
    egid: int
    suid: int  # the saved ids
    sgid: int
    groups: tuple[int, ...]
    nice: int
    threads: int
    tty: int  # device number of the controlling terminal, 0 = none
    tpgid: int
    start_ns: int
    utime_ns: int
    stime_ns: int
    child_utime_ns: int
    child_stime_ns: int
    memory: int
    last_cpu: int
    umask: int
    pending: int  # signal masks as bit sets, bit 0 = signal 1
    blocked: int
    ignored: int
    caught: int
    voluntary_switches: int
    involuntary_switches: int
    affinity: int  # bit n: it may run on CPU n
    policy: int  # of Policy
    rt_priority: int
    wait_ns: int  # how long it was runnable without a CPU


class MountView(NamedTuple):
    """One mount, as /proc/self/mountinfo shows it."""

    id: int
    parent_id: int
    dev: int
    root: bytes
    target: bytes
    options: str
    fstype: str
    source: bytes
    super_options: str


class KernelView(Protocol):
    """The kernel as /proc may see it. `pid` arguments are of the reader's pid namespace."""

    def caller(self) -> int:
        """Return the pid of the process that is reading, or 0."""
        ...

    def pids(self) -> list[int]:
        """Return all pids the reader may see, ascending."""
        ...

    def process(self, pid: int) -> ProcessView | None:
        """Return one process, or None if it is gone."""
        ...

    def scheduling(self, pid: int) -> tuple[int, dict[str, float]]:
        """Return (when it last became runnable, in ns since boot; what the scheduler driver shows of it, by name)."""
        ...

    def fds(self, pid: int) -> list[tuple[int, bytes, int, int]]:
        """Return (fd, what it points to, flags, position) of a process the reader may inspect; AccessDenied if it may not."""
        ...

    def follow_fd(self, pid: int, fd: int) -> object:
        """Return, opaque, what `Inode.follow` of /proc/PID/fd/N returns: the open file behind the descriptor."""
        ...

    def cwd(self, pid: int) -> bytes:
        """Return the path of its current directory."""
        ...

    def root(self, pid: int) -> bytes:
        """Return the path of its root."""
        ...

    def exe(self, pid: int) -> bytes:
        """Return the path of its program."""
        ...

    def limits(self, pid: int) -> list[tuple[str, int, int, str]]:
        """Return (name, soft, hard, unit) in the order of /proc/PID/limits."""
        ...

    def mounts(self, pid: int) -> list[MountView]:
        """Return the mounts of a process's namespace."""
        ...

    def filesystems(self) -> list[tuple[str, bool]]:
        """Return (fstype, needs a device) of all types that can be mounted."""
        ...

    def namespaces(self, pid: int) -> dict[str, int]:
        """Return kind -> inode number for /proc/PID/ns."""
        ...

    def uptime_ns(self) -> tuple[int, int]:
        """Return (time since boot, idle time summed over CPUs)."""
        ...

    def cpu_times(self) -> list[tuple[int, int, int]]:
        """Return (user, system, idle) ns for each CPU."""
        ...

    def cpu_queues(self) -> list[tuple[int, int]]:
        """Return, for each CPU, how long tasks waited for it in ns, and how often one was given it."""
        ...

    def load(self) -> tuple[float, float, float, int, int, int]:
        """Return (1, 5, 15 minute load, runnable, all, last pid)."""
        ...

    def memory(self) -> dict[str, int]:
        """Return bytes: total, used, free, shared, buffers, cached, available, swap_total, swap_free."""
        ...

    def counters(self) -> dict[str, int]:
        """Return context_switches, forks, boot_time_s, running, blocked, system_calls, and the bounds pid_max and threads_max."""
        ...

    def hostname(self) -> bytes:
        """Return the hostname of the reader's uts namespace."""
        ...

    def set_hostname(self, name: bytes) -> None:
        """Set it (through /proc/sys), with the caller's rights."""
        ...

    def version(self) -> tuple[str, str]:
        """Return (release, version) as uname has them."""
        ...

    def boot_id(self) -> str:
        """Return the boot's UUID, from the machine's own entropy."""
        ...

    def random_uuid(self) -> str:
        """Return a fresh UUID from the machine's entropy."""
        ...

    def log_lines(self) -> list[tuple[int, int, str]]:
        """Return the kernel log: (ns since boot, level, text)."""
        ...

    def locks(self) -> list[str]:
        """Return the lines of /proc/locks."""
        ...

    def devices(self) -> list[tuple[str, int, int, str]]:
        """Return (kind "char" or "block", major, minor, name)."""
        ...

    def block_devices(self) -> list[tuple[int, int, int, str]]:
        """Return (major, minor, size in bytes, name) of each disk."""
        ...

    def device_modes(self) -> dict[str, int]:
        """Return name in /dev -> permission bits."""
        ...
