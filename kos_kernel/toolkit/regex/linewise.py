"""A pattern that takes the rest of its line with it: all matching lines of a buffer by one call of the engine.

`(?:PATTERN)[^\\n]*` matches once in each line that PATTERN matches in, from the leftmost match to the line's end. So the lines
needn't be asked for one by one, which costs ten times as much where most lines match. What is left to Python is nothing for
a count, and one slice for each line found. With the two halves as groups one call replaces the first match of each line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.toolkit.regex.engines import linear_engine
from kos_kernel.toolkit.regex.translate import translate

if TYPE_CHECKING:
    from kos_kernel.toolkit.regex.analysis import Facts
    from kos_kernel.toolkit.regex.tree import Node


def line_engine(root: Node, facts: Facts, encoding: str, line_end: bytes, rest: bool = False) -> Any:
    """Return real-regex on a pattern that goes on to the line's end; None if that isn't there, or not for this pattern.

    rest: group 1 is the match, group 2 what follows it.
    A pattern that matches nothing would match once more behind its line. `re` would gain little, and could lose its bounds.
    """
    if facts.nullable:
        return None
    source = translate(root, encoding=encoding, line_end=line_end, lines=False, groups=False)
    both = b"(%s)([^%s]*)" if rest else b"(?:%s)[^%s]*"
    engine = linear_engine(both % (source, re.escape(line_end)), facts, line_end)
    return engine if hasattr(engine, "findall") else None  # long lists of words are asked in portions
