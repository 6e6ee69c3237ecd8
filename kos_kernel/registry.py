"""What a platform knows of drivers: one object to ask, whatever the answer costs.

    Registry.record("kos.fs", "memory")
        1. asked before in this process          a dict
        2. kept in the index and still true      one JSON file, a stat for each module that announced it
        3. else                                  discovery (stevedore) finds it, pluginhost (pluggy) asks it, the index keeps it

So a start that finds everything in the index imports neither stevedore nor pluggy nor any plugin's announcing module: the
factory that a record names is imported directly. Whoever wants a driver asks here, names it, and says where the name stands
in the configuration, so that a mistake can be answered there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from .contracts import records
from .contracts.machine import from_plain, to_plain
from .contracts.records import ProgramFamily, Record
from .errors import PluginError
from .firstparty import FIRST_PARTY, NOUNS
from .index import Entry, Index, cache_folder

if TYPE_CHECKING:
    from .pluginhost import PluginHost

_RECORDS: Mapping[str, type[Any]] = {
    "kos.fs": records.FsDriver,
    "kos.scheduler": records.SchedulerDriver,
    "kos.protocol": records.ProtocolDriver,
    "kos.device": records.DeviceDriver,
    "kos.unit": records.UnitDriver,
    "kos.container": records.ContainerDriver,
    "kos.binfmt": records.BinfmtDriver,
    "kos.observer": records.ObserverDriver,
    "kos.program": records.ProgramFamily,
    "kos.reclaim": records.ReclaimDriver,
    "kos.command": records.Subcommand,
}


class Program(NamedTuple):
    """An announced command. target: "package.module:function"; family and distribution: whose it is."""

    target: str
    family: str
    distribution: str


class Finding(NamedTuple):
    """What `check` found out about one entry. problem: None if it is in order."""

    entry: Entry
    problem: str | None


class Registry:
    """The drivers of one platform. Lazy in everything.

    index: where answers are kept; by default the user's cache folder. path: the import path to look at, by default sys.path.
    safe_mode: only first-party distributions count.
    problems: sentences about plugins that were passed over, for the boot log.
    """

    def __init__(
        self, index: Index | None = None, *, safe_mode: bool = False, path: Iterable[str] | None = None
    ) -> None:
        self._path = None if path is None else list(path)
        self.index = Index(cache_folder(), self._path) if index is None else index
        self.safe_mode = safe_mode
        self.problems: list[str] = []
        self._records: dict[tuple[str, str], Record] = {}
        self._host: PluginHost | None = None
        self.configs: dict[str, Any] = {}  # config.py's: what it validated in this process, by its key

    # --- what there is

    def entries(self, group: str | None = None) -> list[Entry]:
        """Return all entries of a group (of all groups), sorted by group, name, distribution. Imports no plugin."""
        found = self.index.entries()
        if found is None:
            from . import discovery

            places = self.index.look()
            found = discovery.scan(self._path)
            self.index.keep_entries(found, places)
        return found if group is None else [entry for entry in found if entry.group == group]

    def find(self, group: str, name: str, *, where: str = "", disabled: Collection[str] = ()) -> Entry:
        """Return the one entry of this group and name.

        where: where the name was written, for the message ("kos.toml:6: [scheduler] driver"). disabled: distributions that
        don't count. Raises PluginError if there is none, two distributions claim it, or it is disabled or left out.
        """
        claims = [entry for entry in self.entries(group) if entry.name == name]
        usable = [entry for entry in claims if self._admitted(entry, disabled)]
        if len(usable) == 1:
            return usable[0]
        noun, place = NOUNS.get(group, group), f" ({where})" if where else ""
        if usable:
            sources = " and ".join(f"{entry.source} ({entry.module})" for entry in usable)
            raise PluginError(
                f"two distributions announce a {noun} named {name!r}{place}: {sources}\n"
                f"  uninstall one of them, or name one in [plugins] disable"
            )
        if claims:
            entry = claims[0]
            if entry.distribution in disabled:
                raise PluginError(
                    f"the {noun} {name!r}{place} is in {entry.source}, which is disabled\n"
                    f"  take {entry.distribution!r} out of [plugins] disable"
                )
            raise PluginError(
                f"the {noun} {name!r}{place} is in {entry.source}, which safe mode leaves out\n"
                f"  safe mode admits first-party plugins alone"
            )
        raise PluginError(f"no {noun} named {name!r}{place}" + self._advice(group, name, disabled))

    def _admitted(self, entry: Entry, disabled: Collection[str]) -> bool:
        if entry.distribution in disabled:
            return False
        return not self.safe_mode or entry.distribution in FIRST_PARTY.values()

    def _advice(self, group: str, name: str, disabled: Collection[str]) -> str:
        """Return what to say to somebody who asked for a driver that isn't there: further lines, each indented."""
        import difflib

        by_source: dict[str, list[str]] = {}
        for entry in self.entries(group):
            if self._admitted(entry, disabled):
                by_source.setdefault(entry.source, []).append(entry.name)
        installed = "; ".join(f"{', '.join(names)} ({source})" for source, names in sorted(by_source.items()))
        lines = [f"installed: {installed or 'none'}"]
        known = {other: distribution for (where, other), distribution in FIRST_PARTY.items() if where == group}
        here = {other for names in by_source.values() for other in names}
        if name in known:
            lines.append(f"{name!r} comes with {known[name]}: pip install {known[name]}")
            return "".join(f"\n  {line}" for line in lines)
        close = difflib.get_close_matches(name, sorted({*known, *here}), 1)
        if close:
            missing = "" if close[0] in here else f" (pip install {known[close[0]]})"
            lines.append(f"did you mean {close[0]!r}?{missing}")
        elsewhere = sorted({NOUNS.get(e.group, e.group) for e in self.entries() if e.name == name and e.group != group})
        if elsewhere and not close:
            lines.append(f"there is a {' and a '.join(elsewhere)} of that name")
        return "".join(f"\n  {line}" for line in lines)

    # --- records and what they name

    def record(self, group: str, name: str, *, where: str = "", disabled: Collection[str] = ()) -> Any:
        """Return the record of a driver (an FsDriver for "kos.fs", and so on). Raises PluginError as `find`, or if the
        plugin can't be imported or announces something wrong."""
        key = (group, name)
        record = self._records.get(key)
        if record is None or disabled:
            entry = self.find(group, name, where=where, disabled=disabled)
            if record is None:
                record = self._records[key] = self._kept(entry) or self._asked(entry)
        return record

    def _kept(self, entry: Entry) -> Any:
        plain = self.index.record(_key(entry))
        if plain is None:
            return None
        try:
            return _RECORDS[entry.group](*from_plain(plain))
        except (KeyError, TypeError, ValueError):
            return None

    def _asked(self, entry: Entry) -> Record:
        before = set(sys.modules)
        record = self._plugin_host().record(entry)
        self.index.keep_record(_key(entry), to_plain(tuple(record)), _files_of(entry.module, before))
        return record

    def _plugin_host(self) -> PluginHost:
        if self._host is None:
            from .pluginhost import PluginHost

            self._host = PluginHost()
        return self._host

    def factory(self, group: str, name: str) -> Callable[..., Any]:
        """Return what makes the driver, `make(options, ctx)`, imported now. Raises PluginError if it can't be."""
        made: Callable[..., Any] = self.resolve(self.record(group, name).make, group, name)
        return made

    def resolve(self, reference: str, group: str, name: str) -> Any:
        """Return the object that a record of this driver names as "package.module:Name", importing its module.

        Raises PluginError, naming the driver and its distribution, if there is no such thing.
        """
        module, _, attribute = reference.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except (Exception, SystemExit) as error:  # a plugin's import may raise anything
            from . import discovery

            entry = self.find(group, name)
            if isinstance(error, AttributeError) and module in sys.modules:
                import difflib

                close = difflib.get_close_matches(attribute, dir(sys.modules[module]), 1)
                hint = f"did you mean {close[0]!r}?" if close else "its record names something that isn't there"
                raise PluginError(
                    f"{discovery.describe(entry)}: module {module} has no {attribute!r}\n  {hint}"
                ) from error
            raise PluginError(
                f"{discovery.describe(entry)}: {reference} can't be imported: {type(error).__name__}: {error}\n"
                f"  {discovery.likely_cause(entry, error)}"
            ) from error

    def files_of(self, reference: str) -> list[str]:
        """Return the files that decide what an imported "package.module:Name" is: its module, what is around it, what it uses."""
        return _files_of(reference.partition(":")[0], set(sys.modules))

    def record_files(self, group: str, name: str) -> list[str]:
        """Return the files that decide what a driver's record says."""
        return self.index.record_files(f"{group}:{name}")

    # --- programs

    def programs(self, families: Iterable[str] | None = None, *, disabled: Collection[str] = ()) -> dict[str, Program]:
        """Return all announced commands by name, sorted.

        families: whose commands count, the first one's where two announce the same; None means all that are installed,
        first-party ones first, then by name. A family that is named must be in order (PluginError); of the others, one that
        is broken is passed over and noted in `problems`.
        """
        if families is None:
            usable = {entry.name: entry for entry in self.entries("kos.program") if self._admitted(entry, disabled)}
            names = sorted(usable, key=lambda name: (usable[name].distribution not in FIRST_PARTY.values(), name))
        else:
            names = list(families)
        table: dict[str, Program] = {}
        for name in names:
            try:
                family: ProgramFamily = self.record(
                    "kos.program", name, where="kos.toml: [programs] families", disabled=disabled
                )
                source = self.find("kos.program", name, disabled=disabled).distribution
            except PluginError as error:
                if families is not None:
                    raise
                self.problems.append(str(error))
                continue
            for command, target in family.programs.items():
                table.setdefault(command, Program(target, name, source))
        return dict(sorted(table.items()))

    # --- keeping and checking

    def flush(self) -> None:
        """Write to the cache folder what was found out. To be called once a machine is up; a full disk does no harm."""
        self.index.flush()

    def check(self, name: str | None = None) -> list[Finding]:
        """Return a finding for each entry, or for those that `name` means: a driver, a distribution, or "group:name".

        Imports everything that the entries announce. Raises PluginError if `name` means nothing that is installed.
        """
        chosen = [e for e in self.entries() if name is None or name in (e.name, e.distribution, f"{e.group}:{e.name}")]
        if not chosen:
            if name is None:
                return []
            import difflib

            names = sorted({word for entry in self.entries() for word in (entry.name, entry.distribution)})
            close = difflib.get_close_matches(name, names, 1)
            hint = f"\n  did you mean {close[0]!r}?" if close else "\n  `kos plugin list` shows what is installed"
            raise PluginError(f"no plugin, driver or distribution named {name!r}{hint}")
        return [Finding(entry, self._problem(entry)) for entry in chosen]

    def _problem(self, entry: Entry) -> str | None:
        if entry.group not in _RECORDS:
            return f"this kos knows no group {entry.group!r}"
        rivals = [e.source for e in self.entries(entry.group) if e.name == entry.name and e != entry]
        if rivals:
            return f"{' and '.join(rivals)} announces the same name: a machine that names it won't start"
        try:
            record = self._plugin_host().record(entry)
            targets = record.programs.values() if isinstance(record, ProgramFamily) else (record.make,)
            for target in targets:
                made = self.resolve(target, entry.group, entry.name)
                if not callable(made):
                    return f"{target} is a {type(made).__name__} and can't be called"
            options: str | None = getattr(record, "options", None)
            if options is not None:
                model = self.resolve(options, entry.group, entry.name)
                if not (isinstance(model, type) and hasattr(model, "model_fields")):
                    return f"{options} should be a pydantic model, and is {model!r}"
        except PluginError as error:
            return str(error)
        return None


def _key(entry: Entry) -> str:
    return f"{entry.group}:{entry.name}"


def _files_of(module_name: str, before: set[str]) -> list[str]:
    """Return the files of a plugin module, the packages it is in, and the modules of its package that it uses.

    before: what was imported before it was. Where the module was imported earlier, only what its globals show can be told.
    """
    top = module_name.partition(".")[0]
    parts = module_name.split(".")
    names = {".".join(parts[: count + 1]) for count in range(len(parts))}
    for name in list(sys.modules):
        if name not in before and (name == top or name.startswith(top + ".")):
            names.add(name)
    for value in vars(sys.modules[module_name]).values():
        home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(home, str) and (home == top or home.startswith(top + ".")):
            names.add(home)
    files = [getattr(sys.modules.get(name), "__file__", None) for name in names]
    return sorted(path for path in files if path)
