"""timeout: run a command with a time limit.

It leads a process group of its own, so that what the command has started gets the signal too (not with --foreground).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    SIG_DFL,
    SIG_IGN,
    SIGALRM,
    SIGCONT,
    SIGHUP,
    SIGINT,
    SIGKILL,
    SIGQUIT,
    SIGTERM,
    SIGTTIN,
    SIGTTOU,
    WEXITSTATUS,
    WIFEXITED,
    WTERMSIG,
    Command,
    Flag,
    Interrupted,
    SysError,
    Value,
    cause,
    complain,
    exec_status,
    parsed,
    quote,
    refuse,
    run_command,
    signal_name,
    signal_number,
)  # fmt: skip

from .intervals import FOREVER_NS, seconds_ns

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_TIMED_OUT, _FAILED = 124, 125
TIMEOUT = Command(
    "timeout",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION] DURATION COMMAND [ARG]...", "[OPTION]"),
    summary="Start COMMAND, and kill it if still running after DURATION.",
    options=[
        Flag("preserve", "preserve-status", help="exit with the same status as COMMAND, even when the command times out"),
        Flag("foreground", "foreground", help="when not running timeout directly from a shell prompt, allow COMMAND to read"
             " from the TTY and get TTY signals; in this mode, children of COMMAND will not be timed out"),
        Value("kill_after", "k", "kill-after", metavar="DURATION",
              help="also send a KILL signal if COMMAND is still running this long after the initial signal was sent"),
        Value("signal", "s", "signal", metavar="SIGNAL", default=b"TERM", help="specify the signal to be sent on timeout"),
        Flag("verbose", "v", "verbose", help="diagnose to stderr any signal sent upon timeout"),
    ],
    epilog="DURATION is a floating point number with an optional suffix:\n"
    "'s' for seconds (the default), 'm' for minutes, 'h' for hours or 'd' for days.\n"
    "A duration of 0 disables the associated timeout.",
    status=_FAILED,
    permute=False,
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run a command. Status 124 if it timed out, 125 if timeout fails, 126 and 127 as a shell's, else the command's."""
    opts, words = parsed(k, TIMEOUT, argv)
    if len(words) < 2:
        return _hint(k)
    kill_after = _interval(k, opts.kill_after) if opts.kill_after is not None else 0
    signum = signal_number(opts.signal)
    if signum is None:
        return refuse(k, b"%s: invalid signal" % quote(opts.signal), _FAILED)
    limit = _interval(k, words[0])
    return _Watch(k, opts, words[1:], signum, kill_after).run(limit)


def _hint(k: Syscalls) -> int:
    k.write(2, b"Try '%s --help' for more information.\n" % k.argv[0])
    return _FAILED


def _interval(k: Syscalls, text: bytes) -> int:
    stretch = seconds_ns(text, units=True)
    if stretch is None:
        k.exit(refuse(k, b"invalid time interval " + quote(text), _FAILED))
    return stretch


class _Watch:
    def __init__(self, k: Syscalls, opts: Any, command: list[bytes], signum: int, kill_after_ns: int) -> None:
        self.k = k
        self.opts = opts
        self.command = command
        self.signum = signum
        self.kill_after_ns = kill_after_ns
        self.child = 0
        self.timed_out = False

    def run(self, limit_ns: int) -> int:
        k = self.k
        if not self.opts.foreground:
            try:
                k.setpgid(0, 0)
            except SysError:
                pass  # a session leader is one already
        k.sigaction(SIGTTIN, SIG_IGN)
        k.sigaction(SIGTTOU, SIG_IGN)
        for signum in {SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, self.signum} - {0, SIGKILL}:
            try:
                k.sigaction(signum, self.on_signal)
            except SysError:
                pass  # STOP can't be caught

        def start(path: bytes, argv: list[bytes]) -> int:
            return k.spawn(path, argv, sigdefault=(SIGTTIN, SIGTTOU))

        try:
            self.child = run_command(k, self.command, start)
        except SysError as error:
            complain(k, b"failed to run command %s: %s" % (quote(self.command[0]), cause(error)))
            return exec_status(error)
        self.arm(limit_ns)
        while True:
            try:
                found = k.wait(self.child)
                break
            except Interrupted:
                continue
        assert found is not None  # we didn't say WNOHANG
        status = found[1]
        if WIFEXITED(status):
            code = WEXITSTATUS(status)
        else:
            signum = WTERMSIG(status)
            if not self.timed_out:
                if signum != SIGKILL:
                    k.sigaction(signum, SIG_DFL)  # die as the command did, so that our parent sees it
                k.kill(k.getpid(), signum)
            code = 128 + signum
            if self.timed_out and signum == SIGKILL:
                return code
        if self.timed_out and not self.opts.preserve:
            return _TIMED_OUT
        return code

    def arm(self, duration_ns: int) -> None:
        """Ask for SIGALRM after a time; 0 is never."""
        if duration_ns:
            self.k.alarm(min(duration_ns, FOREVER_NS) / 1e9)

    def on_signal(self, signum: int) -> None:
        """Pass a signal on; the alarm stands for the signal that was asked for."""
        k = self.k
        if signum == SIGALRM:
            self.timed_out = True
            signum = self.signum
        if not self.child:
            k.exit(128 + signum)
        if self.kill_after_ns:
            self.signum = SIGKILL
            self.arm(self.kill_after_ns)
            self.kill_after_ns = 0
        if self.opts.verbose:
            name = signal_name(signum) if signum else "EXIT"
            complain(k, b"sending signal %s to command %s" % (name.encode(), quote(self.command[0])))
        self.send(self.child, signum)
        if not self.opts.foreground:
            if signum not in (0, SIGKILL):  # KILL ends us as well: a shell then sees 137
                k.sigaction(signum, SIG_IGN)
            self.send(0, signum)
            if signum not in (SIGKILL, SIGCONT):
                self.send(self.child, SIGCONT)
                k.sigaction(SIGCONT, SIG_IGN)
                self.send(0, SIGCONT)

    def send(self, pid: int, signum: int) -> None:
        try:
            self.k.kill(pid, signum)
        except SysError:
            pass  # it has ended
