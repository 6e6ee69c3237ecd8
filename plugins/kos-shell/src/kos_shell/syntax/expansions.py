"""Layer 2 of the lexer: what starts with a dollar sign, but for the inside of ${ } (layer 3); arithmetic text."""

from __future__ import annotations

import re

from kos_shell.syntax.pieces import quoted_word
from kos_shell.syntax.quoting import Quoting
from kos_shell.syntax.unparse_words import single_quote
from kos_shell.syntax.words import (
    ArithSub,
    Backquote,
    CommandSub,
    Expansion,
    Literal,
    Param,
    ProcSub,
    Word,
    WordPart,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kos_shell.syntax.commands import HereDoc, Redirect

NAME = r"[A-Za-z_][A-Za-z0-9_]*+"
SPECIAL = r"[0-9@*#?$!-]"
_START = re.compile(rf"\$(?:({NAME}|{SPECIAL})|(\{{)|(\(\()|(\[)|(')|(\")|(\\\n))|([$<>]\()")
_NAME, _BRACE, _ARITH, _BRACKET, _ANSI, _LOCALE, _CONTINUED, _COMMAND = range(1, 9)

# Arithmetic text by what ends it: run of ordinary characters, what opens and closes a level inside.
_ARITH_TEXT = {
    ")": (re.compile(r"[^()\\'\"$`;]++"), "(", ")"),
    "]": (re.compile(r"[^\[\]\\'\"$`]++"), "[", "]"),
    "}": (re.compile(r"[^()\[\]?:}\\'\"$`]++"), "([", ")]"),
}


class Expansions(Quoting):
    """Readers of expansions."""

    # Set up by the token layer: here-documents whose body is still to come, and how many $( ) we are in.
    pending: list[tuple[Redirect, HereDoc]]
    substitutions: int
    warnings: list[tuple[int, str]]
    memo: dict[int, tuple[Expansion, int]] | None
    """What $( ) at a position was, while text is read that may have to be read again (see `Compounds.double_paren`)."""
    not_arithmetic: set[int]
    """Positions of the second parenthesis of (( that doesn't start an arithmetic command."""

    if TYPE_CHECKING:

        def braced_parameter(self, quoted: bool) -> Expansion: ...

        token: str

    def expansion(self, quoted: bool) -> WordPart:
        """Read what starts with the `$` at `pos`, or the <( ) or >( ) there. A `$` that starts nothing is Literal("$")."""
        start = self.pos
        match = _START.match(self.text, start)
        if match is None:
            self.pos += 1
            return Literal("$")
        kind = match.lastindex
        if kind == _NAME:
            end = match.end()
            if self.text[end] == "\\" and self.text[end + 1] == "\n" and match[1].isidentifier():
                self.join(end)  # the name may go on
                return self.expansion(quoted)
            self.pos = end
            return Param(match[1], None, "", False, False)
        if kind == _BRACE:
            return self.braced_parameter(quoted)
        if kind == _COMMAND and self.text.startswith("\\\n", start + 2):
            self.join(start + 2)  # it may be $((
            return self.expansion(quoted)
        if kind == _COMMAND:
            # In line and not a method of its own, to keep the Python stack of nested substitutions shallow.
            memo = self.memo
            if memo is not None and start in memo:
                known, self.pos = memo[start]
                return known
            self.enter()
            line = self.line_at(start)
            outer, self.pending = self.pending, []
            templated, self.templated = self.templated, False
            self.substitutions += 1
            self.pos = start + 2
            body = self.command_list(True)
            if self.token != ")":
                raise self.unexpected()
            self.templated = templated
            self.substitutions -= 1
            self.depth -= 1
            # A here-document whose body didn't come before the `)` is read at the next line end outside.
            if self.pending:
                count = len(self.pending)
                text = f"{count} unterminated here-document{'s' if count > 1 else ''}"
                self.warnings.append((self.line_at(self.pos), f"warning: command substitution: {text}"))
                outer += self.pending
            self.pending = outer
            op = self.text[start]
            part: Expansion = CommandSub(body, line) if op == "$" else ProcSub(op, body, line)
            if memo is not None:
                memo[start] = (part, self.pos)
            return part
        if kind == _ARITH:
            return self._arithmetic_or_command()
        if kind == _BRACKET:
            self.pos += 2
            expr = self.arithmetic("]")
            self.pos += 1
            return ArithSub(expr, True)
        if kind == _CONTINUED:
            self.join(start + 1)
            return self.expansion(quoted)
        if quoted:
            self.pos += 1
            return Literal("$")
        return self.ansi_quoted() if kind == _ANSI else self.double_quoted(True)

    def _arithmetic_or_command(self) -> Expansion:
        """Read $(( )). If the first unmatched `)` isn't followed by another, it was $( with a subshell at its start."""
        start = self.pos
        line = self.line_at(start)
        self.pos += 3
        expr = self.arithmetic(")")
        while self.text.startswith("\\\n", self.pos + 1):
            self.join(self.pos + 1)
        if self.text[self.pos + 1] == ")":
            self.pos += 2
            return ArithSub(expr)
        self.pos += 1
        self.arithmetic(")")
        self.pos += 1
        raw = self.text[start : self.pos]
        return Backquote(raw[2:-1], raw, line)

    def arithmetic(self, closer: str, stops: str = "", note: bool = False) -> Word:
        """Read arithmetic text up to an unmatched `closer` or one of `stops`, and leave `pos` at that.

        It is text as in double quotes; quotes in it only hide parentheses. '..' stays as it is, with its quotes.
        A `:` among the stops is skipped if it belongs to a `?`.
        note: remember of each (( in it whether its ends are together as )), see `Compounds.double_paren`.
        """
        self.enter()
        start = pos = self.pos
        text = self.text
        run, openers, closers = _ARITH_TEXT[closer]
        pieces: list[str | WordPart] = []
        depth = questions = 0
        opened: list[int] = []
        closed: dict[int, int] = {}
        while True:
            match = run.match(text, pos)
            if match:
                pieces.append(match[0])
                pos = match.end()
            if pos >= len(text):
                if not self.more():
                    raise self.unclosed(closer, self.line_at(start))
                text = self.text
                continue
            char = text[pos]
            if depth == 0 and (char == closer or (char in stops and not (char == ":" and questions))):
                break
            if char == "$" and text[pos + 1] == '"':
                pos += 1  # a translated string is a string here
                continue
            if char == "$" and text[pos + 1] == "'":
                self.pos = pos
                pieces.append(single_quote(self.ansi_quoted().text))
                pos = self.pos
                text = self.text
                continue
            if char in "\\$`":
                pos = self._within_quotes(char, pos, pieces)
                text = self.text
                continue
            if char == "'":
                pieces.append(f"'{self.single_quoted(pos + 1)}'")
                pos = self.pos
                text = self.text
                continue
            if char == '"':
                self.pos = pos
                pieces.append(self.double_quoted())
                pos = self.pos
                text = self.text
                continue
            if char in openers:
                depth += 1
                if note:
                    opened.append(pos)
            elif char in closers:
                depth -= depth > 0
                if note:
                    # `closed` is where the parenthesis inside ended, if this one started right before it.
                    begin = opened.pop()
                    if closed.get(begin + 1, pos - 1) != pos - 1:
                        self.not_arithmetic.add(begin + 1)
                    closed[begin] = pos
            elif depth == 0:
                questions += (char == "?") - (char == ":" and questions > 0)
            pieces.append(char)
            pos += 1
        self.pos = pos
        self.depth -= 1
        return quoted_word(pieces)
