"""The fast parser and Typer read the same option table; whatever the fast one accepts, Typer reads the same way."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kos_cli import fastparse
from kos_cli.app import SCRIPT_SETTINGS
from kos_cli.options import FLAG, OPTIONS, Parsed
from kos_cli.typerparse import from_table


def typer_reads(command: str, argv: list[str]) -> Parsed | None:
    """Return what Typer makes of these arguments, or None if it refuses them or shows help."""
    got: list[Parsed] = []

    def keep(parsed: Parsed) -> int:
        got.append(parsed)
        return 0

    app = typer.Typer(
        add_completion=False, context_settings={"help_option_names": ["-h", "--help"]}, rich_markup_mode=None
    )
    app.command(context_settings=SCRIPT_SETTINGS)(from_table(OPTIONS[command], words="WORDS")(keep))
    if command == "sh":
        argv = fastparse.mark_shell_words(argv)
    try:
        app(args=argv, standalone_mode=False)
    except Exception as error:
        if type(error).__module__.startswith(("typer", "click")):
            return None
        raise
    return got[0] if got else None


def words_of(command: str) -> st.SearchStrategy[list[str]]:
    flags = [flag for option in OPTIONS[command] for flag in option.flags]
    valued = [
        flag for option in OPTIONS[command] if option.kind != FLAG for flag in option.flags if flag.startswith("--")
    ]
    texts = st.text(st.characters(exclude_characters="\0"), max_size=5)
    word = st.one_of(
        st.sampled_from(flags),
        st.sampled_from(
            ["--", "-", "-c", "-s", "-e", "-x", "-ec", "--help", "-h", "--bogus", "--mou", "", "=", "--=x", "script"]
        ),
        st.builds("{}={}".format, st.sampled_from([*valued, "--strace", "--bogus"]), texts),
        st.builds("-c{}".format, texts),
        texts,
    )
    return st.lists(word, max_size=8)


@pytest.mark.parametrize("command", sorted(OPTIONS))
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_what_the_fast_parser_accepts_typer_reads_the_same(command: str, data: Any) -> None:
    argv = data.draw(words_of(command))
    fast = fastparse.parse(command, argv)
    if fast is not None:
        assert typer_reads(command, argv) == fast


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        ("run", ["-c", "echo hi"]),
        ("run", ["--command", "echo hi", "a", "--seed", "b"]),
        ("run", ["--mount", "./logs:/logs", "report.sh", "2026-11"]),
        ("run", ["--clock=virtual", "--seed=7", "nightly.sh"]),
        ("run", ["--set", "a=b", "--set", "c=d=e", "--strace", "--", "-odd-name"]),
        ("run", ["-"]),
        ("run", []),
        ("sh", ["-c", "echo hi"]),
        ("sh", ["--mount", "/a:/a:rw", "--workdir", "/a", "--host-env", "--", "-c", "CMD"]),
        ("sh", ["--host-env", "-x", "-e", "script", "--seed", "1"]),
        ("sh", ["-s"]),
    ],
)
def test_usual_command_lines_are_read_by_the_fast_parser(command: str, argv: list[str]) -> None:
    fast = fastparse.parse(command, argv)
    assert fast is not None
    assert typer_reads(command, argv) == fast


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["--seed"], ["--strace=yes"], ["--nonsense"], ["-x"], ["-cecho"]])
def test_what_it_is_not_sure_of_it_leaves_to_typer(argv: list[str]) -> None:
    assert fastparse.parse("run", argv) is None


@example(["-h"])
@given(st.lists(st.sampled_from(["--seed", "1", "-c", "x", "--", "-h", "--host-env", "--posix"]), max_size=6))
def test_marking_the_shells_words_changes_nothing_but_one_mark(argv: list[str]) -> None:
    marked = fastparse.mark_shell_words(argv)
    unmarked = [marked[:at] + marked[at + 1 :] for at, word in enumerate(marked) if word == "--"]
    assert marked == argv or argv in unmarked
