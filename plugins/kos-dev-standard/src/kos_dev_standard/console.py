"""/dev/console: a terminal whose other end is the program that runs the machine.

    host: feed(keys) ──► discipline ──► programs          programs ──► discipline ──► on_output(bytes): host

The host calls `feed`, `resize` and `hang_up` between programs (from the thread that owns the machine) and gets output by the
callback, which must not block. Until somebody listens, the last `UNHEARD` bytes of output are kept for who comes.
What is typed faster than programs read waits here, `AHEAD` bytes at most; signal keys in it wait too, as on Linux.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .termios import IUTF8, sane
from .tty import Terminal

if TYPE_CHECKING:
    from kos_kernel.api import DeviceContext

UNHEARD = 64 * 1024
AHEAD = 1024 * 1024
Listener = Callable[[bytes], None]


class Console(Terminal):
    """The machine's console. options.rows, options.columns: until `resize` says otherwise."""

    def __init__(self, options: Any, ctx: DeviceContext) -> None:
        self.options = options
        self._listener: Listener | None = None
        self._unheard = bytearray()
        self._ahead = bytearray()
        modes = sane()
        modes.iflag |= IUTF8
        super().__init__(ctx, options.rows, options.columns, modes)

    # ---------------------------------------------------------------- the host's end
    @property
    def on_output(self) -> Listener | None:
        """Whoever gets what is shown. Setting it delivers what was shown before and heard by nobody."""
        return self._listener

    @on_output.setter
    def on_output(self, listener: Listener | None) -> None:
        self._listener = listener
        if listener is not None and self._unheard:
            unheard = bytes(self._unheard)
            self._unheard.clear()
            listener(unheard)

    def feed(self, data: bytes) -> int:
        """Type bytes; return how many were taken (fewer only when a megabyte waits to be read)."""
        taken = 0 if self._ahead else self.type(data)
        rest = data[taken:][: AHEAD - len(self._ahead)]
        self._ahead += rest
        return taken + len(rest)

    # ---------------------------------------------------------------- the machine's end
    def _emit(self, data: bytes) -> None:
        if self._listener is not None:
            self._listener(data)
            return
        self._unheard += data
        if len(self._unheard) > UNHEARD:
            del self._unheard[:-UNHEARD]

    def _room(self) -> int:
        return 1 << 30  # a host that listens takes everything; for one that doesn't, the end is kept

    def _drained(self) -> None:
        while self._ahead:
            taken = self.type(bytes(self._ahead[:4096]))
            if not taken:
                break
            del self._ahead[:taken]

    def fork(self, ctx: DeviceContext) -> Console:  # type: ignore[override]
        """Return the fork's console, in the same state. Nobody listens to it yet: two machines would talk at once."""
        twin = Console(self.options, ctx)
        self._carry(twin)
        twin._ahead, twin._unheard = bytearray(self._ahead), bytearray(self._unheard)
        return twin
