"""What goes through a protocol's endpoints: bytes in order, to the end, held up by slow readers; datagrams that stay whole."""

from __future__ import annotations

from typing import Any

from ...abi import (
    POLLIN,
    POLLOUT,
    SHUT_WR,
    SOCK_DGRAM,
    SOCK_STREAM,
)
from ...contracts.protocol import Endpoint
from ...errors import (
    BrokenPipe,
    ConnectionRefused,
    ConnectionReset,
    DestinationRequired,
    MessageTooLong,
    NotConnected,
    WouldBlock,
)
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, expect_error, shown
from .protocol_endpoint import MOST_BYTES, ProtocolSubject


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


CASES = collect(globals())
