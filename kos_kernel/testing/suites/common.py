"""What is asked of drivers of every kind: they can be made, their options hold, and knowing them costs nothing."""

from __future__ import annotations

import ast
import importlib.util
import warnings
from typing import Any

from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, shown
from ..drivers import Subject


class MadeSubject(Subject):
    """A driver that a factory makes. face: the contract's class; what is public in it must be in the driver."""

    face: type[Any] = object

    def public(self) -> list[str]:
        """Return the names that the contract gives the driver."""
        return sorted(name for name in dir(self.face) if not name.startswith("_"))


@clause(
    "DRV-MAKE-1",
    mistake="the factory takes other arguments than (options, ctx), or the class is not derived from the contract's base class",
)
def case_driver_can_be_made(subject: MadeSubject) -> None:
    """make(options, ctx) returns a driver with everything that its contract names."""
    made = subject.make()
    missing = [name for name in subject.public() if not hasattr(made, name)]
    expect(not missing, f"{type(made).__name__} has no {', '.join(missing)}")


@clause(
    "DRV-MAKE-2", mistake="the factory hands out one object, or keeps it in its module: two machines would share it"
)
def case_each_machine_gets_a_driver_of_its_own(subject: MadeSubject) -> None:
    """make(options, ctx) returns a new driver at each call."""
    expect(subject.make() is not subject.make(), "two calls returned the same object")


@clause(
    "DRV-OPTIONS-1",
    mistake="a default is written as in kos.toml ('64MiB') where the validated value (67108864) belongs: defaults aren't validated",
)
def case_options_can_be_written_down_and_read_again(subject: Subject) -> None:
    """Options, defaults too, give the same values again when they are written as kos.toml has them and read."""
    record = subject.record
    if record.options is None:
        raise NotAsked("the driver takes no options")
    model = subject.driver.registry.resolve(record.options, subject.driver.group, record.name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = model.model_validate(subject.written)
        try:
            text = first.model_dump(mode="json", by_alias=True, exclude_none=True)
            second = model.model_validate(text)
        except Exception as error:
            raise Violation(f"{shown(first)} can't be written and read: {' '.join(str(error).split())}") from error
    expect_equal(second.model_dump(), first.model_dump(), "what was read again")


@clause(
    "DRV-LAZY-1",
    mistake="name the factory and the options model in the record as 'package.module:Name' and import neither",
)
def case_announcing_imports_neither_the_driver_nor_its_options(subject: Subject) -> None:
    """The module that announces the driver imports neither its factory's module, nor its options', nor pydantic."""
    entry = next(
        (e for e in subject.driver.registry.entries(subject.driver.group) if e.name == subject.driver.name), None
    )
    place = None if entry is None else importlib.util.find_spec(entry.module)
    if place is None or place.origin is None or not place.origin.endswith(".py") or subject.driver.given:
        raise NotAsked("the driver is not announced by an installed module")
    with open(place.origin, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    costly = {
        getattr(subject.record, "options", None),
        getattr(subject.record, "make", None),
        *getattr(subject.record, "programs", {}).values(),
    }
    modules = {reference.partition(":")[0] for reference in costly if reference} | {"pydantic"}
    package = place.name.rpartition(".")[0]
    found = sorted(modules & {name for node in tree.body for name in _imported(node, package)})
    expect(not found, f"{place.name} imports {', '.join(found)}")


def _imported(node: ast.stmt, package: str) -> list[str]:
    """Return the modules that a statement of a module may import, by absolute name."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
    return [base, *(f"{base}.{alias.name}" for alias in node.names), base.partition(".")[0]]


COMMON = collect(globals())
