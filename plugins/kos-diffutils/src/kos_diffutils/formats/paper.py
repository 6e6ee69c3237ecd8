"""What every format writes with: two files, the changes between them, the options, and a line put out as they ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..compare.changes import Change
from ..compare.lines import Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Regex

_SPACE = b" \t\n\v\f\r"
NO_NEWLINE = b"\\ No newline at end of file\n"


@dataclass(slots=True)
class Look:
    """How differences are to look; the names are those of diff's options."""

    context: int = 3
    expand_tabs: bool = False
    initial_tab: bool = False
    tab_size: int = 8
    width: int = 130
    left_column: bool = False
    suppress_common: bool = False
    suppress_blank_empty: bool = False
    merge_assist: bool = False
    blank_lines: bool = False
    white: str = ""
    ignored: Regex | None = None
    function: Regex | None = None
    colors: dict[str, bytes] | None = None
    line_formats: dict[str, bytes] = field(default_factory=dict)
    group_formats: dict[str, bytes] = field(default_factory=dict)

    @property
    def ignores(self) -> bool:
        """Whether some changes may not count."""
        return self.blank_lines or self.ignored is not None


class Paper:
    """One comparison on its way out. begin: writes what precedes the first difference, once."""

    def __init__(
        self,
        put: Callable[[bytes], None],
        old: Side,
        new: Side,
        script: list[Change],
        look: Look,
        begin: Callable[[], None],
    ) -> None:
        self.put = put
        self.old = old
        self.new = new
        self.script = script
        self.look = look
        self._begin: Callable[[], None] | None = begin

    def begin(self) -> None:
        """Write the heading if it hasn't been written."""
        if self._begin is not None:
            begin, self._begin = self._begin, None
            begin()

    def counts(self, changes: list[Change]) -> bool:
        """Tell whether these changes count: -B and -I pass over those all of whose lines are blank or match."""
        look = self.look
        if not look.ignores:
            return True
        for change in changes:
            for lines in (
                self.old.lines[change.old : change.old + change.deleted],
                self.new.lines[change.new : change.new + change.inserted],
            ):
                if not all(map(self._ignorable, lines)):
                    return True
        return False

    def _ignorable(self, line: bytes) -> bool:
        look = self.look
        if look.blank_lines:
            blank = not line
            if look.white in ("Z", "EZ", "b", "w"):
                # What is white to its end is blank only if leading white space doesn't count either, as GNU has it.
                blank = not line.strip(_SPACE)
            if blank:
                return True
        return look.ignored is not None and look.ignored.search(line) is not None

    def counting(self) -> Iterator[Change]:
        """Yield the changes that count, each taken by itself."""
        for change in self.script:
            if self.counts([change]):
                yield change

    def color(self, name: str) -> None:
        """Begin a color: rs (none), hd, ad, de or ln."""
        colors = self.look.colors
        if colors is not None:
            self.put(b"\x1b[" + colors[name] + b"m")

    def text(self, line: bytes, flag: bytes = b"") -> bytes:
        """Return the line as -t wants it. flag: what is repeated behind a carriage return then."""
        if not self.look.expand_tabs:
            return line
        return untabbed(line, self.look.tab_size, flag)

    def ends(self, side: Side, index: int) -> bytes:
        """Return what follows a line: a newline, or newline and the remark if the file's last line has none."""
        if side.incomplete and index == len(side.lines) - 1:
            return b"\n" + NO_NEWLINE
        return b"\n"

    def flagged(self, side: Side, index: int, flag: bytes, color: str = "") -> None:
        """Write a line behind "FLAG " or "FLAG<tab>"."""
        line = side.lines[index]
        look = self.look
        if not flag:
            lead = b""
        elif look.suppress_blank_empty and not line:
            lead = flag.rstrip(b" ")
        else:
            lead = flag + (b"\t" if look.initial_tab else b" ")
        if color:
            self.color(color)
        self.put(lead + self.text(line, lead))
        if color:
            self.color("rs")
        self.put(self.ends(side, index))


def untabbed(line: bytes, tab_size: int, flag: bytes = b"") -> bytes:
    """Return the line with its tabs as spaces, counted from its own beginning."""
    if b"\t" not in line and b"\r" not in line and b"\b" not in line:
        return line
    out = bytearray()
    column = 0
    for place, char in enumerate(line):
        if char == 9:
            width = tab_size - column % tab_size
            out += b" " * width
            column += width
        elif char == 13:
            out.append(char)
            if flag and place + 1 < len(line):
                out += flag
            column = 0
        elif char == 8:
            if column:
                column -= 1
                out.append(char)
        else:
            out.append(char)
            column += 32 <= char < 127
    return bytes(out)


def spanned(first: int, count: int, comma: bytes = b",") -> bytes:
    """Return "F,L" for lines from `first` (0 is the file's first), "L" for one, and the line before for none."""
    if count > 1:
        return b"%d%s%d" % (first + 1, comma, first + count)
    return b"%d" % (first + count)
