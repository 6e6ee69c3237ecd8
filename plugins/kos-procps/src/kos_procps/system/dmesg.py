"""dmesg: the kernel's log, from /proc/kmsg or a file. It can't be emptied here, nor the console's level set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import (
    Command,
    Flag,
    SysError,
    Value,
    Writer,
    broken_down,
    cause,
    complain,
    read_whole,
    strftime,
    zone_of,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
_FACILITIES = ("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp")
_FORMATS = (b"ctime", b"notime", b"delta", b"iso", b"reltime")
DMESG = Command(
    "dmesg",
    usage="[options]",
    summary="Display the kernel ring buffer.",
    options=[
        Flag("clear", "C", "clear", hidden=True),
        Flag("clear", "c", "read-clear", hidden=True),
        Flag("console", "D", "console-off", hidden=True),
        Flag("console", "E", "console-on", hidden=True),
        Value("console_level", "n", "console-level", hidden=True),
        Flag("follow", "w", "follow", hidden=True),
        Flag("follow", "W", "follow-new", hidden=True),
        Value("since", "since", hidden=True),
        Value("until", "until", hidden=True),
        Flag("delta", "d", "show-delta", help="show time delta between printed messages"),
        Flag(
            "form",
            "e",
            "reltime",
            value=b"reltime",
            default=b"",
            help="show local time and time delta in readable format",
        ),
        Value("file", "F", "file", metavar="FILE", help="use the file instead of the kernel log"),
        Value("facilities", "f", "facility", metavar="LIST", help="restrict output to defined facilities"),
        Flag("human", "H", "human", help="human readable output"),
        Flag("json", "J", "json", help="use JSON output format"),
        Flag("kernel", "k", "kernel", help="display kernel messages"),
        Value("color", "L", "color", metavar="WHEN", optional=True, implied=b"auto", help="never: there are no colors"),
        Value("levels", "l", "level", metavar="LIST", help="restrict output to defined levels: " + " ".join(_LEVELS)),
        Flag("no_pager", "P", "nopager", help="there is no pager"),
        Flag("raw", "r", "raw", help="print the raw message buffer"),
        Flag("syslog", "S", "syslog", help="the log is read from one place anyway"),
        Value("size", "s", "buffer-size", metavar="SIZE", help="the buffer is as large as it is"),
        Flag("form", "T", "ctime", value=b"ctime", default=b"", help="show human-readable timestamp"),
        Flag("form", "t", "notime", value=b"notime", default=b"", help="don't show any timestamp with messages"),
        Value("form", "time-format", metavar="FORMAT", default=b"", help="ctime, notime, delta, iso or reltime"),
        Flag("userspace", "u", "userspace", help="display userspace messages"),
        Flag("decode", "x", "decode", help="decode facility and level to readable string"),
        Flag("version_", "V", hidden=True),
    ],
)
_LINE = re.compile(rb"<([0-9]{1,4})>(?:\[ *([0-9]{1,12})\.([0-9]{6})\] )?(.*)", re.DOTALL)


class Message(NamedTuple):
    """A message. when_us: microseconds since boot, or None."""

    priority: int
    when_us: int | None
    text: bytes


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the messages. Status 1 if they can't be read."""
    opts, words = DMESG.parse(argv)
    if words:
        raise DMESG.error(opts, "bad usage")
    for on, name in ((opts.clear, b"clearing the log"), (opts.console or opts.console_level is not None, b"the console's level"),
                     (opts.follow, b"--follow"), (opts.since is not None, b"--since"), (opts.until is not None, b"--until")):  # fmt: skip
        if on:
            complain(k, name + b" is not supported")
            return 1
    if opts.form and opts.form not in _FORMATS:
        complain(k, b"unknown time format: " + opts.form)
        return 1
    if opts.raw and (opts.levels is not None or opts.facilities is not None or opts.decode):
        complain(k, b"--raw can be used together with --level or --facility only when reading messages from /dev/kmsg")
        return 1
    levels = _numbers(k, opts.levels, _LEVELS, b"level")
    facilities = _numbers(k, opts.facilities, _FACILITIES, b"facility")
    if levels is None or facilities is None:
        return 1
    if opts.kernel or opts.userspace:
        facilities = {0} if opts.kernel else set(range(1, 24))
    try:
        text = read_whole(k, opts.file if opts.file is not None else b"/proc/kmsg")
    except SysError as error:
        where = b"cannot open " + opts.file if opts.file is not None else b"read kernel buffer failed"
        complain(
            k, where + b": " + (b"Operation not permitted" if error.errno == 13 and opts.file is None else cause(error))
        )
        return 1
    chosen = []
    for message in messages(text):
        if (not levels or message.priority & 7 in levels) and (not facilities or message.priority >> 3 in facilities):
            chosen.append(message)
    _Printer(k, opts).show(chosen)
    return 0


def _numbers(k: Syscalls, text: bytes | None, names: tuple[str, ...], what: bytes) -> set[int] | None:
    """Return what a list of names means; None after complaining of one."""
    found: set[int] = set()
    for item in (text or b"").split(b",") if text is not None else ():
        name = item.decode("latin-1")
        upto = name.startswith("+") or name.endswith("+")
        bare = name.strip("+")
        if bare not in names:
            complain(k, b"unknown %s '%s'" % (what, item))
            return None
        number = names.index(bare)
        found |= (
            {number} if not upto else set(range(number + 1)) if name.endswith("+") else set(range(number, len(names)))
        )
    return found


def messages(text: bytes) -> list[Message]:
    """Return the messages of a log. A line without a priority goes on with the one before."""
    found: list[Message] = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            if found:
                found[-1] = found[-1]._replace(text=found[-1].text + b"\n" + line)
            else:
                found.append(Message(6, None, line))
            continue
        when = int(match[2]) * 10**6 + int(match[3]) if match[2] is not None else None
        found.append(Message(int(match[1]), when, match[4]))
    return found


class _Printer:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.opts = opts
        self.out = Writer(k)
        self.zone = zone_of(k)
        self.boot_ns = k.clock_ns() - k.clock_ns(1)
        self.form = opts.form or (b"reltime" if opts.human else b"")
        self.before: int | None = None
        self.shown_minute: object = None

    def show(self, chosen: list[Message]) -> None:
        out = self.out
        if self.opts.json:
            rows = []
            for message in chosen:
                when = message.when_us or 0
                seconds = f"{when // 10**6:5}.{when % 10**6:06}"
                members = (f'"pri": {message.priority}', f'"time": {seconds}', f'"msg": {_json(message.text)}')
                rows.append(",\n".join(" " * 9 + member for member in members) + "\n      }")
            body = "".join(",{\n" + row if place else "      {\n" + row for place, row in enumerate(rows))
            out.write(('{\n   "dmesg": [\n' + body + "\n   ]\n}\n").encode("utf-8", "surrogateescape"))
        else:
            for message in chosen:
                lead = self.decoded(message) if self.opts.decode and not self.opts.raw else b""
                stamp = b"<%d>" % message.priority + self.usual(message) if self.opts.raw else self.stamp(message)
                for place, line in enumerate(_visible(message.text).split(b"\n")):
                    out.write(lead + (stamp if not place else b" " * len(stamp)) + line + b"\n")
        out.flush()

    def decoded(self, message: Message) -> bytes:
        facility = message.priority >> 3
        name = _FACILITIES[facility] if facility < len(_FACILITIES) else f"#{facility}"
        return f"{name:<6}:{_LEVELS[message.priority & 7]:<6}: ".encode()

    def usual(self, message: Message) -> bytes:
        when = message.when_us or 0
        return b"[%5d.%06d] " % divmod(when, 10**6)

    def moment(self, message: Message) -> Any:
        return broken_down(self.boot_ns + (message.when_us or 0) * 1000, self.zone)

    def stamp(self, message: Message) -> bytes:
        """Return what stands before a message."""
        when = message.when_us or 0
        delta = when - self.before if self.before is not None else 0
        self.before = when
        if self.form == b"notime":
            return b"[<%5d.%06d>] " % divmod(delta, 10**6) if self.opts.delta else b""
        if self.form == b"ctime":
            stamp = strftime(b"%a %b %e %H:%M:%S %Y", self.moment(message))
            return b"[%s <%5d.%06d>] " % (stamp, *divmod(delta, 10**6)) if self.opts.delta else b"[%s] " % stamp
        if self.form == b"iso":
            at = self.moment(message)
            return strftime(b"%Y-%m-%dT%H:%M:%S,", at) + b"%06d" % (at.ns // 1000) + strftime(b"%:z ", at)
        if self.form == b"delta":
            return b"[<%5d.%06d>] " % divmod(delta, 10**6)
        if self.form == b"reltime":
            at = self.moment(message)
            minute = (at.year, at.yearday, at.hour, at.minute)
            if minute != self.shown_minute:
                self.shown_minute = minute
                return b"[%s%2d %02d:%02d] " % (strftime(b"%b", at), at.day, at.hour, at.minute)
            return (
                b"[%+11.6f] " % (delta / 1e6)
                if delta >= 10 * 10**6
                else b"[%s] " % f"+{delta / 1e6:.6f}".rjust(11).encode()
            )
        if self.opts.delta:
            return b"[%5d.%06d <%5d.%06d>] " % (*divmod(when, 10**6), *divmod(delta, 10**6))
        return self.usual(message)


def _visible(text: bytes) -> bytes:
    """Return a message with control characters written out, so that it can't steer a terminal."""
    return re.sub(rb"[\x00-\x08\x0b-\x1f\x7f]", lambda match: b"\\x%02x" % match[0][0], text)


def _json(text: bytes) -> str:
    import json

    return json.dumps(text.decode("utf-8", "replace"), ensure_ascii=False)
