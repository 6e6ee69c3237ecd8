"""What a page shows is what happens: commands print what stands below them, sessions answer what stands there."""

from __future__ import annotations

import ast
import shutil
import tomllib
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_a_page_shows_what_happens(shown, runner, tmp_path, cache):
    if shutil.which("bash") is None and "```console" in shown.read_text("utf-8"):
        pytest.skip("the commands of a page are given to the host's bash, which isn't installed")
    problems = runner.run(shown, tmp_path, cache)
    assert not problems, "\n".join(problems)


def test_python_to_read_is_python(written, runner):
    for block in runner.blocks(written.read_text("utf-8")):
        if block.language == "python":
            ast.parse(block.text, f"{written.name}:{block.line}")


def test_configuration_to_read_is_right(page, runner, monkeypatch, cache):
    from kos_kernel.config import load
    from kos_kernel.registry import Registry

    monkeypatch.setenv("KOS_CACHE_DIR", str(cache))
    for block in runner.blocks(page.read_text("utf-8")):
        if block.language == "toml":
            table = tomllib.loads(block.text)
            if "project" not in table and "tasks" not in table:  # no pyproject.toml, no workload
                load(Registry(), table)


def test_the_runner_finds_what_is_not_so(runner, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Save this as `a`:\n\n```text\nhello\n```\n\n```console\n$ cat a\nhello\n$ echo one\ntwo\n$ false; echo $?\n1\n```\n"
    )
    folder = tmp_path / "folder"
    folder.mkdir()
    problems = runner.run(page, folder, tmp_path)
    assert len(problems) == 1
    assert "$ echo one" in problems[0] and "two" in problems[0]


@pytest.mark.parametrize(
    ("expected", "printed", "fits"),
    [
        ("a\nb\n", "a \nb\n\n", True),
        ("took ... ms\n", "took 3.2 ms\n", True),
        ("first\n...\nlast\n", "first\n2\n3\nlast\n", True),
        ("first\n...\nlast\n", "first\nlast\n", True),
        ("first\n...\n", "second\n", False),
        ("a...b\n", "a\nb\n", False),
        ("", "something\n", False),
    ],
)
def test_dots_stand_for_what_differs_from_run_to_run(runner, expected, printed, fits):
    assert runner.fits(expected, printed) is fits
