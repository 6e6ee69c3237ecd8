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


def test_the_process_limit_is_an_error_and_the_shell_goes_on() -> None:
    with Machine(limits={"processes": 12}) as machine:
        result = machine.run("for i in $(seq 30); do sleep 1 & done; echo started\n", timeout=20)
        assert b"fork: Resource temporarily unavailable" in result.stderr


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
