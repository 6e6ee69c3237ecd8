"""sort beyond tables of cases: random options against GNU's, little memory, little disk, inputs that are also outputs."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kos_kernel import Machine

gnu = pytest.mark.skipif(shutil.which("sort") is None, reason="GNU sort isn't installed")
LINES = st.lists(st.text(alphabet="ab1 .-~K\tZ:_0", max_size=8), max_size=12)
POSITIONS = st.sampled_from(["", ".1", ".2"])
KEYS = st.builds(
    lambda field, char, letters, end: f"-k{field}{char}{letters}{end}",
    st.integers(1, 3),
    POSITIONS,
    st.sampled_from(["", "b", "n", "r", "f", "d", "V", "h", "bf", "nr", "Vr", "g", "M", "i"]),
    st.sampled_from(["", ",1", ",2", ",3", ",2.2", ",3b", ",1.0"]),
)
OPTIONS = st.tuples(
    st.lists(KEYS, max_size=2),
    st.lists(st.sampled_from(["-r", "-s", "-u", "-b", "-f", "-d", "-V", "-t:", "-n"]), max_size=2, unique=True),
)


@gnu
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, OPTIONS)
def test_any_keys_sort_any_lines_as_gnu_does(
    machine: Machine, lines: list[str], options: tuple[list[str], list[str]]
) -> None:
    words = [*options[0], *options[1]]
    data = "".join(line + "\n" for line in lines).encode()
    theirs = subprocess.run(["sort", *words], input=data, capture_output=True, env={"LC_ALL": "C"}, check=False)
    ours = machine.run("LC_ALL=C sort " + " ".join(words), stdin=data)
    assert (ours.stdout, ours.status) == (theirs.stdout, theirs.returncode)


def test_more_than_memory_holds_is_sorted_through_temporary_files_that_leave_no_trace() -> None:
    with Machine(memory="16MiB") as m:
        done = m.run("seq 100000 | sort -rn | sed -n '1p;50000p;$p'; ls -A /tmp")
    assert (done.stdout, done.stderr, done.status) == (b"100000\n50001\n1\n", b"", 0)


def test_equal_lines_keep_their_order_across_spills() -> None:
    with Machine() as m:
        m.write_file("/in", b"".join(b"%d %06d\n" % (number % 3, number) for number in range(30000)))
        plain = m.run("sort -s -k1,1 /in").stdout
        spilled = m.run("sort -s -k1,1 -S 64K --batch-size=2 /in").stdout
    assert spilled == plain
    assert plain.startswith(b"0 000000\n0 000003\n")


def test_a_disk_that_fills_up_under_the_temporary_files_ends_sort_with_status_2() -> None:
    with Machine() as m:
        m.run("mkdir /small; mount -t memory -o size=256K none /small").check()
        done = m.run("seq 100000 | sort -S 64K -T /small >/dev/null; echo $?; ls -A /small")

    assert done.stdout == b"2\n"
    assert b"No space left on device" in done.stderr


def test_the_output_may_be_one_of_the_inputs_even_when_merging() -> None:
    with Machine() as m:
        m.write_file("/x", b"a\nc\n")
        m.write_file("/y", b"b\nd\n")
        m.run("sort -m -o /x /x /y").check()
        assert m.read_file("/x") == b"a\nb\nc\nd\n"
        m.run("sort -r -o /x /x").check()
        assert m.read_file("/x") == b"d\nc\nb\na\n"


def test_random_order_repeats_with_the_machine_s_seed() -> None:
    def shuffled() -> bytes:
        with Machine(seed=5, clock="virtual") as m:
            return m.run("seq 20 | sort -R").stdout

    one = shuffled()
    assert one == shuffled()
    assert one != b"".join(b"%d\n" % number for number in range(1, 21))


def test_what_is_not_done_is_refused_by_name() -> None:
    with Machine() as m:
        for option in ("--debug", "--compress-program=gzip"):
            done = m.run(f"sort {option} /etc/passwd")
            assert done.status == 2
            assert option.partition("=")[0].encode() + b" is not supported" in done.stderr
