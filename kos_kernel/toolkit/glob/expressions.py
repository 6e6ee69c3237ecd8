"""Shell patterns without groups as regular expressions for `re`, each linear by construction.

What lies between two stars has a fixed length, so a star may commit to the first place where what follows it fits: it leaves the
most room for the rest. `(?>.*?seg)`, an atomic group, says just that.
"""

from __future__ import annotations

import re

from kos_kernel.toolkit.glob.parsing import ANY, CHAR, GROUP, SET, STAR, Item


def shape_of(items: list[Item], nocase: bool, period: bool, pathname: bool) -> tuple[str, str]:
    """Return (shape, text): "literal", or "prefix" for text*, "suffix" for *text, "within" for *text*; else ("", "")."""
    stars = [index for index, item in enumerate(items) if item.kind == STAR]
    if nocase or any(item.kind not in (STAR, CHAR) for item in items):
        return "", ""
    text = "".join(item.char for item in items if item.kind == CHAR)
    if not stars:
        return "literal", text
    if pathname or (period and items[0].kind == STAR):
        return "", ""
    last = len(items) - 1
    if stars == [last]:
        return "prefix", text
    if stars == [0]:
        return "suffix", text
    if stars == [0, last]:
        return "within", text
    return "", ""


def compile_source(source: str, nocase: bool) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL | (re.IGNORECASE if nocase else 0))


def _segments(items: list[Item], pathname: bool) -> list[str]:
    """Return the sources of what lies between the stars: at least one, perhaps empty, of fixed length each."""
    any_char = "[^/]" if pathname else "."
    segments = [""]
    for item in items:
        guard = r"(?!\.)" if item.start and item.kind != CHAR else ""
        if item.kind == STAR:
            segments[-1] += guard
            segments.append("")
        elif item.kind == ANY:
            segments[-1] += guard + any_char
        elif item.kind == SET:
            segments[-1] += guard + (f"(?!/){item.source}" if pathname else item.source)
        else:
            segments[-1] += re.escape(item.char)
    return segments


def expression(items: list[Item], pathname: bool, *, last_lazy: bool) -> str:
    """Return the source that matches a whole text or, where it ends early, the longest (last_lazy: the shortest) prefix."""
    dots = "[^/]*" if pathname else ".*"
    first, *rest = _segments(items, pathname)
    source = first
    for number, segment in enumerate(rest):
        if number + 1 < len(rest):
            source += f"(?>{dots}?{segment})"
        elif last_lazy:
            source += f"{dots}?{segment}"
        else:
            source += f"{dots}{segment}"
    return source


def search_expression(items: list[Item], pathname: bool) -> str:
    """Return the source for `find`. With a star in it: for `match`, where group 1 is empty and stands at the start.

    The first segment's leftmost place is the only one worth trying: if the rest doesn't fit after it, it fits nowhere later.
    """
    first, *rest = _segments(items, pathname)
    if not rest:
        return first
    return f"(?>.*?(?={first})())" + expression(items, pathname, last_lazy=False)


def reverse(items: list[Item]) -> list[Item]:
    """Return the items of the pattern that matches the reversed texts."""
    backward: list[Item] = []
    for item in reversed(items):
        if item.kind == GROUP:
            turned = Item(GROUP)
            turned.operator = item.operator
            turned.choices = [reverse(choice) for choice in item.choices]
            backward.append(turned)
        elif item.start:
            turned = Item(item.kind, item.char)
            turned.source = item.source
            backward.append(turned)
        else:
            backward.append(item)
    return backward


def one_set(items: list[Item]) -> tuple[str, int] | None:
    """Return (source of a character, least number of them) if the pattern is `+(c|[d-f])` or `*(...)`, else None."""
    if len(items) != 1 or items[0].operator not in ("+", "*"):
        return None
    sources: list[str] = []
    for choice in items[0].choices:
        if len(choice) != 1 or choice[0].kind not in (CHAR, SET, ANY):
            return None
        only = choice[0]
        sources.append("." if only.kind == ANY else only.source if only.kind == SET else re.escape(only.char))
    return "(?:" + "|".join(sources) + ")", 1 if items[0].operator == "+" else 0
