"""Real bash as the judge, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest

Bash = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def bash() -> Bash:
    """Run bash 5.2 or later with arguments and standard input; skip where there is none."""
    path = shutil.which("bash")
    if path is None:
        pytest.skip("bash isn't installed")
    version = subprocess.run([path, "--version"], capture_output=True, check=True).stdout.decode()
    found = re.search(r"version (\d+)\.(\d+)", version)
    if found is None or (int(found[1]), int(found[2])) < (5, 2):
        pytest.skip("the grammar is that of bash 5.2 or later")

    def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["bash", "--norc", "--noprofile", *arguments],
            executable=path,
            input=text.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=60,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/home/h"},
        )

    return run
