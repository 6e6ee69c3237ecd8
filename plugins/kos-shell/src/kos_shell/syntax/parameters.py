"""Layer 3 of the lexer: ${ } with all its operators, subscripts, and the words inside braces."""

from __future__ import annotations

import re

from kos_shell.syntax.expansions import NAME, SPECIAL, Expansions
from kos_shell.syntax.pieces import quoted_word, unquoted_word
from kos_shell.syntax.words import (
    BadSubstitution,
    DoubleQuoted,
    Escaped,
    Expansion,
    Literal,
    Param,
    ParamCase,
    ParamDefault,
    ParamKeys,
    ParamLength,
    ParamNames,
    ParamReplace,
    ParamSlice,
    ParamTransform,
    ParamTrim,
    SingleQuoted,
    Tilde,
    Word,
    WordPart,
)

_ANY = rf"(?:{NAME}|[0-9]++|{SPECIAL})"
_WHOLE = re.compile(rf"\$\{{({_ANY})\}}")
TRANSFORMATIONS = "QEPAKakuUL"
"""What may follow the @ of ${x@Q}."""
# `${#x}` is a length only if nothing but a subscript follows; `${!` of a special parameter only if nothing does.
_HEAD = re.compile(rf"\$\{{(?:(#)(?={_ANY}[\[}}])|(!)(?={NAME}|[0-9]|{SPECIAL}\}}))?({_ANY})")
_OPERATOR = re.compile(
    r"(\})|(:?[-=?+])|(##?|%%?)|(/[/#%]?)|(\^\^?|,,?|~~?)|(:(?!\}))|@([" + TRANSFORMATIONS + r"])\}|([@*])\}"
)  # fmt: skip
_JOINED = re.compile(r"\$\{[A-Za-z0-9_@*#?$!-]*+\\\n")
_END, _DEFAULT, _TRIM, _REPLACE, _CASE, _SLICE, _TRANSFORM, _NAMES = range(1, 9)

_BRACE_RUN = re.compile(r"[^}\\'\"$`<>]++")
_BRACE_RUN_SLASH = re.compile(r"[^}/\\'\"$`<>]++")
_BRACE_RUN_QUOTED = re.compile(r'(?:[^}\\"$`]++|\\[^$`"\\}\n])++')
_SUBSCRIPT_RUN = re.compile(r"[^\[\]\\'\"$`]++")
_ALL_RUN = re.compile(r"[^\\'\"$`]++")
_TILDE = re.compile(r"~([A-Za-z0-9_.+-]*+)(?=[/}])")
_AT, _STAR = Literal("@"), Literal("*")


def _unquoted_again(inner: DoubleQuoted) -> DoubleQuoted:
    """Quotes within the word of "${x:-..}" take its text out of the outer ones: each backslash quotes there and is gone."""
    parts = tuple([Literal(part.text.replace("\\", "")) if type(part) is Literal else part for part in inner.parts])
    return DoubleQuoted(parts, inner.locale)


class Parameters(Expansions):
    """Readers of braced parameter expansions."""

    def braced_parameter(self, quoted: bool) -> Expansion:
        """Read ${..} at `pos`. quoted: within double quotes or a here-document."""
        start = self.pos
        match = _WHOLE.match(self.text, start)
        if match:
            self.pos = match.end()
            return Param(match[1])
        while joined := _JOINED.match(self.text, start):
            self.join(joined.end() - 2)
        self.enter()
        match = _HEAD.match(self.text, start)
        while match and self.text.startswith("\\\n", match.end()):
            # A name over two lines.
            if match.end() + 2 == len(self.text):
                self.more()
            self.splice(match.end(), match.end() + 2, "")
            match = _HEAD.match(self.text, start)
        if match is None:
            self.pos = start + 2
            part: Expansion = self._bad_substitution(start)
        else:
            part = self._after_name(start, match, quoted)
        self.depth -= 1
        return part

    def _after_name(self, start: int, head: re.Match[str], quoted: bool) -> Expansion:
        """Read from behind the name in ${name..}: subscript, operator, words, the brace."""
        length, bang, name = head.groups()
        pos = self.pos = head.end()
        index: Word | None = None
        every = ""
        if self.text[pos] == "[" and (name[0].isalpha() or name[0] == "_"):
            index = self.subscript()
            pos = self.pos
            if index.parts == (_AT,) or index.parts == (_STAR,):
                every = index.parts[0].text
                index = None
        param = Param(name, index, every, bang is not None)
        match = _OPERATOR.match(self.text, pos)
        if match is None or (length and match.lastindex != _END):
            return self._bad_substitution(start)
        self.pos = match.end()
        kind = match.lastindex or 0
        op = match[kind]
        if kind == _END:
            if length:
                return ParamLength(param)
            return ParamKeys(name, every) if bang and every else param
        if kind == _DEFAULT:
            return ParamDefault(param, op, self._closing_word(quoted))
        if kind == _TRIM and name == "!" and op == "#" and not bang:
            return self._bad_substitution(start)  # neither ${!x} of a length nor $! cut
        if kind == _TRIM:
            return ParamTrim(param, op, self._closing_word(False))
        if kind == _CASE:
            pattern = self._closing_word(False)
            return ParamCase(param, op, pattern if pattern.parts else None)
        if kind == _REPLACE:
            pattern = self._until_slash(op)
            if self.text[self.pos] == "}":
                self.pos += 1
                return ParamReplace(param, op, pattern, None)
            self.pos += 1
            return ParamReplace(param, op, pattern, self._closing_word(False))
        if kind == _SLICE:
            offset = self.arithmetic("}", ":")
            size = None
            if self.text[self.pos] == ":":
                self.pos += 1
                size = self.arithmetic("}")
            self.pos += 1
            return ParamSlice(param, offset, size)
        if kind == _TRANSFORM:
            return ParamTransform(param, op)
        if bang and not every and index is None:
            return ParamNames(name, op)
        self.pos -= 1
        return self._bad_substitution(start)

    def _bad_substitution(self, start: int) -> BadSubstitution:
        """Read on to the closing brace."""
        self._closing_word(False)
        source = self.text[start : self.pos]
        return BadSubstitution(source, f"{source}: bad substitution")

    def _closing_word(self, quoted: bool) -> Word:
        """Read a word and the } behind it. quoted: as in double quotes."""
        if quoted:
            word = quoted_word(self._enclosed(_BRACE_RUN_QUOTED, "}", True))
        else:
            word = unquoted_word(self._enclosed(_BRACE_RUN, "}", False))
        self.pos += 1
        return word

    def _until_slash(self, op: str) -> Word:
        """Read the pattern of ${x/pattern/..} up to the / or }. Behind // the first character is never that slash."""
        pieces: list[str | WordPart] = []
        if op == "//" and self.text[self.pos] == "/":
            pieces.append("/")
            self.pos += 1
        pieces += self._enclosed(_BRACE_RUN_SLASH, "/}", False)
        return unquoted_word(pieces)

    def subscript(self) -> Word:
        """Read [..] at `pos`, brackets nested inside included."""
        self.pos += 1
        pieces = self._enclosed(_SUBSCRIPT_RUN, "]", False)
        self.pos += 1
        return unquoted_word(pieces)

    def whole_word(self) -> Word:
        """Read all of the text as one word: quotes and expansions count, blanks and operators are literal."""
        added = self._whole[-1:] != "\n"
        pieces = self._enclosed(_ALL_RUN, "", False)
        if added and pieces and isinstance(pieces[-1], str):
            pieces[-1] = pieces[-1][:-1]
            if not pieces[-1]:
                pieces.pop()
        return unquoted_word(pieces)

    def _enclosed(self, run: re.Pattern[str], stops: str, quoted: bool) -> list[str | WordPart]:
        """Read pieces up to one of `stops` and leave `pos` at it. Without stops, read to the end of the text."""
        start = pos = self.pos
        text = self.text
        pieces: list[str | WordPart] = []
        level = 0
        if not quoted and text.startswith("~", pos):
            match = _TILDE.match(text, pos)
            if match and stops != "]":
                pieces.append(Tilde(match[1]))
                pos = match.end()
        while True:
            match = run.match(text, pos)
            if match:
                pieces.append(match[0])
                pos = match.end()
            if pos >= len(text):
                if not self.more():
                    if not stops:
                        break
                    raise self.unclosed(stops[-1], self.line_at(start))
                text = self.text
                continue
            char = text[pos]
            if char in stops and not level:
                break
            if quoted or char == "$" or char == "`":
                if char == '"':
                    self.pos = pos
                    inner = self.double_quoted()
                    pieces.append(_unquoted_again(inner) if quoted else inner)
                elif quoted and not self.templated and text.startswith("$'", pos):
                    # Here, unlike elsewhere in double quotes and in a here-document, it counts (`extquote`, on by default).
                    self.pos = pos
                    pieces.append(self.ansi_quoted())
                elif quoted:
                    self.pos = self._within_quotes(char, pos, pieces)
                elif char == "`":
                    self.pos = pos
                    pieces.append(self.backquote(False))
                else:
                    self.pos = pos
                    part = self.expansion(False)
                    pieces.append(part.text if type(part) is Literal else part)
            elif char == "\\":
                following = text[pos + 1]
                if following != "\n":
                    pieces.append(Escaped(following))
                self.pos = pos + 2
            elif char == "'":
                pieces.append(SingleQuoted(self.single_quoted(pos + 1)))
            elif char == '"':
                self.pos = pos
                pieces.append(self.double_quoted())
            elif char in "<>" and text[pos + 1] == "(":
                self.pos = pos
                pieces.append(self.expansion(False))
            else:
                level += (char == "[") - (char == "]")
                pieces.append(char)
                self.pos = pos + 1
            pos = self.pos
            text = self.text
        self.pos = pos
        return pieces
