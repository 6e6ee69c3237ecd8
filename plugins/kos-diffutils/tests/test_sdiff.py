"""sdiff -o makes a third file of two, as its user says at each difference."""

from __future__ import annotations

from kos_kernel import Machine

FILES = "cd /tmp; printf '1\\n2\\n3\\n4\\n' >s1; printf '1\\ntwo\\n3\\nfour\\n' >s2"


def test_each_difference_is_taken_from_the_side_that_was_named(machine: Machine) -> None:
    done = machine.run(f"{FILES}; printf 'l\\nr\\n' | sdiff -w 30 -o out s1 s2 >shown; echo $?; cat out")
    assert done.stdout == b"1\n1\n2\n3\nfour\n"


def test_e_gives_the_lines_to_the_editor_and_takes_what_it_leaves(machine: Machine) -> None:
    done = machine.run(
        f"{FILES}; printf '#!/bin/sh\\nsed s/^/edited-/ $1 >x; cat x >$1\\n' >ed.sh; chmod +x ed.sh;"
        "printf 'eb\\nl\\n' | EDITOR=/tmp/ed.sh sdiff -s -o out s1 s2 >shown; cat out; ls | grep '^sdiff'"
    )
    assert done.stdout == b"1\nedited-2\nedited-two\n3\n4\n"


def test_q_and_the_end_of_the_answers_end_it_with_status_2(machine: Machine) -> None:
    done = machine.run(
        f"{FILES}; echo q | sdiff -o out s1 s2 >shown; echo $?; sdiff -o out s1 s2 </dev/null >shown; echo $?"
    )
    assert done.stdout == b"2\n2\n"
