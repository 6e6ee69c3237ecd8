"""What bc's command line and environment say, compared with the host's bc."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

FILES = {
    "two": b"2+3\n",
    "quit": b"quit\n",
    "wrong": b"1\n)\n",
    "half": b"1+",
    "reads": b'a=read();a\nb=read();b\nc=read();c\nd=read();d\n"end\n"\n',
    "hex": b"ibase=16\na=read();a\n",
    "none": b"",
}
LINES = [
    "echo 7 | bc two; echo 7 | bc two quit; echo 7 | bc quit two; echo 7 | bc two two none",
    "echo ')' | bc wrong two; echo 7 | bc half two; echo 7 | bc -- two",
    "bc missing two </dev/null; bc two missing </dev/null",
    "printf '12.34 -5 abc\\n 7.8.9\\n' | bc reads; printf 'G F\\n+3 \\\\\\n4 9\\n' | bc reads; printf 'FF\\n' | bc hex",
    "BC_ENV_ARGS='-l two' bc </dev/null; echo 'e(1)' | BC_ENV_ARGS=-l bc; echo 'a&&b' | BC_ENV_ARGS='-w' bc",
    "echo '2^300;1/3' | BC_LINE_LENGTH=20 bc -l; echo '2^300' | BC_LINE_LENGTH=0 bc; echo '2^300' | BC_LINE_LENGTH=2 bc",
    "echo '2^300' | BC_LINE_LENGTH=x bc; echo '2^300' | BC_LINE_LENGTH=3 bc | tail -3; echo '2^300' | BC_LINE_LENGTH=4 bc | tail -3",
    "echo 'a&&b' | POSIXLY_CORRECT=1 bc; echo 'print 1' | bc -ws; echo 'print 1' | bc --standard; echo 'print 1' | bc --warn",
    "bc -lq two </dev/null; bc two -l </dev/null; bc --mathlib --quiet two </dev/null",
    "printf '1+1' | bc; printf '\"a' | bc; printf '1 /* a' | bc; printf 'a\\0b\\n' | bc; printf '1\\r\\n' | bc; printf '1\\t+\\f2\\n' | bc",
    "printf 'print \"a\\0b\"\\n1\\n' | bc",
]


@pytest.mark.skipif(shutil.which("bc") is None, reason="the host has no bc")
@pytest.mark.parametrize("line", LINES)
def test_options_files_and_environment_do_what_gnus_do(line: str, machine: Machine, tmp_path: Path) -> None:
    assert TwoWorlds(machine, tmp_path, files=FILES).differences([line]) == []


def test_the_greeting_is_for_terminals_or_who_asks(machine: Machine) -> None:
    assert b"NO WARRANTY" in machine.run("echo 1 | bc -i").stdout
    assert machine.run("echo 1 | bc -i -q").stdout == b"1\n"


def test_help_and_version_are_printed(machine: Machine) -> None:
    assert machine.run("bc -h").stdout == machine.run("bc --help").stdout != b""
    assert machine.run("bc -v").stdout.startswith(b"bc (KOS) 1.07.1\n")
    assert machine.run("dc -h").stdout == machine.run("dc --help").stdout != b""
    assert machine.run("dc -V").stdout == machine.run("dc --version").stdout != b""


def test_dc_runs_expressions_and_files_in_order(machine: Machine) -> None:
    machine.write_file("/tmp/f", b"1 2+p\n")
    assert (
        machine.run("cd /tmp; dc -e 4p -f f -e '5p'; echo 6p | dc f -; echo 5 | dc -e '?p'").stdout
        == b"4\n3\n5\n3\n6\n5\n"
    )


def test_dc_tells_of_a_file_that_it_cannot_read_and_goes_on(machine: Machine) -> None:
    done = machine.run("dc -f /missing -e 5p")
    assert (done.stdout, done.stderr, done.status) == (
        b"5\n", b"dc: Could not open file /missing: No such file or directory\n", 1,
    )  # fmt: skip


def test_dc_breaks_lines_as_its_environment_says(machine: Machine) -> None:
    assert machine.run("DC_LINE_LENGTH=0 dc -e '2 300^p'").stdout == b"%d\n" % 2**300
    assert machine.run("dc -e '2 300^p'").stdout == b"%d\\\n%d\n" % divmod(2**300, 10**23)
