"""Signals: sets as bit masks, default actions, and each process's dispositions.

A mask is an int whose bit (n - 1) stands for signal n. Posting a signal only marks it pending and asks for the process's
attention; the process acts on it itself, on its own fiber, at its next system call or tick (see calls/signals.py), so a
signal never tears anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import abi
from .abi import SIG_DFL, SIG_IGN

Handler = int | Callable[[int], None]

TERMINATE, CORE, IGNORE, STOP, CONTINUE = "terminate", "core", "ignore", "stop", "continue"

_ACTIONS = {
    **dict.fromkeys((abi.SIGCHLD, abi.SIGURG, abi.SIGWINCH), IGNORE),
    **dict.fromkeys((abi.SIGSTOP, abi.SIGTSTP, abi.SIGTTIN, abi.SIGTTOU), STOP),
    **dict.fromkeys(
        (
            abi.SIGQUIT,
            abi.SIGILL,
            abi.SIGTRAP,
            abi.SIGABRT,
            abi.SIGBUS,
            abi.SIGFPE,
            abi.SIGSEGV,
            abi.SIGXCPU,
            abi.SIGXFSZ,
            abi.SIGSYS,
        ),
        CORE,
    ),
    abi.SIGCONT: CONTINUE,
}


def default_action(signum: int) -> str:
    """Return what a signal does to a process that neither handles nor ignores it."""
    return _ACTIONS.get(signum, TERMINATE)


def mask(signals: Iterable[int]) -> int:
    """Return the bit mask of some signals."""
    bits = 0
    for signum in signals:
        bits |= 1 << signum - 1
    return bits


def members(bits: int) -> frozenset[int]:
    """Return the signals of a bit mask."""
    return frozenset(n + 1 for n in range(abi.NSIG) if bits >> n & 1)


UNBLOCKABLE = mask((abi.SIGKILL, abi.SIGSTOP))
STOPPING = mask((abi.SIGSTOP, abi.SIGTSTP, abi.SIGTTIN, abi.SIGTTOU))
CONTINUING = mask((abi.SIGCONT,))
_QUIET = mask(n for n in range(1, abi.NSIG) if default_action(n) == IGNORE)


class SignalState:
    """What a process does about signals.

    pending, blocked, restart: masks; restart = whose handlers don't interrupt a call (SA_RESTART).
    handlers: signal -> SIG_IGN or a callable; absent = default.
    """

    __slots__ = ("blocked", "handlers", "pending", "restart")

    def __init__(self, blocked: int = 0, handlers: dict[int, Handler] | None = None, restart: int = 0) -> None:
        self.pending = 0
        self.restart = restart
        self.blocked = blocked
        self.handlers: dict[int, Handler] = handlers if handlers is not None else {}

    def fork(self) -> SignalState:
        """Return a child's: nothing pending, the rest copied."""
        return SignalState(self.blocked, self.handlers.copy() if self.handlers else None, self.restart)

    def for_exec(self) -> SignalState:
        """Return a new image's: handled signals are back to default, ignored ones stay ignored."""
        if not self.handlers:
            return SignalState(self.blocked)
        return SignalState(self.blocked, {n: h for n, h in self.handlers.items() if h == SIG_IGN})

    def handler(self, signum: int) -> Handler:
        """Return SIG_DFL, SIG_IGN or the callable of a signal."""
        return self.handlers.get(signum, SIG_DFL)

    def ignores(self, signum: int) -> bool:
        """Tell whether a signal would have no effect: ignored, or default and harmless."""
        handler = self.handlers.get(signum, SIG_DFL)
        return handler == SIG_IGN or (handler == SIG_DFL and _QUIET >> signum - 1 & 1 == 1)

    def deliverable(self) -> int:
        """Return the mask of pending signals that aren't blocked."""
        return self.pending & ~self.blocked
