"""What works on many lines at once gives what it gives line by line: GNU's output, on big and on odd texts."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

KEYS = [b"%06d" % number for number in range(0, 30_000, 2)]
ONE = b"".join(b"%s one %d\n" % (key, number) for number, key in enumerate(KEYS))
TWO = b"".join(b"%s two\n" % key for key in KEYS[::3])
WORDS = b"".join(b"%d the quick\tbrown  fox %d jumps\n\nover\n" % (n, n * n) for n in range(4000))
FILES = {
    "one": ONE,
    "two": TWO,
    "twice": b"".join(b"%s x\n%s y z\n" % (key, key) for key in KEYS[::5]),  # keys that stand twice
    "blanks": TWO.replace(b"3", b"3  ").replace(b"two\n", b"two \n"),  # fields apart by more, blanks at the end
    "tabs": TWO.replace(b" ", b"\t"),
    "lone": b"".join(b"%s\n" % key for key in KEYS[::7]),  # nothing but keys
    "disorder": ONE[:200_000] + b"000001 late\n" + ONE[200_000:],
    "unfinished": TWO + b"999999 end",
    "empty": b"",
    "newlines": b"\n" * 300,
    "words": WORDS,
    "spaces": WORDS.replace(b" ", b"   ").replace(b"\t", b"  ") + b" a  b        c " * 500 + b"\n\n  x\n end  ",
    "sentences": b"".join(
        b'%b %b (it) is.  So, "%b"; no.\n' % (b"x" * (n % 17), b"y" * (n * n % 23), b"z" * (n % 5)) for n in range(1500)
    )
    + b"\n  more of it. And\n less",
    "pages": WORDS[:3000]
    + b"\f\n"
    + WORDS[:900]
    + b"one\ftwo\n\f\fthree\b\b\n\bx\n"
    + WORDS[:50_000]
    + b"\f"
    + WORDS[:3001],
    "long": b"word " * 60_000 + b"\n" + b"x" * 300_000 + b"\n" + b" " * 3000,
    "bytes": bytes(range(256)) * 700,
    "odd": bytes(range(256)) * 3 + b"seven b",
}
LINES = [
    *(f"join {a} {b}" for a in ("one", "two", "twice", "blanks", "lone", "unfinished", "empty")
      for b in ("one", "two", "twice", "blanks", "tabs", "lone", "disorder", "newlines")),
    "join disorder one", "join --check-order one disorder", "join --nocheck-order disorder two", "join -a1 one two",
    "join -v2 two one", "join -t ' ' blanks one", "join -o 1.2,2.2 one two", "join -z one one", "join -1 2 -2 1 one two",
    "join --header one two", "join -i lone one",
    *(f"comm {option} {a} {b}" for option in ("", "-12", "-3", "-23", "--total", "--output-delimiter=:")
      for a, b in (("one", "two"), ("twice", "lone"), ("one", "one"), ("empty", "one"), ("unfinished", "two"))),
    "comm one disorder", "comm disorder one", "comm --check-order disorder two", "comm --nocheck-order disorder two",
    "comm --check-order one disorder", "comm disorder disorder", "comm -z one two", "comm -12 disorder one",
    *(f"fold {option} {name}" for option in ("-w 7", "-w 20", "-s -w 9", "-s", "-b -w 5", "-b -s -w 11", "-w 1", "-s -w 1")
      for name in ("words", "long", "one", "empty", "newlines", "unfinished", "odd")),
    *(f"cat {option} {name}" for option in ("-n", "-nE", "-b", "-ns", "-nA")
      for name in ("words", "one two", "unfinished one", "unfinished unfinished", "empty", "odd odd")),
    *(f"pr -D then -h x {option} {name}"
      for option in ("", "-t", "-l 20", "-T", "-d -t", "-n -t", "-o 3 -t", "-F -t", "-e -t", "-i -t", "-W 30 -t", "+3:9", "-2 -t", "-s -t",
                     "-J -t", "-v -t", "-l 1", "-f")
      for name in ("words", "pages", "empty", "newlines", "unfinished", "odd")),
    *(f"unexpand {option} {name}" for option in ("-a", "", "-a -t 3", "-t 1", "-t 300", "-t 4,9", "--first-only -a", "-a -t 2")
      for name in ("spaces", "words", "long", "empty", "newlines", "odd", "unfinished")),
    *(f"fmt {option} {name}" for option in ("", "-w 30", "-u", "-s", "-c", "-t", "-w 20 -g 12", "-p over")
      for name in ("words", "empty", "newlines", "sentences")),
    "diff -r . .", "diff one one", "diff -s one one", "diff -y --suppress-common-lines one one", "diff -y lone lone",
    "diff -e unfinished unfinished",
    "diff -D X lone lone", "diff -f unfinished unfinished", "diff -q unfinished unfinished", "diff -n unfinished unfinished",
    "pr -t words pages one", "pr -m -t one two", "pr -t - < long",
    "cat -n - < one", "grep -n 7 one", "grep -n 7 one two", "grep -nv 7 words", "grep -n '' unfinished", "grep -nT fox words",
    "grep -nb fox words", "grep -zn 7 one", "grep -cn 7 one", "grep -nm3 7 one",
    "seq -s , 5", "seq -s , 2500", "seq -s '' 998 2001", "seq -s ab 0 999", "seq -s , 0 1000", "seq -s, 1000 1000", "seq -s, 3 2",
    "seq 0 999", "seq 0 1000", "seq 999 2000", "seq 1000 1999", "seq 7 7", "seq -s % 1 1001", "seq -s '\\n' 1 3",
    "base64 bytes | base64 -d", "base64 -w 0 odd | base64 -d", "base64 odd | tr A '*' | base64 -d", "base64 -d odd", "base64 -di odd",
    "{ base64 odd; base64 odd; } | base64 -d", "printf 'QUJD=' | base64 -d", "printf 'QUJDRA==QUJD' | base64 -d",
]  # fmt: skip


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with Machine() as made:
        for name, text in FILES.items():
            made.write_file("/tmp/" + name, text)
        yield made


@pytest.mark.skipif(shutil.which("comm") is None, reason="compares with the host's tools")
def test_many_lines_at_once_give_what_gnu_gives(machine: Machine, tmp_path: Path) -> None:
    worlds = TwoWorlds(machine, tmp_path, files=FILES)
    found = worlds.differences(LINES)
    assert [(one.line, one.what, str(one.host)[-80:], str(one.machine)[-80:]) for one in found] == []


def test_lines_with_a_partner_are_joined_over_many_blocks(machine: Machine) -> None:
    expected = b"".join(b"%s one %d two\n" % (key, 3 * number) for number, key in enumerate(KEYS[::3]))
    assert machine.run("join /tmp/one /tmp/two").stdout == expected


def test_a_blank_at_a_lines_end_has_an_empty_field_behind_it(machine: Machine) -> None:
    ours = machine.run("printf 'a 1 \\nb 2\\n' > x; printf 'a  3\\t\\nb 4 5 \\n' > y; join x y; rm x y").stdout
    assert ours == b"a 1  3 \nb 2 4 5 \n"


def test_columns_of_common_and_lone_lines_come_from_many_blocks(machine: Machine) -> None:
    ours = machine.run(
        "cd /tmp; cut -d ' ' -f 1 one > a; comm --total a lone | tail -n 1; comm -12 a lone | cmp - lone"
    )
    assert ours.stdout == b"%d\t0\t%d\ttotal\n" % (len(KEYS) - len(KEYS[::7]), len(KEYS[::7]))
    assert ours.status == 0


def test_a_shuffle_of_many_lines_has_each_once_in_another_order(machine: Machine) -> None:
    shuffled = machine.run("shuf /tmp/one").stdout
    assert shuffled != ONE
    assert sorted(shuffled.splitlines()) == sorted(ONE.splitlines())
    few = machine.run("shuf -n 12000 /tmp/one").stdout.splitlines()
    assert len(few) == len(set(few)) == 12_000
    assert set(few) <= set(ONE.splitlines())
    assert machine.run("shuf -n 3 /tmp/lone | wc -l").stdout == b"3\n"


def test_each_line_is_as_likely_in_each_part_of_a_shuffle(machine: Machine) -> None:
    """Where the first thousand of 15,000 lines come to stand: on the average in the middle, in every tenth about a tenth."""
    places = {line: place for place, line in enumerate(machine.run("shuf /tmp/one").stdout.splitlines())}
    first = [places[line] for line in ONE.splitlines()[:1000]]
    assert abs(sum(first) / 1000 - 7500) < 700  # five times what chance strays by
    for tenth in range(10):
        assert 40 < sum(tenth * 1500 <= place < (tenth + 1) * 1500 for place in first) < 160


def test_base64_survives_the_way_there_and_back(machine: Machine) -> None:
    assert machine.run("base64 -d", stdin=base64.encodebytes(FILES["bytes"])).stdout == FILES["bytes"]


@pytest.mark.skipif(shutil.which("sort") is None, reason="compares with the host's sort")
def test_sorting_by_several_keys_gives_what_gnu_gives(machine: Machine, tmp_path: Path) -> None:
    words = [b"ab", b"b", b"", b"B", b"ab c", b"10", b"-7", b"1.5", b"\xe9", b"a\0b"]
    mixed = b"".join(
        b"%b %d\t%b %d.%d\n" % (words[n * 7 % 10], n * n % 97 - 40, words[n % 9], n % 13, n % 3) for n in range(3000)
    )
    worlds = TwoWorlds(machine, tmp_path, files={"mixed": mixed, "short": mixed[:200]})
    keys = [
        "-k1,1 -k2,2nr", "-k1,1r -k2,2n -k3", "-k2n -k1,1 -s", "-k4,4n -k1,1r -k2,2nr -r", "-k1,1 -k2,2n -u", "-k3f -k2,2g",
        "-k1,1V -k2,2nr", "-k1,1f -k4,4h -k2n", "-t ' ' -k2,2nr -k1,1", "-k1,1d -k3,3i -s -r", "-k1,1M -k2,2nr", "-S 30K -k1,1 -k2,2nr",
        "-z -k1,1 -k2,2nr",
    ]  # fmt: skip
    lines = [f"sort {key} {name}" for key in keys for name in ("mixed", "short", "mixed short mixed")]
    assert [(one.line, one.what) for one in worlds.differences(lines)] == []
