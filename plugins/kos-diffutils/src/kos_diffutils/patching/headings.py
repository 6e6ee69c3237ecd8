"""What stands before the hunks: which format follows, which files are meant, what git says of them.

    found = find(source, strip, form, zone, given)       the next patch in the source, None if only garbage is left

A name is stripped as -p says. A file is said not to exist (2) if its side is empty and its time is the epoch or it is called
/dev/null, perhaps not to exist (1) if only its side is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kos_kernel.api import days_from_civil

if TYPE_CHECKING:
    from .formats import Source

Zone = Callable[[int], int]
_ED = re.compile(rb"\d+(?:,\d+)?[acd]\r?\n?")
_NORMAL = re.compile(rb"\d+(?:,\d+)?[acd]\d+(?:,\d+)?[ \t]*\r?\n?")
_ISO = re.compile(rb"\s*(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9})\d*)?)?\s*([-+]\d{4})?\s*")
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_C_TIME = re.compile(rb"\s*(?:\w{3} )?(%s) +(\d\d?) (\d\d):(\d\d):(\d\d) (\d{4})\s*" % b"|".join(_MONTHS))
_ESCAPED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
OLD, NEW, INDEX = 0, 1, 2
_HOUR_NS = 3600 * 10**9


@dataclass(slots=True)
class Heading:
    """One patch of the source. form: unified, context, normal, ed or binary; start: where its first hunk stands."""

    form: str = ""
    start: int = 0
    names: list[bytes | None] = field(default_factory=lambda: [None, None, None])
    stamps: list[bytes | None] = field(default_factory=lambda: [None, None])
    times_ns: list[int | None] = field(default_factory=lambda: [None, None])
    nonexistent: list[int] = field(default_factory=lambda: [0, 0])
    modes: list[int] = field(default_factory=lambda: [0, 0])
    renames: bool = False
    copies: bool = False
    git: bool = False
    prerequisite: bytes | None = None
    indent: int = 0
    strip_cr: bool = False
    stars: bytes = b""


def find(source: Source, strip: int, form: str | None, zone: Zone | None, given: bool) -> Heading | None:
    """Return the next patch at or behind source.at.

    zone: reads times that name none, None where times aren't set. given: the user names the file, so no heading is needed.
    """
    found = Heading()
    lines = source.lines
    at = source.at
    ed_at: int | None = None
    stars_before = headed = False
    git_ready = False
    while at < len(lines):
        raw = lines[at]
        line = raw.lstrip(b" \tX")
        indent = len(raw) - len(line)
        strip_cr = line.endswith(b"\r\n")
        following = lines[at + 1].lstrip(b" \tX") if at + 1 < len(lines) else b""
        if line.startswith((b"*** ", b"+++ ", b"--- ")):
            side = {b"*": OLD, b"+": NEW, b"-": NEW if _is_context_pair(lines, at) else OLD}[line[:1]]
            if not (line.startswith(b"*** ") and stars_before):
                _take_name(found, side, line[4:], strip, zone)
            headed = True
            found.strip_cr |= strip_cr
        elif line.startswith(b"Index:"):
            headed = True
            found.names[INDEX] = _name(line[6:], strip)[0]
        elif line.startswith(b"Prereq:"):
            words = line[7:].split()
            found.prerequisite = words[0] if words else None
        elif line.startswith(b"diff --git "):
            if git_ready:
                found.form, found.start = "unified", at
                break
            pair = _git_pair(line[11:].rstrip(b"\r\n"))
            if pair is not None:
                fresh = Heading(git=True)
                fresh.names[OLD], fresh.names[NEW] = (stripped(name, strip) for name in pair)
                found = fresh
        elif found.git and _extended(found, line, strip):
            git_ready = True
        elif found.git and line.startswith(b"GIT binary patch"):
            found.form, found.start = "binary", at
            found.indent = indent
            break
        elif form in (None, "unified") and line.startswith(b"@@ -") and (headed or given):
            found.form, found.start, found.indent = "unified", at, indent
            numbers = re.match(rb"@@ -(\d+)(?:,(\d+))? *\+(\d+)", line)
            if numbers is not None:
                for side, number in ((OLD, numbers[1]), (NEW, numbers[3])):
                    if int(number[:18]) == 0:
                        found.nonexistent[side] = 1 + (found.times_ns[side] == 0)
            break
        elif form in (None, "context") and stars_before and line.startswith(b"*** "):
            break
        if form in (None, "context") and line.startswith(b"***************") and following.startswith(b"*** "):
            found.form, found.start, found.indent = "context", at, indent
            found.stars = b" ****" if following.rstrip(b"\r\n").endswith(b"****") else b""
            break
        if form in (None, "normal") and _NORMAL.fullmatch(line) and following[:2] in (b"< ", b"> ", b"<\t", b">\t"):
            found.form, found.start, found.indent = "normal", at, indent
            break
        if form in (None, "ed") and ed_at is None and _ED.fullmatch(line):
            ed_at = at
        if ed_at is not None and line.rstrip(b"\r\n") in (b".", b"") and line.startswith(b"."):
            found.form, found.start, found.indent = "ed", ed_at, 0
            break
        stars_before = line.startswith(b"***************")
        at += 1
    if not found.form:
        if ed_at is not None:
            found.form, found.start = "ed", ed_at
        elif git_ready:
            found.form, found.start = "unified", len(lines)
        else:
            return None
    found.strip_cr = found.strip_cr and found.start < len(lines) and lines[found.start].endswith(b"\r\n")
    return found


def _is_context_pair(lines: list[bytes], at: int) -> bool:
    """Tell whether this "--- " line is the second of a context header."""
    return at > 0 and lines[at - 1].lstrip(b" \tX").startswith(b"*** ")


def _take_name(found: Heading, side: int, text: bytes, strip: int, zone: Zone | None) -> None:
    name, stamp = _name(text, strip)
    if found.git and name is None and not text.startswith(b"/dev/null"):
        return
    is_null = text.rstrip(b"\r\n").split(b"\t")[0].rstrip() == b"/dev/null"
    found.names[side] = None if is_null else name
    found.stamps[side] = stamp
    found.times_ns[side] = 0 if is_null else _time(stamp, zone)


def _name(text: bytes, strip: int) -> tuple[bytes | None, bytes | None]:
    """Return the stripped name of a heading, and what stands behind it: when the file was changed."""
    text = text.lstrip(b" \t\r\n")
    quoted = _ESCAPED.match(text)
    if quoted is not None:
        name, rest = _unescaped(quoted[1]), text[quoted.end() :]
    else:
        line = text.rstrip(b"\r\n")
        if b"\t" in line:
            name, _, rest = line.partition(b"\t")
            name = name.rstrip(b" ")
        else:
            words = line.split(b" ", 1)
            name, rest = words[0], words[1] if len(words) > 1 else b""
    stamp = rest.strip(b"\r\n").lstrip(b" \t")
    return stripped(name, strip), stamp or None


def _unescaped(text: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        body = found[1]
        return bytes([int(body, 8) & 255]) if body[:1].isdigit() else _LETTERS.get(body, body)

    return re.sub(rb"\\([0-7]{3}|.)", one, text, flags=re.DOTALL)


def stripped(name: bytes, strip: int) -> bytes | None:
    """Return the name without so many leading components (-1: the last one alone), None if it hasn't as many."""
    if strip < 0:
        return name.rstrip(b"/").rpartition(b"/")[2] or None
    for _ in range(strip):
        _, slash, name = name.partition(b"/")
        if not slash:
            return None
        name = name.lstrip(b"/")
    return name or None


def _time(stamp: bytes | None, zone: Zone | None) -> int | None:
    """Return the ns since 1970 that a heading tells; without a zone only whether it's the epoch somewhere on earth: 0."""
    if stamp is None:
        return None
    found = _ISO.fullmatch(stamp)
    if found is not None:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        fraction = int((found[7] or b"0").ljust(9, b"0"))
        east = found[8]
    else:
        plain = _C_TIME.fullmatch(stamp)
        if plain is None:
            return None
        month, year = _MONTHS.index(plain[1]) + 1, int(plain[6])
        day, hour, minute, second, fraction, east = *map(int, plain.groups()[1:5]), 0, None
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    seconds = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    if east is not None:
        offset = int(east[1:3]) * 3600 + int(east[3:5]) * 60
        seconds += offset if east[:1] == b"-" else -offset
    elif zone is not None:
        seconds -= zone(seconds)
    ns = seconds * 10**9 + fraction
    if zone is None:
        near = ns == 0 if east is not None else -25 * _HOUR_NS < ns < 26 * _HOUR_NS
        return 0 if near else None
    return ns


def _git_pair(text: bytes) -> tuple[bytes, bytes] | None:
    first = _ESCAPED.match(text)
    if first is not None:
        rest = text[first.end() :].lstrip(b" ")
        second = _ESCAPED.match(rest)
        return _unescaped(first[1]), _unescaped(second[1]) if second is not None else rest
    for place in range(len(text)):
        if text[place : place + 1] == b" ":
            one, two = text[:place], text[place + 1 :]
            if one.partition(b"/")[2] == two.partition(b"/")[2] and one:
                return one, two
    one, space, two = text.partition(b" ")
    return (one, two) if space else None


def _extended(found: Heading, line: bytes, strip: int) -> bool:
    """Take what git says besides names; tell whether it was of that kind."""
    text = line.rstrip(b"\r\n")
    less = strip if strip < 0 else max(strip - 1, 0)
    for word, side in (
        (b"old mode ", OLD),
        (b"new mode ", NEW),
        (b"deleted file mode ", OLD),
        (b"new file mode ", NEW),
    ):
        if text.startswith(word):
            try:
                found.modes[side] = int(text[len(word) :], 8)
            except ValueError:
                return False
            if word[:3] in (b"del", b"new") and b"file" in word:
                found.nonexistent[1 - side] = 2
            return True
    if text.startswith(b"index "):
        mode = text.rpartition(b" ")[2]
        if re.fullmatch(rb"[0-7]{6}", mode):
            found.modes = [int(mode, 8), int(mode, 8)]
        hashes = text[6:].split(b" ")[0].split(b"..")
        for side, digest in zip((OLD, NEW), hashes, strict=False):
            if digest and not digest.strip(b"0"):
                found.nonexistent[side] = 2
        return True
    for word, side, attribute in (
        (b"rename from ", OLD, "renames"),
        (b"rename to ", NEW, "renames"),
        (b"copy from ", OLD, "copies"),
        (b"copy to ", NEW, "copies"),
    ):
        if text.startswith(word):
            name = text[len(word) :]
            quoted = _ESCAPED.fullmatch(name)
            found.names[side] = stripped(_unescaped(quoted[1]) if quoted else name, less)
            setattr(found, attribute, True)
            return True
    return False
