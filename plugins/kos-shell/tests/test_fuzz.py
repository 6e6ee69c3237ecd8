"""Generated scripts, run in a machine and in the host's bash: they must print the same and end the same (see fuzz/)."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def _package(name: str) -> None:
    """Make the folder beside this file importable as a package."""
    folder = Path(__file__).with_name("fuzz")
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


_package("kos_shell_fuzz")
Both: Any = importlib.import_module("kos_shell_fuzz.both").Both
script: Any = importlib.import_module("kos_shell_fuzz.commands").script
shown: Any = importlib.import_module("kos_shell_fuzz.__main__").shown

# Fixed, so that what passes here passes everywhere; the search for more is `python -m fuzz`.
SEED, PARTS, SCRIPTS = 1, 10, 30


@pytest.fixture(scope="module")
def both(bash: Any) -> Iterator[Any]:
    shells = Both(bash.path)
    try:
        yield shells
    finally:
        shells.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_generated_scripts_do_what_bash_does(part: int, both: Any) -> None:
    for number in range(part * SCRIPTS, (part + 1) * SCRIPTS):
        statements = script(SEED, number)
        if both.kind(statements, again=4):
            small = both.small(statements)
            pytest.fail(f"seed {SEED}, script {number}:\n{shown(small, both, False)}", pytrace=False)


def test_a_difference_is_seen(both: Any) -> None:
    assert both.difference(["[[ $BASH == /usr/bin/bash ]] && echo $HOSTNAME"]) is not None
    assert both.difference(["echo same"]) is None
