"""Reading a script line by line and running it.

    text --Parser.next_command--> tree --Compiler--> closure --> run, then the next line

A line takes effect before the next one is read: aliases, `set`, `shopt`, `exit`. What was compiled is kept with the text
(`Caches.scripts`), together with the settings it was read under; a second run of the same text parses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.caches import LIMIT, TEXT_LIMIT
from kos_shell.compile.compiler import Compiler
from kos_shell.errors import Discard, ShellExit
from kos_shell.syntax import tree
from kos_shell.syntax.parser import Incomplete, Parser, ShellSyntaxError, parse_word

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]

SCRIPT_LIMIT = 1 << 18
"""Longer scripts aren't kept."""
ALL_SCRIPTS_LIMIT = 1 << 20
"""So many characters of scripts are kept in all: a compiled script is some fifty times as large as its text."""


def reading_state(sh: Shell) -> tuple[Any, ...]:
    """Return what decides how text is read: two runs in the same state read the same tree."""
    options = sh.options
    aliases = None
    if sh.aliases and ("expand_aliases" in options):
        aliases = tuple(sorted(sh.aliases.items()))
    return ("extglob" in options, "posix" in options, aliases)


class Unit:
    """The commands of one line (and the lines they go on over). text: the source, for `set -v`."""

    __slots__ = ("run", "state", "start", "stop")

    def __init__(self, run: Run, state: tuple[Any, ...], start: int, stop: int) -> None:
        self.run = run
        self.state = state
        self.start = start
        self.stop = stop


class ParsedScript:
    """A text and what has been read of it so far. Shared by all shells that run the text in the same way."""

    __slots__ = ("text", "line", "units")

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.line = line
        self.units: list[Unit] = []


class ScriptReader:
    """Gives the units of a text to one shell: kept ones while the settings are the same, then freshly parsed ones."""

    def __init__(self, sh: Shell, script: ParsedScript, name: str, more: Callable[[], str] | None = None) -> None:
        self.sh = sh
        self.script = script
        self.name = name
        self.more = more
        self.at = 0
        self.base = 0  # where the parser's text starts in the script's
        self.parser: Parser | None = None
        self.shared = more is None and "\0" not in script.text  # which the parser drops: places would be others

    def next(self, *, single: bool) -> Unit | None:
        """Return the next unit, None at the end. single: the text is all there is of the shell's work (sh -c).

        Raises ShellSyntaxError.
        """
        sh, script = self.sh, self.script
        state = reading_state(sh)
        if self.parser is None and self.at < len(script.units):
            unit = script.units[self.at]
            if unit.state == state:
                self.at += 1
                self.base = unit.stop
                return unit
            self.shared = False
        parser = self.parser
        if parser is None:
            parser = self.parser = self._parser(state)
        parser.extglob, parser.posix = state[0], state[1]
        parser.aliases = sh.aliases if state[2] is not None else None
        start = self.base + parser.offset
        sequence = parser.next_command()
        if parser.warnings:
            for line, text in parser.warnings:
                sh.write_error(f"{self.name}: line {line}: {text}\n")
            parser.warnings.clear()
            self.shared = False  # the next run of this text is to be warned too
        if sequence is None:
            return None
        compiler = Compiler(hop=sh.k.on_fresh_stack)
        only = single and start == 0 and state[2] is None and not script.text[parser.offset :].strip()
        final = only and len(sequence.commands) == 1 and isinstance(sequence.commands[0], tree.SimpleCommand)
        run = compiler.sequence(sequence, False, final)
        compiler.hop = None
        unit = Unit(run, state, start, min(self.base + parser.offset, len(script.text)))
        if self.shared and self.at == len(script.units):
            script.units.append(unit)
        self.at += 1
        return unit

    def _parser(self, state: tuple[Any, ...]) -> Parser:
        script, base = self.script, self.base
        return Parser(
            script.text[base:] if base else script.text,
            more=self.more,
            name=self.name,
            line=script.line + script.text.count("\n", 0, base),
            posix=state[1],
            extglob=state[0],
            interactive=self.sh.interactive and self.more is not None,
        )


def script_for(sh: Shell, text: str, line: int, single: bool) -> ParsedScript:
    """Return the (perhaps kept) ParsedScript of a text. single: its last command may take the shell's place."""
    if len(text) > SCRIPT_LIMIT:
        return ParsedScript(text, line)
    scripts = sh.caches.scripts
    key = (text, line, single)
    script = scripts.get(key)
    if script is None:
        script = ParsedScript(text, line)
        caches = sh.caches
        caches.script_characters += len(text)
        if len(scripts) >= LIMIT // 4 or caches.script_characters > ALL_SCRIPTS_LIMIT:
            scripts.clear()
            caches.script_characters = len(text)
        scripts[key] = script
    return script


def run_text(
    sh: Shell,
    text: str,
    *,
    line: int = 1,
    what: str = "",
    single: bool = False,
    more: Callable[[], str] | None = None,
    before: Callable[[], None] | None = None,
    top: bool = False,
) -> int:
    """Run a text and return its last status (0 if it holds no command).

    what: how a syntax error names the text ("eval", "-c"). more: gives further lines ("" at the end). before: called
    before each command is read.
    top: it is the shell's own script: a syntax error in it ends the shell.
    """
    script = ParsedScript(text, line) if more is not None else script_for(sh, text, line, single)
    prefix = sh.prefix().partition(": line ")[0].removesuffix(": ")
    name = f"{prefix}: {what}" if what else prefix
    reader = ScriptReader(sh, script, name, more)
    status = 0
    verbose_from = 0
    while True:
        try:
            if before is not None:
                before()
            unit = reader.next(single=single)
        except ShellSyntaxError as error:
            ends = error.conditional and "errexit" in sh.options  # its first word ends a shell with `set -e`
            if ends:
                error.detail = ""
            status = syntax_error(sh, error, name)
            if error.conditional and top:
                status = 2 if ends else sh.status or int(error.nested)
            sh.status = status
            if error.discard and reader.parser is not None:
                reader.parser.skip_line()
                continue
            if sh.interactive and top and more is not None and reader.parser is not None:
                reader.parser.skip_line()
                continue
            if top and not sh.interactive:
                raise ShellExit(status) from None
            if sh.posix and not sh.interactive and what == "eval":
                raise ShellExit(status) from None
            return status
        if "verbose" in sh.options:
            piece = script.text[verbose_from : len(script.text) if unit is None else unit.stop]
            if piece and more is None:
                sh.write_error(piece if piece.endswith("\n") else piece + "\n")
        if unit is None:
            return status
        verbose_from = unit.stop
        if top:
            sh.command_number += 1
            if more is not None and sh.interactive and "PS0" in sh.vars:
                from kos_shell.interactive import before_command

                sh.write_error(before_command(sh))
            if more is None and "history" in sh.options:
                from kos_shell.builtins.history import remember

                remember(sh, script.text[unit.start : unit.stop])
        if "noexec" in sh.options and not sh.interactive:
            continue
        try:
            sh.status = status = unit.run(sh)
            if sh.pending:
                sh.run_pending()
        except Discard as jump:
            sh.status = status = jump.status
            if sh.pending:
                sh.run_pending()
            if not top and (sh.subshell_level or jump.whole):
                raise
        if "onecmd" in sh.options and top and not sh.from_string:
            raise ShellExit(status)


def syntax_error(sh: Shell, error: ShellSyntaxError, name: str) -> int:
    """Print a syntax error as bash does; return the status."""
    if sh.interactive:
        if error.message:
            sh.write_error(f"{name}: {error.message}\n")
    else:
        sh.write_error(error.report(name))
    return 1 if error.discard else 2


def word_of_text(sh: Shell, text: str) -> Callable[[Shell], str]:
    """Return what expands `text` as one word: a subscript met while the script runs."""
    return Compiler().string(parse_word(text))


__all__ = ["TEXT_LIMIT", "Incomplete", "ParsedScript", "ScriptReader", "run_text", "script_for", "word_of_text"]
