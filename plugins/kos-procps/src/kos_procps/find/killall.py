"""killall: sends a signal to all processes of a name, as psmisc has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    SIGNAL_NAMES,
    SIGTERM,
    Command,
    Flag,
    HelpRequested,
    PatternError,
    PatternLimit,
    Reader,
    SysError,
    UsageError,
    Value,
    Writer,
    cause,
    compile_regex,
    complain,
    signal_number,
)

from ..facts.processes import HZ, Machine, Process, processes, read_process

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_USAGE = "Usage: killall [OPTION]... [--] NAME...\n       killall -l, --list\n       killall -V, --version\n"
KILLALL = Command(
    "killall",
    usage=["[OPTION]... [--] NAME...", "-l"],
    summary="Send a signal to all processes that run one of the commands.",
    options=[
        Flag("exact", "e", "exact", help="names longer than 15 bytes must match in full"),
        Flag("icase", "I", "ignore-case", help="case doesn't matter"),
        Flag("groups", "g", "process-group", help="kill the process group"),
        Value(
            "younger",
            "y",
            "younger-than",
            metavar="TIME",
            help="only processes younger than TIME (5s 3m 2h 1d 1w 1M 1y)",
        ),
        Value("older", "o", "older-than", metavar="TIME", help="only processes older than TIME"),
        Flag("ask", "i", "interactive", help="ask before killing"),
        Flag("list", "l", "list", help="list the signals"),
        Flag("quiet", "q", "quiet", help="don't complain if nothing was killed"),
        Flag("regexp", "r", "regexp", help="NAME is an extended regular expression"),
        Value("signal", "s", "signal", metavar="SIGNAL", help="send this, not TERM"),
        Value("user", "u", "user", metavar="USER", help="only processes of USER"),
        Flag("verbose", "v", "verbose", help="say what was killed"),
        Flag("wait", "w", "wait", help="wait until they are gone"),
        Value("ns", "n", "ns", metavar="PID", help="only processes in the namespaces of PID"),
        Flag("version_", "V", hidden=True),
    ],
    hint=_USAGE,
)
_SECONDS = {b"s": 1, b"m": 60, b"h": 3600, b"d": 86400, b"w": 604800, b"M": 2419200, b"y": 31536000}


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Signal the processes. Status 1 if one of the names found none."""
    argv = list(argv)
    signum = SIGTERM
    for at, word in enumerate(argv[1:], 1):
        if word == b"--" or word[:1] != b"-":
            break
        letter = word[1:2]
        if letter.isdigit() or (letter.isupper() and len(word) > 2):
            signum = _signal(word[1:])
            del argv[at]
            break
    opts, names = KILLALL.parse(argv)
    if opts.version_:
        raise HelpRequested(KILLALL.version_text(opts.prog))
    if opts.list:
        return _list(k)
    if opts.signal is not None:
        signum = _signal(opts.signal)
    if not names and opts.user is None:
        raise UsageError(_USAGE.encode(), 1)
    search = _Search(k, opts, names)
    killed, missed = search.kill(signum)
    if opts.wait:
        for p in killed:
            while (now := read_process(k, p.pid)) is not None and now.start == p.start and now.state != "Z":
                k.sleep_ns(1_000_000_000)
    return 1 if missed else 0


def _signal(text: bytes) -> int:
    number = signal_number(text)
    if number is None or (text[:3] == b"SIG" and number == 0):
        raise UsageError(text + b": unknown signal; killall -l lists signals.\n", 1)
    return number


def _list(k: Syscalls) -> int:
    out = Writer(k)
    line = ""
    for name in [name.removeprefix("SIG") for name in SIGNAL_NAMES[:31]]:
        name = "POLL" if name == "IO" else name
        if len(line) + len(name) + 1 > 80:
            out.write(line.encode() + b"\n")
            line = ""
        line += (" " if line else "") + name
    out.write(line.encode() + b"\n")
    out.flush()
    return 0


class _Search:
    def __init__(self, k: Syscalls, opts: Any, names: list[bytes]) -> None:
        self.k = k
        self.opts = opts
        self.names = names
        self.machine = Machine(k)
        self.reader = Reader(k, 0) if opts.ask else None
        self.uid = None
        if opts.user is not None:
            self.uid = self.machine.people.uid(opts.user)
            if self.uid is None:
                raise UsageError(b"Cannot find user %s\n" % opts.user, 1)
        self.younger, self.older = self.age(opts.younger), self.age(opts.older)
        self.tests: list[Callable[[Process], bool]] = [self.test(name) for name in names]
        self.mine = self.namespaces(int(opts.ns)) if opts.ns is not None and self.number(opts.ns) else None

    def number(self, text: bytes) -> bool:
        if not text.isdigit() or len(text) > 10:
            raise UsageError(b"Invalid namespace PID\n" + _USAGE.encode(), 1)
        return int(text) > 0

    def namespaces(self, pid: int) -> list[bytes]:
        links = []
        for kind in (b"ipc", b"mnt", b"net", b"pid", b"user", b"uts"):
            try:
                links.append(self.k.readlink(b"/proc/%d/ns/%s" % (pid, kind)))
            except SysError:
                links.append(b"")
        return links

    def age(self, text: bytes | None) -> int | None:
        if text is None:
            return None
        found = re.fullmatch(rb"([0-9]{1,12})(?:\.[0-9]*)?([smhdwMy])", text)
        if found is None:
            raise UsageError(b"Invalid time format\n" + _USAGE.encode(), 1)
        return int(found[1]) * _SECONDS[found[2]]

    def test(self, name: bytes) -> Callable[[Process], bool]:
        """Return the test for one NAME: a regular expression, a path, or a name."""
        opts = self.opts
        if opts.regexp:
            try:
                regex = compile_regex(name, syntax="ere", icase=opts.icase)
            except PatternError:
                raise UsageError(b"killall: Bad regular expression: %s\n" % name, 1) from None
            return lambda p: regex.search(self.long_name(p)) is not None
        if b"/" in name:
            try:
                there = self.k.stat(name)
            except SysError as error:
                complain(self.k, b"%s: %s" % (name, cause(error)))
                return lambda p: False
            return lambda p: self.is_file(p, there.dev, there.ino)
        wanted = name.lower() if opts.icase else name

        def same(p: Process) -> bool:
            theirs = self.long_name(p) if len(name) > 15 or opts.exact else p.comm
            theirs = theirs.lower() if opts.icase else theirs
            return theirs == wanted or (len(theirs) == 15 and not opts.exact and wanted[:15] == theirs)

        return same

    @staticmethod
    def long_name(p: Process) -> bytes:
        """Return a name that was cut at 15 bytes in full, if the command line has it."""
        if len(p.comm) < 15:
            return p.comm
        for word in p.argv[:2]:
            base = word.rpartition(b"/")[2]
            if base.startswith(p.comm):
                return base
        return p.comm

    def is_file(self, p: Process, dev: int, ino: int) -> bool:
        try:
            exe = self.k.stat(b"/proc/%d/exe" % p.pid)
        except SysError:
            return False
        return (exe.dev, exe.ino) == (dev, ino)

    def kill(self, signum: int) -> tuple[list[Process], bool]:
        """Return who got the signal, and whether a name found nobody."""
        found = dict.fromkeys(self.names, False)
        killed: list[Process] = []
        groups: set[int] = set()
        me = self.k.getpid()
        for p in processes(self.k):
            if p.pid == me or not self.fits(p):
                continue
            matching = [name for name, test in zip(self.names, self.tests, strict=True) if self.matches(test, p)]
            if self.names and not matching:
                continue
            if self.opts.groups and p.pgid in groups:
                for name in matching:
                    found[name] = True
                continue
            if self.reader is not None and not self.agreed(p, signum):
                continue
            groups.add(p.pgid)
            if self.signal(p, signum):
                killed.append(p)
                for name in matching:
                    found[name] = True
        missed = [name for name, was in found.items() if not was]
        if not self.opts.quiet and not self.reader:
            for name in missed:
                self.k.write(2, b"%s: no process found\n" % name)
        return killed, bool(missed) or (not self.names and not killed)

    def matches(self, test: Callable[[Process], bool], p: Process) -> bool:
        try:
            return test(p)
        except PatternLimit as error:
            raise UsageError(b"killall: " + str(error).encode() + b"\n", 1) from None

    def fits(self, p: Process) -> bool:
        age = self.machine.uptime - p.start / HZ
        if self.uid is not None and p.uid != self.uid:
            return False
        if (self.younger is not None and age > self.younger) or (self.older is not None and age < self.older):
            return False
        return self.mine is None or self.namespaces(p.pid) == self.mine

    def agreed(self, p: Process, signum: int) -> bool:
        verb = b"Kill" if signum == SIGTERM else b"Signal"
        self.k.write(1, b"%s %s(%d) ? (y/N) " % (verb, p.comm, p.pid))
        assert self.reader is not None
        return self.reader.line().strip()[:1].lower() == b"y"

    def signal(self, p: Process, signum: int) -> bool:
        try:
            self.k.kill(-p.pgid if self.opts.groups else p.pid, signum)
        except SysError as error:
            self.k.write(2, b"%s(%d): %s\n" % (p.comm, p.pid, cause(error)))
            return False
        if self.opts.verbose:
            what, number = (b"pgid ", p.pgid) if self.opts.groups else (b"", p.pid)
            self.k.write(2, b"Killed %s(%s%d) with signal %d\n" % (p.comm, what, number, signum))
        return True
