"""How sizes are shown: `--block-size=MB`, `-h`, BLOCK_SIZE; what `ls`, `du` and `df` share.

parse_scale(b"M") -> Scale(1048576, ..., b"M")      how to show sizes, from --block-size, BLOCK_SIZE...
show(1536, HUMAN) -> b"1.5K"                        rounded up, as disk usage is
"""

from __future__ import annotations

from typing import NamedTuple

from kos_kernel.api import BadNumber, Syscalls, human, parse_size


class Scale(NamedTuple):
    """How sizes are shown: in units of `unit` bytes with `suffix` behind, or scaled to fit (base 1000 or 1024)."""

    unit: int
    base: int = 0
    suffix: bytes = b""


HUMAN, SI = Scale(1, 1024), Scale(1, 1000)
ONE_K, BYTES = Scale(1024), Scale(1)


def parse_scale(text: bytes) -> Scale:
    """Return how to show sizes, by the rules of --block-size. Raises BadNumber."""
    if text[:1] == b"'":
        text = text[1:]  # group digits as the locale does; ours doesn't
    if text and b"human-readable".startswith(text):
        return HUMAN
    if text and b"si".startswith(text):
        return SI
    unit = parse_size(text, suffixes="kKmMgGtTPEZY")
    if unit <= 0:
        raise BadNumber("invalid", text)
    if text[:1].isdigit():
        return Scale(unit)
    letter, tail = text[:1].upper(), text[1:]
    if tail == b"B" and letter == b"K":
        letter = b"k"
    return Scale(unit, 0, letter + tail)


def scale_from_env(k: Syscalls, own: bytes) -> Scale:
    """Return the scale that the environment asks for: OWN, BLOCK_SIZE, BLOCKSIZE; else 1024 bytes, or 512 for POSIX."""
    for name in (own, b"BLOCK_SIZE", b"BLOCKSIZE"):
        text = k.env.get(name)
        if text is not None:
            try:
                return parse_scale(text)
            except BadNumber:
                break
    return Scale(512) if b"POSIXLY_CORRECT" in k.env else ONE_K


def show(size: int, scale: Scale) -> bytes:
    """Return the size in bytes as the scale shows it, rounded up."""
    unit, base, suffix = scale
    if not base:
        return b"%d%s" % (-(-size // unit), suffix)
    return human(size, si=base == 1000).encode()


def size_fault(error: BadNumber, option: bytes, shown: bytes) -> bytes:
    """Return GNU's words for a bad size given to an option."""
    if error.reason == "suffix":
        return b"invalid suffix in " + option + b" argument " + shown
    if error.reason == "overflow":
        return option + b" argument " + shown + b" too large"
    return b"invalid " + option + b" argument " + shown
