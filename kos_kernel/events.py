"""Who wants to know what happens: observers by event, and the kernel log.

Each event is a tuple of callbacks, collected once when an observer is attached. `emit` guards each call, so that an observer
that raises harms neither the kernel nor the others: it is detached and the log says so. Where nobody listens the tuple is
empty and the caller doesn't even call: `if events.process_exited: events.emit("process_exited", ...)`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from .contracts.observer import EVENTS

LOG_LINES = 4096
Listeners = tuple[Callable[..., None], ...]


class Events:
    """The observers of one machine."""

    # What most machines never change stands here, not in an __init__: a fork makes one of these.
    booted: Listeners = ()
    syscall: Listeners = ()
    process_started: Listeners = ()
    process_exec: Listeners = ()
    process_exited: Listeners = ()
    signal_delivered: Listeners = ()
    switched: Listeners = ()
    runnable: Listeners = ()
    mounted: Listeners = ()
    unmounted: Listeners = ()
    log: Listeners = ()
    packet: Listeners = ()
    closed: Listeners = ()
    observers: tuple[Any, ...] = ()
    _ring: deque[tuple[int, int, str]] | None = None  # made at the first line
    _inherited: tuple[tuple[int, int, str], ...] = ()  # a fork's: what its parent's log said

    @property
    def log_ring(self) -> list[tuple[int, int, str]]:
        """Return the kernel log, oldest first."""
        return [*self._inherited, *(self._ring or ())][-LOG_LINES:]

    def inherit(self, parent: Events) -> None:
        """Begin with the parent's log, shared."""
        if parent._ring:
            parent._inherited = tuple(parent.log_ring)
            parent._ring = None
        if parent._inherited:
            self._inherited = parent._inherited

    def attach(self, observer: Any) -> None:
        """Let an observer hear every event it has a method for."""
        self.observers += (observer,)
        for name in EVENTS:
            method = getattr(observer, name, None)
            if method is not None:
                setattr(self, name, (*getattr(self, name), method))

    def detach(self, observer: Any) -> None:
        """Stop telling an observer."""
        self.observers = tuple(one for one in self.observers if one is not observer)
        for name in EVENTS:
            setattr(
                self, name, tuple(cb for cb in getattr(self, name) if getattr(cb, "__self__", None) is not observer)
            )

    def emit(self, event: str, now_ns: int, *details: Any) -> None:
        """Tell everybody who listens for `event`."""
        callbacks: Listeners = getattr(self, event)
        for callback in callbacks:
            try:
                callback(now_ns, *details)
            except Exception as error:  # a guest's run must not end because somebody watches it
                self.detach(getattr(callback, "__self__", None))
                self.note(now_ns, 3, f"observer {callback!r} failed on {event} and was detached: {error!r}")

    def note(self, now_ns: int, level: int, text: str) -> None:
        """Write a line to the kernel log (dmesg). level: 0 emergency .. 7 debug."""
        if self._ring is None:
            self._ring = deque(maxlen=LOG_LINES)
        self._ring.append((now_ns, level, text))
        if self.log:
            self.emit("log", now_ns, level, text)
