"""Terminals: reading, job control, pseudo-terminals, the console, hang-ups, forks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kos_dev_standard import termios as t
from kos_dev_standard.console import AHEAD, UNHEARD, Console
from kos_dev_standard.pty import Multiplexer
from kos_dev_standard.slave import SCREEN
from kos_dev_standard.streams import ControllingTerminal
from kos_kernel.api import (
    FIONREAD,
    O_NONBLOCK,
    O_RDWR,
    POLLHUP,
    POLLIN,
    POLLOUT,
    SIGCONT,
    SIGHUP,
    SIGINT,
    SIGTTIN,
    SIGTTOU,
    SIGWINCH,
    TCGETS,
    TCSETS,
    TCSETSF,
    TIOCGPGRP,
    TIOCGPTN,
    TIOCGWINSZ,
    TIOCNOTTY,
    TIOCSCTTY,
    TIOCSPGRP,
    TIOCSWINSZ,
    InputOutputError,
    Interrupted,
    InvalidArgument,
    NoSpace,
    NoSuchDeviceOrAddress,
    NotATerminal,
    NotPermitted,
    ResourceUnavailable,
)

SHELL, JOB = 100, 200  # groups of session 100


class Pair:
    """An open master and slave; the session is the shell's and the slave controls it."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.ptmx = Multiplexer(SimpleNamespace(limit=4), world.context())
        self.master = self.ptmx.open(O_RDWR)
        self.slave = self.master.state
        self.handle = self.slave.open(O_RDWR)
        self.slave.ioctl(self.handle, TIOCSCTTY, 0)

    def type(self, keys: bytes) -> None:
        assert self.ptmx.write(self.master, keys) == len(keys)

    def shown(self) -> bytes:
        return self.ptmx.read(self.master, 1 << 20) if self.slave.screen else b""

    def read(self, size: int = 4096) -> bytes:
        return bytes(self.slave.read(self.handle, size))

    def set(self, **changed: Any) -> None:
        modes = self.slave.ioctl(self.handle, TCGETS, None)
        for name, value in changed.items():
            if name in ("VMIN", "VTIME"):
                modes.cc[getattr(t, name)] = value
            else:
                setattr(modes, name, value)
        self.slave.ioctl(self.handle, TCSETS, modes)

    def raw(self, least: int, tenths: int) -> None:
        self.set(lflag=0, iflag=0, VMIN=least, VTIME=tenths)

    def background(self, **masks: frozenset[int]) -> None:
        """Let the caller be a process of a job in the background."""
        self.world.become(201, JOB, SHELL, **masks)


@pytest.fixture
def pair(world: Any) -> Pair:
    return Pair(world)


@pytest.fixture
def console(world: Any) -> Console:
    device = Console(SimpleNamespace(rows=24, columns=80), world.context())
    device.ioctl(device.open(O_RDWR), TIOCSCTTY, 0)
    return device


# ---------------------------------------------------------------- reading
def test_a_read_waits_for_a_whole_line(pair: Pair) -> None:
    pair.type(b"hal")
    pair.world.script = [lambda: pair.type(b"f\r")]
    assert pair.read() == b"half\n"
    assert pair.shown() == b"half\r\n"


def test_a_read_that_must_not_block_says_so(pair: Pair) -> None:
    pair.handle.flags |= O_NONBLOCK
    pair.type(b"half")
    with pytest.raises(ResourceUnavailable):
        pair.read()


def test_end_of_file_is_an_empty_read_once(pair: Pair) -> None:
    pair.type(b"\x04x\n")
    assert (pair.read(), pair.read()) == (b"", b"x\n")


def test_reading_nothing_takes_nothing(pair: Pair) -> None:
    pair.type(b"x\n")
    assert (pair.read(0), pair.read()) == (b"", b"x\n")


def test_min_waits_for_that_many_bytes_but_no_more_than_asked_for(pair: Pair) -> None:
    pair.raw(3, 0)
    pair.type(b"ab")
    pair.world.script = [lambda: pair.type(b"cd")]
    assert pair.read() == b"abcd"
    pair.type(b"xy")
    assert pair.read(2) == b"xy"


def test_neither_min_nor_time_takes_what_is_there(pair: Pair) -> None:
    pair.raw(0, 0)
    assert pair.read() == b""
    pair.type(b"a")
    assert pair.read() == b"a"


def test_time_alone_is_how_long_the_first_byte_may_take(pair: Pair, deadline: Any) -> None:
    pair.raw(0, 5)
    before = pair.world.now
    pair.world.script = [deadline]
    assert pair.read() == b"" and pair.world.now - before == 500_000_000
    pair.world.script = [lambda: pair.type(b"a")]
    assert pair.read() == b"a"


def test_min_and_time_wait_for_the_first_byte_and_then_between_bytes(pair: Pair, deadline: Any) -> None:
    pair.raw(3, 1)
    pair.world.script = [lambda: pair.type(b"a"), lambda: pair.type(b"b"), deadline]
    assert pair.read() == b"ab"
    pair.type(b"abc")
    assert pair.read() == b"abc"


# ---------------------------------------------------------------- modes and sizes
def test_modes_are_copies(pair: Pair) -> None:
    modes = pair.slave.ioctl(pair.handle, TCGETS, None)
    assert modes == t.sane()
    modes.lflag = 0
    assert pair.slave.ioctl(pair.handle, TCGETS, None) == t.sane()


def test_modes_that_are_none_are_refused(pair: Pair) -> None:
    for bad in (None, 7, SimpleNamespace(iflag=0), t.Termios(-1, 0, 0, 0, []), t.Termios(0, 0, 0, 0, [256])):
        with pytest.raises(InvalidArgument):
            pair.slave.ioctl(pair.handle, TCSETS, bad)


def test_setting_modes_can_drop_what_was_typed(pair: Pair) -> None:
    pair.type(b"typed\n")
    pair.slave.ioctl(pair.handle, TCSETSF, t.sane())
    assert pair.slave.ioctl(pair.handle, FIONREAD, None) == 0


def test_a_new_size_is_told_to_the_foreground(pair: Pair) -> None:
    assert pair.slave.ioctl(pair.handle, TIOCGWINSZ, None)[:2] == (0, 0)
    pair.ptmx.ioctl(pair.master, TIOCSWINSZ, (50, 132))
    pair.ptmx.ioctl(pair.master, TIOCSWINSZ, (50, 132))
    assert pair.slave.ioctl(pair.handle, TIOCGWINSZ, None)[:2] == (50, 132)
    assert pair.world.signals == [(SHELL, SIGWINCH)]
    for bad in (None, (1,), (-1, 5), ("a", "b"), (1, 70_000)):
        with pytest.raises(InvalidArgument):
            pair.slave.ioctl(pair.handle, TIOCSWINSZ, bad)


def test_an_unknown_request_is_no_terminal_s(pair: Pair) -> None:
    for device, handle in ((pair.slave, pair.handle), (pair.ptmx, pair.master)):
        with pytest.raises(NotATerminal):
            device.ioctl(handle, 0x1234, None)


# ---------------------------------------------------------------- job control
def test_signal_keys_reach_the_foreground_group(pair: Pair) -> None:
    pair.slave.ioctl(pair.handle, TIOCSPGRP, JOB)
    pair.type(b"\x03")
    assert pair.world.signals == [(JOB, SIGINT)]
    assert pair.shown() == b"^C"


def test_a_background_process_that_reads_is_stopped_until_it_is_in_front(pair: Pair) -> None:
    pair.background()
    pair.type(b"line\n")
    pair.world.on_stop = lambda: setattr(pair.slave, "foreground", JOB)  # `fg`
    assert pair.read() == b"line\n"
    assert pair.world.signals == [(JOB, SIGTTIN)]


def test_a_background_process_that_goes_on_in_the_background_is_stopped_again(pair: Pair) -> None:
    pair.background()
    pair.type(b"line\n")
    stops = [lambda: None, lambda: None, lambda: setattr(pair.slave, "foreground", JOB)]
    pair.world.on_stop = lambda: stops.pop(0)()
    assert pair.read() == b"line\n"
    assert pair.world.signals == [(JOB, SIGTTIN)] * 3


@pytest.mark.parametrize("masks", [{"blocked": frozenset({SIGTTIN})}, {"ignored": frozenset({SIGTTIN})}])
def test_a_background_read_fails_where_stopping_is_of_no_use(pair: Pair, masks: dict[str, frozenset[int]]) -> None:
    pair.background(**masks)
    with pytest.raises(InputOutputError):
        pair.read()


def test_a_background_read_of_an_orphan_fails(pair: Pair) -> None:
    pair.background()
    pair.world.orphans.add(JOB)
    with pytest.raises(InputOutputError):
        pair.read()
    assert pair.world.signals == []


def test_a_handled_sigttin_interrupts_the_read(pair: Pair) -> None:
    pair.background()
    pair.world.handles.add(SIGTTIN)
    with pytest.raises(Interrupted):
        pair.read()


def test_a_background_write_is_free_unless_tostop(pair: Pair) -> None:
    pair.background()
    assert pair.slave.write(pair.handle, b"free") == 4
    pair.world.become(100, SHELL, SHELL)
    pair.set(lflag=t.sane().lflag | t.TOSTOP)
    pair.background()
    pair.world.on_stop = lambda: setattr(pair.slave, "foreground", JOB)
    assert pair.slave.write(pair.handle, b"asked") == 5
    assert pair.world.signals == [(JOB, SIGTTOU)]


def test_a_shell_that_ignores_sigttou_may_take_the_terminal_back(pair: Pair) -> None:
    pair.slave.ioctl(pair.handle, TIOCSPGRP, JOB)
    pair.world.become(100, SHELL, SHELL, ignored=frozenset({SIGTTOU}))
    pair.slave.ioctl(pair.handle, TIOCSPGRP, SHELL)
    assert pair.slave.foreground_group() == SHELL and pair.world.signals == []


def test_a_background_process_that_sets_modes_is_stopped(pair: Pair) -> None:
    pair.background()
    pair.world.on_stop = lambda: setattr(pair.slave, "foreground", JOB)
    pair.slave.ioctl(pair.handle, TCSETS, t.sane())
    assert pair.world.signals == [(JOB, SIGTTOU)]


def test_only_a_session_leader_takes_a_terminal_that_is_free(pair: Pair, world: Any) -> None:
    world.become(301, 300, 300)
    with pytest.raises(NotPermitted):
        pair.slave.ioctl(pair.handle, TIOCSCTTY, 0)
    world.become(300, 300, 300)
    with pytest.raises(NotPermitted):  # it controls session 100
        pair.slave.ioctl(pair.handle, TIOCSCTTY, 0)
    with pytest.raises(NotATerminal):
        pair.slave.ioctl(pair.handle, TIOCGPGRP, None)


def test_a_session_that_ends_frees_its_terminal_and_tells_the_foreground(pair: Pair) -> None:
    pair.slave.ioctl(pair.handle, TIOCSPGRP, JOB)
    pair.slave.session_ended(SHELL)
    assert pair.world.signals == [(JOB, SIGHUP), (JOB, SIGCONT)]
    assert (pair.slave.session, pair.slave.foreground_group()) == (0, -1)
    pair.slave.session_ended(SHELL)
    assert len(pair.world.signals) == 2


def test_a_leader_gives_its_terminal_up(pair: Pair, world: Any) -> None:
    world.become(101, SHELL, SHELL)
    with pytest.raises(NotPermitted):
        pair.slave.ioctl(pair.handle, TIOCNOTTY, None)
    world.become(100, SHELL, SHELL)
    pair.slave.ioctl(pair.handle, TIOCNOTTY, None)
    assert pair.slave.session == 0


# ---------------------------------------------------------------- pseudo-terminals
def test_opening_ptmx_makes_the_lowest_free_pair(world: Any) -> None:
    ptmx = Multiplexer(SimpleNamespace(limit=3), world.context())
    handles = [ptmx.open(O_RDWR) for _ in range(3)]
    assert [ptmx.ioctl(handle, TIOCGPTN, None) for handle in handles] == [0, 1, 2]
    assert [world.devices[f"pts/{n}"][0].number for n in range(3)] == [(136, 0), (136, 1), (136, 2)]
    with pytest.raises(NoSpace):
        ptmx.open(O_RDWR)
    ptmx.release(handles[1])
    assert sorted(world.devices) == ["pts/0", "pts/2"]
    assert ptmx.ioctl(ptmx.open(O_RDWR), TIOCGPTN, None) == 1


def test_the_master_sees_what_the_slave_writes_and_waits_for_it(pair: Pair) -> None:
    pair.world.script = [lambda: pair.slave.write(pair.handle, b"hello\n")]
    assert pair.ptmx.read(pair.master, 100) == b"hello\r\n"


def test_a_master_that_doesn_t_read_stops_the_writer(pair: Pair) -> None:
    pair.set(oflag=0)
    seen = bytearray()

    def look() -> None:
        seen.extend(pair.ptmx.read(pair.master, SCREEN))

    text = bytes(range(256)) * (3 * SCREEN // 256)
    pair.world.script = [look, look]
    assert pair.slave.write(pair.handle, text) == len(text)
    look()
    assert seen == text


def test_the_stop_key_stops_the_writer_until_the_start_key(pair: Pair) -> None:
    pair.type(b"\x13")
    pair.world.script = [lambda: pair.type(b"\x11")]
    assert pair.slave.poll(pair.handle) & POLLOUT == 0
    assert pair.slave.write(pair.handle, b"x") == 1
    assert pair.shown() == b"x"


def test_a_slave_that_doesn_t_read_stops_who_types(pair: Pair) -> None:
    pair.raw(1, 0)
    got = bytearray()
    text = bytes(range(256)) * 40

    def take() -> None:
        got.extend(pair.read(4096))

    pair.world.script = [take, take]
    assert pair.ptmx.write(pair.master, text) == len(text)
    while pair.slave.discipline.ready():
        take()
    assert got == text


def test_the_master_hears_when_the_last_user_of_the_slave_is_gone(pair: Pair) -> None:
    second = pair.slave.open(O_RDWR)
    pair.slave.write(pair.handle, b"bye")
    pair.slave.release(second)
    assert pair.ptmx.poll(pair.master) & POLLHUP == 0
    pair.slave.release(pair.handle)
    assert pair.ptmx.poll(pair.master) & (POLLHUP | POLLIN) == POLLHUP | POLLIN
    assert pair.ptmx.read(pair.master, 100) == b"bye"
    with pytest.raises(InputOutputError):
        pair.ptmx.read(pair.master, 100)
    pair.slave.open(O_RDWR)
    pair.master.flags |= O_NONBLOCK
    with pytest.raises(ResourceUnavailable):
        pair.ptmx.read(pair.master, 100)


def test_closing_the_master_hangs_the_slave_up(pair: Pair) -> None:
    pair.slave.ioctl(pair.handle, TIOCSPGRP, JOB)
    pair.type(b"unread\n")
    pair.ptmx.release(pair.master)
    assert pair.world.signals == [(SHELL, SIGHUP), (SHELL, SIGCONT), (JOB, SIGHUP), (JOB, SIGCONT)]
    assert pair.world.devices == {}
    pair.slave.discipline.flush()
    assert pair.read() == b""
    with pytest.raises(InputOutputError):
        pair.slave.write(pair.handle, b"x")
    with pytest.raises(InputOutputError):
        pair.slave.ioctl(pair.handle, TCGETS, None)
    with pytest.raises(InputOutputError):
        pair.slave.open(O_RDWR)
    assert pair.slave.poll(pair.handle) & POLLHUP


def test_a_reader_that_waits_sees_the_hang_up(pair: Pair) -> None:
    pair.world.script = [lambda: pair.ptmx.release(pair.master)]
    assert pair.read() == b""


def test_the_master_answers_for_its_slave(pair: Pair) -> None:
    assert pair.ptmx.ioctl(pair.master, TCGETS, None) == t.sane()
    assert pair.ptmx.ioctl(pair.master, TIOCGPGRP, None) == SHELL
    assert pair.ptmx.ioctl(pair.master, t.TIOCSPTLCK, 0) == 0
    assert pair.ptmx.ioctl(pair.master, t.TIOCGPTLCK, None) == 0
    pair.ptmx.ioctl(pair.master, t.TIOCSIG, SIGINT)
    assert pair.world.signals == [(SHELL, SIGINT)]


def test_polls_tell_what_would_not_block(pair: Pair) -> None:
    assert pair.slave.poll(pair.handle) == POLLOUT
    assert pair.ptmx.poll(pair.master) == POLLOUT
    pair.type(b"x\n")
    assert pair.slave.poll(pair.handle) == POLLIN | POLLOUT
    assert pair.ptmx.poll(pair.master) == POLLIN | POLLOUT  # the echo


def test_open_pairs_refuse_a_fork_and_none_don_t(pair: Pair, world: Any) -> None:
    assert pair.ptmx.fork_policy == "refuse" and "pts/0" in pair.ptmx.fork_refusal
    assert pair.slave.fork_policy == "refuse" and "pts/0" in pair.slave.fork_refusal
    pair.ptmx.release(pair.master)
    assert pair.ptmx.fork_policy == "cow"
    assert pair.ptmx.fork(world.context()).open(O_RDWR).state.index == 0


# ---------------------------------------------------------------- the console and /dev/tty
def test_the_console_carries_keys_in_and_output_out(console: Console) -> None:
    shown = bytearray()
    console.on_output = shown.extend
    handle = console.open(O_RDWR)
    assert console.feed(b"ls\r") == 3
    assert console.read(handle, 100) == b"ls\n"
    console.write(handle, b"a b\n")
    assert shown == b"ls\r\na b\r\n"


def test_who_listens_late_hears_the_end_of_what_was_shown(console: Console) -> None:
    handle = console.open(O_RDWR)
    console.write(handle, b"x" * UNHEARD + b"end")
    shown = bytearray()
    console.on_output = shown.extend
    assert len(shown) == UNHEARD and shown.endswith(b"xend")


def test_what_is_typed_ahead_waits_and_is_bounded(console: Console) -> None:
    handle = console.open(O_RDWR)
    lines = b"".join(b"%07d\n" % number for number in range(2_000))
    assert console.feed(lines) == len(lines)
    got = b"".join(console.read(handle, 100) for _ in range(2_000))
    assert got == lines
    taken = console.feed(b"y\n" * AHEAD)
    assert AHEAD <= taken < AHEAD + 10_000
    assert console.feed(b"more") == 0


def test_control_c_and_resize_reach_the_foreground(console: Console, world: Any) -> None:
    console.feed(b"\x03")
    console.resize(40, 100)
    assert world.signals == [(SHELL, SIGINT), (SHELL, SIGWINCH)]
    assert console.ioctl(console.open(O_RDWR), TIOCGWINSZ, None)[:2] == (40, 100)


def test_a_fork_s_console_is_in_the_same_state_and_nobody_listens(console: Console, world: Any) -> None:
    shown = bytearray()
    console.on_output = shown.extend
    console.feed(b"hal")
    twin = console.fork(world.context())
    assert isinstance(twin, Console) and twin.on_output is None
    assert (twin.session, twin.foreground) == (SHELL, SHELL)
    twin.feed(b"f\n")
    assert twin.read(twin.open(O_RDWR), 100) == b"half\n"
    assert not console.discipline.ready() and shown == b"hal"


def test_dev_tty_is_nobody_s_without_a_kernel_that_resolves_it() -> None:
    with pytest.raises(NoSuchDeviceOrAddress):
        ControllingTerminal(None, None).open(O_RDWR)  # type: ignore[arg-type]
