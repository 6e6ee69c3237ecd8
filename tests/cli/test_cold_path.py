"""What a `kos run` imports, once its cache is warm. Modules are looked at, not milliseconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "pydantic",
    "pydantic_core",
    "stevedore",
    "pluggy",
    "typer",
    "rich",
    "prompt_toolkit",
    "importlib.metadata",
    "tomllib",
)

_CODE = """
import sys
from kos_cli.main import main
status = main(sys.argv[1:])
print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
sys.exit(status)
"""


def imported(kos_env: dict[str, str], cwd: Path, *arguments: str) -> set[str]:
    """Return the modules that a second run of these arguments imports."""
    command = [sys.executable, "-c", _CODE, *arguments]
    for _ in range(2):
        done = subprocess.run(command, env=kos_env, cwd=cwd, input=b"", capture_output=True, check=True)
    return set(done.stderr.decode().split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "-c", "echo hi"),
        ("run", "--seed", "7", "--clock", "virtual", "--set", "cpus=2", "-c", "echo hi | tr a-z A-Z"),
        ("sh", "-c", "echo hi"),
        ("--version",),
    ],
)
def test_nothing_heavy_is_imported(kos_env: dict[str, str], tmp_path: Path, arguments: tuple[str, ...]) -> None:
    modules = imported(kos_env, tmp_path, *arguments)
    assert not modules.intersection(HEAVY)


def test_the_version_needs_no_kernel(kos_env: dict[str, str], tmp_path: Path) -> None:
    modules = imported(kos_env, tmp_path, "--version")
    assert {name for name in modules if name.startswith("kos_kernel")} <= {"kos_kernel", "kos_kernel.errors"}


def test_a_machine_imports_only_the_drivers_it_names(kos_env: dict[str, str], tmp_path: Path) -> None:
    modules = imported(kos_env, tmp_path, "run", "-c", "echo hi")
    assert "kos_sched_classic.rr" in modules
    assert not modules.intersection({"kos_sched_classic.priority", "kos_fs_host", "kos_net_loopback"})
