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


# A main process with a child, one in a group of its own, and a grandchild whose parent has ended.
FAMILY = """#!/bin/sh
sleep 1001 &
set -m; sleep 1002 & set +m
(sh -c "trap 'echo term >> /told; exit' TERM; while :; do sleep 1; done" family &)
trap 'echo main >> /told; exit 0' TERM
while :; do sleep 1; done
"""


def family(machine: Machine, more: str = "") -> None:
    machine.write_file("/usr/local/bin/family", FAMILY.encode(), mode=0o755)
    unit(machine, "a", f"ExecStart=/usr/local/bin/family\n{more}")
    machine.run("systemctl start a; sleep 3")


def left(machine: Machine) -> int:
    """Return how many of the family's processes live."""
    return int(machine.run("ps -e -o args= | grep -Ec '[s]leep 1|[f]amily'").stdout)


def told(machine: Machine) -> list[bytes]:
    try:
        return sorted(set(machine.read_file("/told").split()))
    except FileNotFoundError:
        return []


def test_stop_ends_every_process_of_the_unit_wherever_it_has_gone(machine: Machine) -> None:
    family(machine)
    assert left(machine) >= 4
    assert machine.run("systemctl stop a; systemctl is-active a").stdout == b"inactive\n"
    assert left(machine) == 0
    assert told(machine) == [b"main", b"term"]


@pytest.mark.parametrize(
    ("mode", "heard", "live"), [("mixed", [b"main"], 0), ("process", [b"main"], 4), ("none", [], 6)]
)
def test_the_kill_mode_says_who_gets_a_signal(machine: Machine, mode: str, heard: list[bytes], live: int) -> None:
    family(machine, f"KillMode={mode}")
    assert machine.run("systemctl stop a; systemctl is-active a").stdout == b"inactive\n"
    assert left(machine) == live
    assert told(machine) == heard


def test_what_is_left_when_the_main_process_ends_is_ended_too(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=sh -c 'set -m; sleep 1001 & sleep 5'")
    machine.run("systemctl start a; sleep 10")
    assert machine.run("systemctl is-active a").stdout == b"inactive\n"
    assert left(machine) == 0


def test_who_ignores_the_signal_is_killed_after_the_timeout_with_its_unit(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=sh -c '(trap \"\" TERM; sleep 1001) & exec sleep 1002'\nTimeoutStopSec=20")
    machine.run("systemctl start a; sleep 3; systemctl stop a")
    assert 22 * 10**9 < machine.now_ns < 30 * 10**9
    assert left(machine) == 0
    assert show(machine, "a")["Result"] == "timeout"


def test_a_service_that_stays_after_its_command_keeps_its_daemon_until_it_is_stopped(machine: Machine) -> None:
    unit(machine, "a", "Type=oneshot\nRemainAfterExit=yes\nExecStart=sh -c 'set -m; sleep 1001 &'")
    machine.run("systemctl start a; sleep 10")
    assert left(machine) == 1
    machine.run("systemctl stop a")
    assert left(machine) == 0


def test_a_stop_command_that_never_ends_is_killed_after_the_timeout(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=sleep 1001\nExecStop=sleep 1002\nTimeoutStopSec=20")
    machine.run("systemctl start a; systemctl stop a")
    assert 19 * 10**9 < machine.now_ns < 30 * 10**9
    assert left(machine) == 0
    assert show(machine, "a")["ActiveState"] == "failed"


def test_a_service_that_is_started_while_it_stops_starts_when_it_has_stopped(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=sh -c 'trap \"sleep 5; exit 0\" TERM; echo run >> /runs; while :; do sleep 1; done'")
    machine.run("systemctl start a; sleep 2; systemctl stop a & sleep 1; systemctl start a; sleep 1; wait")
    assert machine.run("systemctl is-active a").stdout == b"active\n"
    assert machine.read_file("/runs") == b"run\nrun\n"


def test_a_bad_kill_mode_is_an_error_that_names_it(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=true\nKillMode=all")
    assert b"KillMode" in machine.run("systemctl start a").stderr


def test_a_requisite_must_be_active_already(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=sleep 1000", "Requisite=b.service\nAfter=b.service")
    unit(machine, "b", "ExecStart=sleep 1000")
    result = machine.run("systemctl start a")
    assert result.status == 1
    assert b"b.service is not active" in result.stderr
    assert machine.run("systemctl is-active a b").stdout == b"inactive\ninactive\n"
    assert machine.run("systemctl start b; systemctl start a").status == 0
    machine.run("systemctl stop b")
    assert machine.run("systemctl is-active a").stdout == b"inactive\n"


def test_an_alias_means_the_unit_wherever_it_is_named(machine: Machine) -> None:
    unit(machine, "a", "Type=oneshot\nRemainAfterExit=yes\nExecStart=touch /a", "[Install]\nAlias=other.service")
    machine.run(f"ln -s a.service {UNITS}/third.service")
    unit(machine, "b", "ExecStart=sleep 1000", "Requires=third.service\nAfter=other.service")
    assert machine.run("systemctl start b; systemctl is-active other third a").stdout == b"active\n" * 3
    assert show(machine, "other")["Id"] == "a.service"
    machine.run("systemctl stop other")
    assert machine.run("systemctl is-active a b").stdout == b"inactive\ninactive\n"


def test_an_alias_that_cannot_be_given_is_told(machine: Machine) -> None:
    unit(machine, "a", "ExecStart=true", "[Install]\nAlias=b.service a.target")
    unit(machine, "b", "ExecStart=true")
    machine.run("systemctl daemon-reload")
    log = [text for _, _, text in machine.log]
    assert "init: a.service: Alias=b.service: there is a unit of that name" in log
    assert "init: a.service: Alias=a.target: an alias has the suffix of its unit" in log


def test_who_requires_a_unit_by_its_install_section_or_a_folder_starts_it(machine: Machine) -> None:
    unit(machine, "a", "Type=oneshot\nExecStart=touch /a", "Before=c.service\n[Install]\nRequiredBy=c.service")
    unit(machine, "b", "Type=oneshot\nExecStart=false", "[Install]\nWantedBy=c.service")
    unit(machine, "c", "Type=oneshot\nExecStart=sh -c 'ls /a > /c'", "After=d.service")
    unit(machine, "d", "Type=oneshot\nExecStart=false")
    assert machine.run("systemctl start c").status == 0
    assert machine.read_file("/c") == b"/a\n"
    machine.run(
        f"mkdir {UNITS}/c.service.requires; ln -s ../d.service {UNITS}/c.service.requires/; systemctl daemon-reload"
    )
    result = machine.run("systemctl start c")
    assert result.status == 1
    assert b"d.service" in result.stderr


def test_a_masked_unit_does_not_start(machine: Machine) -> None:
    machine.run(f"mkdir -p {UNITS}; ln -s /dev/null {UNITS}/a.service")
    unit(machine, "b", "ExecStart=true")
    result = machine.run("systemctl start a")
    assert (result.status, b"is masked" in result.stderr) == (1, True)


def test_boot_starts_what_the_target_wants_and_requires() -> None:
    with Machine(seed=1, clock="virtual") as machine:
        for name, install in (("a", "RequiredBy=multi-user.target"), ("b", "WantedBy=default.target"), ("c", "")):
            unit(machine, name, f"Type=oneshot\nExecStart=touch /{name}", f"[Install]\n{install}")
        machine.run("kill -HUP 1; sleep 1")
        assert machine.run("ls /").stdout.split()[:2] == [b"a", b"b"]
        assert not machine.exists("/c")
