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


@pytest.mark.parametrize("line", lines())
def test_output_and_status_are_those_that_were_recorded(line: str, corpus: Machine) -> None:
    wanted = ANSWERS[line]
    script = f"cd /corpus/out; for f in {' '.join(wanted)}; do awk {line} <../in/$f >$f 2>/dev/null; echo $?; done"
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    statuses = corpus.run(script, env=env, timeout=60).text.split()
    got = {
        name: answer(int(status), corpus.read_file(f"/corpus/out/{name}"))
        for name, status in zip(wanted, statuses, strict=True)
    }
    assert got == wanted


@pytest.mark.skipif(shutil.which("mawk") is None, reason="the host has no mawk")
@pytest.mark.parametrize("line", lines()[::20])
def test_mawk_still_answers_so(line: str) -> None:
    assert {name: asked(line, inputs()[name]) for name in ANSWERS[line]} == ANSWERS[line]
