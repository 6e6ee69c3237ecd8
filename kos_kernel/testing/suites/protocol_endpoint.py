"""Endpoints of a protocol on their own, called as the kernel calls them: opening, addresses, options; and copies.

On a still kernel a method that can't go on raises WouldBlock, and whoever waits on `readable` or `writable` is woken when it can.
A protocol whose connections need packets to and fro is asked about them in a machine alone.

Capabilities: "stream", "datagram", "pairs" (socketpair), as far as open_socket makes them; "addresses" where the kit knows what
addresses of the family look like (AF_UNIX, AF_INET), or is told: example = a function from a number to an address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...abi import (
    AF_INET,
    AF_UNIX,
    POLLIN,
    SOCK_DGRAM,
    SOCK_STREAM,
)
from ...contracts.machine import DriverConfig, MachineConfig
from ...contracts.protocol import Endpoint, Protocol
from ...errors import (
    AddressInUse,
    InvalidArgument,
    NoProtocolOption,
    NotConnected,
    NotSupported,
    ProtocolNotSupported,
    SocketTypeNotSupported,
    SysError,
    WouldBlock,
)
from ..cases import NotAsked, clause, collect, expect, expect_equal, expect_error, shown
from ..fakes import StillKernel
from .common import MadeSubject

ADDRESSES: dict[int, Callable[[int], Any]] = {
    AF_UNIX: lambda number: b"\0kit-%d" % number,
    AF_INET: lambda number: (b"127.0.0.1", 20_000 + number),
}
NO_SUCH_TYPE = 77
MOST_BYTES = 1 << 26


class ProtocolSubject(MadeSubject):
    """A protocol on its own, made at first use."""

    face = Protocol
    _protocol: Any = None

    @property
    def protocol(self) -> Any:
        """Return the protocol."""
        if self._protocol is None:
            self._protocol = self.make()
        return self._protocol

    @property
    def family(self) -> int:
        """Return the first family of its sockets."""
        families: tuple[int, ...] = self.record.families
        if not families:
            raise NotAsked("its record names no families: no program can open its sockets")
        return families[0]

    @property
    def capabilities(self) -> frozenset[str]:
        found = set(super().capabilities)
        for word, kind in (("stream", SOCK_STREAM), ("datagram", SOCK_DGRAM)):
            if self._makes(partial(self.protocol.open_socket, self.family, kind, 0)):
                found.add(word)
        if "stream" in found and self._makes(partial(self.protocol.socketpair, self.family, SOCK_STREAM, 0)):
            found.add("pairs")
        if self.driver.example is not None or self.family in ADDRESSES:
            found.add("addresses")
        return frozenset(found)

    def _makes(self, call: Callable[[], object]) -> bool:
        try:
            call()
        except SysError:
            return False
        return True

    def context(self, kernel: StillKernel) -> Any:
        """Return a protocol's context."""
        return kernel.net_context(self.grants)

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine with its sockets, in the place of any other's of the family."""
        mine = DriverConfig(self.record.name, self.options, self.grants)
        return base._replace(network=base.network._replace(protocols=(*base.network.protocols, mine)))

    def address(self, number: int) -> Any:
        """Return an address that the kit may take."""
        make = self.driver.example or ADDRESSES[self.family]
        return make(number)

    # ---- endpoints
    def open(self, kind: int) -> Any:
        """Return a new endpoint."""
        return self.protocol.open_socket(self.family, kind, 0)

    def any_endpoint(self) -> Any:
        """Return a new endpoint of a type that the protocol has."""
        for kind in (SOCK_DGRAM, SOCK_STREAM):
            try:
                return self.open(kind)
            except SysError:
                continue
        raise NotAsked("it makes neither streams nor datagrams")

    def listener(self, number: int = 1) -> Any:
        """Return a stream that listens."""
        made = self.open(SOCK_STREAM)
        made.bind(self.address(number))
        made.listen(8)
        return made

    def connected(self, number: int = 1) -> tuple[Any, Any]:
        """Return (client, server): two connected streams. NotAsked if connecting takes packets."""
        listener, client = self.listener(number), self.open(SOCK_STREAM)
        try:
            client.connect(self.address(number))
            server, _ = listener.accept()
        except WouldBlock:
            raise NotAsked("a connection isn't there at once: it is asked about in a machine") from None
        return client, server


# ---------------------------------------------------------------- endpoints
@clause(
    "NET-OPEN-1", mistake="open_socket refuses the record's own families, or the endpoint's queues aren't ctx.queue()'s"
)
def case_sockets_can_be_opened(subject: ProtocolSubject) -> None:
    """open_socket makes endpoints of each family that the record names, each with two wait queues of its context."""
    for family in (subject.family, *subject.record.families):
        made = []
        for kind in (SOCK_STREAM, SOCK_DGRAM):
            try:
                made.append(subject.protocol.open_socket(family, kind, 0))
            except (SocketTypeNotSupported, ProtocolNotSupported, NotSupported):
                continue
        expect(made, f"family {family}: neither SOCK_STREAM nor SOCK_DGRAM can be opened")
        for endpoint in made:
            expect(isinstance(endpoint, Endpoint), f"open_socket returned {shown(endpoint)}, which is no Endpoint")
            for name in ("readable", "writable"):
                queue = getattr(endpoint, name, None)
                expect(queue in subject.kernel.queues, f"{name} is {shown(queue)}")


@clause(
    "NET-OPEN-2",
    after="case_sockets_can_be_opened",
    mistake="a type that isn't known falls through to the last branch, or raises KeyError",
)
def case_unknown_types_are_refused(subject: ProtocolSubject) -> None:
    """open_socket raises SocketTypeNotSupported for a type that it doesn't have."""
    kinds = (SocketTypeNotSupported, ProtocolNotSupported, NotSupported)
    expect_error(kinds, lambda: subject.open(NO_SUCH_TYPE), f"open_socket of type {NO_SUCH_TYPE}")


@clause(
    "NET-RECEIVE-1",
    after="case_sockets_can_be_opened",
    mistake="nothing to read is told as b'', which means the end of the stream",
)
def case_nothing_to_read_would_block(subject: ProtocolSubject) -> None:
    """receive raises WouldBlock while nothing has come; a stream that isn't connected may say NotConnected."""
    for kind in (SOCK_STREAM, SOCK_DGRAM):
        try:
            endpoint = subject.open(kind)
        except SysError:
            continue
        expect_error((WouldBlock, NotConnected, InvalidArgument), partial(endpoint.receive, 100, False), "receive")


@clause(
    "NET-POLL-1",
    after="case_nothing_to_read_would_block",
    mistake="poll says POLLIN always, or isn't written: programs that poll would spin",
)
def case_poll_says_nothing_is_there(subject: ProtocolSubject) -> None:
    """poll of a datagram socket that got nothing has no POLLIN."""
    if "datagram" not in subject.capabilities:
        raise NotAsked("it makes no datagram sockets")
    bits = subject.open(SOCK_DGRAM).poll()
    expect(type(bits) is int and not bits & POLLIN, f"poll returned {bits!r}")


@clause(
    "NET-OPTION-1",
    after="case_sockets_can_be_opened",
    mistake="unknown options are taken and forgotten, or raise KeyError",
)
def case_unknown_options_are_refused(subject: ProtocolSubject) -> None:
    """get_option and set_option raise NoProtocolOption for an option that the socket doesn't have."""
    endpoint = subject.any_endpoint()
    expect_error(NoProtocolOption, lambda: endpoint.get_option(4711, 4711), "get_option(4711, 4711)")
    expect_error(NoProtocolOption, lambda: endpoint.set_option(4711, 4711, 1), "set_option(4711, 4711, 1)")


@clause(
    "NET-PEER-1",
    after="case_sockets_can_be_opened",
    mistake="peer() returns an empty address instead of raising NotConnected",
)
def case_lonely_sockets_have_no_peer(subject: ProtocolSubject) -> None:
    """peer raises NotConnected on a socket that isn't connected; name gives some address."""
    endpoint = subject.any_endpoint()
    expect_error(NotConnected, endpoint.peer, "peer()")
    endpoint.name()


@clause(
    "NET-CLOSE-1",
    after="case_sockets_can_be_opened",
    mistake="close fails for a socket that was never bound or connected, or the second time",
)
def case_fresh_sockets_can_be_closed(subject: ProtocolSubject) -> None:
    """A socket can be closed right after it was opened."""
    for kind in (SOCK_STREAM, SOCK_DGRAM):
        try:
            subject.open(kind).close()
        except (SocketTypeNotSupported, ProtocolNotSupported, NotSupported):
            continue


# ---------------------------------------------------------------- addresses
@clause(
    "NET-BIND-1",
    needs="addresses",
    after="case_sockets_can_be_opened",
    mistake="bind doesn't look who has the address, or raises FileExists",
)
def case_taken_addresses_are_refused(subject: ProtocolSubject) -> None:
    """bind raises AddressInUse for an address that another socket has; name() gives the bound address."""
    endpoint, other = subject.any_endpoint(), subject.any_endpoint()
    endpoint.bind(subject.address(1))
    expect_equal(endpoint.name(), subject.address(1), "name() after bind")
    expect_error(AddressInUse, lambda: other.bind(subject.address(1)), "bind to an address that another socket has")


@clause(
    "NET-BIND-2",
    needs="addresses",
    after="case_taken_addresses_are_refused",
    mistake="a second bind replaces the first; a socket has one address for life",
)
def case_sockets_are_bound_once(subject: ProtocolSubject) -> None:
    """A second bind of one socket raises InvalidArgument."""
    endpoint = subject.any_endpoint()
    endpoint.bind(subject.address(1))
    expect_error(InvalidArgument, lambda: endpoint.bind(subject.address(2)), "a second bind")


@clause(
    "NET-BIND-3",
    needs="addresses",
    after="case_taken_addresses_are_refused case_fresh_sockets_can_be_closed",
    mistake="close doesn't give the address back, so a server can't be started again",
)
def case_closing_frees_the_address(subject: ProtocolSubject) -> None:
    """After close the address can be bound again."""
    endpoint = subject.any_endpoint()
    endpoint.bind(subject.address(1))
    endpoint.close()
    subject.any_endpoint().bind(subject.address(1))


# ---------------------------------------------------------------- copies
@clause(
    "NET-FORK-1",
    after="case_sockets_can_be_opened",
    mistake="the fork hands the table of addresses on: sockets of two machines would meet",
)
def case_fork_has_no_endpoints(subject: ProtocolSubject) -> None:
    """A fork is a protocol of its own, on which nothing is bound; or fork_policy is "refuse", with the reason."""
    protocol = subject.protocol
    expect(protocol.fork_policy in ("cow", "share", "refuse"), f"fork_policy is {protocol.fork_policy!r}")
    if protocol.fork_policy == "refuse":
        expect(protocol.fork_refusal, "fork_policy is 'refuse' and fork_refusal is empty")
        return
    addressed = "addresses" in subject.capabilities
    if addressed:
        subject.any_endpoint().bind(subject.address(1))
    twin = protocol.fork(subject.context(StillKernel(8)))
    expect(twin is not protocol, "fork returned the protocol itself")
    for kind in (SOCK_DGRAM, SOCK_STREAM):
        try:
            endpoint = twin.open_socket(subject.family, kind, 0)
        except SysError:
            continue
        if addressed:
            endpoint.bind(subject.address(1))
        return


CASES = collect(globals())
