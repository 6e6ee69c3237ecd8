"""cat: files, one after another; numbered, made visible, squeezed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    S_IFMT,
    S_IFREG,
    SEEK_CUR,
    Command,
    Flag,
    Inputs,
    Reader,
    SysError,
    Writer,
    complain,
    parsed,
    quotef,
)

from .numbering import Numbering

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

CAT = Command(
    "cat",
    like="(GNU coreutils) 9.1",
    summary="Concatenate FILE(s) to standard output.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("all", "A", "show-all", sets={"nonprinting": True, "ends": True, "tabs": True}, help="equivalent to -vET"),
        Flag("nonblank", "b", "number-nonblank", help="number nonempty output lines, overrides -n"),
        Flag("all", "e", sets={"nonprinting": True, "ends": True}, help="equivalent to -vE"),
        Flag("ends", "E", "show-ends", help="display $ at end of each line"),
        Flag("number", "n", "number", help="number all output lines"),
        Flag("squeeze", "s", "squeeze-blank", help="suppress repeated empty output lines"),
        Flag("all", "t", sets={"nonprinting": True, "tabs": True}, help="equivalent to -vT"),
        Flag("tabs", "T", "show-tabs", help="display TAB characters as ^I"),
        Flag("unbuffered", "u", help="(ignored)"),
        Flag("nonprinting", "v", "show-nonprinting", help="use ^ and M- notation, except for LFD and TAB"),
    ],
)


def _visible(byte: int, tabs: bool) -> bytes:
    if byte == 9 and not tabs:
        return b"\t"
    prefix = b""
    if byte >= 128:
        prefix, byte = b"M-", byte - 128
    if byte < 32:
        return prefix + b"^" + bytes((byte + 64,))
    return prefix + (b"^?" if byte == 127 else bytes((byte,)))


class _Formatter:
    """What stays between chunks and between files: the line number, and where in a line we are."""

    def __init__(self, opts: Any) -> None:
        self.number = 1
        self.at_start = True  # of an output line
        self.blanks = 0  # empty lines just seen
        self.held_cr = False  # -E: a \r whose fate the next byte decides
        self.every = opts.number or opts.nonblank
        self.numbering = Numbering(6, b"\t")
        self.nonblank = opts.nonblank
        self.squeeze = opts.squeeze
        self.ends = opts.ends
        self.carriage = opts.ends and not opts.nonprinting
        self.table: list[bytes] | None = None
        self.plain = b""
        if opts.nonprinting or opts.tabs:
            self.table = [bytes((byte,)) for byte in range(256)]
            if opts.nonprinting:
                self.table = [_visible(byte, opts.tabs) for byte in range(256)]
            if opts.tabs:
                self.table[9] = b"^I"
            self.plain = bytes(byte for byte in range(256) if self.table[byte] == bytes((byte,)))

    def chunk(self, data: bytes) -> bytes:
        if self.carriage:
            data = self.carriages(data)
        lines = data.split(b"\n")
        table = self.table
        if table is not None and data.translate(None, self.plain + b"\n"):
            shown = table.__getitem__
            lines = [b"".join(map(shown, line)) for line in lines]
        end = b"$\n" if self.ends else b"\n"
        if not self.every and not self.squeeze:
            return end.join(lines)
        if self.every and not self.nonblank and not self.squeeze:
            return self.numbered(lines, end)
        out: list[bytes] = []
        last = len(lines) - 1
        number, blanks, at_start = self.number, self.blanks, self.at_start
        for index, line in enumerate(lines):
            if index == last and not line:
                break
            if at_start:
                if not line:
                    blanks += 1
                    if self.squeeze and blanks > 1:
                        continue
                else:
                    blanks = 0
                if self.every and (line or not self.nonblank):
                    out.append(b"%6d\t" % number)
                    number += 1
            out.append(line)
            if index < last:
                out.append(end)
                at_start = True
            else:
                at_start = False
        self.number, self.blanks, self.at_start = number, blanks, at_start
        return b"".join(out)

    def numbered(self, lines: list[bytes], end: bytes) -> bytes:
        """Number every line: the first may go on with one that has its number, the last may be none yet."""
        open_line = lines.pop()
        begun = b"" if self.at_start or not lines else lines.pop(0) + end
        text = begun + self.numbering.lines(lines, self.number, end)
        self.number += len(lines)
        if begun or lines:
            self.at_start = True
        if open_line:
            if self.at_start:
                open_line = b"%6d\t%s" % (self.number, open_line)
                self.number += 1
            self.at_start = False
        return text + open_line

    def carriages(self, data: bytes) -> bytes:
        """Show the \\r before a newline as ^M; hold one back at the end of a chunk until it's known what follows."""
        if self.held_cr:
            data = b"\r" + data
            self.held_cr = False
        if data.endswith(b"\r"):
            self.held_cr = True
            data = data[:-1]
        return data.replace(b"\r\n", b"^M\n")

    def rest(self) -> bytes:
        """Return what was held back when the last file has ended."""
        if not self.held_cr:
            return b""
        self.held_cr = False
        return b"\r"


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Copy the files to standard output. Status 1 if one couldn't be read."""
    opts, files = parsed(k, CAT, argv)
    inputs = Inputs(k, files)
    out = Writer(k)
    formatter = None
    if opts.number or opts.nonblank or opts.squeeze or opts.ends or opts.tabs or opts.nonprinting:
        formatter = _Formatter(opts)
    try:
        target = k.fstat(1)
        itself = (target.dev, target.ino) if target.mode & S_IFMT == S_IFREG else None
    except SysError:
        itself = None  # the first write will say so
    for name in inputs.names:
        fd = inputs.open(name)
        if fd is None:
            continue
        try:
            if itself is not None:
                source = k.fstat(fd)
                if (source.dev, source.ino) == itself and k.lseek(fd, 0, SEEK_CUR) < source.size:
                    complain(k, quotef(name) + b": input file is output file")
                    inputs.status = 1
                    continue
            reader = Reader(k, fd)
            if formatter is None:
                while data := reader.chunk():
                    out.write(data)
                    out.flush()
            else:
                while data := reader.chunk():
                    out.write(formatter.chunk(data))
                    out.flush()
        except SysError as error:
            inputs.failed(name, error)
        finally:
            inputs.close(fd)
    if formatter is not None:
        out.write(formatter.rest())
    out.flush()
    return inputs.status
