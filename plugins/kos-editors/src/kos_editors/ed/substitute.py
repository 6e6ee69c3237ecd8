"""s: what is replaced by what, how often, and what is printed then.

The replacement is read into pieces: literal bytes, or the number of a group (0 for &). A newline in it (behind a backslash) splits
the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .buffer import Line
from .errors import EdError
from .patterns import search

if TYPE_CHECKING:
    from kos_kernel.api import Match, Regex

    from .session import Session

_LONGEST_LINE = 1 << 28


class Substitution:
    """The last substitution, for the commands that repeat it."""

    def __init__(self) -> None:
        self.regex: Regex | None = None
        self.replacement: list[bytes | int] | None = None
        self.all = False
        self.number = 1
        self.print = b""  # which of p, l, n


def command(session: Session, in_global: bool) -> None:
    """Carry `s` out; the text stands behind the s. Raises EdError."""
    text, state = session.text, session.substitution
    session.addresses.check(session.buffer.current, session.buffer.current)
    repeats = False
    last_pattern = complement_all = complement_print = False
    number = 0
    while True:
        byte = text.peek()
        if byte.isdigit():
            number = text.number()
            repeats = True
        elif byte == b"g":
            complement_all = repeats = True
            text.at += 1
        elif byte == b"p":
            complement_print = repeats = True
            text.at += 1
        elif byte == b"r":
            last_pattern = repeats = True
            text.at += 1
        elif byte == b"\n":
            repeats = True
            text.at += 1
            break
        elif repeats:
            raise EdError(b"Invalid command suffix")
        else:
            break
    if repeats:
        if state.regex is None:
            raise EdError(b"No previous substitution")
        if last_pattern:
            if session.patterns.last is None:
                raise EdError(b"No previous pattern")
            state.regex = session.patterns.last
        if number:
            state.number, state.all = number, False
        if complement_all:
            state.all, state.number = not state.all, 1
        if complement_print:
            state.print = b"" if state.print else b"p"
    else:
        _read(session)
    assert state.regex is not None
    if not in_global:
        session.buffer.new_step()
    _substitute(session, in_global)
    session.print_after = state.print


def _read(session: Session) -> None:
    """Read /pattern/replacement/suffixes."""
    text, state, patterns = session.text, session.substitution, session.patterns
    delimiter, pattern = patterns.read(text)
    if text.peek() != delimiter:
        raise EdError(b"Missing pattern delimiter")
    text.at += 1
    regex = patterns.use(pattern)
    replacement, closed = _read_replacement(session, delimiter)
    everywhere, number, icase = False, 1, False
    printing = b""
    if not closed:
        printing = b"p"
    else:
        counted = False
        while True:
            byte = text.peek()
            if byte.isdigit():
                if counted or everywhere or byte == b"0":
                    raise EdError(b"Invalid command suffix")
                number = text.number()
                counted = True
                continue
            if byte == b"g":
                if everywhere or counted:
                    raise EdError(b"Invalid command suffix")
                everywhere = True
            elif byte in b"iI":
                icase = True
            elif byte in b"pln":
                printing += byte
            else:
                break
            text.at += 1
        if text.peek() != b"\n":
            raise EdError(b"Invalid command suffix")
    text.at += 1
    state.regex = patterns.use(pattern, icase=True) if icase else regex
    state.replacement, state.all, state.number, state.print = replacement, everywhere, number, printing


def _read_replacement(session: Session, delimiter: bytes) -> tuple[list[bytes | int], bool]:
    """Return (pieces, whether the delimiter closed it)."""
    text = session.text
    if text.peek() == b"%" and text.peek(1) in (delimiter, b"\n"):
        text.at += 1
        closed = text.peek() == delimiter
        text.at += closed
        if session.substitution.replacement is None:
            raise EdError(b"No previous substitution")
        return session.substitution.replacement, closed
    pieces: list[bytes | int] = []
    while True:
        byte = text.peek()
        if byte == delimiter:
            text.at += 1
            return pieces, True
        if byte == b"\n" and text.at >= len(text.data) - 1:
            return pieces, False
        text.at += 1
        if byte == b"&":
            pieces.append(0)
        elif byte == b"\\":
            if text.at >= len(text.data) - 1 and text is not session.source:
                text.data += session.source.line()  # the newline is part of the replacement, which goes on
            byte = text.take()
            if byte.isdigit():
                pieces.append(int(byte))
            else:
                pieces.append(byte)
        else:
            pieces.append(byte)


def _substitute(session: Session, in_global: bool) -> None:
    buffer, state, k = session.buffer, session.substitution, session.k
    assert state.regex is not None and state.replacement is not None
    new: list[Line] = []
    held = 0
    cut: list[Line] = []
    changed_upto = 0  # how many of `new` stand up to the end of the last change
    first, last = session.addresses.first, session.addresses.second
    for at in range(first - 1, last):
        line = buffer.lines[at]
        result = _replaced(state, line.text)
        if result is None:
            new.append(line)
        else:
            cut = [line]
            session.charge.change(len(result))
            held += len(result)
            new += [Line(part) for part in result.split(b"\n")] if b"\n" in result else [Line(result)]
            changed_upto = len(new)
        k.tick()
    session.charge.change(-held)  # the buffer accounts for them now
    if not changed_upto:
        if in_global:
            return
        raise EdError(b"No match")
    buffer.replace(first, last, new)
    buffer.cut = cut
    buffer.current = first - 1 + changed_upto


def _replaced(state: Substitution, data: bytes) -> bytes | None:
    """Return a line with its matches replaced, None if there are none."""
    regex, pieces = state.regex, state.replacement
    assert regex is not None and pieces is not None
    parts: list[bytes] = []
    at = copied = count = size = 0
    stuck = False
    # Each match is looked for behind the last one, as a text of its own: an empty one is found again where it was.
    while True:
        if at or not count:
            match, shift = search(regex, data, at), 0
        else:
            match, shift = search(regex, b"\n" + data, 1), 1  # ^ doesn't stand here a second time
        if match is None:
            break
        start, end = match.start() - shift, match.end() - shift
        count += 1
        if state.all or count == state.number:
            parts += data[copied:start], _expanded(pieces, match, regex.groups)
            size += len(parts[-1]) + len(parts[-2])
            if size > _LONGEST_LINE:
                raise EdError(b"Line too long")
            copied = end
            if not state.all:
                break
        if end == at:
            if stuck and state.all:
                raise EdError(b"Infinite substitution loop")
            stuck = True
        else:
            stuck = False
        at = end
        if at == len(data):
            break
    if not parts:
        return None
    parts.append(data[copied:])
    return b"".join(parts)


def _expanded(pieces: list[bytes | int], match: Match, groups: int) -> bytes:
    """Return the replacement of one match; the number of a group that the pattern hasn't is a digit like others."""
    parts = []
    for piece in pieces:
        if isinstance(piece, int):
            parts.append(match.group(piece) or b"" if piece <= groups else b"%d" % piece)
        else:
            parts.append(piece)
    return b"".join(parts)
