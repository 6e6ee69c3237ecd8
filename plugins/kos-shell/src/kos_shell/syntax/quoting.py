"""Layer 1 of the lexer: '..', $'..', "..", `..`, and text that is read as if in double quotes (here-documents, PS4)."""

from __future__ import annotations

import re

from kos_shell.syntax.ansi import decode_ansi
from kos_shell.syntax.pieces import combine, quoted_word
from kos_shell.syntax.source import Source
from kos_shell.syntax.words import AnsiQuoted, Backquote, DoubleQuoted, Escaped, Literal, Word, WordPart

DOUBLE_RUN = re.compile(r'(?:[^"\\$`]++|\\[^$`"\\\n])++')
TEMPLATE_RUN = re.compile(r"(?:[^\\$`]++|\\[^$`\\\n])++")
_ANSI_RUN = re.compile(r"(?:[^'\\]++|\\.)*+", re.DOTALL)
_BACKQUOTE_RUN = re.compile(r"(?:[^`\\]++|\\.)*+", re.DOTALL)
_BACKQUOTE_ESCAPE = re.compile(r"\\([$`\\])")
_BACKQUOTE_ESCAPE_QUOTED = re.compile(r'\\([$`\\"])')
_JOINED_OR_ESCAPED = re.compile(r"\\(?:\n|(.))", re.DOTALL)


class Quoting(Source):
    """Readers of quoted text. Each starts at its opening quote and leaves `pos` behind the closing one."""

    def single_quoted(self, start: int) -> str:
        """Return the text of '..' whose first character (behind the quote) is at `start`."""
        end = self.text.find("'", start)
        at = start
        while end < 0:
            at = len(self.text)
            if not self.more():
                raise self.unclosed("'", self.line_at(start))
            end = self.text.find("'", at)
        self.pos = end + 1
        return self.text[start:end]

    def _run_to(self, run: re.Pattern[str], start: int, closer: str) -> str:
        """Return the text from `start` to an unescaped `closer`."""
        at = start
        while True:
            match = run.match(self.text, at)
            at = match.end() if match else at
            if at < len(self.text):
                self.pos = at + 1
                return self.text[start:at]
            if not self.more():
                raise self.unclosed(closer, self.line_at(start))

    def ansi_quoted(self) -> AnsiQuoted:
        """Read $'..'."""
        source = self._run_to(_ANSI_RUN, self.pos + 2, "'")
        return AnsiQuoted(decode_ansi(source), source)

    def backquote(self, quoted: bool) -> Backquote:
        r"""Read `..`. Backslashes before $ ` \ go, and before " if all is in double quotes."""
        start = self.pos
        line = self.line_at(start)
        source = self._run_to(_BACKQUOTE_RUN, start + 1, "`")
        if "\\\n" in source:
            source = _JOINED_OR_ESCAPED.sub(lambda match: match[0] if match[1] else "", source)
        raw = f"`{source}`"
        if "\\" in source:
            source = (_BACKQUOTE_ESCAPE_QUOTED if quoted else _BACKQUOTE_ESCAPE).sub(r"\1", source)
        return Backquote(source, raw, line)

    def double_quoted(self, locale: bool = False) -> DoubleQuoted:
        """Read "..", with `locale` $".."."""
        start = pos = self.pos + locale
        pos += 1
        self.enter()
        text = self.text
        pieces: list[str | WordPart] = []
        while True:
            match = DOUBLE_RUN.match(text, pos)
            if match:
                pieces.append(match[0])
                pos = match.end()
            if pos >= len(text):
                if not self.more():
                    raise self.unclosed('"', self.line_at(start))
                text = self.text
                continue
            char = text[pos]
            if char == '"':
                break
            pos = self._within_quotes(char, pos, pieces)
            text = self.text
        self.pos = pos + 1
        self.depth -= 1
        return DoubleQuoted(combine(pieces) if pieces else (), locale)

    def _within_quotes(self, char: str, pos: int, pieces: list[str | WordPart]) -> int:
        r"""Read what starts with `char`, one of \ $ `, as in double quotes. Returns the position behind it."""
        if char == "\\":
            following = self.text[pos + 1]
            if following != "\n":
                pieces.append(Escaped(following))
            return pos + 2
        self.pos = pos
        part = self.expansion(True) if char == "$" else self.backquote(True)
        pieces.append(part.text if type(part) is Literal else part)
        return self.pos

    def template(self) -> Word:
        r"""Read all of the text as if in double quotes, but `"` is literal and \" keeps its backslash.

        If there was no newline at the end, none is in the result (the buffer adds one).
        """
        self.templated = True
        added = self._whole[-1:] != "\n"
        pos = self.pos
        pieces: list[str | WordPart] = []
        while True:
            match = TEMPLATE_RUN.match(self.text, pos)
            if match:
                pieces.append(match[0])
                pos = match.end()
            if pos >= len(self.text):
                if not self.more():
                    break
                continue
            if self.text[pos] == "`":
                self.pos = pos
                pieces.append(self.backquote(False))  # here a double quote is nothing that a backslash protects
                pos = self.pos
            else:
                pos = self._within_quotes(self.text[pos], pos, pieces)
        self.pos = pos
        if added and pieces and isinstance(pieces[-1], str):
            pieces[-1] = pieces[-1][:-1]
            if not pieces[-1]:
                pieces.pop()
        return quoted_word(pieces)
