"""Unix sockets. The kernel resolves paths and hands over the endpoint behind one; here are abstract names, pairs, the rest.

An address is b"/path", b"\\0name" (abstract), b"" (none), or the endpoint itself where the kernel followed a path.
"""

from __future__ import annotations

from typing import Any

from kos_kernel.api import (
    AF_UNIX,
    SOCK_DGRAM,
    SOCK_SEQPACKET,
    SOCK_STREAM,
    AddressFamilyNotSupported,
    AddressInUse,
    ConnectionRefused,
    Endpoint,
    NetContext,
    Protocol,
    ProtocolNotSupported,
    SocketTypeNotSupported,
    WrongProtocolType,
)

from .endpoint import Datagrams, Stream, join


class Unix(Protocol):
    """The driver: who has which abstract name."""

    def __init__(self, options: Any, ctx: NetContext) -> None:
        self.ctx = ctx
        self.names: dict[bytes, Stream | Datagrams] = {}
        self.next_name = 0

    def open_socket(self, family: int, type: int, proto: int) -> Endpoint:
        return self._new(family, type, proto)

    def _new(self, family: int, type: int, proto: int) -> Stream | Datagrams:
        if family != AF_UNIX:
            raise AddressFamilyNotSupported()
        if proto:
            raise ProtocolNotSupported(None, "unix sockets have protocol 0")
        if type == SOCK_STREAM:
            return Stream(self.ctx, self)
        if type == SOCK_DGRAM:
            return Datagrams(self.ctx, self)
        if type == SOCK_SEQPACKET:
            raise SocketTypeNotSupported(None, "SOCK_SEQPACKET is not supported; SOCK_STREAM and SOCK_DGRAM are")
        raise SocketTypeNotSupported(None, f"unknown socket type {type}")

    def socketpair(self, family: int, type: int, proto: int) -> tuple[Endpoint, Endpoint]:
        one, other = self._new(family, type, proto), self._new(family, type, proto)
        if isinstance(one, Stream) and isinstance(other, Stream):
            join(one, other)
        elif isinstance(one, Datagrams) and isinstance(other, Datagrams):
            one.partner, other.partner = other, one
        return one, other

    # ---- addresses
    def take(self, kind: str, address: Any, owner: Stream | Datagrams) -> bytes:
        """Give a socket its address; the kernel has made the file of a path already."""
        name: bytes = address
        if name == b"":
            self.next_name += 1
            name = b"\0%05x" % self.next_name
        if name[:1] == b"\0":
            if name in self.names:
                raise AddressInUse(name)
            self.names[name] = owner
        return name

    def any_address(self) -> bytes:
        """Return the address of a socket that listens without having been bound: a fresh abstract name."""
        return b""

    def name_caller(self, kind: str, owner: Stream | Datagrams) -> None:
        """A unix socket that connects stays nameless."""

    def nameless(self) -> bytes:
        """Return what getsockname says of a socket without an address."""
        return b""

    def find(self, kind: str, address: Any) -> Stream | Datagrams | None:
        """Return the endpoint of an address. WrongProtocolType if it is of the other kind."""
        found = address if isinstance(address, (Stream, Datagrams)) else self.names.get(address)
        if found is None:
            raise ConnectionRefused(None, "nobody has that name")
        if isinstance(found, Stream) != (kind == "stream"):
            raise WrongProtocolType()
        return found

    def release(self, kind: str, owner: Stream | Datagrams) -> None:
        """A socket was closed: its abstract name is free."""
        if owner.local is not None and self.names.get(owner.local) is owner:
            del self.names[owner.local]

    def fork(self, ctx: NetContext) -> Protocol:
        return Unix(None, ctx)
