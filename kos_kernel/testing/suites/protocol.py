"""The contract of a protocol: endpoints on their own, called as the kernel calls them; then two processes that talk.

On a still kernel a method that can't go on raises WouldBlock, and whoever waits on `readable` or `writable` is woken when it can.
A protocol whose connections need packets to and fro is asked about them in a machine alone.

Capabilities: "stream", "datagram", "pairs" (socketpair), as far as open_socket makes them; "addresses" where the kit knows what
addresses of the family look like (AF_UNIX, AF_INET), or is told: example = a function from a number to an address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...abi import (
    AF_INET,
    AF_UNIX,
    MSG_DONTWAIT,
    O_NONBLOCK,
    POLLIN,
    POLLOUT,
    SHUT_WR,
    SOCK_DGRAM,
    SOCK_NONBLOCK,
    SOCK_STREAM,
    WEXITSTATUS,
    WIFEXITED,
)
from ...contracts.machine import DriverConfig, MachineConfig
from ...contracts.protocol import Endpoint, Protocol
from ...errors import (
    AddressInUse,
    BrokenPipe,
    ConnectionRefused,
    ConnectionReset,
    DestinationRequired,
    InvalidArgument,
    MessageTooLong,
    NoProtocolOption,
    NotConnected,
    NotSupported,
    ProtocolNotSupported,
    SocketTypeNotSupported,
    SysError,
    WouldBlock,
    WrongProtocolType,
)
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, expect_error, shown
from ..fakes import StillKernel
from .common import COMMON, MadeSubject

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
            if self._makes(lambda kind=kind: self.protocol.open_socket(self.family, kind, 0)):
                found.add(word)
        if "stream" in found and self._makes(lambda: self.protocol.socketpair(self.family, SOCK_STREAM, 0)):
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


def _send(endpoint: Any, data: bytes) -> None:
    while data:
        data = data[endpoint.send(data, None) :]


def _receive(endpoint: Any, most: int = MOST_BYTES) -> bytes:
    """Return all that is there now."""
    parts = []
    while most > 0:
        try:
            part, _ = endpoint.receive(min(most, 65536), False)
        except WouldBlock:
            break
        if not part:
            break
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


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
        expect_error(
            (WouldBlock, NotConnected, InvalidArgument),
            lambda endpoint=endpoint: endpoint.receive(100, False),
            "receive",
        )


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


# ---------------------------------------------------------------- streams
@clause(
    "NET-CONNECT-1",
    needs="stream addresses",
    after="case_sockets_can_be_opened",
    mistake="connect to nobody waits, or succeeds",
)
def case_nobody_there_refuses(subject: ProtocolSubject) -> None:
    """connect to an address at which nobody listens raises ConnectionRefused."""
    client = subject.open(SOCK_STREAM)
    try:
        client.connect(subject.address(9))
    except WouldBlock:
        raise NotAsked("a refusal takes packets: it is asked about in a machine") from None
    except ConnectionRefused:
        return
    raise Violation("connect succeeded")


@clause(
    "NET-CONNECT-2",
    needs="stream addresses",
    after="case_taken_addresses_are_refused",
    mistake="accept gives the listener itself, or the addresses of the two ends are mixed up",
)
def case_connections_are_accepted(subject: ProtocolSubject) -> None:
    """accept raises WouldBlock until somebody connects, then gives the connection and its peer's address; listeners are woken."""
    listener = subject.listener()
    expect_error(WouldBlock, listener.accept, "accept with nobody there")
    expect(not listener.poll() & POLLIN, "poll of a listener with nobody there says POLLIN")
    wakes, client = listener.readable.wakes, subject.open(SOCK_STREAM)
    try:
        client.connect(subject.address(1))
    except WouldBlock:
        raise NotAsked("a connection isn't there at once: it is asked about in a machine") from None
    expect(listener.readable.wakes > wakes, "connect didn't wake who waits in accept")
    expect(listener.poll() & POLLIN, "poll of a listener with a connection doesn't say POLLIN")
    server, peer = listener.accept()
    expect(server is not listener and isinstance(server, Endpoint), f"accept returned {shown(server)}")
    expect_equal((client.peer(), server.name()), (subject.address(1),) * 2, "(the client's peer, the server's name)")
    expect_equal(
        (server.peer(), peer), (client.name(),) * 2, "(the server's peer, what accept told), against the client's name"
    )


@clause(
    "NET-STREAM-1",
    needs="stream addresses",
    after="case_connections_are_accepted",
    mistake="pieces are dropped or mixed up where a send or a receive takes only a part",
)
def case_streams_keep_bytes_in_order(subject: ProtocolSubject) -> None:
    """What is sent arrives, in order, both ways, however it is cut; who waits to read is woken."""
    client, server = subject.connected()
    wakes = server.readable.wakes
    pieces = [b"%d," % number * (number % 40) for number in range(200)]
    for piece in pieces:
        _send(client, piece)
    expect(server.readable.wakes > wakes, "send didn't wake who waits to read")
    _send(server, b"answer")
    got = b""
    while part := _receive(server, 77):
        got += part
    expect_equal(got, b"".join(pieces), "what the server received")
    expect_equal(_receive(client), b"answer", "what the client received")


@clause(
    "NET-STREAM-2",
    needs="stream addresses",
    after="case_streams_keep_bytes_in_order case_fresh_sockets_can_be_closed",
    mistake="what was sent before the close is lost, or the end isn't told and the reader waits for ever",
)
def case_readers_see_the_rest_and_the_end(subject: ProtocolSubject) -> None:
    """After the peer shut its direction down or closed, receive gives what is left, then b""; the other direction goes on."""
    client, server = subject.connected()
    _send(client, b"last words")
    wakes = server.readable.wakes
    client.shutdown(SHUT_WR)
    expect(server.readable.wakes > wakes, "shutdown didn't wake who waits to read")
    expect_equal(_receive(server, 10), b"last words", "what was sent before shutdown(SHUT_WR)")
    for _ in range(2):
        expect_equal(server.receive(10, False)[0], b"", "what is received after that")
    _send(server, b"still open")
    expect_equal(_receive(client), b"still open", "what comes the other way")
    server.close()
    expect_equal(client.receive(10, False)[0], b"", "what is received after the peer closed")
    expect(client.poll() & POLLIN, "poll of a stream at its end doesn't say POLLIN")


@clause(
    "NET-STREAM-3",
    needs="stream addresses",
    after="case_streams_keep_bytes_in_order case_fresh_sockets_can_be_closed",
    mistake="send to a closed peer is taken and lost: the writer must learn of it",
)
def case_writers_see_a_closed_peer(subject: ProtocolSubject) -> None:
    """send raises BrokenPipe (or ConnectionReset first) after the peer closed."""
    client, server = subject.connected()
    server.close()
    expect_error(
        (BrokenPipe, ConnectionReset), lambda: [client.send(b"x", None) for _ in range(3)], "send to a closed peer"
    )


@clause(
    "NET-STREAM-4",
    needs="stream addresses",
    after="case_streams_keep_bytes_in_order",
    mistake="the buffer has no bound: a writer that is faster than its reader takes all memory",
)
def case_slow_readers_hold_writers_up(subject: ProtocolSubject) -> None:
    """send raises WouldBlock when much is unread; when the peer reads, the writer is woken and goes on."""
    client, server = subject.connected()
    sent = 0
    try:
        while sent < MOST_BYTES:
            sent += client.send(b"x" * 65536, None)
    except WouldBlock:
        pass
    expect(sent < MOST_BYTES, f"{sent} unread bytes were taken")
    expect(not client.poll() & POLLOUT, "poll of a full stream says POLLOUT")
    queue, wakes = client.writable, client.writable.wakes
    got = len(_receive(server))
    expect_equal(got, sent, "how many bytes arrived")
    expect(queue.wakes > wakes, "a read didn't wake who waits to write")
    expect(client.send(b"more", None) > 0 and client.poll() & POLLOUT, "there is room and the stream still looks full")


@clause(
    "NET-STREAM-5",
    needs="stream addresses",
    after="case_streams_keep_bytes_in_order",
    mistake="peek takes the bytes, or puts them back at the end",
)
def case_peeked_bytes_stay(subject: ProtocolSubject) -> None:
    """receive with peek gives bytes and leaves them."""
    client, server = subject.connected()
    _send(client, b"peek a boo")
    expect_equal((server.receive(4, True)[0], server.receive(100, True)[0][:4]), (b"peek",) * 2, "two peeks")
    expect_equal(_receive(server), b"peek a boo", "what is read afterwards")


@clause(
    "NET-PAIR-1",
    needs="pairs",
    after="case_sockets_can_be_opened",
    mistake="the two ends of socketpair aren't connected to each other",
)
def case_pairs_are_connected(subject: ProtocolSubject) -> None:
    """socketpair returns two endpoints, each the other's peer."""
    one, other = subject.protocol.socketpair(subject.family, SOCK_STREAM, 0)
    _send(one, b"to the other")
    _send(other, b"to the one")
    expect_equal((_receive(other), _receive(one)), (b"to the other", b"to the one"), "what arrived")


# ---------------------------------------------------------------- datagrams
def _datagrams(subject: ProtocolSubject) -> tuple[Any, Any]:
    """Return (sender, receiver), both bound."""
    sender, receiver = subject.open(SOCK_DGRAM), subject.open(SOCK_DGRAM)
    sender.bind(subject.address(1))
    receiver.bind(subject.address(2))
    return sender, receiver


@clause(
    "NET-DATAGRAM-1",
    needs="datagram addresses",
    after="case_taken_addresses_are_refused case_nothing_to_read_would_block",
    mistake="messages are joined or split, as a stream's bytes may be",
)
def case_datagrams_stay_whole(subject: ProtocolSubject) -> None:
    """Each datagram is received whole, in order, empty ones too, with its sender's address; who waits to read is woken."""
    sender, receiver = _datagrams(subject)
    wakes = receiver.readable.wakes
    for data in (b"one", b"", b"three"):
        expect_equal(sender.send(data, subject.address(2)), len(data), f"send of {len(data)} bytes")
    expect(receiver.readable.wakes > wakes, "send didn't wake who waits to read")
    expect(receiver.poll() & POLLIN, "poll doesn't say POLLIN with three datagrams there")
    got = [receiver.receive(100, False) for _ in range(3)]
    expect_equal(got, [(data, subject.address(1)) for data in (b"one", b"", b"three")], "what arrived")
    expect_error(WouldBlock, lambda: receiver.receive(100, False), "receive when all were read")


@clause(
    "NET-DATAGRAM-2",
    needs="datagram addresses",
    after="case_datagrams_stay_whole",
    mistake="what didn't fit is given by the next receive; it is lost, as on Linux",
)
def case_datagrams_are_cut_to_size(subject: ProtocolSubject) -> None:
    """receive with a smaller size gives the beginning of a datagram; the next receive gives the next one."""
    sender, receiver = _datagrams(subject)
    for data in (b"a long one", b"next"):
        sender.send(data, subject.address(2))
    expect_equal([receiver.receive(size, False)[0] for size in (6, 100)], [b"a long", b"next"], "what arrived")


@clause(
    "NET-DATAGRAM-3",
    needs="datagram addresses",
    after="case_datagrams_stay_whole",
    mistake="a datagram has no bound, or is cut where it must be refused",
)
def case_datagrams_have_a_bound(subject: ProtocolSubject) -> None:
    """send of 64 MiB in one datagram raises MessageTooLong; without an address, DestinationRequired or NotConnected."""
    sender, _ = _datagrams(subject)
    expect_error(MessageTooLong, lambda: sender.send(bytes(MOST_BYTES), subject.address(2)), "send of 64 MiB")
    expect_error((DestinationRequired, NotConnected), lambda: sender.send(b"x", None), "send without an address")


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


# ---------------------------------------------------------------- in a machine
@clause(
    "NET-MACHINE-1",
    after="case_nothing_to_read_would_block case_fresh_sockets_can_be_closed",
    mistake="an endpoint waits by itself, or close leaves something behind",
)
def case_programs_open_sockets(subject: ProtocolSubject) -> None:
    """A program opens its sockets, finds nothing to read on a non-blocking one, and closes them."""

    def main(k: Any) -> None:
        for kind in (SOCK_STREAM, SOCK_DGRAM):
            try:
                fd = k.socket(subject.family, kind | SOCK_NONBLOCK)
            except (SocketTypeNotSupported, ProtocolNotSupported, NotSupported, WrongProtocolType):
                continue
            expect_error((WouldBlock, NotConnected, InvalidArgument), lambda fd=fd: k.recv(fd, 10), "recv")
            k.getsockname(fd)
            k.close(fd)

    subject.run(subject.machine(), main)


def _server(k: Any, listener: int) -> int:
    fd, _ = k.accept(listener)
    got = b""
    while part := k.recv(fd, 1000):
        got += part
    k.write(fd, got.upper())
    k.close(fd)
    return len(got) % 251


@clause(
    "NET-MACHINE-2",
    needs="stream addresses",
    after="case_programs_open_sockets case_nobody_there_refuses case_readers_see_the_rest_and_the_end case_writers_see_a_closed_peer case_slow_readers_hold_writers_up",
    mistake="a queue isn't woken when its condition comes true, so a process sleeps for ever",
)
def case_two_processes_talk(subject: ProtocolSubject) -> None:
    """Two processes talk over a stream: more than fits at once, to the end, and back."""
    text = b"the quick brown fox " * 40_000

    def main(k: Any) -> None:
        listener = k.socket(subject.family, SOCK_STREAM)
        k.bind(listener, subject.address(1))
        k.listen(listener)
        pid = k.fork_call(_server, listener)
        fd = k.socket(subject.family, SOCK_STREAM)
        k.connect(fd, subject.address(1))
        k.write(fd, text)
        k.shutdown(fd, SHUT_WR)
        expect(k.read_all(fd) == text.upper(), "the answer isn't what was sent, in capitals")
        _, status = k.wait(pid)
        expect(
            WIFEXITED(status) and WEXITSTATUS(status) == len(text) % 251,
            f"the server ended with wait status {status:#x}",
        )
        refused = k.socket(subject.family, SOCK_STREAM)
        expect_error(ConnectionRefused, lambda: k.connect(refused, subject.address(2)), "connect to nobody")

    subject.run(subject.machine(), main)


def _late_sender(k: Any, family: int, to: Any) -> int:
    k.sleep_ns(1_000_000_000)
    fd = k.socket(family, SOCK_DGRAM)
    k.sendto(fd, b"late", to)
    return 0


@clause(
    "NET-MACHINE-3",
    needs="datagram addresses",
    after="case_programs_open_sockets case_poll_says_nothing_is_there case_datagrams_stay_whole",
    mistake="poll and receive look at different things, or send wakes the wrong queue",
)
def case_poll_waits_for_a_datagram(subject: ProtocolSubject) -> None:
    """A process that polls sleeps until a datagram comes from another, and then receives it."""

    def main(k: Any) -> None:
        fd = k.socket(subject.family, SOCK_DGRAM)
        k.bind(fd, subject.address(1))
        k.set_flags(fd, O_NONBLOCK)
        expect_equal(k.poll([(fd, POLLIN)], 0), [], "poll before anything was sent")
        pid = k.fork_call(_late_sender, subject.family, subject.address(1))
        began_ns = k.clock_ns()
        expect_equal(k.poll([(fd, POLLIN)], 10_000_000_000), [(fd, POLLIN)], "poll after a second")
        expect(
            k.clock_ns() - began_ns < 5_000_000_000, "poll slept to its timeout, though a datagram came after a second"
        )
        expect_equal(k.recv(fd, 100, MSG_DONTWAIT), b"late", "what arrived")
        k.wait(pid)

    subject.run(subject.machine(), main)


@clause(
    "NET-MACHINE-4",
    after="case_programs_open_sockets case_fork_has_no_endpoints case_closing_frees_the_address",
    mistake="the driver keeps its closed endpoints, or fork() needs something that a forked machine's context doesn't have",
)
def case_forked_machine_has_sockets(subject: ProtocolSubject) -> None:
    """A machine whose sockets are all closed can be forked, and sockets can be opened there."""
    if subject.protocol.fork_policy == "refuse":
        raise NotAsked("the protocol refuses to be copied")
    machine = subject.machine()

    def main(k: Any) -> int:
        made = 0
        for kind in (SOCK_STREAM, SOCK_DGRAM):
            try:
                fd = k.socket(subject.family, kind)
            except SysError:
                continue
            if "addresses" in subject.capabilities:
                k.bind(fd, subject.address(1))
            k.close(fd)
            made += 1
        return made

    count = subject.run(machine, main)
    with machine.fork() as twin:
        expect_equal(subject.run(twin, main), count, "how many types of socket the fork has")


CASES = (*COMMON, *collect(globals()))
SUBJECT = ProtocolSubject
