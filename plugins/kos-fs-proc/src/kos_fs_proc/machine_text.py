"""The files about the whole machine, /proc/*: each function returns the bytes of one file.

    fn(view) -> bytes

Formats of proc(5) and Linux 6.1. What the machine doesn't keep isn't shown: no invented CPU model, no interrupts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kos_kernel.api import InvalidArgument

from .scheduling_text import schedstat

if TYPE_CHECKING:
    from kos_kernel.api import KernelView

TICK_NS = 10_000_000
HOSTNAME_MAX = 64

# (line, key of view.memory()). A key that the view doesn't have leaves its line out.
_MEMORY = (
    ("MemTotal", "total"), ("MemFree", "free"), ("MemAvailable", "available"), ("Buffers", "buffers"),
    ("Cached", "cached"), ("SwapTotal", "swap_total"), ("SwapFree", "swap_free"), ("Shmem", "shared"),
)  # fmt: skip

# What Linux calls the drivers behind the numbers it fixes (Documentation/admin-guide/devices.txt): by major, or by both.
_DRIVERS: Mapping[tuple[str, int] | tuple[str, int, int], str] = {
    ("char", 1): "mem", ("char", 4): "tty", ("char", 10): "misc", ("char", 136): "pts",
    ("char", 5, 0): "/dev/tty", ("char", 5, 1): "/dev/console", ("char", 5, 2): "/dev/ptmx",
    ("block", 1): "ramdisk", ("block", 7): "loop", ("block", 254): "virtblk",
}  # fmt: skip


def cmdline(view: KernelView) -> bytes:
    """Return an empty line: no boot loader gave this kernel any words."""
    return b"\n"


def cpuinfo(view: KernelView) -> bytes:
    """Return a paragraph for each CPU. It has a number and nothing else that is true of it."""
    return b"".join(b"processor\t: %d\nmodel name\t: KOS virtual CPU\n\n" % n for n in range(len(view.cpu_times())))


def devices(view: KernelView) -> bytes:
    """Return the major numbers in use, with the names of their drivers."""
    drivers: dict[str, dict[tuple[int, str], None]] = {"char": {}, "block": {}}
    for kind, major, minor, name in sorted(view.devices()):
        driver = _DRIVERS.get((kind, major, minor)) or _DRIVERS.get((kind, major)) or name
        drivers[kind][major, driver] = None
    rows = {kind: [f"{major:3} {name}\n" for major, name in found] for kind, found in drivers.items()}
    return f"Character devices:\n{''.join(rows['char'])}\nBlock devices:\n{''.join(rows['block'])}".encode()


def filesystems(view: KernelView) -> bytes:
    """Return the filesystem types; `nodev` before those that need no device."""
    return b"".join(f"{'' if device else 'nodev'}\t{name}\n".encode() for name, device in view.filesystems())


def kmsg(view: KernelView) -> bytes:
    """Return the kernel log so far. Unlike Linux's, it ends instead of waiting for more, and reading doesn't consume it."""
    lines = []
    for when_ns, level, text in view.log_lines():
        seconds, rest = divmod(when_ns // 1000, 1_000_000)
        lines.append(f"<{level}>[{seconds:5}.{rest:06}] {text}\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def loadavg(view: KernelView) -> bytes:
    """Return the three load averages, runnable/all tasks, and the last pid."""
    one, five, fifteen, runnable, tasks, last = view.load()
    return f"{one:.2f} {five:.2f} {fifteen:.2f} {runnable}/{tasks} {last}\n".encode()


def locks(view: KernelView) -> bytes:
    """Return the advisory locks."""
    return "".join(line.rstrip("\n") + "\n" for line in view.locks()).encode()


def meminfo(view: KernelView) -> bytes:
    """Return the memory's figures in kB."""
    memory = view.memory()
    lines = (f"{name + ':':<15} {memory[key] // 1024:8} kB\n" for name, key in _MEMORY if key in memory)
    return "".join(lines).encode()


def partitions(view: KernelView) -> bytes:
    """Return the disks, with their sizes in KiB."""
    rows = [f"{high:4}  {low:7} {size // 1024:10} {name}\n" for high, low, size, name in view.block_devices()]
    return ("major minor  #blocks  name\n\n" + "".join(rows) if rows else "").encode()


def stat(view: KernelView) -> bytes:
    """Return CPU times in ticks and the counters since boot."""
    cpus = [tuple(ns // TICK_NS for ns in times) for times in view.cpu_times()]
    total = tuple(map(sum, zip(*cpus, strict=True)))
    rows = [("cpu ", total), *((f"cpu{number}", times) for number, times in enumerate(cpus))]
    counters = view.counters()
    lines = [f"{name} {user} 0 {system} {idle} 0 0 0 0 0 0" for name, (user, system, idle) in rows]
    lines += [
        f"ctxt {counters['context_switches']}",
        f"btime {counters['boot_time_s']}",
        f"processes {counters['forks']}",
        f"procs_running {counters['running']}",
        f"procs_blocked {counters['blocked']}",
    ]
    return "\n".join(lines).encode() + b"\n"


def swaps(view: KernelView) -> bytes:
    """Return the head of the table of swap areas: there are none."""
    return b"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


def uptime(view: KernelView) -> bytes:
    """Return seconds since boot and seconds idle, summed over the CPUs."""
    up_ns, idle_ns = view.uptime_ns()
    return b"%d.%02d %d.%02d\n" % (*_centiseconds(up_ns), *_centiseconds(idle_ns))


def _centiseconds(ns: int) -> tuple[int, int]:
    return divmod(ns // 10_000_000, 100)


def version(view: KernelView) -> bytes:
    """Return one line: system, release, version."""
    release, text = view.version()
    return f"Linux version {release} {text}\n".encode()


# ---------------------------------------------------------------- /proc/sys
def hostname(view: KernelView) -> bytes:
    """Return the hostname of the reader's uts namespace."""
    return view.hostname() + b"\n"


def set_hostname(view: KernelView, data: bytes) -> None:
    """Take a hostname: what stands before the first newline, 1 to 64 bytes."""
    name = data.partition(b"\n")[0]
    if not name or len(name) > HOSTNAME_MAX or b"\0" in name:
        raise InvalidArgument(None, f"a hostname has 1 to {HOSTNAME_MAX} bytes")
    view.set_hostname(name)


def ostype(view: KernelView) -> bytes:
    """Return the system's name, as uname -s."""
    return b"Linux\n"


def osrelease(view: KernelView) -> bytes:
    """Return the release, as uname -r."""
    return view.version()[0].encode() + b"\n"


def osversion(view: KernelView) -> bytes:
    """Return the version, as uname -v."""
    return view.version()[1].encode() + b"\n"


def pid_max(view: KernelView) -> bytes:
    """Return the number after which pids begin anew."""
    return b"%d\n" % view.counters()["pid_max"]


def threads_max(view: KernelView) -> bytes:
    """Return how many processes there may be."""
    return b"%d\n" % view.counters()["threads_max"]


def boot_id(view: KernelView) -> bytes:
    """Return the UUID of this boot."""
    return view.boot_id().encode() + b"\n"


def uuid(view: KernelView) -> bytes:
    """Return a fresh UUID at each reading."""
    return view.random_uuid().encode() + b"\n"


Writer = Callable[["KernelView", bytes], None]


class Entry:
    """A file of the tables below: how it is made, its permission bits, and who takes what is written to it."""

    __slots__ = ("make", "mode", "write")

    def __init__(self, make: Callable[[KernelView], bytes], mode: int = 0o444, write: Writer | None = None) -> None:
        self.make = make
        self.mode = mode
        self.write = write


# A name is a file (Entry), a directory (dict) or a symbolic link (bytes). The order is that of a listing.
Table = dict[bytes, Any]
ROOT: Table = {
    b"cmdline": Entry(cmdline),
    b"cpuinfo": Entry(cpuinfo),
    b"devices": Entry(devices),
    b"filesystems": Entry(filesystems),
    b"kmsg": Entry(kmsg, 0o400),
    b"loadavg": Entry(loadavg),
    b"locks": Entry(locks),
    b"meminfo": Entry(meminfo),
    b"mounts": b"self/mounts",
    b"partitions": Entry(partitions),
    b"schedstat": Entry(schedstat),
    b"stat": Entry(stat),
    b"swaps": Entry(swaps),
    b"sys": {
        b"kernel": {
            b"hostname": Entry(hostname, 0o644, set_hostname),
            b"osrelease": Entry(osrelease),
            b"ostype": Entry(ostype),
            b"pid_max": Entry(pid_max),
            b"random": {b"boot_id": Entry(boot_id), b"uuid": Entry(uuid)},
            b"threads-max": Entry(threads_max),
            b"version": Entry(osversion),
        },
    },
    b"uptime": Entry(uptime),
    b"version": Entry(version),
}
