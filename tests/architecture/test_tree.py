"""The repository as a whole: what lies in it, what it never says, and what its pyproject files agree on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kos_kernel.firstparty import FIRST_PARTY

TOP = {"kos_kernel", "plugins", "kos_cli", "tests", "docs", "pyproject.toml", "noxfile.py", "conftest.py"}
TOP |= {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "constraints.txt"}
PASSING = {"build", "dist", "__pycache__", "uv.lock", "htmlcov"}
SKIPPED = {"__pycache__", "build", "dist", "node_modules"}


def texts(root: Path):
    """Yield (path, text) of every text file that belongs to the repository."""
    for folder, folders, files in os.walk(root):
        folders[:] = [
            f
            for f in folders
            if f not in SKIPPED and (not f.startswith(".") or f == ".ci") and not f.endswith(".egg-info")
        ]
        for name in files:
            path = Path(folder, name)
            if name == "uv.lock" or path.suffix in (".pyc", ".png", ".gif"):
                continue
            try:
                yield path.relative_to(root), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_the_top_level_holds_what_the_readme_lists(root):
    names = {name for name in os.listdir(root) if not name.startswith(".") and not name.endswith(".egg-info")} - PASSING
    assert names <= TOP, f"not at the top level: {sorted(names - TOP)}"
    assert names >= TOP - {"CHANGELOG.md", "CONTRIBUTING.md", "README.md"}, f"missing: {sorted(TOP - names)}"


def test_nothing_names_the_place_where_it_was_written(root):
    here = str(root)
    if here.count("/") < 2:
        pytest.skip("the repository lies too near the root of the disk to tell its path from others")
    found = [str(path) for path, text in texts(root) if here in text]
    assert not found, f"an absolute path of this machine stands in {found}"


def test_nothing_names_a_package_index(root):
    # Cut in two, so that this file doesn't name them either.
    hosts = re.compile(
        "|".join(("pypi" r"\.org", "python" r"hosted\.org", "npm" r"js\.(org|com)", r"index" r"-url\s*="))
    )
    found = [f"{path}: {match[0]}" for path, text in texts(root) if (match := hosts.search(text))]
    assert not found, found


def test_every_plugin_is_one_of_the_workspace_with_the_same_backend(root):
    with (root / "pyproject.toml").open("rb") as file:
        whole = tomllib.load(file)
    folders = sorted(path.parent.name for path in (root / "plugins").glob("*/pyproject.toml"))
    standard = whole["project"]["optional-dependencies"]["standard"]
    assert sorted(name for name in standard if not name.startswith("kos[")) == folders
    assert sorted(name for name in whole["tool"]["uv"]["sources"] if name != "kos") == folders
    for name in folders:
        with (root / "plugins" / name / "pyproject.toml").open("rb") as file:
            plugin = tomllib.load(file)
        assert plugin["build-system"] == whole["build-system"], name
        assert plugin["project"]["name"] == name
        assert {"kos", "kos[regex]"} & set(plugin["project"]["dependencies"]), name
        assert plugin["project"]["requires-python"] == whole["project"]["requires-python"], name
        assert (root / "plugins" / name / "README.md").is_file(), name
        assert (root / "plugins" / name / "src" / name.replace("-", "_") / "py.typed").is_file(), name


def test_the_first_party_table_is_what_the_plugins_announce(root):
    announced = {}
    for path in (root / "plugins").glob("*/pyproject.toml"):
        with path.open("rb") as file:
            project = tomllib.load(file)["project"]
        for group, entries in project["entry-points"].items():
            announced |= {(group, name): project["name"] for name in entries}
            assert set(entries.values()) == {f"{project['name'].replace('-', '_')}.plugin"}, path
    assert dict(FIRST_PARTY) == announced


def test_the_constraints_pin_everything_that_the_root_asks_for(root):
    pinned = {
        line.split("==")[0].lower() for line in (root / "constraints.txt").read_text().splitlines() if "==" in line
    }
    with (root / "pyproject.toml").open("rb") as file:
        whole = tomllib.load(file)
    extras = [
        one
        for group in whole["project"]["optional-dependencies"].values()
        for one in group
        if not one.startswith("kos")
    ]
    asked = [*whole["project"]["dependencies"], *whole["dependency-groups"]["dev"], *extras, "uv"]
    names = {re.split(r"[<>=;! \[]", one)[0].replace("_", "-").lower() for one in asked}
    assert names <= pinned, f"not in constraints.txt: {sorted(names - pinned)}"


def test_versions_agree(root):
    import kos_kernel

    with (root / "pyproject.toml").open("rb") as file:
        assert kos_kernel.__version__ == tomllib.load(file)["project"]["version"]


@pytest.mark.parametrize(
    "module", ["kos_kernel", "kos_kernel.errors", "kos_kernel.registry", "kos_kernel.config", "kos_cli"]
)
def test_importing_costs_no_heavy_library(module):
    """What every start imports must not bring in what only a first start needs."""
    heavy = [
        "pydantic",
        "stevedore",
        "pluggy",
        "importlib.metadata",
        "tomllib",
        "typer",
        "rich",
        "prompt_toolkit",
        "dataclasses",
    ]
    code = f"import sys, {module}; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.split() == []


def test_importing_the_package_imports_nothing_of_it():
    code = "import sys; before = set(sys.modules); import kos_kernel; print(*(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert set(done.stdout.split()) <= {"kos_kernel", "__future__"}


def test_hypothesis_draws_the_same_examples_in_each_run(root):
    """In the root's tests and in the plugins' (the profile is the whole workspace's), unless somebody asks for a search."""
    script = "import os, hypothesis, conftest; print(hypothesis.settings().derandomize)"
    for asked, derandomized in (("", "True"), ("search", "False")):
        env = {name: value for name, value in os.environ.items() if name != "HYPOTHESIS_PROFILE"}
        env |= {"HYPOTHESIS_PROFILE": asked} if asked else {}
        done = subprocess.run([sys.executable, "-c", script], cwd=root, env=env, capture_output=True, text=True)
        assert done.stdout.strip() == derandomized, done.stderr
    for path in [*root.glob("tests/**/*.py"), *root.glob("plugins/*/tests/**/*.py")]:
        assert "derandomize=False" not in path.read_text(encoding="utf-8") or path == Path(__file__).resolve(), path
