"""A shell that stays: what it keeps, what a fork shares, what it tells a prompt."""

from __future__ import annotations

import pytest

from kos_kernel import Machine, MachineClosed
from kos_shell.session import Session


def test_variables_functions_options_and_place_stay_between_runs(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("x=1; f() { echo f $1; }; cd /usr; set -f; a=(1 2); trap 'echo trapped' USR1")
    assert (
        shell.run("echo $x; f 2; pwd; echo *; echo ${a[1]}; kill -USR1 $$").stdout == b"1\nf 2\n/usr\n*\n2\ntrapped\n"
    )


def test_the_last_status_stays(machine: Machine) -> None:
    shell = machine.shell()
    assert shell.run("false").status == 1
    assert shell.run("echo $?").stdout == b"1\n"


def test_a_fork_carries_the_shell_and_shares_nothing(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("x=1; a=(1 2); declare -A m=([k]=v); f() { echo old; }")
    fork = machine.fork()
    try:
        twin = fork.shells()[0]
        twin.run("x=2; a+=(3); m[k]=w; f() { echo new; }; cd /usr; y=1")
        assert twin.run("echo $x ${a[@]} ${m[k]} $y; f; pwd").stdout == b"2 1 2 3 w 1\nnew\n/usr\n"
        assert shell.run("echo $x ${a[@]} ${m[k]} $y; f; pwd").stdout == b"1 1 2 v\nold\n/root\n"
    finally:
        fork.close()


def test_a_forked_shell_runs_its_own_traps(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("trap 'echo $x' USR1; x=original")
    fork = machine.fork()
    try:
        twin = fork.shells()[0]
        assert twin.run("x=copy; kill -USR1 $$").stdout == b"copy\n"
        assert shell.run("kill -USR1 $$").stdout == b"original\n"
    finally:
        fork.close()


def test_errors_that_end_a_script_do_not_end_the_shell(machine: Machine) -> None:
    shell = machine.shell()
    assert shell.run("set -u; echo $nope").status == 1
    assert shell.run("if then").status == 2
    assert shell.run("readonly r=1; r=2").status == 1
    assert shell.run("echo alive").stdout == b"alive\n"


def test_exit_runs_the_trap_and_ends_the_shell(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("trap 'echo bye' EXIT")
    result = shell.run("exit 3; echo no")
    assert (result.stdout, result.status) == (b"bye\n", 3)
    with pytest.raises(MachineClosed):
        shell.run("echo no")


def test_a_background_job_can_be_waited_for_in_a_later_run(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("(exit 7) & p=$!")
    assert shell.run("wait $p; echo $?").stdout == b"7\n"


def test_feed_tells_whether_a_text_is_a_whole_command() -> None:
    session = Session()
    for text in ("echo hi", "for i in 1; do echo; done", "", "a &"):
        assert session.feed(text) == "complete"
    for text in ("if true", "echo 'a", "cat <<E\nx\n", "a &&", "f() {", "echo $(", "echo \\\n"):
        assert session.feed(text) == "incomplete"
    for text in ("if then", "fi", ")", "a || | b"):
        assert session.feed(text) == "error"


def test_prompt_follows_ps1_and_ps2(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("PS1='[\\w] \\$ '; PS2='more> '; cd /usr")
    assert shell.session.prompt(1) == "[/usr] # "
    assert shell.session.prompt(2) == "more> "


def test_completion_knows_commands_variables_and_paths(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("mkdir -p /tmp/c/sub; touch '/tmp/c/a b'; cd /tmp/c; my_variable=1; my_function() { :; }")
    complete = shell.session.complete
    assert (0, "my_function") in complete("my_fun", 6)
    assert complete("echo $my_va", 11) == [(5, "$my_variable")]
    assert complete("cat a", 5) == [(4, "a\\ b")]
    assert complete("cat s", 5) == [(4, "sub/")]
    assert (5, "exit") in complete("true;exi", 8)


def test_completion_follows_what_complete_was_told(machine: Machine) -> None:
    shell = machine.shell()
    shell.run(
        "complete -W 'start stop' svc; complete -E -W only; complete -A file -X '!*.py' python; touch a.py b.c 'c d.py'"
    )
    complete = shell.session.complete
    assert complete("svc st", 6) == [(4, "start"), (4, "stop")]
    assert complete("true && /usr/sbin/svc sto", 25) == [(22, "stop")]
    assert complete("", 0) == [(0, "only")]
    assert complete("python ", 7) == [(7, "a.py"), (7, "c\\ d.py")]
    assert complete("other a", 7) == [(6, "a.py")]


def test_sessions_share_what_they_parsed_through_the_cache_they_are_given() -> None:
    cache: dict[object, object] = {}
    first, second = Session(cache=cache), Session(cache=cache)
    assert first.shell.caches is second.shell.caches
    assert Session().shell.caches is not first.shell.caches


def test_background_children_are_noticed_in_virtual_time_and_between_runs() -> None:
    with Machine(clock="virtual", seed=1) as machine:
        shell = machine.shell()
        done = shell.run(
            "(sleep 0.01; exit 3) & tail --pid=$! -f /dev/null; sleep 0.02 & p=$!; while [ -d /proc/$p ]; do :; done; wait $p"
        )
        assert (done.stdout, done.stderr, done.status) == (b"", b"", 0)
        shell.run("(sleep 1; exit 5) & q=$!")
        machine.run("sleep 3")
        assert shell.run("wait $q; echo $?").stdout == b"5\n"


def test_a_forked_shell_has_no_handler_of_the_originals_children(machine: Machine) -> None:
    shell = machine.shell()
    shell.run("sleep 100 & kill -9 $!")
    fork = machine.fork(live="drop")
    try:
        twin = fork.shells()[0]
        assert twin.run("(sleep 0.01; exit 4) & wait $!; echo $?; kill -CHLD $$; echo alive").stdout == b"4\nalive\n"
    finally:
        fork.close()


@pytest.mark.parametrize(
    "script",
    [
        "echo a \\\n b\necho \\\n\\\n\\\n\\\n\\\n\\\nc\n",
        "alias e='echo a long alias'\nshopt -s expand_aliases\ne 1\ne 2\n",
        "if true; then \\\n\\\n\\\n\\\n\\\n\\\n\\\n\\\n echo x; fi\necho last",
        "cat <<E\none \\\ntwo\nE\necho `echo \\\nx`\n\\\n\\\n\\\n",
        "echo end\\",
        ": something to read\n" * 8000 + "echo a\n" + "# read\n" * 3000 + "echo b\n",
    ],
)
def test_a_text_that_was_read_before_runs_to_the_same_end(script: str) -> None:
    with Machine() as machine:
        machine.write_file("/s", script)
        first, *others = [machine.run("sh /s; sh /s") for _ in range(3)]
        half = len(first.stdout) // 2
        assert first.stdout[:half] == first.stdout[half:] != b""
        for other in others:
            assert (other.stdout, other.stderr, other.status) == (first.stdout, first.stderr, first.status)
