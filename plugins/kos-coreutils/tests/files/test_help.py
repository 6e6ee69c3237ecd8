"""Every file and system command explains itself, and refuses what it doesn't know in GNU's words."""

from __future__ import annotations

import pytest

from kos_kernel import Machine

COMMANDS = (
    "chgrp chmod chown cp df du install link ln logname ls mkdir mkfifo mknod mount mv pwd readlink realpath rm rmdir split "
    "stat stty sync touch tree truncate tty umount unlink users"
).split()


@pytest.fixture(scope="module")
def machine() -> Machine:
    """Return a machine that all of these share: none changes anything."""
    return Machine()


@pytest.mark.parametrize("command", [*COMMANDS, "dd"])
def test_help_names_the_command_and_its_options(machine: Machine, command: str) -> None:
    done = machine.exec([command, "--help"])
    assert done.status == 0
    assert done.stdout.startswith(f"Usage: {command}".encode())
    assert b"--version" in done.stdout
    assert all(len(line) <= 160 for line in done.stdout.decode().splitlines())


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_refused_by_name(machine: Machine, command: str) -> None:
    if command == "stty":
        pytest.skip("a word with a dash is a setting for stty")
    done = machine.exec([command, "--no-such-option"])
    assert done.stderr.startswith(f"{command}: unrecognized option '--no-such-option'\nTry '{command} --help'".encode())
    assert done.status == (2 if command in ("ls", "tty") else 1)


def test_shred_refuses_and_says_why(machine: Machine) -> None:
    done = machine.exec(["shred", "/etc/passwd"])
    assert done.status == 1
    assert b"copy-on-write" in done.stderr
