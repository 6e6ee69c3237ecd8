"""What a match is, whoever found it. Protocols only, for type checkers and readers: nothing imports this at run time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol


class Match(Protocol):
    """A match, in positions of the data that was searched. Group 0 is the whole."""

    def start(self, group: int = 0, /) -> int:
        """Return where the group starts, -1 if it took no part."""

    def end(self, group: int = 0, /) -> int:
        """Return where the group ends, -1 if it took no part."""

    def span(self, group: int = 0, /) -> tuple[int, int]:
        """Return (start, end) of the group, (-1, -1) if it took no part."""

    def group(self, group: int = 0, /) -> Any:
        """Return the bytes that the group matched, None if it took no part."""


class Engine(Protocol):
    """What we ask of `re` and of real-regex."""

    def search(self, data: bytes, pos: int = ..., endpos: int = ..., /) -> Any: ...

    def finditer(self, data: bytes, pos: int = ..., endpos: int = ..., /) -> Iterator[Any]: ...

    def split(self, data: bytes, /) -> list[Any]: ...

    def subn(self, replacement: bytes, data: bytes, count: int = ..., /) -> tuple[Any, int]: ...


class Search(Protocol):
    """The signature of `Regex.search`."""

    def __call__(self, data: bytes, pos: int = ..., endpos: int = ..., /) -> Match | None: ...
