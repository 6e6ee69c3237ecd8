"""What several programs say in the same way: quoted names, sizes for people, numbers with suffixes.

    quoteaf(name)   always quoted, so that the shell reads it back    rm: cannot remove 'a b'
    quotef(name)    quoted only if it needs to be                     cat: a: No such file...   cat: 'a b': No such file...
    quote(text)     a piece of text that is no file name              head: invalid number of lines: 'x\\n'

    human(n)        1.5K as `ls -h`, `du -h`, `df -h` round it: up, one decimal below ten
    parse_size(b)   10, 2K, 1MiB, 3kB -> bytes, as `head -c`, `split -b`, `truncate -s` read it

All names are bytes: a file name that isn't UTF-8 is shown in octal, so a message can never garble a terminal.
Differs from GNU's quotearg in one corner: a name with both an apostrophe and an unprintable character gets no stray `''` in front.
"""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = re.compile(rb"[A-Za-z0-9%+,./@_\-]+")
_ESCAPES: Final = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r"}
_NEED_QUOTES: Final = frozenset(b" !\"$&'()*;<=>?[\\^`|\t\n\v\f\r\a\b")
_NEED_AT_START: Final = frozenset(b"#~")
_SUFFIX_LETTERS: Final = "KMGTPEZY"
UINTMAX: Final = (1 << 64) - 1


def quoteaf(name: bytes) -> bytes:
    """Return `name` in quotes such that a shell reads it back: 'a b', "it's", 'a'$'\\n''c'."""
    if b"'" not in name:
        if _PLAIN.fullmatch(name):
            return b"'" + name + b"'"
    elif not any(char in b'"$`\\!' or char < 32 or char > 126 for char in name):
        return b'"' + name + b'"'
    out = [b"'"]
    escaping = False
    for piece, printable in _pieces(name):
        if not printable:
            out.append(b"" if escaping else b"'$'")
            escaping = True
            out += [_ESCAPES.get(char) or b"\\%03o" % char for char in piece]
        elif piece == b"'":
            out.append(b"'\\''")
            escaping = False
        else:
            out.append(b"''" if escaping else b"")
            escaping = False
            out.append(piece)
    out.append(b"'")
    return b"".join(out)


def quotef(name: bytes) -> bytes:
    """Return `name` as it is if a shell and a reader take it for one plain word, else quoted as `quoteaf` does."""
    if _PLAIN.fullmatch(name):
        return name
    if not name or name in (b"{", b"}") or name[0] in _NEED_AT_START or b":" in name:
        return quoteaf(name)
    if not _NEED_QUOTES.isdisjoint(name) or any(not printable for _, printable in _pieces(name)):
        return quoteaf(name)
    return name


def quote(text: bytes) -> bytes:
    """Return `text` between apostrophes with C escapes: 'x\\n'. For values, not for names of files."""
    if _PLAIN.fullmatch(text):
        return b"'" + text + b"'"
    out = [b"'"]
    for piece, printable in _pieces(text):
        if not printable:
            out += [_ESCAPES.get(char) or b"\\%03o" % char for char in piece]
        elif piece in (b"'", b"\\"):
            out.append(b"\\" + piece)
        else:
            out.append(piece)
    out.append(b"'")
    return b"".join(out)


def _pieces(name: bytes) -> list[tuple[bytes, bool]]:
    """Return `name` cut into characters, each with whether it can be shown; what isn't UTF-8 comes byte by byte."""
    if name.isascii():
        return [(name[index : index + 1], 32 <= char < 127) for index, char in enumerate(name)]
    import unicodedata  # only names beyond ASCII pay for it

    pieces: list[tuple[bytes, bool]] = []
    for char in name.decode("utf-8", "surrogateescape"):
        shown = unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Zl", "Zp")
        pieces.append((char.encode("utf-8", "surrogateescape"), shown))
    return pieces


def human(number: int, *, si: bool = False, unit: int = 1) -> str:
    """Return `number` * `unit` for people: 999, 1.0K, 10K, 118M; with si powers of 1000 and a small k.

    Rounds up, never down, so that nothing looks smaller than it is (`ls -h`, `du -h`, `df -h`).
    """
    number *= unit
    base = 1000 if si else 1024
    if number < base:
        return str(number)
    power, scale = 0, 1
    while number >= scale * base and power < len(_SUFFIX_LETTERS):
        power += 1
        scale *= base
    tenths = -(-number * 10 // scale)
    if tenths < 100:
        shown = f"{tenths // 10}.{tenths % 10}"
    else:
        whole = -(-number // scale)
        if whole >= base and power < len(_SUFFIX_LETTERS):
            power += 1
            shown = "1.0"
        else:
            shown = str(whole)
    letter = _SUFFIX_LETTERS[power - 1]
    return shown + (letter.lower() if si and letter == "K" else letter)


class BadNumber(ValueError):
    """A number that can't be read. `reason` is "invalid", "suffix" (the number is right, its suffix is not) or "overflow"."""

    def __init__(self, reason: str, text: bytes) -> None:
        super().__init__(f"{reason} number {text!r}")
        self.reason = reason


_NUMBER: Final = re.compile(rb"[ \t\n\v\f\r]*\+?([0-9]*)(.*)", re.DOTALL)


def parse_size(text: bytes, *, suffixes: str = "bkKMGTPEZY", limit: int = UINTMAX) -> int:
    """Return the number that `text` names: 10, 2K (1024), 2kB and 2KB (1000), 2KiB (1024), 1b (512), 1c, 1w.

    suffixes: the letters allowed; one alone stands for one of it ("K" is 1024). Empty: plain numbers only.
    Raises BadNumber: "invalid", "suffix", or "overflow" if it is more than `limit`.
    Source: gnulib's xstrtoumax.
    """
    found = _NUMBER.match(text)
    assert found is not None  # the pattern matches anything
    digits, suffix = found[1], found[2].decode("latin-1")
    if not digits and (not suffix or suffix[0] not in suffixes or text[:1] in (b"+", b"-")):
        raise BadNumber("invalid", text)
    if len(digits) > 40:  # before int() meets a million digits
        raise BadNumber("overflow", text)
    number = int(digits or b"1")
    if suffix:
        letter, rest = suffix[0], suffix[1:]
        if letter not in suffixes:
            raise BadNumber("suffix", text)
        if letter in "bcw" and rest:
            raise BadNumber("suffix", text)
        if letter in "bcwB":
            number *= {"b": 512, "c": 1, "w": 2, "B": 1024}[letter]
        elif rest in ("", "iB"):
            number *= 1024 ** (_SUFFIX_LETTERS.index(letter.upper()) + 1)
        elif rest in ("B", "D"):
            number *= 1000 ** (_SUFFIX_LETTERS.index(letter.upper()) + 1)
        else:
            raise BadNumber("suffix", text)
    if number > limit:
        raise BadNumber("overflow", text)
    return number
