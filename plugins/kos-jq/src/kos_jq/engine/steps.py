"""The steps that programs are made of. See vm.py for what a step is.

In steps for paths a value is a pair (path, value); a path is None at the top, (path, key) below, and NOWHERE for a value that
doesn't come from the input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..language.values import JqError, get_path, index, shown, type_of
from .vm import Code, State, Vm, leave

NOWHERE: Any = ("nowhere",)


def same(vm: Vm, env: Any, value: Any, k: Any) -> State:
    return k[0], k[1], value, k[2]


def nothing(vm: Vm, env: Any, value: Any, k: Any) -> State:
    return vm.forks.pop()


def single(function: Callable[[Any, Any], Any]) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return k[0], k[1], function(env, value), k[2]

    return step


def pipe(codes: list[Code]) -> Code:
    first, second = codes[0], codes[1] if len(codes) == 2 else pipe(codes[1:])

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return first, env, value, (second, env, k)

    return step


def comma(codes: list[Code]) -> Code:
    first, rest = codes[0], codes[:0:-1]

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        for code in rest:
            vm.forks.append((code, env, value, k))
        return first, env, value, k

    return step


def _combined(vm: Vm, data: Any, value: Any, k: Any) -> State:
    codes, place, found, env, original, function = data
    found = (*found, value)
    if place == len(codes):
        return k[0], k[1], function(*found), k[2]
    return codes[place], env, original, (_combined, (codes, place + 1, found, env, original, function), k)


def combine(codes: list[Code], function: Callable[..., Any], with_input: bool = False) -> Code:
    """Call function with a value of each code; the last of them changes quickest."""
    if with_input:
        codes = [*codes, same]

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        if not codes:
            return k[0], k[1], function(), k[2]
        return codes[0], env, value, (_combined, (codes, 1, (), env, value, function), k)

    return step


def binary(first: Code, second: Code, function: Callable[[Any, Any], Any]) -> Code:
    return combine([first, second], function)


# ---------------------------------------------------------------- many values
def _each(vm: Vm, source: Iterator[Any], _: Any, k: Any) -> State:
    for item in source:
        vm.forks.append((_each, source, None, k))
        return k[0], k[1], item, k[2]
    return vm.forks.pop()


def _spread(vm: Vm, function: Any, value: Any, k: Any) -> State:
    return _each(vm, function(value), None, k)


def then_each(code: Code, function: Callable[[Any], Iterator[Any]]) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return code, env, value, (_spread, function, k)

    return step


def spread_of(codes: list[Code], function: Callable[..., Iterator[Any]], with_input: bool = False) -> Code:
    """As combine, but function gives an iterator of outputs, and the first code changes slowest."""
    if with_input:
        codes = [*codes, same]
        order = lambda *found: function(found[-1], *found[:-1])  # noqa: E731
    else:
        order = function
    inner = combine(codes, order)

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return inner, env, value, (_spread_made, None, k)

    return step


def _spread_made(vm: Vm, _: Any, source: Any, k: Any) -> State:
    return _each(vm, source, None, k)


def everything(vm: Vm, path: bool) -> Code:
    """`..`: a value and all that is in it."""

    def walk(value: Any) -> Iterator[Any]:
        stack = [iter((value,))]
        while stack:
            for item in stack[-1]:
                yield item
                if type(item) is list:
                    stack.append(iter(item))
                    break
                if type(item) is dict:
                    stack.append(iter(item.values()))
                    break
            else:
                stack.pop()

    def walk_paths(pair: Any) -> Iterator[Any]:
        stack: list[Iterator[Any]] = [iter((pair,))]
        while stack:
            for item in stack[-1]:
                yield item
                below = item[1]
                if type(below) is list or type(below) is dict:
                    if item[0] is NOWHERE:
                        raise _nowhere_iterating(below)
                    stack.append(_children(item))
                    break
            else:
                stack.pop()

    source = walk_paths if path else walk

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return _each(vm, source(value), None, k)

    return step


def _children(pair: Any) -> Iterator[Any]:
    path, value = pair
    if type(value) is dict:
        return iter([((path, key), item) for key, item in value.items()])
    return (((path, place), item) for place, item in enumerate(value))


def _collect_add(vm: Vm, cell: Any, value: Any, k: Any) -> State:
    cell.append(value)
    return vm.forks.pop()


def _collect_end(vm: Vm, cell: Any, _: Any, k: Any) -> State:
    vm.spend(len(cell) // 4)
    return k[0], k[1], cell, k[2]


def collect(body: Code) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        cell: list[Any] = []
        vm.forks.append((_collect_end, cell, None, k))
        return body, env, value, (_collect_add, cell, k)

    return step


# ---------------------------------------------------------------- choices
def is_true(value: Any) -> bool:
    return value is not None and value is not False


def is_true_pair(pair: Any) -> bool:
    return pair[1] is not None and pair[1] is not False


def _chosen(vm: Vm, data: Any, value: Any, k: Any) -> State:
    then, other, env, original = data
    return (then if value is not None and value is not False else other), env, original, k


def choose(test: Any, code: Any, then: Code, other: Code) -> Code:
    if test is not None:

        def simple(vm: Vm, env: Any, value: Any, k: Any) -> State:
            found = test(env, value)
            return (then if found is not None and found is not False else other), env, value, k

        return simple

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return code, env, value, (_chosen, (then, other, env, value), k)

    return step


def path_choose(test: Code, then: Code, other: Code) -> Code:
    def step(vm: Vm, env: Any, pair: Any, k: Any) -> State:
        return test, env, pair[1], (_chosen, (then, other, env, pair), k)

    return step


def _alternative_seen(vm: Vm, data: Any, value: Any, k: Any) -> State:
    cell, test = data
    if test(value):
        cell.append(True)
        return k[0], k[1], value, k[2]
    return vm.forks.pop()


def _alternative_end(vm: Vm, data: Any, value: Any, k: Any) -> State:
    cell, code, env = data
    if cell:
        return vm.forks.pop()
    return code, env, value, k


def alternative(left: Code, right: Code, test: Callable[[Any], bool]) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        cell: list[bool] = []
        vm.forks.append((_alternative_end, (cell, right, env), value, k))
        return left, env, value, (leave, (len(vm.forks), None, None), (_alternative_seen, (cell, test), k))

    return step


def attempt(body: Code, handler: Code | None) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return body, env, value, (leave, (len(vm.forks), handler, env), k)

    return step


def _fail(vm: Vm, env: Any, value: Any, k: Any) -> State:
    raise JqError(value)


def fail(message: Code, path: bool) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return message, env, value[1] if path else value, (_fail, None, k)

    return step


def label(body: Code) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return body, (len(vm.forks), env), value, k

    return step


def jump(where: Any) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        del vm.forks[where(env, value) :]
        return vm.forks.pop()

    return step


# ---------------------------------------------------------------- variables and folds
def bind_one(vm: Vm, env: Any, value: Any, k: Any) -> State:
    return k[0], k[1], (value, env), k[2]


def destructure(codes: list[Any], names: list[str]) -> Code:
    """Bind the variables of patterns; a pattern that fails gives way to the next one."""

    def binder(places: Any) -> Code:
        def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
            found: dict[str, Any] = dict.fromkeys(names)
            for name, keys in places:
                item = value
                for key, function in keys:
                    if function is not None:
                        key = function(env, value)
                        if type(key) is not str:
                            raise JqError(f"Cannot index {type_of(item)} with {type_of(key)}")
                    item = index(item, key)
                if name is not None:
                    found[name] = item
            new = env
            for name in names:
                new = (found[name], new)
            return k[0], k[1], new, k[2]

        return step

    steps = [binder(places) for places, _ in codes]
    if len(steps) == 1:
        return steps[0]

    def nth(number: int) -> Code:
        if number == len(steps) - 1:
            return steps[number]
        following = nth(number + 1)

        def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
            # An error in the body gives way to the next pattern, too: the frame stays in the continuation.
            def handler(vm: Vm, _env: Any, _error: Any, _k: Any) -> State:
                return following, env, value, k

            return steps[number], env, value, (k[0], k[1], (leave, (len(vm.forks), handler, env), k[2]))

        return step

    return nth(0)


def _bound(vm: Vm, data: Any, env: Any, k: Any) -> State:
    body, value = data
    return body, env, value, k


def bind(source: Code, binder: Code, body: Code, path: bool) -> Code:
    def bound_value(vm: Vm, data: Any, found: Any, k: Any) -> State:
        env, value = data
        return binder, env, found, (_bound, (body, value), k)

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return source, env, value[1] if path else value, (bound_value, (env, value), k)

    return step


def _stored(vm: Vm, cell: Any, value: Any, k: Any) -> State:
    cell[0] = value
    return vm.forks.pop()


def _reduced(vm: Vm, cell: Any, _: Any, k: Any) -> State:
    return k[0], k[1], cell[0], k[2]


def reduce(source: Code, binder: Code, init: Code, update: Code, path: bool) -> Code:
    def with_env(vm: Vm, cell: Any, env: Any, k: Any) -> State:
        state, cell[0] = cell[0], (None, None) if path else None
        return update, env, state, (_stored, cell, k)

    def item(vm: Vm, data: Any, found: Any, k: Any) -> State:
        env, cell = data
        return binder, env, found, (with_env, cell, k)

    def start(vm: Vm, data: Any, state: Any, k: Any) -> State:
        env, value = data
        cell = [state]
        vm.forks.append((_reduced, cell, None, k))
        return source, env, value, (item, (env, cell), k)

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return init, env, value, (start, (env, value[1] if path else value), k)

    return step


def foreach(source: Code, binder: Code, init: Code, update: Code, extract: Code | None, path: bool) -> Code:
    def stored(vm: Vm, data: Any, state: Any, k: Any) -> State:
        cell, env = data
        cell[0] = state
        if extract is None:
            return k[0], k[1], state, k[2]
        return extract, env, state, k

    def with_env(vm: Vm, cell: Any, env: Any, k: Any) -> State:
        return update, env, cell[0], (stored, (cell, env), k)

    def item(vm: Vm, data: Any, found: Any, k: Any) -> State:
        env, cell = data
        return binder, env, found, (with_env, cell, k)

    def start(vm: Vm, data: Any, state: Any, k: Any) -> State:
        env, value = data
        return source, env, value, (item, (env, [state]), k)

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return init, env, value, (start, (env, value[1] if path else value), k)

    return step


# ---------------------------------------------------------------- calls
def call(function: Any, hops: int, closures: list[Any], path: bool) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        inner = env
        for _ in range(hops):
            inner = inner[1]
        for find, made in closures:
            inner = (find(env, None) if find is not None else (made, env), inner)
        return (function.path if path else function.value), inner, value, k

    return step


def call_closure(find: Any, path: bool) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        function, inner = find(env, value)
        return (function.path if path else function.value), inner, value, k

    return step


# ---------------------------------------------------------------- paths
def as_list(path: Any) -> list[Any]:
    """Return a path's keys from the top."""
    keys = []
    while path is not None:
        path, key = path
        keys.append(key)
    keys.reverse()
    return keys


def _path_end(vm: Vm, _: Any, pair: Any, k: Any) -> State:
    path, value = pair
    if path is NOWHERE:
        raise JqError(f"Invalid path expression with result {shown(value)}")
    return k[0], k[1], as_list(path), k[2]


def paths_of(body: Code) -> Code:
    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return body, env, (None, value), (_path_end, None, k)

    return step


def _nowhere_iterating(value: Any) -> JqError:
    return JqError(f"Invalid path expression near attempt to iterate through {shown(value)}")


def path_index(key: Code, target: Code) -> Code:
    def indexed(vm: Vm, key: Any, pair: Any, k: Any) -> State:
        path, value = pair
        if path is NOWHERE:
            raise JqError(f"Invalid path expression near attempt to access element {shown(key)} of {shown(value)}")
        return k[0], k[1], ((path, key), index(value, key)), k[2]

    def keyed(vm: Vm, data: Any, key: Any, k: Any) -> State:
        env, pair = data
        return target, env, pair, (indexed, key, k)

    def step(vm: Vm, env: Any, pair: Any, k: Any) -> State:
        return key, env, pair[1], (keyed, (env, pair), k)

    return step


def path_each(target: Code) -> Code:
    def spread(vm: Vm, _: Any, pair: Any, k: Any) -> State:
        path, value = pair
        if path is NOWHERE:
            raise _nowhere_iterating(value)
        if type(value) is not list and type(value) is not dict:
            raise JqError(f"Cannot iterate over {type_of(value)} ({shown(value)})")
        return _each(vm, _children(pair), None, k)

    def step(vm: Vm, env: Any, pair: Any, k: Any) -> State:
        return target, env, pair, (spread, None, k)

    return step


def path_at(keys: Code) -> Code:
    def found(vm: Vm, pair: Any, those: Any, k: Any) -> State:
        path, value = pair
        if type(those) is not list:
            raise JqError("Path must be specified as an array")
        if path is NOWHERE:
            raise JqError(f"Invalid path expression with result {shown(value)}")
        try:
            below = get_path(value, those)
        except JqError:
            below = None
        for key in those:
            path = (path, key)
        return k[0], k[1], (path, below), k[2]

    def step(vm: Vm, env: Any, pair: Any, k: Any) -> State:
        return keys, env, pair[1], (found, pair, k)

    return step


def _unplaced(vm: Vm, pair: Any, value: Any, k: Any) -> State:
    path, before = pair
    atom = value is None or type(value) in (bool, int, float)
    kept = value is before or (atom and type(value) is type(before) and value == before)
    return k[0], k[1], (path if kept else NOWHERE, value), k[2]


def no_path(code: Code) -> Code:
    def step(vm: Vm, env: Any, pair: Any, k: Any) -> State:
        return code, env, pair[1], (_unplaced, pair, k)

    return step


def from_pair(code: Code) -> Code:
    """For the handler of a `try` among paths: it gets a message, its values are nowhere."""

    def placed(vm: Vm, _: Any, value: Any, k: Any) -> State:
        return k[0], k[1], (NOWHERE, value), k[2]

    def step(vm: Vm, env: Any, value: Any, k: Any) -> State:
        return code, env, value, (placed, None, k)

    return step
