"""The line discipline: what happens between a keyboard and a program, byte by byte (Linux calls it N_TTY).

    keyboard ── receive() ──► signals? ─► CR/NL ─► editing (ERASE KILL WERASE LNEXT REPRINT) ─► lines ── read() ──► program
                                 │                        │ echo
    screen  ◄── emit ────────────┴────────────────────────┴──── output.process() ◄── program

Canonical mode (ICANON) hands out whole lines: `_lines`, each ended by its newline, EOL or EOF character; an EOF character
itself is not handed out, so EOF on an empty line is an empty line, which reads as end of file. The line under the cursor is
`_edit`. Without ICANON bytes go to `_raw` as they come. Switching the mode moves what is there from one to the other.

It knows nothing of files, processes or blocking: `emit(bytes)` shows, `signal(number)` is for the foreground group.
Source: termios(3), POSIX.1-2017 XBD 11.1, and Linux 6.1 by its behaviour: tests/test_discipline.py plays the same keys to
the host's own terminals. Differs: bytes are handed over at once, so there is no buffer of echoes that could overflow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from kos_kernel.api import SIGINT, SIGQUIT, SIGTSTP

from .output import BACKSPACE, LATIN1_SMALL, NEWLINE, RETURN, TAB, Output, is_control
from .termios import (
    ECHO,
    ECHOCTL,
    ECHOE,
    ECHOK,
    ECHOKE,
    ECHONL,
    ECHOPRT,
    ICANON,
    ICRNL,
    IEXTEN,
    IGNCR,
    INLCR,
    ISIG,
    ISTRIP,
    IUCLC,
    IUTF8,
    IXANY,
    IXON,
    NOFLSH,
    OPOST,
    PARMRK,
    VEOF,
    VEOL,
    VEOL2,
    VERASE,
    VINTR,
    VKILL,
    VLNEXT,
    VQUIT,
    VREPRINT,
    VSTART,
    VSTOP,
    VSUSP,
    VWERASE,
    Termios,
)

ROOM = 4096  # bytes typed ahead, as on Linux
HELD = 4096  # bytes of echo kept while output is stopped

_RUBOUT = (BACKSPACE, 0x20, BACKSPACE)
_LATIN1_CAPITALS = frozenset((*range(0x41, 0x5B), *range(0xC0, 0xD7), *range(0xD8, 0xDF)))
_WORD = frozenset((*_LATIN1_CAPITALS, *LATIN1_SMALL, *b"0123456789_"))


class LineDiscipline:
    """The state of one terminal's line. `modes` is read-only to others; `configure` sets it."""

    __slots__ = (
        "_canonical", "_echo", "_edit", "_erasing", "_first", "_lines", "_literal", "_raw", "_second", "_transparent", "emit",
        "modes", "output", "signal", "stopped",
    )  # fmt: skip

    def __init__(self, modes: Termios, emit: Callable[[bytes], None], signal: Callable[[int], None]) -> None:
        self.emit = emit
        self.signal = signal
        self.stopped = False  # by the STOP character
        self._lines: deque[bytes] = deque()
        self._edit = bytearray()
        self._raw = bytearray()
        self._echo = bytearray()
        self.output = Output(modes)
        self._literal = False  # the next character is taken as it is (after LNEXT)
        self._erasing = False  # between \ and / of ECHOPRT
        self._canonical = bool(modes.lflag & ICANON)
        self.configure(modes)

    def copy(self, emit: Callable[[bytes], None], signal: Callable[[int], None]) -> LineDiscipline:
        """Return a discipline in the same state, for a forked machine."""
        twin = LineDiscipline(self.modes.copy(), emit, signal)
        twin.stopped = self.stopped
        twin._lines = self._lines.copy()
        twin._edit, twin._raw, twin._echo = bytearray(self._edit), bytearray(self._raw), bytearray(self._echo)
        twin.output.column, twin.output.line_column = self.output.column, self.output.line_column
        twin._literal, twin._erasing = self._literal, self._erasing
        return twin

    # ---------------------------------------------------------------- modes
    def configure(self, modes: Termios) -> None:
        """Take new modes. What was typed already stays, in the form of the new mode."""
        self.modes = self.output.modes = modes
        iflag, lflag, cc = modes.iflag, modes.lflag, modes.cc
        canonical = bool(lflag & ICANON)
        if canonical != self._canonical:
            self._canonical = canonical
            self._literal = self._erasing = False
            if canonical:
                if self._raw:
                    self._lines.append(bytes(self._raw))  # available at once, whatever is in it
                    self._raw.clear()
            else:
                self._raw += b"".join(self._lines) + self._edit
                self._lines.clear()
                self._edit.clear()
        extended = bool(lflag & IEXTEN)
        first: dict[int, Callable[[int], None]] = {}
        if iflag & IXON:
            first.setdefault(cc[VSTART], self._start_key)
            first.setdefault(cc[VSTOP], self._stop_key)
        if lflag & ISIG:
            for which, number in ((VINTR, SIGINT), (VQUIT, SIGQUIT), (VSUSP, SIGTSTP)):
                first.setdefault(cc[which], lambda code, number=number: self._signal_key(code, number))  # type: ignore[misc]
        if iflag & (IGNCR | ICRNL):
            first.setdefault(RETURN, self._return_key)
        if iflag & INLCR:
            first.setdefault(NEWLINE, lambda code: self._translated(RETURN))
        second: dict[int, Callable[[int], None]] = {}
        if canonical:
            second.setdefault(cc[VERASE], self._erase_key)
            second.setdefault(cc[VKILL], self._erase_key)
            if extended:
                second.setdefault(cc[VWERASE], self._erase_key)
                second.setdefault(cc[VLNEXT], self._literal_key)
                if lflag & ECHO:
                    second.setdefault(cc[VREPRINT], self._reprint_key)
            second.setdefault(NEWLINE, self._newline)
            second.setdefault(cc[VEOF], self._eof_key)
            second.setdefault(cc[VEOL], self._eol_key)
            if extended:
                second.setdefault(cc[VEOL2], self._eol_key)
        first.pop(0, None)  # NUL switches a key off
        second.pop(0, None)
        self._first, self._second = first, second
        translating = iflag & (ISTRIP | PARMRK) or (iflag & IUCLC and extended)
        self._transparent = not (first or second or lflag & ECHO or translating)
        if self.stopped and not iflag & IXON:
            self.start()

    # ---------------------------------------------------------------- from the keyboard
    def room(self) -> int:
        """Tell how many bytes `receive` may be given now; the rest has to wait until a program reads."""
        if not self._canonical:
            return max(0, ROOM - 1 - len(self._raw))
        room = ROOM - 1 - len(self._edit) - sum(map(len, self._lines))
        if room <= 0 and not self._lines:
            return 1  # a line too long: its last character is replaced, until it ends
        return max(0, room)

    def receive(self, data: bytes | bytearray | memoryview) -> None:
        """Take what was typed; show what is to be echoed."""
        if self._transparent and not self._literal:
            self._raw += data
            return
        for code in bytes(data):
            self._take(code)
        self._show()

    def _take(self, code: int) -> None:
        modes = self.modes
        if self._canonical and len(self._edit) >= ROOM:
            del self._edit[-1]
        if modes.iflag & ISTRIP:
            code &= 0x7F
        if modes.iflag & IUCLC and modes.lflag & IEXTEN and code in _LATIN1_CAPITALS:
            code += 32
        if self._literal:
            self._literal = False
            self._ordinary(code)
            return
        action = self._first.get(code)
        if action is None:
            self._restart_by_any(code)
            action = self._second.get(code, self._ordinary)
        action(code)

    def _restart_by_any(self, code: int) -> None:
        if self.stopped and self.modes.iflag & IXANY:
            self.start()

    def _ordinary(self, code: int) -> None:
        """A character like any other."""
        if self.modes.lflag & ECHO:
            self._end_erasing()
            self._echo_first(code)
        self._put(code)

    def _put(self, code: int) -> None:
        into = self._edit if self._canonical else self._raw
        if code == 0xFF and self.modes.iflag & PARMRK:
            into.append(code)
        into.append(code)

    def _translated(self, code: int) -> None:
        """What a CR or NL became: a key of the line editor, or a character that is echoed as itself."""
        self._restart_by_any(code)
        action = self._second.get(code)
        if action is not None:
            action(code)
        elif code == NEWLINE and self.modes.lflag & ECHO:
            self._end_erasing()
            self._draw(NEWLINE)
            self._put(code)
        else:
            self._ordinary(code)

    def _return_key(self, code: int) -> None:
        if not self.modes.iflag & IGNCR:
            self._translated(NEWLINE if self.modes.iflag & ICRNL else RETURN)

    def _start_key(self, code: int) -> None:
        self.start()

    def _stop_key(self, code: int) -> None:
        self._show()
        self.stopped = True

    def start(self) -> None:
        """Let output go on."""
        self.stopped = False
        self._show()

    def _signal_key(self, code: int, number: int) -> None:
        self._show()
        if not self.modes.lflag & NOFLSH:
            self.flush()
        self.signal(number)
        if self.modes.iflag & IXON:
            self.stopped = False
        if self.modes.lflag & ECHO:
            self._echo_code(code)

    def flush(self) -> None:
        """Forget what was typed and not yet read."""
        self._lines.clear()
        self._edit.clear()
        self._raw.clear()
        self._erasing = False

    # ---------------------------------------------------------------- the line editor
    def _newline(self, code: int) -> None:
        if self.modes.lflag & (ECHO | ECHONL):
            self._draw(NEWLINE)
        self._end_line(b"\n")

    def _eof_key(self, code: int) -> None:
        self._end_line(b"")

    def _eol_key(self, code: int) -> None:
        if self.modes.lflag & ECHO:
            self._echo_first(code)
        if code == 0xFF and self.modes.iflag & PARMRK:
            self._edit.append(code)
        self._end_line(bytes((code,)))

    def _end_line(self, ending: bytes) -> None:
        self._lines.append(bytes(self._edit) + ending)
        self._edit.clear()

    def _literal_key(self, code: int) -> None:
        self._literal = True
        if self.modes.lflag & ECHO:
            self._end_erasing()
            if self.modes.lflag & ECHOCTL:
                self._draw(0x5E)
                self._draw(BACKSPACE)

    def _reprint_key(self, code: int) -> None:
        self._end_erasing()
        self._echo_code(code)
        self._draw(NEWLINE)
        for typed in self._edit:
            self._echo_code(typed)

    def _erase_key(self, code: int) -> None:
        """ERASE takes a character, WERASE a word with the blanks after it, KILL the line."""
        edit, lflag, cc = self._edit, self.modes.lflag, self.modes.cc
        if not edit:
            return
        one, word = code == cc[VERASE], code == cc[VWERASE]
        if not one and not word:
            if not lflag & ECHO:
                edit.clear()
                return
            if not (lflag & ECHOK and lflag & ECHOKE and lflag & ECHOE):
                edit.clear()
                self._end_erasing()
                self._echo_code(code)
                if lflag & ECHOK:
                    self._draw(NEWLINE)
                return
        in_word = False
        while edit:
            width = self._last_width()
            if not width:
                break  # only continuation bytes are left: half a character is not erased
            head = edit[-width]
            if word and not one:
                if head in _WORD:
                    in_word = True
                elif in_word:
                    break
            gone = bytes(edit[-width:])
            del edit[-width:]
            if lflag & ECHO:
                self._unecho(gone, one)
            if one:
                break
        if not edit and lflag & ECHO:
            self._end_erasing()

    def _last_width(self) -> int:
        """Return how many bytes the last character has; 0 if its first byte isn't there."""
        if not self.modes.iflag & IUTF8:
            return 1
        edit = self._edit
        width = 1
        while width < len(edit) and edit[-width] & 0xC0 == 0x80:
            width += 1
        return 0 if edit[-width] & 0xC0 == 0x80 else width

    def _unecho(self, gone: bytes, one: bool) -> None:
        """Take a character off the screen."""
        lflag = self.modes.lflag
        head = gone[0]
        if lflag & ECHOPRT:
            if not self._erasing:
                self._draw(0x5C)
                self._erasing = True
            self._echo_code(head)
            for code in gone[1:]:
                self._draw(code)
                self.output.column = max(0, self.output.column - 1)
        elif one and not lflag & ECHOE:
            self._echo_code(self.modes.cc[VERASE])
        elif head == TAB:
            self._untab()
        elif not is_control(head):
            for code in _RUBOUT:
                self._draw(code)
        elif lflag & ECHOCTL:
            for code in _RUBOUT * 2:
                self._draw(code)

    def _untab(self) -> None:
        """Go back over a tab: as far as the text before it, since the tab stop before or the line's begin, allows."""
        columns = 0
        utf8 = self.modes.iflag & IUTF8
        for code in reversed(self._edit):
            if code == TAB:
                break
            if is_control(code):
                columns += 2 if self.modes.lflag & ECHOCTL else 0
            elif not (utf8 and code & 0xC0 == 0x80):
                columns += 1
        else:
            columns += self.output.line_column
        back = 8 - (columns & 7)
        self._echo += bytes((BACKSPACE,)) * back
        self.output.column = max(0, self.output.column - back)

    # ---------------------------------------------------------------- echo
    def _echo_first(self, code: int) -> None:
        """Echo a typed character, noting where on the screen the line begins."""
        if self._canonical and not self._edit:
            self.output.line_column = self.output.column
        self._echo_code(code)

    def _echo_code(self, code: int) -> None:
        """Echo a character; control characters as ^X where ECHOCTL says so."""
        if self.modes.lflag & ECHOCTL and is_control(code) and code != TAB:
            self._echo += bytes((0x5E, code ^ 0x40))
            self.output.column += 2
        elif code == 0xFF and self.modes.oflag & OPOST:  # Linux's echo takes this one byte past the output modes
            self._echo.append(code)
            self.output.column += 1
        else:
            self._draw(code)

    def _end_erasing(self) -> None:
        if self._erasing:
            self._draw(0x2F)
            self._erasing = False

    def _draw(self, code: int) -> None:
        """Put one character on the screen, as the output modes have it."""
        if self.modes.oflag & OPOST:
            self._echo += self.output.posted(code)
        else:
            self._echo.append(code)

    def _show(self) -> None:
        if self._echo and not self.stopped:
            shown = bytes(self._echo)
            self._echo.clear()
            self.emit(shown)
        elif len(self._echo) > HELD:
            del self._echo[HELD:]

    # ---------------------------------------------------------------- to the program
    def available(self) -> int:
        """Tell how many bytes can be read now (FIONREAD)."""
        return sum(map(len, self._lines)) if self._canonical else len(self._raw)

    def ready(self, minimum: int = 1) -> bool:
        """Tell whether a read would find something: a line, or `minimum` bytes without lines."""
        return bool(self._lines) if self._canonical else len(self._raw) >= minimum

    def read(self, size: int) -> bytes:
        """Return the next line or what of it fits, or up to `size` raw bytes. Only when `ready`."""
        if not self._canonical:
            data = bytes(self._raw[:size])
            del self._raw[:size]
            return data
        line = self._lines.popleft()
        if len(line) > size:
            self._lines.appendleft(line[size:])
            return line[:size]
        return line
