"""uuencode and uudecode: what goes in comes out, in the format that every other one reads."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kos_kernel import Machine


def test_a_file_is_lines_of_45_bytes_between_begin_and_end(machine: Machine) -> None:
    done = machine.run(
        "cd /tmp; umask 022; printf %050d 0 >u; uuencode u name; printf cat | uuencode x; uuencode x </dev/null"
    )
    zeros = b"M,#`P,#`P,#`P,#`P,#`P,#`P,#`P,#`P,#`P,#`P,#`P,#`P,#`P,#`P,#`P\n%,#`P,#``\n`\nend\n"
    assert done.stdout == b"begin 644 name\n" + zeros + b"begin 644 x\n#8V%T\n`\nend\nbegin 644 x\n`\nend\n"


def test_m_writes_base64_and_e_hides_the_name_in_it(machine: Machine) -> None:
    done = machine.run("printf 'hello\\0' | uuencode -m x; printf a | uuencode -e 'a b'")
    assert done.stdout == b"begin-base64 644 x\naGVsbG8A\n====\nbegin-encoded 644 YSBi\n!80``\n`\nend\n"


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "-m", "-e", "-m -e"]))
def test_decoding_gives_back_what_was_encoded(machine: Machine, data: bytes, options: str) -> None:
    machine.write_file("/tmp/in", data)
    done = machine.run(
        f"cd /tmp; uuencode {options} in 'out x' | uudecode && cmp in 'out x' && uuencode in x | uudecode -o - | cmp - in"
    )
    assert (done.status, done.stdout, done.stderr) == (0, b"", b"")


def test_the_file_gets_the_mode_of_the_text_unless_c_is_given(machine: Machine) -> None:
    text = "printf 'begin 751 m1\\n`\\nend\\n'"
    done = machine.run(
        f"cd /tmp; umask 022; {text} | uudecode; stat -c %a m1; rm m1; {text} | uudecode -c; stat -c %a m1"
    )
    assert done.stdout == b"751\n644\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"nothing\n", b"Invalid or missing 'begin' line"),
        (b"begin 644 /tmp/t\n#8V%T\n", b"Short file"),
        (b"begin 644 /tmp/t\n#8V%T\n`\n", b"No 'end' line"),
        (b"begin-base64 644 /tmp/t\n#!#\n====\n", b"malformed line"),
        (b"begin-base64 644 /tmp/t\naaaa\n", b"Short file"),
    ],
)
def test_a_text_that_breaks_off_or_is_none_is_told_with_status_1(
    machine: Machine, text: bytes, complaint: bytes
) -> None:
    machine.write_file("/tmp/bad", text)
    done = machine.run("cd /tmp; uudecode bad")
    assert (done.status, done.stderr) == (1, b"uudecode: bad: " + complaint + b"\n")


def test_perl_reads_what_we_write(machine: Machine) -> None:
    if shutil.which("perl") is None:
        pytest.skip("no perl here")
    body = b"".join(machine.run("cd /tmp; seq 100 >s; uuencode s x").stdout.splitlines(keepends=True)[1:-2])
    done = subprocess.run(["perl", "-0777ne", "print unpack('u', $_)"], input=body, capture_output=True, check=True)
    assert done.stdout == b"".join(b"%d\n" % number for number in range(1, 101))
