"""jq answers as the host's jq 1.6 does, where 1.7 didn't change it: the same output, the same messages, the same status."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
FILES = {
    "j": b'{"a":1,"b":[1,2,{"c":"x"}]}\n[1,2]\n"s"\n',
    "k": b'{"a":1,"b":[1,2,{"c":"x"}]}\n',
    "l": b'[3,"a",null,[1],{"x":1},true,3,2.5]',
    "n": b"no newline",
    "n1": b"2",
    "e": b"",
}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_output_messages_and_status_are_the_hosts(case: Path, machine: Machine, tmp_path: Path) -> None:
    if shutil.which("bash") is None or shutil.which("jq") is None:
        pytest.skip("no jq here")
    if subprocess.run(["jq", "--version"], capture_output=True, check=False).stdout.strip() != b"jq-1.6":
        pytest.skip("another version of jq here")
    lines = [line for line in case.read_text().splitlines() if line and not line.startswith("#")]
    assert TwoWorlds(machine, tmp_path, files=FILES).differences(lines) == []
