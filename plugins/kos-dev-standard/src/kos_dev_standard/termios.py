"""The modes of a terminal: Linux's numbers and the value that tcgetattr returns.

    Termios(iflag, oflag, cflag, lflag, cc)      cc: a list of 19 character codes, indexed by V...; 0 switches one off

Source: asm-generic/termbits.h and termios(3). Only what a terminal without a wire can mean is here: no baud rates, no parity
generation; `cflag` is kept and shown.
"""

from __future__ import annotations

from typing import Any, Protocol

# ---- c_iflag: input
IGNBRK, BRKINT, IGNPAR, PARMRK, INPCK, ISTRIP = 0o1, 0o2, 0o4, 0o10, 0o20, 0o40
INLCR, IGNCR, ICRNL, IUCLC, IXON, IXANY = 0o100, 0o200, 0o400, 0o1000, 0o2000, 0o4000
IXOFF, IMAXBEL, IUTF8 = 0o10000, 0o20000, 0o40000
# ---- c_oflag: output
OPOST, OLCUC, ONLCR, OCRNL, ONOCR, ONLRET, XTABS = 0o1, 0o2, 0o4, 0o10, 0o20, 0o40, 0o14000
# ---- c_cflag: the wire
CS8, CREAD, HUPCL, B38400 = 0o60, 0o200, 0o2000, 0o17
# ---- c_lflag: local
ISIG, ICANON, ECHO, ECHOE, ECHOK, ECHONL, NOFLSH = 0o1, 0o2, 0o10, 0o20, 0o40, 0o100, 0o200
TOSTOP, ECHOCTL, ECHOPRT, ECHOKE, IEXTEN = 0o400, 0o1000, 0o2000, 0o4000, 0o100000
# ---- c_cc: indices
VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN, VSWTC, VSTART, VSTOP = range(10)
VSUSP, VEOL, VREPRINT, VDISCARD, VWERASE, VLNEXT, VEOL2 = range(10, 17)
NCCS = 19

# ---- ioctl requests that abi.py doesn't have
TIOCOUTQ, TIOCGSID, TCSBRK, TCXONC, TCFLSH, TCSBRKP = 0x5411, 0x5429, 0x5409, 0x540A, 0x540B, 0x5425
TIOCSPTLCK, TIOCGPTLCK, TIOCSIG = 0x40045431, 0x80045439, 0x40045436
TCIFLUSH, TCOFLUSH, TCIOFLUSH = 0, 1, 2
TCOOFF, TCOON = 0, 1


class TermiosLike(Protocol):
    """What tcsetattr takes."""

    iflag: int
    oflag: int
    cflag: int
    lflag: int
    cc: list[int]


class Termios:
    """The modes of a terminal. A plain value: change a copy, then set it."""

    __slots__ = ("cc", "cflag", "iflag", "lflag", "oflag")

    def __init__(self, iflag: int, oflag: int, cflag: int, lflag: int, cc: list[int]) -> None:
        self.iflag = iflag
        self.oflag = oflag
        self.cflag = cflag
        self.lflag = lflag
        self.cc = cc

    def copy(self) -> Termios:
        """Return an equal value that shares nothing."""
        return Termios(self.iflag, self.oflag, self.cflag, self.lflag, list(self.cc))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Termios) and _fields(self) == _fields(other)

    def __hash__(self) -> int:
        return hash((self.iflag, self.oflag, self.cflag, self.lflag))

    def __repr__(self) -> str:
        return f"Termios({self.iflag:#o}, {self.oflag:#o}, {self.cflag:#o}, {self.lflag:#o}, {self.cc})"


def _fields(modes: Termios) -> tuple[Any, ...]:
    return modes.iflag, modes.oflag, modes.cflag, modes.lflag, modes.cc


def checked(modes: TermiosLike) -> Termios:
    """Return a Termios of its own from whatever has the five attributes. Raises ValueError if a field is out of range."""
    cc = [*modes.cc, *[0] * NCCS][:NCCS]
    flags = (modes.iflag, modes.oflag, modes.cflag, modes.lflag)
    if not all(isinstance(flag, int) and 0 <= flag < 1 << 32 for flag in flags):
        raise ValueError("a flag is not a 32-bit number")
    if not all(isinstance(code, int) and 0 <= code < 256 for code in cc):
        raise ValueError("a control character is not a byte")
    return Termios(*flags, cc)


def sane() -> Termios:
    """Return the modes that a new terminal has on Linux: lines, echo, signals."""
    cc = [0] * NCCS
    cc[:17] = [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0]
    local = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN
    return Termios(ICRNL | IXON, OPOST | ONLCR, B38400 | CS8 | CREAD, local, cc)
