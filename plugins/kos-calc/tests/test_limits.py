"""No program stops the machine: what is deep is refused or run, what is big is charged, what is long can be ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kos_kernel import Machine

Run = Callable[..., tuple[bytes, bytes, int]]
LITTLE = "ulimit -v 20000; "


@pytest.mark.parametrize("text", [b"(", b"{", b"!", b"2^", b"a=", b"a[", b"f(", b"if (1) ", b"while (1) {"])
def test_what_is_nested_too_deep_is_refused(text: bytes, calculate: Run) -> None:
    assert calculate("bc", text * 50000 + b"1\n")[1:] == (b"(standard_in) 1: nested too deep\n", 0)


def test_what_is_nested_deep_is_computed(calculate: Run) -> None:
    assert calculate("bc", b"(" * 3000 + b"1" + b")" * 3000 + b"\n")[0] == b"1\n"
    assert calculate("bc", b"1+" * 20000 + b"1\n")[0] == b"20001\n"


def test_functions_call_themselves_as_deep_as_memory_reaches(calculate: Run) -> None:
    program = b"define f(n) {\nif (n==0) return (0)\nreturn (1+f(n-1))\n}\n"
    assert calculate("bc", program + b"f(20000)\n")[0] == b"20000\n"
    assert calculate("bc", program + b"f(-1)\n", before=LITTLE)[1:] == (b"bc: memory exhausted\n", 1)
    assert calculate("dc", b"[lax1]sa lax", before=LITTLE)[1:] == (b"dc: memory exhausted\n", 1)


@pytest.mark.parametrize(
    "program",
    [
        b"2^2147483640\n",
        b"scale=2147483647;1/3\n",
        b"for(i=0;1;i++) a[i]=i\n",
        b"scale=2147483647;l(0)\n",
    ],
)
def test_what_needs_more_memory_than_there_is_ends_bc(program: bytes, calculate: Run) -> None:
    assert calculate("bc -l", program, before=LITTLE) == (b"", b"bc: memory exhausted\n", 1)


@pytest.mark.parametrize(
    "program", [b"[d la x]sa 1 lax", b"2 2147483640^", b"[1Sa lbx]sb lbx", b"2147483647k 1 3/", b"[[xx]lax]sa lax"]
)
def test_what_needs_more_memory_than_there_is_ends_dc(program: bytes, calculate: Run) -> None:
    assert calculate("dc", program, before=LITTLE) == (b"", b"dc: memory exhausted\n", 1)


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("bc -l", b"e(1000000000)\n"),
        ("bc -l", b"j(1000000000,1)\n"),
        ("bc", b"2^2000000000\n"),
        ("bc", b"scale=1000000;obase=2;1/3\n"),
        ("bc", b"a=9;while(1) a=a*a\n"),
        ("bc", b"while(1) 1\n"),
        ("dc", b"[lax]sa lax"),
        ("dc", b"7[d*lax]salax"),
    ],
)
def test_a_long_computation_can_be_ended(command: str, program: bytes, machine: Machine) -> None:
    machine.write_file("/tmp/program", program)
    assert machine.run(f"timeout 0.3 {command} </tmp/program >/dev/null 2>&1; echo $?", timeout=100).stdout == b"124\n"


def test_long_numbers_are_read_and_printed(calculate: Run) -> None:
    digits = b"7" * 100_000
    assert calculate("bc", b"BC\n" + digits + b"\n")[0].replace(b"\\\n", b"") == b"99\n" + digits + b"\n"
    assert calculate("dc", digits + b"p")[0].replace(b"\\\n", b"") == digits + b"\n"
