"""A parser for the command lines that are typed most. It knows little, but what it knows it knows as Typer does.

`parse` returns None for anything it isn't sure of (an unknown option, a missing value, --help): Typer reads that one and
says what is to be said. tests/cli/test_parsers_agree.py holds the two together.
"""

from __future__ import annotations

from .options import FLAG, LIST, OPTIONS, Option, Parsed, empty


def parse(command: str, argv: list[str]) -> Parsed | None:
    """Return what `kos COMMAND ARGV` asks for, or None if Typer should look at it."""
    options = OPTIONS.get(command)
    if options is None:
        return None
    if command == "sh":
        argv = mark_shell_words(argv)
    by_flag: dict[str, Option] = {flag: option for option in options for flag in option.flags}
    values = empty(options)
    at, count = 0, len(argv)
    while at < count:
        word = argv[at]
        if word[:1] != "-" or word == "-":
            break
        at += 1
        if word == "--":
            break
        value: str | None = None
        name = word
        if word[:2] == "--" and "=" in word:
            name, _, value = word.partition("=")
        option = by_flag.get(name)
        if option is None or (option.kind == FLAG and value is not None):
            return None
        if option.kind == FLAG:
            values[option.name] = True
            continue
        if value is None:
            if at == count:
                return None
            value = argv[at]
            at += 1
        if option.kind == LIST:
            values[option.name] = [*values[option.name], value]  # type: ignore[misc]  # LIST values are lists
        else:
            values[option.name] = value
    return Parsed(values, argv[at:])


def mark_shell_words(argv: list[str]) -> list[str]:
    """Return `kos sh`'s arguments with `--` before the shell's own, which begin at the first word that is no --option.

    So `kos sh --seed 7 -ec CMD` and `kos sh --seed 7 -- -ec CMD` are the same, and no one-letter option of the shell is
    ever taken for one of kos's.
    """
    takes_value = {flag for option in OPTIONS["sh"] if option.kind != FLAG for flag in option.flags}
    at = 0
    while at < len(argv) and argv[at][:2] == "--" and argv[at] != "--":
        at += 2 if argv[at] in takes_value else 1
    if at >= len(argv) or argv[at] in ("--", "-h"):
        return argv
    return [*argv[:at], "--", *argv[at:]]
