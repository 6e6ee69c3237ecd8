"""stty, tty, users, logname: without a terminal, and stty's arithmetic of modes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kos_coreutils.system import stty
from kos_coreutils.system.sttymodes import SANE_CHARACTERS, show_character
from kos_kernel import Machine
from kos_kernel.api import CommandExit


class Terminal:
    """The calls that stty makes, on a terminal that is just its modes."""

    def __init__(self) -> None:
        cc = [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0]
        self.modes = SimpleNamespace(iflag=0o22402, oflag=5, cflag=0o277, lflag=0o105073, cc=cc)
        self.size = (24, 80)
        self.env: dict[bytes, bytes] = {}
        self.written = b""

    def tcgetattr(self, fd: int) -> Any:
        """Return the modes."""
        return SimpleNamespace(**{**vars(self.modes), "cc": list(self.modes.cc)})

    def tcsetattr(self, fd: int, when: int, modes: Any) -> None:
        """Take the modes."""
        self.modes = modes

    def get_winsize(self, fd: int) -> tuple[int, int]:
        """Return rows and columns."""
        return self.size

    def set_winsize(self, fd: int, rows: int, columns: int) -> None:
        """Take rows and columns."""
        self.size = (rows, columns)

    def write(self, fd: int, data: bytes) -> int:
        """Gather output."""
        self.written += data
        return len(data)


def run(terminal: Terminal, *words: str) -> bytes:
    """Run stty and return what it wrote."""
    terminal.written = b""
    assert stty.main(terminal, [b"stty", *(word.encode() for word in words)]) == 0  # type: ignore[arg-type]
    return terminal.written


def test_a_sane_terminal_has_nothing_to_show_but_its_speed() -> None:
    assert run(Terminal()) == b"speed 38400 baud; line = 0;\n"


def test_a_mode_is_switched_off_shown_and_switched_on_again() -> None:
    terminal = Terminal()
    run(terminal, "-echo", "intr", "^A")
    assert run(terminal) == b"speed 38400 baud; line = 0;\nintr = ^A;\n-echo\n"
    run(terminal, "sane")
    assert run(terminal) == b"speed 38400 baud; line = 0;\n"


def test_what_g_printed_is_read_back() -> None:
    terminal = Terminal()
    saved = run(terminal, "-g").decode().strip()
    run(terminal, "raw", "-echo")
    assert b"-icanon" in run(terminal, "-a")
    run(terminal, saved)
    assert run(terminal) == b"speed 38400 baud; line = 0;\n"


def test_the_size_is_shown_and_set() -> None:
    terminal = Terminal()
    run(terminal, "rows", "50", "cols", "132")
    assert run(terminal, "size") == b"50 132\n"


@pytest.mark.parametrize("word", ["foo", "-foo", "-cs8", "-sane"])
def test_an_unknown_setting_is_refused(word: str) -> None:
    with pytest.raises(CommandExit) as refused:
        run(Terminal(), word)
    assert refused.value.text.startswith(b"stty: invalid argument '" + word.encode())


def test_control_characters_are_shown_as_a_terminal_shows_them() -> None:
    assert [show_character(code) for code in (0, 3, 127, 200, 255, 65)] == ["<undef>", "^C", "^?", "M-H", "M-^?", "A"]
    assert SANE_CHARACTERS["intr"] == 3


@pytest.mark.parametrize(
    ("argv", "stdout", "stderr", "status"),
    [
        (["tty"], b"not a tty\n", b"", 1),
        (["tty", "-s"], b"", b"", 1),
        (["users"], b"", b"", 0),
        (["logname"], b"", b"logname: no login name\n", 1),
        (["stty"], b"", b"stty: 'standard input': Inappropriate ioctl for device\n", 1),
    ],
)
def test_without_a_terminal_they_say_so(argv: list[str], stdout: bytes, stderr: bytes, status: int) -> None:
    with Machine() as m:
        done = m.exec(argv)
    assert (done.stdout, done.stderr, done.status) == (stdout, stderr, status)


def test_users_are_read_from_the_list_of_logins() -> None:
    def record(user: bytes, terminal: bytes) -> bytes:
        head = (7).to_bytes(4, "little") + (42).to_bytes(4, "little") + terminal.ljust(32, b"\0") + b"\0" * 4
        return (head + user.ljust(32, b"\0")).ljust(384, b"\0")

    with Machine() as m:
        m.write_file("/tmp/utmp", record(b"zoe", b"tty1") + record(b"ann", b"pts/0"))
        assert m.exec(["users", "/tmp/utmp"]).stdout == b"ann zoe\n"
