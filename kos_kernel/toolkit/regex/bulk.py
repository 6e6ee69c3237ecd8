"""What programs do with a pattern once for each of many short texts: substitute and split.

    replacer(regex, pieces) -> function of (data, count) -> (data with its matches replaced, how many were)
    divider(regex) -> function of data -> the parts between the matches

Which way is right for the pattern is found out once, so that a call costs what the engine costs. Both give what `Regex.sub` and
`Regex.finditer` give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from kos_kernel.toolkit.regex import tree
from kos_kernel.toolkit.regex.tree import Node

if TYPE_CHECKING:
    from kos_kernel.toolkit.regex.compiled import Regex
    from kos_kernel.toolkit.regex.types import Engine

Replacer = Callable[[bytes, int], tuple[bytes, int]]
Divider = Callable[[bytes], list[bytes]]
_IN_C: Final = 1 << 14  # longer data is taken match by match, so that one call stays short
_BIG: Final = 1 << 16  # an outcome of that size is announced before it is made


def literal(root: Node) -> bytes | None:
    """Return the text that is the only one a pattern matches; None if there are more, or if it isn't ASCII."""
    chars: list[int] = []
    for node in tree.postorder(root):
        if node.kind == tree.SET and len(node.ranges) == 1 and node.ranges[0][0] == node.ranges[0][1] < 0x80:
            chars.append(node.ranges[0][0])
        elif node.kind != tree.CAT:
            return None
    return bytes(chars) or None


def replacer(regex: Regex, pieces: Sequence[bytes | None], progress: Callable[[int], object]) -> Replacer:
    """Return a function that puts the pieces in the place of matches. A piece that is None is the match itself.

    The function's count: how many at most, 0 for all. progress(bytes): called now and then while long data is worked on, with
    the size that the outcome has so far, before it is made; it may raise, so that a program can be stopped.
    """
    fixed = None if None in pieces else b"".join([piece for piece in pieces if piece is not None])
    added = sum([len(piece) for piece in pieces if piece is not None])

    def step_by_step(data: bytes, count: int) -> tuple[bytes, int]:
        made: list[bytes] = []
        at = number = size = 0
        for match in regex.finditer(data):
            start, end = match.span()
            made.append(data[at:start])
            whole = data[start:end]
            made.append(b"".join([whole if piece is None else piece for piece in pieces]) if fixed is None else fixed)
            size += start - at + added + (end - start) * (len(pieces) if fixed is None else 0)
            at = end
            number += 1
            if number & 63 == 0:
                progress(size)
            if number == count:
                break
        if not number:
            return data, 0
        made.append(data[at:])
        if size > _BIG:
            progress(size)
        return b"".join(made), number

    text = literal(regex.root)
    if text is not None:
        return _of_literal(text, b"".join([text if piece is None else piece for piece in pieces]), progress)
    if not regex.first_match_is_right or added > _BIG:
        return step_by_step
    template = b"".join([rb"\g<0>" if piece is None else piece.replace(b"\\", b"\\\\") for piece in pieces])
    engine_for = regex.engine_for

    def in_c(data: bytes, count: int) -> tuple[bytes, int]:
        if len(data) > _IN_C:
            return step_by_step(data, count)
        engine = engine_for(data)
        if engine is None or (fixed is None and isinstance(engine, re.Pattern)):  # whose templates are slow
            return step_by_step(data, count)
        return engine.subn(template, data, count)

    return in_c


def _of_literal(old: bytes, new: bytes, progress: Callable[[int], object]) -> Replacer:
    size, added = len(old), len(new)

    def replace(data: bytes, count: int) -> tuple[bytes, int]:
        if count == 1:
            at = data.find(old)
            return (data, 0) if at < 0 else (data[:at] + new + data[at + size :], 1)
        number = data.count(old)
        if not number:
            return data, 0
        if count and count < number:
            number = count
        if number * added > _BIG:
            progress(number * added)
        return data.replace(old, new, number), number

    return replace


def divider(regex: Regex) -> Divider:
    """Return a function that splits at the matches that aren't empty. Data without any is one part, itself."""
    text = literal(regex.root)
    if text is not None:
        return lambda data: data.split(text)

    def step_by_step(data: bytes) -> list[bytes]:
        parts: list[bytes] = []
        at = 0
        for match in regex.finditer(data):
            start, end = match.span()
            if start < end:
                parts.append(data[at:start])
                at = end
        parts.append(data[at:])
        return parts

    if not regex.first_match_is_right or regex.groups:
        return step_by_step
    engine_for = regex.engine_for

    def in_c(data: bytes) -> list[bytes]:
        engine: Engine | None = engine_for(data) if len(data) <= _IN_C else None
        return step_by_step(data) if engine is None else engine.split(data)

    return in_c
