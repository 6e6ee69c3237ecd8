"""The README's terminal runs are real: each is run again and must print what stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## What it looks like")[2].partition("\n## ")[0]


def runs() -> list[tuple[str, str]]:
    """Return (command line, what it printed) for every run shown in the section."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", SECTION, re.DOTALL):
        for command, _, printed in (part.partition("\n") for part in block.split("$ ")[1:]):
            found.append((command, printed))
    return found


@pytest.mark.parametrize(("command", "printed"), runs())
def test_it_prints_what_the_readme_shows(kos_env: dict[str, str], tmp_path: Path, command: str, printed: str) -> None:
    kos = tmp_path / "kos"
    kos.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kos_cli "$@"\n')
    kos.chmod(0o755)
    env = {**kos_env, "PATH": f"{tmp_path}{os.pathsep}{kos_env['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert [line.rstrip() for line in done.stdout.decode().splitlines()] == printed.splitlines()


def test_the_first_command_of_the_readme_is_the_example() -> None:
    commands = [line for line in README.splitlines() if line.startswith("$ ")]
    assert commands[0] == "$ python3 noxfile.py kos -- run --mount docs/examples/texts:/texts docs/examples/licences.sh"
    assert commands[1] == "$ python3 noxfile.py tests"
    assert runs()[0][0] == commands[0].removeprefix("$ python3 noxfile.py ").replace("kos -- ", "kos ")


def test_the_python_examples_do_what_they_say(tmp_path: Path) -> None:
    fixture, script = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "test_readme_example.py").write_text("import pytest\n" + fixture)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    tested = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert tested.returncode == 0, tested.stdout
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "M /srv/state" in done.stdout
