"""The format language of `stat -c`: `%` directives with printf's flags, widths and precisions."""

from __future__ import annotations

import re
from collections.abc import Callable

from .console import Console

# letter, after an optional H or L -> ("s", bytes), ("d"|"u"|"o"|"x", int) or ("time", ns)
Field = tuple[str, object]
_DIRECTIVE = re.compile(rb"%([-'+ #0I]*)([0-9]*)(\.[0-9]*)?(.?)", re.DOTALL)
_ALLOWED = {"s": b"-", "d": b"'-+ 0", "u": b"'-0", "o": b"-#0", "x": b"-#0"}
_SIMPLE = {97: 7, 98: 8, 101: 27, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11, 34: 34, 92: 92}


def expand(con: Console, form: bytes, look_up: Callable[[bytes], Field | None], escapes: bool) -> bytes:
    """Return the format with its directives replaced.

    look_up: a directive's letters (`s`, `Hd`) to a field, None if there is no such directive (shown as `?`).
    escapes: backslashes mean what they mean to printf. Ends the command if a directive can't be one.
    """
    made: list[bytes] = []
    at = 0
    while at < len(form):
        letter = form[at : at + 1]
        if letter == b"%":
            at = _directive(con, form, at, look_up, made)
        elif letter == b"\\" and escapes:
            at = _escape(con, form, at, made)
        else:
            end = at + 1
            while end < len(form) and form[end] not in b"%\\":
                end += 1
            made.append(form[at:end])
            at = end
    return b"".join(made)


def _directive(con: Console, form: bytes, at: int, look_up: Callable[[bytes], Field | None], made: list[bytes]) -> int:
    match = _DIRECTIVE.match(form, at)
    assert match is not None
    flags, width_text, precision_text, letter = match.groups()
    end = match.end()
    if not letter or letter == b"%":
        if end - at > (2 if letter else 1):
            con.die(con.word(form[at:end]) + b": invalid directive")
        made.append(b"%")
        return end
    name = letter
    if letter in (b"H", b"L") and form[end : end + 1] in (b"d", b"r"):
        name = letter + form[end : end + 1]
        end += 1
    width = min(int(width_text), 65536) if width_text else 0
    field = look_up(name)
    if field is None:
        made.append(b"?")
        return end
    kind, value = field
    if kind == "time":
        assert isinstance(value, int)
        made.append(_time(value, flags, width, precision_text))
    else:
        made.append(_printf(kind, value, flags, width, precision_text))
    return end


def _printf(kind: str, value: object, flags: bytes, width: int, precision_text: bytes | None) -> bytes:
    """Return the value as C's printf shows it; flags that don't fit the kind are dropped."""
    allowed = _ALLOWED[kind]
    flags = bytes(flag for flag in flags if flag in allowed)
    precision = min(int(precision_text[1:] or b"0"), 65536) if precision_text is not None else None
    if kind == "s":
        assert isinstance(value, bytes)
        text = value if precision is None else value[:precision]
        return text.ljust(width) if b"-" in flags else text.rjust(width)
    assert isinstance(value, int)
    digits = {"o": b"%o", "x": b"%x"}.get(kind, b"%d") % abs(value)
    if precision is not None:
        digits = digits.rjust(precision, b"0")
    lead = b"-" if value < 0 else b"+" if b"+" in flags else b" " if b" " in flags else b""
    if b"#" in flags and value:
        if kind == "o" and not digits.startswith(b"0"):
            digits = b"0" + digits
        elif kind == "x":
            lead += b"0x"
    if b"-" in flags:
        return (lead + digits).ljust(width)
    if b"0" in flags and precision is None:
        return lead + digits.rjust(width - len(lead), b"0")
    return (lead + digits).rjust(width)


def _time(ns: int, flags: bytes, width: int, precision_text: bytes | None) -> bytes:
    """Return seconds since 1970, with as many digits after the point as the precision says (nine if it's empty)."""
    if precision_text is None:
        return _printf("d", ns // 10**9, flags, width, None)
    digits = int(precision_text[1:]) if len(precision_text) > 1 else 9
    digits = min(digits, 65536)
    seconds, fraction = divmod(ns, 10**9)
    if not digits:
        return _printf("d", seconds, flags, width, None)
    if seconds < 0 and fraction:
        seconds, fraction = seconds + 1, 10**9 - fraction
    sign = b"-" if ns < 0 and not seconds else b""
    tail = (b"%09d" % fraction)[:digits].ljust(digits, b"0")
    left = flags if b"-" not in flags else bytes(flag for flag in flags if flag != 0x30)
    whole = sign + _printf("d", seconds, left, max(0, width - digits - 1) if b"-" not in flags else 0, None)
    text = whole + b"." + tail
    return text.ljust(width) if b"-" in flags else text


def _escape(con: Console, form: bytes, at: int, made: list[bytes]) -> int:
    """Read one escape of --printf."""
    if at + 1 >= len(form):
        con.say(b"warning: backslash at end of format")
        made.append(b"\\")
        return at + 1
    letter = form[at + 1]
    octal = re.compile(rb"[0-7]{1,3}").match(form, at + 1)
    if octal is not None:
        made.append(bytes([int(octal.group(), 8) & 0xFF]))
        return octal.end()
    if letter == 0x78:
        digits = re.compile(rb"[0-9a-fA-F]{1,2}").match(form, at + 2)
        if digits is not None:
            made.append(bytes([int(digits.group(), 16)]))
            return digits.end()
    if letter in _SIMPLE:
        made.append(bytes([_SIMPLE[letter]]))
    else:
        con.say(b"warning: unrecognized escape '\\" + bytes([letter]) + b"'")
        made.append(bytes([letter]))
    return at + 2
