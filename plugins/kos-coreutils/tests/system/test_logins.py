"""who, pinky, users read the list of logins; hostid and chroot read a machine's own files."""

from __future__ import annotations

import struct

import pytest

from kos_kernel import Machine

JAN_2 = 1767312000  # 2026-01-02 00:00 UTC


def record(kind: int, user: bytes, terminal: bytes, *, pid: int = 77, host: bytes = b"", ident: bytes = b"1") -> bytes:
    head = struct.pack("<hxxi32s4s32s256shh", kind, pid, terminal, ident, user, host, 3, 4)
    return (head + struct.pack("<iii", 0, JAN_2, 0)).ljust(384, b"\0")


@pytest.fixture
def machine():
    with Machine(clock="virtual") as m:
        m.run("mkdir -p /run /var; [ -e /var/run ] || ln -s /run /var/run")
        data = record(2, b"reboot", b"~") + record(1, b"runlevel", b"~", pid=ord("5")) + record(6, b"LOGIN", b"tty1")
        data += (
            record(7, b"ann", b"pts/9", host=b"far.example") + record(7, b"root", b"pts/8") + record(8, b"", b"pts/7")
        )
        m.write_file("/run/utmp", data)
        yield m


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("who", "ann      pts/9        2026-01-02 00:00 (far.example)\nroot     pts/8        2026-01-02 00:00\n"),
        ("who -b", "         system boot  2026-01-02 00:00\n"),
        ("who -q", "ann root\n# users=2\n"),
        ("who -H | head -n 1", "NAME     LINE         TIME             COMMENT\n"),
        ("who -r", "         run-level 5  2026-01-02 00:00\n"),
        ("who -d", "         pts/7        2026-01-02 00:00                77 id=1     term=3 exit=4\n"),
        ("who -T /run/utmp | tail -n 1", "root     ? pts/8        2026-01-02 00:00\n"),
        ("users", "ann root\n"),
        ("pinky -q | tail -n 1", "root     ?pts/8    2026-01-02 00:00\n"),
    ],
)
def test_the_list_is_shown_as_gnu_shows_it(machine: Machine, line: str, wanted: str) -> None:
    done = machine.run(line)
    assert (done.text, done.status) == (wanted, 0)


def test_without_a_list_nobody_is_logged_in() -> None:
    with Machine() as m:
        m.run("rm -f /run/utmp")
        assert m.run("who; who -q; users").text == "\n# users=0\n"


def test_hostid_is_the_number_in_its_file(machine: Machine) -> None:
    machine.write_file("/etc/hostid", b"\x01\x02\x03\x04")
    assert machine.run("hostid").text == "04030201\n"


def test_chroot_runs_a_command_below_another_root(machine: Machine) -> None:
    machine.run("mkdir -p /j/bin; mount --bind /usr/bin /j/bin; echo in >/j/f")
    assert machine.run("chroot /j cat /f").text == "in\n"
    assert (
        machine.run("chroot --userspec=12:34 --groups=5,6 / id -u; chroot --userspec=12:34 / id -g").text == "12\n34\n"
    )


def test_chroot_says_why_it_cant(machine: Machine) -> None:
    done = machine.run("chroot /missing x")
    assert done.stderr == b"chroot: cannot change root directory to '/missing': No such file or directory\n"
    assert done.status == 125
    assert machine.run("chroot").status == 125
    assert b"only permitted if NEWROOT is old '/'" in machine.run("chroot --skip-chdir /tmp true").stderr


def test_a_factor_of_a_huge_number_can_be_interrupted() -> None:
    number = (2**521 - 1) * (2**607 - 1)
    with Machine(clock="wall") as m:
        assert m.run(f"timeout 0.2 factor {number}").status == 124
