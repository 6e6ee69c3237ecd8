"""--traditional and --posix: what of gawk's language they leave out. --sandbox: what a program can't do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kos_kernel import Machine

CASES: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "names of gawk's variables are names": (("-c",), 'BEGIN{RT = 5; IGNORECASE = 1; print RT, ("A" ~ /a/)}', "", "5 0\n"),
    "names of gawk's variables can be given": (("-c", "-v", "RT=7"), "BEGIN{print RT}", "", "7\n"),
    "names of gawk's words are names": (("-c",), "BEGIN{switch = 2; case = 3; print switch + case}", "", "5\n"),
    "gawk's functions may be defined": (("-c",), "function gensub(x) {return x + 1} BEGIN{print gensub(2)}", "", "3\n"),
    "no hexadecimal numbers": (("-c",), "BEGIN{print 0x11, 011}", "", "0 11\n"),
    "RS is one character": (("-c",), 'BEGIN{RS = "ab"} {print}', "1a2", "1\n2\n"),
    "braces are letters": (("-c",), "/a{2}/", "a{2}\naa\n", "a{2}\n"),
    "braces count with -r": (("-c", "-r"), "/^a{2}$/", "a{2}\naa\n", "aa\n"),
    "edges of words are letters": (("-c",), r"/\<a/", "a\n<a\n", "<a\n"),
    "-F t is a tab": (("-c", "-Ft"), "{print $2}", "a\tb\n", "b\n"),
    "-F t is a t": (("-P", "-Ft"), "{print $2}", "atb\n", "b\n"),
    "no \\x in POSIX": (("-P",), r'BEGIN{print "\x41"}', "",
                       "x41\nawk: /tmp/program:1: warning: escape sequence `\\x' treated as plain `x'\n"),
    "newlines are no blanks in POSIX": (("-P",), 'BEGIN{RS = ";"} {print NF}', "a\nb c", "2\n"),
    "-W": (("-W", "posix"), "BEGIN{print 011}", "", "11\n"),
    "bytes": (("-b",), "{print length($0)}", "\u00e9\n", "2\n"),
}  # fmt: skip
REFUSED = {
    "switch (1) {}": "-c", "print gensub(1,2,3,4)": "-c", "x **= 2": "-P", "print 1 ?\n2 : 3": "-P", "print @f()": "-c",
    "print |& \"x\"": "-c",
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_dialect(name: str, awk: Callable[..., str]) -> None:
    options, program, stdin, wanted = CASES[name]
    assert awk(program, stdin, *options) == wanted


@pytest.mark.parametrize("statement", REFUSED)
def test_what_the_dialect_does_not_know_is_an_error(statement: str, awk: Callable[..., str]) -> None:
    assert awk("BEGIN{" + statement + "}", "", REFUSED[statement]).endswith("status 1\n")
    assert awk("function g() {} BEGIN{if (0) {" + statement + "}}") == ""


@pytest.mark.parametrize(
    "statement",
    [
        'print > "/tmp/x"',
        'print | "cat"',
        'getline < "/etc/passwd"',
        '"date" | getline',
        'system("date")',
        'print |& "cat"',
    ],
)
def test_nothing_is_opened_and_no_command_is_run_in_a_sandbox(statement: str, awk: Callable[..., str]) -> None:
    assert awk("BEGIN{" + statement + "}", "", "-S").endswith("not allowed in sandbox mode\nstatus 2\n")


def test_no_files_but_those_of_the_command_line_are_read_in_a_sandbox(machine: Machine) -> None:
    machine.write_file("/tmp/f1", b"x\n")
    assert machine.run("awk -S '{print}' /tmp/f1").text == "x\n"
    done = machine.run("awk -S 'BEGIN{ARGV[1] = \"/etc/passwd\"; ARGC = 2} {print}'")
    assert (done.status, done.text) == (2, "")
