"""set and shopt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.builtins.arguments import parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, UsageComplaint
from kos_shell.expansion.quoting import ansi_quote, has_control, trace_quote
from kos_shell.expansion.transform import elements_text
from kos_shell.options import (
    SET_LETTERS,
    SET_NAMES,
    SHOPT_NAMES,
    SUPPORTED_SHOPT,
    UNSUPPORTED_SET,
)
from kos_shell.values import NAMEREF, AssocArray, Dynamic, IndexedArray, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_USAGE = "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]"


def set_builtin(sh: Shell, argv: list[str]) -> int:
    """set [options] [--] [args]: options and positional parameters; without arguments prints the variables."""
    if len(argv) == 1:
        print_variables(sh)
        if not sh.posix:
            for name in sorted(sh.functions):
                sh.write(sh.functions[name].source_text() + "\n")
        return 0
    at = 1
    count = len(argv)
    while at < count:
        word = argv[at]
        if word == "--":
            _replace_arguments(sh, argv[at + 1 :])
            return 0
        if word == "-":
            sh.set_options(off=("xtrace", "verbose"))
            if at + 1 < count:
                _replace_arguments(sh, argv[at + 1 :])
            return 0
        if word == "+":
            at += 1
            continue
        if word[:1] not in ("-", "+") or len(word) < 2:
            break
        on = word[0] == "-"
        for place, letter in enumerate(word[1:], 1):
            if letter == "o":
                following = argv[at + 1] if at + 1 < count else None
                if following is None or (place == len(word) - 1 and following[:1] in ("-", "+")):
                    list_options(sh, as_commands=not on)
                else:
                    at += 1
                    name = following
                    if name not in SET_NAMES:
                        raise Complaint(f"{name}: invalid option name", 2)
                    switch(sh, name, on)
            elif letter in SET_LETTERS:
                switch(sh, SET_LETTERS[letter], on)
            else:
                raise UsageComplaint(f"{word[0]}{letter}: invalid option\nset: usage: {_USAGE}")
        at += 1
    if at < count:
        _replace_arguments(sh, argv[at:])
    return 0


def _replace_arguments(sh: Shell, args: list[str]) -> None:
    """Set the positional parameters; in a sourced file that got its own they are the shell's from now on."""
    sh.args = args
    for depth in range(len(sh.frames) - 1, -1, -1):
        frame = sh.frames[depth]
        if frame.name:
            if not frame.is_function and frame.args is not None and not sh.in_function():
                sh.own_frame(depth).args = None
            return


def switch(sh: Shell, name: str, on: bool) -> None:
    """Switch one option of `set`. Raises Complaint for those that this shell doesn't do."""
    refused = on and name in UNSUPPORTED_SET or not on and name == "interactive-comments"
    if refused:
        raise UsageComplaint(f"{name}: this option can't be {'set' if on else 'unset'}: not supported by this shell")
    if name == "monitor":
        from kos_shell.terminal import switch_job_control

        switch_job_control(sh, on)
        return
    if name in ("emacs", "vi") and on:
        sh.set_options(on=(name,), off=("vi" if name == "emacs" else "emacs",))
    elif name == "ignoreeof":
        if on:
            sh.assign("IGNOREEOF", "10")  # its change switches the option
        else:
            sh.unset_variable("IGNOREEOF")
            sh.set_options(off=(name,))
    elif name == "posix" and not on:
        sh.set_options(off=(name, "inherit_errexit", "shift_verbose"))
        sh.vars.pop("POSIXLY_CORRECT", None)
    else:
        sh.set_options(on=(name,) if on else (), off=() if on else (name,))


def list_options(sh: Shell, *, as_commands: bool) -> None:
    """Print the options: as `set -o` does, or (`set +o`) as commands that set them again."""
    lines = []
    for name in SET_NAMES:
        on = name in sh.options
        if as_commands:
            lines.append(f"set {'-' if on else '+'}o {name}\n")
        else:
            lines.append(f"{name:<15}\t{'on' if on else 'off'}\n")
    sh.write("".join(lines))


def print_variables(sh: Shell) -> None:
    """Print all variables as `set` does: name=value, quoted where it has to be."""
    lines = []
    for name in sorted(sh.vars):
        entry = sh.vars[name]
        if isinstance(entry, Variable):
            if isinstance(entry, Dynamic):
                found = entry.read(sh)
                if isinstance(found, list):
                    lines.append(f"{name}={elements_text(IndexedArray(None, found))}\n")
                    continue
            elif isinstance(entry.value, IndexedArray | AssocArray):
                lines.append(f"{name}={elements_text(entry.value)}\n")
                continue
        text = sh.get(name)
        if isinstance(entry, Variable) and entry.flags & NAMEREF:
            text = str(entry.value or "")
        if text is not None:
            shown = ansi_quote(text) if has_control(text) else trace_quote(text) if text else ""
            lines.append(f"{name}={shown}\n")
    sh.write("".join(lines))


def shopt(sh: Shell, argv: list[str]) -> int:
    """shopt [-pqsu] [-o] [names]."""
    options, operands = parse_options(argv, LETTERS["shopt"], "shopt [-pqsu] [-o] [optname ...]")
    letters = {option[1] for option, _ in options}
    if "s" in letters and "u" in letters:
        raise Complaint("cannot set and unset shell options simultaneously")
    names = SET_NAMES if "o" in letters else SHOPT_NAMES
    status = 0
    for name in operands:
        if name not in names:
            kind = "option" if "o" in letters else "shell option"
            sh.warn(f"shopt: {name}: invalid {kind} name")
            status = 1
    if status:
        operands = [name for name in operands if name in names]
        if not operands:
            return status
    if letters & {"s", "u"} and operands:
        return _switch_all(sh, operands, "s" in letters, "o" in letters) or status
    wanted = operands or list(names)
    lines = []
    for name in wanted:
        on = name in sh.options
        if operands and not on:
            status = 1
        if not operands and letters & {"s", "u"} and on is not ("s" in letters):
            continue
        if "p" in letters:
            if "o" in letters:
                lines.append(f"set {'-' if on else '+'}o {name}\n")
            else:
                lines.append(f"shopt {'-s' if on else '-u'} {name}\n")
        else:
            lines.append(f"{name:<15}\t{'on' if on else 'off'}\n")
    if "q" not in letters:
        sh.write("".join(lines))
    return status


def _switch_all(sh: Shell, names: list[str], on: bool, of_set: bool) -> int:
    status = 0
    for name in names:
        if of_set:
            switch(sh, name, on)
        elif name in SUPPORTED_SHOPT or (name in sh.options) is on:
            sh.set_options(on=(name,) if on else (), off=() if on else (name,))
        else:
            sh.warn(f"shopt: {name}: this option can't be {'set' if on else 'unset'}: not supported by this shell")
            status = 2
    return status
