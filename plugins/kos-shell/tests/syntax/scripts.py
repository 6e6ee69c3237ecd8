"""Random scripts, for property tests: built from the grammar, so that nearly all of them are valid.

`SCRIPTS` and `TOKENS` are hypothesis strategies. They draw a random number generator and not each choice as a strategy
of its own: recursive strategies of this size spend their time and memory on describing themselves.
"""

from __future__ import annotations

import random

from hypothesis import strategies as st

NAMES = ["a", "b", "foo", "x_1", "cat", "[", "-f", "1"]
VARIABLES = ["x", "y", "foo", "_z"]
PIECES = [
    *["a", "b.c", "-n", "1", "x=y", "a:b", "%", "+", "@", "a-b", "é", "]", "{}", "/", "..", ","],
    *["''", '""', "'a b'", '"a b"', "\\*", "a\\ b", "*", "?", "[a-c]", "~", "{a,b}", "{1..3}", "+(a|b)", "!(*.c)"],
    *["$x", "${x}", "$1", "$@", "${#x}", "${!x}", "${!x*}", "${!x[@]}", "${x[1]}", "${x[@]}", "$?", "${10}"],
    *["${x:-a}", "${x:=a b}", "${x:?}", "${x+'q}'}", "${x#*/}", '${x%%"a"}', "${x/a/b}", "${x//\\//_}", "${x:1}"],
    *["${x: -1:2}", "${x^^}", "${x,,[a-z]}", "${x@Q}", "$((1+2))", "$((x<y?1:2))", "$[1]", "`a b`", "$'a\\tb'"],
    *['"$x"', '"${x:-"y"}"', '"a\\"b"', '"$(a)"', '"`a`"', '"$((1))"', '"it\'s"', '"\\a\\$"'],
]
TOKEN_TEXTS = [
    *["a", "b", " ", " ", " ", "\n", ";", "&", "&&", "||", "|", "(", ")", "{ ", "}", " if ", " then ", " else "],
    *[" elif ", " fi", " while ", " do ", " done", " for x in ", " case x in ", " esac", ";;", "!", " time ", '"'],
    *["'", "`", "$", "$(", "${", "}", "$((", "))", "((", "x=", "x=(", "[", "<", ">", ">>", "<<E\n", "E\n", "2>"],
    *["&>", "\\", "\\\n", "#", " function ", "f()", " in ", "$x", '"$x"', "*", "@(", "<(", "a b", "{ a;}", "( b )"],
    *["if a;then b;fi", "${x:-", "${x#", "]", "+=", ";&", "|&", ">&", "-", "1", "~", "="],
]


class Generator:
    """Makes one script."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.documents: list[str] = []

    def script(self, depth: int) -> str:
        """A list of commands, without the last newline."""
        found = [self.pipeline(depth) for _ in range(self.rng.randint(1, 2))]
        return self.rng.choice([" && ", " || ", "; ", "\n", " & "]).join(found)

    def pipeline(self, depth: int) -> str:
        prefix = self.rng.choice(["", "", "", "", "! ", "time ", "time -p "])
        return prefix + " | ".join([self.command(depth) for _ in range(self.rng.choice([1, 1, 1, 2]))])

    def piece(self, depth: int) -> str:
        if depth and self.rng.random() < 0.15:
            opening, closing = self.rng.choice(
                [("$( ", ")"), ('"$( ', ')"'), ("<( ", ")"), ("${x:-$( ", ")}"), ("$(\n", "\n)")]
            )
            # (Bash takes `time` for a name at the start of a substitution while it reads, but not when it runs it.)
            return opening + self.script(depth - 1).removeprefix("time ").removeprefix("-p ") + closing
        return self.rng.choice(PIECES)

    def word(self, depth: int) -> str:
        return "".join([self.piece(depth) for _ in range(self.rng.choice([1, 1, 2, 3]))])

    def words(self, depth: int) -> str:
        return " ".join([self.word(depth) for _ in range(self.rng.randint(0, 3))])

    def redirects(self, depth: int) -> str:
        texts = []
        for _ in range(self.rng.choice([0, 0, 0, 1, 2])):
            if self.rng.random() < 0.3:
                texts.append(self.rng.choice([">&2", "2>&1", "<&-", "3>&-", "2>&1-", ">&$x"]))
            else:
                op = self.rng.choice([">", ">>", "<", "2>", ">|", "<>", "&>", "&>>", "<<<", "{fd}>", "3<"])
                texts.append(f"{op} {self.word(depth)}")
        return "".join([f" {text}" for text in texts])

    def assignment(self, depth: int) -> str:
        name = self.rng.choice(VARIABLES)
        match self.rng.randrange(4):
            case 0:
                return name + self.rng.choice(["=", "+="]) + self.word(depth)
            case 1:
                return f"{name}[{self.rng.choice(['1', '$x', 'i+1', chr(39) + 'k' + chr(39)])}]={self.word(depth)}"
            case 2:
                return f"{name}=({self.words(depth)})"
        return self.rng.choice(["x=", "x=([1]=a [k]+=b)", "x=~/a:~"])

    def simple(self, depth: int) -> str:
        match self.rng.randrange(4):
            case 0:
                return self.assignment(depth) + self.redirects(depth)
            case 1:
                return f"{self.assignment(depth)} {self.rng.choice(NAMES)} {self.words(depth)}"
            case 2:
                return f"declare {self.assignment(depth)}"
        return f"{self.rng.choice(NAMES)} {self.words(depth)}{self.redirects(depth)}"

    def test(self, depth: int) -> str:
        """An expression of [[ ]]."""
        match self.rng.randrange(8 if depth else 4):
            case 0:
                return self.rng.choice(["-f q", "-n q", "-v q"]) + self.word(depth)
            case 1 | 2:
                return (
                    "q"
                    + self.word(depth)
                    + self.rng.choice([" == ", " != ", " = ", " < ", " -eq "])
                    + "q"
                    + self.word(depth)
                )
            case 3:
                return "q" + self.word(depth) + self.rng.choice([" =~ ^(a|b c)$", " =~ $x", " =~ 'a'.*"])
            case 4 | 5:
                return self.test(depth - 1) + self.rng.choice([" && ", " || "]) + self.test(depth - 1)
            case 6:
                return f"( {self.test(depth - 1)} )"
        return f"! {self.test(depth - 1)}"

    def case(self, depth: int) -> str:
        items = ""
        for _ in range(self.rng.randint(0, 2)):
            patterns = " | ".join([self.word(0) for _ in range(self.rng.randint(1, 2))])
            body = self.rng.choice([self.script(depth), ""])
            items += f"({patterns}) {body} {self.rng.choice([';;', ';&', ';;&'])} "
        return f"case {self.word(depth)} in {items} esac"

    def command(self, depth: int) -> str:
        if depth == 0 or self.rng.random() < 0.4:
            return self.simple(depth)
        inner = depth - 1
        a, b, c = self.script(inner), self.script(inner), self.script(inner)
        compound = self.rng.choice(
            [
                f"{{ {a}; }}" if not a.endswith("&") else "{ a & }",
                f"( {a} )",
                f"if {a}\nthen {b}\nfi",
                f"if {a}\nthen\n{b}\nelse {c}\nfi",
                f"if {a}\nthen\n{b}\nelif {c}\nthen d; else e; fi",
                f"{self.rng.choice(['while', 'until'])} {a}\ndo {b}\ndone",
                f"for i in {self.words(inner)}; do {a}\ndone",
                f"{self.rng.choice(['for i', 'select i in a b', 'for ((i=0; i<3; i++))', 'for ((;;))'])}; do {a}\ndone",
                self.case(inner),
                f"[[ {self.test(inner)} ]]",
                self.rng.choice(["((x++))", "(( x < y && (z) ))"]),
            ]
        )
        if self.rng.random() < 0.15:
            return self.rng.choice(["f() ", "function g ", "function h () "]) + f"{{ {a}\n}}"
        return compound + self.redirects(inner)


def make_script(rng: random.Random) -> str:
    """Return the text of a random script."""
    return Generator(rng).script(3)


SCRIPTS = st.randoms(use_true_random=False).map(make_script)
"""Texts of scripts, each a list of commands without the last newline."""

TOKENS = st.lists(st.sampled_from(TOKEN_TEXTS), min_size=1, max_size=14).map("".join)
"""Texts of tokens in any order: mostly no scripts."""
