"""Reader and Writer: whole records out of reads of any size; one write for many; an output error that ends the program."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_kernel.api import NoSpace, Reader, Writer


class Ended(Exception):
    """The program called exit."""


class Descriptors:
    """The system calls that streams need, over lists of what reads give and what writes took."""

    def __init__(self, reads: list[bytes] | None = None, *, full: bool = False) -> None:
        self.argv = [b"prog"]
        self.reads = list(reads or [])
        self.written: list[tuple[int, bytes]] = []
        self.charged = 0
        self.full = full

    def read(self, fd: int, size: int = 65536) -> bytes:
        return self.reads.pop(0) if self.reads else b""

    def write(self, fd: int, data: bytes) -> int:
        if fd == 1 and self.full:
            raise NoSpace
        self.written.append((fd, bytes(data)))
        return len(data)

    def charge(self, delta: int) -> None:
        self.charged += delta

    def exit(self, status: int) -> None:
        raise Ended(status)


def reader(*reads: bytes, **options: Any) -> Reader:
    return Reader(Descriptors(list(reads)), 0, **options)  # type: ignore[arg-type]


@given(st.lists(st.binary(min_size=1, max_size=20)))
def test_blocks_end_at_record_borders_and_lose_nothing(reads: list[bytes]) -> None:
    source = reader(*reads)
    blocks = []
    while block := source.block():
        blocks.append(block)
    assert b"".join(blocks) == b"".join(reads)
    assert all(block.endswith(b"\n") for block in blocks[:-1])


@given(st.lists(st.binary(min_size=1, max_size=20)))
def test_lines_come_one_by_one_with_their_newlines(reads: list[bytes]) -> None:
    source = reader(*reads)
    lines = []
    while line := source.line():
        lines.append(line)
    assert (
        lines == b"".join(reads).splitlines(keepends=True)
        or b"\r" in b"".join(reads)
        or has_other_breaks(b"".join(reads))
    )
    assert b"".join(lines) == b"".join(reads)
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines[:-1])


def has_other_breaks(data: bytes) -> bool:
    return any(byte in data for byte in (b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e", b"\x85"))


def test_records_may_end_with_another_byte() -> None:
    assert reader(b"a\nb\0c", delimiter=b"\0").block() == b"a\nb\0"


def test_a_record_longer_than_a_megabyte_is_charged_while_it_grows_and_given_back() -> None:
    k = Descriptors([b"x" * (1 << 20)] * 5 + [b"\n", b"y"])
    source = Reader(k, 0)  # type: ignore[arg-type]
    assert len(source.block()) == 5 * (1 << 20) + 1
    assert k.charged == 0


def test_a_tied_reader_flushes_before_it_reads() -> None:
    k = Descriptors([b"in\n"])
    out = Writer(k)  # type: ignore[arg-type]
    source = Reader(k, 0, tied=out)  # type: ignore[arg-type]
    out.write(b"out")
    assert source.chunk() == b"in\n"
    assert k.written == [(1, b"out")]


def test_many_small_writes_become_one() -> None:
    k = Descriptors()
    out = Writer(k)  # type: ignore[arg-type]
    for _ in range(1000):
        out.write(b"line\n")
    out.flush()
    assert k.written == [(1, b"line\n" * 1000)]


def test_an_output_error_is_told_and_ends_the_program() -> None:
    k = Descriptors(full=True)
    out = Writer(k, status=2)  # type: ignore[arg-type]
    out.write(b"x")
    with pytest.raises(Ended, match="2"):
        out.flush()
    assert k.written == [(2, b"prog: write error: No space left on device\n")]
