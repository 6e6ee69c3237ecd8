"""ps, free, uptime and kill in a machine whose time and processes are known."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from kos_kernel import Machine


@pytest.fixture
def m() -> Iterator[Machine]:
    with Machine(clock="virtual", seed=1, hostname="kaede", cpus=2, memory="256MiB") as machine:
        yield machine


def test_ps_shows_itself_and_its_ancestors(m: Machine) -> None:
    lines = m.run("ps -e -o pid=,ppid=,comm=; true").stdout.splitlines()
    table = {int(line.split()[0]): (int(line.split()[1]), line.split()[2]) for line in lines}
    [me] = [pid for pid, (_, name) in table.items() if name == b"ps"]
    assert table[table[me][0]][1] == b"bash"
    assert table[1][0] == 0


def test_ps_formats_have_the_headings_of_procps(m: Machine) -> None:
    def heading(options: str) -> bytes:
        return m.run(f"ps {options}").stdout.splitlines()[0]

    assert heading("aux") == b"USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND"
    assert heading("-ef") == b"UID          PID    PPID  C STIME TTY          TIME CMD"
    assert heading("") == b"    PID TTY          TIME CMD"
    assert heading("ax") == b"    PID TTY      STAT   TIME COMMAND"
    assert heading("-l -e") == b"F S   UID     PID    PPID  C PRI  NI ADDR SZ WCHAN  TTY          TIME CMD"
    assert heading("-eo pid,args=WHAT") == b"    PID WHAT"


def test_ps_selects_and_sorts(m: Machine) -> None:
    done = m.run("sleep 50 & sleep 60 & ps -C sleep -o args= --sort=-pid; kill %1 %2")
    assert done.stdout == b"sleep 60\nsleep 50\n"
    assert m.run("ps -p 99999").status == 1
    assert m.run("ps -p 1 -o pid=").stdout == b"      1\n"


def test_ps_draws_a_forest(m: Machine) -> None:
    done = m.run("sh -c 'sleep 9 & sleep 8 & ps axf -o args=; kill $!'")
    assert b" \\_ sleep 9\n" in done.stdout


def test_ps_refuses_what_it_cannot_show(m: Machine) -> None:
    for options in ("-eD", "-o nosuch", "--nosuch", "axK"):
        done = m.run(f"ps {options}")
        assert done.status == 1
        assert done.stderr.startswith(b"error: ")


def test_free_adds_up(m: Machine) -> None:
    lines = m.run("free -b").stdout.splitlines()
    total, used, free = (int(word) for word in lines[1].split()[1:4])
    assert total == 256 << 20
    assert used + free <= total
    assert lines[2].split()[0] == b"Swap:"
    assert m.run("free -h").stdout.splitlines()[1].split()[1] == b"256Mi"


def test_uptime_counts_from_boot(m: Machine) -> None:
    m.run("sleep 7260")
    assert re.match(
        rb" \d\d:\d\d:\d\d up  2:01,  0 user,  load average: [\d.]+, [\d.]+, [\d.]+\n", m.run("uptime").stdout
    )
    assert m.run("uptime -p").stdout == b"up 2 hours, 1 minute\n"


def test_kill_reaches_processes_and_explains_failure(m: Machine) -> None:
    done = m.run("sleep 99 & /usr/bin/kill -TERM $!; wait $!; echo $?; /usr/bin/kill 4999")
    assert done.stdout == b"143\n"
    assert b"/usr/bin/kill: (4999): No such process\n" in done.stderr
    assert m.run("/usr/bin/kill -l 15; /usr/bin/kill -l KILL").stdout == b"TERM\n9\n"
