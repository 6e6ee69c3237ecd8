"""tail -f in virtual time: what is appended, truncated, replaced; and when it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine


@pytest.fixture
def m() -> Iterator[Machine]:
    with Machine(clock="virtual", seed=1) as machine:
        yield machine


def test_appended_lines_appear_and_timeout_ends_it(m: Machine) -> None:
    done = m.run("echo a >f; (sleep 5; echo b >>f; sleep 5; echo c >>f) & timeout 20 tail -f f; echo $?")
    assert done.stdout == b"a\nb\nc\n124\n"


def test_a_truncated_file_is_shown_from_its_beginning(m: Machine) -> None:
    done = m.run("echo long line >f; (sleep 3; echo x >f) & timeout 9 tail -f f")
    assert done.stdout == b"long line\nx\n"
    assert done.stderr == b"tail: f: file truncated\n"


def test_by_name_a_replaced_file_is_followed(m: Machine) -> None:
    done = m.run("echo old >f; (sleep 3; echo new >g; mv g f) & timeout 9 tail -F f")
    assert done.stdout == b"old\nnew\n"
    assert b"'f' has been replaced;  following new file" in done.stderr


def test_by_name_a_file_that_comes_later_is_waited_for(m: Machine) -> None:
    done = m.run("(sleep 3; echo here >f) & timeout 9 tail -F f")
    assert done.stdout == b"here\n"
    assert b"tail: cannot open 'f' for reading: No such file or directory\n" in done.stderr
    assert b"tail: 'f' has appeared;  following new file\n" in done.stderr


def test_several_files_get_a_heading_when_the_writer_changes(m: Machine) -> None:
    done = m.run("echo a >f; echo b >g; (sleep 2; echo c >>f; sleep 2; echo d >>g) & timeout 9 tail -f f g")
    assert done.stdout == b"==> f <==\na\n\n==> g <==\nb\n\n==> f <==\nc\n\n==> g <==\nd\n"


def test_it_ends_when_the_process_it_waits_for_has_ended(m: Machine) -> None:
    done = m.run("echo a >f; sh -c 'sleep 3 & echo $! >p'; tail -s 0.1 --pid=$(cat p) -f f; echo over")
    assert done.stdout == b"a\nover\n"


def test_it_ends_when_the_reader_of_its_output_has_gone(m: Machine) -> None:
    done = m.run("echo a >f; tail -f f | head -n 1; echo over", timeout=20)
    assert done.stdout == b"a\nover\n"


def test_a_pipe_on_standard_input_is_not_followed(m: Machine) -> None:
    assert m.run("echo a | tail -f").stdout == b"a\n"
