"""${x/pattern/replacement}: finding and replacing with a Glob.

A replacement arrives as a pattern text (quoted characters behind backslashes), because an unquoted & means the match while
a quoted one is an ampersand. `replacement_template` makes of it a str or, where a & counts, a list with None in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.expansion.quoting import unescape_pattern

if TYPE_CHECKING:
    from kos_kernel.api import Glob

Template = "str | list[str | None]"


def replacement_template(text: str, ampersand: bool) -> str | list[str | None]:
    """Return the replacement, as a str if no & in it stands for the match."""
    if not ampersand or "&" not in text:
        return unescape_pattern(text)
    pieces: list[str | None] = []
    current: list[str] = []
    at = 0
    while at < len(text):
        c = text[at]
        if c == "\\" and at + 1 < len(text):
            at += 1
            current.append(text[at])
        elif c == "&":
            pieces.append("".join(current))
            pieces.append(None)
            current = []
        else:
            current.append(c)
        at += 1
    pieces.append("".join(current))
    return pieces if None in pieces else "".join(piece or "" for piece in pieces)


def _filled(template: str | list[str | None], match: str) -> str:
    if isinstance(template, str):
        return template
    return "".join([match if piece is None else piece for piece in template])


def replace_first(glob: Glob, value: str, template: str | list[str | None], op: str) -> str:
    """Return `value` with the first match replaced; op /# only at the start, /% only at the end (longest both)."""
    if op == "/#":
        end = glob.longest_prefix(value)
        return value if end is None else _filled(template, value[:end]) + value[end:]
    if op == "/%":
        start = glob.longest_suffix(value)
        return value if start is None else value[:start] + _filled(template, value[start:])
    found = glob.find(value, 0)
    if found is None:
        return value
    start, end = found
    if start == end and glob.literal == "":
        return value  # an empty pattern matches only where it is anchored
    return value[:start] + _filled(template, value[start:end]) + value[end:]


def replace_all(glob: Glob, value: str, template: str | list[str | None]) -> str:
    """Return `value` with all matches replaced, left to right, the longest at each place; an empty one is put before its letter."""
    literal = glob.literal
    if literal is not None:
        if not literal:
            return value
        if isinstance(template, str):
            return value.replace(literal, template)
    if not value:
        return _filled(template, "") if glob.matches("") else value
    pieces: list[str] = []
    at = 0
    size = len(value)
    find = glob.find
    while at < size:
        found = find(value, at)
        if found is None:
            break
        start, end = found
        if start == end:
            if start >= size:
                break
            pieces += (value[at:start], _filled(template, ""), value[start])
            at = start + 1
            continue
        pieces.append(value[at:start])
        pieces.append(_filled(template, value[start:end]))
        at = end
    pieces.append(value[at:])
    return "".join(pieces)
