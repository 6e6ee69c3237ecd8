"""free: how much memory there is, from /proc/meminfo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, HelpRequested, SysError, Value, Writer, cause, complain, read_whole

from ..facts.files import fields
from ..facts.intervals import seconds_ns

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_UNITS = (
    ("b", "bytes", 1),
    ("", "kilo", 1000),
    ("", "mega", 1000**2),
    ("", "giga", 1000**3),
    ("", "tera", 1000**4),
    ("", "peta", 1000**5),
    ("k", "kibi", 1024),
    ("m", "mebi", 1024**2),
    ("g", "gibi", 1024**3),
    ("", "tebi", 1024**4),
    ("", "pebi", 1024**5),
)
FREE = Command(
    "free",
    usage="[options]",
    summary="Display the amount of free and used memory in the system.",
    options=[
        *(
            Flag(
                "units",
                *([short] if short else []),
                long,
                value=size,
                repeat=True,
                help=f"show output in {long.removesuffix('bytes')}bytes",
            )
            for short, long, size in _UNITS
        ),
        Flag("human", "h", "human", help="show human-readable output"),
        Flag("si", "si", help="use powers of 1000 not 1024"),
        Flag("low", "l", "lohi", help="show detailed low and high memory statistics"),
        Flag("total", "t", "total", help="show total for RAM + swap"),
        Flag("committed", "v", "committed", help="show committed memory and commit limit"),
        Value("seconds", "s", "seconds", metavar="N", help="repeat printing every N seconds"),
        Value("count", "c", "count", metavar="N", help="repeat printing N times, then exit"),
        Flag("wide", "w", "wide", help="wide output"),
    ],
    hint="\nUsage:\n {prog} [options]\n\nFor more details see free(1).\n",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print memory and swap."""
    opts, words = FREE.parse(argv)
    if words:
        raise HelpRequested(FREE.help_text(opts.prog))
    if len(set(opts.units)) > 1:
        complain(k, b"Multiple unit options don't make sense.")
        return 1
    interval = 10**9
    if opts.seconds is not None:
        stretch = seconds_ns(opts.seconds)
        if stretch is None:
            complain(k, b"seconds argument failed: '%s': Invalid argument" % opts.seconds)
            return 1
        if not stretch:
            complain(k, b"seconds argument `%s' is not positive number" % opts.seconds)
            return 1
        interval = stretch
    left = 1 if opts.count is None and opts.seconds is None else 0
    if opts.count is not None:
        if not opts.count.isdigit():
            complain(k, b"failed to parse count argument: '%s'" % opts.count)
            return 1
        left = int(opts.count[:12])
        if not 0 < left < 1 << 31:
            complain(k, b"failed to parse count argument: '%s': Numerical result out of range" % opts.count)
            return 1
    out = Writer(k)
    while True:
        try:
            table = fields(read_whole(k, b"/proc/meminfo"))
        except SysError as error:
            complain(k, b"Unable to create meminfo structure: " + cause(error))
            return 1
        if opts.committed and b"CommitLimit" not in table:
            complain(k, b"--committed is not supported: the kernel keeps no such counters")
            return 1
        out.write(_report(table, opts))
        out.flush()
        left -= 1
        if left == 0:
            return 0
        k.sleep_ns(interval)
        out.write(b"\n")


def _report(table: dict[bytes, bytes], opts: Any) -> bytes:
    def kib(name: bytes) -> int:
        words = table.get(name, b"0").split()
        return int(words[0]) if words and words[0].isdigit() else 0

    total, free, buffers = kib(b"MemTotal"), kib(b"MemFree"), kib(b"Buffers")
    cache = kib(b"Cached") + kib(b"SReclaimable")
    available = kib(b"MemAvailable") if b"MemAvailable" in table else free
    used = max(total - available, 0)
    swap, swap_free = kib(b"SwapTotal"), kib(b"SwapFree")

    def cell(number: int) -> str:
        return f"{_scaled(number * 1024, opts):>12}"

    columns = ["total", "used", "free", "shared", *(["buffers", "cache"] if opts.wide else ["buff/cache"]), "available"]
    lines = ["        " + "".join(f"{name:>12}" for name in columns)]
    middle = [buffers, cache] if opts.wide else [buffers + cache]
    lines.append("Mem:    " + "".join(map(cell, [total, used, free, kib(b"Shmem"), *middle, available])))
    if opts.low:
        lines.append("Low:    " + "".join(map(cell, [total, total - free, free])))
        lines.append("High:   " + "".join(map(cell, [0, 0, 0])))
    lines.append("Swap:   " + "".join(map(cell, [swap, swap - swap_free, swap_free])))
    if opts.total:
        lines.append("Total:  " + "".join(map(cell, [total + swap, used + swap - swap_free, free + swap_free])))
    if opts.committed:
        limit, committed = kib(b"CommitLimit"), kib(b"Committed_AS")
        lines.append("Comm:   " + "".join(map(cell, [limit, committed, limit - committed])))
    return ("\n".join(lines) + "\n").encode()


def _scaled(size: int, opts: Any) -> str:
    if not opts.human:
        unit = opts.units[0] if opts.units else 1024
        if opts.si and unit > 1:
            unit = {1024**power: 1000**power for power in range(1, 6)}.get(unit, unit)
        return str(size // unit)
    base = 1000 if opts.si else 1024
    letters = "KMGTP"
    if size < base:
        return f"{size}B"
    power = 0
    amount = float(size)
    while amount >= base and power < len(letters):
        amount /= base
        power += 1
    ending = letters[power - 1] + ("" if opts.si else "i")
    short = f"{amount:.1f}{ending}"
    return short if len(short) <= (4 if opts.si else 5) else f"{int(amount)}{ending}"
