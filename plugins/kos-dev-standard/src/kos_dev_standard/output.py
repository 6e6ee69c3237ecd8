"""What a terminal's screen gets for what a program writes: the output modes (OPOST and its kin), and the cursor's column.

The column is needed to expand tabs (XTABS), to swallow a CR at the margin (ONOCR), and by the line editor to rub out a tab.
Source: termios(3), c_oflag, and Linux 6.1 by its behaviour.
"""

from __future__ import annotations

from .termios import IUTF8, OCRNL, OLCUC, ONLCR, ONLRET, ONOCR, OPOST, XTABS, Termios

BACKSPACE, TAB, NEWLINE, RETURN = 8, 9, 10, 13
LATIN1_SMALL = frozenset((*range(0x61, 0x7B), *range(0xDF, 0xF7), *range(0xF8, 0x100)))
_CONTROLS = bytes((*range(32), 127))
_CONTINUATIONS = bytes(range(0x80, 0xC0))
_SLOW = OLCUC | OCRNL | ONOCR | ONLRET | XTABS


def is_control(code: int) -> bool:
    """Tell whether a byte is a control character."""
    return code < 32 or code == 127


class Output:
    """The cursor of one screen. modes: set by the line discipline.  line_column: where the line being typed begins."""

    __slots__ = ("column", "line_column", "modes")

    def __init__(self, modes: Termios) -> None:
        self.modes = modes
        self.column = 0
        self.line_column = 0

    def process(self, data: bytes | bytearray | memoryview) -> bytes:
        """Return what the screen gets for what a program writes."""
        oflag = self.modes.oflag
        text = bytes(data)
        if not oflag & OPOST:
            return text
        if oflag & _SLOW:
            return b"".join(map(self.posted, text))
        cut = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        if cut and (oflag & ONLCR or text[cut - 1] == RETURN):
            self.column = self.line_column = 0
        elif cut:
            cut = 0  # a newline alone moves down, not back: all counts
        self._advance(text[cut:] if cut else text)
        return text.replace(b"\n", b"\r\n") if oflag & ONLCR else text

    def _advance(self, text: bytes) -> None:
        """Count the columns of text without line ends."""
        if TAB in text or BACKSPACE in text or RETURN in text or NEWLINE in text:
            for code in text:
                self.posted(code)
            return
        skipped = _CONTROLS + _CONTINUATIONS if self.modes.iflag & IUTF8 else _CONTROLS
        self.column += len(text.translate(None, skipped))

    def posted(self, code: int) -> bytes:
        """Return what one output character becomes, and keep count of the column."""
        oflag = self.modes.oflag
        if code == NEWLINE:
            if oflag & ONLRET:
                self.column = 0
            if oflag & ONLCR:
                self.column = self.line_column = 0
                return b"\r\n"
            self.line_column = self.column
        elif code == RETURN:
            if oflag & ONOCR and self.column == 0:
                return b""
            if oflag & OCRNL:
                code = NEWLINE
                if oflag & ONLRET:
                    self.column = self.line_column = 0
            else:
                self.column = self.line_column = 0
        elif code == TAB:
            spaces = 8 - (self.column & 7)
            self.column += spaces
            if oflag & XTABS == XTABS:
                return b" " * spaces
        elif code == BACKSPACE:
            self.column = max(0, self.column - 1)
        elif not is_control(code):
            if oflag & OLCUC and code in LATIN1_SMALL:
                code -= 32
            if not (self.modes.iflag & IUTF8 and code & 0xC0 == 0x80):
                self.column += 1
        return bytes((code,))
