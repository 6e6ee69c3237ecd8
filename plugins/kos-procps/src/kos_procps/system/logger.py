"""logger: a line in the system's log.

The log daemon's socket /dev/log is asked first; a machine without one gets the line appended to /var/log/syslog, as a daemon
would write it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    AF_UNIX,
    O_APPEND,
    O_CREAT,
    O_WRONLY,
    SOCK_DGRAM,
    Accounts,
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    broken_down,
    cause,
    complain,
    strftime,
    zone_of,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

LOG = b"/var/log/syslog"
_LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_OTHER_LEVELS = {"panic": 0, "error": 3, "warn": 4}
_FACILITIES = {
    "kern": 0, "user": 1, "mail": 2, "daemon": 3, "auth": 4, "security": 4, "syslog": 5, "lpr": 6, "news": 7, "uucp": 8,
    "cron": 9, "authpriv": 10, "ftp": 11, **{f"local{number}": 16 + number for number in range(8)},
}  # fmt: skip
LOGGER = Command(
    "logger",
    usage="[options] [<message>]",
    summary="Enter messages into the system log.",
    options=[
        Flag("pid", "i", help="log the logger command's PID"),
        Value("id", "id", metavar="ID", optional=True, implied=b"", help="log the given <id>, or otherwise the PID"),
        Value("file", "f", "file", metavar="FILE", help="log the contents of this file"),
        Flag("skip", "e", "skip-empty", help="do not log empty lines when processing files"),
        Flag("idle", "no-act", help="do everything except the write the log"),
        Value(
            "priority",
            "p",
            "priority",
            metavar="PRIO",
            default=b"user.notice",
            help="mark given message with this priority",
        ),
        Flag("prefixed", "prio-prefix", help="look for a prefix on every line read from stdin"),
        Flag("echo", "s", "stderr", help="output message to standard error as well"),
        Value("size", "S", "size", metavar="SIZE", default=b"1024", help="maximum size for a single message"),
        Value("tag", "t", "tag", metavar="TAG", help="mark every line with this tag"),
        Value("socket", "u", "socket", metavar="SOCKET", help="write to this Unix socket"),
        Value("server", "n", "server", hidden=True),
        Value("port", "P", "port", hidden=True),
        Flag("tcp", "T", "tcp", hidden=True),
        Flag("udp", "d", "udp", hidden=True),
        Flag("version_", "V", hidden=True),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Log the words, or the lines of a file or of standard input. Status 1 if that fails."""
    opts, words = LOGGER.parse(argv)
    if opts.server is not None or opts.port is not None or opts.tcp or opts.udp:
        complain(k, b"a remote log server is not supported")
        return 1
    priority = _priority(k, opts.priority)
    if priority is None:
        return 1
    if not opts.size.isdigit() or len(opts.size) > 9:
        complain(k, b"failed to parse message size: '%s': Invalid argument" % opts.size)
        return 1
    log = _Log(k, opts, int(opts.size))
    if words:
        if opts.file is not None:
            complain(k, b"--file <file> and <message> are mutually exclusive, message is ignored")
        else:
            return log.write(priority, b" ".join(words))
    fd = 0
    if opts.file is not None:
        try:
            fd = k.open(opts.file)
        except SysError as error:
            complain(k, b"file %s: %s" % (opts.file, cause(error)))
            return 1
    reader = Reader(k, fd)
    status = 0
    while line := reader.line():
        text = line.removesuffix(b"\n")
        if opts.skip and not text:
            continue
        number = priority
        if opts.prefixed and text[:1] == b"<" and text[1:4].partition(b">")[0].isdigit():
            head, _, rest = text[1:].partition(b">")
            if head.isdigit() and len(head) < 4 and int(head) < 192:
                number, text = (int(head) if int(head) > 7 else priority & ~7 | int(head)), rest
        status |= log.write(number, text)
    return status


def _priority(k: Syscalls, text: bytes) -> int | None:
    """Return the number of facility.level; None after complaining."""
    facility, dot, level = text.decode("latin-1").rpartition(".")
    number = _LEVELS.index(level) if level in _LEVELS else _OTHER_LEVELS.get(level)
    if level.isdigit() and int(level[:3]) < 8:
        number = int(level)
    if number is None:
        complain(k, b"unknown priority name: " + (level if dot else text.decode("latin-1")).encode("latin-1"))
        return None
    if not dot:
        return 8 | number
    if facility not in _FACILITIES:
        complain(k, b"unknown facility name: " + facility.encode("latin-1"))
        return None
    return _FACILITIES[facility] << 3 | number


class _Log:
    def __init__(self, k: Syscalls, opts: Any, size: int) -> None:
        self.k = k
        self.opts = opts
        self.size = size
        self.zone = zone_of(k)
        number = opts.id if opts.id else b"%d" % k.getpid() if opts.pid or opts.id is not None else None
        user = Accounts(k).user(k.getuid()) or b"%d" % k.getuid()
        self.tag = (opts.tag or user) + (b"[%s]" % number if number is not None else b"")
        self.socket: int | None = None
        if not opts.idle:
            self.socket = self.connected(opts.socket or b"/dev/log")

    def connected(self, path: bytes) -> int | None:
        """Return a socket to the log daemon, or None if nobody listens."""
        try:
            fd = self.k.socket(AF_UNIX, SOCK_DGRAM)
            self.k.connect(fd, path)
            return fd
        except SysError as error:
            if self.opts.socket is not None:
                complain(self.k, b"socket %s: %s" % (path, cause(error)))
                self.k.exit(1)
            return None

    def write(self, priority: int, text: bytes) -> int:
        """Log one message and return the status."""
        k = self.k
        text = text[: self.size].replace(b"\0", b"")
        stamp = strftime(b"%b %e %H:%M:%S", broken_down(k.clock_ns(), self.zone))
        if self.opts.echo:
            k.write(2, b"<%d>%s %s: %s\n" % (priority, stamp, self.tag, text))
        if self.opts.idle:
            return 0
        try:
            if self.socket is not None:
                k.send(self.socket, b"<%d>%s %s: %s" % (priority, stamp, self.tag, text))
            else:
                fd = k.open(LOG, O_WRONLY | O_APPEND | O_CREAT, 0o640)
                k.write(fd, b"%s %s %s: %s\n" % (stamp, k.uname().nodename, self.tag, text.replace(b"\n", b"#012")))
                k.close(fd)
        except SysError as error:
            complain(k, b"%s: %s" % (b"socket /dev/log" if self.socket is not None else LOG, cause(error)))
            return 1
        return 0
