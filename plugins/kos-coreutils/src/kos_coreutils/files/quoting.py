"""How a file name is shown so that nobody is fooled by it: the quoting styles of `ls` and `stat %N`.

    style(name, "shell-escape", utf8)     a b -> 'a b'     it's -> "it's"     a<newline>b -> 'a'$'\\n''b'

Messages quote names by the toolkit's one rule; these are for output, where the user chooses the style.

Styles: literal, shell, shell-always, shell-escape, shell-escape-always, c, c-maybe, escape, locale, clocale.
Source: GNU coreutils manual, "Formatting the file names"; behaviour compared with GNU ls 9.1.
"""

from __future__ import annotations

import re

STYLES = ("literal", "shell", "shell-always", "shell-escape", "shell-escape-always", "c", "c-maybe", "escape", "locale",
          "clocale")  # fmt: skip

_SAFE = re.compile(rb"[%+,\-./0-9:@A-Z\]_a-z][%+,\-./0-9:@A-Z\]_a-z{}#~]*\Z|[{}][%+,\-./0-9:@A-Z\]_a-z{}#~]+\Z")
_ASCII_PRINTABLE = re.compile(rb"[ -~]*\Z")
_DOUBLE_QUOTES_DO = re.compile(r"[^!\"$&()*;<=>\[^`|\\?{}\x00-\x1f\x7f]*\Z")
_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r"}


def printable(char: str) -> bool:
    """Tell whether the character has a glyph (or is a space); control characters and unassigned ones have none."""
    if char.isprintable():
        return True
    import unicodedata

    return unicodedata.category(char) in ("Zs", "Cf", "Co")


def style(name: bytes, how: str, utf8: bool) -> bytes:
    """Return the name in that style. utf8 tells whether bytes above 127 may be characters with a glyph."""
    if how == "literal":
        return name
    if how.startswith("shell"):
        return _shell(name, always=how.endswith("always"), escape="escape" in how, utf8=utf8)
    if how == "c-maybe":
        bare = b'"' not in name and all(has_glyphs for has_glyphs, _ in _pieces(name, utf8))
        return name if bare and name else b'"' + _escape(name, b'"', utf8) + b'"'
    if how == "c":
        return b'"' + _escape(name, b'"', utf8) + b'"'
    if how == "escape":
        return _escape(name, b" ", utf8)
    left, right = ("\u2018".encode(), "\u2019".encode()) if utf8 else (b"'", b"'")
    if how == "clocale" and not utf8:
        left = right = b'"'
    return left + _escape(name, right, utf8) + right


def _pieces(name: bytes, utf8: bool) -> list[tuple[bool, bytes]]:
    """Return the name as runs of (has glyphs, bytes); in a run without, each byte stands for itself."""
    runs: list[tuple[bool, bytes]] = []
    if not utf8:
        at = 0
        for match in re.finditer(rb"[^ -~]+", name):
            if match.start() > at:
                runs.append((True, name[at : match.start()]))
            runs.append((False, match.group()))
            at = match.end()
        if at < len(name):
            runs.append((True, name[at:]))
        return runs
    for char in name.decode("utf-8", "surrogateescape"):
        shown, data = printable(char), char.encode("utf-8", "surrogateescape")
        if runs and runs[-1][0] == shown:
            runs[-1] = (shown, runs[-1][1] + data)
        else:
            runs.append((shown, data))
    return runs


def _byte_escape(byte: int) -> bytes:
    return _ESCAPES.get(byte) or b"\\%03o" % byte


def _escape(name: bytes, quote: bytes, utf8: bool) -> bytes:
    """Return the name with C's backslash escapes; `quote` is escaped too."""
    if _ASCII_PRINTABLE.match(name):
        return name.replace(b"\\", b"\\\\").replace(quote, b"\\" + quote)
    shown = []
    for has_glyphs, data in _pieces(name, utf8):
        if has_glyphs:
            shown.append(data.replace(b"\\", b"\\\\").replace(quote, b"\\" + quote))
        else:
            shown.extend(_byte_escape(byte) for byte in data)
    return b"".join(shown)


def _shell(name: bytes, *, always: bool, escape: bool, utf8: bool) -> bytes:
    """Return the name as a shell word, in quotes only where the shell needs them unless `always`."""
    if not always and _SAFE.match(name):
        return name
    runs = _pieces(name, utf8) if not _ASCII_PRINTABLE.match(name) else [(True, name)]
    if not always and not _needs_quotes(name, runs, escape):
        return name
    all_glyphs = all(has_glyphs for has_glyphs, _ in runs)
    if b"'" in name and (all_glyphs or not escape):
        if all_glyphs and _DOUBLE_QUOTES_DO.match(name.decode("utf-8", "surrogateescape")):
            return b'"' + name + b'"'
    return _single_quoted(runs, escape)


def _single_quoted(runs: list[tuple[bool, bytes]], escape: bool) -> bytes:
    """Return the runs in single quotes, with $'...' around what has no glyph."""
    shown = [b"'"]
    first = True
    after_escape = False
    for has_glyphs, data in runs:
        if has_glyphs or not escape:
            word = data.replace(b"'", b"'\\''")
            if after_escape:
                word = word[1:] if word[:1] == b"'" else b"'" + word
            elif first and escape and len(runs) > 1 and b"'" in data[1:] and data[:1] != b"'":
                shown.insert(0, b"''")  # GNU's own two empty quotes; a shell reads the same word
            shown.append(word)
            after_escape = False
        else:
            shown.append((b"''" if after_escape else b"'") + b"$'" + b"".join(map(_byte_escape, data)) + b"'")
            after_escape = True
        first = False
    if not after_escape:
        shown.append(b"'")
    return b"".join(shown)


def _needs_quotes(name: bytes, runs: list[tuple[bool, bytes]], escape: bool) -> bool:
    """Tell whether a shell would read the bare name as something else."""
    if not name or name in (b"{", b"}") or name[:1] in b"#~":
        return True
    if re.search(rb"[ !\"$&'()*;<=>\[^`|\\?\n\r\t]", name):
        return True
    return escape and not all(has_glyphs for has_glyphs, _ in runs)
