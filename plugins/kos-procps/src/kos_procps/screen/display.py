"""A terminal as full-screen programs use it: keys one by one, a size that may change, and everything as it was at the end.

    with Display(k) as display:
        key = display.key(timeout_ns)       "" if none came in time; RESIZED when the window changed; QUIT on a signal
        display.draw(lines)

Source of the sequences: ECMA-48, as every terminal since the VT100 has them.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from kos_kernel.api import POLLIN, SIGHUP, SIGINT, SIGTERM, SIGWINCH, Interrupted, SysError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

RESIZED, QUIT = "<resized>", "<quit>"
_ICANON, _ECHO = 0o2, 0o10  # lflag bits of termios(3)
_VTIME, _VMIN = 5, 6
_SEQUENCES = {
    b"\033[A": "<up>", b"\033[B": "<down>", b"\033[C": "<right>", b"\033[D": "<left>", b"\033[H": "<home>", b"\033[F": "<end>",
    b"\033[5~": "<page-up>", b"\033[6~": "<page-down>", b"\033[1~": "<home>", b"\033[4~": "<end>",
    b"\033OA": "<up>", b"\033OB": "<down>", b"\033OC": "<right>", b"\033OD": "<left>",
}  # fmt: skip


class Display:
    """The terminal on descriptors 0 and 1. own_screen: draw on the alternate screen, so that what was there comes back."""

    def __init__(self, k: Syscalls, *, keys: bool = True, own_screen: bool = False) -> None:
        self.k = k
        self.keys = keys
        self.own_screen = own_screen
        self._modes: Any = None
        self._events: list[int] = []
        self._typed = b""

    def __enter__(self) -> Display:
        k = self.k
        for signum in (SIGINT, SIGTERM, SIGHUP, SIGWINCH):
            k.sigaction(signum, self._events.append)
        if self.keys:
            self._modes = k.tcgetattr(0)
            modes = k.tcgetattr(0)
            modes.lflag &= ~(_ICANON | _ECHO)
            modes.cc[_VMIN], modes.cc[_VTIME] = 1, 0
            k.tcsetattr(0, 1, modes)
        self.write(b"\033[?1049h\033[H\033[J\033[?25l" if self.own_screen else b"\033[H\033[J\033[?25l")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, Exception):
            return  # the process is dead: nothing can be done any more
        rows, _ = self.size()
        self.write(b"\033[?25h\033[?1049l" if self.own_screen else b"\033[%d;1H\033[?25h\n" % rows)
        if self._modes is not None:
            try:
                self.k.tcsetattr(0, 1, self._modes)
            except SysError:
                pass  # the terminal is gone

    def size(self) -> tuple[int, int]:
        """Return (rows, columns)."""
        return size_of(self.k)

    def write(self, data: bytes) -> None:
        """Write all of it, whatever signals come."""
        while data:
            try:
                data = data[self.k.write(1, data) :]
            except Interrupted:
                continue
            except SysError:
                return  # nobody looks any more

    def draw(self, lines: list[bytes]) -> None:
        """Show these lines from the top, and nothing below them. They may hold sequences; they must fit."""
        rows, _ = self.size()
        body = b"\033[K\r\n".join(lines[:rows])
        self.write(b"\033[H" + body + b"\033[K\033[J")

    def key(self, timeout_ns: int) -> str:
        """Return the next key: a character or <name>; "" after the time, RESIZED, or QUIT (also when the terminal is gone)."""
        deadline = self.k.clock_ns(1) + timeout_ns
        while True:
            if self._events:
                events, self._events[:] = list(self._events), []
                return QUIT if any(signum != SIGWINCH for signum in events) else RESIZED
            if self._typed:
                return self._next()
            left = deadline - self.k.clock_ns(1)
            if left <= 0:
                return ""
            try:
                if not self.keys:
                    self.k.sleep_ns(left)
                elif self.k.poll([(0, POLLIN)], left):
                    self._typed = self.k.read(0, 256)
                    if not self._typed:
                        return QUIT
            except Interrupted:
                continue
            except SysError:
                return QUIT

    def _next(self) -> str:
        for sequence, name in _SEQUENCES.items():
            if self._typed.startswith(sequence):
                self._typed = self._typed[len(sequence) :]
                return name
        char, self._typed = self._typed[:1], self._typed[1:]
        return "<escape>" if char == b"\033" else char.decode("latin-1")


def size_of(k: Syscalls) -> tuple[int, int]:
    """Return (rows, columns) of the terminal on 1, else of LINES and COLUMNS, else 24 and 80."""
    try:
        rows, columns = k.get_winsize(1)
    except SysError:
        rows = columns = 0
    for_rows, for_columns = k.env.get(b"LINES", b""), k.env.get(b"COLUMNS", b"")
    rows = rows or (int(for_rows[:4]) if for_rows.isdigit() else 0) or 24
    columns = columns or (int(for_columns[:5]) if for_columns.isdigit() else 0) or 80
    return rows, columns
