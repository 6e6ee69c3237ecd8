"""Forty installed plugins that a machine doesn't name are neither imported nor opened when it boots."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNT = 40
KINDS = {
    "scheduler": ("kos.scheduler", "kos_scheduler_drivers", "SchedulerDriver"),
    "fs": ("kos.fs", "kos_fs_drivers", "FsDriver"),
    "protocol": ("kos.protocol", "kos_protocol_drivers", "ProtocolDriver"),
    "device": ("kos.device", "kos_device_drivers", "DeviceDriver"),
    "unit": ("kos.unit", "kos_unit_drivers", "UnitDriver"),
    "container": ("kos.container", "kos_container_drivers", "ContainerDriver"),
    "binfmt": ("kos.binfmt", "kos_binfmt_drivers", "BinfmtDriver"),
    "observer": ("kos.observer", "kos_observer_drivers", "ObserverDriver"),
}
PLUGIN = """
    from kos_kernel.api import {record}, hookimpl

    @hookimpl
    def {hook}():
        yield {record}({name!r}, contract=1, make="{package}.code:Driver")
"""
# What a fresh process sees of a folder of plugins while it does its work: modules from there, files from there opened.
WATCH = """
import json, os, sys
folder = {folder!r}
opened = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(folder):
        opened.append(arguments[0])
sys.path.append(folder)
sys.addaudithook(hook)
{work}
imported = [name for name, module in sys.modules.items() if (getattr(module, "__file__", None) or "").startswith(folder)]
print(json.dumps([answer, imported, opened]))
"""


def plugins():
    """Yield (distribution, package, driver's name, kind) of each of the forty."""
    kinds = list(KINDS)
    for number in range(COUNT):
        kind = kinds[number % len(kinds)]
        yield f"kos-extra-{number}", f"kos_extra_{number}", f"extra{number}", kind


def watch(folder: Path, cache: Path, work: str):
    """Return (what the work said, the modules it imported from the folder, the files it opened there)."""
    code = WATCH.format(folder=str(folder), work=work)
    environment = {**os.environ, "KOS_CACHE_DIR": str(cache), "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_start_looks_at_no_plugin_that_its_configuration_does_not_name(standard):
    extra = standard.folder.parent / "extra"
    extra.mkdir()
    shutil.move(standard.folder, standard.folder.parent / "kept")
    standard.folder.mkdir()
    for distribution, package, name, kind in plugins():
        group, hook, record = KINDS[kind]
        text = PLUGIN.format(record=record, hook=hook, name=name, package=package)
        standard.install(distribution, {group: {name: f"{package}.plugin"}}, {f"{package}/plugin.py": text})
    standard.folder.rename(extra / "site")
    (standard.folder.parent / "kept").rename(standard.folder)
    work = f"""
sys.path.insert(0, {str(standard.folder)!r})
from kos_kernel.registry import Registry
from kos_kernel.index import Index
from kos_kernel import config
path = [{str(standard.folder)!r}, folder]
registry = Registry(Index(os.environ["KOS_CACHE_DIR"], path), path=path)
made = config.load(registry)
registry.programs()
registry.flush()
answer = [made.scheduler.driver, len(registry.entries())]
"""
    folder = extra / "site"
    cold, imported, _ = watch(folder, standard.cache, work)
    assert imported == []
    warm, imported, opened = watch(folder, standard.cache, work)
    assert warm == cold
    assert cold[1] > COUNT
    assert (imported, opened) == ([], [])


@pytest.mark.packaging
@pytest.mark.slow
def test_a_machine_boots_past_forty_plugins_that_were_really_installed(tmp_path):
    uv = shutil.which("uv", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]))
    if uv is None:
        pytest.skip("uv is not installed, and installs forty packages in seconds; pip would take minutes")
    sources = []
    for distribution, package, name, kind in plugins():
        group, hook, record = KINDS[kind]
        source = tmp_path / "sources" / distribution
        (source / "src" / package).mkdir(parents=True)
        (source / "src" / package / "__init__.py").touch()
        (source / "src" / package / "plugin.py").write_text(
            PLUGIN.format(record=record, hook=hook, name=name, package=package).replace("\n    ", "\n")
        )
        backend = (ROOT / "pyproject.toml").read_text().split("[project]")[0]
        (source / "pyproject.toml").write_text(
            f'{backend}[project]\nname = "{distribution}"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
            f'[project.entry-points."{group}"]\n{name} = "{package}.plugin"\n'
        )
        sources.append(str(source))
    folder = tmp_path / "installed"
    command = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--python",
        sys.executable,
        "--target",
        str(folder),
        *sources,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    work = """
from kos_kernel import Machine
with Machine(seed=1, clock="virtual") as machine:
    answer = machine.run("echo hi").stdout.decode()
"""
    cache = tmp_path / "cache"
    answer, imported, _ = watch(folder, cache, work)
    assert (answer, imported) == ("hi\n", [])
    answer, imported, opened = watch(folder, cache, work)
    assert (answer, imported, opened) == ("hi\n", [], [])
