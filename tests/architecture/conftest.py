"""The source tree as the tests beside this file look at it: parsed once a run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Module:
    """One source file: its dotted name, its path, its syntax tree."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text, str(path))
        self.is_package = path.name == "__init__.py"

    @property
    def shown(self) -> str:
        """Return the path as messages show it."""
        return str(self.path.relative_to(ROOT))

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield (line, absolute name) of everything that is imported when the code runs; not what only types need."""
        yield from self._imports(self.tree)

    def _imports(self, node: ast.AST) -> Iterator[tuple[int, str]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                for other in child.orelse:
                    yield from self._imports(other)
                continue
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield child.lineno, alias.name
            elif isinstance(child, ast.ImportFrom):
                base = self._base(child.level) if child.level else ""
                where = ".".join(part for part in (base, child.module or "") if part)
                if child.module:
                    yield child.lineno, where
                else:
                    for alias in child.names:
                        yield child.lineno, f"{where}.{alias.name}"
            yield from self._imports(child)

    def _base(self, level: int) -> str:
        parts = self.name.split(".")
        keep = len(parts) - level + (1 if self.is_package else 0)
        return ".".join(parts[:keep])


def modules_of(folder: Path, package: str) -> list[Module]:
    """Return all modules of a package that lies in `folder`."""
    found = []
    for path in sorted((folder / package).rglob("*.py")):
        parts = list(path.relative_to(folder).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        found.append(Module(".".join(parts), path))
    return found


@pytest.fixture(scope="session")
def kernel() -> list[Module]:
    return modules_of(ROOT, "kos_kernel")


@pytest.fixture(scope="session")
def cli() -> list[Module]:
    return modules_of(ROOT, "kos_cli")


@pytest.fixture(scope="session")
def plugins() -> dict[str, list[Module]]:
    """Return distribution -> the modules in its src folder."""
    found = {}
    for folder in sorted((ROOT / "plugins").iterdir()):
        if (folder / "pyproject.toml").is_file():
            found[folder.name] = modules_of(folder / "src", folder.name.replace("-", "_"))
    return found


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
