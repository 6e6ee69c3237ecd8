"""The options of the builtins: one table for the builtins themselves, for completion and for `sh --coverage`.

LETTERS     what a builtin takes, as getopts says it: "ab:c" (b has a value)
REFUSED     those that bash has and this shell says no to by name: `arguments.parse_options` does, before the builtin looks
WHOLLY_REFUSED  builtins that refuse every call, and why
PARTLY      those that are refused in one case only: what the builtin itself says no to, and when
"""

from __future__ import annotations

_DECLARE = "aAfFgiIlnprtuxc"
_COMPLETION = "abcdefgjksuvo:A:G:W:F:C:X:P:S:"

LETTERS: dict[str, str] = {
    "alias": "p",
    "bind": "",
    "cd": "LPe@",
    "command": "pvV",
    "compgen": _COMPLETION,
    "complete": _COMPLETION + "prDEI",
    "compopt": "o:DEI",
    "declare": _DECLARE,
    "dirs": "clpv",
    "disown": "ahr",
    "echo": "neE",
    "enable": "adnpsf:",
    "exec": "cla:",
    "export": "fnp",
    "fc": "e:lnrs",
    "hash": "lrp:dt",
    "help": "dms",
    "history": "cd:anrwps",
    "jobs": "lnprsx",
    "kill": "s:n:lL",
    "local": _DECLARE,
    "mapfile": "d:n:O:s:tu:C:c:",
    "popd": "n",
    "printf": "v:",
    "pushd": "n",
    "pwd": "LP",
    "read": "ersa:d:i:n:N:p:t:u:",
    "readarray": "d:n:O:s:tu:C:c:",
    "readonly": "aAfp",
    "set": "abefhkmnptuvxBCEHPTo:",
    "shopt": "pqsuo",
    "suspend": "f",
    "trap": "lp",
    "type": "afptP",
    "typeset": _DECLARE,
    "ulimit": "HSacdefilmnqrstuvxbkpPRT",
    "umask": "pS",
    "unalias": "a",
    "unset": "fvn",
    "wait": "fnp:",
}
"""Builtins that aren't here have no options."""

REFUSED: dict[str, dict[str, str]] = {
    "cd": {"@": "extended attributes"},
    "compgen": {"s": "service names"},
    "complete": {"s": "service names"},
    "enable": {"f": "loadable builtins", "d": "loadable builtins"},
    "fc": {"e": "editing commands of the history", "s": "running commands of the history"},
    "history": {"p": "history expansion"},
    "ulimit": {
        "b": "this limit",
        "k": "this limit",
        "P": "this limit",
        "R": "this limit",
        "T": "this limit",
    },
}
"""builtin -> letter -> what it would be."""

WHOLLY_REFUSED: dict[str, str] = {"bind": "key bindings belong to the terminal's own editor, outside the machine"}

PARTLY: dict[str, dict[str, str]] = {
    "read": {
        "e": "refused where an interactive shell reads from a terminal: the editor is outside; elsewhere bash ignores it too",
        "i": "refused where -e reads from a terminal; elsewhere bash ignores it too",
    },
    "fc": {"": "lists the history (-l); editing and running commands of it is refused"},
}
