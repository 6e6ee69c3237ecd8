"""pgrep, pidof, killall, pstree, fuser, lsof and the programs that run a command another way, in a machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine


def test_pgrep_lists_names_and_command_lines(m: Machine) -> None:
    done = m.run(
        "sleep 500 & sleep 501 & pgrep -l sleep; pgrep -a 'sle+p'; pgrep -d: sleep; pgrep -f '^sleep 501'; kill $(jobs -p)"
    )
    assert done.text == "3 sleep\n4 sleep\n3 sleep 500\n4 sleep 501\n3:4\n4\n"


def test_pgrep_by_age_user_terminal_and_ancestors(m: Machine) -> None:
    done = m.run(
        "sleep 500 & sleep 20; sleep 600 & pgrep -O 10 sleep; pgrep -n sleep; pgrep -o sleep; pgrep -u root -c sleep; "
        "pgrep -t pts/0 sleep || echo none; pgrep -A bash || echo no ancestors; pgrep --ns $! -c sleep; kill $(jobs -p)"
    )
    assert done.text == "3\n5\n3\n2\nnone\nno ancestors\n2\n"


def test_pidwait_returns_when_they_have_ended(m: Machine) -> None:
    done = m.run("sleep 30 & a=$(date +%s); pidwait -e sleep; echo $(($(date +%s) - a))")
    assert done.text == "waiting for sleep (pid 3)\n30\n"


def test_pkill_tells_whom_it_may_not_signal(m: Machine) -> None:
    done = m.run("sleep 500 & su -s /bin/sh user -c 'pkill sleep'; echo $?; kill $!")
    assert b"killing pid 3 failed: Operation not permitted" in done.stderr
    assert done.text == "1\n"


def test_a_pattern_that_explodes_is_bounded(m: Machine) -> None:
    done = m.run("pgrep -f '(a*)*(a*)*$(a*)*b' >/dev/null; echo $?", timeout=30)
    assert done.text.splitlines()[-1] in ("0", "1", "3")


def test_pidof_finds_scripts_with_x(m: Machine) -> None:
    m.write_file("/tmp/job", "#!/bin/sh\nsleep 500\n:\n", 0o755)
    done = m.run("/tmp/job & sleep 1; pidof job || echo none; pidof -x job; pkill -P $! sleep; kill $!")
    assert done.text == "none\n3\n"


def test_killall_by_name_regex_group_and_age(m: Machine) -> None:
    done = m.run("sleep 500 & killall -v sleep; wait $!; echo $?")
    assert done.text == "143\n" and done.stderr == b"Killed sleep(3) with signal 15\n"
    done = m.run(
        "sleep 500 & killall -r '^sle.p$'; wait $!; echo $?; "
        "sleep 500 & sleep 10; killall -y 5s sleep; echo $?; killall -o 5s sleep; echo $?"
    )
    assert done.text == "143\n1\n0\n"
    assert m.run("sleep 500 & killall -w -KILL sleep; kill -0 $! 2>/dev/null || echo gone").text == "gone\n"


def test_killall_asks(m: Machine) -> None:
    done = m.run("sleep 500 & sleep 501 & printf 'n\\ny\\n' | killall -i sleep; pgrep -a sleep; kill $(jobs -p)")
    assert done.text.endswith("sleep 500\n")
    assert "Kill sleep(3) ? (y/N) " in done.text


def test_trees(m: Machine) -> None:
    busy = "sh -c 'sleep 500 & sleep 501 & sh -c \"sleep 502; :\"; :' & sleep 1; "
    assert m.run(busy + "LC_ALL=C pstree $!; kill 0").text == "sh-+-sh---sleep\n   `-2*[sleep]\n"
    assert m.run(busy + "LC_ALL=C.UTF-8 pstree $!; kill 0").text == "sh─┬─sh───sleep\n   └─2*[sleep]\n"
    assert m.run("sleep 500 & pstree -A -s -p $!; kill $!").text.startswith("init(1)---bash(")
    assert "\x1b[1m" in m.run("pstree -h").text
    assert "(user)" in m.run("su user -c 'pstree -u 1'").text


def test_a_deep_tree_is_drawn_without_recursion(m: Machine) -> None:
    m.write_file("/deep", "#!/bin/sh\nif [ $1 -gt 0 ]; then /deep $(($1-1)); :; else pstree -l -A 1; fi\n", 0o755)
    assert m.run("/deep 300", timeout=60).text.count("---deep") == 301


def test_lsof_lists_what_is_open(m: Machine) -> None:
    m.write_file("/tmp/a", b"hello")
    lines = m.run("sleep 500 </tmp/a >/dev/null & lsof -p $!; kill $!").text.splitlines()
    assert lines[0] == "COMMAND PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME"
    assert [line.split()[3] for line in lines[1:]] == ["cwd", "rtd", "txt", "0r", "1w", "2w"]
    assert lines[4].split()[4::2] == ["REG", "5", "/tmp/a"]
    assert lines[5].split()[4] == "CHR" and lines[5].endswith("/dev/null")


def test_lsof_selects(m: Machine) -> None:
    m.write_file("/tmp/a", b"x")
    done = m.run(
        "sleep 500 </tmp/a & lsof -t /tmp/a; lsof -t +d /tmp; lsof -t +D /; lsof -a -c sleep -d ^0-9 -Ff; lsof -i; echo $?; kill $!"
    )
    lines = done.text.splitlines()
    assert lines[0] == lines[1] == "3"
    assert b"-i is not supported" in done.stderr and lines[-1] == "1"


def test_others_descriptors_stay_hidden(m: Machine) -> None:
    done = m.run("sleep 500 & su user -c 'lsof -p 3'; kill $!")
    assert "NOFD" in done.text and "Permission denied" in done.text


def test_fuser_tells_how_a_file_is_used(m: Machine) -> None:
    m.write_file("/tmp/a", b"x")
    done = m.run(
        "sleep 500 </tmp/a & fuser /tmp/a; fuser -v /tmp/a; cd /tmp; fuser -m /tmp >/dev/null; echo $?; fuser -k /tmp/a; wait $!; echo $?"
    )
    assert "".join(done.text.split()) == "3303137"
    assert b"root" in done.stderr and b"f.... " in done.stderr


def test_setsid_makes_a_session_with_a_terminal_if_asked(m: Machine) -> None:
    assert m.run("setsid -w sh -c 'test $(ps -o sid= -p $$) = $$ && echo leader'").text == "leader\n"
    done = m.run("script -q -c 'setsid -c -w true' /dev/null")
    assert b"failed to set the controlling terminal: Operation not permitted" in done.stdout  # it is another session's


def test_renice_goes_up_for_everybody_and_down_for_root(m: Machine) -> None:
    done = m.run("sleep 500 & renice -n 5 -p $!; renice -n -5 -p $!; su user -c 'renice -n 1 -p 3'; kill $!")
    assert (
        done.text == "3 (process ID) old priority 0, new priority 5\n3 (process ID) old priority 5, new priority -5\n"
    )
    assert b"failed to set priority for 3 (process ID): Operation not permitted" in done.stderr


def test_renice_of_users_and_groups(m: Machine) -> None:
    done = m.run(
        "su user -c 'sleep 500' & sleep 1; renice -n 4 -u user; pgrep -u user -x sleep >/dev/null && ps -o ni= -C sleep; pkill sleep"
    )
    assert "(user ID) old priority 0, new priority 4" in done.text and done.text.split()[-1] == "4"


def test_taskset_sets_and_shows_masks(m: Machine) -> None:
    done = m.run(
        "taskset 2 sh -c 'taskset -p $$; taskset -cp 0-1 $$'; sleep 1 & taskset -p 1 $!; taskset 4 echo no; taskset -p 1"
    )
    one, two, three, four, five = done.text.splitlines()[:5]
    assert one.endswith("current affinity mask: 2")
    assert two.endswith("current affinity list: 1") and three.endswith("new affinity list: 0,1")
    assert four.endswith("current affinity mask: 3") and five.endswith("new affinity mask: 1")
    assert b"affinity: Invalid argument\n" in done.stderr


@pytest.fixture
def real_time() -> Iterator[Machine]:
    with Machine(seed=1, clock="virtual", scheduler="edf") as machine:
        yield machine


def test_chrt_sets_and_shows_deadlines(real_time: Machine) -> None:
    done = real_time.run(
        "chrt -d -R -v -T 1000000 -D 5000000 -P 20000000 0 sh -c 'chrt -p $$; ps -o cls=,pri= -p $$'; chrt -d -P 3 0 true; "
        "chrt -o -T 5 0 true; chrt -d -T x 0 true"
    )
    lines = done.text.splitlines()
    assert lines[0].endswith("new scheduling policy: SCHED_DEADLINE|SCHED_RESET_ON_FORK")
    assert lines[2].endswith("new runtime/deadline/period parameters: 1000000/5000000/20000000")
    assert lines[5].endswith("current runtime/deadline/period parameters: 1000000/5000000/20000000")
    assert lines[6].split() == ["DLN", "140"]
    assert [line.partition(b": ")[2] for line in done.stderr.splitlines()] == [
        b"failed to set pid 0's policy: Invalid argument",
        b"--sched-{runtime,deadline,period} options are supported for SCHED_DEADLINE only",
        b"invalid runtime argument: 'x'",
    ]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("ionice", b"ionice: ioprio_get failed: Function not implemented\n"),
        ("ionice -c 3 true", b"ionice: ioprio_set failed: Function not implemented\n"),
        ("chrt -f 10 true", b"chrt: failed to set pid 0's policy: Invalid argument\n"),
        ("unshare -n true", b"unshare: unshare failed: Operation not supported\n"),
        ("unshare --propagation shared true", b"unshare: propagation mode is not supported: shared\n"),
        ("nsenter -t 1 -m true", b"nsenter: reassociate to namespace 'ns/mnt' failed: Operation not supported\n"),
        ("prlimit -p 1 --nofile=5", b"prlimit: failed to set the NOFILE resource limit: Function not implemented\n"),
        ("losetup -f", b"losetup: cannot find an unused loop device: No such device\n"),
        ("kill -q 5 1", b"kill: -q is not supported: signals carry no value here\n"),
        ("pkill -q 5 x", b"pkill: --queue is not supported: signals carry no value here\n"),
        ("vmstat -d", b"vmstat: --disk is not supported: the kernel keeps no such counters\n"),
        ("vmstat -a", b"vmstat: --active is not supported: the kernel keeps no such counters\n"),
        ("free -v", b"free: --committed is not supported: the kernel keeps no such counters\n"),
        ("dmesg -C", b"dmesg: clearing the log is not supported\n"),
        ("dmesg -w", b"dmesg: --follow is not supported\n"),
        ("logger -n host x", b"logger: a remote log server is not supported\n"),
        ("su -P user", b"su: --pty is not supported\n"),
        ("fuser -n tcp 80", b"fuser: name space tcp is not supported"),
        ("getent -s dns hosts x", b"getent: --service is not supported but for files: dns\n"),
    ],
)
def test_what_the_kernel_lacks_is_refused_by_name(m: Machine, command: str, message: bytes) -> None:
    done = m.run(f"command {command}" if not command.startswith("kill") else f"/usr/bin/{command}")
    assert message in done.stderr.replace(b"/usr/bin/", b"")
    assert done.status == 1 or command.startswith("pkill")


def test_namespaces_of_one_s_own(m: Machine) -> None:
    assert m.run("unshare -u sh -c 'hostname other; hostname'; hostname").text == "other\nkaede\n"
    assert m.run("unshare -pf --mount-proc ps -eo pid=,comm=").text.split() == ["1", "ps"]
    assert (
        m.run(
            "unshare -m sh -c 'mount -t tmpfs none /mnt; mountpoint -q /mnt && echo mounted'; mountpoint -q /mnt || echo not here"
        ).text
        == "mounted\nnot here\n"
    )
    assert m.run("su user -c 'unshare -u true'").stderr == b"unshare: unshare failed: Operation not permitted\n"


def test_locks_are_waited_for(m: Machine) -> None:
    done = m.run("flock /tmp/l sleep 10 & sleep 1; a=$(date +%s); flock /tmp/l true; echo $(($(date +%s)-a)); ")
    assert done.text == "9\n"
    done = m.run("flock /tmp/l sleep 10 & sleep 1; flock -w 2.5 -E 5 --verbose /tmp/l true; echo $?; wait")
    assert done.text == "5\n" and done.stderr == b"flock: timeout while waiting to get lock\n"
