"""Every case of tests/spec, in a machine and, to confirm what it expects, in the host's bash."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from kos_kernel import Machine


def _neighbour(name: str) -> Any:
    """Import a module that lies beside this file."""
    spec = importlib.util.spec_from_file_location(f"kos_shell_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


specfile = _neighbour("specfile")
run_script = _neighbour("conftest").run_script
CASES = specfile.load()
IDS = [case.name for case in CASES]


def test_every_case_is_finished_and_has_a_name_of_its_own() -> None:
    assert [case.name for case in CASES if not case.finished] == []
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("tier", ["off", "always"])
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_machine_does_what_the_spec_says(case: Any, tier: str, machine: Machine) -> None:
    """tier: whether no loop or every loop that can be becomes a function at its first round."""
    done = run_script(machine, case.script.encode(), options=[*case.options, f"--jit={tier}"])
    shown = (specfile.whole_lines(done.stdout, "/work"), specfile.whole_lines(done.stderr, "/work"), done.status)
    assert shown == case.expected


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_bash_agrees_with_the_spec(case: Any, bash: Any, tmp_path: Path) -> None:
    done = bash.run(case.script.encode(), tmp_path, case.options)
    here = str(tmp_path)
    shown = (specfile.whole_lines(done.stdout, here), specfile.whole_lines(done.stderr, here), done.status)
    if case.differs:
        assert shown != case.expected, f"bash agrees after all; the case says: {case.differs}"
    else:
        assert shown == case.expected
