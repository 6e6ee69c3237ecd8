"""strace's lines."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from kos_kernel import abi, errors
from kos_observe_strace.show import string
from kos_observe_strace.strace import Strace


def lines(*events: tuple[Any, ...], calls: tuple[str, ...] = ()) -> list[str]:
    out: list[str] = []
    tracer = Strace(SimpleNamespace(file=None, calls=calls, width=32), None, out.append)
    for name, *args in events:
        getattr(tracer, name)(*args)
    return out


def test_a_call_shows_pid_time_arguments_and_result() -> None:
    assert lines(("syscall", 1_234_567_891, 7, "open", (b"/etc/passwd", abi.O_RDWR | abi.O_CREAT, 0o644), 3, None)) == [
        '[pid     7] 1.234567 open("/etc/passwd", O_RDWR|O_CREAT, 0644) = 3\n'
    ]


def test_an_error_shows_its_name_and_words() -> None:
    (line,) = lines(("syscall", 0, 1, "stat", (b"/x",), None, errors.NoSuchFile(b"/x")))
    assert line.endswith('stat("/x") = -1 ENOENT (No such file or directory)\n')


def test_what_was_read_stands_among_the_arguments() -> None:
    (line,) = lines(("syscall", 0, 1, "read", (0, 100), b"a\n\x00b1\x001", None))
    assert line.endswith('read(0, "a\\n\\0b1\\0001", 100) = 7\n')


def test_long_strings_are_cut() -> None:
    assert string(b"x" * 33, 32) == '"' + "x" * 32 + '"...'
    assert string(b'"\\\t\x7f\xff', 32) == '"\\"\\\\\\t\\177\\377"'


def test_signals_and_ends() -> None:
    assert lines(("signal_delivered", 0, 1, 15), ("process_exited", 0, 1, 3 << 8), ("process_exited", 0, 1, 9)) == [
        "[pid     1] 0.000000 --- SIGTERM ---\n",
        "[pid     1] 0.000000 +++ exited with 3 +++\n",
        "[pid     1] 0.000000 +++ killed by SIGKILL +++\n",
    ]


def test_chosen_calls_alone_are_shown() -> None:
    shown = lines(
        ("syscall", 0, 1, "getpid", (), 1, None), ("syscall", 0, 1, "umask", (0o22,), 0, None), calls=("umask",)
    )
    assert [line.split("] ")[1] for line in shown] == ["0.000000 umask(022) = 0\n"]
