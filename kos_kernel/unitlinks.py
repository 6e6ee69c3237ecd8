"""What connects units besides their own [Unit] section: [Install], folders of links, names that mean another unit.

A unit file that lies in the machine counts as enabled: there is no `systemctl enable`, and [Install] says at once what that
would have brought about. So do the links that it would have made, for images that come with them:

    WantedBy=T, T.wants/NAME          T wants NAME
    RequiredBy=T, T.requires/NAME     T requires NAME
    Alias=OTHER, OTHER -> NAME        OTHER means NAME, wherever a unit is named
    Also=OTHER                        nothing: OTHER is there, so it is enabled too
    NAME -> /dev/null                 NAME is masked: it can't be started
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .unitfiles import UnitFile

TARGET = "multi-user.target"
BOOT_TARGETS = (TARGET, "default.target")
_NAMING = (
    "After", "Before", "Requires", "Wants", "BindsTo", "Requisite",
)  # fmt: skip


class Folder(NamedTuple):
    """What one folder of unit files holds besides them. wants, requires: unit -> names in its folder; links: name -> target."""

    wants: Mapping[str, list[str]]
    requires: Mapping[str, list[str]]
    links: Mapping[str, str]


class Units(NamedTuple):
    """The units of a machine. aliases: other name -> unit; boot: what is started at boot; problems: what couldn't be heeded."""

    files: dict[str, UnitFile]
    aliases: dict[str, str]
    boot: list[str]
    problems: list[str]


def connect(files: Mapping[str, UnitFile], folders: list[Folder]) -> Units:
    """Return the units with everything that connects them written into their [Unit] sections. folders: the weakest first."""
    problems: list[str] = []
    real = dict(files)
    aliases: dict[str, str] = {}
    for folder in folders:
        for name, target in folder.links.items():
            other = target.rpartition("/")[2]
            if target == "/dev/null":
                real[name] = UnitFile(name, target, {}, f"Unit {name} is masked.")
            elif other != name and other in files:
                aliases[name] = other
                real.pop(name, None)
    for name, file in sorted(real.items()):
        for other in file.words("Install", "Alias"):
            if other.rpartition(".")[2] != name.rpartition(".")[2]:
                problems.append(f"{name}: Alias={other}: an alias has the suffix of its unit")
            elif other in real and other != name:
                problems.append(f"{name}: Alias={other}: there is a unit of that name")
            elif aliases.setdefault(other, name) != name:
                problems.append(f"{name}: Alias={other}: that is {aliases[other]} already")
    added: dict[str, dict[str, list[str]]] = {}

    def add(unit: str, key: str, name: str) -> None:
        names = added.setdefault(aliases.get(unit, unit), {}).setdefault(key, [])
        name = aliases.get(name, name)
        if name not in names:
            names.append(name)

    for name, file in sorted(real.items()):
        for unit in file.words("Install", "WantedBy"):
            add(unit, "Wants", name)
        for unit in file.words("Install", "RequiredBy"):
            add(unit, "Requires", name)
    for folder in folders:
        for key, table in (("Wants", folder.wants), ("Requires", folder.requires)):
            for unit, names in table.items():
                for name in names:
                    add(unit, key, name)
    boot: dict[str, None] = {}
    for unit in BOOT_TARGETS:
        if unit not in real:  # nobody needs to write a file for them
            for key in ("Requires", "Wants"):
                boot.update(dict.fromkeys(added.get(unit, {}).get(key, ())))
        else:
            boot[unit] = None
    connected = {name: _with(file, added.get(name, {}), aliases) for name, file in real.items()}
    return Units(connected, aliases, list(boot), problems)


def _with(file: UnitFile, added: Mapping[str, list[str]], aliases: Mapping[str, str]) -> UnitFile:
    """Return a unit whose [Unit] names what is added, and units by their own names."""
    unit = file.sections.get("Unit", {})
    changed: dict[str, list[str]] = {}
    for key in _NAMING:
        words = file.words("Unit", key)
        named = [aliases.get(word, word) for word in words] + [word for word in added.get(key, ()) if word not in words]
        if named != words:
            changed[key] = [" ".join(named)]
    if not changed:
        return file
    return file._replace(sections={**file.sections, "Unit": {**unit, **changed}})
