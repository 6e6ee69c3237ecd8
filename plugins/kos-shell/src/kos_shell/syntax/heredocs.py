"""Here-documents: the delimiter behind <<, and the bodies, which are read when the line ends."""

from __future__ import annotations

import re

from kos_shell.syntax.ansi import decode_ansi
from kos_shell.syntax.commands import HereDoc, Redirect
from kos_shell.syntax.errors import Incomplete, ShellSyntaxError
from kos_shell.syntax.wordlexer import WordLexer
from kos_shell.syntax.words import QUOTED, BadSubstitution, Literal, SingleQuoted, Word, literal_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_QUOTED_BIT = re.compile(r"\\(.)|'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\$'((?:[^'\\]|\\.)*)'|\$(?=\")", re.DOTALL)
_ESCAPE = re.compile(r"\\([$`\"\\])")


class HereDocs(WordLexer):
    """Reads here-documents."""

    interactive: bool

    if TYPE_CHECKING:

        def body_parser(self, text: str, line: int) -> Self: ...

    def heredoc_delimiter(self, redirect: Redirect, start: int) -> None:
        """Complete `redirect`, whose delimiter was read from text[start:pos], and put its body on the waiting list."""
        raw = self.text[start : self.pos].replace("\\\n", "")
        quoted = "\\" in raw or "'" in raw or '"' in raw
        delimiter = _QUOTED_BIT.sub(_unquote, raw) if quoted else raw
        strip = redirect.op == "<<-"
        redirect.target = Word((SingleQuoted(delimiter),), delimiter, QUOTED) if quoted else literal_word(delimiter)
        redirect.heredoc = HereDoc(delimiter, quoted, strip, Word((), "", 0))
        self.pending.append((redirect, redirect.heredoc))

    def read_heredocs(self) -> None:
        """Read the bodies that are due, from `pos`, the start of a line."""
        waiting, self.pending = self.pending, []
        for redirect, heredoc in waiting:
            self._read_body(redirect.line, heredoc)

    def _read_body(self, line: int, heredoc: HereDoc) -> None:
        delimiter = heredoc.delimiter
        body: str | None = None
        if not heredoc.strip and not self.substitutions:
            body = self._quick_body(delimiter, heredoc.quoted)
        if body is None:
            body = self._body_by_lines(line, heredoc)
        if not body:
            return
        heredoc.source = body
        if heredoc.quoted or not ("$" in body or "`" in body or "\\" in body):
            heredoc.body = Word((Literal(body),), body, 0)
            return
        try:
            heredoc.body = self.body_parser(body, line).template()
        except ShellSyntaxError as error:
            # Bash reads the text as it is and finds this out when it expands it.
            message = f"{body}: bad substitution" if error.token == "}" else error.message
            heredoc.body = Word((BadSubstitution(body, message),), None, 16)

    def _quick_body(self, delimiter: str, quoted: bool) -> str | None:
        """Return the body if a search finds its end, None if it takes a look at each line."""
        text, pos = self.text, self.pos
        if text.startswith(f"{delimiter}\n", pos):
            self.pos = pos + len(delimiter) + 1
            return ""
        end = text.find(f"\n{delimiter}\n", pos)
        if end < 0:
            return None
        body = text[pos : end + 1]
        if not quoted and "\\\n" in body:
            return None
        self.pos = end + len(delimiter) + 2
        return body

    def _body_by_lines(self, line: int, heredoc: HereDoc) -> str:
        """Return the body, reading line by line: tabs to strip, joined lines, the end of a $( ) or of the text."""
        delimiter, joining = heredoc.delimiter, not heredoc.quoted
        lines: list[str] = []
        part: list[str] = []  # of a joined line
        while True:
            pos = self.pos
            end = self.text.find("\n", pos)
            if end < 0:
                if self.more():
                    continue
                self._unclosed_heredoc(line, heredoc)
                break
            this = self.text[pos:end]
            self.pos = end + 1
            if joining and this.endswith("\\") and (len(this) - len(this.rstrip("\\"))) % 2:
                part.append(this[:-1])
                continue
            if part:
                part.append(this)
                this = "".join(part)
                part = []
            if heredoc.strip:
                this = this.lstrip("\t")
            if this == delimiter:
                return "".join(lines)
            if self.substitutions and this.startswith(delimiter) and ")" in this[len(delimiter) :]:
                # $(cat <<EOF ... EOF): bash takes the delimiter and reads on behind it.
                self.pos = end - (len(this) - len(delimiter))
                self._warn_unclosed(line, heredoc)
                return "".join(lines)
            lines.append(f"{this}\n")
        if part:
            lines.append("".join(part))
        return "".join(lines)

    def _unclosed_heredoc(self, line: int, heredoc: HereDoc) -> None:
        if self.interactive:
            raise Incomplete("syntax error: unexpected end of file", self.end_line(), heredoc.delimiter)
        self._warn_unclosed(line, heredoc)

    def _warn_unclosed(self, line: int, heredoc: HereDoc) -> None:
        heredoc.closed = False
        text = f"here-document at line {line} delimited by end-of-file (wanted `{heredoc.delimiter}')"
        self.warnings.append((self.line_at(max(self.pos - 1, 0)), f"warning: {text}"))


def _unquote(match: re.Match[str]) -> str:
    escaped, single, double, ansi = match.groups()
    if escaped is not None:
        return escaped
    if single is not None:
        return single
    if double is not None:
        return _ESCAPE.sub(r"\1", double)
    return "" if ansi is None else decode_ansi(ansi)
