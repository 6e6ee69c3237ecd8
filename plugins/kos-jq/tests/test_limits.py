"""Nothing that a program or an input does makes jq crash, hang for good, or outgrow its memory."""

from __future__ import annotations

import pytest

from kos_kernel import Machine
from kos_kernel.errors import RunTimeout


@pytest.mark.parametrize(
    "program",
    [
        "def f: f; f",
        "[repeat(1)]",
        "last(repeat(1))",
        "def f: 1 + f; f",
        "def f: [f]; f",
        "reduce repeat(1) as $x (null; [., $x])",
        "reduce range(100) as $x (1; [., .]) | tojson | length",
        "reduce range(60) as $x (1; [., .]) | flatten | length",
        '("a" * 40 + "b") | test("^(a+)+$")',
        '("a" * 3000) | test("a*a*a*a*a*b")',
    ],
)
def test_a_program_without_end_is_interrupted(program: str) -> None:
    with Machine() as machine, pytest.raises(RunTimeout):
        machine.run(f"jq -n '{program}'", timeout=1)


@pytest.mark.parametrize("program", ["[range(1e12)]", "[range(1e7)] | map([.])"])
def test_too_much_memory_is_refused(program: str) -> None:
    with Machine() as machine:
        done = machine.run(f"ulimit -v 100000; jq -n '{program}'")
    assert (done.status, done.stdout, done.stderr) == (1, b"", b"jq: Cannot allocate memory\n")


def test_garbage_is_given_back(machine: Machine) -> None:
    """Much more is made than the limit allows at once."""
    done = machine.run("ulimit -v 100000; jq -n 'reduce range(3000) as $i (0; [range(1000)] | length + $i)'")
    assert (done.status, done.text) == (0, "3999\n")


@pytest.mark.parametrize(
    ("line", "stdout", "stderr", "status"),
    [
        (
            "printf '%20000s' | tr ' ' '[' | jq .",
            "",
            "parse error: Exceeds depth limit for parsing at line 1, column 10001\n",
            2,
        ),
        ("(printf '%9000s' | tr ' ' '['; printf '%9000s' | tr ' ' ']') | jq -c . | wc -c", "18001\n", "", 0),
        ("printf '%5000s' | tr ' ' 9 | jq .", "1.7976931348623157e+308\n", "", 0),
        ("jq -n 1e999999999999", "1.7976931348623157e+308\n", "", 0),
        (
            "jq -n 'reduce range(200000) as $i (null; [.]) | . == .'",
            "",
            "jq: error (at <unknown>): Value is nested too deeply\n",
            5,
        ),
        ("jq -n 'reduce range(200000) as $i (null; [.]) | tojson | length'", "20021\n", "", 0),
        ("jq -n '\"x\" * 1e12'", "", "jq: error (at <unknown>): Repeat string result too long\n", 5),
        ("jq -nc '[limit(3; repeat(1))]'", "[null,1,1]\n", "", 0),
    ],
)
def test_extremes_have_an_answer(machine: Machine, line: str, stdout: str, stderr: str, status: int) -> None:
    done = machine.run(line)
    assert (done.stdout.decode(), done.stderr.decode(), done.status) == (stdout, stderr, status)


@pytest.mark.parametrize("text", ["(" * 3000 + "1" + ")" * 3000, "1" + "+1" * 5000, ".a" * 5000, "[" * 500 + "]" * 500])
def test_a_program_that_is_too_complex_is_refused(machine: Machine, text: str) -> None:
    machine.write_file("/p", text.encode())
    done = machine.run("jq -n -f /p")
    assert done.status == 3
    assert done.stderr.startswith(b"jq: error: the program is ")


def test_lines_stream_in_bounded_memory(machine: Machine) -> None:
    done = machine.run(
        "ulimit -v 60000; seq 60000 | while read -r x; do break; done; seq 200000 | jq -c 'select(. == 200000)'"
    )
    assert (done.status, done.text) == (0, "200000\n")


def test_a_big_value_is_charged_and_given_back(machine: Machine) -> None:
    done = machine.run("ulimit -v 100000; (printf '['; seq 2000000 | tr '\\n' ,; printf '0]') | jq length")
    assert (done.status, done.stderr) == (1, b"jq: Cannot allocate memory\n")
    done = machine.run(
        "ulimit -v 100000; x=$(printf '%20000s' | tr ' ' y); yes \"\\\"$x\\\"\" | head -n 800 | jq length | sort -u"
    )
    assert (done.status, done.text, done.stderr) == (0, "20000\n", b"")


def test_what_1_7_changed(machine: Machine) -> None:
    for program, text in {
        "100000000000000000001": "100000000000000000001",
        "[limit(0; 1, 2)]": "[]",
        "[1,2,3,4] | .[] |= empty": "[]",
        '"abc" | gsub(""; "-")': '"-a-b-c-"',
        "if true then 1 end": "1",
        'error("x") // 1': "1",
        "[[1,2,3] | pick(.[1])]": "[[null,2]]",
        '" a " | trim, ltrim, rtrim': '"a"\n"a "\n" a"',
        "-3 | abs": "3",
        "3 | toarray": "[3]",
        '"ME======" | @base32d': '"a"',
        "[skip(2; range(5))]": "[2,3,4]",
        "{$__loc__}": '{"__loc__":{"file":"<top-level>","line":1}}',
    }.items():
        machine.write_file("/p", program.encode())
        assert machine.run("jq -nc -f /p").text == text + "\n", program


def test_a_module_tells_what_it_imports_and_defines(machine: Machine) -> None:
    machine.write_file("/tmp/m.jq", b'module {"v":[1,-2]}; import "n" as n; import "d" as $d; def f: 1; def g($x): 2;')
    machine.write_file("/tmp/bad.jq", b"module {a: .x};")
    assert machine.run("jq -nc -L /tmp '\"m\"|modulemeta'").stdout == (
        b'{"v":[1,-2],"deps":[{"as":"n","is_data":false,"relpath":"n"},{"as":"d","is_data":true,"relpath":"d"}],'
        b'"defs":["f/0","g/1"]}\n'
    )
    assert b"Module metadata must be constant" in machine.run("jq -n -L /tmp '\"bad\"|modulemeta'").stderr


def test_bessel_functions_have_the_digits_of_tables(machine: Machine) -> None:
    found = machine.run("jq -nc '[(1,10,50)|j0,j1,y0,y1]|map(.*1e10|round)'").stdout
    assert found == (
        b"[7651976866,4400505857,882569642,-7812128213,-2459357645,434727462,556711673,2490154242,"
        b"558123277,-975118281,-980649955,-567956686]\n"
    )
