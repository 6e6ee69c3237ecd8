"""What `kos plugin new` writes is installed with pip, found by kos, and passes its own checks as it is."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kos_cli import scaffold

pytestmark = pytest.mark.packaging

NAMES = {kind: f"shiny-{kind}" for kind in scaffold.KINDS}


class Installation:
    """Eight generated plugins, installed in a folder of their own; env: in which Python finds them."""

    def __init__(self, folders: dict[str, Path], env: dict[str, str]) -> None:
        self.folders = folders
        self.env = env

    def kos(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kos_cli", *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, kos_env: dict[str, str]) -> Installation:
    base = tmp_path_factory.mktemp("plugins")
    folders = {}
    for kind, name in NAMES.items():
        done = subprocess.run(
            [sys.executable, "-m", "kos_cli", "plugin", "new", kind, name, "--into", str(base)],
            env=kos_env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        folders[kind] = base / scaffold.plan(kind, name).folder
    env = dict(kos_env)
    if importlib.util.find_spec("uv_build") is None:
        backend = str(base / "backend")
        if pip(env, "--target", backend, "uv_build>=0.13,<0.14").returncode != 0:
            pytest.skip("the build backend uv_build is not installed and can't be had from a package index")
        env["PYTHONPATH"] = os.pathsep.join([backend, *filter(None, [env.get("PYTHONPATH")])])
        env["PATH"] = os.pathsep.join([os.path.join(backend, "bin"), env.get("PATH", "")])  # it starts its own binary
    site = str(base / "site")
    done = pip(env, "--no-deps", "--no-build-isolation", "--target", site, *map(str, folders.values()))
    assert done.returncode == 0, done.stdout + done.stderr
    env["PYTHONPATH"] = os.pathsep.join([site, *filter(None, [kos_env.get("PYTHONPATH")])])
    return Installation(folders, env)


def pip(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_it_is_found_and_fits(installed: Installation, kind: str) -> None:
    name = NAMES[kind]
    listed = installed.kos("plugin", "list", kind).stdout
    checked = installed.kos("plugin", "check", name)
    assert name in listed
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_its_own_tests_pass(installed: Installation, kind: str) -> None:
    folder = installed.folders[kind]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        env=installed.env, cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_a_machine_schedules_with_it_by_name(installed: Installation) -> None:
    name = NAMES["scheduler"]
    done = installed.kos(
        "run", "--set", f"scheduler.driver={name}", "--set", "scheduler.slice=1ms", "-c", "echo a | cat"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "a\n", "")


def test_an_installed_command_is_there_in_every_machine(installed: Installation) -> None:
    done = installed.kos("run", "-c", f"printf 'b\\na\\nb\\n' | {NAMES['program']}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "b\na\n", "")


def test_a_container_is_run_by_it(installed: Installation) -> None:
    done = installed.kos("container", "run", "--runtime", NAMES["container"], "--root", "/srv/box", "ls", "/")
    assert (done.returncode, done.stderr) == (0, "")
    assert "bin" in done.stdout.split()
