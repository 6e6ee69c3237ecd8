"""What `s` puts in the place of what it found: in one pattern space, as far as the process's memory goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .sed_script import Substitution

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

LARGE = 1 << 16  # bytes from which on memory is accounted for


def joined(k: Syscalls, parts: list[bytes]) -> bytes:
    """Return the parts as one. Raises OutOfMemory, before anything is made, if the process has no room for that."""
    size = sum(map(len, parts))
    if size > LARGE:
        k.charge(size)
        k.charge(-size)
    return b"".join(parts)


def replaced(k: Syscalls, regex: Any, space: bytes, flags: Substitution) -> tuple[bytes, int]:
    """Return (the space with the wanted matches replaced, how many were). Raises OutOfMemory."""
    parts: list[bytes] = []
    at = seen = count = 0
    if flags.number == 1 and not flags.everywhere:
        match = regex.search(space)
        if match is None:
            return space, 0
        start, stop = match.span()
        return joined(k, [space[:start], expanded(k, match, flags), space[stop:]]), 1
    for match in regex.finditer(space):
        seen += 1
        if seen < flags.number:
            continue
        start, stop = match.span()
        parts += [space[at:start], expanded(k, match, flags)]
        at = stop
        count += 1
        if not flags.everywhere:
            break
    if not count:
        return space, 0
    parts.append(space[at:])
    return joined(k, parts), count


def expanded(k: Syscalls, match: Any, flags: Substitution) -> bytes:
    """Return the replacement of one match."""
    if flags.plain is not None:
        return flags.plain
    out: list[bytes] = []
    mode = once = ""
    for part in flags.parts:
        if isinstance(part, str):
            if part in "UL":
                mode, once = part, ""
            elif part == "E":
                mode = once = ""
            else:
                once = part
            continue
        text = part if isinstance(part, bytes) else match.group(part) or b""
        if (mode or once) and text:
            text = _cased(text, mode, once)
            once = ""
        out.append(text)
    return joined(k, out)


def _cased(text: bytes, mode: str, once: str) -> bytes:
    word = text.decode("utf-8", "surrogateescape")
    word = word.upper() if mode == "U" else word.lower() if mode == "L" else word
    if once:
        word = (word[0].upper() if once == "u" else word[0].lower()) + word[1:]
    return word.encode("utf-8", "surrogateescape")
