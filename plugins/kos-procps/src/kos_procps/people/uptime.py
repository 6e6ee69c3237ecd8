"""uptime: how long the machine has been running, and how busy it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    Command,
    Flag,
    SysError,
    Writer,
    broken_down,
    cause,
    complain,
    parsed,
    read_whole,
    strftime,
    zone_of,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

UPTIME = Command(
    "uptime",
    usage="[options]",
    summary="Tell how long the system has been running.",
    options=[
        Flag("pretty", "p", "pretty", help="show uptime in pretty format"),
        Flag("since", "s", "since", help="system up since"),
    ],
    operands=(0, 0),
)
_PRETTY = (("decade", 315360000), ("year", 31536000), ("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60))


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print one line."""
    opts, _ = parsed(k, UPTIME, argv)
    try:
        up = float(read_whole(k, b"/proc/uptime").split()[0])
        loads = read_whole(k, b"/proc/loadavg").split()[:3]
    except (SysError, ValueError, IndexError) as error:
        reason = cause(error) if isinstance(error, SysError) else b"it isn't as on Linux"
        complain(k, b"Cannot get system uptime: " + reason)
        return 1
    now_ns = k.clock_ns()
    out = Writer(k)
    if opts.since:
        text = strftime(b"%F %T", broken_down(now_ns - int(up) * 10**9, zone_of(k))).decode()
    elif opts.pretty:
        parts, left = [], int(up)
        for name, size in _PRETTY:
            count, left = divmod(left, size)
            if count:
                parts.append(f"{count} {name}{'' if count == 1 else 's'}")
        text = "up " + (", ".join(parts) or "0 minutes")
    else:
        at = broken_down(now_ns, zone_of(k))
        days, rest = divmod(int(up), 86400)
        hours, minutes = rest // 3600, rest % 3600 // 60
        text = f" {at.hour:02}:{at.minute:02}:{at.second:02} up "
        if days:
            text += f"{days} day{'' if days == 1 else 's'}, "
        text += f"{hours:2}:{minutes:02}, " if hours else f"{minutes} min, "
        users = _users(k)
        text += f"{users:2} user{'s' if users > 1 else ''},  load average: "
        text += ", ".join(f"{float(load):.2f}" for load in loads)
    out.write(text.encode() + b"\n")
    out.flush()
    return 0


def _users(k: Syscalls) -> int:
    """Return how many are logged in: one for each terminal that is some session's controlling one."""
    terminals = set()
    try:
        for name in k.listdir(b"/proc"):
            if name.isdigit():
                stat = read_whole(k, b"/proc/%s/stat" % name)
                terminal = stat[stat.rindex(b")") :].split()[5]
                if terminal not in (b"0", b"-1"):
                    terminals.add(terminal)
    except (SysError, ValueError, IndexError):
        pass  # a process that ended while we looked
    return len(terminals)
