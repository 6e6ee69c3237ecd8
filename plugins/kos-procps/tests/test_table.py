"""Every command of the table is there, explains itself, and refuses what it doesn't know."""

from __future__ import annotations

from importlib import import_module

import pytest

from kos_kernel import Machine
from kos_procps.plugin import kos_program_families

[FAMILY] = kos_program_families()
NAMES = sorted(FAMILY.programs)
# They have a command line of their own.
OWN = {"fuser", "kill", "lsof", "ps", "renice", "killall"}


@pytest.mark.parametrize("name", NAMES)
def test_each_name_leads_to_a_function(name: str) -> None:
    module, _, function = FAMILY.programs[name].partition(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OWN])
def test_help_goes_to_standard_output_with_status_0(machine: Machine, name: str) -> None:
    done = machine.run(f"command {name} --help")
    assert (done.status, done.stderr) == (0, b"")
    assert done.stdout.startswith(f"Usage: {name}".encode())


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_refused(machine: Machine, name: str) -> None:
    done = machine.run(f"command {name} --no-such-option")
    assert done.status not in (0, 127)
    assert done.stdout == b""
    assert done.stderr


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "arguments",
    [
        r"$'\xff\xfe'",
        r"-$'\xff'",
        "''",
        "-",
        "--",
        "-p 99999999999999999999999999",
        "-n 99999999999999999999999999",
        "-c $'\\xff'",
        "%s%s%n '*' ../..",
        "$(printf 'a%.0s' {1..5000})",
        "-o $(printf '%%p%.0s' {1..2000})",
        "-$(printf 'x%.0s' {1..2000})",
    ],
)
def test_hostile_arguments_make_no_traceback(machine: Machine, name: str, arguments: str) -> None:
    done = machine.run(f"{{ sleep 0.3; kill $$; }} 2>/dev/null & command {name} {arguments} </dev/null", timeout=60)
    assert b"internal error" not in done.stderr
    assert b"Traceback" not in done.stderr
