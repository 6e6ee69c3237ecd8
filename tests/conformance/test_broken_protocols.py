"""The kit against protocols that are wrong in one way each: it must find that, and nothing else."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from kos_kernel.api import (
    POLLIN,
    POLLOUT,
    SHUT_RD,
    SHUT_WR,
    SOCK_DGRAM,
    SOCK_STREAM,
    AddressInUse,
    BrokenPipe,
    ConnectionRefused,
    DestinationRequired,
    Endpoint,
    InvalidArgument,
    MessageTooLong,
    NotConnected,
    Protocol,
    ProtocolDriver,
    SocketTypeNotSupported,
    WouldBlock,
)
from kos_kernel.testing import FakeQueue, check_driver, clauses

GROUP = "kos.protocol"
FAMILY = 44
CAPACITY = 60_000
LARGEST = 10_000


def address(number: int) -> Any:
    return (b"reference", number)


def real(ctx: Any) -> bool:
    """Tell whether a context is a machine's, so that only the cases in a machine meet what is broken."""
    return hasattr(ctx.clock, "set_date")


class End(Endpoint):
    """A stream, a listener, or a datagram socket."""

    def __init__(self, protocol: Any, kind: int) -> None:
        self.protocol = protocol
        self.ctx = protocol.ctx
        self.kind = kind
        self.readable, self.writable = self.ctx.queue(), self.ctx.queue()
        self.local: Any = None
        self.other: Any = None  # the peer's end
        self.other_name: Any = None
        self.bytes = bytearray()
        self.box: deque[Any] = deque()  # datagrams, or connections to accept
        self.listening = self.finished = self.done = self.closed = False

    @property
    def names(self) -> dict[Any, Any]:
        return self.protocol.names  # type: ignore[no-any-return]

    def bind(self, address: Any) -> None:
        if self.local is not None:
            raise InvalidArgument()
        if address in self.names:
            raise AddressInUse()
        self.names[address] = self
        self.local = address

    def listen(self, backlog: int) -> None:
        self.listening = True

    def accept(self) -> Any:
        if not self.box:
            raise WouldBlock()
        end = self.box.popleft()
        return end, end.other_name

    def connect(self, address: Any) -> None:
        listener = self.names.get(address)
        if listener is None or not listener.listening:
            raise ConnectionRefused()
        end = type(self)(self.protocol, self.kind)
        end.local = address
        self.join(end)
        listener.box.append(end)
        listener.readable.wake_all()

    def join(self, end: Any) -> None:
        self.other, end.other = end, self
        self.other_name, end.other_name = end.name(), self.name()

    def send(self, data: bytes, address: Any) -> int:
        if self.kind == SOCK_DGRAM:
            return self.send_datagram(data, address)
        if self.other_name is None:
            raise NotConnected()
        if self.other is None or self.done:
            raise BrokenPipe()
        room = CAPACITY - len(self.other.bytes)
        if room <= 0:
            raise WouldBlock()
        self.other.bytes += data[:room]
        self.other.readable.wake_all()
        return min(room, len(data))

    def send_datagram(self, data: bytes, address: Any) -> int:
        if len(data) > LARGEST:
            raise MessageTooLong()
        if address is None:
            raise DestinationRequired()
        if address not in self.names:
            raise ConnectionRefused()
        self.names[address].box.append((data, self.name()))
        self.names[address].readable.wake_all()
        return len(data)

    def receive(self, size: int, peek: bool) -> Any:
        if self.kind == SOCK_DGRAM:
            if not self.box:
                raise WouldBlock()
            data, sender = self.box[0] if peek else self.box.popleft()
            return data[:size], sender
        if self.other_name is None:
            raise NotConnected()
        if not self.bytes:
            if self.finished:
                return b"", None
            raise WouldBlock()
        data = bytes(self.bytes[:size])
        if not peek:
            del self.bytes[:size]
            if self.other is not None:
                self.other.writable.wake_all()
        return data, None

    def shutdown(self, how: int) -> None:
        if how != SHUT_RD:
            self.done = True
            if self.other is not None:
                self.other.end_of_stream()
        if how != SHUT_WR:
            self.end_of_stream()

    def end_of_stream(self) -> None:
        self.finished = True
        self.readable.wake_all()

    def name(self) -> Any:
        return self.local if self.local is not None else (b"", 0)

    def peer(self) -> Any:
        if self.other_name is None:
            raise NotConnected()
        return self.other_name

    def poll(self) -> int:
        if self.kind == SOCK_DGRAM:
            return POLLOUT | (POLLIN if self.box else 0)
        room = self.other is not None and len(self.other.bytes) < CAPACITY
        return (POLLIN if self.bytes or self.box or self.finished else 0) | (POLLOUT if room else 0)

    def close(self) -> None:
        self.closed = True
        if self.names.get(self.local) is self:
            del self.names[self.local]
        if self.other is not None:
            self.other.end_of_stream()
            self.other.writable.wake_all()
            self.other.other = None


class Reference(Protocol):
    """Streams and datagrams by number. Right in every way."""

    breaks = ""
    end: Any = End

    def __init__(self, options: Any, ctx: Any) -> None:
        self.ctx = ctx
        self.names: dict[Any, Any] = {}

    def open_socket(self, family: int, type: int, proto: int) -> Any:
        if type not in (SOCK_STREAM, SOCK_DGRAM):
            raise SocketTypeNotSupported()
        return self.end(self, type)

    def socketpair(self, family: int, type: int, proto: int) -> Any:
        one, other = self.end(self, type), self.end(self, type)
        one.join(other)
        return one, other

    def fork(self, ctx: Any) -> Any:
        return type(self)(None, ctx)


BROKEN: list[Any] = []


def breaks(case: str) -> Any:
    """Return what makes a broken protocol of a class: of an endpoint class, the reference with such endpoints."""

    def made(kind: Any) -> Any:
        if issubclass(kind, End):
            kind = type(kind.__name__ + "s", (Reference,), {"end": kind, "__module__": __name__})
        kind.breaks = case
        globals()[kind.__name__] = kind
        BROKEN.append(kind)
        return kind

    return made


# ---------------------------------------------------------------- endpoints
@breaks("case_sockets_can_be_opened")
class QueuesOfItsOwn(End):
    def __init__(self, protocol: Any, kind: int) -> None:
        super().__init__(protocol, kind)
        self.readable = FakeQueue()


@breaks("case_unknown_types_are_refused")
class OpensAnything(Reference):
    def open_socket(self, family: int, type: int, proto: int) -> Any:
        return self.end(self, SOCK_STREAM if type == SOCK_STREAM else SOCK_DGRAM)


@breaks("case_nothing_to_read_would_block")
class NothingIsTheEnd(End):
    def receive(self, size: int, peek: bool) -> Any:
        try:
            return super().receive(size, peek)
        except WouldBlock:
            return b"", None


@breaks("case_poll_says_nothing_is_there")
class AlwaysReadable(End):
    def poll(self) -> int:
        return super().poll() | (POLLIN if self.kind == SOCK_DGRAM else 0)


@breaks("case_unknown_options_are_refused")
class TakesAnyOption(End):
    def get_option(self, level: int, option: int) -> Any:
        return 0

    def set_option(self, level: int, option: int, value: Any) -> None:
        pass


@breaks("case_lonely_sockets_have_no_peer")
class NobodyIsAPeer(End):
    def peer(self) -> Any:
        return self.other_name


@breaks("case_fresh_sockets_can_be_closed")
class ClosesTheBound(End):
    def close(self) -> None:
        if self.local is None:
            raise KeyError(self.local)
        super().close()


# ---------------------------------------------------------------- addresses
@breaks("case_taken_addresses_are_refused")
class TakesTheTaken(End):
    def bind(self, address: Any) -> None:
        self.names.pop(address, None)
        super().bind(address)


@breaks("case_sockets_are_bound_once")
class BindsAgain(End):
    def bind(self, address: Any) -> None:
        self.local = None
        super().bind(address)


@breaks("case_closing_frees_the_address")
class KeepsTheAddress(End):
    def close(self) -> None:
        mine = self.names.get(self.local)
        super().close()
        if mine is self:
            self.names[self.local] = self


# ---------------------------------------------------------------- streams
@breaks("case_nobody_there_refuses")
class ConnectsToNobody(End):
    def connect(self, address: Any) -> None:
        if address in self.names:
            super().connect(address)


@breaks("case_connections_are_accepted")
class AcceptsFromItself(End):
    def accept(self) -> Any:
        return super().accept()[0], self.local


@breaks("case_streams_keep_bytes_in_order")
class NewestFirst(End):
    def send(self, data: bytes, address: Any) -> int:
        count = super().send(data, address)
        if self.kind == SOCK_STREAM and len(self.other.bytes) > count:
            self.other.bytes[:] = self.other.bytes[-count:] + self.other.bytes[:-count]
        return count


@breaks("case_readers_see_the_rest_and_the_end")
class LosesTheRest(End):
    def end_of_stream(self) -> None:
        self.bytes.clear()
        super().end_of_stream()


@breaks("case_writers_see_a_closed_peer")
class SendsToNobody(End):
    def send(self, data: bytes, address: Any) -> int:
        try:
            return super().send(data, address)
        except BrokenPipe:
            return len(data)


@breaks("case_slow_readers_hold_writers_up")
class NeverFull(End):
    def send(self, data: bytes, address: Any) -> int:
        try:
            return super().send(data, address)
        except WouldBlock:
            self.other.bytes += data
            return len(data)


@breaks("case_peeked_bytes_stay")
class PeekTakes(End):
    def receive(self, size: int, peek: bool) -> Any:
        return super().receive(size, False)


@breaks("case_pairs_are_connected")
class PairsWithItself(Reference):
    def socketpair(self, family: int, type: int, proto: int) -> Any:
        one, other = super().socketpair(family, type, proto)
        one.other, other.other = one, other
        return one, other


# ---------------------------------------------------------------- datagrams
@breaks("case_datagrams_stay_whole")
class DropsTheEmpty(End):
    def send_datagram(self, data: bytes, address: Any) -> int:
        return super().send_datagram(data, address) if data else 0


@breaks("case_datagrams_are_cut_to_size")
class KeepsTheTail(End):
    def receive(self, size: int, peek: bool) -> Any:
        data, sender = super().receive(1 << 20, peek)
        if self.kind == SOCK_DGRAM and data[size:]:
            self.box.appendleft((data[size:], sender))
        elif self.kind == SOCK_STREAM and data[size:] and not peek:
            self.bytes[:0] = data[size:]
        return data[:size], sender


@breaks("case_datagrams_have_a_bound")
class AnySizeWillDo(End):
    def send_datagram(self, data: bytes, address: Any) -> int:
        if len(data) > LARGEST:
            return len(data)
        return super().send_datagram(data, address)


# ---------------------------------------------------------------- copies, machines
@breaks("case_fork_has_no_endpoints")
class ForkHandsNamesOn(Reference):
    def fork(self, ctx: Any) -> Any:
        twin = super().fork(ctx)
        twin.names = self.names
        return twin


@breaks("case_programs_open_sockets")
class NamelessForPrograms(End):
    def name(self) -> Any:
        if real(self.ctx):
            raise ValueError("a program!")
        return super().name()


@breaks("case_two_processes_talk")
class WakesNoWriter(End):
    def receive(self, size: int, peek: bool) -> Any:
        other, self.other = self.other, None if real(self.ctx) else self.other
        try:
            return super().receive(size, peek)
        finally:
            self.other = other


@breaks("case_poll_waits_for_a_datagram")
class WakesNoPoller(End):
    def send_datagram(self, data: bytes, address: Any) -> int:
        if real(self.ctx) and address in self.names:
            self.names[address].box.append((data, self.name()))
            return len(data)
        return super().send_datagram(data, address)


@breaks("case_forked_machine_has_sockets")
class KnowsItsSeed(Reference):
    seen: dict[str, bytes] = {}

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        if real(ctx):
            draw = ctx.entropy.bytes(8)
            if self.seen.setdefault("draw", draw) != draw:
                raise RuntimeError("this is another machine")


def failures(kind: Any) -> list[str]:
    record = ProtocolDriver("broken", 1, f"{__name__}:{kind.__name__}", families=(FAMILY,))
    report = check_driver(GROUP, record, example=address)
    assert report.passed, report
    return [outcome.case.name for outcome in report.failed]


def test_the_reference_breaks_no_rule() -> None:
    assert failures(Reference) == []


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_protocol_fails_its_case_alone(kind: Any) -> None:
    assert failures(kind) == [kind.breaks]


def test_every_case_has_a_protocol_that_breaks_it() -> None:
    cases = {case.name for case in clauses(GROUP) if case.clause.startswith("NET-")}
    assert cases == {kind.breaks for kind in BROKEN}
