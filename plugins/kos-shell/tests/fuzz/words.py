"""Words: literal text in all kinds of quotes, expansions of all kinds, arithmetic, patterns, brace expansions.

A Words is made for each script around what draws a number; each method draws one piece of text. `depth` bounds how deep expansions
nest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Chosen = TypeVar("Chosen")

SCALARS = ["x", "y", "z", "u", "n", "r"]
PLAIN = ["a", "b.c", "foo", "1", "x1", "-n", "a:b", "é", "B", "aab", "0", "10", "fO", "k", "a=b", "f1", ":", "007"]
QUOTED = ["", " ", "q r", "s  t", "*", "a\\b", "$x", "#", ":a::b:", "a'b"]
GLOBS = ["*", "?", "f*", "*.c", "[ab]*", "./d/*", "[!f]*", "f?", ".*", "[[:digit:]]*", "./d/[a-c]"]
PATTERNS = [
    "a",
    "*",
    "?",
    "a*",
    "*o",
    "[a-f]",
    "[!a]*",
    "f?o",
    "1",
    "*b*",
    "[[:alpha:]]",
    "\\*",
    "'*'",
    "*.*",
    "[0-9]",
    " ",
    ":",
    "??",
]
EXTENDED = ["@(a|b)", "!(a)", "*(a|b)", "+([a-f])", "?(f)oo", "*(?)", "!(*.c)", "+(a|aa)b"]
BRACES = [
    "{a,b}",
    "{1..3}",
    "{c..a}",
    "{01..3}",
    "{1..5..2}",
    "{a,{b,c}}",
    "{,x}",
    "{a}",
    "{$x,y}",
    "a{b,'c d'}e",
    "{3..1}",
    "{a..}",
]
TRANSFORMS = ["@Q", "@U", "@u", "@L", "@E", "@a", "@A", "^", "^^", ",", ",,", "^^[a-f]", ",,?"]
BINARY = ["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "&", "|", "^", "<<", ">>", "**", ","]
SPECIALS = [
    "$#",
    "$?",
    "$1",
    "$2",
    "${3}",
    "$*",
    "$@",
    '"$@"',
    '"$*"',
    "${@:1:1}",
    '"${@:2}"',
    "${*:1}",
    "$-x",
    "${#1}",
    "${!#}",
    "$0",
]
ARRAYS = [
    "${a}",
    "${a[0]}",
    "${a[1]}",
    "${a[@]}",
    '"${a[@]}"',
    '"${a[*]}"',
    "${a[*]}",
    "${#a[@]}",
    "${#a[1]}",
    "${!a[@]}",
    "${a[-1]}",
]
ARRAYS += [
    '"${a[@]:1}"',
    '"${a[@]:0:2}"',
    '"${a[@]: -2}"',
    "${a[@]/a/X}",
    '"${a[@]#?}"',
    '"${a[@]^}"',
    "${a[n]}",
    '"${a[@]@Q}"',
]
ARRAYS += [
    '"${m[@]}"',
    "${m[k]}",
    '"${m[k 2]}"',
    '"${!m[@]}"',
    "${#m[@]}",
    "${m[$x]}",
    "${m[none]-d}",
    "${a[x1]}",
    '"${a[@]+s}"',
]


def without_stars(text: str) -> str:
    """Return a word or here-document in which "$*" doesn't stand beside "$@": there bash splits both at blanks, whatever the quotes."""
    if "@" in text:
        for star, at in (("[*]", "[@]"), ("${*", "${@"), ("$*", "$@"), ("${#*", "${#@")):
            text = text.replace(star, at)
    return text


class Words:
    """Draws words."""

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below  # draws a number from 0 to limit - 1
        self.depth = self.quotes = 0
        self.defining: list[str] = []  # the functions whose bodies are being drawn

    def one(self, options: Sequence[Chosen]) -> Chosen:
        """Return one of some."""
        return options[self.below(len(options))]

    def some(self, make: Callable[[], str], least: int, most: int) -> list[str]:
        """Return between least and most of what make makes."""
        return [make() for _ in range(least + self.below(most - least + 1))]

    def call(self, *makers: Callable[[], str]) -> str:
        """Return what one of some makers makes."""
        return self.one(makers)()

    def f(self) -> str:
        """Return the name of a function, but within f's body not f: of endless recursion bash dies, how soon depends on the computer."""
        return ":" if "f" in self.defining else "f"

    def scalar(self) -> str:
        """Return the name of a variable."""
        return self.one(SCALARS)

    def word(self) -> str:
        """Return a word of one to three pieces."""
        return without_stars("".join(self.some(self.piece, 1, 3)))

    def words(self, most: int = 3) -> str:
        """Return some words."""
        return " ".join(self.some(self.word, 0, most))

    def piece(self) -> str:
        """Return a piece of a word, quoted or not."""
        return self.call(
            self.plain,
            self.plain,
            self.quoted,
            self.expansion,
            self.expansion,
            self.double,
            self.glob,
            self.brace,
            self.special,
        )

    def plain(self) -> str:
        """Return text without a meaning."""
        return self.one(PLAIN)

    def glob(self) -> str:
        """Return a pattern for the names of files."""
        return self.one(GLOBS)

    def brace(self) -> str:
        """Return a brace expansion."""
        return self.one(BRACES)

    def special(self) -> str:
        """Return an expansion of special or positional parameters, or arrays."""
        return self.one(self.one([SPECIALS, ARRAYS]))

    def quoted(self) -> str:
        """Return text in single quotes, $'' or behind backslashes."""
        kind = self.below(4)
        if kind == 0:
            return self.one(
                [
                    "$'a\\tb'",
                    "$'\\x41'",
                    *([] if self.depth else ["$'\\''"]),  # within ${ } in $( ) bash loses it
                    "$'\\n'",
                    "$'a\\101'",
                    "$'\\u00e9'",
                ]
            )
        if kind == 1:
            return self.one(["\\*", "\\a", "\\ ", "\\$x", "\\'", "\\\\", '\\"'])
        return "'" + self.one(QUOTED).replace("'", "") + "'"

    def double(self) -> str:
        """Return text in double quotes, with expansions."""
        self.quotes += 1
        pieces = self.some(self._inside_double, 0, 3)
        self.quotes -= 1
        return without_stars('"' + "".join(pieces) + '"')

    def _inside_double(self) -> str:
        kind = self.below(4)
        if kind == 0:
            return self.one(["a", " ", "b c", "\\$", "\\\\", "\\a", "*", "'", "é", "\\`", '\\"', "~", "{a,b}"])
        if kind == 1:
            return self.special().strip('"')
        return self.expansion()

    def expansion(self) -> str:
        """Return an expansion."""
        if self.depth > 2:
            return f"${self.scalar()}"
        self.depth += 1
        try:
            return self.call(
                self._simple,
                self._default,
                self._trim,
                self._replace,
                self._slice,
                self._transform,
                self._length,
                self._arithmetic,
                self._command,
                self._indirect,
            )
        finally:
            self.depth -= 1

    def _simple(self) -> str:
        return self.one([f"${self.scalar()}", f"${{{self.scalar()}}}"])

    def _default(self) -> str:
        operator = self.one(["-", ":-", "+", ":+", "=", ":="])
        name = (
            self.scalar() if "=" in operator else self.one([self.scalar(), "1", "2", "@", "*", "a[@]", "a[5]", "m[k]"])
        )
        return f"${{{name}{operator}{self._operand()}}}"

    def _operand(self) -> str:
        if self.quotes:  # quotes within quotes: bash expands braces there
            return self.call(self.plain, self.plain, self.expansion, lambda: "", lambda: "p q")
        return self.call(self.plain, self.plain, self.expansion, self.double, self.quoted, lambda: "", lambda: "p q")

    def subject(self) -> str:
        """Return what may stand before an operator in ${}."""
        return self.one([self.scalar(), self.scalar(), "1", "@", "*", "a[@]", "a[*]", "a[0]", "a", "m[k]", "m[@]"])

    def pattern(self) -> str:
        """Return a pattern as in case and ${#}."""
        kind = self.below(6)
        if kind == 0:
            return self.one(EXTENDED)
        if kind == 1:
            return self.one(["$x", '"$x"', "$y*", '"$y"*', "${x}", "[$x]", "$p"])
        return self.one(PATTERNS)

    def _trim(self) -> str:
        return f"${{{self.subject()}{self.one(['#', '##', '%', '%%'])}{self.pattern()}}}"

    def _replace(self) -> str:
        pattern = self.pattern()
        if "!(" in pattern:  # bash has it match nothing in an empty value
            pattern = "?"
        how = self.one(["/", "//", "/#", "/%"])
        text = self.one(["", "X", "<&>", "$x", '"$y"', "\\&", "'q'", "a b", "$u"])
        return f"${{{self.subject()}{how}{pattern}/{text}}}"

    def _slice(self) -> str:
        subject = self.subject()
        if subject == "m[@]":  # who comes first?
            subject = "a[@]"
        first = self.one(["0", "1", "2", " -1", " -2", "n", "5", "1+1"])
        if self.below(2):
            return f"${{{subject}:{first}}}"
        return f"${{{subject}:{first}:{self.one(['0', '1', '2', '3', 'n'])}}}"

    def _transform(self) -> str:
        subject, operator = self.subject(), self.one(TRANSFORMS)
        # Of lists bash makes one text for @A, which it then splits even where nothing else is.
        if operator == "@a" and subject in ("1", "@", "*") or operator == "@A" and subject[-1] in "]@*":
            operator = "@Q"
        return f"${{{subject}{operator}}}"

    def _length(self) -> str:
        return f"${{#{self.one([self.scalar(), 'a', '1', '@', 'a[1]', 'm[k]', 'a[@]'])}}}"

    def _indirect(self) -> str:
        return self.one(["${!p}", "${!p-d}", "${!q}", "${!p#a}", "${!x*}", '"${!p}"', "${!p}"])

    def _arithmetic(self) -> str:
        return f"$(({self.arithmetic()}))"

    def _command(self) -> str:
        command = self.one(
            [
                lambda: f"echo {self.word()}",
                lambda: f"printf '%s\\n' {self.words()}",
                lambda: f"echo {self.word()} | cat",
                lambda: "exit 3",
                lambda: f"x={self.word()}; echo $x",
                lambda: "cat f1",
                lambda: "<f1",
                lambda: f"{self.f()} {self.word()}",
            ]
        )()
        return f"$({command})"

    def arithmetic(self, depth: int = 0) -> str:
        """Return an arithmetic expression."""
        kind = self.below(9 if depth < 3 else 3)
        if kind == 0:
            return self.one(
                ["0", "1", "2", "3", "7", "12", "0x1f", "010", "2#101", "36#z", "64", "-1", "9223372036854775807"]
            )
        if kind == 1:
            return self.one(["x", "y", "n", "u", "i", "a[0]", "a[1]", "$n", "${n}", "${#x}", "$#", "a[i]", "m[k]", "z"])
        if kind == 2:
            return self.one(
                ["i++", "++i", "i--", "--n", "n=2", "i+=3", "n*=2", "x=1", "a[1]=4", "a[i]++", "n<<=1", "i%=3", "u=u+1"]
            )
        if kind == 3:
            return f"{self.one(['-', '!', '~', '+', '- '])}{self.arithmetic(depth + 1)}"
        if kind == 4:
            a, b, c = (self.arithmetic(depth + 1) for _ in range(3))
            return f"{a} ? {b} : {c}"
        if kind == 5:
            return f"({self.arithmetic(depth + 1)})"
        return f"{self.arithmetic(depth + 1)} {self.one(BINARY)} {self.arithmetic(depth + 1)}"
