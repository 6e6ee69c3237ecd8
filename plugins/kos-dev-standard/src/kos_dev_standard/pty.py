"""Pseudo-terminals: opening /dev/ptmx makes a pair, a master that is read and written by a program and a slave that is a
terminal for others.

    program (ssh, tmux, script) ── master fd ── Pair ── Slave, /dev/pts/N ── shell and its jobs

The slave's node appears with the master's open and goes with its close, which hangs the slave up. The lowest free number is
taken. Slaves need not be unlocked first (TIOCSPTLCK is taken and changes nothing but what TIOCGPTLCK tells), and their nodes
belong to root with mode 0620. Source: pty(7), pts(4), ioctl_tty(2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    FIONREAD,
    O_NONBLOCK,
    POLLHUP,
    POLLIN,
    POLLOUT,
    TIOCGPGRP,
    TIOCGPTN,
    CharDevice,
    Handle,
    InputOutputError,
    Interrupted,
    InvalidArgument,
    NoSpace,
    ResourceUnavailable,
)

from .termios import TIOCGPTLCK, TIOCGSID, TIOCSIG, TIOCSPTLCK

if TYPE_CHECKING:
    from kos_kernel.api import DeviceContext

    from .slave import Slave

NODE_MODE = 0o620


class Multiplexer(CharDevice):
    """/dev/ptmx. An open file's state is its Slave. options.limit: how many pairs there may be."""

    is_terminal = False

    def __init__(self, options: Any, ctx: DeviceContext) -> None:
        self.options = options
        self.ctx = ctx
        self.slaves: dict[int, Slave] = {}

    @property
    def fork_policy(self) -> str:  # type: ignore[override]
        return "refuse" if self.slaves else "cow"

    @property
    def fork_refusal(self) -> str:  # type: ignore[override]
        names = ", ".join(f"pts/{index}" for index in sorted(self.slaves))
        return f"pseudo-terminals are open: {names}" if names else ""

    def fork(self, ctx: DeviceContext) -> Multiplexer:  # type: ignore[override]
        return Multiplexer(self.options, ctx)

    def open(self, flags: int) -> Handle:
        """Make a pair. NoSpace when there are as many as the options allow."""
        if len(self.slaves) >= self.options.limit:
            raise NoSpace(None, f"there are {self.options.limit} pseudo-terminals already")
        from .slave import Slave  # with all of what a terminal is: most machines never open one

        index = next(number for number in range(self.options.limit) if number not in self.slaves)
        slave = self.slaves[index] = Slave(self.ctx, index)
        handle = Handle(flags)
        handle.state = slave
        self.ctx.register(f"pts/{index}", slave, NODE_MODE)
        return handle

    def release(self, handle: Handle) -> None:
        slave: Slave = handle.state
        del self.slaves[slave.index]
        self.ctx.unregister(f"pts/{slave.index}")
        slave.hang_up()

    def read(self, handle: Handle, size: int) -> bytes:
        """Return what the slave shows. InputOutputError when nobody has it open any more."""
        slave: Slave = handle.state
        if size <= 0:
            return b""
        while not slave.screen:
            if slave.deserted:
                raise InputOutputError(None, "nobody has the other end of the pseudo-terminal open")
            if handle.flags & O_NONBLOCK:
                raise ResourceUnavailable()
            slave.seen.wait()
        was_full = not slave._room()
        data = bytes(slave.screen[:size])
        del slave.screen[:size]
        if was_full:
            slave.changed.wake_all()
        return data

    def write(self, handle: Handle, data: bytes | bytearray | memoryview) -> int:
        """Type bytes; blocks while the slave's readers are too slow."""
        slave: Slave = handle.state
        done = 0
        view = memoryview(data)
        while done < len(view):
            done += slave.type(view[done:])
            if done == len(view):
                break
            if handle.flags & O_NONBLOCK:
                if done:
                    return done
                raise ResourceUnavailable()
            try:
                slave.seen.wait()
            except Interrupted:
                if done:
                    return done
                raise
        return done

    def poll(self, handle: Handle) -> int:
        slave: Slave = handle.state
        bits = POLLIN if slave.screen else 0
        if slave.deserted:
            bits |= POLLHUP
        return bits | (POLLOUT if slave.discipline.room() else 0)

    def wait_queue(self, handle: Handle) -> Any:
        return handle.state.seen

    def ioctl(self, handle: Handle, request: int, arg: Any) -> Any:
        """Answer for the pair: its number, its lock, and the slave's modes, size and groups."""
        slave: Slave = handle.state
        if request == TIOCGPTN:
            return slave.index
        if request == TIOCSPTLCK:
            slave.locked = bool(arg)
            return 0
        if request == TIOCGPTLCK:
            return int(slave.locked)
        if request == FIONREAD:
            return len(slave.screen)
        if request == TIOCGPGRP:
            return slave.foreground
        if request == TIOCGSID:
            return slave.session
        if request == TIOCSIG:
            if not isinstance(arg, int) or not 1 <= arg < 65:
                raise InvalidArgument(None, f"not a signal: {arg!r}")
            slave._signal(arg)
            return 0
        return slave.settle(request, arg)
