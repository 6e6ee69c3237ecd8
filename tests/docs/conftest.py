"""The documentation as the tests beside this file look at it."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def load(path: Path, name: str) -> ModuleType:
    """Return a script of docs/ as a module."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


def pages() -> list[Path]:
    """Return every page, sorted."""
    return sorted(path for path in DOCS.rglob("*.md") if "examples" not in path.parts)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test each page in turn that it asks for: `page` any, `written` those by hand, `shown` those that show a run."""
    chosen = {
        "page": pages(),
        "written": [page for page in pages() if "Made by docs/reference/make.py" not in page.read_text("utf-8")],
        "shown": [page for page in pages() if re.search("^```(console|pycon)$", page.read_text("utf-8"), re.MULTILINE)],
    }
    for name, found in chosen.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, found, ids=[str(page.relative_to(DOCS)) for page in found])


@pytest.fixture(scope="session")
def runner() -> ModuleType:
    """Return docs/run.py."""
    return load(DOCS / "run.py", "kos_docs_run")


@pytest.fixture(scope="session")
def make() -> ModuleType:
    """Return docs/reference/make.py."""
    return load(DOCS / "reference" / "make.py", "kos_docs_make")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
