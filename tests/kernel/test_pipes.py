"""Pipes and fifos: blocking, end of file, SIGPIPE, back-pressure, poll."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import abi, errors


def test_reader_sees_eof_after_the_last_writer_closes(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()
        pid = k.fork_call(lambda child: child.write(writer, b"x") and 0)
        k.close(writer)
        assert k.read(reader) == b"x"
        assert k.read(reader) == b""
        k.wait(pid)

    assert run(main).status == 0


def test_writer_blocks_while_the_pipe_is_full(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()
        total = 300_000

        def produce(child: Any) -> int:
            child.close(reader)
            assert child.write(writer, b"y" * total) == total
            return 0

        pid = k.fork_call(produce)
        k.close(writer)
        got = 0
        while data := k.read(reader, 10_000):
            assert len(data) <= 10_000
            got += len(data)
        assert got == total
        assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


def test_writing_without_readers_is_sigpipe(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()
        k.close(reader)
        pid = k.fork_call(lambda child: child.write(writer, b"x"))
        assert k.wait(pid)[1] == abi.SIGPIPE

    assert run(main).status == 0


def test_writing_without_readers_is_epipe_where_sigpipe_is_ignored(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.sigaction(abi.SIGPIPE, abi.SIG_IGN)
        reader, writer = k.pipe()
        k.close(reader)
        with pytest.raises(errors.BrokenPipe):
            k.write(writer, b"x")

    assert run(main).status == 0


def test_a_nonblocking_pipe_raises_eagain(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe(nonblock=True)
        with pytest.raises(errors.ResourceUnavailable):
            k.read(reader)
        assert k.write(writer, b"z" * 100_000) == 65536
        with pytest.raises(errors.ResourceUnavailable):
            k.write(writer, b"z")

    assert run(main).status == 0


def test_small_writes_of_two_writers_are_not_torn(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()

        def produce(child: Any, letter: bytes) -> int:
            child.close(reader)
            for _ in range(100):
                child.write(writer, letter * 4096)
            return 0

        for letter in (b"a", b"b"):
            k.fork_call(produce, letter)
        k.close(writer)
        data = k.read_all(reader)
        assert len(data) == 2 * 100 * 4096
        for start in range(0, len(data), 4096):
            assert len(set(data[start : start + 4096])) == 1
        k.wait()
        k.wait()

    assert run(main).status == 0


def test_a_fifo_waits_for_its_other_side(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.mkfifo(b"/tmp/f")

        def produce(child: Any) -> int:
            child.sleep_ns(100_000)
            fd = child.open(b"/tmp/f", abi.O_WRONLY)
            child.write(fd, b"through")
            return 0

        k.fork_call(produce)
        fd = k.open(b"/tmp/f")
        assert k.read_all(fd) == b"through"
        with pytest.raises(errors.NoSuchDeviceOrAddress):
            k.open(b"/tmp/f", abi.O_WRONLY | abi.O_NONBLOCK) if not k.close(fd) else None

    assert run(main).status == 0


def test_poll_waits_for_the_first_of_several(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        one, first = k.pipe()
        two, second = k.pipe()

        def produce(child: Any) -> int:
            child.sleep_ns(50_000)
            child.write(second, b"x")
            child.sleep_ns(50_000_000)
            return 0

        pid = k.fork_call(produce)
        assert k.poll([(one, abi.POLLIN), (two, abi.POLLIN)]) == [(two, abi.POLLIN)]
        k.read(two)
        assert k.poll([(one, abi.POLLIN), (two, abi.POLLIN)], 1000) == []
        k.kill(pid, abi.SIGKILL)
        k.wait(pid)
        k.close(first)
        assert k.poll([(one, abi.POLLIN)]) == [(one, abi.POLLHUP)]

    assert run(main).status == 0


# ---------------------------------------------------------------- read_until
LINES = b"one\ntwo\n\n" + b"x" * 1000 + b"\nlast"


def _sources(k: Any) -> dict[str, int]:
    """Return descriptors of all kinds that hold LINES."""
    fd = k.open(b"/tmp/lines", abi.O_RDWR | abi.O_CREAT)
    k.write(fd, LINES)
    k.lseek(fd, 0, abi.SEEK_SET)
    pipe, writer = k.pipe()
    k.write(writer, LINES[:5])
    k.write(writer, LINES[5:])
    k.close(writer)
    return {"file": fd, "pipe": pipe, "filled": 0}


@pytest.mark.parametrize("kind", ["file", "pipe", "filled"])
def test_read_until_takes_a_line_and_not_a_byte_more(run: Any, kind: str) -> None:
    def child(k: Any) -> int:
        fd = _sources(k)[kind]
        assert k.read_until(fd, b"\n") == b"one\n"
        assert k.read(fd, 2) == b"tw"
        assert k.read_until(fd, b"\n") == b"o\n"
        assert k.read_until(fd, b"\n") == b"\n"
        assert k.read_until(fd, b"\n", 10) == b"x" * 10
        assert k.read_until(fd, b"\n") == b"x" * 990 + b"\n"
        assert k.read_until(fd, b"t") == b"last"
        assert k.read_until(fd, b"\n") == b""
        for delimiter, limit in ((b"", 5), (b"ab", 5), (b"\n", -1)):
            with pytest.raises(errors.InvalidArgument):
                k.read_until(fd, delimiter, limit)
        return 0

    def main(k: Any, argv: list[bytes]) -> None:
        assert k.wait(k.fork_call(child, fds={0: LINES, 2: 2}))[1] == 0

    assert run(main).status == 0


def test_read_until_waits_for_the_delimiter_and_frees_room_for_the_writer(run: Any) -> None:
    def writer(k: Any, fd: int) -> int:
        for _ in range(3):
            k.write(fd, b"y" * 60000)
        k.write(fd, b"\nnext\n")
        return 0

    def main(k: Any, argv: list[bytes]) -> None:
        fd, end = k.pipe()
        k.fork_call(writer, end)
        k.close(end)
        assert k.read_until(fd, b"\n", 1 << 20) == b"y" * 180000 + b"\n"
        assert k.read_until(fd, b"\n") == b"next\n"
        assert k.wait()[1] == 0

    assert run(main).status == 0


def test_an_interrupted_read_until_says_what_it_had_taken(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd, end = k.pipe()
        k.write(end, b"half a li")
        k.sigaction(abi.SIGUSR1, lambda signum: None)
        me = k.getpid()
        k.fork_call(lambda child: child.kill(me, abi.SIGUSR1) or 0)
        with pytest.raises(errors.Interrupted) as caught:
            k.read_until(fd, b"\n")
        assert caught.value.data == b"half a li"

    assert run(main).status == 0


def test_read_until_of_what_makes_bytes_without_end_stops_at_the_limit(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/dev/zero", abi.O_RDONLY)
        assert k.read_until(fd, b"\n", 100000) == bytes(100000)
        fd = k.open(b"/proc/self/status", abi.O_RDONLY)
        assert k.read_until(fd, b"\n").startswith(b"Name:")
        assert k.read(fd, 5) == b"Umask"

    assert run(main).status == 0


def test_an_ordinary_user_may_open_its_own_pipes_again_by_name(machine: Any) -> None:
    script = "cat <(echo one); echo two | cat /dev/stdin; echo three >/dev/stdout; cat /dev/fd/0; ls -lL /dev/fd/0"
    done = machine.run(script, stdin=b"four\n", user="user")
    lines = done.text.splitlines()
    assert (lines[:4], done.stderr) == (["one", "two", "three", "four"], b"")
    assert lines[4].split()[:4] == ["prw-------", "1", "user", "user"]
