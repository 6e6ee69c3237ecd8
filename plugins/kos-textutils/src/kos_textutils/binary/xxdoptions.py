"""xxd's command line: options that can't be bundled and may be spelled longer, numbers as strtol reads them."""

from __future__ import annotations

import re

from kos_kernel.api import Command, Flag, HelpRequested, UsageError, Value

XXD = Command(
    "xxd",
    usage=["[OPTION]... [INFILE [OUTFILE]]", "-r [-s [-]OFFSET] [-c COLS] [-p] [INFILE [OUTFILE]]"],
    summary="Make a hex dump, or with -r do the reverse.",
    options=[
        Flag("a", "a", help="toggle autoskip: a single '*' replaces lines of NULs"),
        Flag("b", "b", help="binary digit dump"),
        Flag("C", "C", help="capitalize variable names in C include file style (-i)"),
        Value("c", "c", metavar="COLS", help="COLS octets per line (default 16; -i: 12, -p: 30, -b: 6)"),
        Flag("E", "E", help="show characters in EBCDIC"),
        Flag("e", "e", help="little-endian dump"),
        Value("g", "g", metavar="BYTES", help="octets per group (default 2; -e: 4, -b: 1)"),
        Flag("h", "h", help="print this summary"),
        Flag("i", "i", help="output in C include file style"),
        Value("l", "l", metavar="LEN", help="stop after LEN octets"),
        Value("n", "n", metavar="NAME", help="set the variable name of C include output (-i)"),
        Value("o", "o", metavar="OFF", help="add OFF to the displayed file position"),
        Flag("p", "p", help="plain dump: nothing but digits"),
        Flag("r", "r", help="convert a hex dump into binary"),
        Flag("d", "d", help="show offset in decimal instead of hex"),
        Value("s", "s", metavar="[+][-]SEEK", help="start at SEEK bytes (+: from where standard input is)"),
        Flag("u", "u", help="use upper case hex letters"),
        Flag("v", "v", help="output version information and exit"),
    ],
    epilog="Options may be spelled longer (-ps, -plain, -cols, -seek, -len ...). They can't be bundled.",
)
_WORDS = {
    "a": "autoskip", "b": "bits", "e": "e", "u": "upper", "p": "ps", "i": "include", "C": "Capitalize", "d": "decimal",
    "r": "revert", "E": "EBCDIC", "v": "version", "c": "cols", "g": "group", "o": "offset", "s": "seek", "l": "len",
    "n": "name",
}  # fmt: skip


class Options:
    """What the command line says; letters are xxd's own."""

    def __init__(self) -> None:
        self.flags: set[str] = set()
        self.values: dict[str, bytes] = {}
        self.autoskip = False


def number(text: bytes) -> int:
    """Return what C's strtol makes of text: 0 for no number."""
    found = re.match(rb"\s*([+-]?)(0[xX][0-9a-fA-F]{1,40}|[0-9]{1,40})", text)
    if found is None:
        return 0
    digits = found[2]
    if digits[1:2] in (b"x", b"X"):
        value = int(digits, 16)
    elif digits[:1] == b"0":
        octal = re.match(rb"0[0-7]*", digits)
        value = int(octal[0], 8) if octal else 0
    else:
        value = int(digits)
    return -value if found[1] == b"-" else value


def read_options(argv: list[bytes]) -> tuple[Options, list[bytes]]:
    """Return the options and the operands. Raises UsageError or HelpRequested."""
    opts = Options()
    usage = UsageError(XXD.help_text(argv[0]), 1)
    at = 1
    while at < len(argv):
        word = argv[at]
        if word[:1] != b"-" or word == b"-":
            break
        at += 1
        if word == b"--":
            break
        name = word.lstrip(b"-") if word[:2] == b"--" else word[1:]
        letter = chr(name[0])
        if name == b"help" or letter == "h":
            raise HelpRequested(XXD.help_text(argv[0]))
        if letter == "v":
            raise HelpRequested(XXD.version_text(argv[0]))
        if name[:3] == b"cap":
            letter, name = "C", b"C"
        if letter not in _WORDS:
            raise usage
        if letter in "cgosln":
            rest = name[1:]
            if rest and not _WORDS[letter][1:].encode().startswith(rest) and rest not in (b"kip", b"group"):
                opts.values[letter] = rest
            else:
                if at >= len(argv):
                    raise usage
                opts.values[letter] = argv[at]
                at += 1
        elif letter == "a":
            opts.autoskip = not opts.autoskip
        else:
            opts.flags.add(letter)
    if len(argv) - at > 2:
        raise usage
    return opts, argv[at:]
