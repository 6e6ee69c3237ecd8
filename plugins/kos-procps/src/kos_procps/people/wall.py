"""wall: a message to everybody who is logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_NONBLOCK,
    O_WRONLY,
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

from ..facts.logins import logins

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

WALL = Command(
    "wall",
    usage="[options] [<file> | <message>]",
    summary="Write a message to all users.",
    options=[
        Value("group", "g", "group", metavar="GROUP", help="only to members of GROUP"),
        Flag("bare", "n", "nobanner", help="no banner; root alone may leave it out"),
        Value("timeout", "t", "timeout", metavar="SECONDS", help="how long to try a terminal"),
        Flag("version_", "V", hidden=True),
    ],
)
_WIDTH = 79
_MAX = 1 << 20


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write it. Status 1 if there is no message, or it can't be read."""
    opts, words = WALL.parse(argv)
    if opts.timeout is not None and not (opts.timeout.isdigit() and len(opts.timeout) < 10 and int(opts.timeout)):
        shown = opts.timeout if opts.timeout.isdigit() else b"'%s'" % opts.timeout
        complain(k, b"invalid timeout argument: " + shown)
        return 1
    people = Accounts(k)
    members = None
    if opts.group is not None:
        members = people.gid(opts.group) if not opts.group.isdigit() else int(opts.group[:10])
        if members is None:
            complain(k, b"invalid group argument: '%s'" % opts.group)
            return 1
    try:
        text = _text(k, words)
    except SysError as error:
        complain(k, b"cannot open %s: %s" % (words[0] if words else b"standard input", cause(error)))
        return 1
    banner = b"" if opts.bare and k.geteuid() == 0 else _banner(k, people)
    message = b"\r%s%s" % (banner, b"".join(_wrapped(line) + b"\r\n" for line in [*text.splitlines(), b""]))
    for login in logins(k):
        uid = people.uid(login.user)
        if members is not None and (uid is None or people.login_group(uid) != members):
            continue
        try:
            fd = k.open(b"/dev/" + login.terminal, O_WRONLY | O_NONBLOCK)
        except SysError:
            continue  # they don't want to hear it, or are gone
        try:
            if k.isatty(fd):
                k.write(fd, message)
        except SysError:
            pass
        k.close(fd)
    return 0


def _text(k: Syscalls, words: list[bytes]) -> bytes:
    """Return the message: the words, the file that the only word names, or standard input."""
    fd = 0
    if words:
        if len(words) > 1:
            return b" ".join(words)
        try:
            k.stat(words[0])
        except SysError:
            return words[0]
        fd = k.open(words[0])
    reader = Reader(k, fd)
    parts, size = [], 0
    while size < _MAX and (chunk := reader.chunk()):
        parts.append(chunk)
        size += len(chunk)
    return b"".join(parts)[:_MAX]


def _banner(k: Syscalls, people: Accounts) -> bytes:
    user = people.user(k.getuid()) or b"%d" % k.getuid()
    try:
        terminal = k.readlink(b"/proc/self/fd/2").removeprefix(b"/dev/") if k.isatty(2) else b"somewhere"
    except SysError:
        terminal = b"somewhere"
    date = strftime(b"%a %b %e %H:%M:%S %Y", broken_down(k.clock_ns(), zone_of(k)))
    line = b"Broadcast message from %s@%s (%s) (%s):" % (user, k.uname().nodename, terminal, date)
    return b"\n\r" + b" " * _WIDTH + b"\r\n" + line[:_WIDTH].ljust(_WIDTH) + b"\007\007\r\n" + b" " * _WIDTH + b"\r\n"


def _wrapped(line: bytes) -> bytes:
    """Return a line cut into the width of a terminal; control characters as ^X."""
    shown = "".join(
        char if char.isprintable() or char == "\t" else f"^{chr(ord(char) ^ 64)}" if ord(char) < 128 else "?"
        for char in line.decode("utf-8", "replace")
    )
    pieces = [shown[at : at + _WIDTH] for at in range(0, max(len(shown), 1), _WIDTH)]
    return "\r\n".join(piece.ljust(_WIDTH) for piece in pieces).encode()
