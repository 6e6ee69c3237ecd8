"""What `kos plugin new` writes, looked at without installing it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_cli import scaffold
from kos_kernel.errors import KosError
from kos_kernel.hookspecs import HOOKS


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_every_kind_announces_its_driver_in_its_group(kind: str) -> None:
    made = scaffold.plan(kind, "shiny-one")
    project = tomllib.loads(made.files["pyproject.toml"])
    [(group, entries)] = project["project"]["entry-points"].items()
    [(name, module)] = entries.items()
    assert (group, name) == (made.group, "shiny-one")
    path = "src/" + module.replace(".", "/") + ".py"
    assert f"def {HOOKS[group].name}()" in made.files[path]


@pytest.mark.parametrize("kind", scaffold.KINDS)
@pytest.mark.parametrize("name", ["x", "shiny-one", "class", "plugin", "options", "fat12"])
def test_every_file_is_python_or_toml_with_nothing_left_to_fill_in(kind: str, name: str) -> None:
    for path, text in scaffold.plan(kind, name).files.items():
        assert "${" not in text, path
        assert not any(f"${word}" in text for word in ("name", "package", "Class", "dist", "module", "summary")), path
        if path.endswith(".py"):
            compile(text, path, "exec")
        elif path.endswith(".toml"):
            tomllib.loads(text)


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_what_is_written_is_in_good_style(kind: str, tmp_path: Path) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    folder = scaffold.write(scaffold.plan(kind, "shiny-one"), str(tmp_path))
    own = [
        "--isolated",
        "--no-cache",
        "--line-length",
        "120",
        "--target-version",
        "py311",
    ]  # as in a repository of its own
    for arguments in (["check", "--select", "E,F,W,I,B,UP,C4,RET"], ["format", "--check"]):
        command = [ruff, *arguments, *own, "."]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        assert done.returncode == 0, done.stdout


@given(st.text(max_size=12))
def test_a_name_is_either_refused_or_makes_files_inside_one_folder(name: str) -> None:
    try:
        made = scaffold.plan("device", name)
    except KosError:
        return
    assert made.folder == f"kos-dev-{name}"
    assert not any(part in ("", ".", "..") for path in made.files for part in path.split("/"))


@pytest.mark.parametrize("name", ["", "Fair", "9p", "a_b", "a--b", "-a", "a/b", "../a", "a b", "a\n"])
def test_a_name_that_python_or_toml_could_not_carry_is_refused(name: str) -> None:
    with pytest.raises(KosError, match="can't be a driver's name"):
        scaffold.plan("fs", name)


def test_an_unknown_kind_is_answered_with_the_kinds_there_are() -> None:
    with pytest.raises(KosError, match=r"there are: fs, scheduler"):
        scaffold.plan("filesystem", "fair")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    made = scaffold.plan("scheduler", "fair")
    folder = Path(scaffold.write(made, str(tmp_path)))
    (folder / "pyproject.toml").write_text("mine")
    with pytest.raises(KosError, match="is there already"):
        scaffold.write(made, str(tmp_path))
    assert (folder / "pyproject.toml").read_text() == "mine"


def test_an_empty_folder_of_that_name_is_filled(tmp_path: Path) -> None:
    (tmp_path / "kos-sched-fair").mkdir()
    scaffold.write(scaffold.plan("scheduler", "fair"), str(tmp_path))
    assert (tmp_path / "kos-sched-fair" / "pyproject.toml").is_file()


def test_a_dangling_link_of_that_name_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kos-sched-fair").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KosError, match="is there already"):
        scaffold.write(scaffold.plan("scheduler", "fair"), str(tmp_path))
    assert not (tmp_path / "elsewhere").exists()
