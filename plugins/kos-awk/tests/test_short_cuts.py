"""Drawn programs do the same where the main loop keeps the record in local variables and where an object holds it."""

from __future__ import annotations

import random

import pytest

from kos_kernel import Machine

PROGRAMS = 60
FIELDS = ["$0", "$1", "$2", "$3", "$NF", "$5", "$(NF-1)", "$(i%3+1)"]
TEXTS = [
    *FIELDS,
    '"x"',
    '"10"',
    "x",
    "y",
    "a[1]",
    "substr($0,2,3)",
    "toupper($1)",
    '$1 "-" $2',
    "NF",
    "NR",
    'sprintf("%d",$2)',
]
NUMBERS = ["NF", "NR", "length", "length($1)", '"3"+0', "$1", "$2", "x", "i", "7", 'index($0,"b")', "n", "a[2]"]
STATEMENTS = [
    "F = T", "F = N", "F += N", "F++", "--F", "x = T", "y = F", "i = N", "x = y = F", "NF = 3", "NF++", "$7 = T",
    'gsub(/b/, "<&>")', 'sub(/[0-9]+/, "#", F)', 'gsub("a", T, F)', "n += gsub(/x/, T)", 'n = split(T, a, " ")', "split(T, b, /[ab]/)",
    "print T, T", "print", "print F", 'printf "%s %d|", T, N', "if (C) print T; else x = T", "if (C) next", "a[1] = T", "c[T]++",
    'print (F == "10"), (F < N), (F > F)', "print typeof(F), typeof(x)", "$0 = T", "$0 = T; print NF", "print b[1], b[2]",
    "while (i++ < 3) F = F i", "print match(F, /[0-9]/), RSTART", "print N + N, N % 3, -N", "print length(c)", "print F ? 1 : 0",
]  # fmt: skip
CONDITIONS = ["F == F", "F < 5", "F ~ /b/", "F", "!F", "N > 2", "T == T", "x < F", "(T in c)", "/a/ && NR > 1"]
PATTERNS = ["", "", "/b/", "/a/ || $2 ~ /x/", "NR > 1", "C", "$1 == 10", "/a/, /x/"]
INPUT = b"a b c\n10 x 3\n\nbb 2.5 ab x\n  10  b\n1 2 3 4 5\nx\n0 0x10 -1 b a\n"


def filled(chance: random.Random, template: str) -> str:
    """Return a template with something in the place of F, T, N and C."""
    out = []
    for letter in template.replace("NF", "\x01").replace("NR", "\x02").replace("RSTART", "\x03"):
        choices = {"F": FIELDS, "T": TEXTS, "N": NUMBERS, "C": CONDITIONS}.get(letter)
        if choices is None:
            out.append(letter)
        else:
            out.append(filled(chance, chance.choice(choices)) if letter == "C" else chance.choice(choices))
    return "".join(out).translate({1: "NF", 2: "NR", 3: "RSTART"})


def drawn(chance: random.Random) -> str:
    """Return a program."""

    def text(choices: list[str]) -> str:
        return filled(chance, chance.choice(choices))

    rules = [
        f"{text(PATTERNS)} {{ {'; '.join(text(STATEMENTS) for _ in range(chance.randint(1, 6)))} }}"
        for _ in range(chance.randint(1, 3))
    ]
    return "\n".join(
        [*rules, 'END { print x, y, n, i; print; print $2, NF, NR, length(c); print ($1 < 5), ($0 == "x") }']
    )


@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_a_drawn_program_does_the_same_without_the_short_cuts(seed: int, machine: Machine) -> None:
    program = drawn(random.Random(seed))
    machine.write_file("/tmp/in", INPUT)
    said = []
    for more in ("", "\nfunction other() { return RT ARGV[0] }"):
        machine.write_file("/tmp/p", (program + more).encode())
        done = machine.run("awk -f /tmp/p /tmp/in", env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, timeout=60)
        said.append((done.text, done.status, done.stderr))
    assert said[0] == said[1], program
