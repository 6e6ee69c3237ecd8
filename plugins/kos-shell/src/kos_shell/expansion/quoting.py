"""Backslashes: protecting text inside patterns, and printing text so that the shell reads it back."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[*?\[\]\\()|!@+^&-]")
_SAFE = re.compile(r"[A-Za-z0-9_%+,./:@^-][A-Za-z0-9_%+,./:=@^~#-]*\Z").match
_CONTROL = re.compile("[\\x00-\\x1f\\x7f\udc80-\udcff]")
_NAMED = {"\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r", "\x1b": "\\E"}
_BACKSLASHED = re.compile(r"""([ \t!"$&'()*,;<>?\[\\\]^`{|}])""")


def escape_pattern(text: str) -> str:
    """Return the pattern that matches `text` alone."""
    if text.isalnum():
        return text
    return _SPECIAL.sub(r"\\\g<0>", text)


def unescape_pattern(pattern: str) -> str:
    """Return a pattern's text without the backslashes that quote."""
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL) if "\\" in pattern else pattern


def has_control(text: str) -> bool:
    """Tell whether only $'...' shows the text: control characters, bytes that aren't UTF-8."""
    return _CONTROL.search(text) is not None


def ansi_quote(text: str) -> str:
    """Return $'text' with escapes."""
    shown: list[str] = []
    for c in text:
        if c in _NAMED:
            shown.append(_NAMED[c])
        elif c in "'\\":
            shown.append("\\" + c)
        elif c < " " or c == "\x7f":
            shown.append(f"\\{ord(c):03o}")
        elif "\udc80" <= c <= "\udcff":
            shown.append(f"\\{ord(c) - 0xDC00:03o}")
        else:
            shown.append(c)
    return "$'" + "".join(shown) + "'"


def single_quote(text: str) -> str:
    """Return 'text', as `${x@Q}`, `alias` and `trap` show it."""
    return "'" + text.replace("'", "'\\''") + "'"


def shell_quote(text: str) -> str:
    """Return the text quoted as `${x@Q}`: always in quotes, $'..' if it has control characters."""
    return ansi_quote(text) if has_control(text) else single_quote(text)


def trace_quote(text: str) -> str:
    """Return the text as `set -x` shows an argument: quoted only if it has to be."""
    if text and _SAFE(text):
        return text
    if not text:
        return "''"
    if _BACKSLASHED.search(text) or "\n" in text or text[0] in "~#":
        return "\\'" if text == "'" else single_quote(text)
    return ansi_quote(text) if has_control(text) else text


def backslash_quote(text: str) -> str:
    """Return the text as printf %q shows it: a backslash before each special character, or $'..'."""
    if not text:
        return "''"
    if has_control(text):
        return ansi_quote(text)
    shown = _BACKSLASHED.sub(r"\\\1", text)
    if text[0] in "~#":
        shown = "\\" + shown
    return shown


def declare_quote(text: str) -> str:
    """Return the text as `declare -p` shows a value: in double quotes, or $'..' if it has control characters."""
    if has_control(text):
        return ansi_quote(text)
    return '"' + re.sub(r'(["\\$`])', r"\\\1", text) + '"'
