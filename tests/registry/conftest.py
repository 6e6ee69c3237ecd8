"""Worlds of installed plugins for the tests beside this file: folders of dist-info and modules on a path of their own."""

from __future__ import annotations

import itertools
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kos_kernel.index import Index
from kos_kernel.registry import Registry

OLD_NS = 1_700_000_000_000_000_000  # a time that no file system's clock can take for now


class Site:
    """A folder that plugins are installed in, without pip: what pip would have left there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "site"
        self.cache = folder / "cache"
        self.folder.mkdir()

    def install(
        self,
        distribution: str,
        entries: Mapping[str, Mapping[str, str]],
        modules: Mapping[str, str] | None = None,
        version: str = "1.0",
    ) -> None:
        """Write a distribution: entries as {group: {name: module}}, modules as {"pkg/plugin.py": text}."""
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        groups = (
            f"[{group}]\n" + "".join(f"{n} = {m}\n" for n, m in names.items()) for group, names in entries.items()
        )
        (info / "entry_points.txt").write_text("\n".join(groups))
        for name, text in (modules or {}).items():
            self.write(name, text)
        self.age()

    def install_scheduler(
        self, distribution: str, name: str, *, record: str = "", plugin: str | None = None, options: str | None = None
    ) -> str:
        """Install a distribution with one scheduler, and return its package, which no other test has.

        record: further fields of the record, as Python. plugin: the plugin module's text instead of a right one. options:
        the text of a module with a model called Options.
        """
        package = f"plugged{next(_NUMBERS)}"
        if options is not None:
            record = f'options="{package}.options:Options", ' + record
        text = plugin if plugin is not None else PLUGIN.format(name=name, package=package, record=record)
        modules = {f"{package}/plugin.py": text, f"{package}/algorithm.py": ALGORITHM}
        if options is not None:
            modules[f"{package}/options.py"] = options
        self.install(distribution, {"kos.scheduler": {name: f"{package}.plugin"}}, modules)
        return package

    def write(self, name: str, text: str) -> None:
        """Write one module, with an __init__.py in each folder above it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for parent in path.relative_to(self.folder).parents:
            if parent != Path("."):
                (self.folder / parent / "__init__.py").touch()
        path.write_text(textwrap.dedent(text))

    def age(self, by: int = 0) -> None:
        """Make all files old, so that the cache may trust their times."""
        for folder, folders, files in os.walk(self.folder, topdown=False):
            for name in [*files, *folders]:
                path = os.path.join(folder, name)
                os.utime(path, ns=(OLD_NS, OLD_NS + by))
        os.utime(self.folder, ns=(OLD_NS, OLD_NS + by))

    def registry(self, **options: Any) -> Registry:
        """Return a fresh registry of this site, with its cache on disk, as another process would have it."""
        return Registry(Index(str(self.cache), [str(self.folder)]), path=[str(self.folder)], **options)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Return an empty site on sys.path; what was imported from it is forgotten afterwards."""
    made = Site(tmp_path)
    monkeypatch.syspath_prepend(str(made.folder))
    before = set(sys.modules)
    yield made
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(str(made.folder)):
            del sys.modules[name]


_NUMBERS = itertools.count()

PLUGIN = """
    from kos_kernel.contracts.records import SchedulerDriver
    from kos_kernel.hookspecs.markers import hookimpl

    @hookimpl
    def kos_scheduler_drivers():
        yield SchedulerDriver({name!r}, contract=1, make="{package}.algorithm:Lifo", {record})
"""
ALGORITHM = """
    class Lifo:
        def __init__(self, options, ctx):
            self.options = options
"""

STANDARD_OPTIONS = """
    from typing import Literal
    from kos_kernel.config_types import ByteSize, DriverOptions, DurationNs, HostPath
    from pydantic import BaseModel, Field

    class Memory(DriverOptions):
        size: ByteSize | None = None
        mode: int = 0o755
        weights: list[int] = []

    class Host(DriverOptions):
        source: HostPath
        mode: Literal["ro", "rw"] = "ro"

    class Rr(DriverOptions):
        quantum_ns: DurationNs = Field(10_000_000, alias="quantum")

    class Forgiving(BaseModel):
        level: int = 3
"""
STANDARD_MODELS = {"memory": "Memory", "host": "Host", "rr": "Rr", "priority": "Forgiving"}


@pytest.fixture
def standard(site: Site) -> Site:
    """Return a site with a stand-in for every first-party distribution: right records, options of a few."""
    from kos_kernel.firstparty import FIRST_PARTY
    from kos_kernel.hookspecs import HOOKS

    package = f"standard{next(_NUMBERS)}"
    site.write(f"{package}/options.py", STANDARD_OPTIONS)
    for distribution in sorted(set(FIRST_PARTY.values())):
        entries: dict[str, dict[str, str]] = {}
        modules: dict[str, str] = {}
        for group in sorted({group for (group, _), owner in FIRST_PARTY.items() if owner == distribution}):
            names = [name for (where, name), owner in FIRST_PARTY.items() if owner == distribution and where == group]
            module = f"{package}.{distribution.replace('-', '_')}_{group.partition('.')[2]}"
            entries[group] = dict.fromkeys(names, module)
            modules[f"{module.replace('.', '/')}.py"] = _announcing(package, group, names, HOOKS[group])
        site.install(distribution, entries, modules, "0.1.0")
    return site


def _announcing(package: str, group: str, names: list[str], hook: Any) -> str:
    """Return the text of a plugin module that announces these names of a group."""
    lines = []
    for name in names:
        model = STANDARD_MODELS.get(name)
        options = f'"{package}.options:{model}"' if model else "None"
        last = "{}" if group == "kos.program" else f'"{package}.code:Driver", options={options}'
        lines.append(f"    yield {hook.record.__name__}({name!r}, 1, {last})\n")
    return (
        f"from kos_kernel.contracts.records import {hook.record.__name__}\n"
        "from kos_kernel.hookspecs.markers import hookimpl\n"
        f"@hookimpl\ndef {hook.name}():\n" + "".join(lines)
    )
