"""Parts of a program that have exactly one output become plain functions of (env, value): that is what makes jq quick.

scalar(compiler, node, scope)    a function, or None if the node may have none or many outputs
many(compiler, node, scope)      a function that returns all outputs as a list, or None if that isn't simple
"""

from __future__ import annotations

from typing import Any

from ..language.values import JqError, index, items, slice_of
from .scope import depth_of, find


def lookup(hops: int) -> Any:
    """Return the function that finds what is bound so many places out."""
    if hops == 0:
        return lambda env, value: env[0]
    if hops == 1:
        return lambda env, value: env[1][0]

    def far(env: Any, value: Any) -> Any:
        for _ in range(hops):
            env = env[1]
        return env[0]

    return far


def truthy(value: Any) -> bool:
    """Tell whether a value counts as true."""
    return value is not None and value is not False


def scalar(c: Any, node: Any, scope: Any) -> Any:
    kind = node[0]
    maker = _SCALARS.get(kind)
    return maker(c, node, scope) if maker is not None else None


def _all(c: Any, nodes: Any, scope: Any) -> Any:
    made = []
    for node in nodes:
        function = scalar(c, node, scope)
        if function is None:
            return None
        made.append(function)
    return made


def _literal(c: Any, node: Any, scope: Any) -> Any:
    value = node[1]
    return lambda env, _: value


def _var(c: Any, node: Any, scope: Any) -> Any:
    entry = find(scope, ("var",), node[1])
    if entry is None:
        found, value = c.global_variable(node)
        return (lambda env, _: value) if found else None
    return lookup(depth_of(scope) - entry.depth)


def _loc(c: Any, node: Any, scope: Any) -> Any:
    value = {"file": "<top-level>", "line": c.line_of(node[1])}
    return lambda env, _: value


def _index(c: Any, node: Any, scope: Any) -> Any:
    made = _all(c, node[1:], scope)
    if made is None:
        return None
    target, key = made
    if node[2][0] == "literal" and type(node[2][1]) is str:
        name = node[2][1]
        if node[1] == ("identity",):

            def member(env: Any, value: Any) -> Any:
                return value.get(name) if type(value) is dict else index(value, name)

            return member

        def member_of(env: Any, value: Any) -> Any:
            value = target(env, value)
            return value.get(name) if type(value) is dict else index(value, name)

        return member_of
    return lambda env, value: index(target(env, value), key(env, value))


def _slice(c: Any, node: Any, scope: Any) -> Any:
    none = ("literal", None)
    made = _all(c, (node[1], node[2] or none, node[3] or none), scope)
    if made is None:
        return None
    target, start, end = made
    return lambda env, value: slice_of(target(env, value), start(env, value), end(env, value))


def _neg(c: Any, node: Any, scope: Any) -> Any:
    inner = scalar(c, node[1], scope)
    negate = c.native("_negate", 0)
    return None if inner is None else lambda env, value: negate(inner(env, value))


def _pipe(c: Any, node: Any, scope: Any) -> Any:
    made = _all(c, node[1], scope)
    if made is None:
        return None
    if len(made) == 2:
        first, second = made
        return lambda env, value: second(env, first(env, value))

    def chain(env: Any, value: Any) -> Any:
        for function in made:
            value = function(env, value)
        return value

    return chain


def _binary(c: Any, node: Any, scope: Any) -> Any:
    made = _all(c, node[2:], scope)
    if made is None:
        return None
    left, right = made
    operation = c.operator(node[1])

    def both(env: Any, value: Any) -> Any:
        second = right(env, value)
        return operation(left(env, value), second)

    return both


def _logic(c: Any, node: Any, scope: Any) -> Any:
    made = _all(c, node[1:], scope)
    if made is None:
        return None
    left, right = made
    if node[0] == "and":
        return lambda env, value: truthy(left(env, value)) and truthy(right(env, value))
    return lambda env, value: truthy(left(env, value)) or truthy(right(env, value))


def _alt(c: Any, node: Any, scope: Any) -> Any:
    made = _all(c, node[1:], scope)
    if made is None:
        return None
    left, right = made

    def either(env: Any, value: Any) -> Any:
        try:
            found = left(env, value)
        except JqError:
            found = None
        return found if found is not None and found is not False else right(env, value)

    return either


def _if(c: Any, node: Any, scope: Any) -> Any:
    made = _all(c, node[1:], scope)
    if made is None:
        return None
    test, then, other = made
    return lambda env, value: then(env, value) if truthy(test(env, value)) else other(env, value)


def _try(c: Any, node: Any, scope: Any) -> Any:
    if node[2] is None:
        return None
    made = _all(c, node[1:], scope)
    if made is None:
        return None
    body, handler = made

    def attempt(env: Any, value: Any) -> Any:
        try:
            return body(env, value)
        except JqError as error:
            return handler(env, error.value)

    return attempt


def _array(c: Any, node: Any, scope: Any) -> Any:
    if node[1] is None:
        return lambda env, value: []
    made = many(c, node[1], scope)
    if made is None:
        return None
    return made


def _object(c: Any, node: Any, scope: Any) -> Any:
    keys = _all(c, [key for key, _ in node[1]], scope)
    values = _all(c, [value for _, value in node[1]], scope)
    if keys is None or values is None:
        return None
    if all(key[0] == "literal" and type(key[1]) is str for key, _ in node[1]):
        names = [key[1] for key, _ in node[1]]
        pairs = list(zip(names, values, strict=True))
        return lambda env, value: {name: function(env, value) for name, function in pairs}
    both = list(zip(keys, values, strict=True))

    def build(env: Any, value: Any) -> Any:
        made: dict[str, Any] = {}
        for key, function in both:
            name = key(env, value)
            if type(name) is not str:
                raise c.bad_key(name)
            made[name] = function(env, value)
        return made

    return build


def _string(c: Any, node: Any, scope: Any) -> Any:
    form = c.formatter(node[1] or "text")
    parts: list[Any] = []
    for part in node[2]:
        if isinstance(part, str):
            parts.append(part)
            continue
        function = scalar(c, part, scope)
        if function is None:
            return None
        parts.append(function)
    spend = c.vm.spend

    def build(env: Any, value: Any) -> str:
        text = "".join([part if type(part) is str else form(part(env, value)) for part in parts])
        spend(len(text) // 8)
        return text

    return build


def _format(c: Any, node: Any, scope: Any) -> Any:
    form = c.formatter(node[1])
    return lambda env, value: form(value)


def _as(c: Any, node: Any, scope: Any) -> Any:
    if len(node[2]) != 1 or node[2][0][0] != "var":
        return None
    source = scalar(c, node[1], scope)
    body = scalar(c, node[3], c.bind(scope, node[2][0][1]))
    if source is None or body is None:
        return None
    return lambda env, value: body((source(env, value), env), value)


def _reduce(c: Any, node: Any, scope: Any) -> Any:
    if len(node[2]) != 1 or node[2][0][0] != "var":
        return None
    source = many(c, node[1], scope)
    init = scalar(c, node[3], scope)
    update = scalar(c, node[4], c.bind(scope, node[2][0][1]))
    if source is None or init is None or update is None:
        return None
    tick = c.vm.k.tick

    def fold(env: Any, value: Any) -> Any:
        state = init(env, value)
        for item in source(env, value):
            state = update((item, env), state)
            tick()
        return state

    return fold


def _call(c: Any, node: Any, scope: Any) -> Any:
    if c.resolve(node, scope) != "builtin":
        return None
    name, arguments = node[1], node[2]
    rewritten = c.rewrite(node)
    if rewritten is not None:
        return scalar(c, rewritten, scope)
    native = c.native(name, len(arguments))
    if native is None:
        return None
    made = _all(c, arguments, scope)
    if made is None:
        return None
    if not made:
        return lambda env, value: native(value)
    if len(made) == 1:
        only = made[0]
        return lambda env, value: native(value, only(env, value))
    return lambda env, value: native(value, *[function(env, value) for function in made])


_SCALARS = {
    "identity": lambda c, node, scope: lambda env, value: value,
    "literal": _literal,
    "var": _var,
    "loc": _loc,
    "index": _index,
    "slice": _slice,
    "neg": _neg,
    "pipe": _pipe,
    "binary": _binary,
    "and": _logic,
    "or": _logic,
    "alt": _alt,
    "if": _if,
    "try": _try,
    "array": _array,
    "object": _object,
    "string": _string,
    "format": _format,
    "as": _as,
    "reduce": _reduce,
    "call": _call,
}


# ---------------------------------------------------------------- all outputs at once
def many(c: Any, node: Any, scope: Any) -> Any:
    """Return a function that makes the list of all outputs, or None."""
    kind = node[0]
    work = c.vm.work
    if kind == "iterate":
        target = scalar(c, node[1], scope)
        if target is not None:

            def over(env: Any, value: Any) -> list[Any]:
                found = items(target(env, value))
                work(len(found))
                return found[:] if type(found) is list else found

            return over
        inner = many(c, node[1], scope)
        if inner is None:
            return None

        def nested(env: Any, value: Any) -> list[Any]:
            found: list[Any] = []
            for part in inner(env, value):
                those = items(part)
                work(len(those))
                found += those
            return found

        return nested
    if kind == "pipe":
        parts = node[1]
        first = many(c, parts[0], scope)
        steps = []
        for part in parts[1:]:
            function = scalar(c, part, scope)
            if function is not None:
                steps.append((True, function))
                continue
            function = many(c, part, scope)
            if function is None:
                return None
            steps.append((False, function))
        if first is None:
            return None
        tick = c.vm.k.tick

        def through(env: Any, value: Any) -> list[Any]:
            values: list[Any] = first(env, value)
            for single, function in steps:
                if single:
                    if len(values) > 512:
                        made: list[Any] = []
                        for at in range(0, len(values), 512):
                            made += [function(env, item) for item in values[at : at + 512]]
                            tick(32)
                        values = made
                    else:
                        values = [function(env, item) for item in values]
                else:
                    made = []
                    for item in values:
                        made += function(env, item)
                        tick()
                    values = made
            return values

        return through
    if kind == "comma":
        functions = [many(c, part, scope) for part in node[1]]
        if any(function is None for function in functions):
            return None

        def together(env: Any, value: Any) -> list[Any]:
            found: list[Any] = []
            for function in functions:
                found += function(env, value)
            work(len(found))
            return found

        return together
    if kind == "if":
        test = scalar(c, node[1], scope)
        then, other = many(c, node[2], scope), many(c, node[3], scope)
        if test is None or then is None or other is None:
            return None
        return lambda env, value: then(env, value) if truthy(test(env, value)) else other(env, value)
    if kind == "try" and node[2] is None:
        body = scalar(c, node[1], scope)
        if body is None:
            return None

        def attempt(env: Any, value: Any) -> list[Any]:
            try:
                return [body(env, value)]
            except JqError:
                return []

        return attempt
    if kind == "call" and c.resolve(node, scope) == "builtin":
        rewritten = c.rewrite(node)
        if rewritten is not None:
            return many(c, rewritten, scope)
        if node[1] == "empty" and not node[2]:
            return lambda env, value: []
        if node[1] == "range" and len(node[2]) in (1, 2):
            ends = _all(c, node[2], scope)
            if ends is not None:
                numbers = c.range_list
                if len(ends) == 1:
                    return lambda env, value: numbers(0, ends[0](env, value))
                return lambda env, value: numbers(ends[0](env, value), ends[1](env, value))
    one = scalar(c, node, scope)
    return None if one is None else lambda env, value: [one(env, value)]
