"""What goes wrong: gawk's messages and statuses, and limits that hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kos_kernel import Machine

MESSAGES = {
    "BEGIN{print 1/0}": (2, "awk: cmd. line:1: fatal: division by zero attempted"),
    "BEGIN{print 1%0}": (2, "awk: cmd. line:1: fatal: division by zero attempted in `%'"),
    "BEGIN{print 1 +* 2}": (1, "awk: cmd. line:1: BEGIN{print 1 +* 2}\nawk: cmd. line:1:                ^ syntax error"),
    "BEGIN{f(1)}": (1, "awk: cmd. line:1: error: function `f' called but never defined"),
    'BEGIN{printf "%s %s", 1}': (2, "awk: cmd. line:1: fatal: not enough arguments to satisfy format string\n\t`%s %s'"),
    "BEGIN{print $-1}": (2, "awk: cmd. line:1: fatal: attempt to access field -1"),
    "BEGIN{NF=-1}": (2, "awk: cmd. line:1: fatal: NF set to negative value"),
    "BEGIN{return}": (1, "awk: cmd. line:1: error: `return' used outside function context"),
    "BEGIN{next}": (1, "awk: cmd. line:1: error: `next' used in BEGIN action"),
    "{break}": (1, "awk: cmd. line:1: error: `break' is not allowed outside a loop or switch"),
    "BEGIN{a[1]=1; print a}": (2, "awk: cmd. line:1: fatal: attempt to use array in a scalar context"),
    "@include \"gone\"": (1, "awk: cmd. line:1: error: cannot open source file `gone' for reading"),
    "@load \"x\"": (1, "awk: cmd. line:1: error: @load: extensions in shared libraries are not supported"),
    "@namespace \"if\"": (1, "awk: cmd. line:1: error: namespace name `if' must meet identifier naming rules"),
    "BEGIN{print a::if}": (1, "awk: cmd. line:1: error: using reserved identifier in `a::if' is not allowed"),
    "BEGIN{a::f()}": (1, "awk: cmd. line:1: error: function `a::f' called but never defined"),
    "BEGIN{print SYMTAB[1]}": (1, "awk: cmd. line:1: error: SYMTAB is not supported"),
    "BEGIN{print > \"/gone/x\"}": (2, "awk: cmd. line:1: fatal: cannot redirect to `/gone/x': No such file or directory"),
    "function f(n){return f(n+1)} BEGIN{f(0)}": (2, "awk: cmd. line:1: fatal: function call stack too deep"),
    "BEGIN{printf \"%999999999d\", 1}": (2, "awk: cmd. line:1: fatal: format: the field is too wide"),
    "BEGIN{split(1, 2)}": (1, "awk: cmd. line:1: error: an argument that must be an array is none"),
    "BEGIN{print substr(\"a\")}": (1, "awk: cmd. line:1: error: 1 is invalid as number of arguments for substr"),
    "BEGIN{print \"a}": (1, "awk: cmd. line:1: BEGIN{print \"a}\nawk: cmd. line:1:             ^ unterminated string"),
}  # fmt: skip


@pytest.mark.parametrize("program", MESSAGES)
def test_messages_and_statuses(program: str, machine: Machine) -> None:
    machine.write_file("/tmp/p", b"exec awk '" + program.encode().replace(b"'", b"'\\''") + b"' </dev/null\n")
    done = machine.run("sh /tmp/p", timeout=60)
    status, message = MESSAGES[program]
    assert (done.status, done.stderr.decode()) == (status, message + "\n")


@pytest.mark.parametrize(
    "program",
    [
        "BEGIN{print " + "(" * 5000 + "1" + ")" * 5000 + "}",
        "BEGIN{print " + "-" * 5000 + "1}",
        "BEGIN{x" + "=x" * 5000 + "}",
        "BEGIN" + "{" * 5000,
        "BEGIN{" + "while(1)" * 40 + "}",
        "BEGIN{print " + "$" * 3000 + "1}",
        "BEGIN{" + "if(1)" * 300 + "print}",
    ],
)
def test_a_program_that_is_nested_too_deep_is_refused(program: str, awk: Callable[..., str]) -> None:
    said = awk(program)
    assert said.endswith("status 1\n")
    assert "Traceback" not in said


def test_long_chains_are_no_nesting(awk: Callable[..., str]) -> None:
    assert awk("BEGIN{print 1" + "+1" * 300 + '; print length("a"' + ' "a"' * 500 + ")}") == "301\n501\n"


def test_a_file_that_is_missing_is_told_and_the_rest_is_read(machine: Machine) -> None:
    done = machine.run("cd /tmp; echo x >f2; awk '{print}' gone f2")
    assert (done.text, done.status) == ("x\n", 2)
    assert done.stderr == b"awk: warning: cannot open file `gone' for reading: No such file or directory\n"


def test_no_program_and_unknown_options(machine: Machine) -> None:
    assert machine.run("awk").status == 2
    done = machine.run("awk -i inplace 1")
    assert (done.status, done.stderr) == (
        2,
        b"awk: fatal: cannot open source file `inplace' for reading: No such file or directory\n",
    )
    for option in ("-M", "-o", "-p", "-D", "-d", "-l", "-L", "-I", "-N", "-n", "-C", "-g", "-s", "-t", "-k"):
        done = machine.run(f"awk {option} 1")
        assert (done.status, done.stderr.splitlines()[0]) == (2, b"awk: invalid option -- '%s'" % option[1:].encode())
    assert machine.run("awk -v 1x=2 1").status == 2


def test_a_text_that_doubles_hits_the_memory_limit(machine: Machine) -> None:
    done = machine.run("ulimit -v 200000; awk 'BEGIN{x=\"abcdefgh\"; while(1) x = x x}'", timeout=60)
    assert (done.status, done.stderr.splitlines()[-1]) == (2, b"awk: cmd. line:1: fatal: out of memory")


@pytest.mark.parametrize(
    "step", ['gsub(/a/, "aa", x)', 'gsub(/[a]/, "&&", x)', 'gsub("a", x, x)', 'x = x x; n = split(x, p, "")']
)
def test_a_text_that_is_replaced_by_more_hits_the_memory_limit(step: str, machine: Machine) -> None:
    program = 'BEGIN{x = "aaaa"; while (1) {' + step + "}}"
    done = machine.run(f"ulimit -v 100000; awk '{program}'", timeout=60)
    assert (done.status, done.stderr.splitlines()[-1]) == (2, b"awk: cmd. line:1: fatal: out of memory")


def test_an_array_that_grows_hits_the_memory_limit(machine: Machine) -> None:
    done = machine.run("ulimit -v 20000; awk 'BEGIN{while(1) x[i++]}'", timeout=60)
    assert (done.status, done.stderr.splitlines()[-1]) == (2, b"awk: cmd. line:1: fatal: out of memory")


@pytest.mark.parametrize(
    "loop", ["while(1);", "for(;;) x++", "do x=1; while(1)", 'while(1) print > "/dev/null"', "f(0)"]
)
def test_a_loop_can_be_interrupted(loop: str, machine: Machine) -> None:
    text = "function f(n) { if (n < 30) { f(n+1); f(n+1) } }"
    assert machine.run(f"timeout 0.2 awk '{text} BEGIN{{{loop}}}'", timeout=60).status == 124


def test_sigpipe_ends_it(machine: Machine) -> None:
    done = machine.run("awk 'BEGIN{while(1) print \"x\"}' | head -n1; echo ${PIPESTATUS[0]}", timeout=60)
    assert done.text == "x\n141\n"


def test_a_full_disk_is_told(machine: Machine) -> None:
    done = machine.run("awk 'BEGIN{print 1}' >/dev/full")
    assert done.status == 2
    assert b'print to "standard output" failed: No space left on device' in done.stderr


@pytest.mark.parametrize(
    "program", ["{ $1 / $2 }", "$1 / $2", "/b|0/ { $1 / $2 }", "{ print NR / $2 }", "{ $3 = NR / $2 }"]
)
def test_a_message_names_the_record(program: str, machine: Machine) -> None:
    machine.write_file("/tmp/in", b"1 2\nb 3\n" * 600 + b"1 0\n" + b"b 1\n" * 9)
    done = machine.run(f"awk '{program.replace('$1 / $2', 'x = $1 / $2')}' /tmp/in >/dev/null")
    assert done.stderr == b"awk: cmd. line:1: (FILENAME=/tmp/in FNR=1201) fatal: division by zero attempted\n"
