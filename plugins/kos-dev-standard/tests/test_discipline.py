"""The line discipline, key by key, and against the host's own terminals.

`play` types keys into a discipline; `host_play` types the same into a pseudo-terminal of the host with the same modes. What
is shown and what a program reads must be equal.
"""

from __future__ import annotations

import os
import pty
import select
import termios as host_termios
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kos_dev_standard import termios as t
from kos_dev_standard.discipline import ROOM, LineDiscipline
from kos_kernel.api import SIGINT, SIGQUIT, SIGTSTP


class Screen:
    """A discipline with somebody looking at it."""

    def __init__(self, modes: t.Termios | None = None) -> None:
        self.shown = bytearray()
        self.signals: list[int] = []
        self.line = LineDiscipline(modes or t.sane(), self.shown.extend, self.signals.append)

    def type(self, keys: bytes) -> Screen:
        self.line.receive(keys)
        return self

    def read_all(self) -> list[bytes]:
        got = []
        while self.line.ready():
            got.append(self.line.read(ROOM))
        return got


def modes(**changed: int) -> t.Termios:
    """Return sane modes, with flags set or cleared: lflag=+ECHONL, clear_lflag=ECHO."""
    value = t.sane()
    for name, bits in changed.items():
        clear, field = name.startswith("clear_"), name.removeprefix("clear_")
        old = getattr(value, field)
        setattr(value, field, old & ~bits if clear else old | bits)
    return value


# ---------------------------------------------------------------- key by key
def test_a_line_is_handed_out_when_it_ends_and_shown_as_it_is_typed() -> None:
    screen = Screen().type(b"ls -l")
    assert not screen.line.ready() and screen.shown == b"ls -l"
    screen.type(b"\r")
    assert screen.read_all() == [b"ls -l\n"] and screen.shown == b"ls -l\r\n"


def test_erase_takes_a_character_from_line_and_screen() -> None:
    screen = Screen().type(b"ab\x7fc\n")
    assert screen.read_all() == [b"ac\n"] and screen.shown == b"ab\b \bc\r\n"


def test_erase_on_an_empty_line_does_nothing() -> None:
    screen = Screen().type(b"\x7f\x15\x17")
    assert screen.shown == b""


def test_erase_takes_both_columns_of_a_control_character() -> None:
    assert Screen().type(b"\x16\x01\x7f").shown == b"^\b^A\b \b\b \b"


def test_erase_takes_a_whole_utf8_character_where_the_terminal_is_utf8() -> None:
    screen = Screen(modes(iflag=t.IUTF8)).type("aé\x7f漢\x7f\n".encode())
    assert screen.read_all() == [b"a\n"]
    assert screen.shown == "aé\b \b漢\b \b\r\n".encode()


def test_word_erase_takes_blanks_and_the_word_before_them() -> None:
    assert Screen().type(b"one two-three  \x17\n").read_all() == [b"one two-\n"]
    assert Screen().type(b"one two  \x17\x17\x17\n").read_all() == [b"\n"]


def test_kill_takes_the_line() -> None:
    screen = Screen().type(b"abc\x15x\n")
    assert screen.read_all() == [b"x\n"] and screen.shown == b"abc" + b"\b \b" * 3 + b"x\r\n"


def test_kill_without_echoke_starts_a_new_line() -> None:
    screen = Screen(modes(clear_lflag=t.ECHOKE)).type(b"abc\x15x\n")
    assert screen.read_all() == [b"x\n"] and screen.shown == b"abc^U\r\nx\r\n"


def test_erasing_a_tab_goes_back_to_where_the_text_was() -> None:
    screen = Screen()
    screen.shown += screen.line.output.process(b"$ ")
    screen.type(b"abc\t\x7f")
    assert screen.shown == b"$ abc\t" + b"\b" * 3


def test_eof_on_an_empty_line_is_end_of_file_and_else_hands_out_the_line() -> None:
    assert Screen().type(b"\x04").read_all() == [b""]
    screen = Screen().type(b"abc\x04\x04")
    assert screen.read_all() == [b"abc", b""] and screen.shown == b"abc"


def test_a_short_read_leaves_the_rest_of_the_line() -> None:
    screen = Screen().type(b"abcdef\n")
    assert (screen.line.read(4), screen.line.read(100)) == (b"abcd", b"ef\n")


def test_lnext_takes_the_next_key_as_it_is() -> None:
    screen = Screen().type(b"\x16\x03\x16\n\n")
    assert screen.read_all() == [b"\x03\n\n"] and screen.signals == []


def test_reprint_shows_the_line_again() -> None:
    assert Screen().type(b"ab\x12").shown == b"ab^R\r\nab"


def test_signal_keys_signal_and_drop_what_was_typed() -> None:
    screen = Screen().type(b"done\n").type(b"half\x03\x1c\x1a")
    assert screen.signals == [SIGINT, SIGQUIT, SIGTSTP]
    assert screen.read_all() == [] and screen.shown.endswith(b"^C^\\^Z")
    screen = Screen(modes(lflag=t.NOFLSH)).type(b"done\n\x03")
    assert screen.read_all() == [b"done\n"]


def test_a_key_that_is_switched_off_is_a_character() -> None:
    value = t.sane()
    value.cc[t.VINTR] = 0
    screen = Screen(value).type(b"\x03\0\n")
    assert screen.read_all() == [b"\x03\0\n"] and screen.signals == []


def test_stop_holds_output_back_and_start_lets_it_go() -> None:
    screen = Screen().type(b"a\x13b")
    assert screen.line.stopped and screen.shown == b"a"
    screen.type(b"\x11")
    assert not screen.line.stopped and screen.shown == b"ab"


def test_no_echo_for_a_password_but_its_newline_if_asked() -> None:
    assert Screen(modes(clear_lflag=t.ECHO)).type(b"secret\n").shown == b""
    assert Screen(modes(clear_lflag=t.ECHO, lflag=t.ECHONL)).type(b"secret\n").shown == b"\r\n"


def test_raw_bytes_come_as_they_are() -> None:
    raw = modes(clear_lflag=t.ICANON | t.ECHO | t.ISIG | t.IEXTEN, clear_iflag=t.ICRNL | t.IXON)
    screen = Screen(raw).type(bytes(range(256)))
    assert screen.line.read(1000) == bytes(range(256)) and screen.shown == b""


def test_switching_to_raw_keeps_what_was_typed() -> None:
    screen = Screen().type(b"done\nhalf")
    screen.line.configure(modes(clear_lflag=t.ICANON))
    assert screen.line.read(100) == b"done\nhalf"


def test_switching_to_lines_hands_out_what_was_typed_at_once() -> None:
    screen = Screen(modes(clear_lflag=t.ICANON)).type(b"ab")
    screen.line.configure(t.sane())
    assert screen.read_all() == [b"ab"]
    assert screen.type(b"c\n").read_all() == [b"c\n"]


def test_a_line_too_long_keeps_its_begin_and_its_end() -> None:
    screen = Screen(modes(clear_lflag=t.ECHO))
    for _ in range(ROOM + 100):
        assert screen.line.room() >= 1
        screen.type(b"x")
    screen.type(b"\n")
    (line,) = screen.read_all()
    assert line == b"x" * (ROOM - 1) + b"\n"


def test_typing_ahead_is_bounded() -> None:
    screen = Screen(modes(clear_lflag=t.ECHO))
    taken = 0
    while screen.line.room():
        screen.type(b"y\n")
        taken += 2
    assert ROOM - 2 <= taken <= ROOM
    screen.line.read(100)
    assert screen.line.room() > 0


def test_output_turns_newlines_into_carriage_return_and_newline() -> None:
    screen = Screen()
    assert screen.line.output.process(b"a\nb\n") == b"a\r\nb\r\n"
    assert Screen(modes(clear_oflag=t.OPOST)).line.output.process(b"a\n") == b"a\n"
    assert Screen(modes(oflag=t.XTABS)).line.output.process(b"ab\tc") == b"ab      c"


def test_a_fork_has_the_same_line_under_the_cursor() -> None:
    screen, other = Screen().type(b"done\nhal"), Screen()
    other.line = screen.line.copy(other.shown.extend, other.signals.append)
    other.type(b"f\x7f!\n")
    screen.type(b"ve\n")
    assert other.read_all() == [b"done\n", b"hal!\n"]
    assert screen.read_all() == [b"done\n", b"halve\n"]


# ---------------------------------------------------------------- against the host
def _host_has_terminals() -> bool:
    try:
        master, slave = pty.openpty()
    except OSError:
        return False
    os.close(master)
    os.close(slave)
    return os.uname().sysname == "Linux"


@contextmanager
def host_terminal(value: t.Termios) -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    try:
        cc = [bytes((code,)) for code in value.cc] + [b"\0"] * (32 - len(value.cc))
        speed = host_termios.B38400
        attributes: list[object] = [value.iflag, value.oflag, value.cflag, value.lflag, speed, speed, cc]
        if not value.lflag & t.ICANON:
            cc[t.VMIN], cc[t.VTIME] = value.cc[t.VMIN], value.cc[t.VTIME]  # type: ignore[call-overload]
        host_termios.tcsetattr(slave, host_termios.TCSANOW, attributes)  # type: ignore[arg-type]
        os.set_blocking(slave, False)
        os.set_blocking(master, False)
        yield master, slave
    finally:
        os.close(master)
        os.close(slave)


def drain(fd: int) -> list[bytes]:
    got = []
    while select.select([fd], [], [], 0)[0]:
        try:
            data = os.read(fd, ROOM)
        except BlockingIOError:
            break
        got.append(data)
        if len(got) > 1000:
            raise AssertionError("endless")
    return got


def host_play(value: t.Termios, keys: bytes, output: bytes) -> tuple[bytes, list[bytes]]:
    """Return what the host shows and hands out. After each key all is read: a poll that finds nothing has waited for the
    host's worker, so nothing is under way when the next key is typed."""
    with host_terminal(value) as (master, slave):
        shown, got = bytearray(), []
        if output:
            os.write(slave, output)
        shown += b"".join(drain(master))
        for code in keys:
            os.write(master, bytes((code,)))
            got += drain(slave)
            shown += b"".join(drain(master))
        return bytes(shown), got


def play(value: t.Termios, keys: bytes, output: bytes) -> tuple[bytes, list[bytes]]:
    screen, got = Screen(value), []
    if output:
        screen.shown += screen.line.output.process(output)
    for code in keys:
        got += screen.type(bytes((code,))).read_all()
    return bytes(screen.shown), got


flags_in = st.sets(st.sampled_from([t.ISTRIP, t.INLCR, t.IGNCR, t.ICRNL, t.IUCLC, t.IUTF8, t.PARMRK]))
flags_out = st.sets(st.sampled_from([t.OPOST, t.OLCUC, t.ONLCR, t.OCRNL, t.ONOCR, t.ONLRET, t.XTABS]))
flags_local = st.sets(
    st.sampled_from(
        [t.ICANON, t.ECHO, t.ECHOE, t.ECHOK, t.ECHONL, t.ECHOCTL, t.ECHOPRT, t.ECHOKE, t.IEXTEN, t.ICANON, t.ECHO]
    )
)
some_keys = st.lists(
    st.sampled_from(
        [
            *b"ab Z_9\t\t\n\r",
            127,
            127,
            127,
            21,
            23,
            23,
            4,
            22,
            18,
            8,
            0,
            1,
            27,
            0xC3,
            0xA9,
            0xE6,
            0xBC,
            0xA2,
            0xFF,
            0x85,
        ]
    ),
    max_size=14,
)


@pytest.mark.skipif(not _host_has_terminals(), reason="compares with the host's terminals, on Linux")
@settings(max_examples=400, deadline=None)
@given(
    iflag=flags_in, oflag=flags_out, lflag=flags_local, keys=some_keys, output=st.sampled_from([b"", b"$ ", b"a\tb\b"])
)
@example(
    iflag={t.ICRNL},
    oflag={t.OPOST, t.ONLCR},
    lflag={t.ICANON, t.ECHO, t.ECHOE},
    keys=[*b"a\tb\t\x7f\x7f\x7f"],
    output=b"$ ",
)
def test_every_key_does_what_it_does_on_linux(
    iflag: set[int], oflag: set[int], lflag: set[int], keys: list[int], output: bytes
) -> None:
    value = t.sane()
    value.iflag, value.oflag, value.lflag = sum(iflag), sum(oflag), sum(lflag)
    value.cc[t.VMIN], value.cc[t.VTIME] = 1, 0
    assert play(value, bytes(keys), output) == host_play(value, bytes(keys), output)
