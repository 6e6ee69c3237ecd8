"""From the text of a program to tokens.

    Lexer(sources).next(operand=...) -> Token(kind, value, line, column)

kind: number, string, regex, name, funcname (a name with `(` right behind it), builtin, keyword, newline, end, or the operator
itself. Whether a `/` begins a regular expression depends on what stands before it, which the lexer remembers.
A line is `source * SOURCE + line`, so that one integer tells the file, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from ..errors import SyntaxFault

SOURCE: Final = 1 << 20
KEYWORDS: Final = frozenset(
    "BEGIN END BEGINFILE ENDFILE function func if else while for do break continue next nextfile exit return delete in "
    "getline print printf switch case default".split()
)
_GNU_WORDS: Final = frozenset("BEGINFILE ENDFILE switch case default".split())
_POSIX_BUILTINS: Final = frozenset(
    "length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper system "
    "close fflush".split()
)
GNU_VARIABLES: Final = frozenset("RT IGNORECASE FPAT FIELDWIDTHS ERRNO ARGIND PROCINFO".split())
BUILTINS: Final = frozenset(
    "length substr index split sub gsub gensub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper "
    "system close fflush strftime systime mktime asort asorti patsplit strtonum and or xor lshift rshift compl isarray "
    "typeof mkbool bindtextdomain dcgettext dcngettext intdiv".split()
)
_OPERATORS: Final = (
    "**= && || == <= >= != ++ -- += -= *= /= %= ^= ** >> |& !~ { } ( ) [ ] ; , + - * / % ^ ! > < | ? : ~ $ = @".split()
)
_OPERATOR: Final = re.compile("|".join(re.escape(op) for op in _OPERATORS).encode())
_BLANK: Final = re.compile(rb"(?:[ \t\r]|\\\r?\n)+")
NAME: Final = re.compile(rb"[A-Za-z_][A-Za-z_0-9]*")
_QUALIFIED: Final = re.compile(rb"([A-Za-z_][A-Za-z_0-9]*)::([A-Za-z_][A-Za-z_0-9]*)")
_DECIMAL: Final = re.compile(rb"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NUMBER: Final = re.compile(rb"0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# After these a `/` divides.
_OPERAND_ENDS: Final = frozenset(["number", "string", "regex", "name", ")", "]", "$", "++", "--"])
_ESCAPES: Final = {
    ord("n"): 10, ord("t"): 9, ord("r"): 13, ord("\\"): 92, ord('"'): 34, ord("/"): 47, ord("a"): 7, ord("b"): 8,
    ord("f"): 12, ord("v"): 11,
}  # fmt: skip
_OCTAL: Final = re.compile(rb"[0-7]{1,3}")
_HEX: Final = re.compile(rb"[0-9a-fA-F]{1,2}")
_LONG_HEX: Final = re.compile(rb"[0-9a-fA-F]{1,8}")


class Dialect(NamedTuple):
    """Which awk a program is written for. gnu: with gawk's extensions; posix: without what POSIX doesn't know, too.

    intervals: x{2} in patterns.
    """

    gnu: bool = True
    posix: bool = False
    intervals: bool = True


_GNU: Final = Dialect()


class Token(NamedTuple):
    """See the file's head. value: a name or an operator (str), a text (bytes), or a number."""

    kind: str
    value: str | bytes | float
    line: int
    at: int


class Lexer:
    """sources: (name, text) of each -f or the program on the command line; files that are included come behind.

    library(name): the (name, text) of a file to include, None if there is none.
    """

    def __init__(
        self,
        sources: list[tuple[bytes, bytes]],
        dialect: Dialect = _GNU,
        library: Callable[[bytes], tuple[bytes, bytes] | None] = lambda name: None,
    ) -> None:
        self.sources = sources
        self.dialect = dialect
        self._library = library
        self._programs = len(sources)
        self._outer: list[tuple[int, int, int, str]] = []  # where the files that include this one stand
        self.namespace = "awk"
        self._source = 0
        self._text = sources[0][1]
        self._at = 0
        self._line = 1
        self._before = "newline"
        self.warnings: list[str] = []

    def fault(self, text: str, line: int | None = None, at: int | None = None) -> SyntaxFault:
        """Return an error at a token, or at where the lexer stands."""
        place = self.place if line is None else line
        source = place // SOURCE
        column = None
        if at is not None:
            whole = self.sources[source][1]
            column = at - (whole.rfind(b"\n", 0, at) + 1)
        return SyntaxFault(text, source, place % SOURCE, column)

    @property
    def place(self) -> int:
        """The line where the lexer stands."""
        return self._source * SOURCE + self._line

    def next(self) -> Token:
        """Return the next token. Raises SyntaxFault."""
        token = self._read()
        self._before = token.kind
        return token

    def _read(self) -> Token:
        text = self._text
        while True:
            blank = _BLANK.match(text, self._at)
            if blank:
                self._line += text.count(b"\n", self._at, blank.end())
                self._at = blank.end()
            if text[self._at : self._at + 1] != b"#":
                break
            end = text.find(b"\n", self._at)
            self._at = len(text) if end < 0 else end
        at, line = self._at, self.place
        if at >= len(text):
            if self._outer:
                self._source, self._at, self._line, self.namespace = self._outer.pop()
                self._text = self.sources[self._source][1]
                return Token("newline", "\n", line, at)
            if self._source + 1 < self._programs:
                self._open(self._source + 1)
                return Token("newline", "\n", line, at)
            return Token("end", "", line, at)
        first = text[at]
        if first == 10:
            self._at = at + 1
            self._line += 1
            return Token("newline", "\n", line, at)
        if first == 34:
            return Token("string", self._string(), line, at)
        if first == 47 and self._before not in _OPERAND_ENDS:
            return Token("regex", self.regex(), line, at)
        name = NAME.match(text, at)
        if name:
            return self._name(name[0].decode(), name.end(), line, at)
        number = (_NUMBER if self.dialect.gnu else _DECIMAL).match(text, at)
        if number:
            self._at = number.end()
            return Token("number", self._number(number[0]), line, at)
        op = _OPERATOR.match(text, at)
        if op is None:
            char = text[at : at + 1].decode("latin-1")
            raise self.fault(f"error: invalid char '{char}' in expression", line)
        if (op[0] in (b"|&", b"@") and not self.dialect.gnu) or (op[0][:2] == b"**" and self.dialect.posix):
            op = _OPERATOR.match(text, at, at + 1)
            if op is None or op[0] == b"@":
                raise self.fault("error: invalid char '@' in expression", line)
        self._at = op.end()
        kind = op[0].decode().replace("**", "^")
        return Token(kind, kind, line, at)

    def _open(self, source: int) -> None:
        self._source = source
        self._text = self.sources[source][1]
        self._at = 0
        self._line = 1
        self.namespace = "awk"

    @property
    def includes(self) -> bool:
        """Whether the program has included files."""
        return len(self.sources) > self._programs

    def include(self, name: bytes) -> None:
        """Go on with a file of the library, unless it was read before. Raises SyntaxFault."""
        found = self._library(name)
        if found is None:
            raise self.fault(f"cannot open source file `{name.decode('utf-8', 'surrogateescape')}' for reading")
        if any(known == found[0] for known, _ in self.sources):
            return
        if len(self._outer) >= 64:
            raise self.fault("@include: nested too deep")
        self.sources.append(found)
        self._outer.append((self._source, self._at, self._line, self.namespace))
        self._open(len(self.sources) - 1)

    def _word_in_namespace(self, name: str, end: int, line: int) -> tuple[str, int]:
        """Return a name as the program's tables have it, `space·name` outside of `awk`, and where it ends."""
        if self._text[end : end + 2] == b"::":
            parts = _QUALIFIED.match(self._text, end - len(name))
            if parts is None:
                raise self.fault("syntax error", line, end)
            space, word = parts[1].decode(), parts[2].decode()
            if space in KEYWORDS or space in BUILTINS or word in KEYWORDS or word in BUILTINS:
                raise self.fault(f"using reserved identifier in `{space}::{word}' is not allowed", line)
            return (word if space == "awk" or word.isupper() else f"{space}·{word}"), parts.end()
        if self.namespace == "awk" or name.isupper():
            return name, end
        return f"{self.namespace}·{name}", end

    def _name(self, name: str, end: int, line: int, at: int) -> Token:
        self._at = end
        gnu = self.dialect.gnu
        if name in KEYWORDS and (gnu or name not in _GNU_WORDS) and not (name == "func" and self.dialect.posix):
            return Token("function" if name == "func" else name, name, line, at)
        if name in (BUILTINS if gnu else _POSIX_BUILTINS):
            return Token("builtin", name, line, at)
        if gnu and not (self._before == "@" and name in ("include", "namespace", "load")):
            name, end = self._word_in_namespace(name, end, line)
            self._at = end
        elif name in GNU_VARIABLES and not gnu:
            name += "·"  # a variable like others
        if self._text[end : end + 1] == b"(":
            return Token("funcname", name, line, at)
        return Token("name", name, line, at)

    def _number(self, text: bytes) -> float:
        if text[:2] in (b"0x", b"0X"):
            return float(int(text[2:60], 16))
        if text[:1] == b"0" and text.isdigit() and self.dialect.gnu and not text.strip(b"01234567"):
            return float(int(text[:60], 8))
        return float(text)

    def _string(self) -> bytes:
        text = self._text
        at = self._at + 1
        out = bytearray()
        while True:
            stop = at
            while stop < len(text) and text[stop] not in b'"\\\n':
                stop += 1
            out += text[at:stop]
            if stop >= len(text) or text[stop] == 10:
                raise self.fault("unterminated string", self.place, self._at)
            if text[stop] == 34:
                self._at = stop + 1
                return bytes(out)
            at = self._escape(text, stop, out)

    def _escape(self, text: bytes, at: int, out: bytearray) -> int:
        """Take the escape sequence at `at` into `out`; return where it ends."""
        if text[at + 1 : at + 3] == b"\r\n":
            self._line += 1
            return at + 3
        if text[at + 1 : at + 2] == b"\n":
            self._line += 1
            return at + 2
        if text[at + 1 : at + 2] == b"\\":
            out += b"\\"
            return at + 2
        if text[at + 1 : at + 2] == b"x" and self.dialect.posix:
            out += b"\\x"
            end = at + 2
        else:
            end = unescape(text, at, out)
        if end == at + 2 and out[-2:] == text[at:end]:
            plain = chr(out.pop())
            out[-1:] = plain.encode("latin-1")
            self.warnings.append(f"escape sequence `\\{plain}' treated as plain `{plain}'")
        return end

    def regex(self) -> bytes:
        """Return the regular expression that begins here, with its escapes but for \\/."""
        text = self._text
        at = start = self._at + 1
        out = bytearray()
        brackets = False
        while True:
            char = text[at : at + 1]
            if char in (b"", b"\n"):
                raise self.fault("unterminated regexp", self.place, self._at)
            if char == b"\\" and at + 1 < len(text):
                if text[at + 1 : at + 2] == b"\n":
                    self._line += 1
                elif text[at + 1 : at + 2] == b"/":
                    out += b"/"
                else:
                    out += text[at : at + 2]
                at += 2
                continue
            if brackets:
                if text[at : at + 2] in (b"[:", b"[.", b"[="):
                    close = text.find(text[at + 1 : at + 2] + b"]", at + 2)
                    if 0 < close < at + 20:
                        out += text[at : close + 2]
                        at = close + 2
                        continue
                if char == b"]":
                    brackets = False
            elif char == b"[":
                close = at + (2 if text[at + 1 : at + 2] == b"^" else 1)
                if text[close : close + 1] == b"]":  # a ] that comes first belongs to the set
                    close += 1
                line_end = text.find(b"\n", at)
                if text.find(b"]", close) >= 0 and (line_end < 0 or text.find(b"]", close) < line_end):
                    out += text[at:close]
                    at = close
                    brackets = True
                    continue
            elif char == b"/":
                self._at = at + 1
                assert at >= start
                return bytes(out)
            out += char
            at += 1


def unescape(text: bytes, at: int, out: bytearray) -> int:
    """Take the escape sequence of a string at `at` into `out`; return where it ends. What means nothing keeps its backslash."""
    if at + 1 >= len(text):
        out += b"\\"
        return at + 1
    char = text[at + 1]
    plain = _ESCAPES.get(char)
    if plain is not None:
        out.append(plain)
        return at + 2
    if char == ord("x"):
        digits = _HEX.match(text, at + 2)
        if digits:
            out.append(int(digits[0], 16))
            return digits.end()
    elif char == ord("u"):
        digits = _LONG_HEX.match(text, at + 2)
        if digits and int(digits[0], 16) < 0x110000:
            out += chr(int(digits[0], 16)).encode("utf-8", "surrogatepass")
            return digits.end()
    digits = _OCTAL.match(text, at + 1)
    if digits:
        out.append(int(digits[0], 8) & 255)
        return digits.end()
    out += text[at : at + 2]
    return at + 2


def unescaped(text: bytes) -> bytes:
    """Return a value of -v or of an operand NAME=VALUE with its escape sequences done."""
    if b"\\" not in text:
        return text
    out = bytearray()
    at = 0
    while at < len(text):
        if text[at] == 92:
            at = unescape(text, at, out)
        else:
            out.append(text[at])
            at += 1
    return bytes(out)
