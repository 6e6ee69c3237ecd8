"""Where mawk does as POSIX says, ours does the same: output and status."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

FILES = {
    "a": b"one\ntwo\nthree\nfour\nfive\n",
    "b": b"b 2\na 10\nc 1\na 2\n",
    "c": b"x,y,z\n1,2,3\nnodelim\n,,\n",
    "n": b"no newline",
    "p": b"\n\na b\nc:d\n\n\ne f\n\n",
}
LINES = [
    line
    for line in (Path(__file__).parent / "cases" / "mawk.txt").read_text().splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.skipif(shutil.which("mawk") is None, reason="the host has no mawk")
@pytest.mark.parametrize("line", LINES)
def test_output_and_status_are_as_mawk_gives_them(line: str, machine: Machine, tmp_path: Path) -> None:
    worlds = TwoWorlds(machine, tmp_path, files=FILES)
    assert worlds.differences([line], errors=False) == []
