"""The option parser against GNU programs' own words."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_kernel.toolkit.options import Command, Digits, Flag, HelpRequested, UsageError, Value

LS = Command(
    "ls",
    summary="List information about the FILEs (the current directory by default).",
    options=[
        Flag("all", "a", "all", help="do not ignore entries starting with ."),
        Flag("almost_all", "A", "almost-all", help="do not list implied . and .."),
        Flag("author", "author", help="with -l, print the author of each file"),
        Flag("verbose", "v", "verbose", count=True),
        Flag("follow", "L", value="always", default="never"),
        Flag("follow", "P", value="never", default="never"),
        Flag("everything", "e", sets={"all": True, "author": True}),
        Value("color", "color", metavar="WHEN", optional=True, implied="always", default="never", help="color the output WHEN",
              choices={"always": "always", "yes": "always", "force": "always", "never": "never", "no": "never", "none": "never",
                       "auto": "auto", "tty": "auto", "if-tty": "auto"}),
        Value("suffix", "i", metavar="SUFFIX", optional=True, implied=b""),
        Value("width", "w", "width", metavar="COLS", default=80, convert=int, help="set output width to COLS"),
        Value("parts", "k", "key", repeat=True),
        Flag("parts", "x", value=b"<x>", repeat=True),
    ],
    status=2,
)  # fmt: skip

HEAD = Command(
    "head",
    options=[
        Value("bytes", "c", "bytes", metavar="[-]NUM"),
        Value("lines", "n", "lines", metavar="[-]NUM", default=b"10"),
        Flag("quiet", "q", "quiet", "silent"),
        Digits("lines", suffixes=b"bkm", first_only=True, default=b"10"),
    ],
)


def parse(command: Command, *argv: str, posixly_correct: bool = False) -> tuple[dict[str, object], list[bytes]]:
    words = [command.name.encode(), *[word.encode() for word in argv]]
    opts, operands = command.parse(words, posixly_correct=posixly_correct)
    values = dict(vars(opts))
    del values["prog"], values["given"]
    return values, operands


def test_options_come_short_long_clustered_attached_and_abbreviated() -> None:
    for argv in (
        ["-aw", "5", "f"],
        ["-aw5", "f"],
        ["-a", "--width=5", "f"],
        ["--all", "--width", "5", "f"],
        ["--wi=5", "f", "-a"],
    ):
        values, operands = parse(LS, *argv)
        assert (values["all"], values["width"], operands) == (True, 5, [b"f"])


def test_what_is_not_given_has_its_default() -> None:
    values, operands = parse(LS)
    assert operands == []
    assert values == {
        "all": False, "almost_all": False, "author": False, "verbose": 0, "follow": "never", "everything": False, "color": "never",
        "suffix": None, "width": 80, "parts": [],
    }  # fmt: skip


def test_flags_count_set_others_and_let_the_last_one_win() -> None:
    values, _ = parse(LS, "-vvv", "-LPL", "-e")
    assert (values["verbose"], values["follow"], values["all"], values["author"]) == (3, "always", True, True)


def test_optional_values_must_be_attached() -> None:
    assert parse(LS, "--color", "auto") == ({**parse(LS)[0], "color": "always"}, [b"auto"])
    assert parse(LS, "--color=if-tty")[0]["color"] == "auto"
    assert parse(LS, "--color=n")[0]["color"] == "never"  # no, none, never: one meaning
    assert parse(LS, "-i", "x") == ({**parse(LS)[0], "suffix": b""}, [b"x"])
    assert parse(LS, "-i.bak")[0]["suffix"] == b".bak"


def test_repeated_options_keep_their_order_across_names() -> None:
    assert parse(LS, "-k1", "-x", "--key=2")[0]["parts"] == [b"1", b"<x>", b"2"]
    assert parse(LS, "-k9")[0]["parts"] == [b"9"]


def test_operands_may_come_first_unless_posix_says_otherwise() -> None:
    assert parse(LS, "f", "-a") == ({**parse(LS)[0], "all": True}, [b"f"])
    assert parse(LS, "f", "-a", posixly_correct=True)[1] == [b"f", b"-a"]
    assert parse(Command("env", permute=False, options=[Flag("i", "i")]), "-i", "ls", "-i")[1] == [b"ls", b"-i"]
    assert parse(LS, "-a", "--", "-v", "--", "-")[1] == [b"-v", b"--", b"-"]
    assert parse(LS, "-", "-a")[1] == [b"-"]


def test_numbers_can_be_options_and_operands() -> None:
    assert parse(HEAD, "-5")[0]["lines"] == b"5"
    assert parse(HEAD, "-15kq") == ({"bytes": None, "lines": b"15k", "quiet": True}, [])
    grep = Command("grep", options=[Flag("v", "v"), Digits("context")])
    assert parse(grep, "-v12", "x", "-3")[0] == {"v": True, "context": b"3"}
    seq = Command("seq", options=[Flag("w", "w")], permute=False, negative_numbers=True)
    assert parse(seq, "-w", "-5", "-1")[1] == [b"-5", b"-1"]
    assert parse(seq, "-.5")[1] == [b"-.5"]


ERRORS = [
    ("head", ["-y"], HEAD),
    ("head", ["--foo=bar"], HEAD),
    ("head", ["--lines"], HEAD),
    ("head", ["-n"], HEAD),
    ("head", ["-z5", "-q", "-5"][1:], HEAD),
    ("ls", ["--a"], LS),
    ("ls", ["--all=x"], LS),
    ("ls", ["--color=foo"], LS),
]


@pytest.mark.parametrize(("program", "argv", "command"), ERRORS)
def test_errors_are_worded_as_gnu_words_them(program: str, argv: list[str], command: Command) -> None:
    path = shutil.which(program)
    if path is None or b"GNU" not in subprocess.run([path, "--version"], capture_output=True).stdout:
        pytest.skip(f"no GNU {program} here")
    shown = subprocess.run(
        [program, *argv], capture_output=True, env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")}, executable=path
    )
    with pytest.raises(UsageError) as caught:
        parse(command, *argv)
    assert (caught.value.text, caught.value.status) == (shown.stderr, shown.returncode)


@pytest.mark.parametrize(
    ("operands", "given_words", "message"),
    [
        ((1, None), [], "cp: missing file operand"),
        ((2, None), ["a"], "cp: missing operand after 'a'"),
        ((1, 2), ["a", "b", "c d"], "cp: extra operand 'c d'"),
    ],
)
def test_operands_are_counted(operands: tuple[int, int | None], given_words: list[str], message: str) -> None:
    command = Command("cp", operands=operands, missing="missing file operand")
    with pytest.raises(UsageError) as caught:
        parse(command, *given_words)
    assert caught.value.text == f"{message}\nTry 'cp --help' for more information.\n".encode()


def test_a_refused_value_says_what_its_converter_says() -> None:
    def lines(text: bytes) -> int:
        if not text.isdigit():
            raise ValueError(f"invalid number of lines: '{text.decode()}'")
        return int(text)

    command = Command("head", options=[Value("lines", "n", convert=lines)])
    with pytest.raises(UsageError) as caught:
        parse(command, "-nx")
    assert caught.value.text == b"head: invalid number of lines: 'x'\n"


def test_the_hint_and_the_name_are_the_commands_own() -> None:
    grep = Command(
        "grep", status=2, hint="Usage: grep [OPTION]... PATTERNS [FILE]...\nTry '{prog} --help' for more information.\n"
    )
    with pytest.raises(UsageError) as caught:
        grep.parse([b"/bin/grep", b"--zz"])
    assert caught.value.status == 2
    assert caught.value.text == (
        b"/bin/grep: unrecognized option '--zz'\nUsage: grep [OPTION]... PATTERNS [FILE]...\n"
        b"Try '/bin/grep --help' for more information.\n"
    )


def test_help_is_laid_out_from_the_table() -> None:
    command = Command(
        "cat",
        summary="Concatenate FILE(s) to standard output.",
        options=[
            Flag("all", "A", "show-all", help="equivalent to -vET"),
            Flag("e", "e", help="equivalent to -vE"),
            Value("lines", "n", "lines", metavar="NUM", help="print the first NUM lines instead of the first 10; with a leading '-', "
                  "print all but the last NUM lines of each file"),
            Value("color", "color", metavar="WHEN", optional=True, help="color the output WHEN"),
            Flag("hidden", "z", hidden=True),
            Flag("long", "group-directories-first-of-all", help="group directories before files"),
        ],
        epilog="Examples:\n  cat f",
    )  # fmt: skip
    with pytest.raises(HelpRequested) as caught:
        command.parse([b"cat", b"--help"])
    assert (caught.value.status, caught.value.fd) == (0, 1)
    assert (
        caught.value.text.decode()
        == """\
Usage: cat [OPTION]... [FILE]...
Concatenate FILE(s) to standard output.

  -A, --show-all      equivalent to -vET
  -e                  equivalent to -vE
  -n, --lines=NUM     print the first NUM lines instead of the first 10; with a
                      leading '-', print all but the last NUM lines of each file
      --color[=WHEN]  color the output WHEN
      --group-directories-first-of-all
                      group directories before files
      --help          display this help and exit
      --version       output version information and exit

Examples:
  cat f
"""
    )


def test_version_names_the_program_first() -> None:
    with pytest.raises(HelpRequested) as caught:
        LS.parse([b"ls", b"--vers"])
    assert caught.value.text.startswith(b"ls (KOS) ")


def test_version_begins_with_what_the_program_behaves_as_for_scripts_look_for_that() -> None:
    with pytest.raises(HelpRequested) as caught:
        Command("mkdir", like="(coreutils) 9.1").parse([b"mkdir", b"--version"])
    first, second, end = caught.value.text.split(b"\n")
    assert (first, end) == (b"mkdir (coreutils) 9.1", b"")
    assert second.startswith(b"KOS ") and b"GNU" in second


def test_two_options_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two options are called 'a'"):
        Command("x", options=[Flag("one", "a"), Flag("two", "a")]).parse([b"x"])


def test_an_attribute_that_no_option_sets_is_an_error_that_lists_them() -> None:
    opts, _ = HEAD.parse([b"head"])
    with pytest.raises(AttributeError, match="no option of this command sets 'line'; there are: bytes"):
        opts.line  # noqa: B018


def test_importing_the_module_loads_nothing_heavy() -> None:
    script = (
        "import sys; before = set(sys.modules); import kos_kernel.toolkit.options; print(*(set(sys.modules) - before))"
    )
    loaded = set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"textwrap", "importlib.metadata", "dataclasses", "argparse", "inspect"}


@given(st.lists(st.binary(max_size=6)))
def test_any_argv_is_parsed_or_refused(argv: list[bytes]) -> None:
    for command in (LS, HEAD):
        try:
            _, operands = command.parse([b"x", *argv])
        except (UsageError, HelpRequested) as ended:
            assert ended.text.endswith(b"\n")
            continue
        assert all(operand in argv for operand in operands)


def test_operands_keep_their_place_among_options_that_ask_for_it():
    tar = Command(
        "tar",
        options=[
            Value("words", "C", "directory", convert=lambda text: ("C", text), repeat=True),
            Flag("words", "null", value=("null", True), repeat=True),
            Flag("verbose", "v"),
        ],
        in_order="words",
    )
    options, operands = tar.parse([b"tar", b"a", b"-C", b"d", b"-v", b"b", b"--null", b"--", b"-c"])
    assert options.words == [b"a", ("C", b"d"), b"b", ("null", True), b"-c"]
    assert operands == [b"a", b"b", b"-c"]
    assert tar.parse([b"tar"])[0].words == []
    stopped, operands = tar.parse([b"tar", b"a", b"-C", b"d"], posixly_correct=True)
    assert stopped.words == operands == [b"a", b"-C", b"d"]
