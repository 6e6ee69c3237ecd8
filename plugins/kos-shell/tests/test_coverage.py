"""`sh --coverage`: what it says is so. Each name of bash 5.2 is listed, and each claim has a probe."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import kos_shell
from kos_kernel import Machine
from kos_shell.coverage import Item, bash52, coverage
from kos_shell.coverage.collect import INERT, NO, PARTLY, YES, option_letters
from kos_shell.coverage.features import FEATURES, Feature

from .conftest import Bash

SECTIONS = {section.name: section.items for section in coverage()}
NAMES = {name: {item.name: item for item in items} for name, items in SECTIONS.items()}
REFUSAL = "not supported by this shell"


def host(bash: Bash, script: str) -> str:
    """Return what the host's bash prints, with an environment that says nothing."""
    done = subprocess.run(
        [bash.path, "-c", script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60
    )
    return done.stdout


def supported(section: str, *kinds: str) -> list[Item]:
    return [item for item in SECTIONS[section] if item.support in (kinds or (YES, PARTLY))]


# ------------------------------------------------------------------------------------------ the list of bash's own
@pytest.mark.parametrize(
    ("script", "committed"),
    [
        ("compgen -b", bash52.BUILTINS),
        ("compgen -k", bash52.KEYWORDS),
        ("set -o | cut -f 1 | tr -d ' '", bash52.SET_OPTIONS),
        ("shopt | cut -f 1 | tr -d ' '", bash52.SHOPT_OPTIONS),
    ],
)
def test_the_committed_names_are_those_of_bash(bash: Bash, script: str, committed: tuple[str, ...]) -> None:
    assert sorted(host(bash, script).split()) == sorted(committed)


def test_each_variable_that_bash_sets_is_listed(bash: Bash) -> None:
    names = set(host(bash, "x() { compgen -v; }; [[ a =~ a ]]; mapfile < /dev/null; echo | read; x").split())
    assert names - set(bash52.VARIABLES) == {"TERM"}


ASKED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@"
ENDLESS = {
    "exit",
    "exec",
    "logout",
    "suspend",
    "return",
    "source",
    ".",
    "eval",
    "echo",
    "test",
    "[",
    ":",
    "true",
    "false",
}
"""What ends or stops the shell, runs its operand, or looks at options in a way of its own."""
BY_WORD = {
    "dirs",
    "pushd",
    "popd",
    "kill",
    "local",
    "let",
    "times",
    "break",
    "continue",
    "shift",
    "caller",
    "builtin",
    "fg",
    "bg",
}
ASK = """for letter in {letters}; do
err=$({name} -$letter </dev/null 2>&1 >/dev/null)
case $err in *'invalid option'*) ;; *) echo -n $letter;; esac
done; echo
"""


@pytest.mark.parametrize(
    "name", sorted(set(bash52.BUILTINS) - ENDLESS - BY_WORD - {"getopts", "bind", "declare", "typeset"})
)
def test_the_committed_options_are_those_of_bash(bash: Bash, name: str) -> None:
    found = set(host(bash, ASK.format(letters=" ".join(ASKED), name=name)).strip())
    undocumented = {"export": "aA", "readonly": "n", "set": "r"}.get(name, "")
    assert found - set(undocumented) == set(option_letters(bash52.BUILTINS[name])) - set(
        "o" if name == "set" else ""
    ) | ({"o"} if name == "set" else set())


# -------------------------------------------------------------------------------------------- every name is answered
@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("builtins", [*bash52.BUILTINS]),
        ("reserved words", bash52.KEYWORDS),
        ("set -o", bash52.SET_OPTIONS),
        ("shopt", bash52.SHOPT_OPTIONS),
        ("variables", bash52.VARIABLES),
        ("complete -A", bash52.ACTIONS),
        ("complete -o", bash52.COMPLETION_OPTIONS),
        (
            "command line",
            [f"-{letter}" for letter in bash52.LETTERS_OF_SHELL] + [f"--{name}" for name in bash52.LONG_OPTIONS],
        ),
        ("test and [[ ]]", [f"-{letter}" for letter in bash52.UNARY_TESTS]),
        ("prompt escapes", [f"\\{letter}" for letter in bash52.PROMPT_ESCAPES]),
    ],
)
def test_each_name_of_bash_is_listed_once(section: str, names: list[str]) -> None:
    listed = [item.name for item in SECTIONS[section]]
    assert len(listed) == len(set(listed))
    assert set(names) <= set(listed)


def test_each_option_of_a_builtin_is_listed_unless_the_builtin_is_not_there() -> None:
    for name, letters in bash52.BUILTINS.items():
        if NAMES["builtins"][name].support != NO:
            assert {f"{name} -{letter}" for letter in option_letters(letters)} <= set(NAMES["builtins"]), name


# ------------------------------------------------------------------------------------------------- and is as it says
WITH_VALUE = {
    "read": "1",
    "mapfile": "1",
    "readarray": "1",
    "history": "1",
    "wait": "x",
    "complete": "file",
    "compgen": "file",
}
SPECIAL = {
    "exec -c": "exec -c true", "exec -l": "exec -l true", "exec -a": "exec -a x true",
    "suspend -f": "set -m; suspend -f & sleep 0; kill -CONT %1; wait", "set -n": "set -n; :",
    "complete -o": "complete -o default x", "compgen -o": "compgen -o default", "fc -n": "fc -ln", "fc -r": "fc -lr",
    "compopt -o": "complete x; compopt -o default x", "kill -s": "kill -s 0 $$", "kill -n": "kill -n 0 $$",
    "set -o": "set -o errexit", "complete -F": "complete -F f x", "jobs -x": "jobs -x true", "hash -p": "hash -p /bin/cat x",
    "printf -v": "printf -v x y",
}  # fmt: skip


def probe(item: str) -> str:
    """Return a command that uses one option of a builtin."""
    name, _, letter = item.partition(" -")
    if item in SPECIAL:
        return SPECIAL[item]
    value = f" {WITH_VALUE.get(name, 'x')}" if letter + ":" in bash52.BUILTINS[name] else ""
    call = f"{name} -{letter}{value}"
    return f"f() {{ {call}; }}; f" if name == "local" else call


def answers(machine: Machine, commands: list[str]) -> list[tuple[int, str]]:
    """Return (status, message) of each command, run in a subshell of its own."""
    found = []
    for command in commands:
        done = machine.run(f"( {command}\n) </dev/null >/dev/null")
        found.append((done.status, done.stderr.decode()))
    return found


def test_options_of_builtins_that_are_supported_are_taken(machine: Machine) -> None:
    items = [item.name for item in supported("builtins") if " -" in item.name]
    refused = [
        (item, message)
        for item, (_, message) in zip(items, answers(machine, [probe(item) for item in items]), strict=True)
        if "invalid option" in message or REFUSAL in message or "invalid signal" in message
    ]
    assert refused == []


def test_options_of_builtins_that_are_not_supported_are_refused_by_name(machine: Machine) -> None:
    items = supported("builtins", NO)
    for item, (status, message) in zip(items, answers(machine, [probe(item.name) for item in items]), strict=True):
        name, _, letter = item.name.partition(" -")
        assert status == 2, item
        assert name in message and (not letter or f"-{letter}" in message or name == "set"), (item, message)
        assert REFUSAL in message, (item, message)


@pytest.mark.parametrize("name", sorted(set(bash52.BUILTINS) - ENDLESS - BY_WORD - {"getopts", "bind", "let"}))
def test_no_option_is_taken_that_bash_does_not_have(machine: Machine, name: str) -> None:
    theirs = set(option_letters(bash52.BUILTINS[name]))
    others = [letter for letter in ASKED if letter not in theirs]
    more = {"declare": "cG", "typeset": "cG", "export": "aA", "set": "r", "cd": "@"}.get(name, "")
    others = [letter for letter in others if letter not in more]
    for letter, (status, message) in zip(
        others, answers(machine, [f"{name} -{letter}" for letter in others]), strict=True
    ):
        assert status == 2 and (f"-{letter}: invalid option" in message or REFUSAL in message), (letter, message)


def test_options_of_set_are_as_they_say(machine: Machine) -> None:
    for item in SECTIONS["set -o"]:
        done = machine.run(f"(set +e; set -o {item.name}; echo $?) 2>&1")
        if item.support == NO:
            assert item.name in done.text and REFUSAL in done.text
        elif item.name not in ("noexec", "onecmd"):
            assert done.text.splitlines()[-1] == "0", item


def test_options_of_shopt_are_as_they_say(machine: Machine) -> None:
    for item in SECTIONS["shopt"]:
        done = machine.run(f"(shopt -s {item.name} && shopt -u {item.name}; echo $?) 2>&1")
        if item.support == NO:
            assert item.name in done.text and REFUSAL in done.text
        else:
            assert done.text == "0\n", item


def test_variables_that_are_not_supported_say_so_when_they_are_set(machine: Machine) -> None:
    for item in supported("variables", NO):
        done = machine.run(f"({item.name}=1; {item.name}[2]=1)")
        assert item.name.encode() in done.stderr, item
        assert b"not supported" in done.stderr or b"readonly" in done.stderr, done.stderr


def test_a_variable_without_effect_is_quiet_and_one_from_the_environment_too(machine: Machine) -> None:
    for item in supported("variables", INERT):
        assert machine.run(f"{item.name}=1; echo ${item.name}").stderr == b"", item
    assert machine.exec([b"bash", b"-c", b"echo $TMOUT"], env={b"TMOUT": b"1"}).stderr == b""


def test_variables_that_are_supported_are_asked_for_somewhere() -> None:
    sources = [path for path in Path(kos_shell.__file__).parent.rglob("*.py") if "coverage" not in path.parts]
    asked = "".join(path.read_text() for path in sources).replace('f"PS{number}"', '"PS1" "PS2"')
    assert [item.name for item in supported("variables") if f'"{item.name}"' not in asked] == []


def test_words_of_the_command_line_are_as_they_say(machine: Machine) -> None:
    for item in SECTIONS["command line"]:
        value = {"-o": ["posix"], "-O": ["extglob"], "--rcfile": ["x"], "--init-file": ["x"]}.get(item.name, [])
        behind = ["-c", "true"] if item.name not in ("-c", "-s") else ["true"] if item.name == "-c" else []
        done = machine.exec([word.encode() for word in ["bash", item.name, *value, *behind]])
        if item.support == YES:
            assert done.status == 0, (item, done)
        else:
            assert done.status == 2, (item, done)
            asked = bash52.LETTERS_OF_SHELL
            named = item.name in done.stderr.decode() or REFUSAL in done.stderr.decode() and item.name[1:] in asked
            assert named, (item, done)


def test_operators_of_test_are_known(machine: Machine) -> None:
    for item in supported("test and [[ ]]"):
        done = machine.run(f"test {item.name} /; [[ {item.name} / ]]; true")
        assert done.stderr == b"", item
    assert b"unary operator expected" in machine.run("test -y /").stderr


def test_transformations_prompt_escapes_and_conversions_are_known(machine: Machine) -> None:
    for item in supported("${x@operator}"):
        assert machine.run(f"x=a; : ${{x@{item.name}}}").status == 0, item
    assert machine.run("x=a; : ${x@y}").status != 0
    for item in supported("prompt escapes"):
        text = {"\\D": "\\D{%Y}", "\\0": "\\060"}.get(item.name, item.name)
        done = machine.run(f"x='<{text}>'; printf %s \"${{x@P}}\"")
        assert done.text != f"<{text}>", item
    assert machine.run("x='\\y'; echo \"${x@P}\"").text == "\\y\n"
    for item in SECTIONS["printf conversions"]:
        text = item.name.replace("format", "%Y")
        done = machine.run(f"printf '{text}' 1")
        assert (done.status == 0) == (item.support == YES), (item, done)
        assert item.support == YES or item.name.encode() in done.stderr


def test_actions_and_options_of_complete_are_as_they_say(machine: Machine) -> None:
    for item in SECTIONS["complete -A"]:
        done = machine.run(f"complete -A {item.name} x")
        assert (done.status == 0) == (item.support == YES), item
        assert item.support == YES or item.name.encode() in done.stderr
    for item in supported("complete -o"):
        assert machine.run(f"complete -o {item.name} x").status == 0


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_prints_what_bash_prints_or_is_refused(
    machine: Machine, bash: Bash, feature: Feature, tmp_path: Path
) -> None:
    ours = machine.exec([b"bash", b"-c", feature.script.encode()], cwd="/tmp")
    if feature.says:
        assert ours.status != 0 and feature.says in ours.stderr.decode()
        return
    theirs = subprocess.run(
        [bash.path, "-c", feature.script.replace("/tmp", str(tmp_path))],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
    )  # fmt: skip
    assert ours.text == feature.output
    assert theirs.stdout.decode() == feature.output


# --------------------------------------------------------------------------------------------------------- the output
def test_the_report_is_text_or_json(machine: Machine) -> None:
    text = machine.exec([b"sh", b"--coverage"])
    assert text.status == 0 and text.text.startswith("KaedeShell held against bash 5.2")
    assert "    cd (p)  " not in text.text and "cd -LPe (p)" in text.text
    told = json.loads(machine.exec([b"bash", b"--coverage", b"--json"]).stdout)
    assert {name: [item["name"] for item in items] for name, items in told["sections"].items()} == {
        name: [item.name for item in items] for name, items in SECTIONS.items()
    }
    refused = machine.exec([b"sh", b"--json", b"-c", b"true"])
    assert refused.status == 2 and b"--json: goes with --coverage or --analyze" in refused.stderr
