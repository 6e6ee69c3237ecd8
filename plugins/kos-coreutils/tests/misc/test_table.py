"""Every command of the table is there, explains itself, and refuses what it doesn't know."""

from __future__ import annotations

from importlib import import_module

import pytest

from kos_coreutils.plugin import kos_program_families
from kos_kernel import Machine

[FAMILY] = kos_program_families()
OWN = sorted(name for name, place in FAMILY.programs.items() if place.split(".")[1] in ("text", "misc"))
# all their arguments are text, or they have an interface of their own
TEXT_ONLY = {"[", "echo", "expr", "false", "printf", "test", "true", "which"}


@pytest.mark.parametrize("name", sorted(FAMILY.programs))
def test_each_name_leads_to_a_function(name: str) -> None:
    module, _, function = FAMILY.programs[name].partition(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("name", [name for name in OWN if name not in TEXT_ONLY])
def test_help_goes_to_standard_output_with_status_0(machine: Machine, name: str) -> None:
    done = machine.run(f"command {name} --help")
    assert done.status == 0
    assert done.stdout.startswith(f"Usage: {name}".encode())
    assert done.stderr == b""


@pytest.mark.parametrize("name", [name for name in OWN if name not in TEXT_ONLY])
def test_an_unknown_option_is_refused_by_name(machine: Machine, name: str) -> None:
    done = machine.run(f"command {name} --no-such-option")
    assert done.status not in (0, 127)
    assert f"{name}: unrecognized option '--no-such-option'".encode() in done.stderr
    assert f"Try '{name} --help'".encode() in done.stderr
