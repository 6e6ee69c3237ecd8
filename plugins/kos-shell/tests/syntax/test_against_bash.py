"""Bash as the judge: the scripts on this machine, and random tokens."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from kos_shell.syntax.parser import ShellSyntaxError, parse
from kos_shell.syntax.tree import FunctionDef
from kos_shell.syntax.unparse import unparse_function

_spec = importlib.util.spec_from_file_location("syntax_scripts", Path(__file__).with_name("scripts.py"))
assert _spec is not None and _spec.loader is not None
scripts = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(scripts)

FOLDERS = ["/usr/bin", "/usr/sbin", "/etc", "/usr/share/bash-completion", "/usr/lib/git-core", "/usr/share/doc"]


def shell_scripts() -> Iterator[Path]:
    """The shell scripts that this machine happens to have."""
    seen: set[str] = set()
    for folder in FOLDERS:
        for root, _, names in os.walk(folder):
            for name in sorted(names):
                path = os.path.realpath(os.path.join(root, name))
                if path in seen or not os.path.isfile(path):
                    continue
                seen.add(path)
                try:
                    with open(path, "rb") as file:
                        first = file.readline(200)
                except OSError:
                    continue
                interpreter = first[2:].split()[:1] if first.startswith(b"#!") else []
                is_shell = bool(interpreter) and os.path.basename(interpreter[0]) in (b"sh", b"bash", b"dash")
                if is_shell or name.endswith((".sh", ".bash")) or "/bash-completion/" in path:
                    yield Path(path)


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def test_every_script_on_this_machine_is_accepted_or_refused_as_by_bash(bash: Callable[..., object]) -> None:
    wrong = []
    count = 0
    for path in shell_scripts():
        count += 1
        try:
            parse(text_of(path))
            ours = True
        except ShellSyntaxError:
            ours = False
        result = bash("-O", "extglob", "-n", str(path))
        theirs = result.returncode == 0 and not result.stderr  # type: ignore[attr-defined]
        if ours != theirs:
            wrong.append(str(path))
    assert wrong == []
    if not count:
        pytest.skip("no shell scripts here")


def test_every_script_on_this_machine_is_printed_as_declare_prints_it(bash: Callable[..., object]) -> None:
    """Each script is made the body of a function."""
    wrong = []
    for path in shell_scripts():
        text = f"zz() {{\n{text_of(path)}\n}}\n"
        try:
            commands = parse(text).commands
        except ShellSyntaxError:
            continue
        if len(commands) != 1 or not isinstance(commands[0], FunctionDef) or "\0" in text:
            continue
        expected = bash("-O", "extglob", "-s", text=f"{text}declare -f zz\n").stdout  # type: ignore[attr-defined]
        ours = unparse_function("zz", commands[0].body) + "\n"
        if ours.encode("utf-8", "surrogateescape") != expected:
            wrong.append(str(path))
    assert wrong == []


# Where bash 5.2 is known to go astray, or reads more leniently than we do: text that nobody means.
#   [[       an error in a conditional ends the script without a status
#   <( ( >( ( $(( in ${ }   read only when they run
ASTRAY = ("[[", "<((", ">((", "${$(", "@(", "coproc", "x[", "time")


@given(scripts.TOKENS)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_tokens_are_accepted_or_refused_as_by_bash(bash: Callable[..., object], text: str) -> None:
    if any(words in text for words in ASTRAY):
        return
    try:
        parse(text)
        ours = ""
    except ShellSyntaxError as error:
        ours = error.message
    result = bash("-O", "extglob", "-n", "-c", "--", text)
    assert (not ours) == (result.returncode == 0), (ours, result.stderr)  # type: ignore[attr-defined]


@given(scripts.SCRIPTS)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_scripts_are_accepted_as_by_bash(bash: Callable[..., object], text: str) -> None:
    parse(text)
    result = bash("-O", "extglob", "-n", "-c", "--", text)
    assert result.returncode == 0, result.stderr  # type: ignore[attr-defined]
