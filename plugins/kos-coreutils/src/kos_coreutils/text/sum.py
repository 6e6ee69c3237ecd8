"""sum, and what cksum prints without a digest: a checksum of the file, its size, its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, Command, Flag, SysError, Writer, cause, complain, parsed, quotef

from .digests import SIMPLE

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

SUM = Command(
    "sum",
    like="(GNU coreutils) 9.1",
    summary="Print or check BSD (16-bit) checksums.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("kind", "r", value="bsd", default="bsd", help="use BSD sum algorithm (the default), use 1K blocks"),
        Flag("kind", "s", "sysv", value="sysv", default="bsd", help="use System V sum algorithm, use 512 bytes blocks"),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the checksums. Status 1 if a file can't be read."""
    opts, files = parsed(k, SUM, argv)
    return print_sums(k, opts.kind, files, b"\n")


def print_sums(k: Syscalls, kind: str, files: list[bytes], end: bytes) -> int:
    """Print a line for each file. kind: "crc", "bsd" or "sysv". The name is left out if none was given."""
    out = Writer(k)
    status = 0
    for name in files or [b"-"]:
        state = SIMPLE[kind]()
        try:
            fd = 0 if name == b"-" else k.open(name)
            while data := k.read(fd, CHUNK):
                state.update(data)
                k.tick(len(data) >> 10)
            if fd:
                k.close(fd)
        except SysError as error:
            out.flush()
            complain(k, quotef(name) + b": " + cause(error))
            status = 1
            continue
        if kind == "crc":
            text = b"%d %d" % (state.value, state.length)
        elif kind == "bsd":
            text = b"%05d %5d" % (state.value, -(-state.length // 1024))
        else:
            text = b"%d %d" % (state.value, -(-state.length // 512))
        out.write(text + (b" " + name if files else b"") + end)
    out.flush()
    return status
