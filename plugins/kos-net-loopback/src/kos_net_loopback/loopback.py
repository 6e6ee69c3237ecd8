"""127.0.0.0/8: two processes of one machine talk over streams and datagrams, with ports.

No packets and no TCP: bytes pass from buffer to buffer, in order, at once. What a program can see of that is what it would see
of TCP and UDP over lo on Linux. An address is (b"127.0.0.1", port); b"0.0.0.0" and b"" stand for any.
"""

from __future__ import annotations

from typing import Any

from kos_kernel.api import (
    AF_INET,
    SO_REUSEADDR,
    SOCK_DGRAM,
    SOCK_STREAM,
    AddressFamilyNotSupported,
    AddressInUse,
    AddressNotAvailable,
    Endpoint,
    InvalidArgument,
    NetContext,
    NetworkUnreachable,
    Protocol,
    ProtocolNotSupported,
    SocketTypeNotSupported,
)

from .endpoint import Datagrams, Stream

FIRST_EPHEMERAL, LAST_EPHEMERAL = 32768, 60999  # Linux's net.ipv4.ip_local_port_range
IPPROTO_TCP, IPPROTO_UDP = 6, 17
ANY = (b"", b"0.0.0.0")
HOSTS = {b"localhost": b"127.0.0.1"}


class Loopback(Protocol):
    """The driver: who has which port."""

    def __init__(self, options: Any, ctx: NetContext) -> None:
        self.ctx = ctx
        self.taken: dict[tuple[str, int], list[tuple[bytes, Stream | Datagrams]]] = {}
        self.next_port = FIRST_EPHEMERAL

    def open_socket(self, family: int, type: int, proto: int) -> Endpoint:
        if family != AF_INET:
            raise AddressFamilyNotSupported()
        if type == SOCK_STREAM:
            if proto not in (0, IPPROTO_TCP):
                raise ProtocolNotSupported(None, f"a stream's protocol is 0 or {IPPROTO_TCP}, not {proto}")
            return Stream(self.ctx, self)
        if type == SOCK_DGRAM:
            if proto not in (0, IPPROTO_UDP):
                raise ProtocolNotSupported(None, f"a datagram's protocol is 0 or {IPPROTO_UDP}, not {proto}")
            return Datagrams(self.ctx, self)
        raise SocketTypeNotSupported(None, f"loopback has streams and datagrams, no sockets of type {type}")

    # ---- addresses
    def _checked(self, address: Any) -> tuple[bytes, int]:
        if not isinstance(address, tuple) or len(address) != 2 or not isinstance(address[0], bytes):
            raise InvalidArgument(None, f"an address is (b'127.0.0.1', port), not {address!r}")
        host, port = HOSTS.get(address[0], address[0]), address[1]
        if not isinstance(port, int) or not 0 <= port <= 65535:
            raise InvalidArgument(None, f"a port is 0 to 65535, not {port!r}")
        if host not in ANY:
            parts = host.split(b".")
            if len(parts) != 4 or not all(part.isdigit() and len(part) <= 3 and int(part) < 256 for part in parts):
                raise InvalidArgument(None, f"{host!r} is no IPv4 address")
        return host, port

    def take(self, kind: str, address: Any, owner: Stream | Datagrams) -> tuple[bytes, int]:
        """Give a socket its local address. AddressInUse, AddressNotAvailable."""
        host, port = self._checked(address)
        if host not in ANY and not host.startswith(b"127."):
            raise AddressNotAvailable(None, f"{host.decode()} is no address of this machine")
        host = b"0.0.0.0" if host in ANY else host
        if port == 0:
            port = self._free_port(kind)
        others = self.taken.setdefault((kind, port), [])
        for theirs, other in others:
            clash = b"0.0.0.0" in (host, theirs) or host == theirs
            both_reuse = owner.options[SO_REUSEADDR] and other.options[SO_REUSEADDR]
            if clash and not (both_reuse and not getattr(other, "backlog", 0)):
                raise AddressInUse(None, f"port {port} is taken")
        others.append((host, owner))
        return host, port

    def _free_port(self, kind: str) -> int:
        for _ in range(LAST_EPHEMERAL - FIRST_EPHEMERAL + 1):
            port = self.next_port
            self.next_port = FIRST_EPHEMERAL if port >= LAST_EPHEMERAL else port + 1
            if not self.taken.get((kind, port)):
                return port
        raise AddressInUse(None, "all ports for outgoing connections are taken")

    def any_address(self) -> tuple[bytes, int]:
        """Return the address of a socket that listens without having been bound."""
        return b"0.0.0.0", 0

    def name_caller(self, kind: str, owner: Stream | Datagrams) -> tuple[bytes, int]:
        """Give a socket that connects an address of its own."""
        return self.take(kind, (b"127.0.0.1", 0), owner)

    def nameless(self) -> tuple[bytes, int]:
        """Return what getsockname says of a socket without an address."""
        return b"0.0.0.0", 0

    def find(self, kind: str, address: Any) -> Stream | Datagrams | None:
        """Return who has an address: an exact one before one that has any. NetworkUnreachable outside 127.0.0.0/8."""
        host, port = self._checked(address)
        host = b"127.0.0.1" if host in ANY else host
        if not host.startswith(b"127."):
            raise NetworkUnreachable(None, f"this machine has no way to {host.decode()}: only loopback is configured")
        found = None
        for theirs, other in self.taken.get((kind, port), ()):
            if theirs == host:
                return other
            if theirs == b"0.0.0.0":
                found = other
        return found

    def release(self, kind: str, owner: Stream | Datagrams) -> None:
        """A socket was closed: its port is free, unless a listener of that address is another socket."""
        if owner.local is None:
            return
        key = (kind, owner.local[1])
        left = [pair for pair in self.taken.get(key, ()) if pair[1] is not owner]
        if left:
            self.taken[key] = left
        else:
            self.taken.pop(key, None)

    def fork(self, ctx: NetContext) -> Protocol:
        twin = Loopback(None, ctx)
        twin.next_port = self.next_port
        return twin
