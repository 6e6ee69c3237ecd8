"""hostid: the host's number: what /etc/hostid says, else the address that /etc/hosts gives the host's name, else 0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import Command, SysError, Writer, parsed, quote, read_whole, refuse

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

HOSTID = Command(
    "hostid",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]",
    summary="Print the numeric identifier (in hexadecimal) for the current host.",
)
_ADDRESS = re.compile(rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the number."""
    _opts, extra = parsed(k, HOSTID, argv)
    if extra:
        return refuse(k, b"extra operand " + quote(extra[0]))
    out = Writer(k)
    out.write(b"%08x\n" % _number(k))
    out.flush()
    return 0


def _number(k: Syscalls) -> int:
    try:
        data = read_whole(k, b"/etc/hostid")[:4]
        if len(data) == 4:
            return int.from_bytes(data, "little")
    except SysError:
        pass  # nobody has set one
    name = k.uname().nodename
    try:
        lines = read_whole(k, b"/etc/hosts").split(b"\n")
    except SysError:
        return 0
    for line in lines:
        words = line.split(b"#", 1)[0].split()
        if words and name in words[1:] and _ADDRESS.fullmatch(words[0]):
            address = bytes(min(int(part), 255) for part in words[0].split(b"."))
            number = int.from_bytes(address, "little")
            return (number << 16 | number >> 16) & 0xFFFFFFFF  # as gethostid(3) turns it
    return 0
