"""Options of builtins: short letters only, clustered, ended by -- or the first operand; messages in bash's words."""

from __future__ import annotations

from kos_shell.builtins.letters import REFUSED
from kos_shell.errors import UsageComplaint


def parse_options(
    argv: list[str], letters: str, usage: str, *, plus: bool = False
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return ([(option, value)], operands). letters: as for getopts, "ab:c" (b takes a value).

    option: "-a", or "+a" where `plus` allows it. Raises UsageComplaint for others, and for what the table REFUSED has.
    """
    found: list[tuple[str, str]] = []
    at = 1
    count = len(argv)
    while at < count:
        word = argv[at]
        if not isinstance(word, str) or len(word) < 2 or not (word[0] == "-" or (plus and word[0] == "+")):
            break
        if word == "--":
            at += 1
            break
        sign = word[0]
        place = 1
        while place < len(word):
            letter = word[place]
            where = letters.find(letter)
            if where < 0 or letter == ":":
                raise UsageComplaint(f"{sign}{letter}: invalid option\n{argv[0]}: usage: {usage}")
            if argv[0] in REFUSED and letter in REFUSED[argv[0]]:
                raise UsageComplaint(f"{sign}{letter}: {REFUSED[argv[0]][letter]}: not supported by this shell")
            place += 1
            if letters[where + 1 : where + 2] == ":":
                if place < len(word):
                    value = word[place:]
                else:
                    at += 1
                    if at >= count:
                        raise UsageComplaint(f"{sign}{letter}: option requires an argument\n{argv[0]}: usage: {usage}")
                    value = argv[at]
                found.append((sign + letter, value))
                break
            found.append((sign + letter, ""))
        at += 1
    return found, argv[at:]


def integer(text: str) -> int | None:
    """Return the number that an argument is, None if it is none: blanks around and a sign are fine."""
    stripped = text.strip(" \t\n")
    digits = stripped[1:] if stripped[:1] in ("-", "+") else stripped
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 4000:
        return None
    value = int(stripped)
    return value if -(1 << 63) <= value < 1 << 63 else None
