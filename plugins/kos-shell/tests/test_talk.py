"""What a line editor asks of a resident shell: options of commands, jobs, colours, and the talk itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kos_kernel import Machine
from kos_shell.commandoptions import options_of_help
from kos_shell.highlight import KINDS, spans
from kos_shell.session import Session
from kos_shell.talk import Talk


class Asked:
    """Stands in for a session: its next script is a question, answered on the shell's fiber."""

    exited = None

    def __init__(self, question: Callable[[Any], Any]) -> None:
        self.question = question
        self.answer: Any = None

    def run(self, k: Any, script: bytes) -> int:
        self.answer = self.question(k)
        return 0


@pytest.fixture
def ask(machine: Machine) -> Callable[..., Any]:
    """Return ask(question, script): what question(session, k) gives, after a script."""
    shell = machine.shell()

    def asked(question: Callable[[Session, Any], Any], script: str = ":") -> Any:
        shell.run(script)
        resident = shell._resident
        session = resident.session

        def on_fiber(k: Any) -> Any:
            session.shell.k = k
            return question(session, k)

        resident.session = probe = Asked(on_fiber)
        try:
            shell.run("")
        finally:
            resident.session = session
        return probe.answer

    return asked


# ----------------------------------------------------------------------------------------------------------- options
def completed(ask: Callable[..., Any], text: str, script: str = ":") -> list[str]:
    found: list[tuple[int, str]] = ask(lambda session, k: session.complete(text, len(text)), script)
    return [word for _, word in found]


def test_options_of_programs_come_from_their_tables(ask: Callable[..., Any]) -> None:
    assert completed(ask, "cat --n") == ["--number", "--number-nonblank"]
    assert {"-n", "--number", "--help"} <= set(completed(ask, "ls | cat -"))
    assert "--block-size=" in completed(ask, "/usr/bin/ls --bl")


def test_options_of_builtins_come_from_the_table_that_they_use(ask: Callable[..., Any]) -> None:
    assert completed(ask, "read -") == [f"-{letter}" for letter in "Nadeinprstu"]
    assert completed(ask, "times -") == []


def test_nobody_else_is_asked_for_options(ask: Callable[..., Any], machine: Machine) -> None:
    machine.write_file("/usr/local/bin/danger", "#!/bin/sh\ntouch /tmp/ran\n", 0o755)
    assert completed(ask, "danger -") == []
    assert completed(ask, "f -", "f() { touch /tmp/ran; }") == []
    assert completed(ask, "nosuchprogram -") == []
    assert not machine.exists("/tmp/ran")
    machine.write_file("/tmp/-file", "")
    assert completed(ask, "cat -- -f", "cd /tmp") == ["-file"]


def test_asking_for_options_keeps_the_status(ask: Callable[..., Any]) -> None:
    completed(ask, "cat --n", "false")
    assert ask(lambda session, k: session.shell.status) == 0  # of the shell's own last script: ""


def test_a_help_text_is_read_line_by_line() -> None:
    text = "Usage: x\n\n  -a, --all   all\n  -b          short\n      --size=N  n\n  -c, --colour[=WHEN]  c\ntext -z\n  (see -q)\n"
    assert options_of_help(text) == ("-a", "--all", "-b", "--size=", "-c", "--colour")


def test_jobs_and_braced_variables(ask: Callable[..., Any]) -> None:
    assert completed(ask, "kill %", "sleep 100 & sleep 200 &") == ["%1", "%2", "%sleep"]
    assert completed(ask, "kill %s") == ["%sleep"]
    assert completed(ask, "echo ${my_va", "my_variable=1") == ["${my_variable}"]


# ----------------------------------------------------------------------------------------------------------- colours
LETTERS = dict(zip(KINDS, ".cKorasvSA#hE", strict=True))


def painted(text: str) -> str:
    out = [" "] * len(text)
    for start, stop, kind in spans(text):
        out[start:stop] = LETTERS[kind] * (stop - start)
    return "".join(out)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo 'a' # b", "cccc sss ###"),
        ('x=1 ls "a $x"', "a   cc sssvvs"),
        ("for i in 1; do echo $i; done > f 2>&1", "KKK   KK  o KK cccc vvo KKKK r   rrr "),
        ('echo "a $(ls | wc) b"', "cccc sssSScc.o.ccSsss"),
        ("if x; then y; fi", "KK co KKKK co KK"),
        ("cat <<E\nbody $x\nE\nls", "ccc rr  hhhhhhhhhhcc"),
        ("ech\\\no 'a\nb' $x", "cccccc sssss vv"),
        ("ls | grep x && y", "cc o cccc   oo c"),
        ("echo $((1+x)) ${x:-'y'}", "cccc AAAAAAAA vvvvvsssv"),
        ("echo )", "cccc E"),
        ("echo 'abc", "cccc ssss"),
        ('echo "abc $x', "cccc sssssvv"),
        ("case $x in a|b) ls;; esac", "KKKK vv KK  o o ccoo     "),
        ("", ""),
        ("if if", "KK KK"),
    ],
)
def test_what_is_shown_in_which_colour(text: str, expected: str) -> None:
    assert painted(text) == expected


def test_a_text_that_is_too_long_or_deep_stays_plain_and_ends() -> None:
    assert spans("echo " * 5000) == []
    for hostile in ("$(" * 5000, "((" * 3000, "{ " * 5000, "`" * 9999, "a=(" * 3000, "\\\n" * 3000, '"$(' * 3000):
        for start, stop, kind in spans(hostile):
            assert 0 <= start < stop <= len(hostile) and kind in KINDS


# -------------------------------------------------------------------------------------------------------------- talk
def talking(ask: Callable[..., Any], *steps: Callable[[Talk, Any], Any], script: str = ":") -> list[Any]:
    def all_of(session: Session, k: Any) -> list[Any]:
        talk = Talk(session)
        talk.begin(k, "P ")
        return [step(talk, k) for step in steps]

    found: list[Any] = ask(all_of, script)
    return found


def test_a_talk_is_an_interactive_shell_with_its_start_up_file(ask: Callable[..., Any], machine: Machine) -> None:
    machine.write_file("/root/.bashrc", "PS1='mine '; rc=1")
    value = lambda name: lambda talk, k: talk.session.shell.get(name)  # noqa: E731
    assert talking(ask, value("PS1"), value("PS2"), value("rc"), value("-"))[:3] == ["mine ", "> ", "1"]


def test_lines_are_kept_as_histcontrol_says(ask: Callable[..., Any]) -> None:
    keep = lambda text: lambda talk, k: talk.keep(text)  # noqa: E731
    found = talking(
        ask, keep("echo a"), keep(" echo b"), keep("echo a"), keep(""), lambda talk, k: talk.session.shell.history,
        script="HISTCONTROL=ignoreboth",
    )  # fmt: skip
    assert found == [True, False, False, False, ("echo a",)]


def test_before_a_prompt_prompt_command_runs_and_the_status_stays(ask: Callable[..., Any]) -> None:
    found = talking(
        ask,
        lambda talk, k: talk.run(k, "(exit 3)"),
        lambda talk, k: talk.before_prompt(k),
        lambda talk, k: (talk.session.shell.get("seen"), talk.session.shell.status),
        lambda talk, k: talk.interrupted(),
        lambda talk, k: talk.session.shell.status,
        script="PROMPT_COMMAND='seen=$?; false'",
    )
    assert found == [3, None, ("3", 3), None, 130]


def test_the_end_of_input_ends_the_shell_unless_ignoreeof_is_set(ask: Callable[..., Any]) -> None:
    end = lambda talk, k: (talk.end_of_input(k), talk.has_ended)  # noqa: E731
    assert talking(ask, end, end, end, script="IGNOREEOF=2") == [(0, False), (0, False), (0, True)]


def test_set_o_vi_switches_the_editor(ask: Callable[..., Any]) -> None:
    mode = lambda talk, k: talk.editing_mode  # noqa: E731
    run = lambda text: lambda talk, k: talk.run(k, text)  # noqa: E731
    assert talking(ask, mode, run("set -o vi"), mode, run("set -o emacs"), mode) == ["emacs", 0, "vi", 0, "emacs"]
