"""What a hostile or careless script asks for ends in an error or a signal, never in a hung or dead host."""

from __future__ import annotations

import pytest

from kos_kernel import Machine, RunTimeout


def test_endless_recursion_of_a_function_is_an_error(machine: Machine) -> None:
    result = machine.run("f() { f; }; f; echo not reached\necho alive", timeout=60)
    assert b"maximum function nesting level exceeded" in result.stderr
    assert result.stdout == b"alive\n"


def test_funcnest_bounds_recursion(machine: Machine) -> None:
    result = machine.run("FUNCNEST=5; f() { echo $1; f $(($1 + 1)); }; f 1")
    assert result.stdout == b"1\n2\n3\n4\n5\n"
    assert b"maximum function nesting level exceeded (5)" in result.stderr


def test_a_recursion_ten_thousand_deep_works(machine: Machine) -> None:
    script = "f() { if [ $1 -gt 0 ]; then f $(($1 - 1)); else echo bottom; fi; }; f 10000"
    assert machine.run(script, timeout=60).stdout == b"bottom\n"


def test_deep_recursion_through_eval_and_groups_works(machine: Machine) -> None:
    script = "f() { { ( : ); if true; then eval '[ $1 -eq 0 ] || f $(($1 - 1))'; fi; }; }; f 300; echo $?"
    assert machine.run(script, timeout=60).stdout == b"0\n"


@pytest.mark.parametrize(
    "script",
    ["while :; do :; done", "for ((;;)); do :; done", "f() { :; }; while f; do f; done", "until false; do x=1; done"],
)
def test_an_endless_loop_ends_at_the_timeout(machine: Machine, script: str) -> None:
    with pytest.raises(RunTimeout):
        machine.run(script, timeout=0.2)
    assert machine.run("echo alive").stdout == b"alive\n"


@pytest.mark.parametrize(
    "script",
    [
        "echo " + "$(" * 5000,
        "echo " + "$((" * 5000,
        "echo " + "${x:-" * 5000,
        "(" * 5000,
        "{ " * 5000,
        "[[ " + "( " * 5000 + "a",
        "echo " + "{a," * 5000,
        "case " * 5000,
    ],
)
def test_deep_nesting_is_a_clean_error(machine: Machine, script: str) -> None:
    result = machine.run(script, timeout=30)
    assert result.status != 70
    assert b"Traceback" not in result.stderr


def test_nesting_as_deep_as_the_parser_allows_runs(machine: Machine) -> None:
    assert machine.run("{ " * 120 + "echo deep; " + "}; " * 120, timeout=30).stdout == b"deep\n"
    assert machine.run("if true; then " * 100 + "echo deep; " + "fi; " * 100, timeout=30).stdout == b"deep\n"


def test_a_pattern_that_explodes_elsewhere_ends_soon(machine: Machine) -> None:
    text = "a" * 40
    script = f"x={text}; [[ $x == {'*a' * 30}b ]]; echo $?; case $x in {'*a*' * 20}b) ;; *) echo no;; esac; echo ${{x//{'*a' * 10}b/}}"
    assert machine.run(script, timeout=20).stdout == b"1\nno\n" + text.encode() + b"\n"


def test_a_shell_at_the_process_limit_tries_again_for_a_while_and_then_ends_as_bash_does() -> None:
    with Machine(clock="virtual", limits={"processes": 12}) as machine:
        began = int(machine.run("date +%s").stdout)
        result = machine.run("for i in $(seq 30); do sleep 1000 & done; echo started")
        assert result.stderr.decode().splitlines() == [
            *["bash: fork: retry: Resource temporarily unavailable"] * 4,
            "bash: fork: Resource temporarily unavailable",
        ]
        assert (result.stdout, result.status) == (b"", 254)
        assert int(machine.run("date +%s").stdout) - began == 15


@pytest.mark.parametrize("command", ["sleep 2 &", "(sleep 2) &", "sleep 2 | cat &"])
def test_a_shell_at_the_process_limit_goes_on_when_there_is_room_again(command: str) -> None:
    with Machine(clock="virtual", limits={"processes": 12}) as machine:
        result = machine.run(f"for i in $(seq 30); do {command} done; echo started")
        assert (result.stdout, result.status) == (b"started\n", 0)
        assert set(result.stderr.splitlines()) == {b"bash: fork: retry: Resource temporarily unavailable"}


def test_an_interactive_shell_at_the_process_limit_gives_up_the_command_alone() -> None:
    with Machine(clock="virtual", limits={"processes": 3}) as machine:
        result = machine.run("bash -i", stdin=b"sleep 1000 | sleep 1000 | sleep 1000 | sleep 1000\necho still $?\n")
        assert b"still 254" in result.stdout


def test_thousands_of_background_jobs_each_have_their_status() -> None:
    with Machine(clock="virtual", limits={"processes": 5000}) as machine:
        result = machine.run(
            "for ((i = 0; i < 2000; i++)); do { sleep 1000; exit $((i % 200)); } & p[i]=$!; done; jobs -p | wc -l\n"
            "for ((i = 0; i < 2000; i++)); do wait ${p[i]}; (($? == i % 200)) || echo $i; done; jobs"
        )
        assert (result.stdout, result.stderr, result.status) == (b"2000\n", b"", 0)


def test_two_hundred_stages_of_a_pipeline_run_at_once(machine: Machine) -> None:
    assert machine.run("seq 50000 " + "| cat " * 200 + "| tail -n 1", timeout=60).stdout == b"50000\n"


@pytest.mark.parametrize(
    "script",
    [
        "echo {1..1000000000}",
        "echo {a..z}{a..z}{a..z}{a..z}{a..z}{a..z}",
        "x=a; while :; do x=$x$x; done",
        "x=$(yes)",
        "read x < /dev/zero",
        "mapfile a < /dev/zero",
        "printf -v x '%*s' 1000000000 a",
        "cat <<< $(yes)",
    ],
)
def test_a_script_that_asks_for_too_much_memory_gets_an_error(script: str) -> None:
    with Machine(limits={"memory": "32MiB"}) as machine:
        result = machine.run(script, timeout=20)
        assert result.stderr != b""
        assert b"internal error" not in result.stderr
        assert machine.run("echo alive").stdout == b"alive\n"


def test_a_loop_over_a_long_sequence_makes_no_list(machine: Machine) -> None:
    assert machine.run("for i in {1..200000}; do :; done; echo $i", timeout=30).stdout == b"200000\n"


def test_an_expression_of_fifty_thousand_terms_is_evaluated(machine: Machine) -> None:
    assert machine.run("echo $(($(printf '1+%.0s' {1..50000})1))", timeout=30).stdout == b"50001\n"
