"""The mounts of this process, from /proc/self/mountinfo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import read_whole

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_OCTAL = re.compile(rb"\\([0-7]{3})")


class Mount(NamedTuple):
    """A line of mountinfo."""

    id: int
    parent: int
    device: str
    root: bytes
    target: bytes
    options: bytes
    optional: bytes
    fstype: bytes
    source: bytes
    super_options: bytes

    def all_options(self) -> bytes:
        """Return the mount's options followed by the file system's own."""
        rest = [one for one in self.super_options.split(b",") if one not in (b"", b"rw", b"ro")]
        own = self.options.split(b",")
        if b"ro" in self.super_options.split(b",") and own[:1] == [b"rw"]:
            own[0] = b"ro"
        return b",".join(dict.fromkeys([*own, *rest]))


def unescape(text: bytes) -> bytes:
    """Return a field of the table with \\040 and its like resolved."""
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), text)


def parse_mountinfo(text: bytes) -> list[Mount]:
    """Return the mounts of a table, lines that aren't whole left out."""
    found = []
    for line in text.splitlines():
        before, dash, after = line.partition(b" - ")
        head, tail = before.split(), after.split()
        if not dash or len(head) < 6 or len(tail) < 2 or not (head[0].isdigit() and head[1].isdigit()):
            continue
        source, options = (tail[1], tail[2]) if len(tail) > 2 else (b"", tail[1])
        found.append(
            Mount(
                int(head[0]), int(head[1]), head[2].decode("ascii", "replace"), unescape(head[3]), unescape(head[4]), head[5],
                b" ".join(head[6:]), tail[0], unescape(source), options,
            )
        )  # fmt: skip
    return found


def parse_fstab(text: bytes) -> list[Mount]:
    """Return the lines of an fstab."""
    found: list[Mount] = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 3 and not fields[0].startswith(b"#"):
            source, target, fstype = (unescape(field) for field in fields[:3])
            options = fields[3] if len(fields) > 3 else b"rw"
            found.append(Mount(len(found) + 1, 0, "", b"/", target, options, b"", fstype, source, b""))
    return found


def mounts(k: Syscalls) -> list[Mount]:
    """Return the mounts, in the order of mounting. Raises SysError if /proc can't be read."""
    return parse_mountinfo(read_whole(k, b"/proc/self/mountinfo"))


def size_text(size: int) -> str:
    """Return a size as util-linux shows it: 512B, 4K, 76.5G."""
    if size == 0:
        return "0B"
    power, letters = 0, "BKMGTPE"
    while power < len(letters) - 1 and size >= 1 << (10 * (power + 1)):
        power += 1
    whole, rest = size >> (10 * power), size & ((1 << (10 * power)) - 1)
    tenth = (rest * 10 + (1 << (10 * power)) // 2) >> (10 * power) if power else 0
    if tenth == 10:
        whole, tenth = whole + 1, 0
    return f"{whole}{f'.{tenth}' if tenth else ''}{letters[power]}"
