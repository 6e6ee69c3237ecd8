"""`kos container`: a program in a container of a machine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_a_command_has_a_root_of_its_own_with_the_machines_programs_in_it(kos_process: Run) -> None:
    done = kos_process("container", "run", "--root", "/srv/box", "ls", "/")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.split() == [b"bin", b"dev", b"etc", b"proc", b"tmp", b"usr"]


def test_it_is_the_first_process_of_its_own_and_has_its_own_name(kos_process: Run) -> None:
    script = "echo $$; hostname; ls /proc | grep -c '^[0-9]'"
    done = kos_process("container", "run", "--root", "/srv/box", "--hostname", "boxy", "sh", "-c", script)
    assert done.stdout.split()[:2] == [b"1", b"boxy"]


def test_its_input_output_and_status_are_passed_on(kos_process: Run) -> None:
    done = kos_process("container", "run", "--root", "/srv/box", "sh", "-c", "cat; exit 5", stdin=b"through")
    assert (done.returncode, done.stdout) == (5, b"through")


def test_a_folder_of_the_host_can_be_its_root(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "note").write_bytes(b"mine\n")
    done = kos_process("container", "run", "--mount", "box:/box:rw", "--root", "/box", "cat", "/note")
    assert (done.returncode, done.stdout) == (0, b"mine\n")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["ls"], 2, "--root is missing"),
        (["--root", "box", "ls"], 2, "expected an absolute path of the machine"),
        (["--root", "/box"], 2, "no command to run"),
        (["--root", "/box", "--runtime", "natiev", "ls"], 2, "did you mean 'native'?"),
        (["--root", "/box", "no-such-command"], 127, "no-such-command"),
        (["--root", "/nowhere", "--bare", "ls"], 1, "/nowhere"),
    ],
)
def test_a_mistake_is_a_sentence(kos_process: Run, arguments: list[str], status: int, said: str) -> None:
    done = kos_process("container", "run", *arguments)
    assert done.returncode == status
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_the_runtimes_are_listed(kos_process: Run) -> None:
    done = kos_process("container", "list")
    assert b"native" in done.stdout
    assert b"pid" in done.stdout
