"""Which columns a line of ps has: the ready-made formats, and what -o says.

standard(request)      the columns of -f, -l, u, j ... or of no option at all
user_defined(text)     the columns of -o: names separated by commas or blanks, name:width, name=HEADING
descriptors(text)      the pieces of -o '%p %U', which is AIX's way to say it
"""

from __future__ import annotations

from typing import NamedTuple

from .columns import COLUMNS, Column

BSD_FORMATS = {
    "": "pid tname stat bsdtime args",
    "j": "ppid pid pgid sid tname tpgid stat uid bsdtime args",
    "l": "f uid pid ppid priority ni vsz rss wchan stat tname bsdtime args",
    "s": "uid pid pending blocked ignored caught stat tname bsdtime args",
    "u": "user pid pcpu pmem vsz rss tname stat start_time bsdtime args",
    "v": "pid tname stat bsdtime maj_flt m_trs m_drs rss pmem args",
    "X": "pid stackp esp eip tmout alarm stat tname bsdtime args",
}
_DESCRIPTORS = {
    "C": "pcpu", "G": "group", "P": "ppid", "U": "user", "a": "args", "c": "comm", "g": "rgroup", "n": "nice", "p": "pid",
    "r": "pgid", "t": "etime", "u": "ruser", "x": "time", "y": "tty", "z": "vsz",
}  # fmt: skip


class FormatError(Exception):
    """A format that can't be read; the text is procps's."""


class Cell(NamedTuple):
    """A column as it was asked for. width 0: as wide as a pid. least: it is at least that wide."""

    name: str
    column: Column
    heading: str
    width: int
    least: int = 0


def cell(name: str, heading: str | None = None, width: int | None = None) -> Cell:
    """Return a column by name, with its own heading and width unless others are given."""
    column = COLUMNS[name]
    return Cell(name, column, column.heading if heading is None else heading, column.width if width is None else width)


def standard(letters: str, modifiers: str, *, bsd: bool) -> list[Cell]:
    """Return the columns of the UNIX options. letters: of "f", "l"; modifiers: of "F j c P y L T M"."""
    full, long = "f" in letters, "l" in letters
    if "y" in modifiers and not long:
        raise FormatError("modifier -y without format -l makes no sense")
    numbers = "y" in modifiers
    names = ["label"] if "M" in modifiers else []
    names += (["s"] if numbers else ["f", "s"]) if long else []
    names += ["uid_hack"] if full else ["uid"] if long else []
    names.append("pid")
    names += ["spid"] if "T" in modifiers else []
    names += ["ppid"] if full or long else []
    names += ["pgid", "sid"] if "j" in modifiers else []
    names += ["lwp"] if "L" in modifiers else []
    names += ["psr"] if "P" in modifiers else []
    if "c" in modifiers:
        names += ["class", "pri"]
    else:
        names += ["c"] if full or long else []
        names += ["opri", "ni"] if long else []
    names += ["nlwp"] if "L" in modifiers and full else []
    if long:
        names += ["rss", "sz", "wchan"] if numbers else ["addr", "sz", "wchan"]
    if "F" in modifiers:
        names += [] if long else ["sz"]
        names += [] if long and numbers else ["rss"]
        names += [] if "P" in modifiers else ["psr"]
    names += ["stime"] if full else []
    names.append("tname")
    if bsd:
        names += [*([] if long else ["stat"]), "bsdtime", "cmd" if full or long else "args"]
    else:
        names += ["time", "cmd" if full else "ucmd"]
    return [cell(name, width=1) if name == "addr" else cell(name) for name in names]


def ready_made(text: str) -> list[Cell]:
    """Return the columns of a list of names."""
    return [cell(name) for name in text.split()]


def user_defined(text: str) -> list[Cell]:
    """Return the columns of -o. Raises FormatError."""
    found: list[Cell] = []
    items = [""]
    for char in text:
        if char in ", \t\n":
            items.append("")
        else:
            items[-1] += char
    if items[-1] == "" and len(items) > 1:
        items.pop()
    if not all(items):
        raise FormatError("improper format list")
    for item in items:
        name, equals, heading = item.partition("=")
        name, colon, width = name.partition(":")
        if colon and not (width.isascii() and width.isdigit() and len(width) < 6 and int(width)):
            raise FormatError("column widths must be unsigned decimal numbers")
        if "%" in name and name not in COLUMNS:
            raise FormatError("improper AIX field descriptor")
        if name not in COLUMNS:
            raise FormatError(f'unknown user-defined format specifier "{name}"')
        found.append(cell(name, heading if equals else None, int(width) if colon else None))
        if equals and not colon:
            found[-1] = found[-1]._replace(least=len(heading))
    return found


def descriptors(text: str) -> list[Cell | str]:
    """Return the pieces of AIX's form: columns, and the text between them. Raises FormatError."""
    pieces: list[Cell | str] = []
    at = 0
    while at < len(text):
        if text[at] != "%":
            end = text.find("%", at)
            end = len(text) if end < 0 else end
            pieces.append(text[at:end])
            at = end
            continue
        letter = text[at + 1 : at + 2]
        if letter in ("", "%"):
            raise FormatError("missing AIX field descriptor")
        if letter not in _DESCRIPTORS:
            raise FormatError("unknown AIX field descriptor")
        pieces.append(cell(_DESCRIPTORS[letter]))
        at += 2
    return pieces


def is_descriptors(text: str) -> bool:
    """Tell whether a format is AIX's: a % that begins no name of a column."""
    first = text.split(",")[0].split(" ")[0].split("=")[0].split(":")[0]
    return text.startswith("%") and first not in COLUMNS
