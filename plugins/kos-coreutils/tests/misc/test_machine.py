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


def test_names_of_the_machine(m: Machine) -> None:
    assert m.run("hostname; uname -n; nproc; uname -s; arch").stdout == b"kaede\nkaede\n2\nLinux\nx86_64\n"


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
