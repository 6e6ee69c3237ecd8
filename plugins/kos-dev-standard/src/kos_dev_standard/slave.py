"""The terminal end of a pseudo-terminal pair; the other end is in pty.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Handle

from .tty import Terminal

if TYPE_CHECKING:
    from kos_kernel.api import DeviceContext

SLAVE_MAJOR = 136
SCREEN = 64 * 1024  # bytes written to a slave that the master hasn't read


class Slave(Terminal):
    """The terminal end of a pair."""

    fork_policy = "refuse"

    def __init__(self, ctx: DeviceContext, index: int) -> None:
        self.index = index
        self.number = (SLAVE_MAJOR, index)
        self.fork_refusal = f"the pseudo-terminal pts/{index} is open"
        self.screen = bytearray()
        self.seen: Any = ctx.queue()  # for the master: there is something to see, room to type, or nobody left
        self.users = 0
        self.was_used = False
        self.locked = True
        super().__init__(ctx, 0, 0)

    @property
    def deserted(self) -> bool:
        """Tell whether everybody who had it open is gone."""
        return self.was_used and self.users == 0

    def open(self, flags: int) -> Handle:
        handle = super().open(flags)
        self.users += 1
        self.was_used = True
        return handle

    def release(self, handle: Handle) -> None:
        self.users -= 1
        if not self.users:
            self.seen.wake_all()

    def _emit(self, data: bytes) -> None:
        self.screen += data
        self.seen.wake_all()

    def _room(self) -> int:
        return max(0, SCREEN - len(self.screen))

    def _drained(self) -> None:
        self.seen.wake_all()

    def _drop_output(self) -> None:
        self.screen.clear()
        self.changed.wake_all()

    def _unseen(self) -> int:
        return len(self.screen)
