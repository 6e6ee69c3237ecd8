"""pgrep, pkill and pidwait: processes by name and other marks; print them, signal them, or wait for their end.

Status 0 if any matched, 1 if none, 2 for a wrong command line, 3 if the machine doesn't let us see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    LOCK_EX,
    LOCK_NB,
    SIGTERM,
    Command,
    Flag,
    NoSuchProcess,
    PatternError,
    PatternLimit,
    Regex,
    ResourceUnavailable,
    SysError,
    UsageError,
    Value,
    Writer,
    cause,
    compile_regex,
    complain,
    is_utf8,
    read_whole,
    signal_number,
)

from ..facts.processes import HZ, Machine, Process, processes, read_process
from ..facts.terminals import terminal_name

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

WAIT_NS = 100_000_000  # between two looks at who is still there
NAMESPACES = ("ipc", "mnt", "net", "pid", "user", "uts")
Test = Callable[[Process], bool]


def _command(name: str, does: list[Any], summary: str) -> Command:
    return Command(
        name,
        usage="[options] <pattern>",
        summary=summary,
        options=[
            *does,
            Flag("inverse", "v", "inverse", help="those that don't match"),
            Flag("count", "c", "count", help="how many match"),
            Flag("full", "f", "full", help="match the whole command line"),
            Value("groups", "g", "pgroup", metavar="PGID,...", help="of these process groups; 0 is this one's"),
            Value("gids", "G", "group", metavar="GID,...", help="of these real groups"),
            Flag("icase", "i", "ignore-case", help="case doesn't matter"),
            Flag("newest", "n", "newest", help="the one started last"),
            Flag("oldest", "o", "oldest", help="the one started first"),
            Value("older", "O", "older", metavar="SECONDS", help="older than that"),
            Value("parents", "P", "parent", metavar="PPID,...", help="children of these"),
            Value("sessions", "s", "session", metavar="SID,...", help="of these sessions; 0 is this one's"),
            Value("terminals", "t", "terminal", metavar="TTY,...", help="of these terminals"),
            Value("euids", "u", "euid", metavar="ID,...", help="of these effective users"),
            Value("uids", "U", "uid", metavar="ID,...", help="of these real users"),
            Flag("exact", "x", "exact", help="the pattern matches all of the name"),
            Value("pidfile", "F", "pidfile", metavar="FILE", help="the one whose number the FILE holds"),
            Flag("locked", "L", "logpidfile", help="fail if that file isn't locked"),
            Value("states", "r", "runstates", metavar="STATE", help="in these states (D,S,Z,...)"),
            Flag("no_ancestors", "A", "ignore-ancestors", help="not the ancestors of this process"),
            Value("ns", "ns", metavar="PID", help="in the namespaces of that process"),
            Value(
                "nslist", "nslist", metavar="NS,...", help="which namespaces --ns compares: " + ", ".join(NAMESPACES)
            ),
        ],
        status=2,
        hint="\nUsage:\n {prog} [options] <pattern>\n\nFor more details see {prog}(1).\n",
    )


PGREP = _command(
    "pgrep",
    [
        Value("delimiter", "d", "delimiter", metavar="STRING", default=b"\n", help="what stands between two numbers"),
        Flag("names", "l", "list-name", help="names too"),
        Flag("lines", "a", "list-full", help="command lines too"),
        Flag("threads", "w", "lightweight", help="threads; each process has one here"),
        Value("signal", "signal", metavar="SIG", hidden=True),
    ],
    "Print the numbers of processes.",
)
PKILL = _command(
    "pkill",
    [
        Value("signal", "signal", metavar="SIG", help="what is sent (-SIG does as well)"),
        Flag("echo", "e", "echo", help="say what is killed"),
        Value("value", "q", "queue", metavar="VALUE", hidden=True),
    ],
    "Send processes a signal.",
)
PIDWAIT = _command("pidwait", [Flag("echo", "e", "echo", help="say what is waited for")], "Wait until processes end.")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Do what the program's name asks for."""
    name = argv[0].rpartition(b"/")[2]
    command = {b"pkill": PKILL, b"pidwait": PIDWAIT}.get(name, PGREP)
    argv = list(argv)
    signum = SIGTERM
    if command is PKILL:
        for at, word in enumerate(argv[1:], 1):
            number = signal_number(word[1:]) if word[:1] == b"-" and len(word) > 1 else None
            if number is not None:
                signum = number
                del argv[at]
                break
    opts, patterns = command.parse(argv)
    if command is PKILL:
        if opts.value is not None:
            complain(k, b"--queue is not supported: signals carry no value here")
            return 2
        if opts.signal is not None:
            number = signal_number(opts.signal)
            if number is None:
                raise command.error(opts, b'Unknown signal "%s".' % opts.signal)
            signum = number
    try:
        found = _Search(k, command, opts, patterns).found()
    except SysError as error:
        complain(k, b"cannot read /proc: " + cause(error))
        return 3
    if command is PKILL:
        return _kill(k, opts, found, signum)
    if command is PIDWAIT:
        return _wait(k, opts, found)
    return _print(k, opts, found)


def _print(k: Syscalls, opts: Any, found: list[Process]) -> int:
    out = Writer(k)
    if opts.count:
        out.write(b"%d\n" % len(found))
    else:
        texts = []
        for p in found:
            rest = b" " + p.args if opts.lines else b" " + p.comm if opts.names else b""
            texts.append(b"%d%s" % (p.pid, rest))
        if texts:
            out.write(opts.delimiter.join(texts) + b"\n")
    out.flush()
    return 0 if found else 1


def _kill(k: Syscalls, opts: Any, found: list[Process], signum: int) -> int:
    out = Writer(k)
    sent = 0
    for p in found:
        try:
            k.kill(p.pid, signum)
        except NoSuchProcess:
            continue  # it ended meanwhile
        except SysError as error:
            complain(k, b"killing pid %d failed: %s" % (p.pid, cause(error)))
            continue
        sent += 1
        if opts.echo:
            out.write(b"%s killed (pid %d)\n" % (p.comm, p.pid))
    if opts.count:
        out.write(b"%d\n" % len(found))
    out.flush()
    return 0 if sent else 1


def _wait(k: Syscalls, opts: Any, found: list[Process]) -> int:
    out = Writer(k)
    for p in found:
        if opts.echo:
            out.write(b"waiting for %s (pid %d)\n" % (p.comm, p.pid))
    if opts.count:
        out.write(b"%d\n" % len(found))
    out.flush()
    for p in found:
        while (now := read_process(k, p.pid)) is not None and now.start == p.start and now.state != "Z":
            k.sleep_ns(WAIT_NS)
    return 0 if found else 1


class _Search:
    """What a command line looks for."""

    def __init__(self, k: Syscalls, command: Command, opts: Any, patterns: list[bytes]) -> None:
        self.k = k
        self.command = command
        self.opts = opts
        self.machine = Machine(k)
        self.tests: list[Test] = []
        if len(patterns) > 1:
            raise self.wrong("only one pattern can be provided")
        if opts.locked and opts.pidfile is None:
            raise self.wrong("-L without -F makes no sense")
        if opts.newest and opts.oldest:
            raise UsageError(command.hint.encode().replace(b"{prog}", opts.prog), 2)
        self.marks()
        if not patterns and not self.tests and not (opts.newest or opts.oldest):
            raise self.wrong("no matching criteria specified")
        self.regex = self.pattern(patterns[0]) if patterns else None

    def wrong(self, text: str | bytes) -> UsageError:
        """Return a complaint of what makes no sense together."""
        data = text.encode() if isinstance(text, str) else text
        name = self.opts.prog
        return UsageError(name + b": " + data + b"\nTry `" + name + b" --help' for more information.\n", 2)

    def invalid(self, text: bytes) -> UsageError:
        return UsageError(
            self.opts.prog + b": " + text + b"\n" + self.command.hint.encode().replace(b"{prog}", self.opts.prog), 2
        )

    def pattern(self, text: bytes) -> Regex:
        opts = self.opts
        if len(text) > 15 and not opts.full and not any(char in b".*+?[]()|^$\\{}" for char in text):
            name = opts.prog
            raise UsageError(
                name
                + b": pattern that searches for process name longer than 15 characters will result in zero matches\n"
                b"Try `" + name + b" -f' option to match against the complete command line.\n",
                1,
            )
        try:
            whole = "line" if opts.exact else None
            return compile_regex(text, syntax="ere", icase=opts.icase, whole=whole, utf8=is_utf8(self.k.env))  # type: ignore[arg-type]
        except PatternError as error:
            raise UsageError(opts.prog + b": regex error: " + str(error).encode() + b"\n", 2) from None

    # ------------------------------------------------------------ the marks
    def marks(self) -> None:
        opts = self.opts
        people = self.machine.people
        me = self.k.getpid()
        self.by_list("parents", lambda p: p.ppid, lambda item: self.number(item, b"not a number: "))
        self.by_list(
            "groups", lambda p: p.pgid, lambda item: self.number(item, b"invalid process group: ") or self.k.getpgid()
        )
        self.by_list(
            "sessions", lambda p: p.sid, lambda item: self.number(item, b"invalid session id: ") or self.k.getsid()
        )
        self.by_list("euids", lambda p: p.euid, lambda item: self.account(item, people.uid, b"user"))
        self.by_list("uids", lambda p: p.uid, lambda item: self.account(item, people.uid, b"user"))
        self.by_list("gids", lambda p: p.gid, lambda item: self.account(item, people.gid, b"group"))
        if opts.terminals is not None:
            names = {item.removeprefix(b"/dev/").decode("utf-8", "replace") for item in self.items(opts.terminals)}
            names = {"?" if name == "-" else name for name in names}
            self.tests.append(lambda p: terminal_name(p.tty) in names or f"tty{terminal_name(p.tty)}" in names)
        if opts.states is not None:
            states = opts.states.decode("utf-8", "replace")
            self.tests.append(lambda p: p.state in states)
        if opts.pidfile is not None:
            pid = self.pid_in(opts.pidfile)
            self.tests.append(lambda p: p.pid == pid)
        if opts.older is not None:
            seconds = int(opts.older[:12]) if opts.older.isdigit() else 0
            if seconds:
                self.tests.append(lambda p: self.machine.uptime - p.start / HZ >= seconds)
        if opts.ns is not None:
            self.namespaces(self.number(opts.ns, b"not a number: "))
        elif opts.nslist is not None:
            self.kinds()
        self.ancestors: set[int] = {me}
        if opts.no_ancestors:
            above = read_process(self.k, me)
            while above is not None and above.ppid and above.ppid not in self.ancestors:
                self.ancestors.add(above.ppid)
                above = read_process(self.k, above.ppid)

    def items(self, value: bytes) -> list[bytes]:
        items = value.split(b",")
        if not all(items):
            raise UsageError(self.command.hint.encode().replace(b"{prog}", self.opts.prog), 2)
        return items

    def by_list(self, name: str, get: Callable[[Process], int], convert: Callable[[bytes], int]) -> None:
        value = getattr(self.opts, name)
        if value is not None:
            wanted = {convert(item) for item in self.items(value)}
            self.tests.append(lambda p: get(p) in wanted)

    def number(self, item: bytes, complaint: bytes) -> int:
        if not item.isdigit() or len(item) > 10:
            raise self.invalid(complaint + item)
        return int(item)

    def account(self, item: bytes, find: Callable[[bytes], int | None], what: bytes) -> int:
        if item.isdigit() and len(item) <= 10:
            return int(item)
        number = find(item)
        if number is None:
            raise self.invalid(b"invalid %s name: %s" % (what, item))
        return number

    def pid_in(self, path: bytes) -> int:
        """Return the number in a file. Raises UsageError, status 1, if there is none, or the file should be locked and isn't."""
        try:
            text = read_whole(self.k, path).split()
            if self.opts.locked and not self.is_locked(path):
                text = []
        except SysError:
            text = []
        if not text or not text[0].isdigit() or len(text[0]) > 10:
            name = self.opts.prog
            raise UsageError(name + b": pidfile not valid\nTry `" + name + b" --help' for more information.\n", 1)
        return int(text[0])

    def is_locked(self, path: bytes) -> bool:
        fd = self.k.open(path)
        try:
            self.k.flock(fd, LOCK_EX | LOCK_NB)
        except ResourceUnavailable:
            return True
        finally:
            self.k.close(fd)
        return False

    def kinds(self) -> list[str]:
        if self.opts.nslist is None:
            return list(NAMESPACES)
        kinds = [item.decode("utf-8", "replace") for item in self.items(self.opts.nslist)]
        for kind in kinds:
            if kind not in NAMESPACES:
                raise self.invalid(b"invalid namespace: " + kind.encode())
        return kinds

    def namespaces(self, pid: int) -> None:
        kinds = self.kinds()
        theirs = self.namespaces_of(pid, kinds)
        self.tests.append(lambda p: self.namespaces_of(p.pid, kinds) == theirs)

    def namespaces_of(self, pid: int, kinds: list[str]) -> list[bytes]:
        links = []
        for kind in kinds:
            try:
                links.append(self.k.readlink(b"/proc/%d/ns/%s" % (pid, kind.encode())))
            except SysError:
                links.append(b"")
        return links

    # ------------------------------------------------------------ the search
    def found(self) -> list[Process]:
        """Return the processes, by pid. Raises SysError if /proc can't be read."""
        opts = self.opts
        matching = []
        for p in processes(self.k):
            if p.pid not in self.ancestors and self.matches(p) != opts.inverse:
                matching.append(p)
        if matching and opts.newest:
            return [max(matching, key=lambda p: (p.start, p.pid))]
        if matching and opts.oldest:
            return [min(matching, key=lambda p: (p.start, p.pid))]
        return matching

    def matches(self, p: Process) -> bool:
        if not all(test(p) for test in self.tests):
            return False
        if self.regex is None:
            return True
        text = (b" ".join(p.argv) or p.comm) if self.opts.full else p.comm
        try:
            return self.regex.search(text) is not None
        except PatternLimit as error:
            raise UsageError(self.opts.prog + b": " + str(error).encode() + b"\n", 3) from None
