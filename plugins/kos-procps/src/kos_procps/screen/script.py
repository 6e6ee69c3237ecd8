"""script: run a shell, or a command, on a terminal of its own and record what it shows; scriptreplay shows it again.

our terminal (if any) ── script ── master │ slave ── the shell, leader of a session of its own
                           └── typescript, and with -T a log of times: "O 0.123456 42" or "0.123456 42"
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_APPEND,
    O_CREAT,
    O_RDWR,
    O_TRUNC,
    O_WRONLY,
    POLLERR,
    POLLHUP,
    POLLIN,
    SIGWINCH,
    TIOCGPTN,
    TIOCSCTTY,
    WEXITSTATUS,
    WIFSIGNALED,
    WTERMSIG,
    Command,
    Flag,
    Interrupted,
    SysError,
    Value,
    broken_down,
    cause,
    complain,
    exec_command,
    exec_status,
    read_whole,
    strftime,
    zone_of,
)

from ..facts.intervals import seconds_ns

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

SCRIPT = Command(
    "script",
    usage="[options] [file]",
    summary="Make a typescript of a terminal session.",
    options=[
        Value("input", "I", "log-in", metavar="FILE", help="log stdin to file"),
        Value("output", "O", "log-out", metavar="FILE", help="log stdout to file (default)"),
        Value("both", "B", "log-io", metavar="FILE", help="log stdin and stdout to file"),
        Value("timing", "T", "log-timing", metavar="FILE", help="log timing information to file"),
        Value(
            "classic",
            "t",
            "timing",
            metavar="FILE",
            optional=True,
            implied=b"",
            help="the same, to stderr unless FILE is given",
        ),
        Value("format", "m", "logging-format", metavar="NAME", help="force to 'classic' or 'advanced' format"),
        Flag("append", "a", "append", help="append to the log file"),
        Value("command", "c", "command", metavar="COMMAND", help="run command rather than interactive shell"),
        Flag("status", "e", "return", help="return exit code of the child process"),
        Flag("flush", "f", "flush", help="run flush after each write"),
        Flag("force", "force", help="use output file even when it is a link"),
        Value(
            "echo", "E", "echo", metavar="WHEN", default=b"auto", help="echo input in session (auto, always or never)"
        ),
        Value("limit", "o", "output-limit", metavar="SIZE", help="terminate if output files exceed size"),
        Flag("quiet", "q", "quiet", help="be quiet"),
        Flag("version_", "V", hidden=True),
    ],
    operands=(0, 1),
)
REPLAY = Command(
    "scriptreplay",
    usage=["[options]", "[options] <timingfile> [<typescript> [<divisor>]]"],
    summary="Play back terminal typescripts, using timing information.",
    options=[
        Value("timing", "t", "timing", "T", "log-timing", metavar="FILE", help="timing log file"),
        Value(
            "script", "s", "typescript", "O", "log-out", "B", "log-io", "I", "log-in", metavar="FILE", help="log file"
        ),
        Flag("summary", "summary", help="display overview about recorded session and exit"),
        Value("divisor", "d", "divisor", metavar="NUM", help="speed up or slow down execution with time divisor"),
        Value("maximum", "m", "maxdelay", metavar="NUM", help="wait at most this many seconds between updates"),
        Flag("version_", "V", hidden=True),
    ],
    operands=(0, 3),
)
_ICANON, _ECHO, _ISIG = 0o2, 0o10, 0o1


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Record. Status of the command with -e, else 0; 1 if a log or a terminal can't be had."""
    opts, words = SCRIPT.parse(argv)
    if opts.format not in (None, b"classic", b"advanced"):
        complain(k, b"unsupported logging format: '%s'" % opts.format)
        return 1
    if opts.echo not in (b"auto", b"always", b"never"):
        complain(k, b"unssuported echo mode: '%s'" % opts.echo)
        return 1
    limit = None
    if opts.limit is not None:
        from kos_kernel.api import BadNumber, parse_size

        try:
            limit = parse_size(opts.limit)
        except BadNumber:
            complain(k, b"failed to parse output limit size: '%s': Invalid argument" % opts.limit)
            return 1
    name = opts.both or opts.output or (words[0] if words else None)
    if name is None and opts.input is None:
        name = b"typescript"
    try:
        return _Recorder(k, opts, name, limit).run()
    except _Unopened as error:
        complain(k, error.args[0])
        return 1


class _Unopened(Exception):
    pass


class _Recorder:
    def __init__(self, k: Syscalls, opts: Any, name: bytes | None, limit: int | None) -> None:
        self.k = k
        self.opts = opts
        self.left = limit
        self.name = name
        self.output = self.opened(name) if name is not None else None
        self.input = self.output if opts.both else self.opened(opts.input) if opts.input is not None else None
        timing = opts.timing if opts.timing is not None else opts.classic
        self.timing = (2 if timing == b"" else self.opened(timing)) if timing is not None else None
        self.advanced = opts.format == b"advanced" or (opts.format is None and self.input is not None)
        self.last_ns = k.clock_ns(1)
        self.resized: list[int] = []

    def opened(self, path: bytes) -> int:
        try:
            flags = O_WRONLY | O_CREAT | (O_APPEND if self.opts.append else O_TRUNC)
            return self.k.open(path, flags)
        except SysError as error:
            raise _Unopened(b"cannot open %s: %s" % (path, cause(error))) from None

    def date(self) -> bytes:
        k = self.k
        return strftime(b"%Y-%m-%d %H:%M:%S%:z", broken_down(k.clock_ns(), zone_of(k)))

    def run(self) -> int:
        k, opts = self.k, self.opts
        try:
            master = k.open(b"/dev/ptmx", O_RDWR)
            number = k.ioctl(master, TIOCGPTN)
        except SysError as error:
            raise _Unopened(b"failed to create pseudo-terminal: " + cause(error)) from None
        terminal = self.is_terminal(0)
        modes = k.tcgetattr(0) if terminal else None
        if terminal:
            self.copy_size(master)
            k.sigaction(SIGWINCH, self.resized.append)
        if not opts.quiet:
            names = b" and ".join(b"log file is '%s'" % name for name in [self.name] if name is not None)
            k.write(1, b"Script started, output " + names + b".\n" if names else b"Script started.\n")
        self.log(self.output, self.started(number))
        pid = k.fork_call(_child, opts, number, not terminal and opts.echo != b"always")
        if terminal:
            raw = k.tcgetattr(0)
            raw.lflag &= ~(_ICANON | _ECHO | _ISIG)
            raw.iflag = 0
            raw.oflag &= ~0o1
            raw.cc[5], raw.cc[6] = 0, 1
            k.tcsetattr(0, 1, raw)
        status = self.pump(master, pid)
        if modes is not None:
            k.tcsetattr(0, 1, modes)
        code = 128 + WTERMSIG(status) if WIFSIGNALED(status) else WEXITSTATUS(status)
        self.log(self.output, b'\nScript done on %s [COMMAND_EXIT_CODE="%d"]\n' % (self.date(), code))
        if not opts.quiet:
            k.write(1, b"Script done.\n")
        return code if opts.status else 0

    def started(self, number: int) -> bytes:
        k = self.k
        command = b'COMMAND="%s" ' % self.opts.command if self.opts.command is not None else b""
        facts = b"<not executed on terminal>"
        if self.is_terminal(1):
            rows, columns = k.get_winsize(1)
            facts = b'TERM="%s" TTY="/dev/pts/%d" COLUMNS="%d" LINES="%d"' % (
                k.env.get(b"TERM", b""),
                number,
                columns,
                rows,
            )
        return b"Script started on %s [%s%s]\n" % (self.date(), command, facts)

    def is_terminal(self, fd: int) -> bool:
        try:
            return self.k.isatty(fd)
        except SysError:
            return False

    def copy_size(self, master: int) -> None:
        try:
            self.k.set_winsize(master, *self.k.get_winsize(0))
        except SysError:
            pass

    def pump(self, master: int, pid: int) -> int:
        """Carry keys in and output out until the child has ended and its output is seen; return its wait status."""
        k = self.k
        watched = [(0, POLLIN), (master, POLLIN)]
        while True:
            if self.resized:
                self.resized.clear()
                self.copy_size(master)
            try:
                ready = dict(k.poll(watched))
            except Interrupted:
                continue
            if ready.get(master, 0) & POLLIN:
                try:
                    data = k.read(master, 65536)
                except SysError:
                    data = b""
                self.shown(data)
                if self.left is not None and self.left <= 0:
                    break
                continue
            if ready.get(master, 0) & (POLLHUP | POLLERR):
                break
            if ready.get(0, 0):
                try:
                    keys = k.read(0, 4096)
                except SysError:
                    keys = b""
                if not keys:
                    watched = [(master, POLLIN)]
                k.write(master, keys or b"\x04")  # the end of the input is typed as one types it
                self.typed(keys)
        k.close(master)
        while True:
            try:
                ended = k.wait(pid)
            except Interrupted:
                continue
            assert ended is not None
            return ended[1]

    def shown(self, data: bytes) -> None:
        """Show what the child wrote, and log it."""
        k = self.k
        view = data
        while view:
            try:
                view = view[k.write(1, view) :]
            except Interrupted:
                continue
        self.time(b"O", len(data))
        self.log(self.output, data)
        if self.left is not None:
            self.left -= len(data)

    def typed(self, keys: bytes) -> None:
        if self.input is not None:
            self.time(b"I", len(keys))
            self.log(self.input, keys)

    def time(self, kind: bytes, size: int) -> None:
        if self.timing is None or not size:
            return
        now = self.k.clock_ns(1)
        spent = (now - self.last_ns) // 1000
        self.last_ns = now
        lead = kind + b" " if self.advanced else b""
        self.log(self.timing, b"%s%d.%06d %d\n" % (lead, spent // 10**6, spent % 10**6, size))

    def log(self, fd: int | None, data: bytes) -> None:
        while fd is not None and data:
            try:
                data = data[self.k.write(fd, data) :]
            except Interrupted:
                continue
            except SysError as error:
                complain(self.k, b"cannot write script file: " + cause(error))
                self.k.exit(1)


def _child(k: Syscalls, opts: Any, number: int, silent: bool) -> int:
    """The other side: a session of its own on the slave, then the shell."""
    k.setsid()
    try:
        fd = k.open(b"/dev/pts/%d" % number, O_RDWR)
        if silent:
            modes = k.tcgetattr(fd)
            modes.lflag &= ~_ECHO
            k.tcsetattr(fd, 0, modes)
        for other in (0, 1, 2):
            k.dup2(fd, other)
        for extra in k.kept_fds():
            if extra > 2:
                k.close(extra)
        try:
            k.ioctl(0, TIOCSCTTY, 0)
        except SysError:
            pass  # opening it was enough
    except SysError as error:
        complain(k, b"failed to open pseudo-terminal: " + cause(error))
        return 1
    shell = k.env.get(b"SHELL") or b"/bin/sh"
    words = [shell, b"-c", opts.command] if opts.command is not None else [shell, b"-i"]
    failure = exec_command(k, words)
    complain(k, b"failed to execute %s: %s" % (shell, cause(failure)))
    return exec_status(failure)


# ---------------------------------------------------------------- scriptreplay
_CLASSIC = re.compile(rb"([0-9]{1,12}(?:\.[0-9]{1,12})?) ([0-9]{1,12})\Z")
_ADVANCED = re.compile(rb"([OIHS]) ([0-9]{1,12}(?:\.[0-9]{1,12})?) (.*)\Z")


def replay(k: Syscalls, argv: list[bytes]) -> int:
    """Show a typescript at the speed at which it was made. Status 1 if a log can't be read."""
    opts, words = REPLAY.parse(argv)
    timing = opts.timing if opts.timing is not None else words.pop(0) if words else None
    if timing is None:
        complain(k, b"timing file not specified")
        return 1
    name = opts.script if opts.script is not None else words.pop(0) if words else b"typescript"
    divisor_text = opts.divisor if opts.divisor is not None else words.pop(0) if words else b"1"
    divisor, most = seconds_ns(divisor_text), None
    if not divisor:
        complain(k, b"failed to parse number: '%s'" % divisor_text)
        return 1
    if opts.maximum is not None:
        most = seconds_ns(opts.maximum)
        if most is None:
            complain(k, b"failed to parse maximal delay argument: '%s'" % opts.maximum)
            return 1
    try:
        steps = read_whole(k, timing).splitlines()
    except SysError as error:
        complain(k, b"cannot open %s: %s" % (timing, cause(error)))
        return 1
    try:
        fd = k.open(name)
    except SysError as error:
        complain(k, b"cannot open %s: %s" % (name, cause(error)))
        return 1
    return _play(k, opts, timing, steps, fd, divisor, most)


def _play(k: Syscalls, opts: Any, timing: bytes, steps: list[bytes], fd: int, divisor: int, most: int | None) -> int:
    while k.read(fd, 1) not in (b"\n", b""):
        pass  # the line that says when it began
    total = 0
    for number, line in enumerate(steps, 1):
        classic, advanced = _CLASSIC.match(line), _ADVANCED.match(line)
        if classic is not None:
            kind, delay, rest = b"O", classic[1], classic[2]
        elif advanced is not None:
            kind, delay, rest = advanced[1], advanced[2], advanced[3]
        else:
            complain(k, b"timing file %s: line %d: unexpected format" % (timing, number))
            return 1
        wait = (seconds_ns(delay) or 0) * 10**9 // divisor
        wait = min(wait, most) if most is not None else wait
        total += wait
        if kind not in (b"O", b"I") or not rest.isdigit():
            continue
        if opts.summary:
            continue
        if wait:
            k.sleep_ns(wait)
        left = int(rest)
        while left > 0:
            data = k.read(fd, min(left, 65536))
            if not data:
                k.write(1, b"\n")
                return 0
            left -= len(data)
            if kind == b"O":
                k.write(1, data)
    if not opts.summary:
        k.write(1, b"\n")
    else:
        k.write(1, b"%16s: %d.%09d\n" % (b"DURATION", total // 10**9, total % 10**9))
    return 0
