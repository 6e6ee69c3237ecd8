"""Calls on signals: sending, handling, blocking, alarms."""

from __future__ import annotations

from collections.abc import Iterable

from .. import errors
from ..abi import (
    NSIG,
    SIG_BLOCK,
    SIG_DFL,
    SIG_IGN,
    SIG_SETMASK,
    SIG_UNBLOCK,
    SIGALRM,
    SIGCHLD,
    SIGCONT,
    SIGKILL,
    SIGSTOP,
)
from ..fibers import WaitQueue
from ..namespaces import process_of, visible
from ..process import Process, post_signal
from ..signals import UNBLOCKABLE, Handler, mask, members
from .base import Call


class SignalCalls(Call):
    """kill ... alarm."""

    __slots__ = ()

    def kill(self, pid: int, signum: int) -> None:
        """Send a signal: to a process (> 0), my group (0), everybody I may (-1), a group (< -1). signum 0 only checks.

        Raises NoSuchProcess, NotPermitted, InvalidArgument.
        """
        self._enter()
        if not 0 <= signum < NSIG:
            raise errors.InvalidArgument(None, f"unknown signal {signum}")
        me = self.process
        kernel = self._kernel
        if pid > 0:
            target = process_of(kernel, pid, me)
            if target is None:
                raise errors.NoSuchProcess(None, f"there is no process {pid}")
            targets = [target]
        elif pid == -1:
            targets = [p for p in kernel.table.all() if p is not me and p.pid != 1 and visible(p, me)]
        else:
            number = me.group.id if pid == 0 else -pid
            group = kernel.table.groups.get(number)
            targets = [] if group is None else [p for p in group.members.values() if visible(p, me)]
        if not targets:
            raise errors.NoSuchProcess(None, f"there is nobody in {pid}")
        allowed = [target for target in targets if self._may_signal(target, signum)]
        if not allowed:
            raise errors.NotPermitted(None, "the process is somebody else's")
        if signum:
            for target in sorted(allowed, key=lambda p: (p is me, p.pid)):
                post_signal(target, signum)
            signals = me.signals
            if signals.pending & ~signals.blocked:
                me.attend()

    def _may_signal(self, target: Process, signum: int) -> bool:
        cred, theirs = self.process.cred, target.cred
        return (
            cred.privileged
            or cred.ruid in (theirs.ruid, theirs.suid)
            or cred.euid in (theirs.ruid, theirs.suid)
            or (signum == SIGCONT and target.group.session is self.process.group.session)
        )

    def sigaction(self, signum: int, handler: Handler, *, restart: bool = False) -> Handler:
        """Say what a signal does (SIG_DFL, SIG_IGN, or a callable(signum)) and return what it did.

        A handler runs on this process's own fiber, inside a system call or tick, with the signal blocked meanwhile; a
        blocking call is then Interrupted, or with `restart` (SA_RESTART) goes on; so do sleep, poll and pause, which Linux
        ends even then. Raises InvalidArgument for SIGKILL, SIGSTOP and unknown numbers.
        """
        self._enter()
        if not 0 < signum < NSIG or signum in (SIGKILL, SIGSTOP):
            raise errors.InvalidArgument(None, f"signal {signum} can't be handled")
        handlers = self.process.signals.handlers
        old = handlers.get(signum, SIG_DFL)
        if handler == SIG_DFL:
            handlers.pop(signum, None)
        else:
            handlers[signum] = handler
        signals = self.process.signals
        bit = 1 << signum - 1
        signals.restart = signals.restart | bit if restart else signals.restart & ~bit
        if signals.ignores(signum):
            signals.pending &= ~(1 << signum - 1)
        if signum == SIGCHLD and handler == SIG_IGN:
            for child in list(self.process.zombies.values()):
                child.reap()
        return old

    def sigmask(self, how: int, signals: Iterable[int]) -> frozenset[int]:
        """Change which signals are blocked (SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK) and return what was."""
        self._enter()
        state = self.process.signals
        old = state.blocked
        bits = mask(signals) & ~UNBLOCKABLE
        if how == SIG_BLOCK:
            state.blocked |= bits
        elif how == SIG_UNBLOCK:
            state.blocked &= ~bits
        elif how == SIG_SETMASK:
            state.blocked = bits
        else:
            raise errors.InvalidArgument(None, f"unknown way {how} to change a mask")
        if state.pending & ~state.blocked:
            self.process.attend()
        return members(old)

    def sigpending(self) -> frozenset[int]:
        """Return the signals that wait because they are blocked."""
        self._enter()
        return members(self.process.signals.pending)

    def pause(self) -> None:
        """Sleep until a signal's handler has run; then raises Interrupted, always."""
        self._enter()
        queue = WaitQueue(self._kernel.dispatcher)
        while True:
            queue.wait()

    def alarm(self, seconds: float) -> float:
        """Send this process SIGALRM after a time (0 = never) and return what was left of the last alarm, in seconds."""
        self._enter()
        kernel = self._kernel
        process = self.process
        now_ns = self.clock.now_ns()
        old, process.alarm = process.alarm, None
        left = 0.0
        if old is not None:
            left = max(0, old.deadline_ns - now_ns) / 1e9
            old.cancel()
        if seconds > 0:

            def ring() -> None:
                process.alarm = None
                post_signal(process, SIGALRM)

            process.alarm = kernel.dispatcher.at(now_ns + int(seconds * 1e9), ring)
        return left
