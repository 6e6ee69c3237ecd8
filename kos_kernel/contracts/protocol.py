"""The contract of a network protocol driver: it makes sockets of its families and, if it is a layer, gets packets delivered.

A driver keeps the state of its endpoints; the kernel owns descriptors, permissions of unix paths, blocking and poll: a method
that can't go on raises WouldBlock, the kernel waits on the endpoint's `readable` or `writable` queue and calls again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors

if TYPE_CHECKING:
    from .context import NetContext

Address = Any  # AF_UNIX: bytes (path, or b"\\0name"); AF_INET: (b"127.0.0.1", port)


class Endpoint:
    """One socket's protocol side. Every method may raise WouldBlock; the kernel then waits and calls again.

    readable, writable: the wait queues given by NetContext.queue(); wake them when the condition may have become true.
    """

    readable: Any
    writable: Any

    def bind(self, address: Address) -> None:
        """Take a local address; AddressInUse, AddressNotAvailable, InvalidArgument if bound already."""
        raise errors.NotSupported()

    def listen(self, backlog: int) -> None:
        """Become a listener."""
        raise errors.NotSupported()

    def accept(self) -> tuple[Endpoint, Address]:
        """Return the next connection and its peer's address."""
        raise errors.NotSupported()

    def connect(self, address: Address) -> None:
        """Connect; ConnectionRefused if nobody listens."""
        raise errors.NotSupported()

    def send(self, data: bytes, address: Address | None) -> int:
        """Take bytes (a stream may take fewer; a datagram is all or MessageTooLong). BrokenPipe after the peer is gone."""
        raise errors.NotSupported()

    def receive(self, size: int, peek: bool) -> tuple[bytes, Address | None]:
        """Return data and the sender's address; b"" at the end of a stream."""
        raise errors.NotSupported()

    def shutdown(self, how: int) -> None:
        """Close one or both directions."""
        raise errors.NotSupported()

    def name(self) -> Address:
        """Return the local address."""
        raise errors.NotSupported()

    def peer(self) -> Address:
        """Return the peer's address; NotConnected."""
        raise errors.NotConnected()

    def poll(self) -> int:
        """Return the POLL* bits that hold now."""
        raise errors.NotSupported()

    def get_option(self, level: int, option: int) -> Any:
        """Return a socket option; NoProtocolOption."""
        raise errors.NoProtocolOption()

    def set_option(self, level: int, option: int, value: Any) -> None:
        """Set a socket option; NoProtocolOption."""
        raise errors.NoProtocolOption()

    def close(self) -> None:
        """The last descriptor went away."""


class Protocol:
    """A protocol driver."""

    fork_policy: str = "cow"
    fork_refusal: str = ""

    def open_socket(self, family: int, type: int, proto: int) -> Endpoint:
        """Return a new endpoint; SocketTypeNotSupported, ProtocolNotSupported."""
        raise errors.ProtocolNotSupported()

    def socketpair(self, family: int, type: int, proto: int) -> tuple[Endpoint, Endpoint]:
        """Return two connected endpoints."""
        raise errors.NotSupported()

    def deliver(self, packet: bytes, interface: str) -> None:
        """Take a packet that arrived on an interface. Only for layers that the switchboard feeds."""
        raise errors.NotSupported()

    def fork(self, ctx: NetContext) -> Protocol:
        """Return the copy for a forked machine, without endpoints: processes that hold some are not carried.

        Called with fork_policy "cow" alone; "share" gives the fork this very object, "refuse" no fork at all.
        """
        raise errors.NotSupported()
