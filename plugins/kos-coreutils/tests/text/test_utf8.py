"""What changes in a UTF-8 locale: characters are counted, cut and translated whole. Sorting stays by bytes."""

from __future__ import annotations

import pytest

from kos_kernel import Machine

TEXT = "né€😀\n".encode()


@pytest.mark.parametrize(
    ("command", "in_utf8", "in_c"),
    [
        ("wc -m", b"5\n", b"11\n"),
        ("cut -c2", "é\n".encode(), b"\xc3\n"),
        ("cut -c3-", "€😀\n".encode(), "é€😀\n".encode()[1:]),
        ("cut -b2-3", "é\n".encode(), "é\n".encode()),
        ("cut -nb2", b"\n", b"\xc3\n"),
        ("tr é e", "ne€😀\n".encode(), None),
        ("tr -d €", "né😀\n".encode(), None),
        ("rev", "😀€én\n".encode(), None),
    ],
)
def test_characters_are_whole_in_utf8_and_bytes_in_c(
    machine: Machine, command: str, in_utf8: bytes, in_c: bytes | None
) -> None:
    assert machine.run(f"LC_ALL=C.UTF-8 {command}", stdin=TEXT).stdout == in_utf8
    if in_c is not None:
        assert machine.run(f"LC_ALL=C {command}", stdin=TEXT).stdout == in_c


def test_bytes_that_are_no_characters_pass_unharmed(machine: Machine) -> None:
    assert (
        machine.run("LC_ALL=C.UTF-8 tr é e | LC_ALL=C.UTF-8 cut -c1- | LC_ALL=C.UTF-8 rev", stdin=b"\xff\xc3\n").stdout
        == b"\xc3\xff\n"
    )


def test_a_character_split_between_two_reads_is_still_one(machine: Machine) -> None:
    command = "(printf 'a\\303'; sleep 0.01; printf '\\251b') | LC_ALL=C.UTF-8 tr é x"
    assert machine.run(command).stdout == b"axb"


def test_sorting_is_by_bytes_in_every_locale(machine: Machine) -> None:
    data = "é\nz\nB\na\n".encode()
    assert machine.run("LC_ALL=en_US.UTF-8 sort", stdin=data).stdout == "B\na\nz\né\n".encode()
