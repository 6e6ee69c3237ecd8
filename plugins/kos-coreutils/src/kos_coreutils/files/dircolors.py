"""dircolors: the shell's command that sets LS_COLORS, from a table of kinds and endings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    Command,
    Flag,
    SysError,
    Writer,
    cause,
    compile_glob_bytes,
    complain,
    parsed,
    quote,
    quotef,
    read_whole,
    refuse,
)

from .dircolors_table import KINDS, default_table

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

DIRCOLORS = Command(
    "dircolors",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [FILE]",
    summary="Output commands to set the LS_COLORS environment variable.",
    options=[
        Flag("shell", "b", "sh", "bourne-shell", value="sh", default="", help="output Bourne shell code to set LS_COLORS"),
        Flag("shell", "c", "csh", "c-shell", value="csh", default="", help="output C shell code to set LS_COLORS"),
        Flag("database", "p", "print-database", help="output defaults"),
        Flag("shown", "print-ls-colors", help="output fully escaped colors for display"),
    ],
    epilog="If FILE is specified, read it to determine which colors to use for which file types and extensions.\n"
    "Otherwise, a precompiled database is used.",
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the command. Status 1 if the table can't be read or the shell isn't known."""
    opts, files = parsed(k, DIRCOLORS, argv)
    if (opts.database or opts.shown) and opts.shell:
        return refuse(
            k, b"the options to output non shell syntax,\nand to select a shell syntax are mutually exclusive"
        )
    if opts.database and opts.shown:
        return refuse(k, b"options --print-database and --print-ls-colors are mutually exclusive")
    if len(files) > (0 if opts.database else 1):
        extra = b"extra operand " + quote(files[0 if opts.database else 1])
        if opts.database:
            extra += b"\nfile operands cannot be combined with --print-database (-p)"
        return refuse(k, extra)
    out = Writer(k)
    if opts.database:
        out.write(default_table())
        out.flush()
        return 0
    shell = opts.shell
    if not shell and not opts.shown:
        name = k.env.get(b"SHELL", b"")
        if not name:
            complain(k, b"no SHELL environment variable, and no shell type option given")
            return 1
        shell = "csh" if name.rsplit(b"/", 1)[-1] in (b"csh", b"tcsh") else "sh"
    name, text = b"<internal>", default_table()
    if files:
        name = files[0]
        try:
            text = _standard_input(k) if name == b"-" else read_whole(k, name)
        except SysError as error:
            complain(k, quotef(name) + b": " + cause(error))
            return 1
    colors = _Colors(k, name, opts.shown)
    if not colors.read(text):
        return 1
    found = b"".join(colors.parts)
    if opts.shown:
        out.write(found)
    elif shell == "csh":
        out.write(b"setenv LS_COLORS '" + found + b"'\n")
    else:
        out.write(b"LS_COLORS='" + found + b"';\nexport LS_COLORS\n")
    out.flush()
    return 0


def _standard_input(k: Syscalls) -> bytes:
    parts = []
    while data := k.read(0, 1 << 16):
        k.charge(len(data))
        parts.append(data)
    return b"".join(parts)


class _Colors:
    """Reads a table into the pieces of LS_COLORS."""

    def __init__(self, k: Syscalls, name: bytes, shown: bool) -> None:
        self.k = k
        self.name = name
        self.shown = shown
        self.parts: list[bytes] = []

    def add(self, key: bytes, code: bytes) -> None:
        if self.shown:
            self.parts.append(b"\x1b[%sm%s\t%s\x1b[0m\n" % (code, key, code))
            return
        quoted = bytearray()
        plain = True
        for byte in code:
            if byte == 0x27:
                quoted += b"'\\''"
                plain = True
                continue
            if byte in b"\\^":
                plain = not plain
            elif byte in b":=" and plain:
                quoted += b"\\"
                plain = True
            else:
                plain = True
            quoted.append(byte)
        self.parts.append(key + b"=" + bytes(quoted) + b":")

    def complain(self, number: int, text: bytes) -> None:
        complain(self.k, b"%s:%d: %s" % (quotef(self.name) if self.name != b"<internal>" else self.name, number, text))

    def matches(self, variable: bytes, pattern: bytes, default: bytes) -> bool:
        value = self.k.env.get(variable, b"") or default
        return compile_glob_bytes(pattern).matches(value)

    def read(self, text: bytes) -> bool:
        """Take in a table; return whether it was right."""
        good = True
        state = "global"  # before any TERM; then "no", "yes" or "sure", as it and the lines after it say
        for number, line in enumerate(text.split(b"\n"), 1):
            words = line.split(None, 1)
            if not words or words[0][:1] == b"#":
                continue
            keyword, argument = words[0], words[1].split(b"#", 1)[0].rstrip() if len(words) > 1 else b""
            if not argument:
                self.complain(number, b"invalid line;  missing second token")
                good = False
                continue
            upper = keyword.upper()
            if upper in (b"TERM", b"COLORTERM"):
                default = b"none" if upper == b"TERM" else b""
                if self.matches(upper, argument, default):
                    state = "sure"
                elif state != "sure":
                    state = "no"
                continue
            if state == "sure":
                state = "yes"
            known = True
            if state == "no":
                continue
            if keyword[:1] == b".":
                self.add(b"*" + keyword, argument)
            elif keyword[:1] == b"*":
                self.add(keyword, argument)
            elif upper in KINDS:
                self.add(KINDS[upper], argument)
            elif upper not in (b"OPTIONS", b"COLOR", b"EIGHTBIT"):
                known = False
            if not known and state in ("sure", "yes"):
                self.complain(number, b"unrecognized keyword " + keyword)
                good = False
        return good
