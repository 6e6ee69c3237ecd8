"""Names in headings: a file's between quotation marks where it would mislead, an option as a shell would need it."""

from __future__ import annotations

_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
_SPECIAL = frozenset(b" \t\n\v\f\r!\"$&'()*;<=>?[\\^`|")


def c_quoted(name: bytes) -> bytes:
    """Return the name, as a C string if a space, a quotation mark, a backslash or a control character is in it."""
    if not any(char <= 32 or char in b'"\\\x7f' for char in name):
        return name
    parts = [_ESCAPES.get(char) or (b"\\%03o" % char if char < 32 or char == 127 else bytes([char])) for char in name]
    return b'"' + b"".join(parts) + b'"'


def shell_quoted(word: bytes) -> bytes:
    """Return the word between apostrophes if a shell would read it otherwise."""
    if word and _SPECIAL.isdisjoint(word) and word[0] not in b"#~" and word not in (b"{", b"}"):
        return word
    if b"'" in word and not any(char in b'"$`\\!' or char < 32 or char > 126 for char in word):
        return b'"' + word + b'"'
    return b"'" + word.replace(b"'", b"'\\''") + b"'"
