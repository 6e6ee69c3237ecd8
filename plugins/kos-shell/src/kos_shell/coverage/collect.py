"""The shell's own tables held against what bash 5.2 has.

    coverage() -> (Section("builtins", (Item("cd -@", ...), ...)), ...)

Every name of bash52.py becomes one Item, and so does every feature of features.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kos_shell.coverage import bash52
from kos_shell.coverage.features import FEATURES

YES, PARTLY, INERT, NO = "yes", "partly", "inert", "no"
"""inert: accepted and kept, with nothing in the machine to act on; `note` says why."""

_EDITOR = "remembered; the line editor of `kos shell` is outside the machine"


class Item(NamedTuple):
    """One thing that bash 5.2 has. support: yes, partly, inert or no; note: why, or how far. posix: POSIX asks for it."""

    name: str
    support: str
    posix: bool = False
    note: str = ""


class Section(NamedTuple):
    """Items of one kind, in bash's order."""

    name: str
    items: tuple[Item, ...]


def coverage() -> tuple[Section, ...]:
    """Return what of bash 5.2 this shell has, worked out from its tables."""
    made = [
        Section("builtins", tuple(_builtins())),
        Section("reserved words", tuple(_reserved_words())),
        Section("set -o", tuple(_set_options())),
        Section("shopt", tuple(_shopt_options())),
        Section("variables", tuple(_variables())),
        Section("command line", tuple(_command_line())),
        Section("test and [[ ]]", tuple(_tests())),
        Section("${x@operator}", tuple(_transformations())),
        Section("prompt escapes", tuple(_prompt_escapes())),
        Section("printf conversions", tuple(_printf())),
        Section("complete -A", tuple(_actions())),
        Section("complete -o", tuple(_completion_options())),
    ]
    for name in dict.fromkeys(feature.section for feature in FEATURES):
        items = [
            Item(feature.name, NO if feature.says else YES, feature.posix)
            for feature in FEATURES
            if feature.section == name
        ]
        made.append(Section(name, tuple(items)))
    return tuple(made)


def option_letters(letters: str) -> list[str]:
    """Return the options of a getopts string: "ab:" -> ["a", "b"]."""
    return [letter for letter in letters if letter != ":"]


def _builtins() -> Iterator[Item]:
    from kos_shell.builtins import BUILTINS
    from kos_shell.builtins.letters import LETTERS, REFUSED, WHOLLY_REFUSED
    from kos_shell.builtins.letters import PARTLY as IN_ONE_CASE

    refused_switches = dict.fromkeys(_refused_switches(), "this option can't be set")
    for name in sorted(bash52.BUILTINS):
        posix = name in bash52.POSIX_BUILTINS
        if name not in BUILTINS or name in WHOLLY_REFUSED:
            yield Item(name, NO, posix, WHOLLY_REFUSED.get(name, ""))
            continue
        refused = refused_switches if name == "set" else REFUSED.get(name, {})
        partly = IN_ONE_CASE.get(name, {})
        yield Item(name, PARTLY if "" in partly else YES, posix, partly.get("", ""))
        for letter in option_letters(bash52.BUILTINS[name]):
            if letter in refused:
                yield Item(f"{name} -{letter}", NO, note=refused[letter])
            elif letter in partly:
                yield Item(f"{name} -{letter}", PARTLY, note=partly[letter])
            else:
                yield Item(f"{name} -{letter}", YES if letter in LETTERS.get(name, "") else NO)


def _refused_switches() -> list[str]:
    """Return the letters of the options of `set` that can't be switched on."""
    from kos_shell.options import SET_LETTERS, UNSUPPORTED_SET

    return [letter for letter, name in SET_LETTERS.items() if name in UNSUPPORTED_SET]


def _reserved_words() -> Iterator[Item]:
    from kos_shell.builtins.names import RESERVED

    bash_only = ("[[", "]]", "coproc", "function", "select", "time")
    return _listed(bash52.KEYWORDS, RESERVED, posix=[word for word in bash52.KEYWORDS if word not in bash_only])


def _set_options() -> Iterator[Item]:
    from kos_shell.options import EDITOR_SET, SET_NAMES, UNSUPPORTED_SET

    bash_only = {"braceexpand", "emacs", "errtrace", "functrace", "hashall", "histexpand", "history", "interactive-comments",
                 "keyword", "onecmd", "physical", "pipefail", "posix", "privileged"}  # fmt: skip
    for name in bash52.SET_OPTIONS:
        posix = name not in bash_only
        if name not in SET_NAMES or name in UNSUPPORTED_SET:
            yield Item(name, NO, posix)
        elif name in EDITOR_SET:
            yield Item(name, INERT, posix, _EDITOR_SET_NOTES[name])
        elif name == "interactive-comments":
            yield Item(name, PARTLY, posix, "always on; switching it off is refused")
        else:
            yield Item(name, YES, posix)


_EDITOR_SET_NOTES = {
    "emacs": "picks the keys of `kos shell`; the machine's own terminal has none to pick",
    "vi": "picks the keys of `kos shell`; the machine's own terminal has none to pick",
    "nolog": "does nothing in bash either",
}


def _shopt_options() -> Iterator[Item]:
    from kos_shell.options import DEFAULTS, EDITOR_SHOPT, SHOPT_NAMES, SUPPORTED_SHOPT

    for name in bash52.SHOPT_OPTIONS:
        if name not in SHOPT_NAMES:
            yield Item(name, NO)
        elif name in EDITOR_SHOPT:
            yield Item(name, INERT, note=_EDITOR)
        elif name in SUPPORTED_SHOPT:
            yield Item(name, YES)
        else:
            yield Item(name, NO, note=f"always {'on' if name in DEFAULTS else 'off'}")


def _variables() -> Iterator[Item]:
    from kos_shell.specials import INERT as WITHOUT_OBJECT
    from kos_shell.specials import NEVER_SET, NO_EFFECT

    for name in bash52.VARIABLES:
        posix = name in _POSIX_VARIABLES
        if name in NO_EFFECT or name in NEVER_SET:
            yield Item(name, NO, posix)
        elif name in WITHOUT_OBJECT:
            yield Item(name, INERT, posix, WITHOUT_OBJECT[name])
        else:
            yield Item(name, YES, posix)


_POSIX_VARIABLES = frozenset(
    "CDPATH ENV FCEDIT HISTFILE HISTSIZE HOME IFS LANG LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LINENO MAIL MAILCHECK MAILPATH "
    "OLDPWD OPTARG OPTIND PATH PPID PS1 PS2 PS4 PWD".split()
)


def _command_line() -> Iterator[Item]:
    from kos_shell.main import LETTERS, LONG_OPTIONS

    posix = "abefhmnuvxCilsco"
    for letter in bash52.LETTERS_OF_SHELL:
        known = letter in LETTERS and letter not in _refused_switches()
        yield Item(f"-{letter}", YES if known else NO, letter in posix)
    for name in bash52.LONG_OPTIONS:
        yield Item(f"--{name}", YES if name in LONG_OPTIONS else NO)


def _tests() -> Iterator[Item]:
    from kos_shell.conditions import UNARY_OPERATORS

    return _listed(
        [f"-{letter}" for letter in bash52.UNARY_TESTS],
        {f"-{letter}" for letter in UNARY_OPERATORS},
        posix=[f"-{letter}" for letter in "bcdefghLnprSstuwxz"],
    )


def _transformations() -> Iterator[Item]:
    from kos_shell.syntax.parameters import TRANSFORMATIONS

    return _listed(bash52.TRANSFORMATIONS, TRANSFORMATIONS)


def _prompt_escapes() -> Iterator[Item]:
    from kos_shell.prompt import ESCAPES

    return _listed([f"\\{letter}" for letter in bash52.PROMPT_ESCAPES], [f"\\{letter}" for letter in ESCAPES])


def _printf() -> Iterator[Item]:
    from kos_shell.builtins.printf import CONVERSIONS

    bash_only = "qQn("
    for letter in bash52.PRINTF:
        shown = "%(format)T" if letter == "(" else f"%{letter}"
        yield Item(shown, YES if letter in CONVERSIONS else NO, letter not in bash_only)


def _actions() -> Iterator[Item]:
    from kos_shell.programmable import ACTIONS

    return _listed(bash52.ACTIONS, ACTIONS)


def _completion_options() -> Iterator[Item]:
    from kos_shell.programmable import OPTIONS

    return _listed(bash52.COMPLETION_OPTIONS, OPTIONS)


def _listed(theirs: Iterable[str], ours: Iterable[str], posix: Iterable[str] = ()) -> Iterator[Item]:
    known, asked = set(ours), set(posix)
    for name in theirs:
        yield Item(name, YES if name in known else NO, name in asked)
