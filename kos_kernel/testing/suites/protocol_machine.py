"""A protocol in a machine: programs that open sockets, and processes that talk to each other."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...abi import (
    MSG_DONTWAIT,
    O_NONBLOCK,
    POLLIN,
    SHUT_WR,
    SOCK_DGRAM,
    SOCK_NONBLOCK,
    SOCK_STREAM,
    WEXITSTATUS,
    WIFEXITED,
)
from ...errors import (
    ConnectionRefused,
    InvalidArgument,
    NotConnected,
    NotSupported,
    ProtocolNotSupported,
    SocketTypeNotSupported,
    SysError,
    WouldBlock,
    WrongProtocolType,
)
from ..cases import NotAsked, clause, collect, expect, expect_equal, expect_error
from .protocol_endpoint import ProtocolSubject


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
            expect_error((WouldBlock, NotConnected, InvalidArgument), partial(k.recv, fd, 10), "recv")
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
    after="case_programs_open_sockets case_nobody_there_refuses case_readers_see_the_rest_and_the_end"
    " case_writers_see_a_closed_peer case_slow_readers_hold_writers_up",
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


CASES = collect(globals())
