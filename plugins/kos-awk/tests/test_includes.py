"""@include, -i and @namespace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine


@pytest.fixture(scope="module")
def library() -> Iterator[Machine]:
    """Return a machine with files for awk's library."""
    with Machine() as machine:
        machine.write_file(
            "/lib/awk/one.awk", b'@include "two"\nfunction one(x) { return two(x) + 1 }\nBEGIN { n++ }\n'
        )
        machine.write_file("/lib/awk/two.awk", b"function two(x) { return 2 * x }")
        machine.write_file("/lib/awk/self.awk", b'@include "self"\nBEGIN { print "once" }\n')
        machine.write_file("/lib/awk/bad.awk", b"\n\nBEGIN { print ) }\n")
        machine.write_file("/lib/awk/count.awk", b'@namespace "count"\nfunction up() { return ++n }\n')
        yield machine


def run(machine: Machine, program: str, options: str = "") -> str:
    machine.write_file("/tmp/p", program.encode())
    done = machine.run(f"AWKPATH=/lib/awk awk {options} -f /tmp/p </dev/null")
    return done.text + done.stderr.decode()


def test_a_file_is_included_once_with_what_it_includes(library: Machine) -> None:
    assert run(library, '@include "one"\n@include "one.awk"\nBEGIN { print one(5), n }\n') == "11 1\n"
    assert run(library, '@include "self"\n') == "once\n"


def test_a_file_can_be_given_as_an_option(library: Machine) -> None:
    assert run(library, "BEGIN { print one(1) }", "-i one") == "3\n"


def test_an_error_names_the_included_file(library: Machine) -> None:
    assert run(library, '@include "bad"\n').startswith("awk: /lib/awk/bad.awk:3: BEGIN { print ) }")


def test_names_belong_to_their_namespace(library: Machine) -> None:
    program = """@include "count"
BEGIN { n = 10; count::up(); print count::up(), n, count::n; f = "count::up"; print @f(), NR }
@namespace "other"
BEGIN { n = "mine"; print n, awk::n, count::n, length(n), NR; TOP = 1 }
@namespace "awk"
BEGIN { print other::n, TOP }
"""
    assert run(library, program) == "2 10 2\n3 0\nmine 10 3 4 0\nmine 1\n"


def test_a_variable_of_a_namespace_can_be_given(library: Machine) -> None:
    assert run(library, "BEGIN { print count::n }", "-v count::n=5") == "5\n"
