"""A terminal: a line discipline that processes read and write, and job control.

    other side (pty.py: a master; console.py: the host) ── discipline ── Terminal ── processes of one session

Job control. A terminal belongs to at most one session. Its foreground group may do as it likes; a process of another group
of the session that reads gets SIGTTIN, and one that writes (with TOSTOP) or sets anything SIGTTOU. Default action: its
group stops, and when it goes on, it asks again. InputOutputError where stopping would be of no use: the signal is blocked
or ignored (for reading), or the group is orphaned, so nobody could let it go on.

What the kernel asks of a terminal besides the contract: `is_terminal`, `foreground_group()`, `session_ended(sid)`, and that
after a successful TIOCSCTTY the device becomes its session's controlling terminal (TIOCNOTTY: no longer).
Source: POSIX.1-2017 XBD 11.1; tty_ioctl(4); Linux 6.1 by its behaviour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    FIONREAD,
    O_NONBLOCK,
    POLLERR,
    POLLHUP,
    POLLIN,
    POLLOUT,
    SIGCONT,
    SIGHUP,
    SIGTTIN,
    SIGTTOU,
    SIGWINCH,
    TCGETS,
    TCSETS,
    TCSETSF,
    TCSETSW,
    TIOCGPGRP,
    TIOCGWINSZ,
    TIOCNOTTY,
    TIOCSCTTY,
    TIOCSPGRP,
    TIOCSWINSZ,
    CharDevice,
    Handle,
    InputOutputError,
    Interrupted,
    InvalidArgument,
    NotATerminal,
    NotPermitted,
    ResourceUnavailable,
)

from .discipline import LineDiscipline
from .termios import (
    ICANON,
    TCFLSH,
    TCIFLUSH,
    TCIOFLUSH,
    TCOFLUSH,
    TCOOFF,
    TCOON,
    TCSBRK,
    TCSBRKP,
    TCXONC,
    TIOCGSID,
    TIOCOUTQ,
    TOSTOP,
    VMIN,
    VTIME,
    Termios,
    checked,
    sane,
)

if TYPE_CHECKING:
    from kos_kernel.api import DeviceContext

TENTH_NS = 100_000_000  # VTIME counts tenths of a second
PIECE = 2048  # bytes of output between two looks at signals and at how much the other side still takes


class Terminal(CharDevice):
    """What the slave of a pty and the console have in common. Subclasses define `_emit`, `_room` and perhaps `_drained`."""

    is_terminal = True

    def __init__(self, ctx: DeviceContext, rows: int, columns: int, modes: Termios | None = None) -> None:
        self.ctx = ctx
        self.size = (rows, columns, 0, 0)  # the last two: in pixels
        self.session = 0
        self.foreground = 0
        self.hung_up = False
        self.changed: Any = ctx.queue()  # something can be read or written now, or the foreground changed
        self.discipline = LineDiscipline(modes or sane(), self._emit, self._signal)

    # ---------------------------------------------------------------- the other side
    def _emit(self, data: bytes) -> None:
        """Show bytes on the other side."""
        raise NotImplementedError

    def _room(self) -> int:
        """Tell how many bytes the other side takes now."""
        raise NotImplementedError

    def _drained(self) -> None:
        """A program has read: there may be room for what was typed meanwhile."""

    def _drop_output(self) -> None:
        """Forget what was written and not yet seen."""

    def _unseen(self) -> int:
        """Tell how many bytes were written and not yet seen."""
        return 0

    def type(self, data: bytes | bytearray | memoryview) -> int:
        """Take what somebody types, as much as there is room for, and return how much."""
        discipline = self.discipline
        taken = 0
        stopped = discipline.stopped
        while taken < len(data) and not self.hung_up:
            room = discipline.room()
            if not room:
                break
            piece = data[taken : taken + room]
            discipline.receive(piece)
            taken += len(piece)
        if discipline.ready() or stopped != discipline.stopped:
            self.changed.wake_all()
        return taken

    def resize(self, rows: int, columns: int, *pixels: int) -> None:
        """Set the window's size; the foreground group gets SIGWINCH if it changed."""
        size = (rows, columns, *(pixels + (0, 0))[:2])
        if not all(isinstance(number, int) and 0 <= number <= 0xFFFF for number in size):
            raise InvalidArgument(None, f"not a window size: {size}")
        if size != self.size:
            self.size = size  # type: ignore[assignment]
            self._signal(SIGWINCH)

    def hang_up(self) -> None:
        """The other side is gone: the session hears of it, reads see the end, writes fail."""
        if self.hung_up:
            return
        self.hung_up = True
        for group in dict.fromkeys((self.session, self.foreground)):  # the session's leader, and who is at work
            if group:
                self.ctx.signal_group(group, SIGHUP)
                self.ctx.signal_group(group, SIGCONT)
        self.changed.wake_all()

    # ---------------------------------------------------------------- job control
    def foreground_group(self) -> int:
        """Return the foreground process group, -1 if there is none."""
        return self.foreground or -1

    def session_ended(self, sid: int) -> None:
        """The session's leader is gone: who is in the foreground hears of it, and the terminal is free."""
        if sid != self.session:
            return
        if self.foreground:
            self.ctx.signal_group(self.foreground, SIGHUP)
            self.ctx.signal_group(self.foreground, SIGCONT)
        self.session = self.foreground = 0
        self.changed.wake_all()

    def _signal(self, number: int) -> None:
        if self.foreground:
            self.ctx.signal_group(self.foreground, number)

    def _await_foreground(self, number: int) -> None:
        """Return when the caller may go on; stop it with SIGTTIN or SIGTTOU while it is in the background."""
        while True:
            who = self.ctx.caller()
            if who.sid != self.session or who.pgid == self.foreground or not self.foreground or self.hung_up:
                return
            if number in who.blocked or number in who.ignored:
                if number == SIGTTOU:
                    return
                raise InputOutputError(None, "a background process that doesn't take SIGTTIN reads from its terminal")
            if not self.ctx.signal_group(who.pgid, 0):
                raise InputOutputError(None, "the process group is orphaned: nobody could let it go on")
            self.ctx.signal_group(who.pgid, number)
            if not self.changed.wait(0):  # the signal takes effect in here; then look again
                raise InputOutputError(None, "in the background, and not to be stopped")

    # ---------------------------------------------------------------- the contract
    def open(self, flags: int) -> Handle:
        if self.hung_up:
            raise InputOutputError(None, "the terminal was hung up")
        return Handle(flags)

    def read(self, handle: Handle, size: int) -> bytes:
        """Return the next line, or without ICANON what MIN and TIME ask for; b"" at end of file and after a hang-up."""
        if size <= 0:
            return b""
        if not self.hung_up:
            self._await_foreground(SIGTTIN)
        modes = self.discipline.modes
        if modes.lflag & ICANON:
            found = self._wait_for(handle, 1, None)
        else:
            least, time_ns = modes.cc[VMIN], modes.cc[VTIME] * TENTH_NS
            if least and not time_ns:
                found = self._wait_for(handle, min(least, size), None)
            elif least:
                found = self._wait_for(handle, 1, None) and self._wait_between(handle, min(least, size), time_ns)
            elif time_ns:
                found = self._wait_for(handle, 1, self.ctx.clock.now_ns() + time_ns)
            else:
                found = self.discipline.ready()
        if not found:
            return b""
        data = self.discipline.read(size)
        self._drained()
        return data

    def _wait_for(self, handle: Handle, least: int, deadline_ns: int | None) -> bool:
        """Wait until `least` bytes or a line are there. False: hung up, or the deadline came first."""
        discipline = self.discipline
        while not discipline.ready(least):
            if self.hung_up:
                return False
            if handle.flags & O_NONBLOCK:
                if discipline.ready():
                    return True
                raise ResourceUnavailable()
            if not self.changed.wait(deadline_ns):
                return discipline.ready()
            if not self.hung_up:
                self._await_foreground(SIGTTIN)
        return True

    def _wait_between(self, handle: Handle, least: int, time_ns: int) -> bool:
        """Wait for `least` bytes, but no longer than `time_ns` after each. True: the first byte is there already."""
        discipline = self.discipline
        while not discipline.ready(least) and not self.hung_up and not handle.flags & O_NONBLOCK:
            before = discipline.available()
            self.changed.wait(self.ctx.clock.now_ns() + time_ns)
            if discipline.available() == before:
                break
        return True

    def write(self, handle: Handle, data: bytes | bytearray | memoryview) -> int:
        """Show bytes; blocks while the other side takes none, or after the STOP character. Returns how many were taken."""
        discipline = self.discipline
        done = 0
        view = memoryview(data)
        if discipline.modes.lflag & TOSTOP:
            self._await_foreground(SIGTTOU)
        while done < len(view):
            if self.hung_up:
                if done:
                    return done
                raise InputOutputError(None, "the terminal was hung up")
            room = 0 if discipline.stopped else self._room()
            if room:
                piece = view[done : done + min(room, PIECE)]
                self._emit(discipline.output.process(piece))
                done += len(piece)
            elif handle.flags & O_NONBLOCK:
                if done:
                    return done
                raise ResourceUnavailable()
            else:
                try:
                    self.changed.wait()
                except Interrupted:
                    if done:
                        return done
                    raise
        return done

    def poll(self, handle: Handle) -> int:
        if self.hung_up:
            return POLLIN | POLLOUT | POLLHUP | POLLERR
        modes = self.discipline.modes
        least = 1 if modes.lflag & ICANON or modes.cc[VTIME] else max(1, modes.cc[VMIN])
        writable = not self.discipline.stopped and self._room() > 0
        return (POLLIN if self.discipline.ready(least) else 0) | (POLLOUT if writable else 0)

    def wait_queue(self, handle: Handle) -> Any:
        return self.changed

    # ---------------------------------------------------------------- ioctl
    def ioctl(self, handle: Handle, request: int, arg: Any) -> Any:
        """Answer what tty_ioctl(4) lists, for a process of the session or not; see `_settle` for what masters share."""
        if self.hung_up:
            raise InputOutputError(None, "the terminal was hung up")
        if request in (TCSETS, TCSETSW, TCSETSF, TCFLSH, TCXONC, TCSBRK, TCSBRKP):
            self._await_foreground(SIGTTOU)
        if request == TIOCGPGRP:
            self._must_control()
            return self.foreground
        if request == TIOCSPGRP:
            self._must_control()
            self._await_foreground(SIGTTOU)
            if not isinstance(arg, int) or arg <= 0:
                raise InvalidArgument(None, f"not a process group: {arg!r}")
            self.foreground = arg
            self.changed.wake_all()
            return 0
        if request == TIOCGSID:
            self._must_control()
            return self.session
        if request == TIOCSCTTY:
            return self._become_controlling()
        if request == TIOCNOTTY:
            return self._give_up()
        return self.settle(request, arg)

    def settle(self, request: int, arg: Any) -> Any:
        """Answer the requests that are the same from both sides of a pty."""
        discipline = self.discipline
        if request == TCGETS:
            return discipline.modes.copy()
        if request in (TCSETS, TCSETSW, TCSETSF):
            try:
                modes = checked(arg)
            except (AttributeError, TypeError, ValueError) as error:
                raise InvalidArgument(None, f"not the modes of a terminal: {error}") from None
            if request == TCSETSF:
                discipline.flush()
            discipline.configure(modes)
            self._drained()
            self.changed.wake_all()
            return 0
        if request == TIOCGWINSZ:
            return self.size
        if request == TIOCSWINSZ:
            try:
                rows, columns, *pixels = arg
            except (TypeError, ValueError):
                raise InvalidArgument(None, f"not a window size: {arg!r}") from None
            self.resize(rows, columns, *pixels)
            return 0
        if request == FIONREAD:
            return discipline.available()
        if request == TIOCOUTQ:
            return self._unseen()
        if request == TCFLSH:
            return self._flush(arg)
        if request == TCXONC and arg in (TCOOFF, TCOON):
            if arg == TCOOFF:
                discipline.stopped = True
            else:
                discipline.start()
                self.changed.wake_all()
            return 0
        if request in (TCSBRK, TCSBRKP):
            return 0  # output is never left waiting in here, and there is no wire to break
        raise NotATerminal(None, f"a terminal doesn't know the request {request:#x}")

    def _flush(self, which: Any) -> int:
        if which not in (TCIFLUSH, TCOFLUSH, TCIOFLUSH):
            raise InvalidArgument(None, f"not a queue to flush: {which!r}")
        if which != TCOFLUSH:
            self.discipline.flush()
            self._drained()
        if which != TCIFLUSH:
            self._drop_output()
        return 0

    def _must_control(self) -> None:
        if not self.session or self.ctx.caller().sid != self.session:
            raise NotATerminal(None, "it is not the caller's controlling terminal")

    def _become_controlling(self) -> int:
        who = self.ctx.caller()
        if self.session == who.sid:
            return 0
        if who.pid != who.sid:
            raise NotPermitted(None, "only a session's leader can take a controlling terminal")
        if self.session:
            raise NotPermitted(None, "the terminal controls another session")
        self.session, self.foreground = who.sid, who.pgid
        return 0

    def _give_up(self) -> int:
        self._must_control()
        who = self.ctx.caller()
        if who.pid != who.sid:
            raise NotPermitted(None, "only the session's leader can give up its terminal, for the whole session")
        self.session_ended(who.sid)
        return 0

    # ---------------------------------------------------------------- fork
    def _carry(self, twin: Terminal) -> None:
        """Give a forked machine's terminal this one's state. Process and group numbers are the same in a fork."""
        twin.discipline = self.discipline.copy(twin._emit, twin._signal)
        twin.size, twin.session, twin.foreground, twin.hung_up = self.size, self.session, self.foreground, self.hung_up
