"""tsort: an order of all names that keeps each pair's. Where pairs contradict each other, the loop is named and broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, Charge, Command, SysError, Writer, cause, complain, parsed, quote, quotef, refuse

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

TSORT = Command(
    "tsort",
    like="(GNU coreutils) 9.1",
    usage="[OPTION] [FILE]",
    summary="Write totally ordered list consistent with the partial ordering in FILE.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
)


class _Item:
    __slots__ = ("before", "count", "name", "printed", "successors")

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.count = 0  # items that must come first
        self.successors: list[_Item] = []  # the latest pair first, as it is taken
        self.before: _Item | None = None  # on the way through a loop
        self.printed = False


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the order. Status 1 if there's a loop, or an odd number of names."""
    _opts, files = parsed(k, TSORT, argv)
    if len(files) > 1:
        return refuse(k, b"extra operand " + quote(files[1]))
    name = files[0] if files else b"-"
    try:
        items = _read(k, name)
    except SysError as error:
        read = b": read error: " if error.NAME == "EISDIR" else b": "
        complain(k, quotef(name) + read + cause(error))
        return 1
    if items is None:
        complain(k, quotef(name) + b": input contains an odd number of tokens")
        return 1
    return _print(k, name, items)


def _read(k: Syscalls, name: bytes) -> dict[bytes, _Item] | None:
    """Return the items by name; None if one has no partner."""
    items: dict[bytes, _Item] = {}
    charge = Charge(k)
    fd = 0 if name == b"-" else k.open(name)
    rest, first = b"", None
    while True:
        data = k.read(fd, CHUNK)
        words = (rest + data).replace(b"\t", b" ").replace(b"\n", b" ").split(b" ")
        rest = words.pop() if data else b""
        for word in words:
            if not word:
                continue
            word = word.partition(b"\0")[0]  # names end at a NUL, as C's texts do
            item = items.get(word)
            if item is None:
                item = items[word] = _Item(word)
                charge.change(200 + len(word))
            if first is None:
                first = item
                continue
            if first is not item:
                first.successors.append(item)
                item.count += 1
                charge.change(8)
            first = None
        if not data:
            break
        k.tick(len(data) >> 8)
    if fd:
        k.close(fd)
    return None if first is not None else items


def _print(k: Syscalls, name: bytes, items: dict[bytes, _Item]) -> int:
    out = Writer(k)
    status = 0
    left = len(items)
    ordered = [items[key] for key in sorted(items)]
    ready = [item for item in ordered if not item.count]
    at = 0
    while left:
        while at < len(ready):
            item = ready[at]
            at += 1
            out.write(item.name + b"\n")
            item.printed = True
            left -= 1
            for following in reversed(item.successors):
                following.count -= 1
                if not following.count:
                    ready.append(following)
            if not at & 0xFFF:
                k.tick(0x1000)
        if left:
            out.flush()
            complain(k, quotef(name) + b": input contains a loop:")
            status = 1
            _break_loop(k, ordered)
            ready, at = [item for item in ordered if not item.count and not item.printed], 0
    out.flush()
    return status


def _break_loop(k: Syscalls, ordered: list[_Item]) -> None:
    """Name the members of a loop and take out the pair that closes it."""
    for item in ordered:
        item.before = None
    loop: _Item | None = None
    while True:
        for item in ordered:
            k.tick()
            if not item.count:
                continue
            if loop is None:
                loop = item
                continue
            for place in range(len(item.successors) - 1, -1, -1):
                if item.successors[place] is not loop:
                    continue
                if item.before is None:
                    item.before = loop
                    loop = item
                    break
                member: _Item | None = loop
                while member is not None:
                    complain(k, member.name)
                    if member is item:
                        item.successors[place].count -= 1
                        del item.successors[place]
                        return
                    member = member.before
                return
