"""ed does what GNU ed does: scripts with the answers that GNU ed 1.19 gave, the host's own ed, and scripts that are drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

FILES = {
    "a": b"one\ntwo\nthree\nfour\nfive\n",
    "unended": b"x\ny",
    "nul": b"a\0b\n",
    "empty": b"",
    "latin": b"caf\xe9\nz\n",
}
SCRIPTS = [
    "p",
    "1p",
    "$p",
    ",p",
    "1,3n",
    "2l",
    ".=",
    "$=",
    "2",
    "/t/",
    "?o?",
    "/t/;+1p",
    "2ka\n'ap",
    "1;2p",
    "3,1p",
    "9p",
    "/none/",
    "-1",
    "+",
    "2-1p",
    "1d\n,p",
    "2,3d\n,n",
    "1a\nnew\n.\n,p",
    "0a\nfirst\n.\n,p",
    "2i\nx\ny\n.\n,p",
    "1,2c\nz\n.\n,p",
    "1,3j\n,p",
    "1m$\n,p",
    "1,2m0\n,p",
    "2t0\n,p",
    "1,2t$\n,p",
    "s/o/0/\np",
    "1,$s/e/E/g\n,p",
    "1s/\\(o\\)\\(n\\)/\\2\\1/p",
    "1s/n/&&/p",
    "2s/w/\\\n/\n,p",
    "1,$s/e/X/2\n,p",
    "s/none/x/",
    "1s/o/0/\ns\n,p",
    "g/e/p",
    "v/e/p",
    "g/t/d\n,p",
    "g/o/s//0/\\\np",
    "g/e/t.\n,p",
    "G/e/",
    "1,3g/./m0\n,p",
    "1d\nu\n,p",
    "g/e/d\nu\n,p",
    "1d\n2d\nu\nu\n,p",
    "u",
    "w",
    "w out\nf",
    "1,2w out",
    "W out",
    "r unended\n,p",
    "0r a\n$=",
    "r none",
    "f",
    "f new\nf",
    "e unended\n,p",
    "E none",
    "1d\ne a\ne a\n$=",
    "1d\nq\nq",
    "1d\nQ",
    "h",
    "H\n9p\nx",
    "9p\nh",
    "x",
    "1y",
    "1,2y\n$x\n,p",
    "z",
    "1z2",
    "2z",
    "!echo hi",
    "r !echo hi\n$p",
    "w !cat",
    "1,2!sort -r",
    "\\",
    "a\n.\n=",
    "1s/one/a\\/b/p",
    "1,2s/.$//\n,p",
    "/o/,/f/p",
    "1,2,3p",
    ",,p",
    ";p",
    "%p",
    "1,",
    "kA",
    "1kz\n'zd\n'zp",
    "2p3",
    "1 p",
    "  1p",
    "1pn",
    "1nl",
    "pq",
    "$a\nend",
    "#c",
    "1#c\np",
    "s/[/x/",
    "s/\\(/x/",
    "s/a/b/zz",
    "1s/o/\\x/p",
    "/\\(t\\)[a-z]*/p",
    "1,$s/^/> /\n,p\nw\nq",
    "P\n1p",
    "wq",
    "1d\nwq",
    "g/o/p\\\nn",
    "g//p",
    "/t/p\n//p",
]


def command(script: str, file: str = "a", options: str = "-s") -> str:
    """Return the line of shell that gives a script to ed and shows what became of its files."""
    quoted = script.replace("'", "'\\''")
    return (
        f"printf '%s\\n' '{quoted}' | ed {options} {file}; echo status $?; for f in a out; do cat $f 2> /dev/null; done"
    )


HAS_ED = pytest.mark.skipif(shutil.which("ed") is None, reason="the host has no ed")


@HAS_ED
@pytest.mark.parametrize("options", ["-s", "", "-v", "-E -s", "-p '*'"])
def test_scripts_do_what_the_hosts_ed_does(machine: Machine, tmp_path: Path, options: str) -> None:
    worlds = TwoWorlds(machine, tmp_path, files=FILES)
    assert worlds.differences([command(script, options=options) for script in SCRIPTS]) == []


@HAS_ED
@pytest.mark.parametrize("file", ["unended", "nul", "empty", "latin", "none", "''", "d", "'!echo x'"])
def test_odd_files_are_read_as_the_hosts_ed_reads_them(machine: Machine, tmp_path: Path, file: str) -> None:
    worlds = TwoWorlds(machine, tmp_path, files=FILES)
    scripts = [",p", ",l", "1d\nw", "$=\nw out", "a\nx\n.\nw out", "g/./p"]
    assert worlds.differences([command(script, file, options) for script in scripts for options in ("-s", "")]) == []


ADDRESSES = st.sampled_from(["", "1", "$", ".", ",", "1,2", "2,$", "/e/", "?o?", "+", "-", "2;+1", "'a", "9"])
COMMANDS = st.sampled_from(
    [
        "p",
        "n",
        "l",
        "d",
        "j",
        "m0",
        "m$",
        "t.",
        "t0",
        "ka",
        "=",
        "u",
        "s/e/X/",
        "s/o/&&/g",
        "s//Y/p",
        "y",
        "x",
        "a\nnew\n.",
        "i\nup\n.",
        "c\nall\n.",
        "g/e/p",
        "v/o/d",
        "g/t/s/t/T/",
        "w out",
        "z1",
    ]
)


@HAS_ED
@settings(max_examples=40)
@given(steps=st.lists(st.tuples(ADDRESSES, COMMANDS), max_size=8))
def test_drawn_scripts_do_what_the_hosts_ed_does(
    machine: Machine, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    worlds = TwoWorlds(machine, tmp_path_factory.mktemp("ed"), files=FILES)
    script = "\n".join(address + name for address, name in steps)
    assert worlds.differences([command(f"H\n{script}\n,n")]) == []


# What GNU ed 1.19 answers, so that something is held where it isn't installed. The input ends before a changed text was written:
# that is a "?" and status 2.
RECORDED = {
    ",n": (b"1\tone\n2\ttwo\n3\tthree\n4\tfour\n5\tfive\n", 0),
    "2,3d\n,p": (b"one\nfour\nfive\n?\n", 2),
    "1s/\\(o\\)\\(n\\)/\\2\\1/p": (b"noe\n?\n", 2),
    "g/e/s//E/\\\np": (b"onE\nthrEe\nfivE\n?\n", 2),
    "1,2m$\n,p": (b"three\nfour\nfive\none\ntwo\n?\n", 2),
    "9p": (b"?\n", 1),
    "H\n9p": (b"?\nInvalid address\n", 1),
    "1d\nu\n1p": (b"one\n", 0),
    "2l\n$=": (b"two$\n5\n", 0),
    "0a\nnew\n.\n1,2p": (b"new\none\n?\n", 2),
}


@pytest.mark.parametrize("script", RECORDED)
def test_scripts_answer_as_recorded(m: Machine, script: str) -> None:
    m.write_file("/tmp/a", FILES["a"])
    done = m.exec(["ed", "-s", "/tmp/a"], stdin=script.encode() + b"\n")
    assert (done.stdout, done.status) == RECORDED[script]


def test_a_full_disk_loses_nothing(m: Machine) -> None:
    done = m.exec(["ed", "-s"], stdin=b"H\na\ntext\n.\nw /dev/full\n,p\nQ\n")
    assert done.stdout.endswith(b"text\n")
    assert b"No space left on device" in done.stdout + done.stderr


def test_red_stays_in_its_directory_and_runs_nothing(m: Machine) -> None:
    for script in (b"e /etc/passwd\n", b"!echo hi\n", b"w ../x\n"):
        done = m.exec(["red", "-s"], stdin=b"H\n" + script + b"Q\n")
        assert b"hi" not in done.stdout
        assert b"restricted" in done.stdout + done.stderr
