"""less, more, man, tput and clear on a terminal, and without one."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from kos_kernel import Machine
from kos_kernel.api import O_RDWR, TIOCGPTN
from kos_kernel.testing import run_main


def typed(
    machine: Machine, words: list[bytes], keys: bytes, rows: int = 5, columns: int = 20, term: bytes = b"vt100"
) -> str:
    """Return what a command shows on a terminal of that size while the keys are typed; it must end by itself."""

    def main(k: Any, argv: list[bytes]) -> int:
        master = k.open(b"/dev/ptmx", O_RDWR)
        number = k.ioctl(master, TIOCGPTN, 0)
        number = struct.unpack("I", number)[0] if isinstance(number, bytes) else number
        k.ioctl(master, 0x40045431, 0)  # TIOCSPTLCK
        slave = k.open(b"/dev/pts/%d" % number, O_RDWR | 0o400)
        k.set_winsize(slave, rows, columns)
        child = k.spawn(b"/usr/bin/" + words[0], words, {b"TERM": term}, fds={0: slave, 1: slave, 2: slave})
        k.write(master, keys)
        _, status = k.wait(child)[:2]
        shown = k.read(master, 1 << 16)
        k.write(1, shown)
        return int(status)

    done = run_main(machine, main, timeout=20)
    assert done.stderr == b""
    return done.stdout.decode().replace("\r\n", "\n")


@pytest.fixture(autouse=True)
def text(machine: Machine) -> None:
    machine.write_file("/text", b"".join(b"line %d\n" % number for number in range(1, 31)))


def screens(output: str) -> list[list[str]]:
    """Return the lines of each screen painted."""
    return [screen.split("\n")[:-1] for screen in output.split("\x1b[H\x1b[J")[1:]]


def test_less_shows_a_screen_and_moves(machine: Machine) -> None:
    found = screens(typed(machine, [b"less", b"/text"], b" jbkGg5gq"))
    tops = [screen[0] for screen in found]
    assert tops == ["line 1", "line 5", "line 6", "line 2", "line 1", "line 27", "line 1", "line 5"]
    assert found[0] == ["line 1", "line 2", "line 3", "line 4"]


def test_less_searches(machine: Machine) -> None:
    found = screens(typed(machine, [b"less", b"/text"], b"/7$\rnN?1$\r/nothing\rq"))
    assert [screen[0] for screen in found] == ["line 1", "line 7", "line 17", "line 7", "line 1", "line 1"]
    assert "Pattern not found" in typed(machine, [b"less", b"/text"], b"/nothing\rq")


def test_less_starts_where_it_is_told(machine: Machine) -> None:
    assert screens(typed(machine, [b"less", b"+9", b"/text"], b"q"))[0][0] == "line 9"
    assert screens(typed(machine, [b"less", b"+G", b"/text"], b"q"))[0][0] == "line 27"
    assert screens(typed(machine, [b"less", b"-p", b"12", b"/text"], b"q"))[0][0] == "line 12"
    assert screens(typed(machine, [b"less", b"+/20", b"/text"], b"q"))[0][0] == "line 20"


def test_less_options(machine: Machine) -> None:
    machine.write_file("/odd", b"a\n\n\n\nb\x1b[31mred\x1b]0;evil\x07\xff\n" + b"x" * 50 + b"\n")
    assert screens(typed(machine, [b"less", b"-N", b"/text"], b"q"))[0][0] == "      1 line 1"
    plain = typed(machine, [b"less", b"-s", b"/odd"], b"q", columns=60)
    assert "b^[[31mred^[]0;evil^G<FF>" in plain and "\x1b]0" not in plain
    colored = typed(machine, [b"less", b"-R", b"-s", b"/odd"], b"q", columns=60)
    assert "b\x1b[31mred^[]0;evil^G<FF>\x1b[m" in colored
    assert screens(typed(machine, [b"less", b"-s", b"/odd"], b"q", columns=60))[0][:2] == ["a", ""]
    assert "x" * 21 not in typed(machine, [b"less", b"-S", b"+6", b"/odd"], b"q")
    assert screens(typed(machine, [b"less", b"+6", b"/odd"], b"q"))[0][:3] == ["x" * 20, "x" * 20, "x" * 10]
    short = typed(machine, [b"less", b"-F", b"/odd"], b"", rows=24, columns=60)
    assert short.startswith("a\n\n")
    assert typed(machine, [b"less", b"-e", b"/text"], b"       ", rows=20).count("line 30") == 1


def test_more_ends_at_the_end(machine: Machine) -> None:
    assert "line 30" in typed(machine, [b"more", b"/text"], b"        ")
    assert "--More--(12%)" in typed(machine, [b"more", b"-4", b"/text"], b"q", rows=24)


def test_man_shows_a_page(machine: Machine) -> None:
    assert "LS(1)" in typed(machine, [b"man", b"ls"], b"q", rows=24, columns=80)


def test_the_terminal_is_as_before(machine: Machine) -> None:
    """The other screen is left, and the modes are put back: stty says so."""
    shown = typed(machine, [b"sh", b"-c", b"less /text; stty -a"], b"q", term=b"xterm", columns=80)
    assert "\x1b[?1049h" in shown and "\x1b[?1049l" in shown
    assert " icanon" in shown and " echo " in shown


def test_without_a_terminal_pagers_copy(machine: Machine) -> None:
    assert machine.run("printf 'a\\377\\n' | less; printf b | more").stdout == b"a\xff\nb"
    assert machine.run("less /nofile /text | tail -n 1").text == "line 30\n"
    done = machine.run("less /nofile; less /etc; more /nofile")
    assert (
        done.stderr
        == b"/nofile: No such file or directory\n/etc is a directory\nmore: cannot open /nofile: No such file or directory\n"
    )
    assert machine.run("more /text /text | head -n 3").text == "::::::::::::::\n/text\n::::::::::::::\n"


@pytest.mark.parametrize(
    ("line", "stdout", "status"),
    [
        ("TERM=xterm tput cup 3 4", b"\x1b[4;5H", 0),
        ("tput -T xterm-256color setaf 1", b"\x1b[31m", 0),
        ("tput -T xterm-256color setaf 9", b"\x1b[91m", 0),
        ("tput -T xterm-256color setaf 200", b"\x1b[38;5;200m", 0),
        ("tput -T xterm colors", b"8\n", 0),
        ("tput -T vt100 colors", b"-1\n", 0),
        ("tput -T xterm cols", b"80\n", 0),
        ("printf 'bold\\nsgr0\\n' | tput -T linux -S", b"\x1b[1m\x1b[m\x0f", 0),
        ("tput -T dumb bold", b"", 1),
        ("tput -T xterm am", b"", 0),
        ("tput -T foo bold", b"", 3),
        ("tput -T xterm foo", b"", 4),
        ("tput -T xterm", b"", 2),
        ("TERM=xterm clear", b"\x1b[H\x1b[2J\x1b[3J", 0),
        ("TERM=xterm clear -x", b"\x1b[H\x1b[2J", 0),
        ("clear -T foo", b"", 1),
        ("reset -q vt100", b"vt100\n", 0),
        ("reset xterm 2>&1", b"\x1bc\x1b]104\x07\x1b[!p\x1b[?3;4l\x1b[4l\x1b>", 0),
    ],
)
def test_capabilities(machine: Machine, line: str, stdout: bytes, status: int) -> None:
    done = machine.run(line)
    assert (done.stdout, done.status) == (stdout, status)


def test_the_manual(machine: Machine) -> None:
    assert machine.run("man ls | head -n 3").text.startswith("LS(1)")
    assert machine.run("man 1 ls | wc -l").text == machine.run("man ls | wc -l").text
    done = machine.run("man nope; man 3 ls; man")
    assert done.stderr.startswith(b"No manual entry for nope\nNo manual entry for ls in section 3\nWhat manual page")
    assert machine.run("man -w cat").text == "/usr/bin/cat\n"
    assert machine.run("whatis true").text == "true (1)             - Exit with a status code indicating success\n"
    assert "md5sum (1)" in machine.run("apropos checksum").text
    assert machine.run("apropos checksum").text == machine.run("man -k checksum").text
    assert "shell" in machine.run("man bash").text
    machine.write_file("/evil", b"#!/bin/sh\necho ran >/ran\n")
    assert machine.run("chmod +x /evil; man ../../evil /evil; ls /ran").stdout == b""


def test_whereis(machine: Machine) -> None:
    assert machine.run("whereis ls nope").text == "ls: /usr/bin/ls\nnope:\n"
    assert machine.run("whereis -m ls").text == "ls:\n"
    assert machine.run("whereis").status == 1
