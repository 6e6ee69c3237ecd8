"""What a driver is given besides its options: the machine's clock, its randomness, its log, and what it may charge.

A driver holds no other reference to the kernel. Nothing in here leads to the host.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from .view import KernelView


class Clock(Protocol):
    """The machine's time. Virtual or wall: a driver can't tell and needn't."""

    def now_ns(self) -> int:
        """Return nanoseconds since the machine booted; never decreases."""
        ...

    def realtime_ns(self) -> int:
        """Return nanoseconds since 1970, as the machine sees the date."""
        ...


class Entropy(Protocol):
    """The machine's randomness, seeded; the same draws on every Python."""

    def bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        ...

    def below(self, bound: int) -> int:
        """Return an integer in [0, bound), every one equally likely."""
        ...


class Context:
    """The context every factory gets.

    clock, entropy: the machine's.  log(level, text): a line in the kernel log (dmesg).
    after(delay_ns, callback): a timer; call the returned function to cancel it. Callbacks run between programs, must not block.
    view: read-only look at the kernel for drivers that show it (/proc, /sys); None for those whose subsystem has no need.
    disk: the account of what all filesystems in memory may hold together: take(bytes) -> granted, give(bytes), and join and
    leave(give_slack) for one that takes more than it needs now (memory.py); None if there is none.
    host: what the configuration granted this one driver of the host (a folder's descriptor), else None.
    """

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        log: Callable[[int, str], None],
        after: Callable[[int, Callable[[], None]], Callable[[], None]],
        view: KernelView | None = None,
        host: Any = None,
    ) -> None:
        self.clock = clock
        self.entropy = entropy
        self.log = log
        self.after = after
        self.view = view
        self.host = host
        self.disk: Any = None


class WaitQueue(Protocol):
    """Where fibers sleep until something happens. Wake after the condition became true; sleepers look again."""

    def wake_all(self) -> None:
        """Make every sleeper runnable. Cheap when nobody sleeps; callable from timers too."""
        ...

    def wait(self, deadline_ns: int | None = None) -> bool:
        """Put the calling program to sleep until a wake-up; False if `deadline_ns` (boot time) came first.

        Raises Interrupted when a signal with a handler arrived. Call it in a loop that looks at the condition again.
        """
        ...


class Caller(NamedTuple):
    """The process on whose behalf a driver is called."""

    pid: int
    pgid: int
    sid: int
    uid: int
    blocked: frozenset[int]  # signals it blocks
    ignored: frozenset[int]  # signals it ignores


class DeviceContext(Context):
    """What a device driver gets: waiting, and what a terminal needs of job control."""

    queue: Callable[[], WaitQueue]  # a new wait queue of this machine
    caller: Callable[[], Caller]  # who is calling right now
    signal_group: Callable[[int, int], bool]  # (pgid, signum) -> False if the group has no members or is orphaned
    register: Callable[[str, object, int], None]  # (name in /dev, Device, mode): hotplug one more device, e.g. pts/0
    unregister: Callable[[str], None]


class NetContext(Context):
    """What a protocol driver gets."""

    queue: Callable[[], WaitQueue]
    send: Callable[[bytes, str], None]  # (packet, interface)
