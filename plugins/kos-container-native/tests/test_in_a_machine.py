"""Containers: what they see of processes, names, mounts and files, and how they end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine


@pytest.fixture
def machine() -> Iterator[Machine]:
    """Return a machine with a root folder for containers: /c with the programs, /proc, /dev and /tmp."""
    with Machine(seed=1, clock="virtual", hostname="outside") as made:
        made.run(
            "mkdir -p /c/usr/bin /c/proc /c/dev /c/tmp; ln -s usr/bin /c/bin; echo secret > /secret; echo in > /c/inside"
        )
        yield made


RUN = "container run --root /c -v /usr/bin:/usr/bin --"


def test_it_sees_its_own_root(machine: Machine) -> None:
    result = machine.run(f"{RUN} sh -c 'cat /inside; cat /secret; cat /../../secret; pwd'")
    assert result.stdout == b"in\n/\n"
    assert result.stderr.count(b"No such file or directory") == 2


def test_it_is_process_1_and_sees_only_its_own(machine: Machine) -> None:
    result = machine.run(
        f"sleep 1000 & {RUN} sh -c 'echo $$; sleep 5 & ls -d /proc/[0-9]* | wc -l; kill -9 2; echo $?'; kill %1"
    )
    lines = result.stdout.split()
    assert lines[0] == b"1"
    assert b"sleep 1000" not in result.stdout


def test_processes_outside_can_not_be_named_inside(machine: Machine) -> None:
    result = machine.run(f'sleep 1000 & outer=$!; {RUN} sh -c "kill $outer"; kill -0 $outer && echo alive; kill $outer')
    assert b"alive" in result.stdout


def test_its_hostname_is_its_own(machine: Machine) -> None:
    result = machine.run("container run --root /c --hostname box -v /usr/bin:/usr/bin -- hostname; hostname")
    assert result.stdout == b"box\noutside\n"


def test_its_mounts_stay_inside(machine: Machine) -> None:
    before = machine.run("cat /proc/mounts").stdout
    inside = machine.run(f"{RUN} sh -c 'mount -t memory x /tmp && touch /tmp/gone && ls /tmp'")
    assert inside.stdout == b"gone\n"
    assert machine.run("cat /proc/mounts; ls /c/tmp").stdout == before


def test_a_read_only_root_refuses_writes(machine: Machine) -> None:
    result = machine.run("container run --root /c --read-only -v /usr/bin:/usr/bin -- sh -c 'echo x > /file'")
    assert result.status != 0
    assert b"Read-only file system" in result.stderr
    machine.run("echo x > /c/file")
    assert machine.read_file("/c/file") == b"x\n"


@pytest.mark.parametrize(("command", "status"), [("exit 7", 7), ("true", 0), ("nosuch", 127)])
def test_its_status_is_its_programs(machine: Machine, command: str, status: int) -> None:
    assert machine.run(f"{RUN} sh -c '{command}'").status == status


def test_when_process_1_ends_all_others_end(machine: Machine) -> None:
    machine.run(f"{RUN} sh -c 'sleep 100000 & exit 0'; sleep 1")
    assert b"100000" not in machine.run("ps -ef 2>/dev/null || ps -e; cat /proc/[0-9]*/cmdline").stdout.replace(
        b"ps -ef", b""
    )


def test_a_detached_one_is_listed_killed_waited_for_and_deleted(machine: Machine) -> None:
    machine.run("container run -d -n job --root /c -v /usr/bin:/usr/bin -- sleep 1000")
    assert b"job\trunning" in machine.run("container list").stdout
    assert machine.run("container delete job").status == 125
    machine.run("container kill job KILL")
    assert machine.run("container wait job").status == 137
    assert b'"stopped"' in machine.run("container state job").stdout
    assert machine.run("container delete job; container list").stdout == b""
    assert machine.run("container state job").status == 125


def test_a_root_that_is_no_folder_is_told(machine: Machine) -> None:
    result = machine.run("container run --root /secret -- true")
    assert result.status == 125
    assert result.stderr


def test_a_childs_status_is_seen_inside(machine: Machine) -> None:
    assert machine.run(f"{RUN} sh -c 'true; echo $?; (exit 3); echo $?'").stdout == b"0\n3\n"
