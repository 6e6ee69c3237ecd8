"""uptime: how long the machine has been running, who is there, and how busy it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    Command,
    Flag,
    HelpRequested,
    SysError,
    UsageError,
    Writer,
    broken_down,
    cause,
    complain,
    read_whole,
    strftime,
    zone_of,
)

from ..facts.logins import logins

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_HINT = "\nUsage:\n {prog} [options]\n\nFor more details see uptime(1).\n"
UPTIME = Command(
    "uptime",
    usage="[options]",
    summary="Tell how long the system has been running.",
    options=[
        Flag("pretty", "p", "pretty", help="show uptime in pretty format"),
        Flag("since", "s", "since", help="system up since"),
        Flag("help_", "h", hidden=True),
        Flag("version_", "V", hidden=True),
    ],
    hint=_HINT,
)
_PRETTY = (("decade", 315360000), ("year", 31536000), ("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60))


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print one line."""
    opts, words = UPTIME.parse(argv)
    if opts.help_ or opts.version_:
        raise HelpRequested((UPTIME.help_text if opts.help_ else UPTIME.version_text)(opts.prog))
    if words:
        raise UsageError(_HINT.encode().replace(b"{prog}", opts.prog), 1)
    try:
        out = Writer(k)
        if opts.since:
            zone = zone_of(k)
            out.write(strftime(b"%F %T\n", broken_down(k.clock_ns() - seconds_up(k) * 10**9, zone)))
        elif opts.pretty:
            out.write(_pretty(seconds_up(k)).encode() + b"\n")
        else:
            out.write(summary(k) + b"\n")
    except (SysError, ValueError, IndexError) as error:
        reason = cause(error) if isinstance(error, SysError) else b"it isn't as on Linux"
        complain(k, b"Cannot get system uptime: " + reason)
        return 1
    out.flush()
    return 0


def seconds_up(k: Syscalls) -> int:
    """Return the whole seconds since boot. Raises SysError, ValueError, IndexError if /proc isn't as on Linux."""
    return int(float(read_whole(k, b"/proc/uptime").split()[0]))


def _pretty(left: int) -> str:
    parts = []
    for name, size in _PRETTY:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return "up " + (", ".join(parts) or "0 minutes")


def summary(k: Syscalls) -> bytes:
    """Return the line that uptime, w and top begin with, without a newline. Raises as seconds_up."""
    up = seconds_up(k)
    loads = [float(load) for load in read_whole(k, b"/proc/loadavg").split()[:3]]
    at = broken_down(k.clock_ns(), zone_of(k))
    days, rest = divmod(up, 86400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    text = f" {at.hour:02}:{at.minute:02}:{at.second:02} up "
    if days:
        text += f"{days} day{'' if days == 1 else 's'}, "
    text += f"{hours:2}:{minutes:02}, " if hours else f"{minutes} min, "
    users = len(logins(k))
    text += f"{users:2} user{'s' if users > 1 else ''},  load average: " + ", ".join(f"{load:.2f}" for load in loads)
    return text.encode()
