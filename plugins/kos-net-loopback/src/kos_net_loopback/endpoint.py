"""What the two families share: a connected stream, a listener, a datagram box.

    Stream ◄──peer──► Stream      each has the bytes that its peer sent and it hasn't read
    Stream.listen ── connect ──► a pair: one end queued for accept
    Datagrams       a box of (data, sender), bounded

A method that can't go on raises ResourceUnavailable; the kernel waits on `readable` or `writable` and calls again.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from kos_kernel.api import (
    POLLERR,
    POLLHUP,
    POLLIN,
    POLLOUT,
    SHUT_RD,
    SHUT_RDWR,
    SHUT_WR,
    SO_ACCEPTCONN,
    SO_ERROR,
    SO_KEEPALIVE,
    SO_RCVBUF,
    SO_REUSEADDR,
    SO_SNDBUF,
    SOL_SOCKET,
    AlreadyConnected,
    BrokenPipe,
    ConnectionRefused,
    ConnectionReset,
    DestinationRequired,
    Endpoint,
    InvalidArgument,
    MessageTooLong,
    NetContext,
    NoProtocolOption,
    NotConnected,
    NotSupported,
    ResourceUnavailable,
)

STREAM_BUFFER = 212_992  # Linux's default net.core.wmem_default
MAX_DATAGRAM = 65_507
BOX_BYTES = 212_992


class Common(Endpoint):
    """Options and wait queues."""

    def __init__(self, ctx: NetContext) -> None:
        self.ctx = ctx
        self.readable = ctx.queue()
        self.writable = ctx.queue()
        self.local: Any = None
        self.options: dict[int, Any] = {
            SO_REUSEADDR: 0,
            SO_KEEPALIVE: 0,
            SO_SNDBUF: STREAM_BUFFER,
            SO_RCVBUF: STREAM_BUFFER,
        }
        self.error = 0
        self.closed = False

    def get_option(self, level: int, option: int) -> Any:
        if level == SOL_SOCKET:
            if option == SO_ERROR:
                error, self.error = self.error, 0
                return error
            if option in self.options:
                return self.options[option]
        raise NoProtocolOption(None, f"option {option} of level {level} is not known")

    def set_option(self, level: int, option: int, value: Any) -> None:
        if level != SOL_SOCKET or option not in self.options:
            raise NoProtocolOption(None, f"option {option} of level {level} is not known")
        self.options[option] = value


class Stream(Common):
    """One end of a byte stream, or a listener. family: who knows addresses (Loopback or Unix)."""

    def __init__(self, ctx: NetContext, family: Any) -> None:
        super().__init__(ctx)
        self.family = family
        self.peer_end: Stream | None = None
        self.peer_name: Any = None
        self.received: deque[bytes] = deque()
        self.size = 0
        self.no_more_input = False  # the peer said it has finished, or is gone
        self.no_more_output = False
        self.was_connected = False
        self.reset = False
        self.backlog = 0
        self.pending: deque[Stream] = deque()

    # ---- becoming something
    def bind(self, address: Any) -> None:
        if self.local is not None:
            raise InvalidArgument(None, "the socket has an address already")
        self.local = self.family.take("stream", address, self)

    def listen(self, backlog: int) -> None:
        if self.was_connected:
            raise InvalidArgument(None, "a connected socket can't listen")
        if self.local is None:
            self.local = self.family.take("stream", self.family.any_address(), self)
        self.backlog = backlog

    def accept(self) -> tuple[Endpoint, Any]:
        if not self.backlog:
            raise InvalidArgument(None, "the socket doesn't listen")
        if not self.pending:
            raise ResourceUnavailable()
        end = self.pending.popleft()
        self.writable.wake_all()
        return end, end.peer_name

    def connect(self, address: Any) -> None:
        if self.was_connected:
            raise AlreadyConnected()
        if self.backlog:
            raise InvalidArgument(None, "a listening socket can't connect")
        listener = self.family.find("stream", address)
        if listener is None or not isinstance(listener, Stream) or not listener.backlog or listener.closed:
            raise ConnectionRefused(None, "nobody listens there")
        if len(listener.pending) >= listener.backlog:
            self.writable = listener.writable  # wait until it accepts somebody
            raise ResourceUnavailable()
        if self.writable is listener.writable:
            self.writable = self.ctx.queue()
        if self.local is None:
            self.local = self.family.name_caller("stream", self)
        end = Stream(self.ctx, self.family)
        end.local = listener.local
        join(self, end)
        listener.pending.append(end)
        listener.readable.wake_all()

    # ---- bytes
    def send(self, data: bytes, address: Any) -> int:
        if address is not None and self.was_connected:
            raise AlreadyConnected()
        if self.reset:
            self.reset = False
            raise ConnectionReset()
        if not self.was_connected:
            raise NotConnected()
        peer = self.peer_end
        if self.no_more_output or peer is None or peer.closed:
            raise BrokenPipe()
        room = STREAM_BUFFER - peer.size
        if room <= 0:
            raise ResourceUnavailable()
        piece = data[:room]
        if piece:
            peer.received.append(piece)
            peer.size += len(piece)
            peer.readable.wake_all()
        return len(piece)

    def receive(self, size: int, peek: bool) -> tuple[bytes, Any]:
        if not self.was_connected:
            raise NotConnected()
        if not self.received:
            if self.reset:
                self.reset = False
                raise ConnectionReset()
            if self.no_more_input:
                return b"", None
            raise ResourceUnavailable()
        if size <= 0:
            return b"", None
        chunk = self.received.popleft()
        if len(chunk) > size:
            self.received.appendleft(chunk[size:])
            chunk = chunk[:size]
        if peek:
            self.received.appendleft(chunk)
        else:
            self.size -= len(chunk)
            if self.peer_end is not None:
                self.peer_end.writable.wake_all()
        return chunk, None

    def shutdown(self, how: int) -> None:
        if not self.was_connected:
            raise NotConnected()
        if how not in (SHUT_RD, SHUT_WR, SHUT_RDWR):
            raise InvalidArgument(None, f"unknown direction {how}")
        if how in (SHUT_WR, SHUT_RDWR):
            self.no_more_output = True
            if self.peer_end is not None:
                self.peer_end.no_more_input = True
                self.peer_end.readable.wake_all()
        if how in (SHUT_RD, SHUT_RDWR):
            self.no_more_input = True
            self.readable.wake_all()

    # ---- looking
    def name(self) -> Any:
        return self.local if self.local is not None else self.family.nameless()

    def peer(self) -> Any:
        if not self.was_connected:
            raise NotConnected()
        return self.peer_name

    def poll(self) -> int:
        if self.backlog:
            return POLLIN if self.pending else 0
        if not self.was_connected:
            return POLLOUT | POLLHUP
        bits = POLLIN if self.received or self.no_more_input else 0
        peer = self.peer_end
        if peer is None or peer.closed:
            bits |= POLLHUP | POLLIN
        elif peer.size < STREAM_BUFFER and not self.no_more_output:
            bits |= POLLOUT
        return bits | (POLLERR if self.reset else 0)

    def get_option(self, level: int, option: int) -> Any:
        if level == SOL_SOCKET and option == SO_ACCEPTCONN:
            return 1 if self.backlog else 0
        return super().get_option(level, option)

    def close(self) -> None:
        self.closed = True
        self.family.release("stream", self)
        for end in self.pending:
            end.close()
        self.pending.clear()
        peer, self.peer_end = self.peer_end, None
        if peer is not None:
            peer.no_more_input = True
            if self.received:  # what was sent is lost: the peer learns of it
                peer.reset = True
            peer.peer_end = None
            peer.readable.wake_all()
            peer.writable.wake_all()
        self.readable.wake_all()
        self.writable.wake_all()


def join(one: Stream, other: Stream) -> None:
    """Connect two streams."""
    one.peer_end, other.peer_end = other, one
    one.peer_name, other.peer_name = other.name(), one.name()
    one.was_connected = other.was_connected = True


class Datagrams(Common):
    """A socket of datagrams: whole messages, in order, dropped never (the sender waits while the box is full)."""

    def __init__(self, ctx: NetContext, family: Any) -> None:
        super().__init__(ctx)
        self.family = family
        self.box: deque[tuple[bytes, Any]] = deque()
        self.size = 0
        self.default: Any = None  # connect(): where send() goes
        self.partner: Datagrams | None = None  # of a socketpair
        self.shut = 0

    def bind(self, address: Any) -> None:
        if self.local is not None:
            raise InvalidArgument(None, "the socket has an address already")
        self.local = self.family.take("datagram", address, self)

    def listen(self, backlog: int) -> None:
        raise NotSupported(None, "a datagram socket doesn't listen")

    def connect(self, address: Any) -> None:
        self.family.find(
            "datagram", address
        )  # refuses what can't be reached; that nobody is there is told by send, as of UDP
        if self.local is None:
            self.local = self.family.name_caller("datagram", self)
        self.default = address

    def send(self, data: bytes, address: Any) -> int:
        if len(data) > MAX_DATAGRAM:
            raise MessageTooLong(None, f"a datagram holds at most {MAX_DATAGRAM} bytes")
        if self.shut & 2:
            raise BrokenPipe()
        target = self.partner
        if target is None:
            wanted = address if address is not None else self.default
            if wanted is None:
                raise DestinationRequired()
            if self.local is None:
                self.local = self.family.name_caller("datagram", self)
            target = self.family.find("datagram", wanted)
        if target is None or target.closed:
            raise ConnectionRefused(None, "nobody has that address")
        if target.size + len(data) > BOX_BYTES:
            self.writable = target.writable
            raise ResourceUnavailable()
        target.box.append((data, self.name()))
        target.size += len(data) + 1
        target.readable.wake_all()
        return len(data)

    def receive(self, size: int, peek: bool) -> tuple[bytes, Any]:
        if not self.box:
            if self.shut & 1 or (self.partner is not None and self.partner.closed):
                return b"", None
            raise ResourceUnavailable()
        data, sender = self.box[0]
        if not peek:
            self.box.popleft()
            self.size -= len(data) + 1
            self.writable.wake_all()
        return data[:size], sender

    def shutdown(self, how: int) -> None:
        self.shut |= {SHUT_RD: 1, SHUT_WR: 2, SHUT_RDWR: 3}[how]
        self.readable.wake_all()

    def name(self) -> Any:
        return self.local if self.local is not None else self.family.nameless()

    def peer(self) -> Any:
        if self.default is None and self.partner is None:
            raise NotConnected()
        if self.partner is not None:
            return self.partner.name()
        return (
            self.default.name() if isinstance(self.default, Datagrams) else self.default
        )  # unix: the kernel followed the path

    def poll(self) -> int:
        return (POLLIN if self.box or self.shut & 1 else 0) | POLLOUT

    def close(self) -> None:
        self.closed = True
        self.family.release("datagram", self)
        if self.partner is not None:
            self.partner.readable.wake_all()
        self.readable.wake_all()
        self.writable.wake_all()
