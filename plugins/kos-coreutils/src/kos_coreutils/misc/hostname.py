"""hostname: the machine's name.

Names of networks (-a -A -d -f -i -I -y) are looked up in /etc/hosts alone, for there's no resolver to ask; -y isn't supported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, Value, Writer, cause, complain, parsed, read_whole

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

HOSTNAME = Command(
    "hostname",
    usage=("[-b] {hostname|-F file}", "[-a|-A|-d|-f|-i|-I|-s]", ""),
    summary="Show or set the system's host name.",
    options=[
        Flag("what", "a", "alias", value="alias", default="", help="alias names"),
        Flag("what", "A", "all-fqdns", value="fqdn", default="", help="all long host names (FQDNs)"),
        Flag("boot", "b", "boot", help="set default hostname if none available"),
        Flag("what", "d", "domain", value="domain", default="", help="DNS domain name"),
        Flag("what", "f", "fqdn", "long", value="fqdn", default="", help="long host name (FQDN)"),
        Value("file", "F", "file", metavar="FILE", help="read host name from given file"),
        Flag("what", "i", "ip-address", value="address", default="", help="addresses for the host name"),
        Flag("what", "I", "all-ip-addresses", value="address", default="", help="all addresses for the host"),
        Flag("what", "s", "short", value="short", default="", help="short host name"),
        Flag("nis", "y", "yp", "nis", help="not supported"),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show the name, or set it."""
    opts, words = parsed(k, HOSTNAME, argv)
    if opts.nis:
        complain(k, b"--nis is not supported")
        return 1
    if opts.file is not None or words:
        return _set(k, opts, words)
    name = k.uname().nodename
    shown = name
    if opts.what == "short":
        shown = name.split(b".")[0]
    elif opts.what:
        address, names = _entry(k, name)
        full = next((each for each in names if b"." in each), name)
        shown = {
            "alias": b" ".join(each for each in names if each != full),
            "fqdn": full,
            "domain": full.partition(b".")[2],
            "address": address,
        }[opts.what]
        if opts.what == "address" and not shown:
            complain(k, b"Name or service not known")
            return 1
    out = Writer(k)
    if shown or opts.what != "domain":
        out.write(shown + b"\n")
    out.flush()
    return 0


def _set(k: Syscalls, opts: Any, words: list[bytes]) -> int:
    if opts.file is not None:
        try:
            lines = read_whole(k, opts.file).splitlines()
        except SysError as error:
            complain(k, b"can't open `%s'" % opts.file if error.NAME == "ENOENT" else opts.file + b": " + cause(error))
            return 1
        words = [line.strip() for line in lines if line.strip() and not line.startswith(b"#")]
    name = words[0] if words else b"localhost" if opts.boot else b""
    if not name:
        complain(k, b"no hostname given")
        return 1
    try:
        k.sethostname(name)
    except SysError as error:
        if error.NAME == "EPERM":
            complain(k, b"you must be root to change the host name")
        else:
            complain(k, b"name too long" if error.NAME == "EINVAL" else cause(error))
        return 1
    return 0


def _entry(k: Syscalls, name: bytes) -> tuple[bytes, list[bytes]]:
    """Return (address, names) of a host in /etc/hosts; (b"", [name]) if it isn't there."""
    try:
        lines = read_whole(k, b"/etc/hosts").splitlines()
    except SysError:
        lines = []
    for line in lines:
        words = line.split(b"#")[0].split()
        if name in words[1:]:
            return words[0], words[1:]
    return b"", [name]
