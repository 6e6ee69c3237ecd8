"""A screenful of text at a time, on a terminal: the heart of less, more and man.

    Text(k, read)            lines of a stream, read as far as they are asked for, charged to the process
    page(k, texts, modes)    shows them; returns when the user has seen enough

Keys come from the terminal even where the text is standard input. Control characters are shown as ^X, so that no text can take the
terminal over; with `raw` colours (ESC [ ... m) pass. Modes of the terminal are put back whatever happens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import O_RDONLY, PatternError, SysError, compile_regex

from ..width import char_width
from .capabilities import TERMINALS

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_ICANON, _ECHO, _ISIG = 0o2, 0o10, 0o1
_VMIN, _VTIME = 6, 5
_COLOR = re.compile("\x1b\\[[0-9;]*m")
_BOLD = re.compile("(.)\x08\\1")
_UNDERLINED = re.compile("_\x08(.)")
_KEYS = {
    b"\x1b[A": b"k", b"\x1b[B": b"j", b"\x1bOA": b"k", b"\x1bOB": b"j", b"\x1b[5~": b"b", b"\x1b[6~": b" ", b"\x1b[H": b"g",
    b"\x1b[F": b"G", b"\x1bOH": b"g", b"\x1bOF": b"G", b"\r": b"j", b"\n": b"j", b"\x06": b" ", b"f": b" ", b"\x16": b" ",
    b"\x02": b"b", b"\x0e": b"j", b"e": b"j", b"\x05": b"j", b"y": b"k", b"\x19": b"k", b"\x10": b"k", b"\x0b": b"k",
    b"\x04": b"d", b"\x15": b"u", b"<": b"g", b">": b"G", b"Q": b"q", b"\x0c": b"r", b"R": b"r", b"z": b" ", b"w": b"b",
}  # fmt: skip
HELP = """SPACE f     forward one screen        b     backward one screen
ENTER j     forward one line          k     backward one line
d           forward half a screen     u     backward half a screen
g           to the first line (Ng: line N)   G   to the last
/PATTERN    search forward            ?PATTERN   search backward
n           repeat the search         N     the other way round
:n          next file                 :p    previous file
=           where we are              r     paint the screen again
h           this help                 q     quit"""


class Text:
    """The lines of one file. read() gives the next bytes, b"" at the end."""

    def __init__(self, k: Syscalls, read: Callable[[], bytes], name: bytes = b"", size: int = 0) -> None:
        self.k = k
        self.read = read
        self.name = name
        self.size = size  # of the file, 0 if nobody knows
        self.lines: list[bytes] = []
        self.rest = b""
        self.over = False
        self.charged = 0

    def upto(self, number: int) -> bool:
        """Read until there are so many lines; False if there aren't."""
        while len(self.lines) < number and not self.over:
            data = self.read()
            self.charged += 2 * len(data)
            self.k.charge(2 * len(data))
            if not data:
                self.over = True
                if self.rest:
                    self.lines.append(self.rest)
                break
            parts = (self.rest + data).split(b"\n")
            self.rest = parts.pop()
            self.lines += parts
        return len(self.lines) >= number


class Modes:
    """How text is shown."""

    def __init__(self) -> None:
        self.numbers = False
        self.chop = False
        self.raw = False
        self.squeeze = False
        self.quit_at_end = False  # at the end, without being asked
        self.quit_if_one_screen = False
        self.keep_screen = False
        self.ignore_case = False
        self.prompt = b":"
        self.pattern = b""
        self.line = 1
        self.percent = False
        self.rows = 0


class _Terminal:
    """The keys and the screen."""

    def __init__(self, k: Syscalls, keep_screen: bool) -> None:
        self.k = k
        self.fd = k.open(b"/dev/tty", O_RDONLY) if not k.isatty(0) else 0
        self.old = k.tcgetattr(self.fd)
        new = k.tcgetattr(self.fd)
        new.lflag &= ~(_ICANON | _ECHO)
        new.cc[_VMIN], new.cc[_VTIME] = 1, 0
        k.tcsetattr(self.fd, 1, new)
        name = k.env.get(b"TERM", b"dumb").decode("latin-1")
        self.can = TERMINALS.get(name, TERMINALS["dumb"])
        self.pending = b""
        self.keep_screen = keep_screen or "smcup" not in self.can
        if not self.keep_screen:
            self.write(self.can["smcup"])

    def write(self, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        while data:
            data = data[self.k.write(1, data) :]

    def close(self) -> None:
        if not self.keep_screen:
            self.write(self.can["rmcup"])
        self.k.tcsetattr(self.fd, 1, self.old)
        if self.fd:
            self.k.close(self.fd)

    def key(self) -> bytes:
        """Return the next key, b"" if the terminal is gone."""
        if not self.pending:
            try:
                self.pending = self.k.read(self.fd, 64)
            except SysError:
                return b""
        if self.pending[:1] == b"\x1b":
            found = re.match(rb"\x1b[\[O][0-9;]*[A-Za-z~]", self.pending)
            size = found.end() if found else 1
        else:
            size = 1
        key, self.pending = self.pending[:size], self.pending[size:]
        return key

    def ask(self, prompt: str) -> bytes | None:
        """Return a line that the user types at the bottom, None if it was taken back."""
        typed = b""
        while True:
            self.write("\r" + self.can.get("el", "") + prompt + typed.decode("utf-8", "replace"))
            key = self.key()
            if key in (b"\r", b"\n"):
                return typed
            if key in (b"", b"\x1b", b"\x03"):
                return None
            if key in (b"\x7f", b"\x08"):
                if not typed:
                    return None
                typed = typed.decode("utf-8", "surrogateescape")[:-1].encode("utf-8", "surrogateescape")
            elif key == b"\x15":
                typed = b""
            elif key >= b" " and len(typed) < 1000:
                typed += key

    def size(self) -> tuple[int, int]:
        try:
            rows, columns = self.k.get_winsize(1)
        except SysError:
            rows, columns = 0, 0
        return rows or 24, columns or 80


def shown(line: bytes, raw: bool) -> list[tuple[str, int]]:
    """Return a line as pieces with their widths; a piece is a character, or a colour of no width."""
    text = line.decode("utf-8", "surrogateescape").removesuffix("\r")
    if "\x08" in text:  # struck over, as nroff writes bold and underlined text
        text = _BOLD.sub(lambda found: found[1], _UNDERLINED.sub(lambda found: found[1], text))
    pieces: list[tuple[str, int]] = []
    column = at = 0
    while at < len(text):
        char = text[at]
        if char == "\x1b" and raw:
            found = _COLOR.match(text, at)
            if found is not None:
                pieces.append((found[0], 0))
                at = found.end()
                continue
        at += 1
        if char == "\t":
            size = 8 - column % 8
            pieces += [(" ", 1)] * size
            column += size
            continue
        if "\udc80" <= char <= "\udcff":
            piece = f"<{ord(char) - 0xDC00:02X}>"
        elif char < " " or char == "\x7f":
            piece = "^" + chr(ord(char) ^ 64)
        elif "\x80" <= char < "\xa0":
            piece = f"<U+{ord(char):04X}>"
        else:
            pieces.append((char, char_width(char)))
            column += pieces[-1][1]
            continue
        pieces += [(one, 1) for one in piece]
        column += len(piece)
    return pieces


def rows_of(line: bytes, columns: int, modes: Modes, number: int) -> list[str]:
    """Return the rows of the screen that a line takes."""
    lead = f"{number:7d} " if modes.numbers else ""
    rows = [lead]
    used = len(lead)
    for piece, size in shown(line, modes.raw):
        if used + size > columns:
            if modes.chop:
                break
            rows.append("")
            used = 0
        rows[-1] += piece
        used += size
    if modes.raw and b"\x1b" in line:
        rows[-1] += "\x1b[m"
    return rows


class _Pager:
    def __init__(self, k: Syscalls, texts: list[Text], modes: Modes, terminal: _Terminal) -> None:
        self.k = k
        self.texts = texts
        self.modes = modes
        self.terminal = terminal
        self.place = 0  # which of the texts
        self.top = 0  # the line on top
        self.pattern: Any = None
        self.backward = False
        self.message = ""

    @property
    def text(self) -> Text:
        return self.texts[self.place]

    def height(self) -> int:
        rows = self.terminal.size()[0]
        return max(min(self.modes.rows, rows - 1) if self.modes.rows else rows - 1, 1)

    def screen(self) -> tuple[list[str], int]:
        """Return the rows to be shown, and the number of the line behind the last whole one."""
        columns = self.terminal.size()[1]
        rows: list[str] = []
        number = self.top
        height = self.height()
        blank = False
        while len(rows) < height and self.text.upto(number + 1):
            line = self.text.lines[number]
            if self.modes.squeeze and not line and blank:
                number += 1
                continue
            blank = not line
            rows += rows_of(line[: 1 << 16], columns, self.modes, number + 1)
            number += 1
        return rows[:height], number

    def paint(self) -> bool:
        """Paint the screen; return whether the end is on it."""
        rows, after = self.screen()
        can = self.terminal.can
        clear = can.get("clear", "\n").replace("\x1b[3J", "")
        self.terminal.write(clear + "\n".join(rows) + "\n")
        end = not self.text.upto(after + 1)
        self.after = after
        return end

    def prompt(self, end: bool) -> None:
        name = self.text.name.decode("utf-8", "replace")
        text = self.message or (
            "(END)" if end and not self.modes.percent else self.modes.prompt.decode("utf-8", "replace")
        )
        if not self.message and self.modes.percent:
            total = sum([len(line) + 1 for line in self.text.lines]) if self.text.over else self.text.size
            done = sum([len(line) + 1 for line in self.text.lines[: self.after]])
            text = f"--More--({100 * done // total}%)" if total else "--More--"
        elif not self.message and self.modes.prompt == b":" and name and not end and not self.top:
            text = name
        self.message = ""
        can = self.terminal.can
        self.terminal.write("\r" + can.get("el", "") + can.get("smso", "") + text + can.get("rmso", ""))

    def last_top(self) -> int:
        """Return the top line of the last screen."""
        while not self.text.over:
            self.text.upto(len(self.text.lines) + 1000)
            self.k.tick(64)
        columns, height = self.terminal.size()[1], self.height()
        top = len(self.text.lines)
        used = 0
        while top and used < height:
            used += len(rows_of(self.text.lines[top - 1][: 1 << 16], columns, self.modes, top))
            if used > height and top < len(self.text.lines):
                break
            top -= 1
        return top

    def search(self, again: bool) -> None:
        if self.pattern is None:
            self.message = "No previous regular expression"
            return
        step = -1 if self.backward != again else 1
        number = self.top + step
        while number >= 0 and self.text.upto(number + 1):
            if self.pattern.search(self.text.lines[number]) is not None:
                self.top = number
                return
            number += step
            self.k.tick()
        self.message = "Pattern not found"

    def set_pattern(self, typed: bytes) -> None:
        try:
            self.pattern = compile_regex(typed, syntax="ere", icase=self.modes.ignore_case and typed == typed.lower())
        except PatternError:
            self.pattern = None
            self.message = "Invalid pattern"

    def run(self) -> None:
        modes = self.modes
        self.top = max(modes.line - 1, 0)
        if modes.line < 0:
            self.top = self.last_top()
        if modes.pattern:
            self.set_pattern(modes.pattern)
            self.top = -1
            self.search(False)
            self.top = max(self.top, 0)
        number = b""
        while True:
            end = self.paint()
            if modes.quit_at_end and end:
                if self.place == len(self.texts) - 1:
                    return
            self.prompt(end)
            while True:
                key = self.terminal.key()
                if not key.isdigit():
                    break
                number = (number + key)[:9]
                self.message = ":" + number.decode()
                self.prompt(end)
            key = _KEYS.get(key, key)
            count = int(number) if number else 0
            given, number = bool(number), b""
            if key in (b"", b"q", b"\x03"):
                return
            if not self.act(key, count, given, end):
                return

    def act(self, key: bytes, count: int, given: bool, end: bool) -> bool:
        """Do what a key says; False at the end of everything."""
        half = max(self.height() // 2, 1)
        if key == b" ":
            if end and self.modes.percent:
                return self.other(1)
            if not end:
                self.top = self.top + count if given else max(self.after, self.top + 1)
        elif key == b"j" or key == b"d":
            if end and self.modes.percent:
                return self.other(1)
            steps = count if given else 1 if key == b"j" else half
            for _ in range(min(steps, 1 << 20)):
                if not self.text.upto(self.after + 1):
                    break
                self.top += 1
                self.after += 1
        elif key in (b"b", b"k", b"u"):
            steps = count if given else {b"b": self.height(), b"k": 1, b"u": half}[key]
            self.top = max(self.top - steps, 0)
        elif key == b"g":
            self.text.upto(count)
            self.top = max(min(count, len(self.text.lines)) - 1, 0)
        elif key == b"G":
            if given:
                self.text.upto(count)
                self.top = max(min(count, len(self.text.lines)) - 1, 0)
            else:
                self.top = self.last_top()
        elif key in (b"/", b"?"):
            typed = self.terminal.ask(key.decode())
            if typed is not None:
                self.backward = key == b"?"
                if typed:
                    self.set_pattern(typed)
                if self.pattern is not None:
                    self.search(False)
        elif key in (b"n", b"N"):
            self.search(key == b"N")
        elif key == b":":
            following = self.terminal.key()
            if following in (b"n", b"p"):
                self.other(1 if following == b"n" else -1)
            elif following == b"q":
                return False
        elif key == b"=":
            name = self.text.name.decode("utf-8", "replace")
            total = f"/{len(self.text.lines)}" if self.text.over else ""
            self.message = f"{name} lines {self.top + 1}-{self.after}{total}".strip()
        elif key in (b"h", b"H"):
            self.terminal.write(self.terminal.can.get("clear", "\n") + HELP + "\n\nPress a key.")
            self.terminal.key()
        elif key != b"r":
            self.terminal.write("\x07")
        return True

    def other(self, step: int) -> bool:
        """Go to another file; False if there is none."""
        if not 0 <= self.place + step < len(self.texts):
            self.message = "No next file" if step > 0 else "No previous file"
            return False
        self.place += step
        self.top = 0
        return True


def page(k: Syscalls, texts: list[Text], modes: Modes) -> None:
    """Show texts on the terminal until the user quits."""
    terminal = _Terminal(k, modes.keep_screen)
    try:
        pager = _Pager(k, texts, modes, terminal)
        if modes.quit_if_one_screen and len(texts) == 1:
            rows, after = pager.screen()
            if not texts[0].upto(after + 1):
                if not terminal.keep_screen:
                    terminal.write(terminal.can["rmcup"])
                    terminal.keep_screen = True
                terminal.write("\n".join(rows) + ("\n" if rows else ""))
                return
        pager.run()
        terminal.write("\r" + terminal.can.get("el", ""))
    finally:
        terminal.close()
        for text in texts:
            k.charge(-text.charged)
            text.charged = 0
