"""What a variable can hold.

`Shell.vars` maps a name to one of

    str        a scalar without attributes
    int        the same, known to be a number: its string is str(value) exactly. Arithmetic stores these, so a counter is
               never turned into text unless somebody looks at it as text
    Variable   everything else: attributes, arrays, values that are computed or whose assignment has an effect

so that the commonest reads and writes are one dict operation. A Variable is replaced, never changed, with one exception:
the elements of an array. An array carries the token of the shell that may change it in place; a subshell gets a new token
(so does its parent), and whoever finds a foreign token clones first. So a fork copies one dict and shares the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_shell.shell import Shell

EXPORT, READONLY, INTEGER, LOWER, UPPER, CAPITAL, NAMEREF, TRACE, ARRAY, ASSOC = (1 << n for n in range(10))
HOOK = 1 << 10
"""Assignment has an effect of its own (IFS, PATH, OPTIND ...): `specials.HOOKS` says which."""
DYNAMIC = 1 << 11
"""The value is computed at each read (RANDOM, SECONDS ...)."""
CASE = LOWER | UPPER | CAPITAL
ANY_ARRAY = ARRAY | ASSOC

Scalar = str | int
Value = "str | int | IndexedArray | AssocArray | None"


class IndexedArray:
    """Subscript -> text; any of 0 .. 2**63-1 may be missing.

    items: in ascending order while `ordered`. top: the highest subscript, -1 if empty. owner: who may change it in place.
    """

    __slots__ = ("items", "top", "ordered", "owner")

    def __init__(self, owner: object, values: list[str] | None = None) -> None:
        self.items: dict[int, str] = dict(enumerate(values)) if values else {}
        self.top = len(self.items) - 1
        self.ordered = True
        self.owner = owner

    def clone(self, owner: object) -> IndexedArray:
        """Return a copy that `owner` may change."""
        copy = IndexedArray(owner)
        copy.items, copy.top, copy.ordered = self.items.copy(), self.top, self.ordered
        return copy

    def set(self, index: int, value: str) -> None:
        """Put `value` at `index` (0 or more)."""
        if index > self.top:
            self.top = index
        elif self.ordered and index not in self.items:
            self.ordered = False
        self.items[index] = value

    def append(self, value: str) -> None:
        """Put `value` behind the highest subscript."""
        self.top += 1
        self.items[self.top] = value

    def remove(self, index: int) -> None:
        """Forget an element; nothing happens if it isn't there."""
        if self.items.pop(index, None) is not None and index == self.top:
            self.top = max(self.items, default=-1)

    def sort(self) -> dict[int, str]:
        """Return the items, ascending."""
        if not self.ordered:
            self.items = {index: self.items[index] for index in sorted(self.items)}
            self.ordered = True
        return self.items

    def values(self) -> list[str]:
        """Return the elements in the order of their subscripts."""
        return list(self.items.values()) if self.ordered else list(self.sort().values())

    def keys(self) -> list[str]:
        """Return the subscripts, ascending, as text."""
        return [str(index) for index in self.sort()]

    def real_index(self, index: int) -> int:
        """Return the subscript that `index` means: negative ones count from behind. Negative result: there's none such."""
        return index if index >= 0 else self.top + 1 + index


_FNV_OFFSET, _FNV_PRIME, _WORD = 2166136261, 16777619, 0xFFFFFFFF
_BUCKETS = 1024


def bucket_of(key: str, buckets: int = _BUCKETS) -> int:
    """Return where bash's hash table has a key: FNV-1 over its bytes, which it takes for signed."""
    hashed = _FNV_OFFSET
    for byte in key.encode("utf-8", "surrogateescape"):
        hashed = (hashed * _FNV_PRIME & _WORD) ^ (byte if byte < 128 else byte | 0xFFFFFF00)
    return hashed & buckets - 1


class AssocArray:
    """Text -> text. Listed in the order of bash's hash table, so that scripts which print one give the same lines:
    by bucket, the newest first within one.
    """

    __slots__ = ("items", "owner", "_order")

    def __init__(self, owner: object, items: dict[str, str] | None = None) -> None:
        self.items: dict[str, str] = {} if items is None else items
        self.owner = owner
        self._order: tuple[str, ...] = ()

    def clone(self, owner: object) -> AssocArray:
        """Return a copy that `owner` may change."""
        return AssocArray(owner, self.items.copy())

    def ordered(self) -> tuple[str, ...]:
        """Return the keys in order. Kept while the same keys are there."""
        order = self._order
        if len(order) != len(self.items) or not all(key in self.items for key in order):
            buckets = _BUCKETS
            while len(self.items) >= buckets * 2:
                buckets *= 4
            places: dict[int, list[str]] = {}
            for key in self.items:
                places.setdefault(bucket_of(key, buckets), []).append(key)
            order = self._order = tuple([key for place in sorted(places) for key in reversed(places[place])])
        return order

    def values(self) -> list[str]:
        """Return the elements."""
        items = self.items
        return [items[key] for key in self.ordered()]

    def keys(self) -> list[str]:
        """Return the subscripts."""
        return list(self.ordered())


class Variable:
    """A value with attributes. value None: declared (or only exported, readonly, ...) but unset. Replaced, not changed."""

    __slots__ = ("value", "flags")

    def __init__(self, value: str | int | IndexedArray | AssocArray | None, flags: int) -> None:
        self.value = value
        self.flags = flags

    def __repr__(self) -> str:
        return f"Variable({self.value!r}, {self.flags:#x})"


class Dynamic(Variable):
    """A variable whose value is computed. read(sh) -> text or list of elements; write(sh, text) or None to ignore writes."""

    __slots__ = ("read", "write")

    def __init__(
        self,
        read: Callable[[Shell], str | list[str] | None],
        write: Callable[[Shell, str], None] | None = None,
        flags: int = 0,
    ) -> None:
        super().__init__(None, flags | DYNAMIC)
        self.read = read
        self.write = write
