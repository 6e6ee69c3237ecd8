"""mknod: make fifos and device files."""

from __future__ import annotations

from kos_kernel.api import S_IFBLK, S_IFCHR, S_IFIFO, Command, Syscalls, SysError, makedev

from .console import Console
from .contexts import CONTEXT, heed
from .nodemode import node_mode
from .orders import parse, value

MKNOD = Command(
    "mknod",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... NAME TYPE [MAJOR MINOR]",
    summary="Make the special file NAME. TYPE: b block device, c or u character device, p fifo.",
    options=[
        value("mode", "m", "mode", metavar="MODE", help="its mode, as for chmod, instead of a=rw less the umask"),
        *CONTEXT,
    ],
)


def _number(con: Console, what: bytes, text: bytes) -> int:
    """Return a device number: decimal, octal with a leading 0, hexadecimal with 0x."""
    try:
        digits = text.decode("ascii").lower()
        if digits.startswith("0x"):
            return int(digits[2:], 16)
        return int(digits, 8 if digits.startswith("0") else 10)
    except ValueError:
        con.die(b"invalid " + what + b" device number " + con.quoted(text))


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Make the file; 1 if that fails."""
    con = Console(k, b"mknod")
    asked, names = parse(k, MKNOD, argv)
    heed(con, asked.context)
    mode = node_mode(con, asked.mode)
    expected = 2 if len(names) >= 2 and names[1][:1] == b"p" else 4
    if len(names) < expected:
        if not names:
            con.usage(b"missing operand")
        text = b"missing operand after " + con.quoted(names[-1])
        if expected == 4 and len(names) == 2:
            text += b"\nSpecial files require major and minor device numbers."
        con.usage(text)
    if len(names) > expected:
        text = b"extra operand " + con.quoted(names[expected])
        if expected == 2 and len(names) == 4:
            text += b"\nFifos do not have major and minor device numbers."
        con.usage(text)
    name, kind = names[0], names[1][:1]
    bits = 0o666 if mode is None else mode
    if kind == b"p":
        node, rdev = S_IFIFO, 0
    elif kind in (b"b", b"c", b"u"):
        node = S_IFBLK if kind == b"b" else S_IFCHR
        rdev = makedev(_number(con, b"major", names[2]), _number(con, b"minor", names[3]))
    else:
        con.usage(b"invalid device type " + con.quoted(names[1]))
    try:
        k.mknod(name, node | bits, rdev)
        if mode is not None:
            k.chmod(name, mode)
    except SysError as error:
        con.complain(con.plain(name), error)
    return con.finish()
