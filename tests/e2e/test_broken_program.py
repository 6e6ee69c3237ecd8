"""A command whose plugin can't be imported: it is told as that, and never read as a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine
from kos_kernel.api import ProgramFamily
from kos_kernel.platform import Platform
from kos_kernel.testing.drivers import Beside


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    family = ProgramFamily("acme", 1, {"acme": "acme_is_not_there.acme:main"})
    platform = Platform(Beside("kos.program", family, Platform.shared().registry))
    with Machine(clock="virtual", seed=1, platform=platform) as made:
        yield made


def test_the_shell_says_what_is_broken_and_goes_on(machine: Machine) -> None:
    done = machine.run("acme; echo $?; acme | cat; echo ${PIPESTATUS[0]}; exec acme")
    assert (done.stdout, done.status) == (b"126\n126\n", 126)
    told = done.stderr.decode()
    assert told.count("/usr/bin/acme: ") == 3
    assert told.count("No module named 'acme_is_not_there'") == 3
    assert "command not found" not in told


@pytest.mark.parametrize("command", ["env acme", "nice acme", "timeout 5 acme", "echo x | xargs acme"])
def test_programs_that_run_others_say_that_it_cannot_be_loaded(machine: Machine, command: str) -> None:
    done = machine.run(command)
    assert done.status == 126
    assert b"Accessing a corrupted shared library" in done.stderr


def test_the_host_gets_the_status_and_the_reason(machine: Machine) -> None:
    done = machine.exec(["acme"])
    assert done.status == 126
    assert b"acme_is_not_there" in done.stderr
