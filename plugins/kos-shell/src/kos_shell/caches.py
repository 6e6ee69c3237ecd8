"""What a shell remembers of texts it has compiled: arithmetic, patterns, regular expressions, scripts.

Everything kept here is immutable (closures and matchers hold no state of a shell), so the caches are shared by a shell and
all its subshells and may be shared by all shells of a platform: whoever owns the platform makes one `Caches` and passes it
in. A table that is full is emptied: that costs a recompilation now and then and no bookkeeping on a hit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import compile_glob
from kos_shell.arithmetic.compiler import Arithmetic, compile_or_refuse
from kos_shell.expansion.splitting import DEFAULT, Splitter

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Glob, Regex
    from kos_shell.script import ParsedScript

LIMIT = 1024
TEXT_LIMIT = 1 << 16
"""Longer texts aren't kept."""


class Caches:
    """Tables from a text to what it was compiled to."""

    __slots__ = (
        "_arithmetic", "_globs", "_regexes", "_splitters", "command_options", "environment", "formats", "script_characters", "scripts",
        "words",
    )  # fmt: skip

    def __init__(self) -> None:
        self._arithmetic: dict[str, Arithmetic] = {}
        self._globs: dict[tuple[str, bool, bool], Glob] = {}
        self._regexes: dict[tuple[str, bool], Regex] = {}
        self._splitters: dict[str, Splitter] = {}
        self.scripts: dict[Any, ParsedScript] = {}
        self.script_characters = 0  # in those texts
        self.words: dict[str, Any] = {}
        self.formats: dict[str, Any] = {}  # of printf
        self.command_options: dict[bytes, tuple[str, ...]] = {}  # by the head of a program's file
        # The last environment, the variables that it made, and what of it is passed on as it is: startup.py.
        self.environment: tuple[dict[bytes, bytes], dict[str, Any], dict[bytes, bytes]] = ({}, {}, {})

    @staticmethod
    def of(memo: dict[Any, Any]) -> Caches:
        """Return the Caches of whoever keeps `memo`, made at the first call."""
        found: Caches | None = memo.get("caches")
        if found is None:
            found = memo["caches"] = Caches()
        return found

    def arithmetic(self, text: str) -> Arithmetic:
        """Return the closure of an expression (already expanded). One that is wrong raises ArithmeticError_ when it is called."""
        found = self._arithmetic.get(text)
        if found is None:
            found = compile_or_refuse(text)
            self._keep(self._arithmetic, text, found, len(text))
        return found

    def glob(self, pattern: str, *, extglob: bool = True, nocase: bool = False) -> Glob:
        """Return the matcher of a pattern in which quoted characters stand behind backslashes."""
        key = (pattern, extglob, nocase)
        found = self._globs.get(key)
        if found is None:
            found = compile_glob(pattern, extglob=extglob, nocase=nocase)
            self._keep(self._globs, key, found, len(pattern))
        return found

    def regex(self, pattern: str, *, icase: bool = False) -> Regex:
        """Return the matcher of an extended regular expression. Raises what compile_regex raises."""
        key = (pattern, icase)
        found = self._regexes.get(key)
        if found is None:
            from kos_kernel.api import compile_regex  # here: most scripts match none

            found = compile_regex(pattern.encode("utf-8", "surrogateescape"), syntax="ere", icase=icase)
            self._keep(self._regexes, key, found, len(pattern))
        return found

    def splitter(self, ifs: str | None) -> Splitter:
        """Return the Splitter of a value of IFS; None = unset."""
        if ifs is None or ifs == DEFAULT.ifs:
            return DEFAULT
        found = self._splitters.get(ifs)
        if found is None:
            found = Splitter(ifs)
            self._keep(self._splitters, ifs, found, len(ifs))
        return found

    def format(self, template: str, compile_format: Callable[[str], Any]) -> Any:
        """Return what `compile_format` makes of a format of printf."""
        found = self.formats.get(template)
        if found is None:
            found = compile_format(template)
            self._keep(self.formats, template, found, len(template))
        return found

    def options_of(self, head: bytes, ask: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """Return the options of the program whose file begins with `head`; ask: finds them out."""
        found = self.command_options.get(head)
        if found is None:
            found = ask()
            self._keep(self.command_options, head, found, sum(map(len, found)))
        return found

    @staticmethod
    def _keep(table: dict[Any, Any], key: Any, value: Any, size: int) -> None:
        if size <= TEXT_LIMIT:
            if len(table) >= LIMIT:
                table.clear()
            table[key] = value
