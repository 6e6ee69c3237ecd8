"""Nothing reaches the host that wasn't granted, and nothing a guest asks for hurts its host or its neighbour."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kos_kernel import Machine, RunTimeout


@pytest.fixture
def neighbour() -> Any:
    with Machine(clock="virtual") as machine:
        yield machine
        assert machine.run("echo alive").stdout == b"alive\n"


def small(**overrides: Any) -> Machine:
    options: dict[str, Any] = {"clock": "virtual", "seed": 1, "memory": "64MiB"}
    options |= {"mounts": [{"target": "/tmp", "driver": "memory", "size": "16MiB"}]}
    return Machine(**(options | overrides))


# ---------------------------------------------------------------- no way to the host
def test_the_environment_of_the_host_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOS_SECRET_OF_THE_HOST", "secret")
    with Machine() as machine:
        assert b"secret" not in machine.run("env; set; cat /proc/*/environ").stdout


def test_paths_of_the_host_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("secret")
    with Machine() as machine:
        result = machine.run(
            f"cat {tmp_path}/file; ls -d {tmp_path}; cat /proc/self/cwd{tmp_path}/file /proc/1/root{tmp_path}/file"
        )
        assert b"secret" not in result.stdout and result.status != 0
        assert machine.run("cat /etc/passwd").stdout != Path("/etc/passwd").read_bytes()


def test_links_and_dots_in_a_host_mount_stay_inside(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "absolute").symlink_to(secret)
    (shared / "dots").symlink_to("../secret")
    (shared / "many").symlink_to("../" * 30 + str(secret).lstrip("/"))
    (shared / "loop").symlink_to("loop")
    with Machine(mounts=[{"target": "/data", "driver": "host", "source": str(shared)}]) as machine:
        for path in ("absolute", "dots", "many", "loop", "../secret", "../../secret", "./../secret"):
            result = machine.run(f"cat /data/{path}; cd /data && cat {path}; cat /data/x/../../secret")
            assert b"secret" not in result.stdout, path
        assert machine.run("echo x > /data/new").status != 0
        assert machine.run("rm /data/dots; ln -s /etc/passwd /data/l").status != 0
    assert sorted(os.listdir(shared)) == ["absolute", "dots", "loop", "many"]


def test_a_guest_cannot_mount_the_host(tmp_path: Path) -> None:
    with Machine() as machine:
        result = machine.run(f"mount -t host {tmp_path} /mnt; mount -t host -o source={tmp_path} none /mnt; ls /mnt")
        assert result.status == 0 and result.stdout == b""  # ls of the empty /mnt


def test_sockets_do_not_reach_the_host() -> None:
    from kos_kernel import abi, errors
    from kos_kernel.testing import run_main

    def main(k: Any, argv: list[bytes]) -> None:
        with pytest.raises(errors.AddressFamilyNotSupported):
            k.socket(abi.AF_INET, abi.SOCK_STREAM)
        fd = k.socket(abi.AF_UNIX, abi.SOCK_STREAM)
        with pytest.raises((errors.NoSuchFile, errors.ConnectionRefused)):
            k.connect(fd, b"/var/run/docker.sock")

    def inet(k: Any, argv: list[bytes]) -> None:
        fd = k.socket(abi.AF_INET, abi.SOCK_STREAM)
        with pytest.raises(errors.NetworkUnreachable):
            k.connect(fd, (b"10.0.0.1", 80))
        with pytest.raises(errors.ConnectionRefused):
            k.connect(fd, (b"127.0.0.1", 22))

    with Machine() as machine:
        assert run_main(machine, main).status == 0
    with Machine(network={"interfaces": ["lo"]}) as machine:
        assert run_main(machine, inet).status == 0


# ---------------------------------------------------------------- limits
def test_a_fork_bomb_meets_the_process_limit(neighbour: Machine) -> None:
    with small(limits={"processes": 100}) as machine:
        try:
            machine.run("f() { f | f & }; f; wait", timeout=20)
        except RunTimeout:
            pass
        assert neighbour.run("echo here").stdout == b"here\n"


def test_a_file_grows_to_its_filesystem_and_no_further(neighbour: Machine) -> None:
    with small() as machine:
        result = machine.run("yes > /tmp/big; echo $?; stat -c %s /tmp/big")
        status, size = result.stdout.split()
        assert status == b"1" and int(size) <= 16 << 20
        assert b"No space left on device" in result.stderr


def test_an_endless_loop_ends_at_its_timeout_under_both_clocks(neighbour: Machine) -> None:
    for clock in ("virtual", "wall"):
        with small(clock=clock) as machine:
            with pytest.raises(RunTimeout):
                machine.run("while :; do :; done", timeout=0.2)
            assert machine.run("echo on").stdout == b"on\n"


def test_the_cpu_limit_ends_an_endless_loop(neighbour: Machine) -> None:
    with small(limits={"cpu": "1s"}) as machine:
        assert machine.run("while :; do :; done").signal in (9, 24)


def test_a_variable_that_doubles_meets_the_memory_limit(neighbour: Machine) -> None:
    with small() as machine:
        result = machine.run("x=0123456789abcdef; while :; do x=$x$x; done; echo never", timeout=1000)
        assert result.status != 0 and b"never" not in result.stdout


def test_sort_of_endless_input_ends_in_an_error(neighbour: Machine) -> None:
    with small() as machine:
        assert machine.run("yes 0123456789 | sort > /dev/null; echo ${PIPESTATUS[1]}", timeout=1000).stdout == b"2\n"


def test_ten_gigabytes_through_a_pipe_take_no_memory(neighbour: Machine) -> None:
    with small() as machine:
        result = machine.run("head -c 1000000000 /dev/zero | cat | wc -c", timeout=10_000)
        assert result.stdout == b"1000000000\n"


def test_endless_output_meets_its_limit(neighbour: Machine) -> None:
    with small(limits={"output": "1MiB"}) as machine:
        result = machine.run("yes; echo after >&2")
        assert len(result.stdout) <= 1 << 20


def test_endless_recursion_is_an_error(neighbour: Machine) -> None:
    with small() as machine:
        result = machine.run("f() { f; }; f; echo $?")
        assert b"maximum function nesting level exceeded" in result.stderr


def test_open_files_are_limited(neighbour: Machine) -> None:
    with small(limits={"open_files": 32}) as machine:
        result = machine.run('for i in $(seq 3 50); do eval "exec $i</dev/null" || break; done; echo $i')
        assert int(result.stdout) < 40


def test_all_filesystems_in_memory_share_the_disk_limit(neighbour: Machine) -> None:
    with Machine(clock="virtual", limits={"disk": "4MiB"}) as machine:
        fill = "head -c 3M /dev/zero > /one; echo $?; head -c 3M /dev/zero > /tmp/two; echo $?"
        result = machine.run(f"{fill}; rm /one; head -c 2M /dev/zero > /tmp/three; echo $?")
        assert result.stdout == b"0\n1\n0\n"
        assert b"No space left on device" in result.stderr
        twin = machine.fork()
        assert twin.run("head -c 3M /dev/zero > /four; echo $?").stdout == b"1\n"


def test_a_filesystem_gets_all_the_room_that_another_has_taken_and_does_not_use() -> None:
    with Machine(clock="virtual", limits={"disk": "4MiB"}) as machine:
        machine.run("mkdir /a; mount -t tmpfs none /a; head -c 1M /dev/zero > /a/f; : > /a/f")
        before = machine.run("head -c 8M /dev/zero > /tmp/full; stat -c %s /tmp/full; rm /tmp/full").stdout
        assert int(before) > 4 * 1024**2 - 65536
        machine.run("head -c 1500k /dev/zero > /a/f")
        assert int(machine.run("stat -c %s /a/f").stdout) == 1500 * 1024


def test_a_filesystem_that_is_unmounted_gives_its_room_back() -> None:
    with Machine(clock="virtual", limits={"disk": "4MiB"}) as machine:
        for _ in range(3):
            done = machine.run("mkdir -p /a && mount -t tmpfs none /a && head -c 3M /dev/zero > /a/f && umount /a")
            assert (done.status, done.stderr) == (0, b"")
        held = "exec 3> /a/f; umount -l /a; head -c 3M /dev/zero >&3; head -c 8M /dev/zero > /tmp/f; stat -c %s /tmp/f"
        done = machine.run(f"mount -t tmpfs none /a; {held}")
        assert 512 * 1024 < int(done.stdout) < 1024**2
