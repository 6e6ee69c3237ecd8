"""getent: entries of the databases of names, from the machine's files in /etc."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, Value, Writer, complain, read_whole

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_HINT = "Try `getent --help' or `getent --usage' for more information.\n"
GETENT = Command(
    "getent",
    usage="[OPTION...] database [key ...]",
    summary="Get entries from administrative database.",
    options=[
        Flag("no_idn", "i", "no-idn", help="names of hosts are taken as they are"),
        Value("service", "s", "service", metavar="CONFIG", help="where to look; this machine has files alone"),
    ],
    epilog="Databases: ahosts ahostsv4 ahostsv6 aliases group gshadow hosts initgroups networks passwd protocols rpc services shadow",
    hint=_HINT,
    status=64,
)
_NUMERIC = re.compile(rb"[0-9]{1,10}\Z")
Rows = list[list[bytes]]


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print entries. Status 1: wrong command line, 2: a key wasn't found, 3: the database can't be listed."""
    opts, words = GETENT.parse(argv)
    if not words:
        complain(k, b"wrong number of arguments")
        k.write(1, _HINT.encode())
        return 1
    if opts.service is not None and opts.service.split(b":")[-1] not in (b"files", b"db files"):
        complain(k, b"--service is not supported but for files: " + opts.service)
        return 1
    look_up = _DATABASES.get(words[0])
    if look_up is None:
        k.write(2, b"Unknown database: %s\n" % words[0])
        k.write(1, _HINT.encode())
        return 1
    out = Writer(k)
    status = look_up(k, out, words[0], words[1:])
    out.flush()
    return status


def _lines(k: Syscalls, name: bytes, *, comments: bool = True) -> list[bytes]:
    try:
        lines = read_whole(k, b"/etc/" + name).split(b"\n")
    except SysError:
        return []
    if comments:
        lines = [line.partition(b"#")[0] for line in lines]
    return [line for line in lines if line.strip()]


def _records(k: Syscalls, out: Writer, name: bytes, keys: list[bytes]) -> int:
    """passwd, group, shadow, gshadow: lines with colons; the key is a name, or the number of the first two."""
    lines = _lines(k, name, comments=False)
    if not keys:
        out.write(b"".join(line + b"\n" for line in lines))
        return 0
    missing = False
    for key in keys:
        number = name in (b"passwd", b"group") and _NUMERIC.match(key)
        for line in lines:
            fields = line.split(b":")
            if (number and len(fields) > 2 and fields[2].isdigit() and int(fields[2]) == int(key)) or (
                not number and fields[0] == key
            ):
                out.write(line + b"\n")
                break
        else:
            missing = True
    return 2 if missing else 0


def _host_line(address: bytes, names: list[bytes]) -> bytes:
    return address.ljust(15) + b" " + b" ".join(names) + b"\n"


def _is_address(text: bytes) -> bool:
    parts = text.split(b".")
    four = len(parts) == 4 and all(part.isdigit() and len(part) < 4 and int(part) < 256 for part in parts)
    return four or (b":" in text and re.fullmatch(rb"[0-9a-fA-F:.]{2,45}", text) is not None)


def _hosts(k: Syscalls, out: Writer, name: bytes, keys: list[bytes]) -> int:
    rows = [line.split() for line in _lines(k, b"hosts")]
    rows = [row for row in rows if len(row) > 1 and _is_address(row[0])]
    if not keys:
        out.write(b"".join(_host_line(row[0], row[1:]) for row in rows))
        return 0
    missing = False
    for key in keys:
        found = [
            row
            for row in rows
            if (row[0] == key if _is_address(key) else key.lower() in [word.lower() for word in row[1:]])
        ]
        for row in found:
            out.write(_host_line(row[0], row[1:]))
        missing = missing or not found
    return 2 if missing else 0


def _all_hosts(k: Syscalls, out: Writer, name: bytes, keys: list[bytes]) -> int:
    """ahosts and its like: each address three times, by kind of socket."""
    if not keys:
        return _hosts(k, out, b"hosts", keys)
    rows = [line.split() for line in _lines(k, b"hosts")]
    missing = False
    for key in keys:
        if _is_address(key):
            addresses = [key]
        else:
            addresses = [row[0] for row in rows if key.lower() in [word.lower() for word in row[1:]]]
        addresses = [
            one
            for one in dict.fromkeys(addresses)
            if not (name == b"ahostsv4" and b":" in one) and not (name == b"ahostsv6" and b":" not in one)
        ]
        first = key
        for address in addresses:
            for kind in (b"STREAM", b"DGRAM", b"RAW"):
                out.write(address.ljust(15) + b" " + kind.ljust(6) + b" " + first + b"\n")
                first = b""
        missing = missing or not addresses
    return 2 if missing else 0


def _numbered(width: int) -> Callable[[Syscalls, Writer, bytes, list[bytes]], int]:
    """services, protocols, rpc, networks: NAME VALUE ALIASES."""

    def look_up(k: Syscalls, out: Writer, name: bytes, keys: list[bytes]) -> int:
        rows = [row for line in _lines(k, name) if len(row := line.split()) > 1]
        missing = False
        chosen: Rows = [] if keys else rows
        for key in keys:
            wanted, slash, protocol = key.partition(b"/")
            found = [
                row for row in rows
                if (wanted in (row[0], *row[2:]) or row[1].partition(b"/")[0] == wanted)
                and (not slash or row[1].partition(b"/")[2] == protocol)
            ][:1]  # fmt: skip
            chosen += found
            missing = missing or not found
        for row in chosen:
            out.write(row[0].ljust(width) + b" " + row[1] + (b" " + b" ".join(row[2:]) if row[2:] else b"") + b"\n")
        return 2 if missing else 0

    return look_up


def _init_groups(k: Syscalls, out: Writer, name: bytes, keys: list[bytes]) -> int:
    if not keys:
        k.write(2, b"Enumeration not supported on initgroups\n")
        return 3
    rows = [line.split(b":") for line in _lines(k, b"group", comments=False)]
    for key in keys:
        gids = [row[2] for row in rows if len(row) > 3 and key in row[3].split(b",")]
        out.write(key.ljust(21) + b"".join(b" " + gid for gid in gids) + b"\n")
    return 0


def _aliases(k: Syscalls, out: Writer, name: bytes, keys: list[bytes]) -> int:
    rows = [line.partition(b":") for line in _lines(k, b"aliases")]
    missing = False
    for key in keys or [row[0].strip() for row in rows]:
        found = [row for row in rows if row[0].strip() == key]
        for row in found[:1]:
            out.write(key + b": " + b", ".join(word.strip() for word in row[2].split(b",")) + b"\n")
        missing = missing or not found
    return 2 if missing else 0


_DATABASES: dict[bytes, Callable[[Syscalls, Writer, bytes, list[bytes]], int]] = {
    b"ahosts": _all_hosts, b"ahostsv4": _all_hosts, b"ahostsv6": _all_hosts, b"aliases": _aliases, b"group": _records,
    b"gshadow": _records, b"hosts": _hosts, b"initgroups": _init_groups, b"networks": _numbered(22), b"passwd": _records,
    b"protocols": _numbered(21), b"rpc": _numbered(15), b"services": _numbered(21), b"shadow": _records,
}  # fmt: skip
