"""--stream gives its events while it reads, and keeps no more than the path to where it is."""

from __future__ import annotations

import pytest

from kos_kernel import Machine


def stream(machine: Machine, text: bytes, before: str = "", program: str = ".") -> tuple[bytes, bytes, int]:
    machine.write_file("/tmp/text", text)
    done = machine.run(f"{before}jq -c --stream '{program}' /tmp/text", timeout=60)
    return done.stdout, done.stderr, done.status


def test_leaves_and_ends_are_told_with_their_paths(machine: Machine) -> None:
    assert stream(machine, b'{"a":[1,{"b":[]}],"c":{}} [] "x"')[0] == (
        b'[["a",0],1]\n[["a",1,"b"],[]]\n[["a",1,"b"]]\n[["a",1]]\n[["c"],{}]\n[["c"]]\n[[],[]]\n[[],"x"]\n'
    )


def test_what_came_before_a_mistake_has_been_told(machine: Machine) -> None:
    assert stream(machine, b'[1,{"a":2},') == (
        b'[[0],1]\n[[1,"a"],2]\n[[1,"a"]]\n', b"parse error: Unfinished JSON term at EOF at line 1, column 11\n", 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[1 2]", b"Expected separator between values at line 1, column 5"),
        (b"[,1]", b"Expected value before ',' at line 1, column 2"),
        (b'{"a" 1}', b"Expected separator between values at line 1, column 7"),
        (b"{1:2}", b"Object keys must be strings at line 1, column 3"),
        (b"[1}", b"Unmatched '}' in the middle of an array at line 1, column 3"),
        (b'{"a":1]', b"Unmatched ']' in the middle of an object at line 1, column 7"),
        (b"]", b"Unmatched ']' at the top-level at line 1, column 1"),
        (b'{"a":}', b"Missing value in key:value pair at line 1, column 6"),
        (b"[1:2]", b"':' not as part of an object at line 1, column 3"),
        (b'{"a","b"}', b"Objects must consist of key:value pairs at line 1, column 5"),
        (b"[tru]", b"Invalid literal at line 1, column 5"),
        (b'["\\x"]', b"Invalid escape at line 1, column 5"),
        (b"[" * 20000, b"Exceeds depth limit for parsing at line 1, column 10001"),
    ],
)
def test_a_mistake_is_named_as_jq_names_it(text: bytes, message: bytes, machine: Machine) -> None:
    assert stream(machine, text) == (b"", b"parse error: " + message + b"\n", 2)


def test_a_value_that_is_longer_than_memory_is_streamed(machine: Machine) -> None:
    text = b"[" + b",".join([b'{"a":[1,"xyz",null]}'] * 60_000) + b"]"
    little = "ulimit -v 4000; "
    assert stream(machine, text, little, "select(length==1 and (.[0]|length==1))")[0] == b"[[59999]]\n"


def test_an_event_comes_before_the_text_has_ended(machine: Machine) -> None:
    done = machine.run(
        "(printf '[1,2,'; sleep 100) | jq -c --stream --unbuffered . | head -1 >/tmp/seen & sleep 1; cat /tmp/seen; kill $!"
    )
    assert done.stdout == b"[[0],1]\n"
