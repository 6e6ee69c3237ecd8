"""The options of `kos run`, `kos sh` and the other commands that make a machine: one table, two readers.

    OPTIONS ──► fastparse.py    a loop over argv; imports nothing; what it isn't sure of it leaves to Typer
            └─► typerparse.py   the same options as Typer parameters: --help, completion, messages

Every value stays the text that was typed; `machine_args.py` gives it its meaning, so that both readers can't differ there.
This module is on the cold path of every `kos run`: it imports nothing.
"""

from __future__ import annotations

FLAG = "flag"  # given or not: True or False
VALUE = "value"  # takes a word; the last one counts: str or None
LIST = "list"  # takes a word each time: list of str


class Option:
    """One option. name: its attribute in what a reader returns; flags: how it is typed; panel: its heading in --help."""

    __slots__ = ("flags", "help", "kind", "metavar", "name", "panel")

    def __init__(self, name: str, flags: tuple[str, ...], kind: str, metavar: str, help: str, panel: str) -> None:
        self.name = name
        self.flags = flags
        self.kind = kind
        self.metavar = metavar
        self.help = help
        self.panel = panel


_MACHINE = "The machine"
_PROCESS = "The process in it"
_WATCH = "Watching it"

MACHINE_OPTIONS: tuple[Option, ...] = (
    Option("config", ("--config",), VALUE, "FILE", "Read the machine's configuration from this kos.toml.", _MACHINE),
    Option(
        "set",
        ("--set",),
        LIST,
        "KEY=VALUE",
        "Set one key of the configuration, as in --set scheduler.driver=priority. Repeatable.",
        _MACHINE,
    ),
    Option(
        "mount",
        ("--mount",),
        LIST,
        "HOST:GUEST[:ro|rw]",
        "Show a folder of the host inside the machine, read-only unless rw. Repeatable.",
        _MACHINE,
    ),
    Option("clock", ("--clock",), VALUE, "wall|virtual", "Which clock: virtual time makes sleeps free.", _MACHINE),
    Option(
        "seed", ("--seed",), VALUE, "N", "Seed of the machine's randomness; the same seed, the same draws.", _MACHINE
    ),
    Option("safe_mode", ("--safe-mode",), FLAG, "", "Use first-party plugins alone.", _MACHINE),
    Option(
        "env",
        ("--env",),
        LIST,
        "NAME[=VALUE]",
        "Set a variable; NAME alone takes its value from the host. Repeatable.",
        _PROCESS,
    ),
    Option("host_env", ("--host-env",), FLAG, "", "Pass on the host's whole environment.", _PROCESS),
    Option("user", ("--user",), VALUE, "NAME|UID", "Run as this user of the machine instead of root.", _PROCESS),
    Option("workdir", ("--workdir",), VALUE, "DIR", "Start in this folder of the machine.", _PROCESS),
    Option(
        "timeout",
        ("--timeout",),
        VALUE,
        "DURATION",
        "Kill everything after this time of the machine's clock (30s, 500ms, 2m); status 124.",
        _PROCESS,
    ),
    Option("strace", ("--strace",), FLAG, "", "Print system calls to standard error, as strace does.", _WATCH),
    Option("trace", ("--trace",), VALUE, "FILE", "Write what happens to FILE, one JSON object a line.", _WATCH),
)

COMMAND = Option(
    "command",
    ("-c", "--command"),
    VALUE,
    "CMD",
    "Run this text instead of a file; the arguments are $1, $2, ...",
    "The script",
)

_ABOUT = "Instead of running"

SHELL_OPTIONS: tuple[Option, ...] = (
    Option("coverage", ("--coverage",), FLAG, "", "Print what of POSIX sh and bash 5.2 the shell has.", _ABOUT),
    Option(
        "analyze", ("--analyze",), FLAG, "", "Print what a script of the host would touch, without running it.", _ABOUT
    ),
    Option("json", ("--json",), FLAG, "", "With --coverage or --analyze: print JSON.", _ABOUT),
)

# What each command that the fast parser knows takes before its operands. `sh` hands everything from its first
# operand or one-letter option on to the shell, untouched.
OPTIONS: dict[str, tuple[Option, ...]] = {"run": (COMMAND, *MACHINE_OPTIONS), "sh": (*SHELL_OPTIONS, *MACHINE_OPTIONS)}


class Parsed:
    """What a reader made of a command line: an attribute for each option of the table, and `words`, the operands."""

    def __init__(self, values: dict[str, object], words: list[str]) -> None:
        self.__dict__.update(values)
        self.words = words

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"no option {name!r} in this command's table")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parsed) and self.__dict__ == other.__dict__

    def __repr__(self) -> str:
        return f"Parsed({self.__dict__})"


def empty(options: tuple[Option, ...]) -> dict[str, object]:
    """Return the value that each option has when it isn't given."""
    return {option.name: False if option.kind == FLAG else [] if option.kind == LIST else None for option in options}
