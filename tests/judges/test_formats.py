"""The suites' formats, on small texts of our own, and how outcomes are judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.judges import awk, busybox, busybox_tools, coreutils, justbash, oils
from tests.judges.case import Case, Outcome

SPEC = """\
## compare_shells: dash bash
# a comment

#### first
echo hi
# not for the shell

echo there
## status: 3
## STDOUT:
hi
there
## END
## OK dash/mksh status: 2
## BUG bash stdout-json: "h\\u0069"

#### second
## code: exit 1
## N-I bash STDOUT:
## END
## stdout: x
"""


def outcome(stdout: bytes, status: int = 0, *, stderr: bytes = b"", ended: bool = True) -> Outcome:
    return Outcome(stdout, stderr, status, "/tmp/here", ended)


def test_a_spec_file_is_read_without_its_comments() -> None:
    about, (first, second) = oils.parse(SPEC)
    assert about == {"compare_shells": "dash bash"}
    assert (first.title, first.script) == ("first", "echo hi\n\necho there\n")
    assert (second.title, second.script) == ("second", "exit 1")


def test_a_shells_own_expectation_counts_for_what_it_says_and_the_general_one_for_the_rest() -> None:
    _, (first, second) = oils.parse(SPEC)
    assert first.expected("zsh") == (b"hi\nthere\n", None, 3)
    assert first.expected("dash") == (b"hi\nthere\n", None, 2)
    assert first.expected("bash") == (b"hi", None, 3)
    assert second.expected("bash") == (b"", None, 0)
    assert second.expected("dash") == (b"x\n", None, 0)


def test_a_line_that_belongs_to_no_case_is_refused() -> None:
    with pytest.raises(ValueError, match="belongs to no case"):
        oils.parse("#### one\ntrue\n## status: 0\n\nstray\n")


@pytest.mark.parametrize(
    ("name", "about", "kind"),
    [
        ("loop", {"compare_shells": "bash dash"}, "posix"),
        ("array", {"compare_shells": "bash-4.4 mksh"}, "bash"),
        ("ysh-json", {"compare_shells": "bash"}, "ysh"),
        ("zsh-only", {"compare_shells": "zsh"}, "other"),
        ("later", {"compare_shells": "bash", "suite": "disabled"}, "disabled"),
    ],
)
def test_a_spec_file_is_for_the_shells_that_it_names(name: str, about: dict[str, str], kind: str) -> None:
    assert oils.kind(name, about) == kind


def test_oils_judges_output_status_and_end() -> None:
    case = Case("a:00", "", (), oils.Expected(b"x\n", None, 1))
    assert oils.judge(case, outcome(b"x\n", 1)) == ""
    assert "stdout" in oils.judge(case, outcome(b"y\n", 1))
    assert "status: wanted 1, got 0" in oils.judge(case, outcome(b"x\n"))
    assert oils.judge(case, outcome(b"x\n", 1, ended=False)) == "it didn't end"


def test_busybox_reads_executable_tests_with_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "shell" / "ash_test" / "group"
    folder.mkdir(parents=True)
    for name, text in (("one.tests", "echo $CONFIG_X"), ("one.right", "y\n"), ("lib", "")):
        (folder / name).write_text(text)
    (folder / "one.tests").chmod(0o755)
    (folder / "two.tests").write_text("")  # neither executable nor with a .right
    (case,) = busybox.load(tmp_path).cases
    assert case.name == "ash_test/group/one" and case.args == (b"./one.tests",)
    assert set(case.files) == {"one.tests", "one.right", "two.tests", "lib"} and case.files["one.tests"].mode == 0o755
    assert case.env["CONFIG_X"] == "y"


def test_busybox_doesnt_mind_how_a_shell_names_itself() -> None:
    case = Case("one", "", (), b"ash: f: not found\nend\n")
    assert busybox.judge(case, outcome(b"./one.tests: line 3: f: not found\nend\n")) == ""
    assert busybox.judge(case, outcome(b"other\n")) != ""
    assert busybox.judge(case, outcome(b"", busybox.SKIPPED)) is None


def test_just_bash_compares_output_and_status_but_for_the_folder() -> None:
    text = json.dumps({"0a": {"command": "pwd", "files": {"f": "x"}, "stdout": "/tmp/testdir\n", "exitCode": 0}})
    (case,) = justbash.parse("group", json.loads(text))
    assert case.name == "group:0a" and case.args == (b"-c", b"pwd") and case.files["f"].data == b"x"
    assert justbash.judge(case, outcome(b"/tmp/here\n")) == ""
    assert justbash.judge(case, outcome(b"/tmp/there\n")) != ""
    assert justbash.judge(case, outcome(b"/tmp/here\n", 1)) == "status: wanted 0, got 1"


def test_awk_takes_the_programs_that_have_an_output_and_sorts_where_order_is_nobodys_promise(tmp_path: Path) -> None:
    base = tmp_path / "testdata"
    (base / "output").mkdir(parents=True)
    for name in ("t.a", "p.43", "t.randk", "p.none", "other"):
        (base / name).write_text("1\n")
        if name != "p.none":
            (base / "output" / name).write_text("x\ny\n")
    suite = awk.load(tmp_path)
    assert [case.name for case in suite.cases] == ["p.43", "t.a"]
    unordered, ordered = suite.cases
    assert ordered.args[1] == b"exec awk -f testdata/t.a testdata/test.data"
    assert suite.judge(unordered, outcome(b"y\nx\n")) == ""
    assert suite.judge(ordered, outcome(b"x\ny\n")) == ""
    assert str(suite.judge(ordered, outcome(b"y\nx\n"))).startswith("output")
    assert suite.judge(ordered, outcome(b"x\ny\n", ended=False)) == "it didn't end"


def test_a_row_of_a_table_becomes_a_command_with_its_files() -> None:
    row = [
        b"one",
        b"-a",
        {b"IN": {b"f": b"data"}},
        {b"OUT": b"x"},
        {b"EXIT": b"2"},
        {b"ENV": b"A=1"},
        {b"AUX": b"aux"},
        b"@AUX@",
    ]
    case = coreutils._Row({"file": "t/t", "program": "cut", "env": {"LC_ALL": "C"}}, row).case()
    assert case.name == "t/t:cut:one"
    assert case.args == (b"-c", b"A=1 cut -a 'f' one.2")
    assert (case.files["f"].data, case.files["one.2"].data) == (b"data", b"aux")
    assert coreutils.judge(case, outcome(b"x", 2)) == ""
    assert "status" in coreutils.judge(case, outcome(b"x", 0))
    assert "stdout" in coreutils.judge(case, outcome(b"y", 2))


def test_a_file_that_a_row_compares_must_hold_what_it_says() -> None:
    row = [b"one", {b"CMP": [b"text", {b"o": None}]}]
    case = coreutils._Row({"file": "t", "program": "tee", "env": {}}, row).case()
    assert case.reads == ("o",)
    assert coreutils.judge(case, Outcome(b"", b"", 0, "/", left={"o": b"text"})) == ""
    assert "the file o" in coreutils.judge(case, Outcome(b"", b"", 0, "/", left={"o": b"other"}))


def test_a_script_of_busybox_fails_with_the_titles_of_the_tests_that_do() -> None:
    case = Case("cut", "cut.tests", (), "cut.tests")
    assert busybox_tools.judge(case, outcome(b"PASS: a\nSKIPPED: b\n")) == ""
    assert busybox_tools.judge(case, outcome(b"SKIPPED: b\n")) is None
    assert busybox_tools.judge(case, outcome(b"PASS: a\nFAIL: b\n")) == "1 of 2 fail: b"
    assert "reported nothing" in (busybox_tools.judge(case, outcome(b"")) or "")
