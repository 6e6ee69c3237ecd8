"""timeout and sleep in virtual time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine


@pytest.fixture
def m() -> Iterator[Machine]:
    with Machine(clock="virtual", seed=1) as machine:
        yield machine


def took(machine: Machine, command: str) -> tuple[int, int]:
    """Return (status, machine seconds) of a command."""
    words = machine.run(f"a=$(date +%s); {command}; s=$?; b=$(date +%s); echo $s $((b-a))").stdout.split()
    return int(words[-2]), int(words[-1])


def test_a_sleeper_is_ended_after_its_time_with_status_124(m: Machine) -> None:
    assert took(m, "timeout 5 sleep 100") == (124, 5)


def test_a_busy_loop_is_ended_too(m: Machine) -> None:
    assert took(m, "timeout 3 sh -c 'while :; do :; done'") == (124, 3)


def test_who_ignores_the_first_signal_gets_kill(m: Machine) -> None:
    assert took(m, "timeout -k 2 3 sh -c 'trap : TERM; while :; do :; done'") == (137, 5)


def test_the_command_s_children_get_the_signal_as_well(m: Machine) -> None:
    m.run("timeout 2 sh -c 'sleep 50 & wait'")
    assert b"sleep" not in m.run("ps -e -o comm").stdout


def test_the_command_s_own_status_and_signal_come_through(m: Machine) -> None:
    assert took(m, "timeout 9 sh -c 'exit 7'") == (7, 0)
    assert took(m, "timeout 9 sh -c 'kill -9 $$'")[0] == 137
    assert took(m, "timeout --preserve-status 2 sleep 9") == (143, 2)


def test_units_and_sums_of_sleep(m: Machine) -> None:
    assert took(m, "sleep 1m 2 0.5h") == (0, 1862)


def test_a_year_of_sleep_costs_nothing(m: Machine) -> None:
    assert took(m, "sleep 365d") == (0, 31536000)
