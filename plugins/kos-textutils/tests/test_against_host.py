"""The commands answer as util-linux 2.38, binutils and xxd do: the same output, the same messages, the same status.

A file of cases is named after its command, and skipped where the host lacks that, or has another version of it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

FILES = {
    "a": b"one\ntwo\nthree\nfour\nfive\n",
    "f": b"a b c\nlonger x\n  lead y  z\n\nq\n",
    "tr": b"1 0 root\n2 1 a\n3 1 b\n4 2 c\n5 0 r2\n",
    "b": b"a\0hello\tworld\n\xffabcd\x7fxyzw\0\0w\0i\0d\0e\0s\0t\0",
    "z": bytes(300) + b"abc",
    "u": "caf\u00e9 na\u00efve\n".encode(),
    "e": b"",
    "n": b"no newline",
}
CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
VERSIONS = {  # what the version that we follow says of itself
    **dict.fromkeys("column hexdump look colrm col colcrt ul getopt".split(), (b"--version", b"util-linux 2.38")),
    "strings": (b"--version", b"Binutils"),
    "xxd": (b"-v", b"xxd 2022"),
}


def follows(command: str) -> bool:
    """Tell whether the host has the command, of the version that we follow."""
    if shutil.which("bash") is None or shutil.which(command) is None:
        return False
    option, wanted = VERSIONS.get(command, (b"--version", b""))
    done = subprocess.run([command, option], capture_output=True, check=False)
    return wanted in done.stdout + done.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_output_messages_and_status_are_the_hosts(case: Path, machine: Machine, tmp_path: Path) -> None:
    if not follows(case.stem):
        pytest.skip(f"no {case.stem} of the version that we follow here")
    lines = [line for line in case.read_text().splitlines() if line and not line.startswith("#")]
    assert TwoWorlds(machine, tmp_path, files=FILES).differences(lines) == []
