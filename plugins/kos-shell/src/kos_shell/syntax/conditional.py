"""Grammar of [[ ]]: its own operators, words that are neither split nor globbed, regular expressions."""

from __future__ import annotations

from kos_shell.syntax.commands import Conditional, Test, TestAnd, TestBinary, TestGroup, TestNot, TestOr, TestUnary
from kos_shell.syntax.errors import ShellSyntaxError
from kos_shell.syntax.simple import SimpleCommands
from kos_shell.syntax.tokens import ARGUMENT, ASSIGNMENT, COMPLEX, END, REDIRECTION, WORD
from kos_shell.syntax.words import Word

UNARY = frozenset(f"-{letter}" for letter in "abcdefghknoprstuvwxzGLNORS")
BINARY = frozenset("= == != =~ < > -eq -ne -lt -le -gt -ge -nt -ot -ef".split())

_WORD_TOKENS = (WORD, COMPLEX, ASSIGNMENT)


class Conditionals(SimpleCommands):
    """Reads conditional expressions. `_raw` is the text of the current word token as it was written."""

    _raw = ""

    def conditional(self) -> Conditional:
        """Read from the `[[` that is the token to the token behind the redirections."""
        self.enter()
        line = self.line_at(self.start)
        self._advance()
        expr = self._or()
        if self._raw != "]]":
            if self.token in _WORD_TOKENS:
                raise self._wrong("syntax error in conditional expression")
            raise self._wrong(f"syntax error in conditional expression: unexpected token `{self._shown()}'")
        self.depth -= 1
        return Conditional(expr, line, self.redirections())

    def _advance(self, regex: bool = False, pattern: bool = False) -> None:
        """Read the next token; a word token is read whole. regex, pattern: it is the right side of =~, of ==."""
        if regex:
            self._regex_token()
            return
        extglob = self.extglob
        if pattern:
            self.extglob = True
        token = self.next_token(ARGUMENT)
        if token in _WORD_TOKENS:
            start = self.start
            self.word = self.word_token()
            self._raw = self.text[start : self.pos]
            self.start = start
            self.token = WORD
        elif token is REDIRECTION and self.matched in ("<", ">"):
            self.token = self._raw = self.matched
        else:
            self._raw = "" if token is not REDIRECTION else self.matched
        self.extglob = extglob

    def _regex_token(self) -> None:
        """Read a regular expression: a word in which ( ) and | may stand."""
        text = self.text
        pos = self.pos
        while text[pos] in " \t" or text.startswith("\\\n", pos):
            pos += 2 if text[pos] == "\\" else 1
            if pos >= len(text) and self.more():
                text = self.text
        self.pos = self.start = start = pos
        if text[pos] in "\n;&<>)":
            self._advance()
            return
        self.word = self.read_word([], regex=True)
        self.start = start
        self._raw = self.text[start : self.pos]
        self.token = WORD

    def _skip_newlines(self) -> None:
        while self.token == "\n":
            self._advance()

    def _or(self) -> Test:
        parts = [self._and()]
        while self.token == "||":
            self._advance()
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else TestOr(tuple(parts))

    def _and(self) -> Test:
        parts = [self._term()]
        while self.token == "&&":
            self._advance()
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else TestAnd(tuple(parts))

    def _term(self) -> Test:
        """Read one test, its negations and parentheses; leave the token behind it, newlines skipped."""
        self._skip_newlines()
        negations = 0
        while self.token is WORD and self._raw == "!":
            negations += 1
            self._advance()
            self._skip_newlines()
        test = self._primary()
        if negations % 2:
            test = TestNot(test)
        self._skip_newlines()
        return test

    def _primary(self) -> Test:
        if self.token == "(":
            self.enter()
            self._advance()
            try:
                inner = self._or()
            except ShellSyntaxError as error:
                if error.conditional:  # each open parenthesis has its say
                    error.detail = "\n".join(filter(None, (error.detail, "expected `)'")))
                raise
            if self.token != ")":
                shown = self._shown()
                raise self._wrong(f"unexpected token `{shown}', expected `)'" if shown else "expected `)'")
            self.depth -= 1
            self._advance()
            return TestGroup(inner)
        if self.token is not WORD or self._raw == "]]":
            if self._raw == "]]":
                raise self._wrong("")
            raise self._wrong(f"unexpected token `{self._shown()}' in conditional command")
        if self._raw in UNARY:
            return self._unary(self._raw)
        left = self.word
        self._advance()
        op = self._raw
        if self.token is WORD and op in BINARY or op == "<" or op == ">":
            return self._binary(op, left)
        if self.token in ("&&", "||", ")") or op == "]]":
            return TestUnary("-n", left)
        if self.token is WORD:
            raise self._wrong("conditional binary operator expected")
        raise self._wrong(f"unexpected token `{self._shown()}', conditional binary operator expected")

    def _unary(self, op: str) -> Test:
        self._advance()
        if self.token is not WORD or self._raw == "]]":
            raise self._wrong(f"unexpected argument `{self._shown()}' to conditional unary operator")
        operand = self.word
        self._advance()
        return TestUnary(op, operand)

    def _binary(self, op: str, left: Word) -> Test:
        self._advance(regex=op == "=~", pattern=op in ("=", "==", "!="))
        if self.token is not WORD or self._raw == "]]":
            raise self._wrong(f"unexpected argument `{self._shown()}' to conditional binary operator")
        right = self.word
        self._advance()
        return TestBinary(op, left, right)

    def _shown(self) -> str:
        """Return the current token as messages show it."""
        if self.token == "\n":
            return "newline"
        if self.token is WORD or self.token is REDIRECTION:
            return self._raw
        return self.token or "EOF"

    def _wrong(self, message: str) -> ShellSyntaxError:
        """Return the error `message`; incomplete if the text is at its end."""
        if self.token == END:
            return self.unexpected()
        shown = self._shown()
        return ShellSyntaxError(
            message, self.line_at(self.start), shown, conditional=True, nested=self.substitutions > 0
        )
