"""vmstat: processes, memory and processors at a glance, now and every so many seconds.

Swap, block transfers and interrupts are 0 because this machine has none of them: its file systems live in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    Command,
    Flag,
    SysError,
    UsageError,
    Value,
    Writer,
    broken_down,
    cause,
    complain,
    read_whole,
    strftime,
    zone_of,
)

from ..facts.files import fields

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_HINT = "\nUsage:\n {prog} [options] [delay [count]]\n\nFor more details see vmstat(8).\n"
VMSTAT = Command(
    "vmstat",
    usage="[options] [delay [count]]",
    summary="Show processes, memory and processors every DELAY seconds, COUNT times.",
    options=[
        Flag("active", "a", "active", help="active and inactive memory"),
        Flag("forks", "f", "forks", help="number of processes since boot"),
        Flag("slabs", "m", "slabs", hidden=True),
        Flag("once", "n", "one-header", help="don't repeat the heading"),
        Flag("events", "s", "stats", help="a table of counters"),
        Flag("disks", "d", "disk", hidden=True),
        Flag("sum", "D", "disk-sum", hidden=True),
        Value("partition", "p", "partition", metavar="DEV", hidden=True),
        Value("unit", "S", "unit", metavar="CHAR", default=b"K", help="k (1000), K (1024), m or M bytes"),
        Flag("wide", "w", "wide", help="wide output"),
        Flag("stamps", "t", "timestamp", help="show the time"),
        Flag("later", "y", "no-first", help="leave out the first line, the averages since boot"),
        Flag("version_", "V", hidden=True),
    ],
    hint=_HINT,
)
_UNITS = {b"k": 1000, b"K": 1024, b"m": 1000000, b"M": 1048576}
_PAGE = 22  # lines between two headings where the output is no terminal


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the table. Status 1 if the command line is wrong or /proc can't be read."""
    opts, words = VMSTAT.parse(argv)
    for on, name in ((opts.slabs, b"--slabs"), (opts.disks, b"--disk"), (opts.sum, b"--disk-sum")):
        if on:
            complain(k, b"%s is not supported: the kernel keeps no such counters" % name)
            return 1
    if opts.partition is not None:
        complain(k, b"--partition is not supported: the kernel keeps no such counters")
        return 1
    unit = _UNITS.get(opts.unit)
    if unit is None:
        complain(k, b"-S requires k, K, m or M (default is KiB)")
        return 1
    if len(words) > 2:
        raise UsageError(_HINT.encode().replace(b"{prog}", opts.prog), 1)
    numbers = []
    for word in words:
        if not word.isdigit() or len(word) > 9:
            complain(k, b"failed to parse argument: '%s'" % word)
            return 1
        numbers.append(int(word))
    if numbers and not numbers[0]:
        complain(k, b"delay must be positive integer")
        return 1
    try:
        if opts.forks:
            return _say(k, f"{_Look(k).counters['processes']:13} forks\n")
        if opts.active and "Active" not in _Look(k).memory:
            complain(k, b"--active is not supported: the kernel keeps no such counters")
            return 1
        if opts.events:
            return _say(k, _events(_Look(k), unit))
        count = numbers[1] if len(numbers) > 1 else None if numbers else 1
        return _table(k, opts, unit, numbers[0] if numbers else 1, count)
    except (SysError, KeyError) as error:
        complain(
            k, b"Unable to read /proc: " + (cause(error) if isinstance(error, SysError) else b"it isn't as on Linux")
        )
        return 1


class _Look:
    """What /proc says at one moment."""

    def __init__(self, k: Syscalls) -> None:
        self.memory = {
            name.decode(): int(value.split()[0]) for name, value in fields(read_whole(k, b"/proc/meminfo")).items()
        }
        self.counters: dict[str, int] = {}
        self.cpu: list[int] = []
        for line in read_whole(k, b"/proc/stat").splitlines():
            words = line.split()
            if words[0] == b"cpu":
                self.cpu = [int(word) for word in words[1:]] + [0] * 10
            elif len(words) == 2:
                self.counters[words[0].decode()] = int(words[1])
        self.now_ns = k.clock_ns()

    def kib(self, name: str) -> int:
        return self.memory.get(name, 0)


def _say(k: Syscalls, text: str) -> int:
    out = Writer(k)
    out.write(text.encode())
    out.flush()
    return 0


def _events(look: _Look, unit: int) -> str:
    def size(kib: int) -> int:
        return kib * 1024 // unit

    letter = {1000: "k", 1024: "K", 1000000: "m", 1048576: "M"}[unit]
    total, free = look.kib("MemTotal"), look.kib("MemFree")
    swap = look.kib("SwapTotal")
    available = look.kib("MemAvailable") if "MemAvailable" in look.memory else free
    rows = [
        (size(total), f"{letter} total memory"),
        (size(total - available), f"{letter} used memory"),
        (size(free), f"{letter} free memory"),
        (size(look.kib("Buffers")), f"{letter} buffer memory"),
        (size(look.kib("Cached")), f"{letter} swap cache"),
        (size(swap), f"{letter} total swap"),
        (size(swap - look.kib("SwapFree")), f"{letter} used swap"),
        (size(look.kib("SwapFree")), f"{letter} free swap"),
        *zip(
            look.cpu,
            ("non-nice user cpu ticks", "nice user cpu ticks", "system cpu ticks", "idle cpu ticks", "IO-wait cpu ticks",
             "IRQ cpu ticks", "softirq cpu ticks", "stolen cpu ticks"),
            strict=False,
        ),
        (look.counters["ctxt"], "CPU context switches"),
        (look.counters["btime"], "boot time"),
        (look.counters["processes"], "forks"),
    ]  # fmt: skip
    return "".join(f"{number:13} {name}\n" for number, name in rows)


def _headings(opts: Any, zone: str) -> str:
    third, fourth = ("inact", "active") if opts.active else ("buff", "cache")
    names = (
        "r",
        "b",
        "swpd",
        "free",
        third,
        fourth,
        "si",
        "so",
        "bi",
        "bo",
        "in",
        "cs",
        "us",
        "sy",
        "id",
        "wa",
        "st",
        "gu",
    )
    if opts.wide:
        first = "--procs-- -----------------------memory---------------------- ---swap-- -----io---- -system-- ----------cpu----------"
    else:
        first = "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----"
    second = " ".join(name.rjust(width) for name, width in zip(names, _widths(opts), strict=False))
    if opts.stamps:
        first += " -----timestamp-----"
        second += f" {zone:>19}"
    return first + "\n" + second + "\n"


def _widths(opts: Any) -> list[int]:
    """Return the widths of the columns; the last, for guests, is of the wide form alone."""
    rest = [4, 4, 5, 5, 4, 4]
    return [4, 4, *[12] * 4, *rest, *[3] * 6] if opts.wide else [2, 2, *[6] * 4, *rest, *[2] * 5]


def _table(k: Syscalls, opts: Any, unit: int, delay: int, count: int | None) -> int:
    out = Writer(k)
    zone = zone_of(k)
    before: _Look | None = None
    printed = 0
    try:
        page = max(k.get_winsize(1)[0] - 3, 1)
    except SysError:
        page = _PAGE
    left = count
    while left is None or left > 0:
        look = _Look(k)
        if before is not None or not opts.later or count == 1:
            if printed == 0 or (not opts.once and printed % page == 0):
                out.write(_headings(opts, strftime(b"%Z", broken_down(look.now_ns, zone)).decode()).encode())
            out.write(_row(look, before, opts, unit))
            if opts.stamps:
                out.write(strftime(b" %F %T", broken_down(look.now_ns, zone)))
            out.write(b"\n")
            printed += 1
            left = None if left is None else left - 1
            out.flush()
        before = look
        if left is None or left > 0:
            k.sleep_ns(delay * 10**9)
    return 0


def _row(look: _Look, before: _Look | None, opts: Any, unit: int) -> bytes:
    def size(kib: int) -> int:
        return kib * 1024 // unit

    ticks = [now - then for now, then in zip(look.cpu, before.cpu if before else [0] * 20, strict=False)]
    user, system, idle, waiting, stolen = (
        ticks[0] + ticks[1],
        ticks[2] + ticks[5] + ticks[6],
        ticks[3],
        ticks[4],
        ticks[7],
    )
    total = max(user + system + idle + waiting + stolen, 1)
    shares = [(100 * part + total // 2) // total for part in (user, system, idle, waiting, stolen)]
    seconds = max((look.now_ns - before.now_ns) / 1e9 if before else (look.now_ns / 1e9 - look.counters["btime"]), 1e-9)
    switches = int((look.counters["ctxt"] - (before.counters["ctxt"] if before else 0)) / seconds)
    swapped = size(look.kib("SwapTotal") - look.kib("SwapFree"))
    third, fourth = ("Inactive", "Active") if opts.active else ("Buffers", "Cached")
    memory = [swapped, size(look.kib("MemFree")), size(look.kib(third)), size(look.kib(fourth))]
    running, blocked = look.counters["procs_running"], look.counters["procs_blocked"]
    numbers = [running, blocked, *memory, 0, 0, 0, 0, 0, switches, *shares, 0]
    return " ".join(str(number).rjust(width) for number, width in zip(numbers, _widths(opts), strict=False)).encode()
