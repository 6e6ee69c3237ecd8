"""Open files whose other end is the host: what m.run() feeds in and gets out.

HostOutput hands each write to a callback at once; the limit on output is counted here. HostInput takes bytes from the host when
a program wants some and there are none: the program sleeps and the hub is told that somebody waits (world.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from .. import errors
from ..abi import FIONREAD, O_NONBLOCK, POLLERR, POLLHUP, POLLIN, POLLOUT, S_IFIFO
from ..contracts.fs import Attributes
from ..fibers import Dispatcher, WaitQueue
from .openfile import Bytes, OpenFile, take_until


class Budget:
    """How many bytes may still go out; shared by the outputs of one run."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


class HostOutput(OpenFile):
    """The writing end of what the host sees. sink(data) gets every write; it may raise BrokenPipeError: nobody reads any more.

    broken(): posts SIGPIPE to the writer. Past the budget a write gets NoSpace, and `exceeded` says so.
    """

    __slots__ = ("attr", "broken", "budget", "closed", "exceeded", "sink")

    kind = "host-output"

    def __init__(self, sink: Callable[[bytes], object], broken: Callable[[], None], budget: Budget) -> None:
        super().__init__(None, 1)
        self.sink = sink
        self.broken = broken
        self.budget = budget
        self.exceeded = False
        self.closed = False
        self.attr = Attributes(S_IFIFO | 0o600)

    def write(self, data: Bytes) -> int:
        size = len(data)
        budget = self.budget
        if size > budget.left:
            self.exceeded = True
            size = budget.left
            if not size:
                raise errors.NoSpace(None, "the limit on output is reached")
            data = data[:size]
        if self.closed:
            self.broken()
            raise errors.BrokenPipe()
        budget.left -= size
        try:
            self.sink(data if type(data) is bytes else bytes(data))
        except BrokenPipeError:
            self.closed = True
            self.broken()
            raise errors.BrokenPipe() from None
        return size

    def poll(self) -> int:
        return POLLERR if self.closed else POLLOUT

    def attributes(self) -> Any:
        return self.attr

    def describe(self) -> bytes:
        return b"pipe:[host]"


class HostInput(OpenFile):
    """The reading end of what the host gives.

    more: called by the hub when a program waits for input; returns bytes, b"" for the end, or None for "not now, ask again
    when the descriptor `fileno` is readable" (fileno None: ask again after `feed`).
    """

    __slots__ = ("attr", "chunks", "ended", "fileno", "more", "not_empty", "wanted")

    kind = "host-input"

    def __init__(
        self,
        dispatcher: Dispatcher,
        data: bytes = b"",
        more: Callable[[], bytes | None] | None = None,
        fileno: int | None = None,
    ) -> None:
        super().__init__(None, 0)
        self.chunks: deque[bytes] = deque([data] if data else [])
        self.ended = more is None
        self.more = more
        self.fileno = fileno
        self.not_empty = WaitQueue(dispatcher)
        self.wanted = False
        self.attr = Attributes(S_IFIFO | 0o600)

    def feed(self, data: bytes) -> None:
        """Give more input; b"" is the end."""
        if data:
            self.chunks.append(data)
        else:
            self.ended = True
        self.wanted = False
        self.not_empty.wake_all()

    def read(self, size: int) -> bytes:
        chunks = self.chunks
        while not chunks:
            if self.ended:
                return b""
            if self.flags & O_NONBLOCK:
                raise errors.ResourceUnavailable()
            self.wanted = True
            self.not_empty.wait()
        if size <= 0:
            return b""
        chunk = chunks.popleft()
        if len(chunk) > size:
            chunks.appendleft(chunk[size:])
            chunk = chunk[:size]
        return chunk

    def read_until(self, delimiter: bytes, limit: int) -> bytes:
        parts: list[bytes] = []
        while limit > 0:
            if not self.chunks:
                if self.ended:
                    break
                if self.flags & O_NONBLOCK:
                    if parts:
                        break
                    raise errors.ResourceUnavailable()
                self.wanted = True
                try:
                    self.not_empty.wait()
                except errors.Interrupted as interrupted:
                    interrupted.data = b"".join(parts)
                    raise
                continue
            parts.append(take_until(self.chunks, delimiter, limit))
            if parts[-1].endswith(delimiter):
                break
            limit -= len(parts[-1])
        return b"".join(parts)

    def poll(self) -> int:
        if not self.chunks and not self.ended:
            self.wanted = True
        return (POLLIN if self.chunks else 0) | (POLLIN | POLLHUP if self.ended and not self.chunks else 0)

    def wait_queues(self, events: int) -> tuple[Any, ...]:
        return (self.not_empty,)

    def ioctl(self, request: int, arg: Any) -> Any:
        if request == FIONREAD:
            return sum(map(len, self.chunks))
        raise errors.NotATerminal()

    def attributes(self) -> Any:
        return self.attr

    def describe(self) -> bytes:
        return b"pipe:[host]"
