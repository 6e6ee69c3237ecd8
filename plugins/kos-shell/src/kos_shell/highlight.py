"""Which characters of a command line are what, for an editor that shows them in colours: from the shell's own parser.

    spans("echo 'a' # b")      [(0, 4, "command"), (5, 8, "string"), (9, 12, "comment")]

The parser is the one that runs scripts, with a recorder on its readers; so what it takes for a string is one. Later spans lie
within or behind earlier ones, and count where both do.
"""

from __future__ import annotations

import re

from kos_shell.syntax.errors import Incomplete, ShellSyntaxError
from kos_shell.syntax.parser import Parser
from kos_shell.syntax.tokens import ASSIGNMENT, COMMAND, COMPLEX, END, PREFIX, REDIRECTION, RESERVED, WORD
from kos_shell.syntax.words import (
    AnsiQuoted,
    ArithSub,
    Backquote,
    CommandSub,
    DoubleQuoted,
    ProcSub,
    SingleQuoted,
    Word,
    WordPart,
)

KINDS = (
    "plain", "command", "keyword", "operator", "redirection", "assignment", "string", "variable", "substitution", "arithmetic",
    "comment", "heredoc", "error",
)  # fmt: skip
LONGEST = 10_000
"""Longer texts stay without colours: somebody pasted a file."""
_COMMENT = re.compile(r"#[^\n]*")


def spans(text: str, *, posix: bool = False, extglob: bool = False) -> list[tuple[int, int, str]]:
    """Return (start, stop, kind) with kinds of KINDS, in the order in which they are to be painted. Never raises."""
    if len(text) > LONGEST or "\0" in text:
        return []
    parser = _Recorder(text, posix=posix, extglob=extglob)
    try:
        while parser.next_command() is not None:
            pass
    except Incomplete:
        pass
    except ShellSyntaxError:
        parser.note(parser.start, max(parser.pos, parser.start + 1), "error")
    return parser.painted(len(text))


class _Recorder(Parser):
    """A parser that notes where things begin and end. `splice` moves text (joined lines go): notes remember how far it had."""

    def __init__(self, text: str, *, posix: bool, extglob: bool) -> None:
        self.notes: list[tuple[int, int, str, int]] = []
        self.edits: list[tuple[int, int, int]] = []
        self.command_at = -1
        super().__init__(text, posix=posix, extglob=extglob)

    def note(self, start: int, stop: int, kind: str) -> None:
        """Remember a span of the text as it is now."""
        if stop > start >= 0:
            self.notes.append((start, stop, kind, len(self.edits)))

    def painted(self, size: int) -> list[tuple[int, int, str]]:
        """Return the spans in the text as it was given: outer ones first."""
        found = set()
        for start, stop, kind, edits in self.notes:
            first, last = self._original(start, edits), min(self._original(stop, edits), size)
            if first < last:
                found.add((first, last, kind))
        return sorted(found, key=lambda span: (span[0], -span[1], KINDS.index(span[2])))

    def _original(self, position: int, edits: int) -> int:
        for start, old, new in reversed(self.edits[:edits]):
            if position >= start + new:
                position += old - new
        return position

    def splice(self, start: int, end: int, replacement: str) -> None:
        super().splice(start, end, replacement)
        self.edits.append((start, end - start, len(replacement)))

    # ------------------------------------------------------------------------------------------------------- readers
    def next_token(self, where: int) -> str:
        before = self.pos
        token = super().next_token(where)
        start = self.start
        for comment in _COMMENT.finditer(self.text, before, max(before, start)):
            self.note(comment.start(), comment.end(), "comment")
        if token is WORD:
            if where in (COMMAND, PREFIX):
                self.note(start, self.pos, "command")
            self._parts(self.word, start, self.pos)
        elif token is COMPLEX:
            self.command_at = start if where in (COMMAND, PREFIX) else -1
        elif token is REDIRECTION:
            self.note(start, start + len(self.matched), "redirection")
        elif token is ASSIGNMENT:
            self.note(start, start + len(self.matched.rstrip("+=[")), "assignment")
        elif token in RESERVED:
            self.note(start, self.pos, "keyword")
        elif token not in ("\n", END):
            self.note(start, self.pos, "operator")
        return token

    def _parts(self, word: Word, start: int, stop: int) -> None:
        """Note a word that was one token: plain text, or all of it in quotes or one parameter."""
        part = word.parts[0]
        if isinstance(part, DoubleQuoted):
            self.note(start, stop, "string")
            if word.literal is None:
                self.note(start + 1, stop - 1, "variable")
        elif isinstance(part, SingleQuoted):
            self.note(start, stop, "string")
        elif word.literal is None:
            self.note(start, stop, "variable")

    def read_word(self, pieces: list[str | WordPart], assigned: bool = False, regex: bool = False) -> Word:
        start, is_command = self.pos, self.pos == self.command_at
        self.command_at = -1
        try:
            return super().read_word(pieces, assigned, regex)
        finally:
            if is_command:
                self.note(start, self.pos, "command")

    def single_quoted(self, start: int) -> str:
        try:
            text = super().single_quoted(start)
        except Incomplete:
            self.note(start - 1, len(self.text), "string")
            raise
        self.note(start - 1, self.pos, "string")
        return text

    def ansi_quoted(self) -> AnsiQuoted:
        start = self.pos
        try:
            part = super().ansi_quoted()
        except Incomplete:
            self.note(start, len(self.text), "string")
            raise
        self.note(start, self.pos, "string")
        return part

    def double_quoted(self, locale: bool = False) -> DoubleQuoted:
        start = self.pos
        try:
            part = super().double_quoted(locale)
        except Incomplete:
            self.note(start, len(self.text), "string")
            raise
        self.note(start, self.pos, "string")
        return part

    def backquote(self, quoted: bool) -> Backquote:
        start = self.pos
        try:
            part = super().backquote(quoted)
        except Incomplete:
            self.note(start, len(self.text), "substitution")
            raise
        self.note(start, self.pos, "substitution")
        return part

    def expansion(self, quoted: bool) -> WordPart:
        start = self.pos
        if self.text.startswith("((", start + 1):
            kind = "arithmetic"
        elif self.text.startswith("(", start + 1):
            kind = "substitution"
        else:
            kind = "variable"
        try:
            part = super().expansion(quoted)
        except Incomplete:
            if kind == "substitution":
                self.note(start + 2, len(self.text), "plain")
                self.note(start, start + 2, kind)
            else:
                self.note(start, len(self.text), kind)
            raise
        if isinstance(part, CommandSub | ProcSub):
            self.note(start, self.pos, "plain")  # within a string the commands are no text of it
            self.note(start, start + 2, "substitution")
            self.note(self.pos - 1, self.pos, "substitution")
        elif isinstance(part, ArithSub):
            self.note(start, self.pos, "arithmetic")
        elif self.pos > start + 1:
            self.note(start, self.pos, "string" if isinstance(part, AnsiQuoted | DoubleQuoted) else "variable")
        return part

    def read_heredocs(self) -> None:
        start = self.pos
        try:
            super().read_heredocs()
        finally:
            self.note(start, self.pos, "heredoc")


__all__ = ["KINDS", "spans"]
