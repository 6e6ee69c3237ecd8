"""yq reads YAML as kislyuk's yq does, and writes it as that does; what would be without measure is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

LINES = [
    line
    for line in (Path(__file__).parent / "cases" / "yaml" / "yq.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
ALL_KINDS = b"""# a comment
a: 1
b: [x, 2.50, 1e3, 0x1f, 0o17, 017, yes, no, on, ~, null, true, "q", 'r', 2020-01-02, 2020-01-02T03:04:05Z, 1_000, 1:30]
tags: [!!str 5, !!int "7", !foo bar, !foo [1], !foo {z: 1}, !!binary aGk=, .inf, -.inf, .nan]
c: &x {k: v, 1: one, null: n}
d: *x
e: {<<: *x, z: 1}
f: |
  several
  lines
g: >
  fold
  ed
i: !!set {p, q}
---
second: \xc3\xa9
...
---
"""
FILES = {
    "y": ALL_KINDS,
    "a": b"a: 1\nb: [1, {c: x}]\n---\na: 2\n",
    "m": b"a: &x {b: 1}\nc: {<<: *x, b: 2}\nd: {<<: [*x, {z: 1}], q: 1}\ne: {z: 1, <<: {z: 2, y: 3}}\n",
}


@pytest.mark.parametrize("line", LINES)
def test_output_and_status_are_as_yq_gives_them(line: str, machine: Machine, tmp_path: Path) -> None:
    if shutil.which("yq") is None or b"kislyuk" not in subprocess.run(["yq", "--help"], capture_output=True).stdout:
        pytest.skip("no yq that is kislyuk's here")
    assert TwoWorlds(machine, tmp_path, files=FILES).differences([line], errors=False) == []


def yq(machine: Machine, text: bytes, options: str = "-c .") -> tuple[bytes, bytes, int]:
    machine.write_file("/tmp/y", text)
    done = machine.run(f"yq {options} </tmp/y", timeout=60)
    return done.stdout, done.stderr, done.status


def test_scalars_are_what_both_yaml_1_1_and_1_2_take_them_for(machine: Machine) -> None:
    text = b"[yes, on, 1_0, 1:30, 2020-01-02, 0x1f, 0o17, 017, 1e3, ~, '', true, .inf, .nan, !!str 5]"
    shown = b'["yes","on","1_0","1:30","2020-01-02",31,15,15,1000,null,"",true,1.7976931348623157e+308,null,"5"]\n'
    assert yq(machine, text) == (shown, b"", 0)


def test_documents_are_written_one_after_another(machine: Machine) -> None:
    text = b"a: [1, [2, {b: yes}]]\n---\nx\n"
    assert yq(machine, text, "-y .")[0] == b"a:\n  - 1\n  - - 2\n    - b: 'yes'\n--- x\n...\n"
    assert yq(machine, text, "-y --indentless --yml-out-ver 1.2 .a")[0] == b"- 1\n- - 2\n  - b: yes\n"


def test_keys_that_python_takes_for_equal_stay_apart(machine: Machine) -> None:
    assert yq(machine, b"{1: a, true: b, 1.0: c}")[0] == b'{"1":"c","true":"b"}\n'


def test_a_file_is_written_in_place_only_if_all_went_well(machine: Machine) -> None:
    machine.write_file("/tmp/good", b"a: 1\n")
    machine.write_file("/tmp/bad", b"a: [\n")
    assert machine.run("yq -yi .a=2 /tmp/good /tmp/bad").status == 1
    assert (machine.read_file("/tmp/good"), machine.read_file("/tmp/bad")) == (b"a: 2\n", b"a: [\n")
    machine.run("yq -yi .a.b /tmp/good")
    assert machine.read_file("/tmp/good") == b"a: 2\n"
    assert machine.run("yq -i . /tmp/good").stderr == b"yq: -i/--in-place can only be used with -y\n"


def test_aliases_may_not_stand_for_more_than_a_million_values(machine: Machine) -> None:
    lines = [b"a: &a [1,1,1,1,1,1,1,1,1,1]"]
    lines += [b"%c: &%c [%s]" % (c, c, b",".join([b"*%c" % (c - 1)] * 10)) for c in b"bcdefghij"]
    assert yq(machine, b"\n".join(lines)) == (
        b"",
        b"yq: error: <stdin>: aliases stand for more than 1000000 values, line 6, column 29\n",
        1,
    )
    assert yq(machine, b"\n".join(lines[:4]), "'[..] | length'") == (b"12345\n", b"", 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a: [", b"while parsing a flow node expected the node content, but found '<stream end>', line 1, column 5"),
        (b"&a [*a]", b"alias 'a' stands within what it stands for, line 1, column 5"),
        (b"*a", b"found undefined alias 'a', line 1, column 1"),
        (b"? [1]\n: 2", b"a key must be a scalar, line 1, column 5"),
        (b"!!int x", b"'x' is no number, line 1, column 1"),
        (b"<<: 1", b"<< takes mappings, line 1, column 5"),
        (b"a\x01", b"special characters are not allowed, position 1"),
        (b"[" * 100000, b"the text is nested deeper than 2000 levels, line 1, column 2001"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_is_named_with_its_place(text: bytes, message: bytes, machine: Machine) -> None:
    assert yq(machine, text) == (b"", b"yq: error: <stdin>: " + message + b"\n", 1)


def test_what_yq_cannot_do_is_refused_by_name(machine: Machine) -> None:
    for option in ("-Y", "-cY", "--yaml-roundtrip"):
        assert machine.run(f"yq {option} .").stderr == (
            b"yq: --yaml-roundtrip isn't supported: tags and styles aren't kept\n"
        )
    assert machine.run("yq --foo .").stderr == b"yq: Unknown option: --foo\n"


def test_deep_yaml_is_read_and_written(machine: Machine) -> None:
    text = b"[" * 900 + b"]" * 900
    assert yq(machine, text)[0] == text + b"\n"
    assert yq(machine, text, "-y .")[0].endswith(b"[]\n")
