"""Inode numbers: 1, 2, 3 ... in the order in which a machine first saw the files. The host's own are never shown.

A number is remembered as long as the table has room (`LIMIT`), and by whoever holds the file beyond that. A fork goes on from
its parent's numbers at a cost that doesn't depend on how many there are:

    layers (frozen, shared)  [ ........ ] [ .... ] [ . ]      own (this machine's)  { key: number }

Each fork freezes the own table into a layer; a layer that isn't half as big as the one below is merged into it, so there are
never more than a few.
"""

from __future__ import annotations

Key = tuple[int, int, int]  # the host's device and inode number, and the type of the file

LIMIT = 1 << 17


class Numbers:
    """The numbers of one machine's mount."""

    __slots__ = ("_layers", "_next", "_own")

    def __init__(self) -> None:
        self._own: dict[Key, int] = {}
        self._layers: tuple[dict[Key, int], ...] = ()
        self._next = 1

    def __len__(self) -> int:
        return len(self._own) + sum(map(len, self._layers))

    def of(self, key: Key) -> int:
        """Return a file's number: the one it had, or the next."""
        found = self._own.get(key)
        if found is not None:
            return found
        for layer in reversed(self._layers):
            found = layer.get(key)
            if found is not None:
                return found
        if len(self) >= LIMIT:
            self._forget_half()
        number = self._own[key] = self._next
        self._next += 1
        return number

    def forget(self, key: Key) -> None:
        """A file is gone for good: whatever the host gives its inode to next is another file."""
        if any(key in layer for layer in self._layers):
            self._own = self._merged()
            self._layers = ()
        self._own.pop(key, None)

    def _merged(self) -> dict[Key, int]:
        merged: dict[Key, int] = {}
        for layer in (*self._layers, self._own):
            merged.update(layer)
        return merged

    def _forget_half(self) -> None:
        known = self._merged()
        self._own = dict(list(known.items())[len(known) // 2 :])
        self._layers = ()

    def fork(self) -> Numbers:
        """Return the numbers of a forked machine: the same until now."""
        layers = self._layers
        if self._own:
            layers = (*layers, self._own)
            while len(layers) > 1 and 2 * len(layers[-1]) > len(layers[-2]):
                layers = (*layers[:-2], {**layers[-2], **layers[-1]})
            self._layers = layers
            self._own = {}
        twin = Numbers()
        twin._layers, twin._next = layers, self._next
        return twin
