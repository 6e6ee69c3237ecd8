r"""Layer 5 of the lexer: tokens, comments, joined lines, aliases.

One master regular expression matches blanks and a token at once and says by its group what it is. The words that make
up most of a script (plain text, $x, "$x", "text", 'text') are whole tokens of it; any other word is only recognised by
its first character (COMPLEX) and read by `read_word` when the parser wants it.

What a token means depends on where it stands, so the parser says when it asks:

    COMMAND     where a command may start: reserved words, assignments and aliases count
    PREFIX      behind an assignment or redirection in front of a command: reserved words don't
    ARGUMENT    elsewhere: all is words (NAME= is still told apart, for `declare x=..` and tildes)
    KEYWORD     where only a reserved word is expected (`for x` in): they count, aliases and assignments don't

After `next_token`, `token` holds what was read (an operator or reserved word as itself, or one of the names below),
`start` where it starts, and `pos` is behind it, or, for COMPLEX, at it.
"""

from __future__ import annotations

import re

from kos_shell.syntax.errors import Incomplete, ShellSyntaxError
from kos_shell.syntax.expansions import NAME
from kos_shell.syntax.heredocs import HereDocs
from kos_shell.syntax.wordlexer import DELIMITERS
from kos_shell.syntax.words import EXPANDS, QUOTED, DoubleQuoted, Literal, Param, SingleQuoted, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

WORD = "word "
"""The token is the Word in `word`. (With a blank, no operator or reserved word is called so.)"""
COMPLEX = "complex "
"""A word starts at `pos`: `word_token` reads it."""
ASSIGNMENT = "assignment "
"""NAME= or NAME+= was read, or NAME[ (only in COMMAND and PREFIX); its text is in `matched`."""
REDIRECTION = "redirection "
"""A redirection operator with what stands before it (2>, {fd}<) was read; its text is in `matched`."""
END = ""
"""The end of the script."""

COMMAND, PREFIX, ARGUMENT, KEYWORD = 0, 1, 2, 3

RESERVED = frozenset(
    "! [[ ]] { } case coproc do done elif else esac fi for function if in select then time until while".split()
)

_CLEAN = r"(?=[ \t\n;&|)])"
_PLAIN_CHAR = rf"[^{DELIMITERS}\\'\"$`*?\[{{=]"
_PARAM = rf"({NAME}|[0-9@*#?$!-])"
_TOKEN = re.compile(
    r"(?:[ \t]++|\\\n)*+"
    r"(?:"
    rf"((?![~#]){_PLAIN_CHAR}++{_CLEAN})"  # 1 plain word
    r"|(\n)"  # 2
    rf"|\${_PARAM}{_CLEAN}"  # 3 $x
    rf"|\"\${_PARAM}\"{_CLEAN}"  # 4 "$x"
    rf"|\"([^\"\\$`]*+)\"{_CLEAN}"  # 5 "text"
    rf"|'([^']*+)'{_CLEAN}"  # 6 'text'
    rf"|((?:[0-9]{{1,9}}+|\{{{NAME}(?:\[[^\]\s]*+\])?\}})?(?:<<<|<<-|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\())|&>>|&>)"  # 7
    r"|(;;&|;;|;&|;|&&|&|\|\||\|&|\||\(|\))"  # 8 operator
    rf"|({NAME}(?:\+?=|\[))"  # 9 assignment
    rf"|((?:(?:(?![~#])(?:=|{_PLAIN_CHAR})++)|\[\[?|\{{\}}?){_CLEAN})"  # 10 plain word with a = in it, [ [[ { {}
    r"|(#[^\n]*+)"  # 11 comment
    r"|(.)"  # 12 any other word
    r")"
)
(_PLAIN, _NEWLINE, _LONE, _QUOTED_LONE, _DOUBLE, _SINGLE, _REDIRECTION, _OPERATOR, _ASSIGN, _PLAIN2, _COMMENT) = range(
    1, 12
)

# A reserved word may end at any delimiter, as in if(true), or be cut by joined lines, as in i\<newline>f.
_RESERVED_BEFORE_DELIMITER = re.compile(rf"({'|'.join(map(re.escape, sorted(RESERVED)))})(?=\(|[<>](?!\())")
_PERHAPS_RESERVED_JOINED = re.compile(r"[a-z!{}\[\]]{1,8}+\\\n")
_JOINED_NAME = re.compile(rf"({NAME})\\\n(?:\\\n|[A-Za-z0-9_])*+(?:\+?=|\[)")
_ALIAS_NAME = re.compile(rf"[^{DELIMITERS}\\'\"$`=/]++(?=[{DELIMITERS}])")


class Tokens(HereDocs):
    """Reads tokens."""

    aliases: Mapping[str, str] | None
    interactive: bool
    posix: bool

    token: str = "\n"
    start: int = 0
    matched: str = ""
    word: Word

    def __init__(self, text: str, more: object = None, line: int = 1) -> None:
        super().__init__(text, more, line)  # type: ignore[arg-type]
        self.pending = []
        self.substitutions = 0
        self.memo = None
        self.not_arithmetic = set()
        # Aliases whose text we are in: (name, end of its text). alias_next: the first token at or behind it is tried,
        # too; alias_again: and what that one became.
        self._inside: list[tuple[str, int]] = []
        self._alias_next = -1
        self._alias_again = -1

    def next_token(self, where: int) -> str:
        """Read the next token. where: COMMAND, PREFIX or ARGUMENT. Returns `token`."""
        while True:
            match = _TOKEN.match(self.text, self.pos)
            if match is None:
                if self.more():
                    continue
                return self._end()
            kind = match.lastindex or 0
            self.pos = end = match.end()
            if kind in (_PLAIN, _PLAIN2):
                text = match[kind]
                self.start = end - len(text)
                if self.aliases and self._alias(text, where):
                    continue
                if text in RESERVED and where in (COMMAND, KEYWORD):
                    self.token = text
                    return text
                self.word = Word((Literal(text),), text, 0)
                self.token = WORD
                return WORD
            if kind == _NEWLINE:
                self.start = end - 1
                if self.pending:
                    self.read_heredocs()
                self.token = "\n"
                return "\n"
            if kind == _OPERATOR:
                self.token = token = match[_OPERATOR]
                self.start = end - len(token)
                if self.text.startswith("\\\n", end) and self._joined_operator(end):
                    self.pos = self.start
                    continue
                return token
            self.start = start = match.start(kind)
            if kind == _LONE:
                self.start = start - 1
                if 0 <= self._alias_next < start:
                    self._alias_next = -1
                self.word = Word((Param(match[_LONE], None, "", False, False),), None, EXPANDS)
            elif kind == _QUOTED_LONE:
                self.start = start - 2
                param = Param(match[_QUOTED_LONE], None, "", False, False)
                self.word = Word((DoubleQuoted((param,)),), None, EXPANDS | QUOTED)
            elif kind == _DOUBLE:
                self.start = start - 1
                text = match[_DOUBLE]
                self.word = Word((DoubleQuoted((Literal(text),) if text else ()),), text, QUOTED)
            elif kind == _SINGLE:
                self.start = start - 1
                text = match[_SINGLE]
                self.word = Word((SingleQuoted(text),), text, QUOTED)
            elif kind == _REDIRECTION:
                self.matched = match[_REDIRECTION]
                if self.text.startswith("\\\n", end) and self._joined_operator(end):
                    self.pos = start
                    continue
                self.token = REDIRECTION
                return REDIRECTION
            elif kind == _ASSIGN:
                self.matched = matched = match[_ASSIGN]
                if where >= ARGUMENT and matched[-1] == "[":
                    self.pos = start
                    self.token = COMPLEX
                    return COMPLEX
                self.token = ASSIGNMENT
                return ASSIGNMENT
            elif kind == _COMMENT:
                continue
            else:
                self.pos = start
                if self.aliases:
                    name = _ALIAS_NAME.match(self.text, start)
                    if name:
                        self.pos = name.end()
                        if self._alias(name[0], where):
                            continue
                        self.pos = start
                    elif 0 <= self._alias_next <= start and self.text[start] not in "\\'\"":
                        self._alias_next = -1
                if where < ARGUMENT and (joined := _JOINED_NAME.match(self.text, start)):
                    self.join(joined.end(1))  # it may be an assignment
                    continue
                if where in (COMMAND, KEYWORD) and self._reserved_here():
                    return self.token
                self.token = COMPLEX
                return COMPLEX
            self.token = WORD
            return WORD

    def _joined_operator(self, end: int) -> bool:
        """If the operator before `end` goes on behind a joined line, as in &\\<newline>&, take the join out."""
        if end + 2 == len(self.text):
            self.more()
        if self.text[end + 2 : end + 3] not in ("&", "|", ";", "<", ">", "-"):
            return False
        self.splice(end, end + 2, "")
        return True

    def _reserved_here(self) -> bool:
        """Read a reserved word that isn't followed by a blank or separator. A word read in vain is left in `word`."""
        match = _RESERVED_BEFORE_DELIMITER.match(self.text, self.pos)
        if match and not (match[1] == "!" and self.extglob and self.text[match.end()] == "("):
            self.token = match[1]
            self.pos = match.end()
            return True
        if _PERHAPS_RESERVED_JOINED.match(self.text, self.pos):
            start = self.start
            self.word = self.read_word([])
            self.start = start
            literal = self.word.literal
            self.token = literal if literal in RESERVED and not self.word.flags else WORD
            return True
        return False

    def _end(self) -> str:
        """Make END the token, unless a joined line ends the text that a user is still typing."""
        joined = self.text.endswith("\\\n") and self.token != "\n"
        self.start = self.pos = len(self.text)
        if self.interactive and joined:
            raise Incomplete("syntax error: unexpected end of file", self.end_line())
        if self.pending:
            self.read_heredocs()
        self.token = END
        return END

    def word_token(self) -> Word:
        """Return the word that the current token is or starts (WORD, COMPLEX, or ASSIGNMENT as plain text)."""
        if self.token is WORD:
            return self.word
        self.pos = self.start
        return self.read_word([])

    def forget(self) -> None:
        """Drop what was read, as in Source, and move what is known of positions."""
        before = len(self.text)
        super().forget()
        moved = before - len(self.text)
        if moved and self._inside:
            self._inside = [(name, end - moved) for name, end in self._inside]
        if moved and self._alias_next >= 0:
            self._alias_next = max(self._alias_next - moved, 0)
        self._alias_again = -1

    # ---------------------------------------------------------------------------------------------------------- aliases

    def _alias(self, name: str, where: int) -> bool:
        """If the word `name` before `pos` is an alias due here, put its text in its place.

        Due where a command may start, and behind an alias that ends in a blank; never inside its own text.
        """
        start = self.pos - len(name)
        following = self._alias_again == start or 0 <= self._alias_next <= start
        if following and self._alias_again != start:
            self._alias_next = -1
        self._alias_again = -1
        if where >= ARGUMENT and not following:
            return False
        if self.posix and where == COMMAND and name in RESERVED:
            return False
        assert self.aliases is not None
        value = self.aliases.get(name)
        if value is None:
            return False
        while self._inside and self._inside[-1][1] <= start:
            self._inside.pop()
        if any(active == name for active, _ in self._inside):
            return False
        self.line_at(start)
        grown = len(value) - len(name)
        self._inside = [(active, end + grown) for active, end in self._inside]
        self.splice(start, self.pos, value)
        self._inside.append((name, start + len(value)))
        if following:
            self._alias_again = start
        if value[-1:] in (" ", "\t"):
            self._alias_next = start + len(value)
        if self.memo is not None:
            # What was noted of the text behind has moved.
            self.memo = {}
            self.not_arithmetic.clear()
        self.pos = start
        return True

    # ----------------------------------------------------------------------------------------------------------- errors

    def unexpected(self) -> ShellSyntaxError:
        """Return the error for the current token, as bash words it."""
        if self.token == END:
            line = self.end_line()
            if self.substitutions:
                return self.unclosed(")", line)
            return Incomplete("syntax error: unexpected end of file", line)
        if self.token == "\n":
            shown = "newline"
            # `pos` may be behind here-documents.
            at = self.start
        else:
            at = self.start
            if self.token is COMPLEX or self.token is ASSIGNMENT:
                self.word_token()
            shown = self.text[at : self.pos]
        line = self.line_at(at)
        return ShellSyntaxError(f"syntax error near unexpected token `{shown}'", line, shown, f"`{self.line_text(at)}'")
