"""Sockets: streams, datagrams, unix paths, ends, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import Machine, abi, errors
from kos_kernel.abi import (
    AF_INET,
    AF_UNIX,
    MSG_DONTWAIT,
    MSG_NOSIGNAL,
    MSG_PEEK,
    POLLHUP,
    POLLIN,
    POLLOUT,
    SHUT_RD,
    SHUT_WR,
    SOCK_DGRAM,
    SOCK_NONBLOCK,
    SOCK_STREAM,
)  # fmt: skip
from kos_kernel.testing import run_main

HOST = b"127.0.0.1"


@pytest.fixture(params=["virtual", "wall"])
def run(request: pytest.FixtureRequest) -> Any:
    """Run a function as a process of a machine that has lo."""
    with Machine(seed=1, clock=request.param, network={"interfaces": ["lo"]}) as machine:
        yield lambda main: run_main(machine, main)


KINDS = [(AF_INET, (HOST, 8080)), (AF_UNIX, b"/tmp/socket"), (AF_UNIX, b"\0abstract")]


@pytest.mark.parametrize(("family", "address"), KINDS)
def test_a_client_and_a_server_talk(run: Any, family: int, address: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        server = k.socket(family, SOCK_STREAM)
        k.bind(server, address)
        k.listen(server)

        def client(c: Any) -> int:
            fd = c.socket(family, SOCK_STREAM)
            c.connect(fd, address)
            c.send(fd, b"hello")
            assert c.recv(fd, 100) == b"HELLO"
            c.shutdown(fd, SHUT_WR)
            assert c.recv(fd, 100) == b""
            return 0

        pid = k.fork_call(client)
        fd, _ = k.accept(server)
        assert k.recv(fd, 100, MSG_PEEK) == b"hello"
        k.write(fd, k.read(fd, 100).upper())
        assert k.recv(fd, 100) == b""
        k.close(fd)
        assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


def test_a_stream_blocks_its_writer_and_loses_nothing(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        one, other = k.socketpair(AF_UNIX, SOCK_STREAM)

        def produce(c: Any) -> int:
            c.close(other)
            assert c.write(one, b"x" * 1_000_000) == 1_000_000
            return 0

        pid = k.fork_call(produce)
        k.close(one)
        assert len(k.read_all(other)) == 1_000_000
        assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


def test_sending_to_who_is_gone_is_sigpipe_or_epipe(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        one, other = k.socketpair(AF_UNIX, SOCK_STREAM)
        k.close(other)
        assert k.wait(k.fork_call(lambda c: c.send(one, b"x")))[1] == abi.SIGPIPE
        with pytest.raises(errors.BrokenPipe):
            k.send(one, b"x", MSG_NOSIGNAL)
        assert k.recv(one, 10) == b""
        assert k.poll([(one, POLLIN)], 0)[0][1] & POLLHUP
        one, other = k.socketpair(AF_UNIX, SOCK_STREAM)
        k.shutdown(one, SHUT_WR)
        with pytest.raises(errors.BrokenPipe):
            k.send(one, b"x", MSG_NOSIGNAL)
        k.send(other, b"still")
        assert k.recv(one, 10) == b"still"

    assert run(main).status == 0


def test_refusals(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd = k.socket(AF_INET, SOCK_STREAM)
        with pytest.raises(errors.ConnectionRefused):
            k.connect(fd, (HOST, 9))
        with pytest.raises(errors.NetworkUnreachable):
            k.connect(fd, (b"192.0.2.1", 9))
        with pytest.raises(errors.NotConnected):
            k.getpeername(fd)
        with pytest.raises(errors.NotConnected):
            k.shutdown(fd, SHUT_RD)
        with pytest.raises(errors.AddressFamilyNotSupported):
            k.socket(abi.AF_PACKET, SOCK_STREAM)
        with pytest.raises(errors.InvalidArgument):
            k.accept(fd)
        with pytest.raises(errors.NotASocket):
            k.listen(k.open(b"/etc/passwd"))
        with pytest.raises(errors.BadDescriptor):
            k.listen(99)
        local = k.socket(AF_UNIX, SOCK_STREAM)
        with pytest.raises(errors.NoSuchFile):
            k.connect(local, b"/tmp/nothing")
        with pytest.raises(errors.ConnectionRefused):
            k.connect(local, b"/etc/passwd")
        with pytest.raises(errors.InvalidArgument):
            k.bind(local, b"/tmp/" + b"x" * 200)

    assert run(main).status == 0


def test_a_sockets_file_outlives_it_and_is_in_use(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.umask(0o022)
        server = k.socket(AF_UNIX, SOCK_STREAM)
        k.bind(server, b"/tmp/s")
        assert k.stat(b"/tmp/s").mode == abi.S_IFSOCK | 0o755
        with pytest.raises(errors.NoSuchDeviceOrAddress):
            k.open(b"/tmp/s")
        again = k.socket(AF_UNIX, SOCK_STREAM)
        with pytest.raises(errors.AddressInUse):
            k.bind(again, b"/tmp/s")
        client = k.socket(AF_UNIX, SOCK_STREAM)
        with pytest.raises(errors.ConnectionRefused):
            k.connect(client, b"/tmp/s")  # it doesn't listen yet
        k.listen(server)
        k.rename(b"/tmp/s", b"/tmp/t")
        k.connect(client, b"/tmp/t")
        k.close(server)
        with pytest.raises(errors.ConnectionRefused):
            k.connect(again, b"/tmp/t")
        k.unlink(b"/tmp/t")

    assert run(main).status == 0


def test_a_unix_sockets_file_has_rights(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        server = k.socket(AF_UNIX, SOCK_STREAM)
        k.bind(server, b"/tmp/s")
        k.chmod(b"/tmp/s", 0o700)
        k.listen(server)

        def stranger(c: Any) -> int:
            c.setuid(1000)
            with pytest.raises(errors.AccessDenied):
                c.connect(c.socket(AF_UNIX, SOCK_STREAM), b"/tmp/s")
            return 0

        assert k.wait(k.fork_call(stranger))[1] == 0

    assert run(main).status == 0


@pytest.mark.parametrize(
    ("family", "mine", "yours"), [(AF_INET, (HOST, 5000), (HOST, 5001)), (AF_UNIX, b"/tmp/a", b"/tmp/b")]
)
def test_datagrams_keep_their_borders_and_senders(run: Any, family: int, mine: Any, yours: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        one, other = k.socket(family, SOCK_DGRAM), k.socket(family, SOCK_DGRAM)
        k.bind(one, mine)
        k.bind(other, yours)
        for data in (b"first", b"", b"third"):
            assert k.sendto(one, data, yours) == len(data)
        assert k.recvfrom(other, 100) == (b"first", mine)
        assert k.recvfrom(other, 100) == (b"", mine)
        assert k.recv(other, 3) == b"thi"  # the rest of a datagram is lost
        with pytest.raises(errors.ResourceUnavailable):
            k.recv(other, 100, MSG_DONTWAIT)
        k.connect(one, yours)
        k.send(one, b"connected")
        assert k.getpeername(one) == yours
        assert k.recv(other, 100) == b"connected"
        k.close(other)
        with pytest.raises(errors.SysError):
            k.send(one, b"x" * 10)
            k.send(one, b"y")

    assert run(main).status == 0


def test_poll_tells_when_a_socket_can_go_on(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        server = k.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK)
        k.bind(server, (HOST, 0))
        address = k.getsockname(server)
        assert address[1] >= 32768
        k.listen(server)
        with pytest.raises(errors.ResourceUnavailable):
            k.accept(server)
        assert k.poll([(server, POLLIN)], 0) == []
        client = k.socket(AF_INET, SOCK_STREAM)
        k.connect(client, address)
        assert k.poll([(server, POLLIN), (client, POLLIN | POLLOUT)]) == [(server, POLLIN), (client, POLLOUT)]
        fd, peer = k.accept(server)
        assert peer == k.getsockname(client)
        assert k.poll([(fd, POLLIN)], 1000) == []
        k.send(client, b"x")
        assert k.poll([(fd, POLLIN)]) == [(fd, POLLIN)]
        k.close(client)
        assert k.recv(fd, 10) == b"x"
        assert k.poll([(fd, POLLIN)])[0][1] & (POLLIN | POLLHUP) == POLLIN | POLLHUP

    assert run(main).status == 0


def test_a_peer_that_left_bytes_unread_is_a_reset(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        one, other = k.socketpair(AF_UNIX, SOCK_STREAM)
        k.send(one, b"never read")
        k.close(other)
        with pytest.raises(errors.ConnectionReset):
            k.recv(one, 10)
        assert k.recv(one, 10) == b""

    assert run(main).status == 0


def test_a_full_backlog_makes_the_next_wait(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        server = k.socket(AF_INET, SOCK_STREAM)
        k.bind(server, (HOST, 80))
        k.listen(server, 1)

        def client(c: Any) -> int:
            fd = c.socket(AF_INET, SOCK_STREAM)
            c.connect(fd, (HOST, 80))
            c.send(fd, b"x")
            return 0

        pids = [k.fork_call(client) for _ in range(5)]
        for _ in pids:
            fd, _ = k.accept(server)
            assert k.recv(fd, 10) == b"x"
            k.close(fd)
        for pid in pids:
            assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


def test_closing_a_listener_refuses_who_waits(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        server = k.socket(AF_INET, SOCK_STREAM)
        k.bind(server, (HOST, 80))
        k.listen(server, 1)
        k.connect(k.socket(AF_INET, SOCK_STREAM), (HOST, 80))

        def late(c: Any) -> int:
            c.close(server)
            with pytest.raises(errors.ConnectionRefused):
                c.connect(c.socket(AF_INET, SOCK_STREAM), (HOST, 80))
            return 0

        pid = k.fork_call(late)
        k.sleep_ns(1_000_000)
        k.close(server)
        assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


def test_connecting_a_datagram_socket_needs_nobody_there(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd = k.socket(AF_INET, SOCK_DGRAM)
        k.connect(fd, (HOST, 4999))
        assert k.getpeername(fd) == (HOST, 4999)

    assert run(main).status == 0


def test_nonblocking_senders_are_told_to_wait(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        one, other = k.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK)
        taken = 0
        with pytest.raises(errors.ResourceUnavailable):
            while True:
                taken += k.send(one, b"z" * 10_000)
        assert k.poll([(one, POLLOUT)], 0) == []
        got = 0
        while got < taken:
            got += len(k.recv(other, 65536))
        assert k.poll([(one, POLLOUT)], 0) == [(one, POLLOUT)]
        with pytest.raises(errors.ResourceUnavailable):
            k.recv(other, 1)

    assert run(main).status == 0


def test_sockets_are_closed_by_exit(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        one, other = k.socketpair(AF_UNIX, SOCK_STREAM)

        def child(c: Any) -> int:
            c.close(one)
            c.send(other, b"bye")
            return 0

        pid = k.fork_call(child)
        k.close(other)
        k.wait(pid)
        assert k.read_all(one) == b"bye"

    assert run(main).status == 0
