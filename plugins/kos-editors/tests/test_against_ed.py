"""ed does what the host's GNU ed 1.19 does with the same script: output, messages, status and files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

FILES = {
    "f": b"one\ntwo\nthree\nfour\nfive\n",
    "n": b"no newline",
    "b": b"bin\0ary\nx",
    "e": b"",
    "g": b"foo bar foo\nbaz/qux\n\n\ta$b\\c\n  foo\n",
}
CASES = Path(__file__).parent / "cases" / "scripts.txt"


def scripts() -> list[bytes]:
    """Return the scripts of the cases' file."""
    text = "".join(line for line in CASES.read_text().splitlines(keepends=True) if not line.startswith("# "))
    lines = text.replace("\\\n", "\\\x01").splitlines()
    return [line.replace(";", "\n").replace("\x01", "\n").encode() + b"\n" for line in lines]


@pytest.mark.parametrize(
    "line", ["cat S | ed -v f", "cat S | ed g", "ed -s f <S"], ids=["verbose", "another-file", "from-a-file"]
)
def test_a_script_does_what_it_does_with_the_hosts_ed(machine: Machine, tmp_path: Path, line: str) -> None:
    if shutil.which("bash") is None or shutil.which("ed") is None:
        pytest.skip("no ed here")
    if b"GNU ed 1.19" not in subprocess.run(["ed", "--version"], capture_output=True, check=False).stdout:
        pytest.skip("another ed here")
    for script in scripts():
        worlds = TwoWorlds(machine, tmp_path, files={**FILES, "S": script})
        assert worlds.differences([line], tree=True) == [], script


def test_a_substitution_and_its_undo_are_told_and_written(machine: Machine) -> None:
    machine.run("mkdir -p /r")
    machine.write_file("/r/f", b"one\ntwo\n")
    done = machine.run("printf '1s/o/0/p\\nu\\np\\n2d\\nw\\nq\\n' | ed f", cwd="/r")
    assert done.stdout == b"8\n0ne\ntwo\n4\n"
    assert machine.read_file("/r/f") == b"one\n"


def test_a_changed_buffer_is_not_left_without_a_warning(machine: Machine) -> None:
    machine.run("mkdir -p /r")
    machine.write_file("/r/f", b"one\ntwo\n")
    done = machine.run("printf '1d\\nq\\nh\\nq\\nq\\n' | ed -s f", cwd="/r")
    assert done.stdout == b"?\nWarning: buffer modified\n?\n"
    assert done.status == 1
