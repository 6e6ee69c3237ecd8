"""whereis: where a command's program and its page are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, Writer, parsed

from ..about import ABOUT, heed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

WHEREIS = Command(
    "whereis",
    usage="[OPTION]... NAME...",
    summary="Locate the program of a command. The manual has no files here.",
    options=[
        Flag("binaries", "b", help="search only for binaries"),
        Flag("manuals", "m", help="search only for manuals"),
        Flag("sources", "s", help="search only for sources"),
        Flag("unusual", "u", help="only names that don't have one of each"),
        Flag("listed", "l", help="output effective lookup paths"),
        *ABOUT,
    ],
)
_PLACES = (b"/usr/bin", b"/usr/sbin", b"/usr/local/bin", b"/usr/local/sbin")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write a line for each name."""
    opts, names = parsed(k, WHEREIS, argv)
    heed(WHEREIS, opts)
    places: list[bytes] = []
    for place in [*_PLACES, *k.env.get(b"PATH", b"").split(b":")]:
        try:
            if (
                place[:1] == b"/"
                and k.stat(place).mode & 0o170000 == 0o040000
                and not any(_same(k, place, other) for other in places)
            ):
                places.append(place)
        except SysError:
            continue
    out = Writer(k)
    if opts.listed:
        out.write(b"".join([b"bin: %s\n" % place for place in places]))
    if not names and not opts.listed:
        raise WHEREIS.error(opts, b"not enough arguments")
    everything = not (opts.binaries or opts.manuals or opts.sources)
    for name in names:
        base = name.rpartition(b"/")[2]
        found = []
        if opts.binaries or everything:
            for place in places:
                try:
                    if base and k.stat(place + b"/" + base).mode & 0o170000 == 0o100000:
                        found.append(place + b"/" + base)
                except SysError:
                    continue
        if opts.unusual and len(found) == 1:
            continue
        out.write(base + b":" + b"".join([b" " + path for path in found]) + b"\n")
    out.flush()
    return 0


def _same(k: Syscalls, one: bytes, two: bytes) -> bool:
    first, second = k.stat(one), k.stat(two)
    return (first.dev, first.ino) == (second.dev, second.ino)
