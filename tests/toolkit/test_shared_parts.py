"""Names of users, signals and zones, and the start of commands: what families of programs share."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.api import (
    COMMAND_NOT_FOUND,
    AccessDenied,
    Accounts,
    NoSuchFile,
    broken_down,
    exec_command,
    exec_status,
    is_executable,
    read_whole,
    search_path,
    signal_name,
    signal_number,
    strftime,
    zone_named,
    zone_of,
)
from kos_kernel.testing import run_main


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"TERM", 15),
        (b"sigterm", 15),
        (b"9", 9),
        (b"0", 0),
        (b"EXIT", 0),
        (b"CLD", 17),
        (b"65", None),
        (b"", None),
        (b"NO", None),
    ],
)
def test_signals_by_name_and_number(text: bytes, number: int | None) -> None:
    assert signal_number(text) == number


def test_names_of_signals() -> None:
    assert [signal_name(number) for number in (1, 9, 34, 36, 64, 63, 0, 99)] == [
        "HUP", "KILL", "RTMIN", "RTMIN+2", "RTMAX", "RTMAX-1", "EXIT", "",
    ]  # fmt: skip


def test_users_and_groups_are_the_machine_s() -> None:
    def main(k: Any, argv: list[bytes]) -> int:
        people = Accounts(k)
        found = (
            people.user(1000),
            people.uid(b"root"),
            people.gid(b"nobody"),
            people.user(77),
            people.login_group(1000),
        )
        k.write(1, repr(found).encode())
        return len(read_whole(k, b"/etc/hostname"))

    with Machine(hostname="kaede") as machine:
        done = run_main(machine, main, [b"x"])
    assert done.stdout == b"(b'user', 0, 65534, None, 1000)" and done.status == 6


def test_a_command_is_found_along_path_and_its_failure_has_a_shell_s_status() -> None:
    def main(k: Any, argv: list[bytes]) -> int:
        assert search_path(k)[0] and is_executable(k, b"/usr/bin/true") and not is_executable(k, b"/etc/passwd")
        failure = exec_command(k, [b"nosuch"])
        assert exec_status(failure) == COMMAND_NOT_FOUND and isinstance(failure, NoSuchFile)
        assert exec_status(AccessDenied()) == 126
        exec_command(k, [b"sh", b"-c", b"exit 7"])
        return 1

    with Machine() as machine:
        assert run_main(machine, main, [b"x"]).status == 7


def test_a_zone_is_that_of_tz() -> None:
    def main(k: Any, argv: list[bytes]) -> int:
        k.env[b"TZ"] = b"EST5EDT,M3.2.0,M11.1.0"
        k.write(1, strftime(b"%F %T %Z", broken_down(1_690_000_000 * 10**9, zone_of(k))))
        k.write(1, strftime(b" %H %z", broken_down(0, zone_named(k, b"<+03>-3"))))
        return 0

    with Machine() as machine:
        assert run_main(machine, main, [b"x"]).stdout == b"2023-07-22 00:26:40 EDT 03 +0300"
