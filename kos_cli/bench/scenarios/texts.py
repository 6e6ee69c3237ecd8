"""The texts that the text commands are measured on: the same bytes at every call, on every host.

sample(size)    lines of a number and four words: neither all alike nor sorted
prose(size)     lines of 0 to 24 words of a vocabulary in which some are frequent and most are rare
numbers(count)  pairs of names, for tsort
"""

from __future__ import annotations

from collections.abc import Iterator

_MASK = 0x7FFFFFFF


def chances(state: int = 12345) -> Iterator[int]:
    """Yield numbers below 2**31 without end: a linear congruence, whose upper bits are good enough here."""
    while True:
        state = (state * 1103515245 + 12345) & _MASK
        yield state


def sample(size: int) -> bytes:
    """Return about `size` bytes of lines that are neither all alike nor sorted."""
    words = b"the quick brown fox jumps over a lazy dog while seven wizards box with boxing gloves".split()
    lines = []
    total = 0
    for chance in chances():
        picks = [words[(chance >> shift) % len(words)] for shift in (3, 7, 11, 15)]
        line = b"%d %s\n" % (chance % 100_000, b" ".join(picks))
        lines.append(line)
        total += len(line)
        if total >= size:
            break
    return b"".join(lines)


def prose(size: int) -> bytes:
    """Return about `size` bytes of what looks like prose: the k-th of 4096 words is about as frequent as 1/k."""
    draw = chances(7)
    syllables = b"ka lo mi ter an se vo ri den al us pe qui no ba sto".split()
    vocabulary = []
    for index in range(4096):
        chance = next(draw) >> 8
        length = 1 + (index > 24) + (index > 300) + (chance & 1)
        vocabulary.append(b"".join(syllables[(chance >> (4 * place)) & 15] for place in range(length)))
    lines = []
    total = 0
    while total < size:
        line = b" ".join([vocabulary[(1 << ((next(draw) >> 9) % 13)) - 1 + (next(draw) >> 9) % (1 << (next(draw) >> 9) % 12)
                                     & 4095] for _ in range((next(draw) >> 9) % 25)]) + b"\n"  # fmt: skip
        lines.append(line)
        total += len(line)
    return b"".join(lines)


def pairs(count: int) -> bytes:
    """Return `count` lines of two names, the first of which is always the lesser: an order without circles."""
    draw = chances(99)
    lines = []
    for _ in range(count):
        low = (next(draw) >> 9) % count
        lines.append(b"n%d n%d\n" % (low, low + 1 + (next(draw) >> 9) % 100))
    return b"".join(lines)
