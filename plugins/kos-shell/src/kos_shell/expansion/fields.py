"""Building the fields of one word from the results of its parts.

A word such as `a"$b"$c*.txt` gives any number of fields. Its parts are fed to a FieldBuilder from left to right:

    literal("a")  quoted(value of b)  split(value of c)  literal("*.txt")  finish()

The builder keeps two views of the field under construction: `text`, what it is if no file matches, and `pattern`, the same
with what was quoted behind backslashes. Pathname expansion happens when a field with active pattern characters ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_shell.expansion.pathnames import expand_pathname
from kos_shell.expansion.quoting import escape_pattern

if TYPE_CHECKING:
    from kos_shell.shell import Shell

MAGIC = re.compile(r"[*?\[]|[@+!]\(").search
"""Finds what may make a text a pattern. `[` alone and the extglob operators are looked at more closely when it expands."""


class FieldBuilder:
    """Collects into `out`. text None: no field has begun."""

    __slots__ = ("sh", "out", "text", "pattern", "magic", "after_white", "void")

    def __init__(self, sh: Shell, out: list[str]) -> None:
        self.sh = sh
        self.out = out
        self.text: str | None = None
        self.pattern = ""
        self.magic = False
        self.void = False  # a quoted list had no values
        self.after_white = False  # white space of an expansion has just ended a field: a delimiter may join it

    def literal(self, text: str) -> None:
        """Add unquoted text of the script: never split, its pattern characters count."""
        self.text = text if self.text is None else self.text + text
        self.pattern += text
        if not self.magic and MAGIC(text) is not None:
            self.magic = True

    def quoted(self, text: str) -> None:
        """Add text that stands for itself; a field begins even if it is empty."""
        self.text = text if self.text is None else self.text + text
        self.pattern += escape_pattern(text)

    def split(self, text: str) -> None:
        """Add the result of an unquoted expansion: IFS splits it, what remains is open to pathname expansion."""
        if not text:
            return
        sh = self.sh
        if sh.hazard(text) is None:
            self.text = text if self.text is None else self.text + text
            self.pattern += text
            return
        splitter = sh.splitter
        at, size = 0, len(text)
        for cut in splitter.delimiter.finditer(text):
            start, stop = cut.span()
            if start > at:
                self._run(text[at:start])
            white = not splitter.other or cut.group().strip(splitter.white) == ""
            if self.text is not None:
                self.end_field()
                self.after_white = white
            elif not white:
                if self.after_white:
                    self.after_white = False
                else:
                    self.text = ""
                    self.end_field()
            at = stop
        if at < size:
            self._run(text[at:])

    def _run(self, text: str) -> None:
        self.after_white = False
        self.text = text if self.text is None else self.text + text
        self.pattern += text
        if not self.magic and MAGIC(text) is not None:
            self.magic = True

    def quoted_list(self, values: list[str]) -> None:
        """Add "$@": a field for each; the first joins what stands before, the last what follows."""
        if not values:
            self.void = True
            return
        self.quoted(values[0])
        for value in values[1:]:
            self.end_field()
            self.quoted(value)

    def split_list(self, values: list[str]) -> None:
        """Add $@ or $*: as if joined by the first character of IFS and split again; without IFS each is a field."""
        star = self.sh.splitter.star
        if star:
            self.split(star.join(values))
            return
        first = True
        for value in values:
            if not first and self.text is not None:
                self.end_field()
            first = False
            if value:
                self._run(value)

    def end_field(self) -> None:
        """The field is complete: put it, or the names that it matches, into `out`."""
        text = self.text
        assert text is not None
        self.after_white = False
        if self.magic:
            if self.sh.noglob:
                self.out.append(text)
            else:
                expand_pathname(self.sh, self.pattern, text, self.out)
            self.magic = False
        else:
            self.out.append(text)
        self.text = None
        self.pattern = ""

    def finish(self) -> None:
        """The word is complete."""
        if self.text is not None:
            self.end_field()


def split_fields(sh: Shell, text: str, out: list[str]) -> None:
    """Add the fields of a text that is the whole of an unquoted word (`$x`) to `out`."""
    if sh.hazard(text) is None:
        if text:
            out.append(text)
        return
    noglob = sh.noglob
    for field in sh.splitter.split(text):
        if noglob or MAGIC(field) is None:
            out.append(field)
        else:
            expand_pathname(sh, field, field, out)
