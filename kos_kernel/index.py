"""What was found out once and is still true: entries, records and validated configurations, kept in the user's cache folder.

Reading metadata, announcing drivers and validating options need importlib.metadata, stevedore, pluggy and pydantic, a fifth
of a second in all. A start that finds everything here imports none of them. The file is JSON, replaced by a rename; one that
can't be read or written makes a start slow, never wrong and never an error.

Nothing is trusted because it is young. What an answer depended on is kept beside it and looked at again:

    all of it       Python, the installation, the kernel's own files that make these answers
    entries         each folder of sys.path: its time, or else the names and times of the dist-info folders in it
    a record        the files of the plugin's modules that announced it (an editable install changes no dist-info)
    a configuration its drivers' options models, besides its own text, which is its key

A file that changed within a moment of our writing might change again within the same tick of its clock and look the same, so
an answer that depends on such a young file is not kept. Only the file's times are compared; no clock is read.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

SCHEMA = 1
CONFIGS_KEPT = 64
YOUNG_NS = 100_000_000
_MARKS = (".dist-info", ".egg-info", ".egg")
# The kernel's files whose change makes every kept answer doubtful.
_MAKERS: tuple[str, ...] = (
    *("contracts/records.py", "contracts/machine.py", "hookspecs/__init__.py", "firstparty.py", "index.py"),
    *("discovery.py", "pluginhost.py", "registry.py", "quantities.py"),
    *("config.py", "config_models.py", "config_source.py", "config_types.py", "config_options.py"),
)


class Entry(NamedTuple):
    """One line of a distribution's entry points: `name = module` in `group`. distribution: its normalized name."""

    group: str
    name: str
    module: str
    distribution: str
    version: str

    @property
    def source(self) -> str:
        """Return the distribution and its version, as messages name it."""
        return f"{self.distribution} {self.version}"


Stamp = list[Any]  # [path, mtime_ns, size]; a missing file has -1, -1


def stamp(path: str) -> Stamp:
    """Return what tells whether a file is still the one it was."""
    try:
        status = os.stat(path)
    except OSError:
        return [path, -1, -1]
    return [path, status.st_mtime_ns, status.st_size]


def unchanged(stamps: Iterable[Stamp]) -> bool:
    """Return whether every stamped file is still the one it was."""
    return all(stamp(one[0]) == one for one in stamps)


def cache_folder() -> str | None:
    """Return the folder for cache files: $KOS_CACHE_DIR, else `kos` in the user's cache folder; None if caching is off.

    An empty KOS_CACHE_DIR turns caching off.
    """
    own = os.environ.get("KOS_CACHE_DIR")
    if own is not None:
        return os.path.abspath(own) if own else None
    if sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    elif os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "kos") if os.path.isabs(base) else None


class Index:
    """The cache of one installation. Answers None for what isn't known or no longer true.

    folder: where the file lies; None keeps everything in memory alone. path: the import path it is about.
    """

    def __init__(self, folder: str | None = None, path: Iterable[str] | None = None) -> None:
        self._path = [entry or os.curdir for entry in (sys.path if path is None else path)]
        here = os.path.dirname(os.path.abspath(__file__))
        self._file: str | None = None
        if folder is not None:
            about = f"{sys.implementation.cache_tag} {sys.prefix} {here}"
            self._file = os.path.join(
                folder, f"index-{sys.implementation.cache_tag}-{zlib.crc32(about.encode()):08x}.json"
            )
        makers = [stamp(os.path.join(here, name)) for name in _MAKERS]
        self._identity: list[Any] = [SCHEMA, sys.version, sys.prefix, makers]
        self._entries: list[Entry] | None = None
        self._places: list[list[Any]] = []
        self._records: dict[str, dict[str, Any]] = {}
        self._configs: dict[str, dict[str, Any]] = {}
        self._dirty = False
        self._young = False
        if self._file is not None:
            self._read(self._file)

    # --- entries

    def entries(self) -> list[Entry] | None:
        """Return the entries that a scan found, or None if there was no scan of what is installed now."""
        return self._entries

    def look(self) -> list[list[Any]]:
        """Return what the import path holds now, for `keep_entries`; to be called before the scan that it is kept with."""
        places = [[path, _time(path), _infos(path)] for path in dict.fromkeys(self._path)]
        return [place for place in places if place[2]]

    def keep_entries(self, entries: list[Entry], places: list[list[Any]]) -> None:
        """Keep what a scan found. All records and configurations that came from another scan are forgotten."""
        self._entries = entries
        self._places = places
        self._records.clear()
        self._configs.clear()
        self._dirty = True

    # --- records

    def record(self, key: str) -> Any:
        """Return a kept record in its plain form, or None if there is none or the modules that announced it changed."""
        return self._fresh(self._records, key)

    def keep_record(self, key: str, plain: Any, files: Iterable[str]) -> None:
        """Keep a record with the files that it came from."""
        self._records[key] = {"value": plain, "files": [stamp(path) for path in sorted(set(files))]}
        self._dirty = True

    def record_files(self, key: str) -> list[str]:
        """Return the files that a kept record came from."""
        kept = self._records.get(key)
        return [one[0] for one in kept["files"]] if kept else []

    # --- configurations

    def config(self, key: str) -> Any:
        """Return a kept configuration in its plain form, or None if there is none or an options model changed."""
        return self._fresh(self._configs, key)

    def keep_config(self, key: str, plain: Any, files: Iterable[str]) -> None:
        """Keep a validated configuration with the files that it depends on. The oldest of many gives way."""
        self._configs.pop(key, None)
        self._configs[key] = {"value": plain, "files": [stamp(path) for path in sorted(set(files))]}
        while len(self._configs) > CONFIGS_KEPT:
            del self._configs[next(iter(self._configs))]
        self._dirty = True

    # --- the file

    def flush(self) -> bool:
        """Write what is new to disk; return whether the file on disk is now up to date. Never raises for a disk's sake."""
        if not self._dirty or self._file is None:
            return not self._dirty
        folder = os.path.dirname(self._file)
        temporary = f"{self._file}.{os.getpid()}.tmp"
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as file:
                oldest = os.fstat(file.fileno()).st_mtime_ns - YOUNG_NS
                json.dump(self._body(oldest), file, separators=(",", ":"))
            os.replace(temporary, self._file)
        except (OSError, ValueError):
            try:
                os.unlink(temporary)
            except OSError:
                pass
            return False
        self._dirty = self._young
        return not self._young

    def _body(self, oldest: int) -> dict[str, Any]:
        """Return what goes to disk, without what depends on a file that changed after `oldest`."""
        times = [one[1] for one in self._identity[3]]
        times += [at for _, own, infos in self._places for at in (own, *infos.values())]
        settled = self._entries is not None and all(t <= oldest for t in times)

        def grown(kept: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
            return {key: one for key, one in kept.items() if settled and all(at <= oldest for _, at, _ in one["files"])}

        records, configs = grown(self._records), grown(self._configs)
        self._young = not settled or len(records) < len(self._records) or len(configs) < len(self._configs)
        return {
            "identity": self._identity,
            "places": self._places,
            "entries": self._entries if settled else None,
            "records": records,
            "configs": configs,
        }

    def _read(self, path: str) -> None:
        """Take over what the file has, if it is ours and about what is installed now. Anything odd about it: take nothing."""
        try:
            with open(path, encoding="utf-8") as file:
                status = os.fstat(file.fileno())
                # It names modules to import, so it counts only if nobody else could have written it.
                if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & 0o022):
                    return
                body = json.load(file)
            if body["identity"] != self._identity or not self._same_places(body["places"]):
                return
            entries = [Entry(*row) for row in body["entries"]]
            records, configs = body["records"], body["configs"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return
        if isinstance(records, dict) and isinstance(configs, dict):
            self._entries, self._places, self._records, self._configs = entries, body["places"], records, configs

    def _fresh(self, kept: dict[str, dict[str, Any]], key: str) -> Any:
        one = kept.get(key)
        if one is None:
            return None
        if not unchanged(one["files"]):
            del kept[key]
            self._dirty = True
            return None
        return one["value"]

    # --- the import path

    def _same_places(self, kept: list[list[Any]]) -> bool:
        """Return whether the same distributions are installed as when `kept` was written.

        A folder whose own time is the same has the same dist-info folders, so only their times are looked at.
        """
        known = {place[0]: place for place in kept}
        order = []
        for path in dict.fromkeys(self._path):
            place = known.get(path)
            if place is not None and _time(path) == place[1]:
                if any(_time(os.path.join(path, name)) != at for name, at in place[2].items()):
                    return False
                order.append(path)
            else:
                infos = _infos(path)
                if infos != (place[2] if place is not None else {}):
                    return False
                if infos:
                    order.append(path)
        return order == [place[0] for place in kept]


def _time(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return -1


def _infos(path: str) -> dict[str, int]:
    """Return the dist-info folders (and their older kin) in a folder of the import path, with their times."""
    try:
        names = [name for name in os.listdir(path) if name.endswith(_MARKS)]
    except OSError:
        return {}
    return {name: _time(os.path.join(path, name)) for name in sorted(names)}
