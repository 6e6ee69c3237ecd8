"""The options that nothing else here uses, one line each, in a machine whose pids are known (the shell is 2)."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.api import AF_UNIX, SOCK_DGRAM
from kos_kernel.testing import run_main


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("sleep 9 & pstree -A -p; kill $!", "init(1)---bash(2)-+-pstree(4)\n                  `-sleep(3)\n"),
        ("sleep 9 & pstree -A -g; kill $!", "init(1)---bash(2)-+-pstree(2)\n                  `-sleep(2)\n"),
        ("sleep 9 & pstree -A -n; kill $!", "init---bash-+-sleep\n            `-pstree\n"),
        ("pstree -A -H 1; :", "\033[1minit\033[0m---bash---pstree\n"),
        ("pstree -G; :", "init\033(0\017qqq\033(Bbash\033(0\017qqq\033(Bpstree\n"),
        ("COLUMNS=10 pstree -A; COLUMNS=10 pstree -A -l", "init---ba+\ninit---bash---pstree\n"),
        ("pstree -A root; :", "init---bash---pstree\n"),
        ("sleep 9 & pidof -S, -o %PPID sleep bash; kill $!", "3\n"),
        ("sleep 9 & pidof -c sleep; pidof -w init; kill $!", "3\n1\n"),
        ("sleep 9 & pgrep -w sleep; pgrep -G root -s 2 -g 2 -x sleep; pgrep -s 0 sleep; kill $!", "3\n3\n3\n"),
        ("sleep 9 & pgrep --nslist pid --ns $$ sleep; pgrep -U root sleep; kill $!", "3\n3\n"),
        ("(flock 9; echo $BASHPID >/l; pgrep -L -F /l; :) 9>/l", "3\n"),
        ("sleep 9 & lsof -t -g 2 -a -c sleep; lsof -R -a -p $! -d 0 | tail -1 | cut -c1-16; kill $!", "3\nsleep     3    2\n"),
        ("sleep 9 & lsof -l -a -p 3 -d cwd -F pcgRuftsin0 | tr '\\0' '|'; kill $!", "p3|g2|R2|csleep|u0|\nfcwd|tDIR|s0|i8|n/root|\n"),
        ("prlimit --nofile=100 --verbose true; :", "New NOFILE limit for pid 3: <100:100>\n"),
        ("prlimit --nofile=64:128 --pid $$ --output SOFT,HARD -n | tail -1", ""),
        ("unshare -R /usr sh -c 'pwd'", ""),
        ("unshare -w /usr pwd", "/usr\n"),
        ("nsenter -S 1000 -G 1000 id", "uid=1000(user) gid=1000(user) groups=1000(user)\n"),
        ("nsenter -t 1 -w pwd", "/\n"),
        ("mkdir -p /j/bin; nsenter -r/usr pwd", ""),
        ("sh -c 'setsid -f sh -c \"echo forked\"'; sleep 1", "forked\n"),
        ("chrt -v -p 1; chrt -a -p 1", "pid 1's current scheduling policy: SCHED_OTHER\npid 1's current scheduling priority: 0\n" * 2),
        ("chrt -m | head -2", "SCHED_OTHER min/max priority\t: 0/0\nSCHED_FIFO min/max priority\t: 1/99\n"),
        ("renice 3 -g 2; renice 4 -p 2 -u nobody",
         "2 (process group ID) old priority 0, new priority 3\n2 (process ID) old priority 3, new priority 4\n"),
        ("/usr/bin/kill -L | head -1", " 1 HUP      2 INT      3 QUIT     4 ILL      5 TRAP     6 ABRT     7 BUS\n"),
        ("script -q -c 'echo one' /t; script -q -a -c 'echo two' /t; grep -c Script /t", "one\r\ntwo\r\n4\n"),
        ("script -q -B /b -T /m -m advanced -c 'echo hi'; cut -d' ' -f1 /m", "hi\r\nO\n"),
        ("script -q -c 'echo hi' -t/m -f --force /t; wc -l </m", "hi\r\n1\n"),
        ("script -c 'echo hi' /t", "Script started, output log file is '/t'.\nhi\r\nScript done.\n"),
        ("SHELL=/bin/false script -q -e /t; echo $?", "1\n"),
        ("printf '8 2\\n' >/m; printf 'x\\nab' >/t; scriptreplay /m /t 2; scriptreplay -t /m -s /t -d 4 -m 1; date +%s",
         "ab\nab\n1767225605\n"),
        ("printf 'O 8 2\\nH 0 X Y\\n' >/m; printf 'x\\nab' >/t; scriptreplay -t /m -s /t", "ab\n"),
        ("w -i -o -u -h; echo ok", "ok\n"),
        ("getent -i hosts localhost; getent networks; getent rpc x || echo none", "127.0.0.1       localhost\nnone\n"),
        ("wall -g nosuch hi 2>&1; echo hello >/msg; wall /msg; echo $?", "wall: invalid group argument: 'nosuch'\n0\n"),
        ("lscpu -a -e=CPU | wc -l; lscpu -c -p=CPU | tail -1; lscpu -J -e=CPU | head -2", "3\n# CPU\n{\n   \"cpus\": [\n"),
        ("findmnt -A -l -v -u -c -e -k -m -n -o TARGET | head -1; findmnt -U -lno TARGET -O ro; findmnt -b -lno SIZE /tmp",
         "/\n/usr/bin\n1073741824\n"),
        ("findmnt -lno TARGET -O noro | head -1; findmnt -J -o ID,TARGET /proc | grep -c '\"id\": 3,'", "/\n1\n"),
        ("dmesg -k -t | wc -l; dmesg -H | head -1 | cut -c1-8", None),
        ("dmesg -P -L -S -s 1 -t -l +err; echo $?; dmesg -l info+ | head -1", None),
        ("free -w -h --si; free -l | grep -c High", None),
        ("vmstat -n -S M 1 2 | wc -l; vmstat -t | head -1 | grep -c timestamp", "4\n1\n"),
        ("pmap -q 1; pmap -d 1; pmap -p -x 1 | head -2",
         "1:   init\n1:   init\nAddress           Kbytes Mode  Offset           Device    Mapping\n"
         "mapped: 0K    writeable/private: 0K    shared: 0K\n1:   init\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n"),
        ("sysctl -e -N -a -r hostname; sysctl --deprecated -b kernel.ostype", "kernel.hostname\nLinux"),
        ("top -b -n1 -p1 -U root -1 -H -i -c -E g | head -2 | tail -1",
         "Threads:   1 total,   0 running,   1 sleeping,   0 stopped,   0 zombie\n"),
        ("top -O | head -3", "PID\nPPID\nUID\n"),
        ("top -b -n1 -o PID -w 20 | tail -1 | wc -c", None),
    ],
)  # fmt: skip
def test_an_option_does_what_it_says(m: Machine, line: str, shown: str | None) -> None:
    done = m.run(line)
    assert b"internal error" not in done.stderr
    assert b"invalid option" not in done.stderr and b"unrecognized" not in done.stderr
    if shown:
        assert done.text == shown


@pytest.mark.parametrize("name", ["free", "uptime", "w", "watch", "top", "pgrep", "vmstat"])
def test_help_and_version_have_short_names_too(m: Machine, name: str) -> None:
    assert m.run(f"command {name} --version").text.startswith(f"{name} (KOS)")


def test_the_log_daemon_gets_what_is_logged() -> None:
    def daemon(k: Any, argv: list[bytes]) -> int:
        fd = k.socket(AF_UNIX, SOCK_DGRAM)
        k.bind(fd, b"/dev/log")
        pid = k.spawn(b"/usr/bin/logger", [b"logger", b"-t", b"tag", b"-p", b"daemon.err", b"hello"])
        k.write(1, k.recv(fd, 1000))
        return 0 if k.wait(pid)[1] == 0 else 1

    with Machine(clock="virtual", seed=1) as machine:
        done = run_main(machine, daemon, [b"syslogd"])
        assert done.stdout == b"<27>Jan  1 00:00:00 tag: hello" and done.status == 0
        assert not machine.exists("/var/log/syslog")
