"""The example of the README, over the texts that come with it and over those that Debian installs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "docs" / "examples" / "licences.sh"
FOLDERS = (ROOT / "docs" / "examples" / "texts", Path("/usr/share/common-licenses"))


@pytest.mark.parametrize("folder", FOLDERS, ids=["own texts", "common licences"])
def test_the_example_prints_what_bash_with_gnu_tools_prints(
    kos_process: Callable[..., subprocess.CompletedProcess[bytes]], folder: Path, tmp_path: Path
) -> None:
    bash = shutil.which("bash")
    if bash is None or shutil.which("sha256sum") is None:
        pytest.skip("bash and the GNU tools are not installed")
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    theirs = subprocess.run(
        [bash, str(SCRIPT), str(folder), str(tmp_path / "report")],
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    ours = kos_process("run", "--mount", f"{folder}:{folder}", str(SCRIPT), str(folder))
    assert (ours.returncode, ours.stderr) == (0, b"")
    assert ours.stdout == theirs.stdout


def test_the_example_says_what_is_missing(kos_process: Callable[..., subprocess.CompletedProcess[bytes]]) -> None:
    done = kos_process("run", str(SCRIPT))
    assert (done.returncode, done.stderr) == (2, b"licences.sh: no folder /texts\n")
