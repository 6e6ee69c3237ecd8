"""Laws that the filters keep, whatever they are fed: each against a few plain lines of Python."""

from __future__ import annotations

from itertools import groupby

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kos_kernel import Machine

law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.lists(
    st.sampled_from([b"a", b"b", b" ", b"\t", b"\n", b"ab", b"\xff", b"\0", b"  ", b"\n\n", b"x:y"]), max_size=40
).map(b"".join)
LINES = st.lists(st.sampled_from([b"a", b"b", b"", b"a b"]), max_size=20).map(
    lambda lines: b"".join(line + b"\n" for line in lines)
)


def filtered(machine: Machine, command: str, data: bytes) -> bytes:
    return machine.run(f"LC_ALL=C {command}", stdin=data).stdout


@law
@given(TEXT)
def test_tr_squeezes_each_run_of_a_member_to_one(machine: Machine, data: bytes) -> None:
    wanted = b"".join(bytes(run)[:1] if key in b"ab \n" else bytes(run) for key, run in groupby(data))
    assert filtered(machine, "tr -s 'ab \\n'", data) == wanted


@law
@given(TEXT)
def test_tr_there_and_back_is_the_identity(machine: Machine, data: bytes) -> None:
    assert filtered(machine, "tr '\\0-\\377' '\\1-\\377\\0' | LC_ALL=C tr '\\1-\\377\\0' '\\0-\\377'", data) == data


@law
@given(LINES)
def test_uniq_counts_runs(machine: Machine, data: bytes) -> None:
    wanted = b"".join(b"%7d %s\n" % (len(list(run)), line) for line, run in groupby(data.splitlines()))
    assert filtered(machine, "uniq -c", data) == wanted


@law
@given(LINES)
def test_tac_twice_is_the_identity(machine: Machine, data: bytes) -> None:
    assert filtered(machine, "tac | tac", data) == data


@law
@given(TEXT, st.integers(1, 9))
def test_head_and_tail_cut_a_file_in_two(machine: Machine, data: bytes, count: int) -> None:
    machine.write_file("/f", data)
    assert machine.run(f"head -n {count} /f; tail -n +{count + 1} /f").stdout == data
    assert machine.run(f"head -n -{count} /f; tail -n {count} /f").stdout == data
    assert machine.run(f"head -c {count} /f; tail -c +{count + 1} /f").stdout == data


@law
@given(TEXT)
def test_what_unexpand_makes_expand_undoes(machine: Machine, data: bytes) -> None:
    expanded = filtered(machine, "expand", data)
    assert filtered(machine, "unexpand -a | expand", expanded) == expanded


@law
@given(TEXT)
def test_wc_counts_lines_and_bytes(machine: Machine, data: bytes) -> None:
    lines, size = filtered(machine, "wc -lc", data).split()
    assert (int(lines), int(size)) == (data.count(b"\n"), len(data))


@law
@given(TEXT, st.integers(1, 12))
def test_fold_only_adds_newlines_and_keeps_to_the_width(machine: Machine, data: bytes, width: int) -> None:
    folded = filtered(machine, f"fold -b -w {width}", data)
    assert folded.replace(b"\n", b"") == data.replace(b"\n", b"")
    assert all(len(line) <= width for line in folded.split(b"\n"))


def test_all_filters_end_quietly_when_nobody_reads_them(machine: Machine) -> None:
    commands = [
        "cat /f",
        "tac /f",
        "rev /f",
        "nl /f",
        "fold -w 5 /f",
        "sort /f",
        "cut -c1- /f",
        "tr a b </f",
        "paste /f /f",
        "od /f",
    ]
    machine.write_file("/f", b"some line\n" * 100_000)
    for command in [*commands, "yes", "seq 1 inf"]:
        done = machine.run(f"{command} | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}", timeout=30)
        assert (done.stdout, done.stderr) == (b"141\n", b""), command


def test_a_line_beyond_the_memory_limit_is_an_error_not_a_hanging_host() -> None:
    with Machine(memory="8MiB") as m:
        done = m.run("tr '\\0' x </dev/zero | sort; echo $?", timeout=60)
    assert done.stdout == b"2\n"
    assert b"sort: " in done.stderr
