"""Grammar, upper half: the compound commands.

Each reader starts with its first reserved word (or parenthesis) in `token`, and leaves `token` at the first one behind
the command and its redirections.
"""

from __future__ import annotations

from kos_shell.syntax.commands import (
    ArithCommand,
    Case,
    CaseItem,
    Command,
    CompoundCommand,
    Coproc,
    For,
    ForArith,
    FunctionDef,
    Group,
    If,
    Select,
    Sequence,
    Subshell,
    While,
)
from kos_shell.syntax.conditional import Conditionals
from kos_shell.syntax.errors import ShellSyntaxError
from kos_shell.syntax.tokens import ARGUMENT, ASSIGNMENT, COMMAND, COMPLEX, KEYWORD, REDIRECTION, WORD
from kos_shell.syntax.words import Word, literal_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Compounds(Conditionals):
    """Reads compound commands."""

    def _body(self, closer: str) -> Sequence:
        """Read a list that `closer` ends."""
        self.enter()
        body = self.command_list(False)
        if self.token != closer:
            raise self.unexpected()
        self.depth -= 1
        return body

    def compound_reader(self) -> Callable[[Any], CompoundCommand]:
        """Return what reads the compound command that starts with the current token; any other token is an error.

        (The caller calls it, which saves a level of Python's stack where functions are nested.)
        """
        read = COMPOUND.get(self.token)
        if read is None or self.token in ("function", "coproc"):
            raise self.unexpected()
        return read  # type: ignore[return-value]

    # ------------------------------------------------------------------------------------------ braces and parentheses

    def group(self) -> Group:
        """{ list; }"""
        line = self.line_at(self.start)
        body = self._body("}")
        return Group(body, line, self.redirections())

    def parenthesis(self) -> Subshell | ArithCommand:
        """( list ), or (( expression )) if it turns out to be that."""
        line = self.line_at(self.start)
        if self.text[self.pos] == "(":
            expr = self.double_paren()
            if expr is not None:
                line = self.line_at(self.pos)
                return ArithCommand(expr, line, self.redirections())
        body = self._body(")")
        return Subshell(body, line, self.redirections())

    def double_paren(self) -> Word | None:
        """Read the expression of (( )) with its end, or None and `pos` as it was if it's a subshell in a subshell.

        Text that turns out to be commands is read again. So that this stays linear where such parentheses are nested,
        what the substitutions in it were is kept, and so is what was found out about each pair of parentheses.
        """
        start = self.pos
        if start in self.not_arithmetic:
            return None
        kept = self.memo
        if kept is None:
            self.memo = {}
        self.pos = start + 1
        expr = self.arithmetic(")", note=True)
        if self.text[self.pos + 1] == ")":
            self.memo = kept
            self.pos += 2
            return expr
        self.not_arithmetic.add(start)
        self.pos = start
        return None

    # ----------------------------------------------------------------------------------------------------- if and loops

    def if_command(self) -> If:
        """if list; then list; elif ...; else list; fi"""
        line = self.line_at(self.start)
        clauses: list[tuple[Sequence, Sequence]] = []
        other: Sequence | None = None
        self.enter()
        while True:
            test = self.command_list(False)
            if self.token != "then":
                raise self.unexpected()
            clauses.append((test, self.command_list(False)))
            if self.token != "elif":
                break
        if self.token == "else":
            other = self.command_list(False)
        if self.token != "fi":
            raise self.unexpected()
        self.depth -= 1
        return If(tuple(clauses), other, line, self.redirections())

    def while_command(self) -> While:
        """while list; do list; done, or until"""
        line = self.line_at(self.start)
        until = self.token == "until"
        test = self._body("do")
        body = self._body("done")
        return While(test, body, until, line, self.redirections())

    def for_command(self) -> For | ForArith | Select:
        """for name in words; do list; done, the same with select, and for (( ; ; ))"""
        line = self.line_at(self.start)
        kind = Select if self.token == "select" else For
        token = self.next_token(ARGUMENT)
        if token == "(" and kind is For and self.text[self.pos] == "(":
            return self._for_arithmetic(line)
        if token not in (WORD, COMPLEX, ASSIGNMENT):
            raise self.unexpected()
        start = self.start
        self.word_token()
        name = self.text[start : self.pos]
        words: list[Word] | None = None
        token = self.next_token(KEYWORD)
        if token == "{":
            # Bash takes no reserved word here but `in` and `do`.
            raise self.unexpected()
        semicolon = token == ";"
        if semicolon:
            token = self.next_token(COMMAND)
        while token == "\n":
            token = self.next_token(KEYWORD)
        if token == "in" and not semicolon:
            words = self._words_to_separator()
            token = self.next_token(COMMAND)
            while token == "\n":
                token = self.next_token(COMMAND)
        body = self._loop_body()
        return kind(name, None if words is None else tuple(words), body, line, self.redirections())

    def _words_to_separator(self) -> list[Word]:
        """Read the words behind `in`, with the ; or newline."""
        words: list[Word] = []
        while True:
            token = self.next_token(ARGUMENT)
            if token is WORD or token is COMPLEX or token is ASSIGNMENT:
                words.append(self.word_token())
            elif token == ";" or token == "\n":
                return words
            else:
                raise self.unexpected()

    def _loop_body(self) -> Sequence:
        """Read do list; done or { list; }, which starts with the current token."""
        if self.token == "do":
            return self._body("done")
        if self.token == "{":
            return self._body("}")
        raise self.unexpected()

    def _for_arithmetic(self, line: int) -> ForArith:
        """Read (( init; test; step )) and the body."""
        start = self.pos + 1
        self.pos = start
        parts: list[Word | None] = []
        while True:
            begin = self.pos
            while self.text[self.pos] in " \t\n":
                self.pos += 1
                if self.pos >= len(self.text) and not self.more():
                    raise self.unclosed(")", self.line_at(begin))
            expr = self.arithmetic(")", ";")
            parts.append(expr if expr.parts else None)
            if self.text[self.pos] == ")":
                break
            self.pos += 1
        if self.text[self.pos + 1] != ")" or len(parts) != 3:
            message = (
                "syntax error: `;' unexpected" if len(parts) > 3 else "syntax error: arithmetic expression required"
            )
            shown = self.text[start - 2 : self.pos + 2].replace("\n", " ")
            raise ShellSyntaxError(message, self.line_at(self.pos), "", f"syntax error: `{shown}'")
        self.pos += 2
        token = self.next_token(COMMAND)
        if token == ";":
            token = self.next_token(COMMAND)
        while token == "\n":
            token = self.next_token(COMMAND)
        body = self._loop_body()
        return ForArith(parts[0], parts[1], parts[2], body, line, self.redirections())

    # ------------------------------------------------------------------------------------------------------------- case

    def case_command(self) -> Case:
        """case word in patterns) list;; ... esac"""
        line = self.line_at(self.start)
        self.enter()
        if self.next_token(ARGUMENT) not in (WORD, COMPLEX, ASSIGNMENT):
            raise self.unexpected()
        word = self.word_token()
        while self.next_token(KEYWORD) == "\n":
            pass
        if self.token != "in":
            raise self.unexpected()
        items: list[CaseItem] = []
        while True:
            while self.next_token(ARGUMENT) == "\n":
                pass
            if self.token is WORD and self.word.literal == "esac" and not self.word.flags:
                break
            item = self._case_item()
            items.append(item)
            if not item.terminator:
                items[-1] = CaseItem(item.patterns, item.body, ";;")
                break
        self.depth -= 1
        return Case(word, tuple(items), line, self.redirections())

    def _case_item(self) -> CaseItem:
        """Read one clause from its first token on. The terminator is "" if `esac` ended it."""
        if self.token == "(":
            self.next_token(ARGUMENT)
        patterns: list[Word] = []
        while True:
            if self.token not in (WORD, COMPLEX, ASSIGNMENT):
                raise self.unexpected()
            patterns.append(self.word_token())
            if self.next_token(ARGUMENT) != "|":
                break
            self.next_token(ARGUMENT)
        if self.token != ")":
            raise self.unexpected()
        body = self.command_list(True)
        terminator = self.token
        if terminator == "esac":
            terminator = ""
        elif terminator not in (";;", ";&", ";;&"):
            raise self.unexpected()
        return CaseItem(tuple(patterns), body if body.commands else None, terminator)

    # ------------------------------------------------------------------------------------------- functions, co-processes

    def function_command(self) -> FunctionDef:
        """function name [()] body"""
        line = self.line_at(self.start)
        if self.next_token(ARGUMENT) not in (WORD, COMPLEX, ASSIGNMENT):
            raise self.unexpected()
        start = self.start
        self.word_token()
        name = self.text[start : self.pos]
        behind = self.pos
        if self.next_token(COMMAND) == "(":
            # () belongs to the name; ( list ) would be the body.
            if self.next_token(ARGUMENT) == ")":
                return self.function_body(name, True, line)
            self.pos = behind
            self.next_token(COMMAND)
        elif self.token == "\n":
            return self.function_body(name, True, line)
        return FunctionDef(name, self.compound_reader()(self), True, line)

    def coproc_command(self) -> Coproc:
        """coproc [name] command"""
        line = self.line_at(self.start)
        token = self.next_token(COMMAND)
        if token in COMPOUND and token not in ("function", "coproc"):
            return Coproc("COPROC", self.compound_reader()(self), line)
        if token == "time":
            return Coproc("COPROC", self.command(), line)
        if token in (WORD, COMPLEX):
            start = self.start
            word = self.word_token()
            name = self.text[start : self.pos]
            behind = self.next_token(COMMAND)
            if behind in COMPOUND and behind not in ("function", "coproc"):
                return Coproc(name, self.compound_reader()(self), line)
            if behind == "time":
                self.word, self.token = literal_word("time"), WORD
            if behind is ASSIGNMENT and self.matched[-1] == "[":
                self.pos = self.start
                self.token = COMPLEX
            return Coproc("COPROC", self.simple_command(word), line)
        if token not in (WORD, COMPLEX, ASSIGNMENT, REDIRECTION):
            raise self.unexpected()
        return Coproc("COPROC", self.simple_command(), line)

    if TYPE_CHECKING:

        def command(self) -> Command: ...


COMPOUND: dict[str, Callable[[Any], Command]] = {
    "{": Compounds.group,
    "(": Compounds.parenthesis,
    "if": Compounds.if_command,
    "while": Compounds.while_command,
    "until": Compounds.while_command,
    "for": Compounds.for_command,
    "select": Compounds.for_command,
    "case": Compounds.case_command,
    "[[": Compounds.conditional,
    "function": Compounds.function_command,
    "coproc": Compounds.coproc_command,
}
"""What reads the command that starts with this token."""
