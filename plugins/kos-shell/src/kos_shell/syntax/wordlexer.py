"""Layer 4 of the lexer: unquoted words as they stand in commands: tildes, extended globs, regular expressions of [[ ]]."""

from __future__ import annotations

import re

from kos_shell.syntax.parameters import Parameters
from kos_shell.syntax.pieces import plain_word, unquoted_word
from kos_shell.syntax.words import Escaped, Literal, SingleQuoted, Tilde, Word, WordPart

DELIMITERS = r" \t\n;&|()<>"
_RUN = re.compile(rf"[^{DELIMITERS}\\'\"$`]++")
_ACTIVE = re.compile(r"[*?\[{]")
# (Not before a parenthesis: ~+(a) is an extended glob.)
_TILDE = re.compile(r"~([A-Za-z0-9_.+-]*+)(?=[/ \t\n;&|)<>])")
_TILDE_ASSIGNED = re.compile(r"~([A-Za-z0-9_.+-]*+)(?=[/: \t\n;&|)<>])")
_GROUP_RUN = re.compile(r"[^()\\'\"$`]++")


class WordLexer(Parameters):
    """Reads words."""

    extglob: bool

    def read_word(self, pieces: list[str | WordPart], assigned: bool = False, regex: bool = False) -> Word:
        """Read a word from `pos` on, to be appended to `pieces`; it ends before an unquoted delimiter.

        assigned: it is the value of an assignment, where a tilde prefix may also follow each `:`.
        regex: it is the right side of =~, where parentheses and | belong to the word.
        """
        pos = self.pos
        text = self.text
        first = len(pieces)
        if text.startswith("~", pos):
            match = (_TILDE_ASSIGNED if assigned else _TILDE).match(text, pos)
            if match:
                pieces.append(Tilde(match[1]))
                pos = match.end()
        while True:
            match = _RUN.match(text, pos)
            if match:
                literal = match[0]
                pos = match.end()
                if assigned and ":~" in literal:
                    self._split_tildes(literal, pos, pieces)
                else:
                    pieces.append(literal)
            elif pos >= len(text):
                # Only a joined line can end here.
                if not self.more():
                    break
                text = self.text
                continue
            char = text[pos]
            if char == "$":
                self.pos = pos
                part = self.expansion(False)
                pieces.append(part.text if type(part) is Literal else part)
                pos = self.pos
            elif char == '"':
                self.pos = pos
                pieces.append(self.double_quoted())
                pos = self.pos
            elif char == "\\":
                following = text[pos + 1]
                if following != "\n":
                    pieces.append(Escaped(following))
                pos += 2
                continue
            elif char == "'":
                pieces.append(SingleQuoted(self.single_quoted(pos + 1)))
                pos = self.pos
            elif char == "`":
                self.pos = pos
                pieces.append(self.backquote(False))
                pos = self.pos
            elif char == "(":
                before = pieces[-1] if pieces else ""
                if not regex and not (self.extglob and isinstance(before, str) and before[-1:] in "?*+@!" and before):
                    break
                self.pos = pos
                self._group(pieces)
                pos = self.pos
            elif char in "<>" and text[pos + 1] == "(" and not regex:
                self.pos = pos
                pieces.append(self.expansion(False))
                pos = self.pos
            elif char == "|" and regex and text[pos + 1] != "|":
                pieces.append(char)
                pos += 1
            else:
                break
            text = self.text
        self.pos = pos
        if len(pieces) == 1 and first == 0 and type(pieces[0]) is str and not _ACTIVE.search(pieces[0]):
            return plain_word(pieces[0])
        return unquoted_word(pieces)

    def _group(self, pieces: list[str | WordPart]) -> None:
        """Read the (..) at `pos` of an extended glob or a regular expression: all but quotes and expansions is literal."""
        start = pos = self.pos
        text = self.text
        level = 0
        while True:
            match = _GROUP_RUN.match(text, pos)
            if match:
                pieces.append(match[0])
                pos = match.end()
            if pos >= len(text):
                if not self.more():
                    raise self.unclosed(")", self.line_at(start))
                text = self.text
                continue
            char = text[pos]
            self.pos = pos + 1
            if char == "(":
                level += 1
                pieces.append(char)
            elif char == ")":
                level -= 1
                pieces.append(char)
                if not level:
                    return
            elif char == "\\":
                self.pos = pos + 2
                if text[pos + 1] != "\n":
                    pieces.append(Escaped(text[pos + 1]))
            elif char == "'":
                pieces.append(SingleQuoted(self.single_quoted(pos + 1)))
            else:
                self.pos = pos
                part = (
                    self.double_quoted()
                    if char == '"'
                    else self.expansion(False)
                    if char == "$"
                    else self.backquote(False)
                )
                pieces.append(part.text if type(part) is Literal else part)
            pos = self.pos
            text = self.text

    def _split_tildes(self, literal: str, end: int, pieces: list[str | WordPart]) -> None:
        """Append the text `literal`, which ends before text[end], with a Tilde for each prefix that follows a colon."""
        start = end - len(literal)
        done = at = start
        while True:
            at = self.text.find(":~", at, end) + 1
            if not at:
                break
            match = _TILDE_ASSIGNED.match(self.text, at)
            if match:
                pieces.append(self.text[done:at])
                pieces.append(Tilde(match[1]))
                done = at = match.end()
        if done < end:
            pieces.append(self.text[done:end])
