"""What is known of a word before a run."""

from __future__ import annotations

from kos_shell.syntax import tree
from kos_shell.syntax.braces import BraceExpansionTooLarge, expand_braces
from kos_shell.syntax.unparse import unparse

MOST_WORDS = 200
"""A brace expansion that gives more is something that only a run can tell."""


class Text:
    """One argument. text: what it is, None if only a run can tell. pattern: it is a glob. source: how it is written."""

    __slots__ = ("text", "pattern", "word", "line")

    def __init__(self, text: str | None, pattern: bool, word: tree.Word, line: int = 0) -> None:
        self.text = text
        self.pattern = pattern
        self.word = word
        self.line = line

    @property
    def source(self) -> str:
        """Return how the word is written."""
        return written(self.word)


def texts_of(words: tuple[tree.Word, ...], line: int = 0, behind_second: int = 0) -> list[Text]:
    """Return the arguments that words give, braces expanded. A word that may give any number of arguments is one unknown.

    line: where they start. behind_second: the line where the second one ends: the one that the parser knows.
    """
    found: list[Text] = []
    at = line
    for place, word in enumerate(words):
        before = len(found)
        if word.flags & tree.BRACE:
            try:
                found += [text_of(one) for one in expand_braces(word, MOST_WORDS)]
            except BraceExpansionTooLarge:
                found.append(Text(None, False, word))
        else:
            found.append(text_of(word))
        for known in found[before:]:
            known.line = at
        at = behind_second if place == 1 else at + line_ends(word)
    return found


def first_line(node: tree.SimpleCommand) -> int:
    """Return the line where a command starts. What the parser gives is, as in bash, where its second word ends."""
    second: tree.Word | tree.ArrayValue
    if len(node.assignments) > 1:
        second = node.assignments[1].value
    elif len(node.assignments) + len(node.words) > 1:
        second = node.words[1 - len(node.assignments)]
    else:
        return node.line
    if isinstance(second, tree.ArrayValue):
        return node.line
    ends = 0
    for part in second.parts:
        for inner in part.parts if isinstance(part, tree.DoubleQuoted) else (part,):
            if isinstance(inner, tree.CommandSub | tree.ProcSub | tree.Backquote):
                return max(1, min(node.line, inner.line - ends))
            ends += _line_ends(inner)
    return max(1, node.line - ends)


def line_ends(word: tree.Word) -> int:
    """Return how many line ends are written in a word, outside of the commands in it."""
    return sum(_line_ends(part) for part in word.parts)


def _line_ends(part: tree.WordPart) -> int:
    if isinstance(part, tree.AnsiQuoted):
        return part.source.count("\n")
    if isinstance(part, tree.DoubleQuoted):
        return sum(_line_ends(inner) for inner in part.parts)
    return part.text.count("\n") if isinstance(part, tree.Literal | tree.QuotedText) else 0


def text_of(word: tree.Word) -> Text:
    """Return what is known of one word, braces as they stand."""
    if word.literal is not None:
        return Text(word.literal, False, word)
    if word.flags & tree.EXPANDS:
        return Text(None, False, word)
    pieces: list[str] = []
    for part in word.parts:
        if isinstance(part, tree.Tilde):
            pieces.append("~" + part.name)
        else:
            inner = tree.static_text((part,))
            if inner is None:
                return Text(None, False, word)
            pieces.append(inner)
    return Text("".join(pieces), bool(word.flags & tree.GLOB), word)


def static(word: tree.Word) -> str | None:
    """Return the text of a word where neither braces nor patterns are expanded: a target, a value, a subscript."""
    return text_of(word).text


def written(node: tree.Node) -> str:
    """Return a node as it is written, on one line and not too long."""
    text = " ".join(unparse(node).split())
    return text if len(text) <= 200 else text[:197] + "..."
