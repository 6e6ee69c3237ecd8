"""complete, compgen, compopt: telling of and asking for programmable completion (programmable.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.builtins.arguments import parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, ExpansionFailure, UsageComplaint
from kos_shell.programmable import (
    ACTION_LETTERS,
    ACTIONS,
    OPTIONS,
    SPECIAL_NAMES,
    WITHOUT_SOURCE,
    Request,
    Specification,
    generate,
    in_order,
)

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_COMPLETE = (
    "complete [-abcdefgjkuv] [-prDEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] "
    "[-X filterpat] [-P prefix] [-S suffix] [name ...]"
)
_COMPGEN = (
    "compgen [-abcdefgjkuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] "
    "[-P prefix] [-S suffix] [word]"
)
_COMPOPT = "compopt [-o|+o option] [-DEI] [name ...]"
_FIELDS = {"G": "glob", "W": "words", "F": "function", "C": "command", "X": "filter", "P": "prefix", "S": "suffix"}


def _specification(options: list[tuple[str, str]]) -> Specification:
    """Return what the options of complete and compgen ask for. Raises UsageComplaint."""
    actions: list[str] = []
    switched: list[str] = []
    texts: dict[str, str] = {}
    for option, value in options:
        letter = option[1]
        if letter in ACTION_LETTERS:
            actions.append(ACTION_LETTERS[letter])
        elif letter == "A" and value in WITHOUT_SOURCE:
            raise UsageComplaint(f"{value}: this action isn't supported by this shell")
        elif letter == "A":
            if value not in ACTIONS:
                raise UsageComplaint(f"{value}: invalid action name")
            actions.append(value)
        elif letter == "o":
            _check_option(value)
            switched.append(value)
        elif letter in _FIELDS:
            texts[_FIELDS[letter]] = value
    return Specification(tuple(actions), tuple(switched), **texts)


def _check_option(name: str) -> None:
    if name not in OPTIONS:
        raise UsageComplaint(f"{name}: invalid option name")


def _names(letters: set[str], operands: list[str]) -> list[str]:
    """Return the commands that a call is about: -D, -E and -I stand for one each, and exclude others."""
    special = [SPECIAL_NAMES[letter] for letter in "DEI" if letter in letters]
    return special[:1] or operands


def complete(sh: Shell, argv: list[str]) -> int:
    """complete: say how the words of a command are completed, show that (-p), or forget it (-r)."""
    options, operands = parse_options(argv, LETTERS["complete"], _COMPLETE)
    letters = {option[1] for option, _ in options}
    names = _names(letters, operands)
    known = sh.completions
    if "r" in letters:
        unknown = [name for name in names if name not in known]
        sh.completions = {name: one for name, one in known.items() if names and name not in names}
        return _complain_of(sh, "complete", unknown)
    if "p" in letters or not (options or operands):
        chosen = names or in_order(known)
        sh.write("".join([f"{known[name].shown(name)}\n" for name in chosen if name in known]))
        return _complain_of(sh, "complete", [name for name in chosen if name not in known])
    if not names:
        raise UsageComplaint(f"\ncomplete: usage: {_COMPLETE}")
    wanted = _specification(options)
    sh.completions = {**known, **dict.fromkeys(names, wanted)}
    return 0


def _complain_of(sh: Shell, command: str, names: list[str]) -> int:
    for name in names:
        sh.warn(f"{command}: {name}: no completion specification")
    return 1 if names else 0


def compgen(sh: Shell, argv: list[str]) -> int:
    """compgen: print what a word can be completed to; 1 if that is nothing."""
    options, operands = parse_options(argv, LETTERS["compgen"], _COMPGEN)
    wanted = _specification(options)
    for letter, text in (("F", wanted.function), ("C", wanted.command)):
        if text is not None:
            sh.warn(f"compgen: warning: -{letter} option may not work as you expect")
    word = operands[0] if operands else ""
    try:
        found = generate(sh, wanted, Request("compgen", word))
    except ExpansionFailure as failure:
        raise sh.give_up(failure) from None
    sh.write("".join([f"{item}\n" for item in found]))
    return 0 if found else 1


def compopt(sh: Shell, argv: list[str]) -> int:
    """compopt: change the options of the completion that runs, or of commands' specifications; without options show them."""
    on: list[str] = []
    off: list[str] = []
    options, operands = parse_options(argv, LETTERS["compopt"], _COMPOPT, plus=True)
    for option, value in options:
        if option[1] == "o":
            _check_option(value)
            (on if option[0] == "-" else off).append(value)
    names = _names({option[1] for option, _ in options}, operands)
    if not names:
        if sh.completing is None:
            raise Complaint("not currently executing completion function")
        if on or off:
            sh.completing[:] = _changed(tuple(sh.completing), on, off)
        else:
            sh.write(_shown("", tuple(sh.completing)))
        return 0
    unknown = [name for name in names if name not in sh.completions]
    for name in names:
        specification = sh.completions.get(name)
        if specification is None:
            continue
        if on or off:
            changed = specification._replace(options=_changed(specification.options, on, off))
            sh.completions = {**sh.completions, name: changed}
        else:
            sh.write(_shown(name, specification.options))
    return _complain_of(sh, "compopt", unknown)


def _changed(options: tuple[str, ...], on: list[str], off: list[str]) -> tuple[str, ...]:
    return tuple(option for option in OPTIONS if (option in options or option in on) and option not in off)


def _shown(name: str, options: tuple[str, ...]) -> str:
    marks = " ".join([f"{'-' if option in options else '+'}o {option}" for option in OPTIONS])
    return f"compopt {marks}{f' {name}' if name else ''}\n"
