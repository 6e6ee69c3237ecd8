"""The wheels that users get, as opposed to the editable tree that developers have: complete, typed, and working alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.packaging, pytest.mark.slow]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> list[Path]:
    """Return the wheels of the whole workspace, built from a copy of it."""
    uv = shutil.which("uv", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]))
    if uv is None:
        pytest.skip("uv is not installed; it is what builds the workspace")
    folder = tmp_path_factory.mktemp("wheels")
    source = folder / "source"
    ignore = shutil.ignore_patterns("__pycache__", "tests", "docs")
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("kos_kernel", "kos_cli", "plugins"):
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    command = [uv, "build", "--all-packages", "--wheel", "--out-dir", str(folder / "dist"), "--python", sys.executable]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return sorted((folder / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheels, tmp_path_factory) -> Path:
    """Return a folder that holds the wheels' contents and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


def test_there_is_a_wheel_for_every_distribution(wheels):
    expected = {"kos", *(path.parent.name.replace("-", "_") for path in (ROOT / "plugins").glob("*/pyproject.toml"))}
    assert {wheel.name.split("-")[0] for wheel in wheels} == expected


def test_every_source_file_is_in_its_wheel(installed):
    sources = {path.relative_to(ROOT) for name in ("kos_kernel", "kos_cli") for path in (ROOT / name).rglob("*.py")}
    for folder in (ROOT / "plugins").glob("*/src"):
        sources |= {path.relative_to(folder) for path in folder.rglob("*.py")}
    missing = sorted(str(path) for path in sources if not (installed / path).is_file())
    assert not missing, missing


def test_wheels_tell_that_they_are_typed(installed):
    packages = {path.parent.name for path in installed.glob("*/__init__.py")}
    assert packages == {path.parent.name for path in installed.glob("*/py.typed")}


def test_the_wheels_work_without_the_source_tree(installed, tmp_path):
    """Libraries come from this environment; kos and its plugins from the wheels alone."""
    code = f"""
import json, sys
sys.path = [entry for entry in sys.path if entry != {str(ROOT)!r} and not entry.startswith({str(ROOT / "plugins")!r})]
sys.path.insert(0, {str(installed)!r})
import kos_kernel
from kos_kernel.registry import Registry
findings = Registry().check()
from kos_kernel import Machine
with Machine(seed=1) as machine:
    text = machine.run("echo $((6*7)) | cat").stdout.decode()
print(json.dumps([kos_kernel.__file__, len(findings), [f.problem for f in findings if f.problem], text]))
"""
    environment = {**os.environ, "KOS_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    where, count, problems, text = json.loads(done.stdout.splitlines()[-1])
    assert where.startswith(str(installed))
    assert count > 20
    assert problems == []
    assert text == "42\n"
