"""Two hundred and fifty lines of awk on inputs that go wrong: the answers are mawk's, as they were recorded."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from kos_kernel import Machine


def _neighbour(name: str) -> Any:
    """Return a module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DIFFERENTIAL: Any = _neighbour("differential")
answer, inputs, lines = DIFFERENTIAL.answer, DIFFERENTIAL.inputs, DIFFERENTIAL.lines
asked = _neighbour("record").asked
ANSWERS = DIFFERENTIAL.recorded()


@pytest.fixture(scope="module")
def corpus(machine: Machine) -> Machine:
    """Return a machine with the inputs."""
    for name, data in inputs().items():
        machine.write_file(f"/corpus/in/{name}", data)
    machine.mkdir("/corpus/out", parents=True)
    return machine


def answers(machine: Machine, line: str, names: list[str], locale: str = "C") -> dict[str, str]:
    """Return our answers on these inputs."""
    script = f"cd /corpus/out; for f in {' '.join(names)}; do awk {line} <../in/$f >$f 2>/dev/null; echo $?; done"
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": locale, "TZ": "UTC"}
    statuses = machine.run(script, env=env, timeout=60).text.split()
    return {
        name: answer(int(status), machine.read_file(f"/corpus/out/{name}"))
        for name, status in zip(names, statuses, strict=True)
    }


@pytest.mark.parametrize("line", lines())
def test_output_and_status_are_those_that_were_recorded(line: str, corpus: Machine) -> None:
    assert answers(corpus, line, list(ANSWERS[line])) == ANSWERS[line]


@pytest.mark.parametrize("line", [line for line in lines() if line.endswith("'")])
def test_a_program_that_asks_for_rt_does_the_same_without_the_short_cuts(line: str, corpus: Machine) -> None:
    names = list(inputs())
    slow = line[:-1] + "\nfunction other() { return RT }'"
    assert answers(corpus, slow, names) == answers(corpus, line, names)


@pytest.mark.parametrize("line", lines())
def test_ascii_is_the_same_in_utf8(line: str, corpus: Machine) -> None:
    names = [name for name in ANSWERS[line] if inputs()[name].isascii()]
    assert answers(corpus, line, names, "C.UTF-8") == {name: ANSWERS[line][name] for name in names}


@pytest.mark.skipif(shutil.which("mawk") is None, reason="the host has no mawk")
@pytest.mark.parametrize("line", lines()[::20])
def test_mawk_still_answers_so(line: str) -> None:
    assert {name: asked(line, inputs()[name]) for name in ANSWERS[line]} == ANSWERS[line]
