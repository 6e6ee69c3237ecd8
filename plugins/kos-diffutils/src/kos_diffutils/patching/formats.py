"""The hunks of each format, read from the lines of a patch: unified, context, normal.

    hunk = next_hunk(source, form)      None where no further hunk of this patch stands; Source.at is then behind the last one

A patch that breaks off or has lines that don't belong is refused as GNU refuses it: "malformed patch at line N: ...".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .hunks import Hunk, Line
from .options import Fatal

_UNIFIED = re.compile(rb"@@ -(\d{1,18})(?:,(\d{1,18}))? ?\+(\d{1,18})(?:,(\d{1,18}))? ?@(@?)(.*)", re.DOTALL)
_OLD_SPAN = re.compile(rb"\*\*\* ?(\d{1,18})(?:,(\d{1,18}))?.*", re.DOTALL)
_NEW_SPAN = re.compile(rb"--- ?(\d{1,18})(?:,(\d{1,18}))?( -----?)?\s*", re.DOTALL)
_NORMAL = re.compile(rb"(\d{1,18})(?:,(\d{1,18}))?([acd])(\d{1,18})(?:,(\d{1,18}))?\s*")
_MOST = 1 << 40


@dataclass(slots=True)
class Source:
    """The patch, line by line. indent: the blanks that stand before each line of the current patch."""

    lines: list[bytes]
    at: int = 0
    indent: int = 0
    strip_cr: bool = False
    skip_comments: bool = False

    def peek(self) -> bytes:
        """Return the next line without its indentation, b"" at the end."""
        if self.at >= len(self.lines):
            return b""
        line = self.lines[self.at]
        if self.indent:
            line = line[min(self.indent, len(line) - len(line.lstrip(b" \tX"))) :] or b"\n"
        if self.strip_cr and line.endswith(b"\r\n"):
            line = line[:-2] + b"\n"
        return line

    def take(self) -> bytes:
        """Return the next line and go on behind it."""
        line = self.peek()
        self.at += 1
        return line

    def unfinished(self, text: bytes) -> bytes:
        """Return the line, without its end if "\\ No newline at end of file" follows."""
        if self.peek().startswith(b"\\"):
            self.at += 1
            return text.removesuffix(b"\n")
        return text

    def malformed(self, line: bytes) -> Fatal:
        """Return what to raise because of the line that was taken last."""
        return Fatal(b"malformed patch at line %d: %s" % (self.at, line))


def next_hunk(source: Source, form: str) -> Hunk | None:
    """Return the next hunk of the patch. Raises Fatal if it's malformed."""
    if form == "unified":
        return _unified(source)
    if form == "context":
        return _context(source)
    return _normal(source)


def _size(text: bytes | None) -> int:
    return 1 if text is None else int(text)


def _unified(source: Source) -> Hunk | None:
    head = source.peek()
    if not head.startswith(b"@@ -"):
        return None
    source.at += 1
    found = _UNIFIED.fullmatch(head)
    if found is None:
        raise source.malformed(head)
    first, olds, new_first, news = int(found[1]), _size(found[2]), int(found[3]), _size(found[4])
    if max(first, olds, new_first, news) > _MOST:
        raise source.malformed(head)
    function = found[6].rstrip(b"\r\n") if found[5] else b""
    old: list[Line] = []
    new: list[Line] = []
    while len(old) < olds or len(new) < news:
        line = source.take()
        if not line:
            if olds - len(old) != news - len(new) or olds - len(old) >= 3:
                raise Fatal(b"unexpected end of file in patch")
            line = b" \n"  # blank lines at the end were cut off
        sign, text = (b" ", line) if line[:1] in b"\t\n" else (line[:1], line[1:])
        if sign == b"=":
            sign = b" "
        room_in_old, room_in_new = len(old) < olds, len(new) < news
        if sign not in (b" ", b"-", b"+") or (sign != b"+" and not room_in_old) or (sign != b"-" and not room_in_new):
            raise source.malformed(line)
        text = source.unfinished(text)
        if sign != b"+":
            old.append((sign, text))
        if sign != b"-":
            new.append((sign, text))
    hunk = Hunk(first + (not olds), old, new_first + (not news), new, function=function)
    hunk.prefix, hunk.suffix = _around(old, new)
    if all(sign == b" " for sign, _ in old + new):
        raise source.malformed(source.lines[min(source.at, len(source.lines)) - 1])
    return hunk


def _around(old: list[Line], new: list[Line]) -> tuple[int, int]:
    counted = Hunk(0, old, 0, new).with_context()
    return counted.prefix, counted.suffix


def _context(source: Source) -> Hunk | None:
    start = source.at
    head = source.peek()
    if not head.startswith(b"***************"):
        return None
    function = head[15:].rstrip(b"\r\n")
    source.at += 1
    line = source.take()
    while source.skip_comments and line.startswith(b"#"):
        line = source.take()
    span = _OLD_SPAN.fullmatch(line)
    if span is None:
        if not line:
            source.at = start
            return None
        raise source.malformed(line)
    first, last = int(span[1]), int(span[2] or span[1])
    olds = 0 if first == 0 and span[2] is None else last - first + 1
    if max(first, last) > _MOST or olds < 0:
        raise source.malformed(line)
    old = _section(source, olds, b" -!")
    line = source.take()
    found = _NEW_SPAN.fullmatch(line)
    if found is None:
        if not line:
            raise Fatal(b"unexpected end of file in patch")
        raise source.malformed(line)
    new_first, new_last = int(found[1]), int(found[2] or found[1])
    news = 0 if new_first == 0 and found[2] is None else new_last - new_first + 1
    if max(new_first, new_last) > _MOST or news < 0:
        raise source.malformed(line)
    new = _section(source, news, b" +!")
    if not old and olds:
        old = [(sign, text) for sign, text in new or [] if sign == b" "]
        if len(old) != olds:
            raise source.malformed(line)
    if not new and news:
        new = [(sign, text) for sign, text in old or [] if sign == b" "]
        if len(new) != news:
            raise source.malformed(line)
    hunk = Hunk(first or 1, old or [], new_first or 1, new or [], function=function)
    if not olds and first:
        hunk.first = first + 1
    if not news and new_first:
        hunk.new_first = new_first + 1
    hunk.prefix, hunk.suffix = _around(hunk.old, hunk.new)
    return hunk


def _section(source: Source, count: int, signs: bytes) -> list[Line] | None:
    """Return the lines of one side, None if the side was left out because nothing changed in it."""
    lines: list[Line] = []
    while len(lines) < count:
        line = source.peek()
        if line[:2] in (b"**", b"--") or not line:
            if not lines:
                return None
            source.at += 1
            if not line:
                raise Fatal(b"unexpected end of file in patch")
            raise source.malformed(line)
        source.at += 1
        if line[:1] in b"\t\n":
            sign, text = b" ", line
        elif line[:1] in signs:
            sign = line[:1]
            text = line[2:] if line[1:2] in (b" ", b"\t") and line[1:2] == b" " else line[1:]
        elif not lines and count:
            source.at -= 1
            return None
        else:
            raise source.malformed(line)
        lines.append((sign, source.unfinished(text)))
    return lines


def _normal(source: Source) -> Hunk | None:
    head = source.peek()
    found = _NORMAL.fullmatch(head)
    if found is None:
        return None
    source.at += 1
    first, last = int(found[1]), int(found[2] or found[1])
    new_first, new_last = int(found[4]), int(found[5] or found[4])
    kind = found[3]
    olds = 0 if kind == b"a" else last - first + 1
    news = 0 if kind == b"d" else new_last - new_first + 1
    if olds < 0 or news < 0 or max(last, new_last) > _MOST:
        raise source.malformed(head)
    old = [(b"-", text) for text in _marked(source, olds, b"<")]
    if kind == b"c":
        line = source.take()
        if not line:
            raise Fatal(b"unexpected end of file in patch at line %d" % len(source.lines))
        if not line.startswith(b"-"):
            raise Fatal(b"'---' expected at line %d of patch" % source.at)
    new = [(b"+", text) for text in _marked(source, news, b">")]
    return Hunk(first + (not olds), old, new_first + (not news), new)


def _marked(source: Source, count: int, mark: bytes) -> list[bytes]:
    lines: list[bytes] = []
    while len(lines) < count:
        line = source.take()
        if not line:
            raise Fatal(b"unexpected end of file in patch at line %d" % len(source.lines))
        if line[:1] != mark or line[1:2] not in (b" ", b"\t"):
            raise Fatal(b"'%s' followed by space or tab expected at line %d of patch" % (mark, source.at))
        lines.append(source.unfinished(line[2:]))
    return lines
