"""From a tree to the notation of an engine that reads bytes, in the words that `re` and real-regex share.

There are up to two translations of a pattern. The one for plain ASCII data (and for the C locale) has a class for each set. The
one for UTF-8 writes each set as its byte sequences, so that `.` takes exactly one valid character and never a stray byte; it
costs more, so it is made when the first data beyond ASCII arrives.
"""

from __future__ import annotations

from typing import Final

from kos_kernel.toolkit.regex import charset, tree
from kos_kernel.toolkit.regex.tree import Node

_ASCII: Final[charset.Ranges] = ((0, 0x7F),)
_NOTHING: Final = rb"[^\x00-\xff]"


def translate(root: Node, *, encoding: str, line_end: bytes | None, lines: bool, groups: bool) -> bytes:
    """Return the engine's pattern.

    encoding: "ascii", "utf-8" or "latin-1": what the data is. line_end: the byte between the lines of the data, or None.
    lines: ^ and $ stand at newlines too (sed's M). groups: remember groups, else they only hold together.
    """
    done: dict[int, bytes] = {}
    places: dict[int, bytes] = {}
    sets: dict[charset.Ranges, bytes] = {}
    for node in tree.postorder(root):
        kind = node.kind
        if kind == tree.SET:
            text = sets.get(node.ranges)
            if text is None:
                text = sets[node.ranges] = _set(node.ranges, encoding)
        elif kind == tree.CAT:
            text = b"".join([_grouped(done[id(child)]) if child.kind == tree.ALT else done[id(child)] for child in node.children])
        elif kind == tree.ALT:
            text = b"|".join([done[id(child)] for child in node.children])
        elif kind == tree.GROUP:
            text = (b"(" if groups else b"(?:") + done[id(node.children[0])] + b")"
        elif kind == tree.REPEAT:
            child = node.children[0]
            text = done[id(child)]
            if child.kind not in (tree.SET, tree.GROUP):
                text = _grouped(text)
            text += _quantifier(node.least, node.most)
        elif kind == tree.BACKREF:
            text = b"(?:\\%d)" % node.index
        elif kind == tree.ASSERT:
            if not places:
                word = charset.class_ranges("word", encoding == "utf-8") if node.what >= tree.WORD_EDGE else charset.EMPTY
                places = _places(_set(word, encoding), line_end, lines, encoding != "utf-8")
            text = places[node.what]
        else:
            text = b""
        done[id(node)] = text
    whole = done[id(root)]
    if encoding == "utf-8" and root.nullable:  # the empty match stands between characters, never inside of one
        return rb"(?![\x80-\xbf])" + _grouped(whole)
    return whole


def _grouped(text: bytes) -> bytes:
    return b"(?:" + text + b")"


def _quantifier(least: int, most: int | None) -> bytes:
    if most is None:
        return b"*" if least == 0 else b"+" if least == 1 else b"{%d,}" % least
    if (least, most) == (0, 1):
        return b"?"
    return b"{%d}" % least if least == most else b"{%d,%d}" % (least, most)


def _set(ranges: charset.Ranges, encoding: str) -> bytes:
    """Return one character of the set as a class, or in UTF-8 as a choice of byte sequences."""
    if encoding == "latin-1":
        return _class(ranges)
    if encoding == "ascii":
        return _class(charset.subtract(ranges, ((0x80, 0x10FFFF),)))
    sequences = charset.utf8_sequences(ranges)
    if len(sequences) == 1:
        return b"".join([_class((pair,)) for pair in sequences[0]]) if len(sequences[0]) == 1 else _sequence(sequences[0])
    singles = [sequence[0] for sequence in sequences if len(sequence) == 1]
    choices = [_class(charset.union(singles))] if singles else []
    choices += [_joined(sequence) for sequence in sorted(sequence for sequence in sequences if len(sequence) > 1)]
    if not choices:
        return _NOTHING
    return choices[0] if singles and len(choices) == 1 else b"(?:" + b"|".join(choices) + b")"


def _sequence(sequence: charset.ByteRanges) -> bytes:
    return b"(?:" + _joined(sequence) + b")"


def _joined(sequence: charset.ByteRanges) -> bytes:
    return b"".join([_class((pair,)) for pair in sequence])


def _class(ranges: charset.Ranges) -> bytes:
    if not ranges:
        return _NOTHING
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _byte(ranges[0][0])
    if ranges == ((0, 0xFF),):
        return rb"[\x00-\xff]"
    return b"[" + b"".join([_byte(low) if low == high else _byte(low) + b"-" + _byte(high) for low, high in ranges]) + b"]"


def _byte(number: int) -> bytes:
    char = bytes((number,))
    return char if char.isalnum() and number < 128 else b"\\x%02x" % number


def _places(word: bytes, line_end: bytes | None, lines: bool, ascii_only: bool) -> dict[int, bytes]:
    """Return how each condition on the place is written."""
    start, end = rb"\A", rb"\Z"
    text_start, text_end = start, end
    separator = line_end if line_end is not None else b"\n" if lines else None
    if separator is not None:
        byte = _byte(separator[0])
        start = rb"(?m:^)" if separator == b"\n" else rb"(?:\A|(?<=" + byte + b"))"
        end = rb"(?m:$)" if separator == b"\n" else rb"(?=" + byte + rb"|\Z)"
        if line_end is not None:
            text_start, text_end = start, end
    before, after = b"(?<=" + word + b")", b"(?=" + word + b")"
    no_before, no_after = b"(?<!" + word + b")", b"(?!" + word + b")"
    return {
        tree.BOL: start,
        tree.EOL: end,
        tree.TEXT_START: text_start,
        tree.TEXT_END: text_end,
        tree.WORD_EDGE: rb"\b" if ascii_only else b"(?:" + before + no_after + b"|" + no_before + after + b")",
        tree.NO_WORD_EDGE: b"(?:" + before + after + b"|" + no_before + no_after + b")",
        tree.WORD_START: b"(?:" + no_before + after + b")",
        tree.WORD_END: b"(?:" + before + no_after + b")",
        tree.NO_WORD_BEFORE: no_before,
        tree.NO_WORD_AFTER: no_after,
    }
