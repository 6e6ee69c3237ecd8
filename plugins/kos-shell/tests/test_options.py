"""`set -o` and `shopt`: nothing is accepted that changes nothing, except what is the line editor's (see options.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

import kos_shell
from kos_kernel import Machine
from kos_shell import options

SOURCE = Path(kos_shell.__file__).parent


@pytest.fixture(scope="module")
def asked() -> str:
    """Return the shell's source without the table of options."""
    return "".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")) if path != SOURCE / "options.py")


def test_each_option_that_can_be_switched_is_asked_for_somewhere(asked: str) -> None:
    passive = options.EDITOR_SET | options.UNSUPPORTED_SET | {"interactive-comments"}
    switched = options.EFFECTIVE_SHOPT | (set(options.SET_NAMES) - passive)
    assert [name for name in sorted(switched) if f'"{name}"' not in asked] == []


def test_each_other_option_is_refused_by_name_and_keeps_its_default(machine: Machine) -> None:
    others = [name for name in options.SHOPT_NAMES if name not in options.SUPPORTED_SHOPT]
    for name in others:
        default = name in options.DEFAULTS
        keep, change = ("s", "u") if default else ("u", "s")
        done = machine.run(f"shopt -{keep} {name} && shopt -{change} {name}; echo $?; shopt -q {name}; echo $?")
        assert done.stdout.split() == [b"2", b"0" if default else b"1"], name
        assert name.encode() in done.stderr


def test_options_of_set_that_are_not_supported_are_refused_by_name(machine: Machine) -> None:
    for switch in ("-o histexpand", "-k", "-p", "+o interactive-comments"):
        done = machine.run(f"set {switch}; echo $?")
        assert done.stdout == b"2\n", switch
        assert b"not supported by this shell" in done.stderr


def test_a_line_editor_is_refused_on_a_terminal_only(machine: Machine) -> None:
    assert machine.run("read -e -i x v <<< y; echo $v").stdout == b"y\n"
