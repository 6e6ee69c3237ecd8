"""From trees to steps. What has one output goes through scalars.py; the rest is made here, paths in paths.py."""

from __future__ import annotations

from typing import Any

from ..language.values import JqError, items, shown, type_of
from . import steps
from .scalars import lookup, scalar
from .scope import CompileError, Function, Scope, depth_of, find
from .vm import Code, Vm

IDENTITY = ("identity",)


class Compiler:
    """Compiles for one machine. builtins: (name, how many arguments) -> Function, for those that are written in jq."""

    def __init__(self, vm: Vm, natives: Any, variables: dict[str, Any], text: str = "") -> None:
        self.vm = vm
        self.natives = natives
        self.variables = variables
        self.text = text
        self.prelude: dict[tuple[str, int], Function] = {}

    # ------------------------------------------------------------ names
    def line_of(self, place: int) -> int:
        """Return the line of a place in the program."""
        return self.text.count("\n", 0, place) + 1

    def bind(self, scope: Any, name: str) -> Scope:
        """Return the scope in which a variable is bound."""
        return Scope(scope, "var", name)

    def global_variable(self, node: Any) -> tuple[bool, Any]:
        """Return whether there is a variable of the command line by that name, and its value."""
        name = node[1]
        if name in self.variables:
            return True, self.variables[name]
        if name == "ENV":
            return True, self.natives.environment()
        raise CompileError(f"${name} is not defined")

    def resolve(self, node: Any, scope: Any) -> str:
        """Return whether a call is of a "closure", a "function" or a "builtin"."""
        entry = self.entry(node, scope)
        return entry.kind if entry is not None else "builtin"

    def entry(self, node: Any, scope: Any) -> Scope | None:
        """Return what a call's name stands for, None for a builtin."""
        name, count = node[1], len(node[2])
        while scope is not None:
            if scope.name == name:
                if scope.kind == "closure" and not count:
                    return scope  # type: ignore[no-any-return]
                if scope.kind == "function" and len(scope.function.parameters) == count:
                    return scope  # type: ignore[no-any-return]
            scope = scope.outer
        return None

    def rewrite(self, node: Any) -> Any:
        """Return the tree that a builtin stands for, if it is best put in its place."""
        name, arguments = node[1], node[2]
        if len(arguments) == 1:
            if name == "map":
                return ("array", ("pipe", [("iterate", IDENTITY), arguments[0]]))
            if name == "select":
                return ("if", arguments[0], IDENTITY, ("call", "empty", [], 0))
        return None

    def native(self, name: str, count: int) -> Any:
        """Return the Python function of a builtin with one output, or None."""
        return self.natives.functions.get((name, count))

    def operator(self, op: str) -> Any:
        """Return the function of an operator."""
        return self.natives.operators[op]

    def formatter(self, name: str) -> Any:
        """Return the function of @name."""
        return self.natives.formatter(name)

    def range_list(self, start: Any, end: Any) -> list[Any]:
        """Return the numbers from start up to end, accounted for."""
        return self.natives.range_list(start, end)  # type: ignore[no-any-return]

    @staticmethod
    def bad_key(key: Any) -> JqError:
        return JqError(f"Cannot use {type_of(key)} ({shown(key)}) as object key")

    # ------------------------------------------------------------ values
    def value(self, node: Any, scope: Any) -> Code:
        """Return the step that gives a tree's values."""
        simple = scalar(self, node, scope)
        if simple is not None:
            return steps.single(simple)
        made: Code = getattr(self, "_" + node[0])(node, scope)
        return made

    def _sequence(self, parts: Any, scope: Any) -> Code:
        if len(parts) == 1:
            return self.value(parts[0], scope)
        codes = [self.value(part, scope) for part in parts]
        return steps.pipe(codes)

    def _pipe(self, node: Any, scope: Any) -> Code:
        return self._sequence(node[1], scope)

    def _comma(self, node: Any, scope: Any) -> Code:
        return steps.comma([self.value(part, scope) for part in node[1]])

    def _index(self, node: Any, scope: Any) -> Code:
        from ..language.values import index

        return steps.binary(
            self.value(node[2], scope), self.value(node[1], scope), lambda key, target: index(target, key)
        )

    def _slice(self, node: Any, scope: Any) -> Code:
        from ..language.values import slice_of

        none = ("literal", None)
        codes = [self.value(part or none, scope) for part in (node[3], node[2], node[1])]
        return steps.combine(codes, lambda end, start, target: slice_of(target, start, end))

    def _iterate(self, node: Any, scope: Any) -> Code:
        vm = self.vm

        def spread(value: Any) -> Any:
            found = items(value)
            vm.spend(len(found) // 8)
            return iter(found)

        return steps.then_each(self.value(node[1], scope), spread)

    def _try(self, node: Any, scope: Any) -> Code:
        handler = self.value(node[2], scope) if node[2] is not None else None
        return steps.attempt(self.value(node[1], scope), handler)

    def _string(self, node: Any, scope: Any) -> Code:
        form = self.formatter(node[1] or "text")
        codes = [self.value(part, scope) for part in node[2] if not isinstance(part, str)]
        pattern = node[2]

        def build(*found: Any) -> str:
            rest = list(found)
            return "".join([part if isinstance(part, str) else form(rest.pop()) for part in pattern])

        return steps.combine(codes[::-1], build)

    def _format(self, node: Any, scope: Any) -> Code:
        raise AssertionError("a format has one output")

    _literal = _var = _loc = _identity = _format

    def _array(self, node: Any, scope: Any) -> Code:
        return steps.collect(self.value(node[1], scope))

    def _object(self, node: Any, scope: Any) -> Code:
        codes: list[Code] = []
        for key, value in node[1]:
            codes += [self.value(key, scope), self.value(value, scope)]

        def build(*found: Any) -> Any:
            made = {}
            for key, value in zip(found[::2], found[1::2], strict=True):
                if type(key) is not str:
                    raise self.bad_key(key)
                made[key] = value
            return made

        return steps.combine(codes, build)

    def _neg(self, node: Any, scope: Any) -> Code:
        return steps.pipe(
            [self.value(node[1], scope), steps.single(lambda env, value: self.native("_negate", 0)(value))]
        )

    def _binary(self, node: Any, scope: Any) -> Code:
        operation = self.operator(node[1])
        return steps.binary(
            self.value(node[3], scope), self.value(node[2], scope), lambda right, left: operation(left, right)
        )

    def _and(self, node: Any, scope: Any) -> Code:
        no, yes = ("literal", False), ("literal", True)
        both = ("if", node[2], yes, no)
        tree = ("if", node[1], both, no) if node[0] == "and" else ("if", node[1], yes, both)
        return self._if(tree, scope)

    _or = _and

    def _alt(self, node: Any, scope: Any) -> Code:
        return steps.alternative(self.value(node[1], scope), self.value(node[2], scope), steps.is_true)

    def _if(self, node: Any, scope: Any) -> Code:
        test = scalar(self, node[1], scope)
        then, other = self.value(node[2], scope), self.value(node[3], scope)
        return steps.choose(test, None if test is not None else self.value(node[1], scope), then, other)

    def _update(self, node: Any, scope: Any) -> Code:
        _, op, paths, right = node
        if op == "|=":
            return self.value(("call", "_modify", [paths, right], 0), scope)
        if op == "=":
            return self.value(("call", "_assign", [paths, right], 0), scope)
        name = " right"
        operand = ("var", name, 0)
        new = ("alt", IDENTITY, operand) if op == "//=" else ("binary", op[:-1], IDENTITY, operand)
        return self.value(("as", right, [("var", name)], ("call", "_modify", [paths, new], 0)), scope)

    def _reduce(self, node: Any, scope: Any, path: bool = False) -> Code:
        _, source, patterns, init, update = node
        run = self.path if path else self.value
        inner, bind = self._patterns(patterns, scope)
        return steps.reduce(self.value(source, scope), bind, run(init, scope), run(update, inner), path)

    def _foreach(self, node: Any, scope: Any, path: bool = False) -> Code:
        _, source, patterns, init, update, extract = node
        run = self.path if path else self.value
        inner, bind = self._patterns(patterns, scope)
        code = run(extract, inner) if extract is not None else None
        return steps.foreach(self.value(source, scope), bind, run(init, scope), run(update, inner), code, path)

    def _as(self, node: Any, scope: Any, path: bool = False) -> Code:
        _, source, patterns, body = node
        inner, bind = self._patterns(patterns, scope)
        run = self.path if path else self.value
        return steps.bind(self.value(source, scope), bind, run(body, inner), path)

    def _label(self, node: Any, scope: Any, path: bool = False) -> Code:
        inner = Scope(scope, "label", node[1])
        return steps.label((self.path if path else self.value)(node[2], inner))

    def _break(self, node: Any, scope: Any, path: bool = False) -> Code:
        entry = find(scope, ("label",), node[1])
        if entry is None:
            raise CompileError(f"$*label-{node[1]} is not defined")
        return steps.jump(lookup(depth_of(scope) - entry.depth))

    def _def(self, node: Any, scope: Any, path: bool = False) -> Code:
        _, name, parameters, body, rest = node
        function = Function(self, parameters, body)
        known = Scope(scope, "function", name, function)
        inner = known
        for parameter in parameters:
            inner = Scope(inner, "closure", parameter)
        function.scope = inner
        _ = function.value  # names that aren't defined are found now
        return (self.path if path else self.value)(rest, known)

    def _call(self, node: Any, scope: Any, path: bool = False) -> Code:
        name, arguments = node[1], node[2]
        run = self.path if path else self.value
        entry = self.entry(node, scope)
        if entry is not None and entry.kind == "closure":
            return steps.call_closure(lookup(depth_of(scope) - entry.depth), path)
        if entry is not None:
            assert entry.function is not None
            hops = depth_of(scope) - entry.depth
            return steps.call(entry.function, hops, self._closures(arguments, scope), path)
        rewritten = self.rewrite(node)
        if rewritten is not None:
            return run(rewritten, scope)
        special = self._special(name, arguments, scope, path)
        if special is not None:
            return special
        native = self.native(name, len(arguments))
        if native is not None:
            codes = [self.value(argument, scope) for argument in reversed(arguments)]
            return steps.combine(codes, lambda *found: native(found[-1], *found[-2::-1]), with_input=True)
        function = self.builtin(name, len(arguments))
        return steps.call(function, depth_of(scope), self._closures(arguments, scope), path)

    def builtin(self, name: str, count: int) -> Function:
        """Return a builtin that is written in jq. Raises CompileError if there is none."""
        key = (name, count)
        function = self.prelude.get(key)
        if function is None:
            tree = self.natives.definitions().get(key)
            if tree is None:
                raise CompileError(f"{name}/{count} is not defined")
            parameters, body = tree
            function = self.prelude[key] = Function(self, parameters, body)
            inner: Any = None
            for parameter in parameters:
                inner = Scope(inner, "closure", parameter)
            function.scope = inner
        return function

    def _closures(self, arguments: Any, scope: Any) -> list[Any]:
        """Return, for each argument, how to make its closure: (function to look it up, None) or (None, the tree's Function)."""
        made: list[Any] = []
        for argument in arguments:
            if argument[0] == "call" and not argument[2]:
                entry = self.entry(argument, scope)
                if entry is not None and entry.kind == "closure":  # handed on as it is, so that chains don't grow
                    made.append((lookup(depth_of(scope) - entry.depth), None))
                    continue
            function = Function(self, [], argument)
            function.scope = scope
            _ = function.value
            made.append((None, function))
        return made

    def _special(self, name: str, arguments: Any, scope: Any, path: bool) -> Code | None:
        """Return the step for a builtin that is neither a plain function nor written in jq."""
        key = (name, len(arguments))
        if key == ("empty", 0):
            return steps.nothing
        if key == ("error", 0) or key == ("error", 1):
            message = self.value(arguments[0], scope) if arguments else steps.single(lambda env, value: value)
            return steps.fail(message, path)
        if key == ("path", 1) and not path:
            return steps.paths_of(self.path(arguments[0], scope))
        if key == ("recurse", 0):
            return steps.everything(self.vm, path)
        if key == ("getpath", 1) and path:
            return steps.path_at(self.value(arguments[0], scope))
        if key == ("range", 2) and not path:
            codes = [self.value(argument, scope) for argument in arguments]
            return steps.spread_of(codes, self.natives.range_iter)
        if key == ("range", 1) and not path:
            return self._special("range", [("literal", 0), arguments[0]], scope, path)
        if name in self.natives.generators and not path and key[1] == self.natives.generators[name][0]:
            codes = [self.value(argument, scope) for argument in arguments]
            return steps.spread_of(codes, self.natives.generators[name][1], with_input=True)
        return None

    # ------------------------------------------------------------ patterns
    def _patterns(self, patterns: Any, scope: Any) -> tuple[Any, Code]:
        """Return the scope in which the patterns' variables are bound, and the step that binds them.

        The step takes the value to be taken apart and gives the new env to its continuation; data is the env before.
        """
        names: list[str] = []
        for pattern in patterns:
            _names(pattern, names)
        if len(patterns) == 1 and patterns[0][0] == "var":
            return self.bind(scope, names[0]), steps.bind_one
        inner = scope
        for name in names:
            inner = self.bind(inner, name)
        codes = []
        for pattern in patterns:
            places: list[Any] = []
            self._places(pattern, [], places, scope)
            codes.append((places, len(names)))
        return inner, steps.destructure(codes, names)

    def _places(self, pattern: Any, before: list[Any], places: list[Any], scope: Any) -> None:
        """List (name, [keys from the top]): a key is an int, or a step that gives it."""
        if pattern[0] == "var":
            places.append((pattern[1], list(before)))
        elif pattern[0] == "array":
            for place, item in enumerate(pattern[1]):
                self._places(item, [*before, (place, None)], places, scope)
            places.append((None, [*before, (0, None)]))
        else:
            for variable, key, below in pattern[1]:
                if key[0] == "literal":
                    step = (key[1], None)
                else:
                    function = scalar(self, key, scope)
                    if function is None:
                        raise CompileError("the key of a pattern must have one value")
                    step = (None, function)
                if variable is not None:
                    places.append((variable, [*before, step]))
                if below is not None:
                    self._places(below, [*before, step], places, scope)
                elif variable is None:
                    places.append((None, [*before, step]))

    # ------------------------------------------------------------ paths
    def path(self, node: Any, scope: Any) -> Code:
        """Return the step that gives a tree's paths: it takes and gives pairs (path, value)."""
        kind = node[0]
        if kind == "identity":
            return steps.same
        if kind == "index":
            return steps.path_index(self.value(node[2], scope), self.path(node[1], scope))
        if kind == "slice":
            none = ("literal", None)
            key = ("object", [(("literal", "start"), node[2] or none), (("literal", "end"), node[3] or none)])
            return steps.path_index(self.value(key, scope), self.path(node[1], scope))
        if kind == "iterate":
            return steps.path_each(self.path(node[1], scope))
        if kind == "pipe":
            return steps.pipe([self.path(part, scope) for part in node[1]])
        if kind == "comma":
            return steps.comma([self.path(part, scope) for part in node[1]])
        if kind == "if":
            return steps.path_choose(self.value(node[1], scope), self.path(node[2], scope), self.path(node[3], scope))
        if kind == "alt":
            return steps.alternative(self.path(node[1], scope), self.path(node[2], scope), steps.is_true_pair)
        if kind == "try":
            handler = steps.from_pair(self.value(node[2], scope)) if node[2] is not None else None
            return steps.attempt(self.path(node[1], scope), handler)
        if kind in ("reduce", "foreach", "as", "label", "break", "def", "call"):
            if kind == "call" and self.entry(node, scope) is None and self._is_plain(node):
                return steps.no_path(self.value(node, scope))
            made: Code = getattr(self, "_" + kind)(node, scope, True)
            return made
        return steps.no_path(self.value(node, scope))

    def _is_plain(self, node: Any) -> bool:
        """Tell whether a builtin gives values that aren't paths."""
        key = (node[1], len(node[2]))
        if key in (("empty", 0), ("error", 0), ("error", 1), ("recurse", 0), ("getpath", 1), ("map", 1), ("select", 1)):
            return key == ("map", 1)
        return (
            key in self.natives.functions
            or key in (("path", 1), ("range", 1), ("range", 2))
            or node[1] in self.natives.generators
        )


def _names(pattern: Any, names: list[str]) -> None:
    if pattern[0] == "var":
        if pattern[1] not in names:
            names.append(pattern[1])
    elif pattern[0] == "array":
        for item in pattern[1]:
            _names(item, names)
    else:
        for variable, _, below in pattern[1]:
            if variable is not None and variable not in names:
                names.append(variable)
            if below is not None:
                _names(below, names)
