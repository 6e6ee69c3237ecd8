"""`kos plugin new`: a third-party plugin that installs and passes its checks as it is written.

plan(kind, name)  ──► a Plan: folder, files and their texts     (pure)
write(plan, into) ──► the files on disk; refuses to overwrite
"""

from __future__ import annotations

import os
import re
from importlib import import_module
from string import Template
from typing import NamedTuple

from kos_kernel.errors import KosError

KINDS = ("fs", "scheduler", "protocol", "device", "unit", "container", "program", "observer")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Plan(NamedTuple):
    """What is to be written. folder: its name; files: path in the folder -> text."""

    folder: str
    group: str
    files: dict[str, str]


def plan(kind: str, name: str) -> Plan:
    """Return the files of a new plugin that announces the driver `name` of this kind. Raises KosError for a bad name."""
    if kind not in KINDS:
        raise KosError(f"no kind of plugin called {kind!r}\n  there are: {', '.join(KINDS)}")
    if not _NAME.fullmatch(name):
        raise KosError(
            f"{name!r} can't be a driver's name\n  it is lower-case letters, digits and single hyphens, as in 'fair' or 'fat-12'"
        )
    template = import_module(f"kos_cli.templates.{kind}")
    common = import_module("kos_cli.templates.common")
    dist = template.PREFIX + name
    words = {
        "name": name,
        "module": _module_name(name),
        "dist": dist,
        "package": dist.replace("-", "_"),
        "Class": "".join(part.capitalize() for part in name.split("-")),
        "group": template.GROUP,
    }
    words["summary"] = Template(template.SUMMARY).substitute(words)
    table = {**template.TABLE, **common.TABLE}
    words["table"] = "\n".join(f"| `{Template(path).substitute(words)}` | {what} |" for path, what in table.items())
    words["use"] = Template(template.USE).substitute(words)
    texts = {**common.FILES, **template.FILES, "README.md": common.README}
    files = {Template(path).substitute(words): Template(text).substitute(words) for path, text in texts.items()}
    return Plan(dist, template.GROUP, files)


def write(made: Plan, into: str) -> str:
    """Write the files into a new folder of the folder `into`; return its path.

    Raises KosError, and leaves everything as it was, if the folder is there and isn't empty.
    """
    root = os.path.join(into, made.folder)
    if os.path.lexists(root) and not (os.path.isdir(root) and not os.listdir(root)):
        raise KosError(
            f"{root} is there already, and nothing in it will be overwritten\n  choose another --into or another name"
        )
    try:
        for path, text in made.files.items():
            target = os.path.join(root, *path.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise KosError(f"can't write {error.filename or root}: {error.strerror}") from None
    return root


def _module_name(name: str) -> str:
    """Return the driver's module: its name, unless that is a module every plugin has or a word of Python's."""
    from keyword import iskeyword

    module = name.replace("-", "_")
    return module + "_driver" if module in ("plugin", "options") or iskeyword(module) else module
