"""How cases are run: in a machine with the helper programs, in a shell of the host, and against the lists of known failures."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.judges import runner
from tests.judges.case import CWD, REPO, SHELL, Case, File, Outcome, Suite
from tests.judges.inside import Inside

SCRIPT = b"""argv.py "$A" 'b c'; recho "$(printf '\\001')" x; zecho -n "$(cat data)"
printenv.py A NOT_SET; stdout_stderr.py out err 3 2>&1; echo $?
read_from_fd.py 3 3<data; echo; ls -l link | sed 's/.*-> //'
cat "$R/shared/one"; "$SH" -c 'echo inner'; cd "$W" && pwd | sed 's,.*/,,'
"""
WANTED = b"""['a', 'b c']
argv[1] = <^A>
argv[2] = <x>
-n text
a
None
out
err
3
3: text
data
one
inner
case
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "one").write_text("one\n")
    return tmp_path


def suite_of(*cases: Case) -> Suite:
    return Suite("own", cases, lambda case, got: "" if got.stdout == case.wanted else repr(got), ("shared",))


CASE = Case(
    "everything",
    "",
    (),
    WANTED,
    stdin=SCRIPT,
    files={"data": File(b"text"), "link": File(b"data", link=True)},
    env={"A": "a", "R": REPO, "SH": SHELL, "W": CWD},
)


def test_a_case_finds_helpers_files_and_environment_in_a_machine(checkout: Path) -> None:
    (verdict,) = runner.run(suite_of(CASE), checkout)
    assert verdict.complaint == ""


def test_a_case_finds_helpers_files_and_environment_in_a_shell_of_the_host(checkout: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash isn't installed here")
    (verdict,) = runner.run(suite_of(CASE), checkout, shell="bash")
    assert verdict.complaint == ""


def test_several_processes_give_the_verdicts_in_the_order_of_the_cases(checkout: Path) -> None:
    cases = [Case(str(n), "", (b"-c", b"echo %d" % n), b"%d\n" % (n % 5)) for n in range(20)]
    verdicts = list(runner.run(suite_of(*cases), checkout, jobs=2))
    assert [(verdict.case.name, verdict.complaint == "") for verdict in verdicts] == [
        (str(n), n < 5) for n in range(20)
    ]


def test_a_case_that_never_ends_is_told_from_one_that_does(checkout: Path) -> None:
    place = Inside(suite_of(), checkout)
    try:
        got = place.run(Case("waits", "", (b"-c", b"echo a; sleep 1000"), b""))
    finally:
        place.close()
    assert (got.stdout, got.ended) == (b"a\n", False)


def test_what_fails_unlisted_and_what_passes_listed_are_both_news() -> None:
    outcomes = {
        "a": "",
        "b": "wrong",
        "c": "wrong",
        "d": "",
        "e": None,
        "g:1": "wrong",
        "g:2": "",
        "f": "",
        "h": "wrong",
    }
    verdicts = [runner.Verdict(Case(name, "", (), b""), what, b"") for name, what in outcomes.items()]
    listed = {"c": "why", "d": "why", "g:*": "group", "f": "sometimes: a race", "h": "sometimes: a race"}
    found = runner.report(verdicts, listed)
    assert (found.passed, found.total) == (4, 8)
    assert [verdict.case.name for verdict in found.news] == ["b"]
    assert found.mended == [("d", "why"), ("g:2", "group")]


def test_a_checkout_that_isnt_the_suites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no cases of oils"):
        runner.load("oils", tmp_path)


def test_every_list_gives_a_reason_for_each_case() -> None:
    for name in runner.SUITES:
        assert all(reason.strip() for reason in runner.known(name).values())


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(runner.SUITES))
def test_the_shell_does_what_the_judges_say_but_for_what_is_known(name: str) -> None:
    folder = os.environ.get("KOS_JUDGES")
    if folder is None:
        pytest.skip("KOS_JUDGES=DIR names no folder with checkouts of the suites (awk, oils, busybox, justbash)")
    checkout = Path(folder, name)
    if not checkout.is_dir():
        pytest.skip(f"there is no checkout of {name} in KOS_JUDGES={folder}")
    listed = runner.known(name)
    verdicts = list(runner.run(runner.load(name, checkout), checkout, jobs=2))
    found = runner.report(verdicts, listed)
    news = [f"{verdict.case.name}: {verdict.complaint}" for verdict in found.news]
    assert (news, found.mended) == ([], [])


def test_an_outcome_names_where_its_case_ran(checkout: Path) -> None:
    place = Inside(suite_of(), checkout)
    try:
        got: Outcome = place.run(Case("where", "", (b"-c", b"pwd"), b"", folder="a/b"))
    finally:
        place.close()
    assert got.stdout == got.cwd.encode() + b"\n"
