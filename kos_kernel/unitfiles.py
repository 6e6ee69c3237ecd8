"""Unit files: reading them, and who needs whom. The format is systemd's; what a section means is the unit types' business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .contracts.unit import Section
from .errors import ConfigError

MAX_BYTES = 1 << 20


class UnitFile(NamedTuple):
    """A parsed unit file. problem: why it can't be used, or None."""

    name: str
    path: str
    sections: Mapping[str, Section]
    problem: str | None = None

    def words(self, section: str, key: str) -> list[str]:
        """Return all words of a key that may stand several times; an empty value forgets those before it, as in systemd."""
        found: list[str] = []
        for value in self.sections.get(section, {}).get(key, ()):
            found = [*found, *value.split()] if value else []
        return found

    @property
    def description(self) -> str:
        """Return Description=, or the name."""
        values = self.sections.get("Unit", {}).get("Description", [])
        return values[-1] if values else self.name


def parse(name: str, path: str, data: bytes) -> UnitFile:
    """Return the unit of a file's bytes; what is wrong with it is told in `problem`, with the line."""
    try:
        return UnitFile(name, path, _sections(path, data))
    except ConfigError as error:
        return UnitFile(name, path, {}, str(error))


def _sections(path: str, data: bytes) -> dict[str, dict[str, list[str]]]:
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES} bytes")
    sections: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] | None = None
    pending = ""
    for number, raw in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        line = raw.strip()
        if pending and line[:1] in ("#", ";"):
            continue  # a comment inside a continued line
        line = pending + line
        pending = ""
        if not line or line[0] in "#;":
            continue
        if line.endswith("\\"):
            pending = line[:-1] + " "
            continue
        if line[0] == "[":
            if not line.endswith("]"):
                raise ConfigError(f"{path}:{number}: a section is written [Name], not {line!r}")
            current = sections.setdefault(line[1:-1], {})
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ConfigError(f"{path}:{number}: expected Key=value, got {line!r}")
        if current is None:
            raise ConfigError(f"{path}:{number}: {key.strip()} stands before any [Section]")
        current.setdefault(key.strip(), []).append(value.strip())
    return sections


def start_order(units: Mapping[str, UnitFile], wanted: str) -> list[str]:
    """Return what starting `wanted` means, in order: what it requires and wants, each after its After= (and before its Before=).

    Raises ConfigError for a required unit that isn't there, a broken file, or an ordering cycle, naming them.
    """
    members: dict[str, bool] = {}
    todo = [(wanted, True, "")]
    while todo:
        name, required, by = todo.pop()
        unit = units.get(name)
        if unit is None or unit.problem:
            if required:
                reason = f"unit {name} not found" if unit is None else unit.problem
                raise ConfigError(f"{reason}" + (f" (required by {by})" if by else ""))
            continue
        if members.get(name):
            continue
        known = name in members
        members[name] = required or members.get(name, False)
        if known:
            continue
        for key, strong in (("Requires", True), ("BindsTo", True), ("Wants", False)):
            todo.extend((other, strong, name) for other in unit.words("Unit", key))
    before: dict[str, list[str]] = {
        name: [other for other in units[name].words("Unit", "After") if other in members] for name in members
    }
    for name in members:
        for other in units[name].words("Unit", "Before"):
            if other in before:
                before[other].append(name)
    order: list[str] = []
    state: dict[str, int] = {}
    for start in sorted(members):
        stack = [(start, iter(sorted(before[start])))]
        if state.get(start):
            continue
        state[start] = 1
        while stack:
            name, rest = stack[-1]
            for other in rest:
                if state.get(other) == 1:
                    cycle = [step for step, _ in stack]
                    raise ConfigError("ordering cycle: " + " -> ".join([*cycle[cycle.index(other) :], other]))
                if not state.get(other):
                    state[other] = 1
                    stack.append((other, iter(sorted(before[other]))))
                    break
            else:
                state[name] = 2
                order.append(name)
                stack.pop()
    return order
