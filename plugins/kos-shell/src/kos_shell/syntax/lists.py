"""Grammar, middle: pipelines, && and ||, lists; the prefixes ! and time."""

from __future__ import annotations

from kos_shell.syntax.commands import AndOr, Background, Command, Pipeline, Redirect, Sequence
from kos_shell.syntax.compound import COMPOUND, Compounds
from kos_shell.syntax.tokens import ASSIGNMENT, COMMAND, COMPLEX, END, REDIRECTION, WORD
from kos_shell.syntax.words import literal_word

_SIMPLE = frozenset((WORD, COMPLEX, ASSIGNMENT, REDIRECTION))
_STARTS = _SIMPLE | frozenset(COMPOUND) | {"!", "time"}


class Lists(Compounds):
    """Reads lists of commands."""

    def command_list(self, substitution: bool) -> Sequence:
        """Read commands up to a token that no command starts with, and leave that in `token`.

        The caller checks that it is the terminator it wants. Without any command it is an error, but in a substitution.
        Pipelines of one command and lists of one pipeline are read in line: Python's stack limits how deep scripts nest.
        """
        token = self.next_token(COMMAND)
        while token == "\n":
            token = self.next_token(COMMAND)
        line = self.line_at(self.start)
        commands: list[Command] = []
        breaks: list[int] = []
        while token in _STARTS:
            if token in _SIMPLE:
                command = self.simple_command()
            elif token == "!" or token == "time":
                command = self.prefixed_pipeline()
            else:
                command = COMPOUND[token](self)
            token = self.token
            if token == "|" or token == "|&":
                command = self.pipeline(command)
                token = self.token
            if token == "&&" or token == "||":
                command = self.and_or(command)
                token = self.token
            if token == ";":
                commands.append(command)
            elif token == "\n":
                if self.substitutions:
                    breaks.append(len(commands))
                commands.append(command)
            elif token == "&":
                commands.append(Background(command, command.line))
            else:
                commands.append(command)
                break
            token = self.next_token(COMMAND)
            while token == "\n":
                token = self.next_token(COMMAND)
        if not commands and not substitution:
            raise self.unexpected()
        return Sequence(tuple(commands), line, tuple(breaks))

    def line_list(self) -> Sequence:
        """Read the commands of one line: up to the newline behind a complete command, or the end of the text."""
        commands: list[Command] = []
        line = self.line_at(self.start)
        token = self.token
        while True:
            if token not in _STARTS:
                raise self.unexpected()
            command = self.and_or(self.pipeline(self.command()))
            token = self.token
            commands.append(Background(command, command.line) if token == "&" else command)
            if token == "\n" or token == END:
                return Sequence(tuple(commands), line)
            if token != ";" and token != "&":
                raise self.unexpected()
            token = self.next_token(COMMAND)
            if token == "\n" or token == END:
                return Sequence(tuple(commands), line)

    def command(self) -> Command:
        """Read one command, or a pipeline with a prefix."""
        token = self.token
        if token in _SIMPLE:
            return self.simple_command()
        if token == "!" or token == "time":
            return self.prefixed_pipeline()
        read = COMPOUND.get(token)
        if read is None:
            raise self.unexpected()
        return read(self)

    def and_or(self, first: Command) -> Command:
        """Read && and || behind `first`; without any, return it."""
        token = self.token
        if token != "&&" and token != "||":
            return first
        commands = [first]
        ops: list[str] = []
        while token == "&&" or token == "||":
            ops.append(token)
            while self.next_token(COMMAND) == "\n":
                pass
            commands.append(self.pipeline(self.command()))
            token = self.token
        return AndOr(tuple(commands), tuple(ops), first.line)

    def pipeline(self, first: Command) -> Command:
        """Read | and |& behind `first`; without any, return it."""
        token = self.token
        if token != "|" and token != "|&":
            return first
        negated, time = False, ""
        commands = [first]
        if type(first) is Pipeline:
            # What `!` and `time` stand before is the whole pipeline.
            if not first.commands:
                raise self.unexpected()
            negated, time = first.negated, first.time
            commands = list(first.commands)
        while token == "|" or token == "|&":
            if token == "|&":
                commands[-1] = _with_stderr(commands[-1])
            while self.next_token(COMMAND) == "\n":
                pass
            if self.token == "time":
                # Behind a pipe it is the command of that name.
                self.word, self.token = literal_word("time"), WORD
            elif self.token == "!":
                raise self.unexpected()
            commands.append(self.command())
            token = self.token
        return Pipeline(tuple(commands), negated, time, first.line)

    def prefixed_pipeline(self) -> Command:
        """Read `!`s and `time`s and the first command behind them, if any; `pipeline` goes on with what it pipes into."""
        line = self.line_at(self.start)
        negated, time = False, ""
        token = self.token
        while token == "!" or token == "time":
            if token == "!":
                negated = not negated
                token = self.next_token(COMMAND)
                continue
            time = time or "time"
            token = self.next_token(COMMAND)
            if token is WORD and self.word.literal == "-p" and not self.word.flags:
                time = "time -p"
                token = self.next_token(COMMAND)
            if token is WORD and self.word.literal == "--" and not self.word.flags:
                token = self.next_token(COMMAND)
        if token == ";" or token == "\n" or token == END:
            return Pipeline((), negated, time, line)
        command = self.command()
        return Pipeline((command,), negated, time, line) if negated or time else command


def _with_stderr(command: Command) -> Command:
    """Return `command` with 2>&1 behind its redirections, as |& means."""
    redirect = Redirect(2, "", ">&", literal_word("1"), command.line)
    redirects = getattr(command, "redirects", None)
    if redirects is not None:
        command.redirects = (*redirects, redirect)  # type: ignore[attr-defined]
    return command
