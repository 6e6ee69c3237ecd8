"""--stream: a value as events, [path, leaf] for each leaf and [path] where a container ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def events(value: Any) -> Iterator[Any]:
    """Return the events of a value."""
    if not (type(value) in (list, dict) and value):
        yield [[], value]
        return
    path: list[Any] = []
    stack: list[Iterator[Any]] = [_pairs(value)]
    while stack:
        for key, item in stack[-1]:
            path = [*path[: len(stack) - 1], key]
            if type(item) in (list, dict) and item:
                stack.append(_pairs(item))
                break
            yield [path, item]
        else:
            stack.pop()
            path = path[: len(stack) + 1]
            yield [path]
    return


def _pairs(value: Any) -> Iterator[Any]:
    return iter(value.items()) if type(value) is dict else enumerate(value)


class Events:
    """The events of one value after another."""

    def __init__(self, values: Any) -> None:
        self.values = values
        self.pending: Iterator[Any] = iter(())

    def next(self) -> Any:
        """Return the next event. Raises what the values raise."""
        while True:
            for event in self.pending:
                return event
            self.pending = events(self.values.next())

    def new_file(self) -> None:
        """What is read from now on is another file."""
        self.values.new_file()

    def lines_seen(self) -> int:
        """Return how many lines were read."""
        count: int = self.values.lines_seen()
        return count
