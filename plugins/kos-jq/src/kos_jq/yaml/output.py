"""jq's values as YAML documents, in block style; PyYAML's emitter writes them, event by event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import yaml

from ..language.text import number_text
from .scalars import resolved

_STRING: Final = "tag:yaml.org,2002:str"


class _Emitter(yaml.SafeDumper):
    """Items of a list stand two columns behind the key that they belong to, unless `flush`."""

    flush = False

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless and self.flush)


class YamlWriter:
    """write(value) writes a document. core: YAML 1.2's, so that `yes` and `on` need no quotes."""

    def __init__(
        self,
        put: Callable[[bytes], None],
        tick: Callable[[int], None],
        *,
        width: int | None,
        flush: bool,
        core: bool,
        sort_keys: bool,
    ) -> None:
        self._put = put
        self._tick = tick
        self._core = core
        self._sort_keys = sort_keys
        self._emitter: Any = _Emitter(self, allow_unicode=True, width=width)
        self._emitter.flush = flush
        self._emitter.emit(yaml.StreamStartEvent())

    def write(self, value: Any) -> None:
        """Write a document; or text, for the emitter."""
        if isinstance(value, str) and self._writing:
            self._put(value.encode("utf-8", "replace"))
            return
        self._writing = True
        try:
            emit = self._emitter.emit
            emit(yaml.DocumentStartEvent(explicit=False))
            for event in self._events(value):
                self._tick(8)
                emit(event)
            emit(yaml.DocumentEndEvent(explicit=False))
        finally:
            self._writing = False

    _writing = False

    def close(self) -> None:
        """Write what ends the stream."""
        self._writing = True
        self._emitter.emit(yaml.StreamEndEvent())

    def _events(self, value: Any) -> Iterator[Any]:
        todo: list[Any] = [value]
        while todo:
            one = todo.pop()
            if isinstance(one, yaml.Event):
                yield one
            elif isinstance(one, dict):
                yield yaml.MappingStartEvent(None, None, True, flow_style=False)
                todo.append(yaml.MappingEndEvent())
                for key in sorted(one, reverse=True) if self._sort_keys else reversed(list(one)):
                    todo += (one[key], key)
            elif isinstance(one, list):
                yield yaml.SequenceStartEvent(None, None, True, flow_style=False)
                todo.append(yaml.SequenceEndEvent())
                todo += reversed(one)
            else:
                yield self._scalar(one)

    def _scalar(self, value: Any) -> Any:
        if not isinstance(value, str):
            return yaml.ScalarEvent(None, None, (True, False), _text(value))
        if self._core:
            plain = isinstance(resolved(value), str)
        else:
            tag = self._emitter.resolve(yaml.ScalarNode, value, (True, False))
            plain = tag == _STRING
        return yaml.ScalarEvent(None, None, (plain, True), value)


def _text(value: Any) -> str:
    """Return null, a boolean or a number in YAML's notation."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value != value:
        return "null"  # as jq has it
    text = number_text(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")  # YAML 1.1 wants a point in what has an exponent
    return text
