"""ps in a machine whose processes are known: whole screens, to the space."""

from __future__ import annotations

import pytest

from kos_kernel import Machine

PROCESSES = "sleep 500 & nice -n 7 sleep 501 & "


def lines(m: Machine, command: str) -> list[str]:
    return m.run(PROCESSES + command + "; kill $(jobs -p)").text.splitlines()


def test_full_format(m: Machine) -> None:
    assert lines(m, "ps -f --ppid $$ | grep -v 'ps -f\\|grep'") == [
        "UID          PID    PPID  C STIME TTY          TIME CMD",
        "root           3       2  0 00:00 ?        00:00:00 sleep 500",
        "root           4       2  0 00:00 ?        00:00:00 sleep 501",
    ]


def test_long_format_puts_address_and_size_under_their_headings(m: Machine) -> None:
    assert lines(m, "ps -l -C sleep") == [
        "F S   UID     PID    PPID  C PRI  NI ADDR SZ WCHAN  TTY          TIME CMD",
        "0 S     0       3       2  0  80   0 -     0 -      ?        00:00:00 sleep",
        "0 S     0       4       2  0  87   7 -     0 -      ?        00:00:00 sleep",
    ]


def test_bsd_formats(m: Machine) -> None:
    assert lines(m, "ps l p 3")[0] == "F   UID     PID    PPID PRI  NI    VSZ   RSS WCHAN  STAT TTY        TIME COMMAND"
    assert lines(m, "ps j p $!") == [
        "   PPID     PID    PGID     SID TTY        TPGID STAT   UID   TIME COMMAND",
        "      7       9       7       7 ?             -1 SN       0   0:00 sleep 501",
    ]  # fmt: skip
    assert lines(m, "ps v p 1")[0] == "    PID TTY      STAT   TIME  MAJFL   TRS   DRS   RSS %MEM COMMAND"
    signals = lines(m, "ps s p $!")[1].split()
    assert signals[2:] == ["0" * 16, "0" * 16, "0000000000000006", "0" * 16, "SN", "?", "0:00", "sleep", "501"]
    assert lines(m, "ps X p 1")[0].split()[:4] == ["PID", "STACKP", "ESP", "EIP"]


@pytest.mark.parametrize(
    ("options", "heading"),
    [
        ("-F", "UID          PID    PPID  C    SZ   RSS PSR STIME TTY          TIME CMD"),
        ("-j", "    PID    PGID     SID TTY          TIME CMD"),
        ("-ly", "S   UID     PID    PPID  C PRI  NI   RSS    SZ WCHAN  TTY          TIME CMD"),
        ("-lF", "F S UID          PID    PPID  C PRI  NI ADDR SZ WCHAN    RSS PSR STIME TTY          TIME CMD"),
        ("-jf", "UID          PID    PPID    PGID     SID  C STIME TTY          TIME CMD"),
        ("-fL", "UID          PID    PPID     LWP  C NLWP STIME TTY          TIME CMD"),
        ("-fT", "UID          PID    SPID    PPID  C STIME TTY          TIME CMD"),
        ("-c", "    PID CLS PRI TTY          TIME CMD"),
        ("-lc", "F S   UID     PID    PPID CLS PRI ADDR SZ WCHAN  TTY          TIME CMD"),
        ("-P", "    PID PSR TTY          TIME CMD"),
        ("-M", "LABEL                               PID TTY          TIME CMD"),
        ("-O user", "    PID USER     S TTY          TIME COMMAND"),
        ("aux", "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND"),
        ("axZ", "LABEL                               PID TTY      STAT   TIME COMMAND"),
    ],
)
def test_headings(m: Machine, options: str, heading: str) -> None:
    assert m.run(f"ps {options}").text.splitlines()[0] == heading


def test_threads_after_their_processes(m: Machine) -> None:
    assert lines(m, "ps -m -o pid,lwp,stat,args -p 3") == [
        "    PID     LWP STAT COMMAND",
        "      3       - -    sleep 500",
        "      -       3 S    -",
    ]


def test_a_too_wide_name_gets_a_plus_and_a_too_wide_number_takes_the_next_gap(m: Machine) -> None:
    m.run("echo 'a-very-long-name:x:77:77::/:/bin/sh' >>/etc/passwd")
    done = m.run("su a-very-long-name -c 'ps -o user,pid,user:20 -p $$; :'")
    assert done.text.splitlines()[1] == "a-very-+       3 a-very-long-name"


def test_lines_are_cut_at_the_width_asked_for(m: Machine) -> None:
    assert lines(m, "ps -f -p 3 --cols 20 | tail -1") == ["root           3    "]
    assert lines(m, "COLUMNS=20 ps -f -p $! | tail -1") == ["root          10    "]
    assert lines(m, "COLUMNS=20 ps -f -w -w -p $! | tail -1")[0].endswith("sleep 501")


def test_headings_come_again_on_each_page(m: Machine) -> None:
    done = m.run("ps -eo comm --headers --rows 2")
    assert (
        done.text.splitlines() == ["COMMAND", "init", "COMMAND", "bash", "COMMAND", "ps"]
        or done.text.count("COMMAND") >= 2
    )


def test_zombies_stopped_and_nice_processes_are_told_apart(m: Machine) -> None:
    done = m.run("sleep 500 & kill -STOP $!; ps -o stat= -p $!; kill -KILL $!; nice -n 3 ps -o stat= -C ps")
    assert done.text.splitlines()[0] == "T"
    assert done.text.splitlines()[1].startswith("RN")


def test_times_of_children_are_added_when_asked_for(m: Machine) -> None:
    script = "i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done"
    done = m.run(f"bash -c '{script}'; ps -o times= -p $$; ps S -o times= -p $$")
    assert len(done.text.split()) == 2


def test_help_has_sections(m: Machine) -> None:
    assert b"--sort KEYS" in m.run("ps --help all").stdout
    assert b"--ppid PIDS" in m.run("ps --help l").stdout
    assert b"--help <simple" in m.run("ps --help").stdout
    assert m.run("ps L").stdout.splitlines()[0] == b"%cpu         %CPU    "
