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
    edges = _plain_edges(root) if encoding != "utf-8" else ()
    sets: dict[charset.Ranges, bytes] = {}
    for node in tree.postorder(root):
        kind = node.kind
        if kind == tree.SET:
            text = sets.get(node.ranges)
            if text is None:
                text = sets[node.ranges] = _set(node.ranges, encoding)
        elif kind == tree.CAT:
            text = b"".join(
                [_grouped(done[id(child)]) if child.kind == tree.ALT else done[id(child)] for child in node.children]
            )
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
            if node.what not in places:
                word = (
                    charset.class_ranges("word", encoding == "utf-8") if node.what >= tree.WORD_EDGE else charset.EMPTY
                )
                places = places | _places(_set(word, encoding), line_end, lines, encoding != "utf-8", node.what)
            text = rb"\b" if id(node) in edges else places[node.what]
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
        return (
            b"".join([_class((pair,)) for pair in sequences[0]]) if len(sequences[0]) == 1 else _sequence(sequences[0])
        )
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
    return (
        b"[" + b"".join([_byte(low) if low == high else _byte(low) + b"-" + _byte(high) for low, high in ranges]) + b"]"
    )


def _byte(number: int) -> bytes:
    char = bytes((number,))
    return char if char.isalnum() and number < 128 else b"\\x%02x" % number


def _places(word: bytes, line_end: bytes | None, lines: bool, ascii_only: bool, what: int) -> dict[int, bytes]:
    """Return how conditions on the place are written: those on words if `what` is one of them, else those on lines."""
    start, end = rb"\A", rb"\Z"
    text_start, text_end = start, end
    separator = line_end if line_end is not None else b"\n" if lines else None
    if separator is not None:
        byte = _byte(separator[0])
        start = rb"(?m:^)" if separator == b"\n" else rb"(?:\A|(?<=" + byte + b"))"
        end = rb"(?m:$)" if separator == b"\n" else rb"(?=" + byte + rb"|\Z)"
        if line_end is not None:
            text_start, text_end = start, end
    if what < tree.WORD_EDGE:
        return {tree.BOL: start, tree.EOL: end, tree.TEXT_START: text_start, tree.TEXT_END: text_end}
    before, after = b"(?<=" + word + b")", b"(?=" + word + b")"
    no_before, no_after = b"(?<!" + word + b")", b"(?!" + word + b")"
    return {
        tree.WORD_EDGE: rb"\b" if ascii_only else b"(?:" + before + no_after + b"|" + no_before + after + b")",
        tree.NO_WORD_EDGE: rb"(?!\b)" if ascii_only else b"(?:" + before + after + b"|" + no_before + no_after + b")",
        tree.WORD_START: b"(?:" + no_before + after + b")",
        tree.WORD_END: b"(?:" + before + no_after + b")",
        tree.NO_WORD_BEFORE: no_before,
        tree.NO_WORD_AFTER: no_after,
    }


def _plain_edges(root: Node) -> set[int]:
    """Return the ids of the places that `\\b` says as well, because the character on one side is known to be of a word, or not.

    Engines are quick at `\\b` (real-regex sixty times quicker than at a look-around).
    """
    if not any(node.kind == tree.ASSERT and node.what >= tree.WORD_START for node in tree.postorder(root)):
        return set()
    word = _mask(charset.class_ranges("word", False))
    found: set[int] = set()
    ends: dict[int, tuple[bool, int, int]] = {}  # (can be empty, bytes it can start with, bytes it can end with)
    for node in tree.postorder(root):
        kind = node.kind
        parts = [ends[id(child)] for child in node.children]
        if kind == tree.SET:
            mask = _mask(node.ranges)
            fact = (False, mask, mask)
        elif kind == tree.CAT:
            for number, child in enumerate(node.children):
                if child.kind == tree.ASSERT:
                    empty, first = _joined_ends(parts[number + 1 :], 1)
                    starts_word = not empty and not first & ~word
                    empty, last = _joined_ends(parts[:number][::-1], 2)
                    ends_word = not empty and not last & ~word
                    if (starts_word and child.what in (tree.WORD_START, tree.NO_WORD_BEFORE)) or (
                        ends_word and child.what in (tree.WORD_END, tree.NO_WORD_AFTER)
                    ):
                        found.add(id(child))
            fact = (node.nullable, _joined_ends(parts, 1)[1], _joined_ends(parts[::-1], 2)[1])
        elif parts:  # a choice, a group, a repetition
            fact = (node.nullable, 0, 0)
            for part in parts:
                fact = (fact[0], fact[1] | part[1], fact[2] | part[2])
        else:
            fact = (True, 0, 0) if kind != tree.BACKREF else (True, -1, -1)
        ends[id(node)] = fact
    return found


def _joined_ends(parts: list[tuple[bool, int, int]], which: int) -> tuple[bool, int]:
    mask = 0
    for part in parts:
        mask |= part[which]
        if not part[0]:
            return False, mask
    return True, mask


def _mask(ranges: charset.Ranges) -> int:
    mask = 0
    for low, high in ranges:
        if low > 0xFF:
            break
        mask |= (2 << min(high, 0xFF)) - (1 << low)
    return mask
