"""`compile`: one way to regular expressions for grep, sed, awk, find, expr and the shell.

    regex = compile(b"^(a|b)*$", syntax="ere")
    m = regex.search(data, pos, endpos)      None, or a match: m.start(n), m.end(n), m.span(n), m.group(n); (-1, -1), None if unset
    for m in regex.finditer(data): ...       as sed's g and grep -o count matches: none empty right behind another
    data, n = regex.sub(replacement, data)
    regex.replacer(pieces, progress), regex.divider()
                                             functions for many short texts: substitute and split (bulk.py)
    regex.locate(data, pos, endpos)          where the leftmost match starts, or -1: cheaper than search
    regex.lines(data)                        (start, end) of each line that has a match, in one pass over a buffer

Data and patterns are bytes, all positions are byte positions. In UTF-8 (the default) `.` takes one character, sets hold
characters, and a byte that is no UTF-8 is matched by itself alone; `utf8=False` is the C locale.
`^` and `$` mean the ends of the data (of `endpos`, if given); a character before `pos` is seen by `^`, `\\b` and `\\<`.

Who matches:

    real-regex      linear time, if installed (the extra `regex`); each search is bounded by |pattern| * |data|
    re              else, for patterns on which it can't do more than a few steps for each start
    positions.py    else; and for the ends of matches where the first match that an engine finds may not be the longest
    submatch.py     for groups, where an engine's may not be POSIX's
    backtrack.py    for back-references, with a budget; `re` where the text is short enough to make it safe

What is safe is decided by analysis.py. PatternError: the pattern is wrong, in glibc's words. PatternLimit, from any matching
call: it would take too long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kos_kernel.toolkit.regex import analysis, tree
from kos_kernel.toolkit.regex.compiled import Regex
from kos_kernel.toolkit.regex.dialects import DIALECTS
from kos_kernel.toolkit.regex.errors import PatternError, PatternLimit
from kos_kernel.toolkit.regex.parser import Pattern, parse, parse_fixed
from kos_kernel.toolkit.regex.tree import Node

__all__ = ["PatternError", "PatternLimit", "Regex", "compile", "compile_any"]


def compile(
    pattern: bytes,
    *,
    syntax: str = "bre",
    icase: bool = False,
    newline: bytes | None = None,
    multiline: bool = False,
    utf8: bool = True,
    whole: Literal["line", "word"] | None = None,
    groups: Literal["posix", "gnu"] = "posix",
    third_party: bool = True,
) -> Regex:
    """Return `pattern` compiled.

    syntax: bre, ere, sed-ere, grep, egrep, awk, emacs or fixed (see dialects.py).
    newline: the byte between the lines of the data, for programs that search many lines at once (grep: b"\\n", grep -z: b"\\0"):
        nothing matches it, `^` and `$` stand at it. multiline: `^` and `$` stand at newlines, which stay characters (sed's M).
    whole: the match must be a whole line (grep -x) or stand between non-word characters (grep -w).
    groups: which of several readings of a match tells what its groups are. "posix": each part from the left as long as can be,
        a repetition's last round alone ((a|ab)(c|bcd)(d*) on abcd: ab, c, d). "gnu": the first one, and what earlier rounds
        left stays (a, bcd, nothing), as GNU's programs have it. They differ only where alternatives overlap.
    third_party: False asks the standard library's `re` and our own engines alone, as if nothing else were installed.
    Raises PatternError, whose text is glibc's sentence.
    """
    return compile_any(
        [pattern],
        syntax=syntax,
        icase=icase,
        newline=newline,
        multiline=multiline,
        utf8=utf8,
        whole=whole,
        groups=groups,
        third_party=third_party,
    )


def compile_any(
    patterns: Sequence[bytes],
    *,
    syntax: str = "bre",
    icase: bool = False,
    newline: bytes | None = None,
    multiline: bool = False,
    utf8: bool = True,
    whole: Literal["line", "word"] | None = None,
    groups: Literal["posix", "gnu"] = "posix",
    third_party: bool = True,
) -> Regex:
    """Return one regex that matches where any of the patterns does (grep -e A -e B, grep -f FILE); see `compile`.

    Groups are numbered through all patterns; a back-reference means its own pattern's group. No patterns match nothing.
    """
    encoding = "utf-8" if utf8 else "latin-1"
    line_end = None if newline is None else newline.decode("latin-1")
    roots: list[Node] = []
    opened = 0
    references = False
    for pattern in patterns:
        text = pattern.decode(encoding, "surrogateescape")
        if syntax == "fixed":
            parsed = parse_fixed(text, unicode=utf8, icase=icase, newline=line_end)
        else:
            dialect = DIALECTS.get(syntax)
            if dialect is None:
                raise ValueError(
                    f"no regular expressions are called {syntax!r}; there are: fixed, {', '.join(DIALECTS)}"
                )
            parsed = parse(text, dialect, unicode=utf8, icase=icase, newline=line_end, groups=opened)
        roots.append(parsed.root)
        opened += parsed.groups
        references = references or parsed.back_references
    root = tree.alt(roots) if roots else tree.char_set(())
    if whole == "line":
        root = tree.cat([tree.assertion(tree.BOL), root, tree.assertion(tree.EOL)])
    elif whole == "word":
        root = tree.cat([tree.assertion(tree.NO_WORD_BEFORE), root, tree.assertion(tree.NO_WORD_AFTER)])
    facts = analysis.analyse(root)
    parsed = Pattern(root, opened, references)
    whole_text = b"\n".join(patterns)
    if references:
        from kos_kernel.toolkit.regex.references import BackReferences

        return BackReferences(whole_text, parsed, facts, utf8, newline, multiline, third_party, icase)
    return Regex(whole_text, parsed, facts, utf8, newline, multiline, third_party, icase, groups == "gnu")
