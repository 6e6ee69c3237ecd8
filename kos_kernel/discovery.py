"""Which plugins exist, and loading one of them. The only file that imports stevedore.

    scan() ──► every entry of the groups `kos.*`, from metadata alone; nothing is imported
    load() ──► the module of one entry, through stevedore's DriverManager; nothing else is imported

Why we look at the metadata ourselves and hand stevedore what we found, instead of letting it look:
- two distributions that claim one name must be told apart before either is imported; stevedore imports both and its cache
  forgets which distribution an entry came from, and hides two claims that are equal to the letter;
- its cache rounds times to two minutes, so a plugin reinstalled while its author works on it would be seen as it was; it is
  off where the interpreter lives under the temporary folder; and the list it keeps in the process is a class attribute.
index.py keeps what `scan` found, exactly, between processes.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

from stevedore.driver import DriverManager

from .errors import PluginError
from .index import Entry


def normalized(name: str) -> str:
    """Return a distribution's name as package indexes compare it: `Kos_FS.Host` is `kos-fs-host`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def scan(path: Sequence[str] | None = None) -> list[Entry]:
    """Return all entries of the groups `kos.*`, sorted; claims of one name by two distributions are all in it.

    path: where to look instead of sys.path. A distribution found twice counts where the path finds it first, as for an import.
    Metadata that can't be read is passed over: it belongs to somebody else's broken installation, not to this machine.
    """
    found: list[Entry] = []
    seen: set[str] = set()
    distributions = (
        importlib.metadata.distributions() if path is None else importlib.metadata.distributions(path=list(path))
    )
    for distribution in distributions:
        try:
            text = distribution.read_text("entry_points.txt")
            if text is None or "kos." not in text:
                continue
            metadata = distribution.metadata
            name = normalized(metadata["Name"] or "")
            version = metadata["Version"] or "?"
            points = list(distribution.entry_points)
        except (OSError, ValueError, TypeError, KeyError):
            continue
        if name in seen:
            continue
        seen.add(name)
        found += [Entry(p.group, p.name, p.value.strip(), name, version) for p in points if p.group.startswith("kos.")]
    return sorted(set(found))


def load(entry: Entry) -> ModuleType:
    """Return the module that this entry names, imported now if it wasn't.

    Raises PluginError, naming distribution, group and name, if the module can't be imported or the entry names no module.
    """
    if ":" in entry.module:
        raise PluginError(
            f"{describe(entry)}: its value must be a module, not {entry.module!r}\n"
            f"  write {entry.name} = {entry.module.partition(':')[0]!r} in its pyproject.toml and install it again"
        )
    point = importlib.metadata.EntryPoint(entry.name, entry.module, entry.group)
    try:
        manager = _OneEntry(entry.group, entry.name, [point])
    except (Exception, SystemExit) as error:  # a plugin's import may raise anything at all
        raise PluginError(
            f"{describe(entry)} can't be imported: {type(error).__name__}: {error}\n  {likely_cause(entry, error)}"
        ) from error
    module: object = manager.extensions[0].plugin
    if not isinstance(module, ModuleType):
        raise PluginError(f"{describe(entry)}: {entry.module!r} is a {type(module).__name__}, not a module")
    return module


def describe(entry: Entry) -> str:
    """Return how messages name an entry: plugin 'lifo' (kos.scheduler, from kos-sched-mine 1.0)."""
    return f"plugin {entry.name!r} ({entry.group}, from {entry.source})"


def conflicts(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the groups of entries that claim one (group, name) for several distributions."""
    by_name: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        by_name.setdefault((entry.group, entry.name), []).append(entry)
    return [claims for claims in by_name.values() if len(claims) > 1]


def likely_cause(entry: Entry, error: BaseException) -> str:
    """Return what an import's failure most likely means, as advice."""
    if isinstance(error, ModuleNotFoundError):
        missing = error.name or ""
        if missing and (entry.module == missing or entry.module.startswith(missing + ".")):
            return f"{entry.distribution} announces a module that it doesn't contain: reinstall it, or mend its pyproject.toml"
        if missing.partition(".")[0] == entry.module.partition(".")[0]:
            return f"{entry.distribution} has no module {missing}: reinstall it, or mend the name"
        return f"{entry.distribution} needs {missing or 'a module'} that isn't installed: reinstall it with its dependencies"
    if isinstance(error, ImportError):
        return f"{entry.distribution} may be made for another version of kos or of a library it uses"
    if isinstance(error, SyntaxError):
        return f"a mistake in {entry.distribution} itself, or it needs a newer Python"
    return (
        f"a mistake in {entry.distribution} itself: its plugin module must only announce, and do nothing when imported"
    )


class _OneEntry(DriverManager[Any]):
    """stevedore's DriverManager over the one entry point that we chose, instead of what its cache holds."""

    def __init__(self, group: str, name: str, points: list[importlib.metadata.EntryPoint]) -> None:
        self._points = points
        super().__init__(group, name, conflict_resolver=_refuse)

    def list_entry_points(self) -> list[importlib.metadata.EntryPoint]:
        return self._points


def _refuse(group: str, name: str, extensions: list[Any]) -> Any:
    """Stevedore's conflict resolver. Only one entry is ever handed over, so it can't be asked; if it is, that is our bug."""
    raise PluginError(f"{len(extensions)} plugins were given for {group} {name!r} where one was expected")
