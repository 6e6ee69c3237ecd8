"""The terminal: job control on and off, echo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import SIG_DFL, SIG_IGN, SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SysError
from kos_shell.traps import signal_number

if TYPE_CHECKING:
    from kos_shell.shell import Shell

ECHO = 0o10
_LFLAG = 3
"""Where tcgetattr's list has the local flags."""


def find_terminal(sh: Shell) -> int:
    """Return a descriptor of the controlling terminal, moved to 10 or more, or -1."""
    k = sh.k
    for fd in (2, 0, 1):
        try:
            if k.isatty(fd):
                return int(k.dup(fd, 10, cloexec=True))
        except SysError:
            continue
    try:
        fd = k.open(b"/dev/tty", 2)
        moved = k.dup(fd, 10, cloexec=True)
        k.close(fd)
        return int(moved)
    except SysError:
        return -1


def switch_job_control(sh: Shell, on: bool) -> None:
    """set -m / set +m. An interactive shell makes itself the leader of a group that owns the terminal."""
    if on is ("monitor" in sh.options):
        return
    k = sh.k
    if not on:
        sh.set_options(off=("monitor",))
        return
    sh.set_options(on=("monitor",))
    if sh.interactive:
        sh.terminal = find_terminal(sh)
        if sh.terminal >= 0:
            try:
                if k.getpgid(0) != k.getpid():
                    k.setpgid(0, 0)
            except SysError:
                pass
            sh.group = k.getpgid(0)
            try:
                k.tcsetpgrp(sh.terminal, sh.group)
            except SysError:
                sh.terminal = -1
    else:
        sh.group = k.getpgid(0)


def interactive_signals(sh: Shell) -> None:
    """An interactive shell isn't ended or stopped by the keyboard: SIGINT gives up the line, the others are ignored."""
    k = sh.k
    k.sigaction(SIGINT, sh.on_signal)
    for signum in (SIGTERM, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU):
        k.sigaction(signum, SIG_IGN)
    sh.own_signals = (SIGINT, SIGTERM, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU)


def sit_at_terminal(sh: Shell) -> None:
    """A resident shell with job control: for one run, take the terminal that its descriptors lead to, if they do."""
    for fd in (2, 0, 1):
        try:
            if sh.k.isatty(fd):
                break
        except SysError:
            continue
    else:
        return
    interactive_signals(sh)
    sh.terminal = fd
    sh.group = sh.k.getpgid(0)
    try:
        sh.k.tcsetpgrp(fd, sh.group)
    except SysError:
        sh.terminal = -1


def leave_terminal(sh: Shell) -> None:
    """The run is over: nobody types any more."""
    sh.terminal = -1
    for signum in sh.own_signals:
        sh.k.sigaction(signum, SIG_DFL)
    sh.own_signals = ()
    for name, action in sh.traps.items():
        number = signal_number(name)
        if number and number != SIGCHLD:
            sh.k.sigaction(number, sh.on_signal if action else SIG_IGN)


def echo_off(k: Any, fd: int) -> Any:
    """Switch a terminal's echo off (read -s); return what to give to tcsetattr afterwards."""
    old = k.tcgetattr(fd)
    new = list(old)
    new[_LFLAG] &= ~ECHO
    k.tcsetattr(fd, 0, new)
    return old


__all__ = ["SIG_DFL", "echo_off", "find_terminal", "interactive_signals", "switch_job_control"]
