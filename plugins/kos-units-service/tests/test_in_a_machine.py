"""Services in a machine: ordering, failure, restarts, timeouts, all on the virtual clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine

UNITS = "/etc/systemd/system"


@pytest.fixture
def machine() -> Iterator[Machine]:
    """Return a fresh machine in virtual time."""
    with Machine(seed=1, clock="virtual") as made:
        yield made


def unit(machine: Machine, name: str, service: str, rest: str = "") -> None:
    machine.write_file(f"{UNITS}/{name}.service", f"[Unit]\n{rest}\n[Service]\n{service}\n".encode())


def show(machine: Machine, name: str) -> dict[str, str]:
    text = machine.run(f"systemctl show {name}").stdout.decode()
    return dict(line.split("=", 1) for line in text.splitlines())


def test_what_is_required_starts_first(machine: Machine) -> None:
    unit(
        machine,
        "a",
        "Type=oneshot\nExecStart=sh -c 'echo a >> /order'",
        "Requires=b.service\nAfter=b.service c.service\nWants=c.service",
    )
    unit(machine, "b", "Type=oneshot\nExecStart=sh -c 'sleep 5; echo b >> /order'", "After=c.service")
    unit(machine, "c", "Type=oneshot\nExecStart=sh -c 'sleep 9; echo c >> /order'")
    result = machine.run("systemctl start a")
    assert (result.status, result.stderr) == (0, b"")
    assert machine.read_file("/order") == b"c\nb\na\n"
    assert machine.now_ns >= 14 * 10**9


def test_a_failed_requirement_fails_the_job(machine: Machine) -> None:
    unit(machine, "a", "Type=oneshot\nExecStart=touch /ran", "Requires=b.service\nAfter=b.service")
    unit(machine, "b", "Type=oneshot\nExecStart=false")
    result = machine.run("systemctl start a")
    assert result.status == 1
    assert b"b.service" in result.stderr
    with pytest.raises(FileNotFoundError):
        machine.read_file("/ran")
    assert machine.run("systemctl is-failed b").stdout == b"failed\n"


def test_a_missing_wish_is_no_failure_and_a_missing_requirement_is(machine: Machine) -> None:
    unit(machine, "a", "Type=oneshot\nExecStart=true", "Wants=nowhere.service")
    unit(machine, "b", "Type=oneshot\nExecStart=true", "Requires=nowhere.service")
    assert machine.run("systemctl start a").status == 0
    assert machine.run("systemctl start b").status != 0


def test_a_failed_wish_is_no_failure(machine: Machine) -> None:
    unit(machine, "a", "Type=oneshot\nExecStart=touch /ran", "Wants=b.service\nAfter=b.service")
    unit(machine, "b", "Type=oneshot\nExecStart=false")
    assert machine.run("systemctl start a").status == 0
    assert machine.read_file("/ran") == b""


def test_restart_on_failure_goes_on_until_the_limit(machine: Machine) -> None:
    unit(
        machine,
        "a",
        "ExecStart=sh -c 'echo run >> /runs; exit 3'\nRestart=on-failure\nRestartSec=1"
        "\nStartLimitBurst=4\nStartLimitIntervalSec=100",
    )
    machine.run("systemctl start a; sleep 60")
    assert machine.read_file("/runs") == b"run\n" * 4
    assert show(machine, "a")["ActiveState"] == "failed"
    assert show(machine, "a")["Result"] == "start-limit-hit"


def test_a_stopped_service_is_not_restarted(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=sh -c 'echo run >> /runs; sleep 1000'\nRestart=always")
    machine.run("systemctl start a; sleep 5; systemctl stop a; sleep 60")
    assert machine.read_file("/runs") == b"run\n"
    assert machine.run("systemctl is-active a").stdout == b"inactive\n"


def test_who_ignores_sigterm_is_killed_after_the_timeout(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=sh -c 'trap \"\" TERM; while :; do sleep 1; done'\nTimeoutStopSec=30")
    machine.run("systemctl start a; sleep 2")
    before = machine.now_ns
    machine.run("systemctl stop a")
    assert 29 * 10**9 < machine.now_ns - before < 32 * 10**9
    assert show(machine, "a")["Result"] == "timeout"


def test_a_start_that_takes_too_long_fails(machine: Machine) -> None:
    unit(machine, "a", "Type=oneshot\nExecStart=sleep 1000\nTimeoutStartSec=20")
    assert machine.run("systemctl start a").status == 1
    assert machine.now_ns < 60 * 10**9
    assert show(machine, "a")["ActiveState"] == "failed"


def test_stopping_what_others_require_stops_them(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=sleep 1000", "Requires=b.service\nAfter=b.service")
    unit(machine, "b", "ExecStart=sleep 1000")
    machine.run("systemctl start a; systemctl stop b")
    assert machine.run("systemctl is-active a b").stdout == b"inactive\ninactive\n"


def test_an_ordering_cycle_is_told(machine: Machine) -> None:
    unit(machine, "a", "Type=oneshot\nExecStart=true", "Requires=b.service\nAfter=b.service")
    unit(machine, "b", "Type=oneshot\nExecStart=true", "After=a.service")
    result = machine.run("systemctl start a")
    assert result.status == 1
    assert b"ordering cycle" in result.stderr


def test_an_unknown_unit_is_status_5_and_status_of_it_4(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=true")
    assert machine.run("systemctl start nowhere").status == 5
    assert machine.run("systemctl status nowhere").status == 4


def test_an_unknown_key_is_an_error_that_names_it(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=true\nCPUQuota=10%")
    result = machine.run("systemctl start a")
    assert result.status == 1
    assert b"CPUQuota" in result.stderr


@pytest.mark.parametrize(
    "key", ["StartLimitBurst=many", "TimeoutStopSec=soon", "KillSignal=SIGNOTHING", "Restart=maybe", "Type=forking"]
)
def test_a_bad_value_is_an_error_that_names_it(machine: Machine, key: str) -> None:
    unit(machine, "a", f"ExecStart=true\n{key}")
    result = machine.run("systemctl start a")
    assert result.status == 1
    assert key.split("=")[0].encode() in result.stderr


def test_a_service_runs_as_its_user_in_its_folder_with_its_environment(machine: Machine) -> None:
    unit(
        machine,
        "a",
        'Type=oneshot\nUser=user\nWorkingDirectory=/tmp\nEnvironment="A=x y" B=z'
        "\nExecStart=sh -c 'echo $(id -un) $PWD $A $B > /tmp/out'",
    )
    assert machine.run("systemctl start a").status == 0
    assert machine.read_file("/tmp/out") == b"user /tmp x y z\n"
