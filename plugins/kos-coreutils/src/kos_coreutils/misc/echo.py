"""echo: the arguments, a space between them, a newline after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Writer, sole_option

from .escapes import Stop, expand_echo

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_USAGE = "[SHORT-OPTION]... [STRING]..."
_SUMMARY = "Echo the STRING(s) to standard output."
_DETAILS = """\
  -n             do not output the trailing newline
  -e             enable interpretation of backslash escapes
  -E             disable interpretation of backslash escapes (default)
"""


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the arguments. Anything that isn't wholly made of n, e and E after its dash is text.

    With POSIXLY_CORRECT escapes are always read and only a first `-n` is an option, as GNU has it.
    """
    words = argv[1:]
    posix = b"POSIXLY_CORRECT" in k.env
    newline, escapes = True, False
    if len(words) == 1 and words[0][:2] == b"--" and not posix:
        sole_option(k, argv, "echo", _USAGE, _SUMMARY, _DETAILS)
    if not posix or words[:1] == [b"-n"]:
        at = 0
        while at < len(words):
            word = words[at]
            if len(word) < 2 or word[0] != 0x2D or word[1:].strip(b"neE"):
                break
            for letter in word[1:]:
                if letter == 0x6E:
                    newline = False
                else:
                    escapes = letter == 0x65
            at += 1
        words = words[at:]
    text = b" ".join(words)
    if escapes or posix:
        try:
            text = expand_echo(text)
        except Stop as stop:
            text, newline = stop.text, False
    out = Writer(k)
    out.write(text + b"\n" if newline else text)
    out.flush()
    return 0
