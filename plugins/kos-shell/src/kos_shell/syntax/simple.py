"""Grammar, lower half: assignments, redirections, simple commands, function definitions."""

from __future__ import annotations

import re

from kos_shell.syntax.commands import (
    ArrayElement,
    ArrayValue,
    Assignment,
    Command,
    CompoundCommand,
    FunctionDef,
    Redirect,
    SimpleCommand,
)
from kos_shell.syntax.expansions import NAME
from kos_shell.syntax.pieces import plain_word, unquoted_word
from kos_shell.syntax.tokens import ARGUMENT, ASSIGNMENT, COMMAND, COMPLEX, PREFIX, REDIRECTION, WORD, Tokens
from kos_shell.syntax.wordlexer import DELIMITERS
from kos_shell.syntax.words import AssignmentWord, Literal, Word, WordPart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

DECLARATIONS = frozenset("declare typeset local export readonly alias eval let".split())
"""Commands whose arguments may be name=( .. ). (For eval and let it is just text.)"""

_PLAIN_VALUE = re.compile(rf"(?!~)[^{DELIMITERS}\\'\"$`*?\[{{:]*+(?=[ \t\n;&|)])")
_ELEMENT_ARGUMENT = re.compile(rf"{NAME}\[[^\]\s;&|()<>]*\]\+?=")
_NUMBER_BEFORE_OPERATOR = re.compile(r"[ \t]*([0-9]+)(?=[<>])")
_EMPTY = Word((), "", 0)


class SimpleCommands(Tokens):
    """Reads simple commands. Each reader starts with `token` read and leaves `token` at the first one behind."""

    posix: bool

    if TYPE_CHECKING:

        def compound_reader(self) -> Callable[[Any], CompoundCommand]: ...

    # ------------------------------------------------------------------------------------------------------ assignments

    def assignment(self, compound: bool) -> Assignment | list[str | WordPart]:
        """Read the assignment whose NAME= or NAME[ is in `matched`, up to its end (no token is read behind it).

        compound: a value in parentheses is allowed. If NAME[..] turns out not to be assigned, return the word's pieces.
        """
        matched = self.matched
        subscript: Word | None = None
        if matched[-1] == "[":
            name = matched[:-1]
            start = self.start
            self.pos -= 1
            subscript = self.subscript()
            text = self.text
            append = text.startswith("+=", self.pos)
            if append:
                self.pos += 2
            elif text[self.pos] == "=":
                self.pos += 1
            else:
                self.start = start
                return [f"{name}[", *_pieces(subscript), "]"]
        else:
            append = matched[-2] == "+"
            name = matched[: -2 if append else -1]
        match = _PLAIN_VALUE.match(self.text, self.pos)
        if match:
            self.pos = match.end()
            value = match[0]
            return Assignment(name, subscript, append, Word((Literal(value),), value, 0) if value else _EMPTY)
        if compound and self.text[self.pos] == "(":
            return Assignment(name, subscript, append, self.array_value())
        return Assignment(name, subscript, append, self.read_word([], True))

    def array_value(self) -> ArrayValue:
        """Read ( elements ) at `pos`."""
        opened = self.line_at(self.pos)
        self.enter()
        self.pos += 1
        elements: list[ArrayElement] = []
        while True:
            token = self.next_token(ARGUMENT)
            if token == "\n":
                continue
            if token is WORD and self.text[self.start] != "[":
                elements.append(ArrayElement(None, False, self.word))
            elif token in (WORD, COMPLEX, ASSIGNMENT):
                elements.append(self._array_element())
            elif token == ")":
                break
            else:
                error = self.unexpected() if token else self.unclosed(")", opened)
                error.discard = True
                raise error
        self.depth -= 1
        return ArrayValue(tuple(elements))

    def _array_element(self) -> ArrayElement:
        self.pos = start = self.start
        if self.text[start] != "[":
            return ArrayElement(None, False, self.read_word([]))
        subscript = self.subscript()
        append = self.text.startswith("+=", self.pos)
        if append or self.text[self.pos] == "=":
            self.pos += 2 if append else 1
            return ArrayElement(subscript, append, self.read_word([], True))
        return ArrayElement(None, False, self.read_word(["[", *_pieces(subscript), "]"]))

    def argument(self, declaring: bool) -> Word:
        """Return the argument that the token NAME= starts. declaring: of a command that takes name=( .. )."""
        if self.posix and not declaring:
            return self.word_token()
        start = self.start
        matched = self.matched
        assignment = self.assignment(declaring)
        assert isinstance(assignment, Assignment)
        value = assignment.value
        pieces: list[str | WordPart] = []
        if assignment.subscript is not None:
            pieces = [f"{assignment.name}[", *_pieces(assignment.subscript), "+=" if assignment.append else "="]
            pieces[-1] = "]" + str(pieces[-1])
        else:
            pieces = [matched]
        if isinstance(value, ArrayValue):
            pieces.append("(")
            for number, element in enumerate(value.elements):
                if number:
                    pieces.append(" ")
                if element.subscript is not None:
                    pieces += ["[", *_pieces(element.subscript), "]+=" if element.append else "]="]
                pieces += _pieces(element.value)
            pieces.append(")")
        else:
            pieces += _pieces(value)
        self.start = start
        whole = unquoted_word(pieces)
        return AssignmentWord(whole.parts, whole.literal, whole.flags, assignment)

    def _element_argument(self) -> Word:
        """Return the argument at `pos` of a declaring command: an assignment if it is name[..]=value without blanks."""
        match = _ELEMENT_ARGUMENT.match(self.text, self.pos)
        if match is None:
            return self.read_word([])
        self.matched = self.text[self.pos : self.text.index("[", self.pos) + 1]
        self.pos += len(self.matched)
        return self.argument(True)

    # ----------------------------------------------------------------------------------------------------- redirections

    def redirection(self) -> Redirect:
        """Read the target of the operator in `matched` (no token behind it)."""
        matched = self.matched
        line = self.line_at(self.start)
        fd: int | None = None
        var = ""
        op = matched
        if op[0] == "{":
            var, _, op = op[1:].partition("}")
        elif op[0] not in "<>&":
            op = op.lstrip("0123456789")
            fd = int(matched[: -len(op)])
        if op == "<<" or op == "<<-":
            self._delimiter_token()
            redirect = Redirect(fd, var, op, _EMPTY, line)
            self.heredoc_delimiter(redirect, self.start)
            return redirect
        if op[1:] == "&":
            # A number is the target even if another operator follows at once, as in 2>&1>file.
            number = _NUMBER_BEFORE_OPERATOR.match(self.text, self.pos)
            if number:
                self.pos = number.end()
                return Redirect(fd, var, op, plain_word(number[1]), line)
        token = self.next_token(ARGUMENT)
        if token is WORD:
            return Redirect(fd, var, op, self.word, line)
        if token is COMPLEX or token is ASSIGNMENT:
            return Redirect(fd, var, op, self.word_token(), line)
        raise self.unexpected()

    def _delimiter_token(self) -> None:
        """Read the word behind << only for its extent: from `start` to `pos`."""
        token = self.next_token(ARGUMENT)
        if token is COMPLEX or token is ASSIGNMENT:
            start = self.start
            self.word_token()
            self.start = start
        elif token is not WORD:
            raise self.unexpected()

    def redirections(self) -> tuple[Redirect, ...]:
        """Read the redirections behind a compound command, and the token behind them."""
        found: list[Redirect] = []
        while self.next_token(COMMAND) is REDIRECTION:
            found.append(self.redirection())
        return tuple(found)

    # ------------------------------------------------------------------------------------------------- simple commands

    def simple_command(self, first: Word | None = None) -> Command:
        """Read a simple command, or a function definition of the form name (). first: its first word, if already read.

        As in bash, its line is the one on which its second token ends.
        """
        token = self.token
        start = self.start
        line = count = 0
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        declaring = False
        where = PREFIX
        if first is not None:
            words.append(first)
            count = 1
            where = ARGUMENT
            declaring = first.literal in DECLARATIONS and not first.flags
        while True:
            if token is WORD:
                words.append(self.word)
            elif token is REDIRECTION:
                redirects.append(self.redirection())
            elif token is COMPLEX:
                words.append(self._element_argument() if declaring else self.read_word([]))
            elif token is ASSIGNMENT:
                if where == PREFIX:
                    assignment = self.assignment(True)
                    if isinstance(assignment, Assignment):
                        assignments.append(assignment)
                    else:
                        words.append(self.read_word(assignment))
                else:
                    words.append(self.argument(declaring))
            elif token == "(" and len(words) == count == 1:
                name = self.text[start : self.start].rstrip()
                if self.next_token(ARGUMENT) != ")":
                    raise self.unexpected()
                return self.function_body(name, False, self.line_at(start))
            else:
                break
            count += 1
            if count == 2:
                line = redirects[0].line if token is REDIRECTION else self.line_at(self.pos)
            if where == PREFIX and words:
                where = ARGUMENT
                declaring = words[0].literal in DECLARATIONS and not words[0].flags
            token = self.next_token(where)
        if count < 2:
            line = self.line_at(self.start)
        return SimpleCommand(tuple(assignments), tuple(words), tuple(redirects), line)

    def function_body(self, name: str, keyword: bool, line: int) -> FunctionDef:
        """Read the compound command, perhaps on a later line, that is a function's body."""
        while self.next_token(COMMAND) == "\n":
            pass
        return FunctionDef(name, self.compound_reader()(self), keyword, line)


def _pieces(word: Word) -> tuple[str | WordPart, ...]:
    """Return a word's parts as pieces to be put together with others."""
    return tuple([part.text if type(part) is Literal else part for part in word.parts])
