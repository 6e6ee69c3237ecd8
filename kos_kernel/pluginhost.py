"""What plugins announce, checked. The only file that makes a pluggy PluginManager.

A plugin module is imported, registered under its own name, asked by its group's hook, and what it returns is checked here:
pluggy looks at argument names only, so types, references and contract versions are ours to look at. A module that fails is
unregistered again, and the next attempt starts from nothing.

    discovery.load ──► register ──► hooks known? ──► call the hook ──► each record right? ──► records by name
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pluggy

from . import discovery
from .contracts.records import CONTRACTS, Record
from .discovery import describe
from .errors import PluginError
from .hookspecs import HOOKS, SPECS
from .hookspecs.markers import PROJECT
from .index import Entry

REFERENCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


class PluginHost:
    """The plugin modules of a platform and what they announced. Holds what it loaded; asks nothing twice."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        for specs in SPECS:
            self._manager.add_hookspecs(specs)
        self._announced: dict[tuple[str, str], dict[str, Record]] = {}

    def record(self, entry: Entry) -> Record:
        """Return the record of the driver that this entry names, importing its plugin module if that wasn't done.

        Raises PluginError, which names the distribution, group and name and the likely mistake, if the module can't be
        imported, defines no hook of the group, or announces something that isn't right.
        """
        records = self.announced(entry)
        record = records.get(entry.name)
        if record is None:
            raise PluginError(
                f"{describe(entry)}: {entry.module} announces no driver of that name, only {_listed(records)}\n"
                f"  {_did_you_mean(entry.name, records)}the entry's name in pyproject.toml and the record's must be the same"
            )
        return record

    def announced(self, entry: Entry) -> dict[str, Record]:
        """Return all records that this entry's module announces for its group, by name. Raises PluginError as `record`."""
        key = (entry.group, entry.module)
        records = self._announced.get(key)
        if records is None:
            if entry.group not in HOOKS:
                raise PluginError(
                    f"{describe(entry)}: this kos knows no group {entry.group!r}\n  "
                    + _did_you_mean(entry.group, HOOKS)
                    + f"it knows {', '.join(HOOKS)}"
                )
            module = discovery.load(entry)
            try:
                self._register(module, entry)
                records = self._ask(module, entry)
            except BaseException:
                self._unregister(module)
                raise
            self._announced[key] = records
        return records

    def _register(self, module: ModuleType, entry: Entry) -> None:
        """Register a module once, however many groups and names it serves."""
        if self._manager.is_registered(module):
            return
        try:
            self._manager.register(module, name=module.__name__)
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            hooks = [hook.name for hook in HOOKS.values()]
            named = re.search(r"unknown hook '(\w+)'", str(error))
            hint = _did_you_mean(named[1], hooks) if named else ""
            raise PluginError(
                f"{describe(entry)}: {module.__name__} doesn't fit this kos: {_one_line(error)}\n"
                f"  {hint}mark a hook of a newer kos with @hookimpl(optionalhook=True)"
            ) from error

    def _unregister(self, module: ModuleType) -> None:
        if self._manager.is_registered(module):
            self._manager.unregister(module)
        for key in [key for key in self._announced if key[1] == module.__name__]:
            del self._announced[key]

    def _ask(self, module: ModuleType, entry: Entry) -> dict[str, Record]:
        """Call the group's hook in this one module and return its records by name, each checked."""
        hook = HOOKS[entry.group]
        caller = getattr(self._manager.hook, hook.name)
        mine = [impl for impl in caller.get_hookimpls() if impl.plugin is module]
        if not mine:
            raise PluginError(
                f"{describe(entry)}: {module.__name__} has no hook {hook.name!r}\n"
                f"  define it there:  @hookimpl\n                    def {hook.name}() -> Iterable[{hook.record.__name__}]: ..."
            )
        try:
            answer = list(mine[0].function())
        except Exception as error:  # a plugin's own code
            raise PluginError(
                f"{describe(entry)}: {module.__name__}.{hook.name}() failed: {type(error).__name__}: {error}\n"
                f"  it must yield {hook.record.__name__} records and do nothing else"
            ) from error
        records: dict[str, Record] = {}
        for record in answer:
            problem = record_problem(entry.group, record)
            if problem is None and record.name in records:
                problem = f"{record.name!r} is announced twice"
            if problem is not None:
                raise PluginError(
                    f"{describe(entry)}: {module.__name__}.{hook.name}() announces a wrong record: {problem}"
                )
            records[record.name] = record
        return records


def record_problem(group: str, record: Any) -> str | None:
    """Return what is wrong with a record of this group, as a sentence; None if it is right."""
    wanted = HOOKS[group].record
    if not isinstance(record, wanted):
        return f"expected a {wanted.__name__}, got {type(record).__name__} {_short(record)}"
    hints = get_type_hints(wanted)
    for field in wanted._fields:
        value = getattr(record, field)
        if not _fits(value, hints[field]):
            name = _short(record.name) if field != "name" else "it"
            return f"{name}: {field} should be {_type_name(hints[field])}, and is {_short(value)}"
    if not re.fullmatch(r"[a-z][a-z0-9_.+-]*", record.name):
        return f"{record.name!r} is no driver name: lower-case letters, digits, and - _ . + after a letter"
    spoken = CONTRACTS[group]
    if record.contract not in spoken:
        older = record.contract < spoken.start
        return (
            f"{record.name!r} speaks version {record.contract} of the contract {group}, and this kos speaks "
            f"{spoken.start} to {spoken.stop - 1}: {'install a newer version of the plugin' if older else 'install a newer kos'}"
        )
    references = {"make": getattr(record, "make", None), "options": getattr(record, "options", None)}
    references |= {f"programs[{name!r}]": value for name, value in getattr(record, "programs", {}).items()}
    for field, reference in references.items():
        if reference is not None and not (isinstance(reference, str) and REFERENCE.fullmatch(reference)):
            return f"{record.name!r}: {field} should be 'package.module:Name', and is {_short(reference)}"
    return None


def _fits(value: object, hint: Any) -> bool:
    """Tell whether a value is of a record field's type. Knows the types that records use, no more."""
    origin = getattr(hint, "__origin__", None)
    arguments = get_args(hint)
    if origin is None and not arguments:
        if hint is int:
            return isinstance(value, int) and not isinstance(value, bool)
        return value is None if hint is type(None) else isinstance(value, hint)
    if origin is frozenset:
        return isinstance(value, frozenset) and all(_fits(item, arguments[0]) for item in value)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if arguments[-1] is Ellipsis:
            return all(_fits(item, arguments[0]) for item in value)
        return len(value) == len(arguments) and all(map(_fits, value, arguments))
    if origin is not None and getattr(origin, "__name__", "") == "Mapping":
        return isinstance(value, origin) and all(
            _fits(k, arguments[0]) and _fits(v, arguments[1]) for k, v in value.items()
        )
    if "Literal" in repr(origin):
        return value in arguments
    return any(_fits(value, one) for one in arguments)  # a union


def _type_name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else re.sub(r"\b(typing|collections\.abc)\.", "", str(hint))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names)) or "none"


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), 1)
    return f"did you mean {close[0]!r}? " if close else ""
