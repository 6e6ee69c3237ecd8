"""getopt: a script's arguments, put in order and quoted for the shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, Value

from ..about import ABOUT, heed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

GETOPT = Command(
    "getopt",
    usage=[
        "OPTSTRING PARAMETERS",
        "[OPTION]... [--] OPTSTRING PARAMETERS",
        "[OPTION]... -o OPTSTRING [OPTION]... [--] PARAMETERS",
    ],
    summary="Parse command options.",
    status=2,
    permute=False,
    options=[
        Flag("alternative", "a", "alternative", help="allow long options starting with single -"),
        Value(
            "longs",
            "l",
            "longoptions",
            "long",
            metavar="LONGOPTS",
            repeat=True,
            help="the long options to be recognized",
        ),
        Value("name", "n", "name", metavar="PROGNAME", help="the name under which errors are reported"),
        Value("options", "o", "options", metavar="OPTSTRING", help="the short options to be recognized"),
        Flag("quiet", "q", "quiet", help="disable error reporting"),
        Flag("silent", "Q", "quiet-output", help="no normal output"),
        Value(
            "shell", "s", "shell", metavar="SHELL", default=b"bash", help="set quoting conventions to those of SHELL"
        ),
        Flag("test", "T", "test", help="test for getopt(1) version"),
        Flag("unquoted", "u", "unquoted", help="do not quote the output"),
        *ABOUT,
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the options, then -- and the rest. Status 1 if an option is wrong, 2 if getopt's own are, 4 for -T."""
    compatible = b"GETOPT_COMPATIBLE" in k.env
    if len(argv) == 1 and not compatible:
        raise GETOPT.error(argv[0], "missing optstring argument")
    if compatible or (argv[1:] and argv[1][:1] != b"-"):
        if len(argv) == 1:
            k.write(1, b" --\n")
            return 0
        scanner = _Scanner(k, argv[1].lstrip(b"-+"), [], argv[0], False, False)
        scanner.scan(argv[2:], argv[1][:1] if argv[1][:1] in (b"-", b"+") else b"")
        return scanner.finish(lambda text: text, False)
    opts, rest = GETOPT.parse(argv, posixly_correct=True)
    heed(GETOPT, opts)
    if opts.test:
        return 4
    shell = opts.shell
    if shell not in (b"sh", b"bash", b"csh", b"tcsh"):
        raise GETOPT.error(opts, "unknown shell after -s or --shell argument")
    short = opts.options
    if short is None:
        if not rest:
            raise GETOPT.error(opts, "missing optstring argument")
        short, rest = rest[0], rest[1:]
    longs = []
    for text in opts.longs:
        for name in re.split(rb"[, \t\n]+", text):
            if name:
                longs.append(name)
    mode = short[:1] if short[:1] in (b"-", b"+") else b""
    if b"POSIXLY_CORRECT" in k.env and not mode:
        mode = b"+"
    scanner = _Scanner(
        k, short.lstrip(b"-+") if mode else short, longs, opts.name or argv[0], opts.quiet, opts.alternative
    )
    scanner.scan(rest, mode)
    if opts.unquoted:
        return scanner.finish(lambda text: text, opts.silent)
    return scanner.finish(_csh if shell in (b"csh", b"tcsh") else _bash, opts.silent)


def _bash(text: bytes) -> bytes:
    return b"'" + text.replace(b"'", b"'\\''") + b"'"


def _csh(text: bytes) -> bytes:
    out = [b"'"]
    for byte in text:
        char = bytes((byte,))
        if char == b"'":
            out.append(b"'\\''")
        elif char == b"!":
            out.append(b"'\\!'")
        elif char == b"\\":
            out.append(b"\\\\")
        elif char == b"\n":
            out.append(b"\\n")
        elif char.isspace():
            out.append(b"'\\" + char + b"'")
        else:
            out.append(char)
    return b"".join(out) + b"'"


class _Scanner:
    """What getopt_long_only does, with what it says."""

    def __init__(
        self, k: Syscalls, short: bytes, longs: list[bytes], name: bytes, quiet: bool, alternative: bool
    ) -> None:
        self.k = k
        self.quiet = quiet or short[:1] == b":"
        self.kinds: dict[int, int] = {}  # a letter, and whether it has a value: 0, 1, 2 for one that is optional
        for found in re.finditer(rb"([^:])(:{0,2})", short):
            self.kinds[found[1][0]] = len(found[2])
        self.longs = {text.rstrip(b":"): min(len(text) - len(text.rstrip(b":")), 2) for text in longs}
        self.name = name
        self.alternative = alternative
        self.status = 0
        self.found: list[tuple[bytes, bytes | None]] = []
        self.operands: list[bytes] = []

    def wrong(self, message: bytes) -> None:
        self.status = 1
        if not self.quiet:
            self.k.write(2, b"%s: %s\n" % (self.name, message))

    def scan(self, words: list[bytes], mode: bytes) -> None:
        """Read the parameters. mode: + ends the options at the first operand, - gives operands where they stand."""
        at = 0
        while at < len(words):
            word = words[at]
            at += 1
            if word == b"--":
                self.operands += words[at:]
                return
            if word[:1] != b"-" or word == b"-":
                if mode == b"+":
                    self.operands += words[at - 1 :]
                    return
                if mode == b"-":
                    self.found.append((b"", word))
                else:
                    self.operands.append(word)
                continue
            single = word[:2] != b"--"
            if not single or (self.alternative and (len(word) > 2 or word[1] not in self.kinds)):
                taken = self.long(word, single, words, at)
                if taken >= 0:
                    at = taken
                    continue
            at = self.cluster(word, words, at)

    def long(self, word: bytes, single: bool, words: list[bytes], at: int) -> int:
        """Read a long option; return where the next word is, -1 if it's a cluster of short ones after all."""
        dashes = b"-" if single else b"--"
        name, equals, value = word.lstrip(b"-").partition(b"=") if single else word[2:].partition(b"=")
        names = [name] if name in self.longs else [known for known in self.longs if known.startswith(name)]
        if len(names) != 1:
            if single and word[1] in self.kinds:
                return -1
            if names:
                listed = b"".join([b" '%s%s'" % (dashes, known) for known in names])
                self.wrong(b"option '%s' is ambiguous; possibilities:%s" % (dashes + name, listed))
            else:
                self.wrong(b"unrecognized option '%s'" % (dashes + name + equals + value))
            return at
        kind = self.longs[names[0]]
        shown = dashes + names[0]
        if equals and not kind:
            self.wrong(b"option '%s' doesn't allow an argument" % shown)
        elif equals:
            self.found.append((b"--" + names[0], value))
        elif kind == 1:
            if at >= len(words):
                self.wrong(b"option '%s' requires an argument" % shown)
            else:
                self.found.append((b"--" + names[0], words[at]))
                at += 1
        else:
            self.found.append((b"--" + names[0], b"" if kind else None))
        return at

    def cluster(self, word: bytes, words: list[bytes], at: int) -> int:
        place = 1
        while place < len(word):
            letter = word[place]
            place += 1
            kind = self.kinds.get(letter)
            shown = bytes((letter,))
            if kind is None:
                self.wrong(b"invalid option -- '%s'" % shown)
            elif not kind:
                self.found.append((b"-" + shown, None))
            elif place < len(word) or kind == 2:
                self.found.append((b"-" + shown, word[place:]))
                break
            elif at < len(words):
                self.found.append((b"-" + shown, words[at]))
                at += 1
            else:
                self.wrong(b"option requires an argument -- '%s'" % shown)
        return at

    def finish(self, quoted: Any, silent: bool) -> int:
        """Write what was found; return the status."""
        parts = []
        for option, value in self.found:
            if option:
                parts.append(option)
            if value is not None:
                parts.append(quoted(value))
        parts.append(b"--")
        parts += [quoted(word) for word in self.operands]
        if not silent:
            self.k.write(1, b" " + b" ".join(parts) + b"\n")
        return self.status
