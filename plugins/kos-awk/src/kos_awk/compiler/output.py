"""Where generated source comes together: lines, where in the program each comes from, constants, temporaries."""

from __future__ import annotations

import math
import re
from typing import Final

from ..language import tree
from .analysis import Analysis

PLAIN: Final = re.compile(rb"[A-Za-z0-9 _,;:<=>'\"%&@#~-]+")
"""Patterns that match themselves alone, in any locale."""


class Output:
    """scope: the function being written, "" for rules. in_locals: the record is in the locals `rec` and `f`."""

    def __init__(self, analysis: Analysis) -> None:
        self.known = analysis
        self.lines: list[str] = []
        self.places: list[int] = []  # of each line, in the program's text
        self.depth = 0
        self.place = 0
        self.scope = ""
        self.in_locals = False
        self.patterns: dict[bytes, str] = {}
        self.replacers: dict[tuple[bytes, bytes], str] = {}
        self._temporaries = 0

    def line(self, text: str) -> None:
        """Write one line."""
        self.lines.append("    " * self.depth + text if self.depth < 90 else " " * self.depth + text)
        self.places.append(self.place)

    def temporary(self) -> str:
        """Return a name that nothing else uses."""
        self._temporaries += 1
        return f"t{self._temporaries}"

    def pattern(self, source: bytes) -> str:
        """Return the number, as text, of a constant pattern."""
        if source not in self.patterns:
            self.patterns[source] = str(len(self.patterns))
        return self.patterns[source]

    def replacer(self, source: bytes, new: bytes) -> str:
        """Return the number, as text, of a constant pattern with a constant replacement."""
        return self.replacers.setdefault((source, new), str(len(self.replacers)))

    @property
    def patterns_vary(self) -> bool:
        """Whether IGNORECASE may change, so that no pattern is constant."""
        return "IGNORECASE" in self.known.names or "IGNORECASE" in self.known.outside

    def name(self, var: tree.Var) -> str:
        """Return the Python name of a variable that isn't special."""
        if var.local:
            return f"p_{var.name}"
        if var.name in self.known.lists:
            return f"l_{var.name}"
        return f"a_{var.name}" if var.name in self.known.arrays else f"v_{var.name}"


def number(value: float) -> str:
    """Return a float as source."""
    return repr(value) if math.isfinite(value) else "INF"
