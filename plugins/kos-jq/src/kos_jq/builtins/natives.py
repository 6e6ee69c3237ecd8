"""The builtins that are Python functions: each takes the input and its arguments' values and returns one value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..language import values as v
from ..language.values import JqError, compare, is_number, normal, shown, sort_key, type_of

if TYPE_CHECKING:
    from ..engine.vm import Vm

_MOST_TEXT = 1 << 28  # characters of one string


class Natives:
    """functions: (name, arguments) -> function(input, *arguments). operators: op -> function(left, right)."""

    def __init__(self, vm: Vm, host: Any) -> None:
        from . import formats, mathematics, patterns, strings, times

        self.vm = vm
        self.host = host
        self.functions: dict[tuple[str, int], Callable[..., Any]] = {}
        self.generators: dict[str, tuple[int, Callable[..., Iterator[Any]]]] = {}
        self._trees: dict[tuple[str, int], Any] | None = None
        self._environment: Any = None
        self.operators: dict[str, Callable[[Any, Any], Any]] = {
            "+": self.plus,
            "-": self.minus,
            "*": self.times,
            "/": self.divide,
            "%": modulo,
            "==": v.same,
            "!=": lambda a, b: not v.same(a, b),
            "<": lambda a, b: compare(a, b) < 0,
            "<=": lambda a, b: compare(a, b) <= 0,
            ">": lambda a, b: compare(a, b) > 0,
            ">=": lambda a, b: compare(a, b) >= 0,
        }
        self._formats = formats.Formats(vm)
        table = {
            "not": (0, lambda x: x is None or x is False),
            "length": (0, length),
            "utf8bytelength": (0, byte_length),
            "_negate": (0, negate),
            "type": (0, type_of),
            "keys": (0, self.keys),
            "keys_unsorted": (0, lambda x: self.keys(x, False)),
            "has": (1, v.has),
            "contains": (1, contains),
            "add": (0, self.add),
            "reverse": (0, self.reverse),
            "sort": (0, self.sort),
            "_sort_by": (1, self.sort_by),
            "_group_by": (1, self.group_by),
            "unique": (0, self.unique),
            "min": (0, lambda x: self.extreme(x, x, False)),
            "max": (0, lambda x: self.extreme(x, x, True)),
            "_min_by": (1, lambda x, keys: self.extreme(x, keys, False)),
            "_max_by": (1, lambda x, keys: self.extreme(x, keys, True)),
            "flatten": (0, lambda x: self.flatten(x, 1 << 40)),
            "transpose": (0, self.transpose),
            "indices": (1, self.indices),
            "_bsearch": (1, bsearch),
            "getpath": (1, v.get_path),
            "setpath": (2, lambda x, path, item: v.set_path(x, path, item, vm.spend)),
            "delpaths": (1, lambda x, paths: v.delete_paths(x, paths, vm.spend)),
            "toarray": (0, lambda x: x if type(x) is list else [x]),
            "input": (0, lambda x: host.input()),
            "debug": (0, host.debug),
            "stderr": (0, host.stderr),
            "input_filename": (0, lambda x: host.filename()),
            "input_line_number": (0, lambda x: host.line_number()),
            "halt": (0, host.halt),
            "halt_error": (1, host.halt_error),
            "now": (0, lambda x: host.now()),
            "modulemeta": (0, host.module_meta),
            "get_search_list": (0, lambda x: host.search_list()),
            "format": (1, self.format),
            "builtins": (0, lambda x: self.builtins()),
            "tojson": (0, self.to_json),
            "have_literal_numbers": (0, lambda x: True),
            "have_decnum": (0, lambda x: False),
        }
        self.functions.update({(name, count): function for name, (count, function) in table.items()})
        self.functions[("flatten", 1)] = self.flatten
        self.generators["inputs"] = (0, lambda x: host.inputs())
        mathematics.install(self.functions)
        strings.install(self.functions, self)
        times.install(self.functions, host)
        patterns.install(self.functions, vm)

    # ------------------------------------------------------------ for the compiler
    def environment(self) -> Any:
        """Return the environment as an object."""
        if self._environment is None:
            self._environment = self.host.environment()
        return self._environment

    def formatter(self, name: str) -> Callable[[Any], str]:
        """Return the function of @name; it raises JqError if there is no such format."""
        return self._formats.get(name)

    def format(self, value: Any, name: Any) -> str:
        """Return a value in the format that `name` says."""
        if type(name) is not str:
            raise JqError(f"{type_of(name)} ({shown(name)}) is not a valid format")
        return self.formatter(name)(value)

    def definitions(self) -> dict[tuple[str, int], Any]:
        """Return the builtins that are written in jq: (name, how many) -> (parameters, tree)."""
        if self._trees is None:
            cache = self.vm.k.memo("jq")
            if "prelude" not in cache:
                from ..language.parser import parse_library
                from .prelude import PRELUDE

                found, _, _ = parse_library(PRELUDE)
                cache["prelude"] = {(name, len(parameters)): (parameters, body) for name, parameters, body in found}
            self._trees = cache["prelude"]
        return self._trees

    def builtins(self) -> list[str]:
        names = {
            *self.functions,
            *self.definitions(),
            ("empty", 0),
            ("error", 0),
            ("error", 1),
            ("path", 1),
            ("range", 1),
        }
        names |= {("range", 2), ("recurse", 0), ("map", 1), ("select", 1), ("inputs", 0)}
        return [f"{name}/{count}" for name, count in sorted(names) if not name.startswith("_")]

    def range_list(self, start: Any, end: Any) -> list[Any]:
        """Return the numbers from start up to end."""
        if not is_number(start) or not is_number(end):
            raise JqError("Range bounds must be numeric")
        count = (
            max(0, math.ceil(end - start)) if abs(end) < 1e18 and abs(start) < 1e18 else (1 << 60 if end > start else 0)
        )
        self.vm.work(count)
        return list(self.range_iter(start, end))

    @staticmethod
    def range_iter(start: Any, end: Any) -> Iterator[Any]:
        """Return an iterator of the numbers from start up to end."""
        if not is_number(start) or not is_number(end):
            raise JqError("Range bounds must be numeric")
        if type(start) is int and abs(end) < 1e18:
            return iter(range(start, math.ceil(end)))

        def count() -> Iterator[Any]:
            number = start
            while number < end:
                yield number
                number = normal(number + 1)

        return count()

    # ------------------------------------------------------------ operators
    def plus(self, a: Any, b: Any) -> Any:
        kind, other = type(a), type(b)
        if (kind is int or kind is float) and (other is int or other is float):
            return normal(a + b)
        if a is None:
            return b
        if b is None:
            return a
        if kind is other:
            if kind is str or kind is list:
                size = len(a) + len(b)
                if size > _MOST_TEXT:
                    raise JqError("the result is too large")
                self.vm.spend(size if kind is list else size // 8)
                return a + b
            if kind is dict:
                self.vm.spend(len(a) + len(b))
                return {**a, **b}
        raise both(a, b, "added")

    def minus(self, a: Any, b: Any) -> Any:
        if is_number(a) and is_number(b):
            return normal(a - b)
        if type(a) is list and type(b) is list:
            self.vm.work(len(a))
            gone = {_hashable(item) for item in b}
            return [item for item in a if _hashable(item) not in gone]
        raise both(a, b, "subtracted")

    def times(self, a: Any, b: Any) -> Any:
        if is_number(a) and is_number(b):
            try:
                product = a * b
                return -0.0 if product == 0 and (a < 0) != (b < 0) else normal(product)
            except OverflowError:
                return float(a) * float(b)
        if type(b) is str and is_number(a):
            a, b = b, a
        if type(a) is str and is_number(b):
            if b <= 0 or b != b:
                return None
            count = max(1, int(b) if b < 1 << 40 else 1 << 40) if b >= 1 else 1
            if len(a) * count > _MOST_TEXT:
                raise JqError("Repeat string result too long")
            self.vm.work(len(a) * count // 8)
            return a * count
        if type(a) is dict and type(b) is dict:
            return self.merge(a, b)
        raise both(a, b, "multiplied")

    def merge(self, a: Any, b: Any) -> Any:
        self.vm.spend(len(a) + len(b))
        merged = dict(a)
        for key, item in b.items():
            before = merged.get(key)
            merged[key] = self.merge(before, item) if type(before) is dict and type(item) is dict else item
        return merged

    def divide(self, a: Any, b: Any) -> Any:
        if is_number(a) and is_number(b):
            if b == 0:
                raise both(a, b, "divided because the divisor is zero")
            try:
                return normal(a / b)
            except OverflowError:
                return normal(float(a) / float(b))
        if type(a) is str and type(b) is str:
            return self.functions[("split", 1)](a, b)
        raise both(a, b, "divided")

    # ------------------------------------------------------------ arrays and objects
    def keys(self, x: Any, in_order: bool = True) -> list[Any]:
        if type(x) is dict:
            self.vm.spend(len(x))
            return sorted(x) if in_order else list(x)
        if type(x) is list:
            self.vm.spend(len(x))
            return list(range(len(x)))
        raise one(x, "has no keys")

    def add(self, x: Any) -> Any:
        parts = v.items(x)
        if parts and all(type(part) is str for part in parts):
            self.vm.work(sum([len(part) for part in parts]) // 8 + len(parts))
            return "".join(parts)
        if parts and all(type(part) is list for part in parts):
            self.vm.work(sum([len(part) for part in parts]))
            return [item for part in parts for item in part]
        total = None
        for part in parts:
            total = self.plus(total, part)
            self.vm.k.tick()
        return total

    def reverse(self, x: Any) -> Any:
        if type(x) is str:
            return x[::-1]
        if x is None:
            return []
        if type(x) is not list:
            raise one(x, "cannot be reversed, as it is not an array")
        self.vm.work(len(x))
        return x[::-1]

    def array(self, x: Any, what: str) -> list[Any]:
        if type(x) is not list:
            raise one(x, f"cannot be {what}, as it is not an array")
        self.vm.work(4 * len(x))
        return x

    def sort(self, x: Any) -> Any:
        return sorted(self.array(x, "sorted"), key=sort_key)

    def order(self, x: Any, keys: Any, what: str) -> list[tuple[Any, Any]]:
        found = [sort_key(key) for key in keys]
        places = sorted(range(len(found)), key=found.__getitem__)
        return [(found[place], x[place]) for place in places]

    def sort_by(self, x: Any, keys: Any) -> Any:
        return [item for _, item in self.order(self.array(x, "sorted"), keys, "sorted")]

    def group_by(self, x: Any, keys: Any) -> Any:
        groups: list[list[Any]] = []
        last: Any = groups
        for key, item in self.order(self.array(x, "grouped"), keys, "grouped"):
            if last is groups or key != last:
                groups.append([])
                last = key
            groups[-1].append(item)
        return groups

    def unique(self, x: Any) -> Any:
        return [group[0] for group in self.group_by(self.array(x, "sorted"), x)]

    def extreme(self, x: Any, keys: Any, greatest: bool) -> Any:
        self.array(x, "iterated over")
        best: Any = None
        for place, key in enumerate(keys):
            if not place:
                best = (key, x[0])
                continue
            order = compare(key, best[0])
            if order > 0 if greatest else order < 0:
                best = (key, x[place])
            elif greatest and not order:
                best = (key, x[place])
        return best[1] if best is not None else None

    def flatten(self, x: Any, depth: Any) -> Any:
        if not is_number(depth):
            raise JqError("flatten depth must not be negative")
        if depth < 0:
            raise JqError("flatten depth must not be negative")
        out: list[Any] = []
        stack = [(iter(v.items(x)), 0)]
        while stack:
            source, level = stack[-1]
            for item in source:
                if type(item) is list and level < depth:
                    stack.append((iter(item), level + 1))
                    break
                out.append(item)
                if not len(out) % 1024:
                    self.vm.work(1024)
            else:
                stack.pop()
                self.vm.k.tick()
        return out

    def transpose(self, x: Any) -> Any:
        rows = [row or [] for row in self.array(x, "transposed")]
        width = max([length(row) for row in rows], default=0)
        self.vm.work(width * len(rows))
        return [[v.index(row, column) for row in rows] for column in range(width)]

    def indices(self, x: Any, part: Any) -> Any:
        if x is None:
            return None
        if type(x) is str and type(part) is str:
            if not part:
                return None
            found = []
            at = x.find(part)
            while at >= 0:
                found.append(at)
                at = x.find(part, at + 1)
            self.vm.work(len(x) // 8 + len(found))
            return found
        if type(x) is list and type(part) is not list:
            self.vm.work(len(x))
            return [place for place, item in enumerate(x) if v.same(item, part)]
        if type(x) is list:
            self.vm.work(len(x))
        return v.index(x, part)

    def to_json(self, x: Any) -> str:
        from ..language.text import Layout

        parts = []
        for part in Layout(None).chunks(x):
            parts.append(part)
            self.vm.spend(len(part) // 8)
            self.vm.k.tick(8)
        return "".join(parts)


def _hashable(value: Any) -> Any:
    key = sort_key(value)
    return repr(key) if type(value) is list or type(value) is dict else key


def both(a: Any, b: Any, what: str) -> JqError:
    """Return the error for two values that don't go together."""
    return JqError(f"{type_of(a)} ({shown(a)}) and {type_of(b)} ({shown(b)}) cannot be {what}")


def one(x: Any, what: str) -> JqError:
    """Return the error for a value of the wrong kind."""
    return JqError(f"{type_of(x)} ({shown(x)}) {what}")


def _clipped(number: Any) -> int:
    if number != number:
        return 0
    return int(max(-(1 << 63), min(number, (1 << 63) - 1)))


def modulo(a: Any, b: Any) -> Any:
    """Return the remainder of the whole parts, with the sign of a."""
    if not is_number(a) or not is_number(b):
        raise both(a, b, "divided")
    if a != a or b != b:
        return float("nan")
    first, second = _clipped(a), abs(_clipped(b))
    if not second:
        raise both(a, b, "divided (remainder) because the divisor is zero")
    rest = abs(first) % second
    return normal(-rest if first < 0 else rest)


def negate(x: Any) -> Any:
    if not is_number(x):
        raise one(x, "cannot be negated")
    return -float(x) if x == 0 else -x


def length(x: Any) -> Any:
    if x is None:
        return 0
    if type(x) is bool:
        raise one(x, "has no length")
    return abs(x) if is_number(x) else len(x)


def byte_length(x: Any) -> Any:
    if type(x) is not str:
        raise one(x, "only strings have UTF-8 byte length")
    return len(x.encode("utf-8", "replace"))


def contains(a: Any, b: Any) -> bool:
    if type(a) is dict and type(b) is dict:
        return all(key in a and contains(a[key], item) for key, item in b.items())
    if type(a) is list and type(b) is list:
        return all(any(_contains_loosely(item, wanted) for item in a) for wanted in b)
    if type(a) is str and type(b) is str:
        return b in a
    if type_of(a) == type_of(b):
        return v.same(a, b)
    raise JqError(f"{type_of(a)} ({shown(a)}) and {type_of(b)} ({shown(b)}) cannot have their containment checked")


def _contains_loosely(a: Any, b: Any) -> bool:
    return type_of(a) == type_of(b) and contains(a, b)


def bsearch(x: Any, target: Any) -> Any:
    if type(x) is not list:
        raise one(x, "cannot be searched from")
    low, high = 0, len(x)
    while low < high:
        middle = (low + high) // 2
        order = compare(x[middle], target)
        if not order:
            return middle
        if order < 0:
            low = middle + 1
        else:
            high = middle
    return -1 - low
