"""The documents of YAML files as jq's values.

PyYAML cuts the text into events (a document begins, a scalar, an alias...); values are built here, without recursion, others having
their turn meanwhile. An alias is the same value again, which costs nothing; but as what is printed could then be without measure,
all that the aliases of a document stand for may come to a million values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import yaml

from ..language.reader import EndOfInput
from ..language.text import dumps
from .scalars import resolved, tagged

_MOST: Final = 1_000_000
_DEEPEST: Final = 2000  # levels; PyYAML takes quadratic time for them
_STEP: Final = 32
_MERGE: Final = "<<"
_UNFINISHED: Final = object()


class BadYaml(Exception):
    """A text that isn't YAML, or that can't be a value of jq's."""


class _Stream:
    """What PyYAML reads from."""

    def __init__(self, read: Callable[[], bytes], spend: Callable[[int], None]) -> None:
        self._read = read
        self._spend = spend
        self._rest = b""

    def read(self, size: int) -> bytes:
        if not self._rest:
            self._rest = self._read()
            self._spend(len(self._rest) // 8)
        found, self._rest = self._rest[:size], self._rest[size:]
        self._spend(len(found) // 4)
        return found


class Documents:
    """open_next(): opens the next file, False if there's none; read(): its bytes, b"" at its end; spend: as of the machine."""

    def __init__(self, open_next: Callable[[], bool], read: Callable[[], bytes], spend: Callable[[int], None]) -> None:
        self._open_next = open_next
        self._read = read
        self._spend = spend
        self._loader: Any = None
        self._steps = 0

    def next(self) -> Any:
        """Return the next document. Raises EndOfInput, BadYaml."""
        try:
            while True:
                if self._loader is None:
                    if not self._open_next():
                        raise EndOfInput
                    self._loader = yaml.SafeLoader(_Stream(self._read, self._spend))  # type: ignore[arg-type]
                event = self._event()
                if isinstance(event, yaml.DocumentStartEvent):
                    value = self._document()
                    self._event()
                    return value
                if isinstance(event, yaml.StreamEndEvent):
                    self._loader = None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise BadYaml(_message(error)) from None
        except RecursionError:
            raise BadYaml("the text is nested too deep") from None

    def new_file(self) -> None:
        """Take notice of a new file."""

    def lines_seen(self) -> int:
        """Return how many lines were read of the file at hand."""
        return 0 if self._loader is None else int(self._loader.line)

    def _event(self) -> Any:
        self._steps += 1
        if self._steps == _STEP:
            self._steps = 0
            self._spend(8 * _STEP)
        return self._loader.get_event()

    def _document(self) -> Any:
        """Return the value whose events come next."""
        anchors: dict[str, Any] = {}
        sizes: dict[str, int] = {}
        through_aliases = 0
        open_: list[_Open] = []
        while True:
            event = self._event()
            size = 1
            if isinstance(event, yaml.ScalarEvent):
                value = _scalar(event)
                if event.anchor:
                    anchors[event.anchor], sizes[event.anchor] = value, 1
            elif isinstance(event, yaml.AliasEvent):
                name = event.anchor or ""
                if name not in anchors:
                    raise BadYaml(f"found undefined alias '{name}'{_place(event)}")
                value = anchors[name]
                if value is _UNFINISHED:
                    raise BadYaml(f"alias '{name}' stands within what it stands for{_place(event)}")
                size = sizes[name]
                through_aliases += size
                if through_aliases > _MOST:
                    raise BadYaml(f"aliases stand for more than {_MOST} values{_place(event)}")
            elif isinstance(event, yaml.CollectionStartEvent):
                if event.anchor:
                    anchors[event.anchor] = _UNFINISHED
                if len(open_) == _DEEPEST:
                    raise BadYaml(f"the text is nested deeper than {_DEEPEST} levels{_place(event)}")
                open_.append(_Open(event.anchor, isinstance(event, yaml.MappingStartEvent)))
                continue
            else:
                done = open_.pop()
                value, size = done.finished(), done.size
                if done.anchor:
                    anchors[done.anchor], sizes[done.anchor] = value, size
            if not open_:
                return value
            plain = isinstance(event, yaml.ScalarEvent) and event.implicit[0]
            open_[-1].add(value, size, plain, event)


class _Open:
    """A sequence or a mapping that isn't complete yet."""

    __slots__ = ("_is_mapping", "_items", "_key", "_merged", "anchor", "size")

    def __init__(self, anchor: str | None, is_mapping: bool) -> None:
        self.anchor = anchor
        self.size = 1
        self._is_mapping = is_mapping
        self._items: list[Any] = []
        self._key: Any = None  # (key,) if a value comes next
        self._merged: list[dict[str, Any]] = []

    def add(self, value: Any, size: int, plain: bool, event: Any) -> None:
        """Take the next item, key or value."""
        self.size += size
        if not self._is_mapping:
            self._items.append(value)
        elif self._key is None:
            self._key = (_MERGE if plain and value == _MERGE else (_name(value, event),),)
        else:
            key = self._key[0]
            self._key = None
            if key == _MERGE:
                self._merge(value, event)
            else:
                self._items.append((key[0], value))

    def _merge(self, value: Any, event: Any) -> None:
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                raise BadYaml(f"<< takes mappings{_place(event)}")
            self.size += len(one)
            if self.size > _MOST:
                raise BadYaml(f"aliases stand for more than {_MOST} values{_place(event)}")
            self._merged.append(one)

    def finished(self) -> Any:
        if not self._is_mapping:
            return self._items
        found: dict[str, Any] = {}
        for one in reversed(self._merged):
            found.update(one)
        found.update(self._items)
        return found


def _name(value: Any, event: Any) -> str:
    """Return the name of a member of an object."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        raise BadYaml(f"a key must be a scalar{_place(event)}")
    return dumps(value)


def _scalar(event: yaml.ScalarEvent) -> Any:
    try:
        if event.tag is None or event.tag == "!":
            return resolved(event.value) if event.implicit[0] else event.value
        return tagged(event.tag, event.value, event.implicit[0])
    except ValueError as error:
        raise BadYaml(f"{error}{_place(event)}") from None


def _place(event: Any) -> str:
    mark = event.start_mark
    return f", line {mark.line + 1}, column {mark.column + 1}"


def _message(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        parts = " ".join(part for part in (error.context, error.problem) if part)
        return parts + (f", line {mark.line + 1}, column {mark.column + 1}" if mark else "")
    if isinstance(error, yaml.reader.ReaderError):
        return f"{error.reason}, position {error.position}"
    return str(error)
