"""sed works on whole blocks where a script lets it: what it gives there is what it gives line by line, and what GNU sed gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from shlex import quote

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

PLAIN = b"".join(b"%d the fox, a dog\n\nlazy %d begin it\n  end & \\1 %d\n" % (n, n % 7, n * n) for n in range(4_700))
TEXTS = {
    "plain": PLAIN,
    "unfinished": PLAIN + b"lazy fox without an end",
    "short": b"fox\nlazy fox\n\nend",
    "empty": b"",
    "newlines": b"\n" * 5000,
    "bytes": PLAIN[:60_000].replace(b"lazy 3", b"lazy \0\xff\xfe").replace(b"dog", b"d\xc3\xa9g"),
    "long": b"fox " * 20_000 + b"\nlazy\n" + b"x" * 300_000,
}
SCRIPTS = (
    "s/fox/<&>/", "s/fox/<&>/g", "s/o/0/2", "s/o/0/2g", "s/fox//", "s/^/> /", "s/$/ </", "s/x*/-/g", "s/o\\|a/[&&]/g",
    "s/.*/a\\nb/", "s/fox/a\\nb/;s/a/c/", "s/fox/\\\\&\\&/", "s/\\(f\\)\\(o\\)/\\2\\1/", "s/[a-z]*$/\\U&/", "s/FOX/cat/I", "s/.$/(&)/",
    "s/^.//g", "s/\\<[a-z]/\\u&/g", "s/\\bo/O/", "/lazy/d", "/lazy/!d", "/^$/d", "/x*/d", "/./!d", "/lazy/p",
    "p", "5p", "5,9p", "$p", "$!p", "$d", "$!d", "1d", "1d;$d", "2,3000d", "2,3000!d", "3000,$d", "9,3d", "1!s/fox/x/", "2000q", "2000Q",
    "/lazy 3/q", "/lazy 3/Q", "/lazy/q5", "5q;s/a/b/", "/begin/,/end/d", "/begin/,/end/!d", "/begin/,/nothing/d", "/nothing/,/end/d",
    "/fox/,/fox/s/a/b/", "/lazy 2/,$d", "/^$/,/^$/s/.*/(&)/", "y/abc/xyz/", "/lazy/y/abc/xyz/", "y/a/\\n/", "s/a/b/;s/b/c/;s/c/d/",
    "/lazy/s/a/b/", "/lazy/s/a/1\\n2/", "/lazy/!s/o/0/g", "2,2000{s/fox/cat/;/lazy/d}", "2000!{s/fox/cat/}", "3i before", "3a after",
    "$a at the end", "1i first", "3c instead", "2,4c instead", "5=", "$=", "/lazy/{s/a/b/;s/b/c/}", "/lazy/{p;d}", "//d", "/fox/s//cat/",
    "s/fox/cat/;/cat/d", "/lazy/d;$d", "$d;/lazy/d", "2d;2,4s/fox/cat/", "3,4d;2,5s/^/> /", "1~3d", "0~4p", "2,+3d", "/lazy 1/,+2d",
    "/lazy 1/,~4d", "0,/fox/d", "1,/lazy/d", "$!N;s/\\n/ /", "/lazy/b;s/a/b/", "=",
    "", "#othing", "s/a/b/M", "s/\\`./(/g", "s/.\\'/)/", "1s/fox/a/;1s/a/b/", "$s/$/ end/", "$y/abc/ABC/", "5{p;q}", "/lazy/I,/END/Id",
)  # fmt: skip
BY_LINE = (  # never on blocks
    "N;P;D", "x", "x;G", "H;g", "1h;$!d;g", "$!d;g", "H;$!d;x", ":a;s/o/0/;ta", "l;d", "x;p;x", "G", "n;d", "$!N;s/\\n/-/",
)  # fmt: skip
QUIET = (
    "p", "/lazy/p", "/lazy/!p", "$p", "$=", "100p;$p", "100,200p", "5,9p;7,12p", "/begin/,/end/p", "/begin/,/end/!p", "s/fox/cat/p",
    "s/fox/<&>/gp", "s/o/0/2p", "/lazy/s/a/b/p", "/lazy/p;/fox/p", "p;p", "s/a/b/;/b/p", "/lazy/d;p", "/lazy/d;/fox/p", "$!p", "2000,$p",
    "s/fox/1\\n2/p", "/lazy 3/q", "5q", "/lazy/=", "5{p;q}", "y/abc/xyz/;/x/p", "s/x*/-/p", "/^$/p", "2000p;2000q", "", "10!p", "n;p",
)  # fmt: skip
LINES = [
    *(f"sed {quote(script)}" for script in SCRIPTS),
    *(f"sed -n {quote(script)}" for script in QUIET),
    "sed -E 's/(fo)x|(do)g/[\\1|\\2]/g'",
    "sed -E 's/([a-z]+) ([a-z]+)/\\2 \\1/'",
    "sed -E '/(.)\\1/d'",
]


def quoted(line: str, option: str) -> str:
    return line.replace("sed ", f"sed {option} ", 1)


@pytest.fixture(scope="module")
def machine():  # type: ignore[no-untyped-def]
    with Machine() as made:
        for name, text in TEXTS.items():
            made.write_file("/tmp/" + name, text)
        yield made


@pytest.mark.parametrize(
    ("name", "locale"), [*((name, "C") for name in TEXTS), ("short", "C.UTF-8"), ("bytes", "C.UTF-8")]
)
def test_blocks_give_what_lines_give(machine: Machine, name: str, locale: str) -> None:
    for line in LINES:
        setting = f"cd /tmp; export LC_ALL={locale}; "
        whole = machine.run(f"{setting}{line} {name}")
        single = machine.run(f"{setting}{quoted(line, '-u')} {name}")  # unbuffered: line by line
        assert whole.status == single.status, (line, whole.stderr, single.stderr)
        assert whole.stdout == single.stdout, line
        assert whole.stderr == single.stderr, line


def test_a_script_goes_on_from_file_to_file(machine: Machine) -> None:
    for line in LINES:
        for names in ("unfinished short", "nowhere long short", "short empty bytes", "short -"):
            whole = machine.run(f"cd /tmp; {line} {names} < short")
            single = machine.run(f"cd /tmp; {quoted(line, '-u')} {names} < short")
            assert (whole.status, whole.stdout, whole.stderr) == (single.status, single.stdout, single.stderr), line


def test_numbered_lines_come_out_of_many_blocks(machine: Machine) -> None:
    expected = b"7 the fox, a dog\n  end & \\1 22080601\n18800\n"
    assert machine.run("sed -n '29p;$p;$=' /tmp/plain").stdout == expected


def test_nothing_is_read_beyond_what_there_is_while_the_last_line_is_awaited(machine: Machine) -> None:
    line = (
        "{ echo one; echo two; sleep 1; echo three; } | sed '$d' | { read a; date +%s; read b; date +%s; echo $a $b; }"
    )
    first, second, words = machine.run(line).stdout.split(b"\n")[:3]
    assert words == b"one two"
    assert int(second) - int(first) <= 1


def test_whether_a_line_had_its_newline_goes_with_it_to_the_hold_space(machine: Machine) -> None:
    scripts = {"G": b"a\n\nend\n\n", "H;g": b"\na\n\na\nend", "x": b"\na\n", "x;G": b"\na\na\nend", "1h;$!d;g": b"a\n"}
    for script, expected in scripts.items():
        assert machine.run(f"printf 'a\nend' | sed '{script}'").stdout == expected, script


@pytest.mark.skipif(shutil.which("sed") is None, reason="compares with the host's sed")
@pytest.mark.parametrize("name", TEXTS)
def test_blocks_give_what_gnu_sed_gives(machine: Machine, tmp_path: Path, name: str) -> None:
    worlds = TwoWorlds(machine, tmp_path, files={name: TEXTS[name]})
    lines = LINES if len(TEXTS[name]) > 1000 else [*LINES, *(f"sed {quote(script)}" for script in BY_LINE)]
    found = worlds.differences([f"{line} {name}" for line in lines], errors=False)
    assert [(one.line, one.what) for one in found] == []
