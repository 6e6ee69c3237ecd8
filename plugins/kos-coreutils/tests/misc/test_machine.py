"""The commands that look at the machine: they read its /proc and /etc, never anything else."""

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

    assert heading("aux") == b"USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND"
    assert heading("-ef") == b"UID        PID  PPID  C STIME TTY          TIME CMD"
    assert heading("") == b"  PID TTY          TIME CMD"
    assert heading("ax") == b"  PID TTY      STAT   TIME COMMAND"
    assert heading("-l -e") == b"F S   UID   PID  PPID  C PRI  NI ADDR SZ WCHAN  TTY          TIME CMD"
    assert heading("-eo pid,args=WHAT") == b"  PID WHAT"


def test_ps_selects_and_sorts(m: Machine) -> None:
    done = m.run("sleep 50 & sleep 60 & ps -C sleep -o args= --sort=-pid; kill %1 %2")
    assert done.stdout == b"sleep 60\nsleep 50\n"
    assert m.run("ps -p 99999").status == 1
    assert m.run("ps -p 1 -o pid=").stdout == b"    1\n"


def test_ps_draws_a_forest(m: Machine) -> None:
    done = m.run("sh -c 'sleep 9 & sleep 8 & ps axf -o args=; kill $!'")
    assert b" \\_ sleep 9\n" in done.stdout


def test_ps_refuses_what_it_cannot_show(m: Machine) -> None:
    for options in ("-eL", "-o nosuch", "--nosuch", "axe"):
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


def test_names_of_the_machine(m: Machine) -> None:
    assert m.run("hostname; uname -n; nproc; uname -s; arch").stdout == b"kaede\nkaede\n2\nLinux\nx86_64\n"


def test_kill_reaches_processes_and_explains_failure(m: Machine) -> None:
    done = m.run("sleep 99 & /usr/bin/kill -TERM $!; wait $!; echo $?; /usr/bin/kill 4999")
    assert done.stdout == b"143\n"
    assert b"/usr/bin/kill: (4999): No such process\n" in done.stderr
    assert m.run("/usr/bin/kill -l 15; /usr/bin/kill -l KILL").stdout == b"TERM\n9\n"


def test_date_follows_the_machine_s_clock_and_zone(m: Machine) -> None:
    one = int(m.run("date +%s").stdout)
    m.run("sleep 1000")
    assert int(m.run("date +%s").stdout) - one in (1000, 1001)
    assert (
        m.run("TZ=EST5EDT,M3.2.0,M11.1.0 date -d @1690000000 '+%F %T %Z %z'").stdout
        == b"2023-07-22 00:26:40 EDT -0400\n"
    )


def test_date_reads_zone_files_of_the_machine_alone(m: Machine) -> None:
    assert m.run("TZ=/etc/nowhere date -d @0 +%Z").stdout == b"UTC\n"


def test_setting_the_clock_is_not_permitted(m: Machine) -> None:
    done = m.run("date -s '2001-01-01' +%Y")
    assert (done.stdout, done.stderr, done.status) == (
        b"2001\n",
        b"date: cannot set date: Operation not permitted\n",
        1,
    )


def test_id_reads_the_machine_s_users(m: Machine) -> None:
    m.run("echo 'staff:x:50:user' >>/etc/group")
    assert m.run("id user").stdout == b"uid=1000(user) gid=1000(user) groups=1000(user),50(staff)\n"
    assert m.run("groups user").stdout == b"user : user staff\n"


def test_temporary_files_get_unguessable_names_and_private_modes(m: Machine) -> None:
    done = m.run("f=$(mktemp); d=$(mktemp -d /tmp/dir.XXXX); stat -c '%a %F' $f $d; echo $f $d")
    assert done.stdout.startswith(b"600 regular empty file\n700 directory\n")
    assert re.search(rb"/tmp/tmp\.[A-Za-z0-9]{10} /tmp/dir\.[A-Za-z0-9]{4}\n\Z", done.stdout)


def test_nohup_and_nice_pass_on_what_they_promise(m: Machine) -> None:
    assert m.run("nice -n 7 nice").stdout == b"7\n"
    assert m.run("nohup sh -c 'kill -HUP $$; echo still here'").stdout == b"still here\n"


def test_xargs_runs_several_at_once_in_less_time(m: Machine) -> None:
    done = m.run("a=$(date +%s); echo 5 5 5 5 | xargs -n1 -P4 sleep; b=$(date +%s); echo $((b-a))")
    assert done.stdout == b"5\n"


def test_deep_expressions_do_not_break_the_host(m: Machine) -> None:
    nest = "p=''; q=''; for i in 1 2 3 4 5 6 7 8 9 10; do p=\"$p$p ( (\"; q=\"$q$q ) )\"; done; set -f; "
    done = m.run(nest + "expr $p 7 $q; /usr/bin/test $p 7 $q; echo $?")
    assert done.stdout == b"7\n0\n"
