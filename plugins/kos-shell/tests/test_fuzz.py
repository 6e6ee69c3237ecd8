"""Generated scripts, run in a machine and in the host's bash: they must print the same and end the same (see fuzz/)."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings


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
reduced: Any = importlib.import_module("kos_shell_fuzz.reduce").reduced
scripts: Any = importlib.import_module("kos_shell_fuzz.commands").scripts


@pytest.fixture(scope="module")
def both(bash: Any) -> Iterator[Any]:
    shells = Both(bash.path)
    try:
        yield shells
    finally:
        shells.close()


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # what fails is made small by reduce.py, which knows what a script is
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(statements=scripts())
def test_generated_scripts_do_what_bash_does(statements: list[str], both: Any) -> None:
    kind = both.kind(statements, again=4)
    if kind:
        small = reduced(statements, lambda fewer: both.takes(fewer) and both.kind(fewer) == kind)
        pytest.fail("\n".join([*small, *map(str, both.difference(small) or ["hangs"])]), pytrace=False)


def test_a_difference_is_seen(both: Any) -> None:
    assert both.difference(["[[ $BASH == /usr/bin/bash ]] && echo $HOSTNAME"]) is not None
    assert both.difference(["echo same"]) is None
