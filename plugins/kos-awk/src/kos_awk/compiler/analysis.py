"""What is known of a program before it runs: which names are arrays, which variables are always numbers, which functions
call themselves, and whether the main loop may keep the record in local variables.

Nothing here depends on the order of the text: a fact holds for the whole program.
"""

from __future__ import annotations

from typing import Any

from ..language import tree
from ..runtime.machine import ARRAYS, NUMBERS, SPECIALS
from .ints import find_ints
from .nodes import bare, base_of, targets, walk
from .record import record_facts
from .usage import EITHER, kinds_seen

# builtin -> which of its arguments are arrays
_ARRAY_ARGUMENTS = {
    "split": (1, 3),
    "match": (2,),
    "asort": (0, 1),
    "asorti": (0, 1),
    "patsplit": (1, 3),
    "intdiv": (2,),
}
_NUMERIC_BUILTINS = frozenset(
    "length index split sub gsub match sin cos atan2 exp log sqrt int rand srand system close fflush systime mktime asort "
    "asorti patsplit strtonum and or xor lshift rshift compl isarray mkbool intdiv".split()
)


def split_target(node: Any) -> tree.Var | None:
    """Return the array that a node fills, if it is a split without a fourth argument."""
    if isinstance(node, tree.Builtin) and node.name == "split" and len(node.args) < 4:
        array = bare(node.args[1])
        return array if isinstance(array, tree.Var) else None
    return None


class Analysis:
    """outside: names that are assigned from the command line, None for any."""

    def __init__(self, program: tree.Program, outside: frozenset[str]) -> None:
        self.program = program
        self.outside = outside
        self.names: set[str] = set()
        self.arrays: set[str] = set(ARRAYS)
        self.param_arrays: dict[str, set[str]] = {name: set() for name in program.functions}
        self.mixed: dict[str, set[str]] = {name: set() for name in program.functions}
        self.assigned: set[str] = set()  # special variables that the program assigns
        self.indirect = False
        self._scopes: list[tuple[str, Any]] = [("", rule) for rule in program.rules]
        self._scopes += list(program.functions.items())
        self._mark()
        self._find_arrays()
        everything = [node for _, scope in self._scopes for node in walk(scope)]
        self._find_assigned(everything)
        self.recursive = self._find_recursive()
        self.lists: set[str] = set()
        self.numbers: set[str] = set()
        self.number_arrays: set[str] = set()
        self.ints: set[tuple[str, str]] = set()
        self.number_params: set[tuple[str, str]] = set()
        self.number_functions: set[str] = set()
        self.text_arrays = (
            self.arrays - ARRAYS - {base_of(node).name for node in kinds_seen(everything, tree.Index, EITHER)}
        )
        self._keep_text_arrays(everything)
        if "ARGV" not in self.names:
            self._find_numbers(outside, everything)
        self.record = record_facts(program, everything, self.assigned, outside)

    def _mark(self) -> None:
        for name, scope in self._scopes:
            params = set(scope.params) if isinstance(scope, tree.Function) else set()
            for node in walk(scope):
                if isinstance(node, tree.Var):
                    node.local = node.name in params
                    node.scope = name if node.local else ""
                    if not node.local:
                        self.names.add(node.name)
                elif isinstance(node, tree.Call) and node.indirect is not None:
                    self.indirect = True
            if name:
                self.mixed[name] = {
                    arg.name
                    for node in walk(scope)
                    if isinstance(node, tree.Builtin) and node.name in ("isarray", "typeof")
                    for arg in map(bare, node.args)
                    if isinstance(arg, tree.Var) and arg.local
                }

    # -- arrays ----------------------------------------------------------------------------------------------------------

    def is_array(self, name: str, var: tree.Var) -> bool:
        """Tell whether a name means an array, in function `name` ("" outside)."""
        return var.name in (self.param_arrays[name] if var.local else self.arrays)

    def _find_arrays(self) -> None:
        calls: list[tuple[str, tree.Call]] = []
        for name, scope in self._scopes:
            for node in walk(scope):
                if isinstance(node, (tree.Index, tree.In, tree.ForIn)):
                    self._is(name, base_of(node.array))
                elif isinstance(node, tree.Delete):
                    self._is(name, base_of(node.what))
                elif isinstance(node, tree.Builtin):
                    for index in _ARRAY_ARGUMENTS.get(node.name, ()):
                        if index < len(node.args):
                            arg = bare(node.args[index])
                            if isinstance(arg, (tree.Var, tree.Index)):
                                self._is(name, base_of(arg))
                elif isinstance(node, tree.Call) and node.indirect is None:
                    calls.append((name, node))
        changed = True
        while changed:
            changed = False
            for name, call in calls:
                callee = self.program.functions[call.name]
                for param, arg in zip(callee.params, map(bare, call.args), strict=False):
                    if isinstance(arg, tree.Var):
                        theirs = param in self.param_arrays[call.name]
                        ours = self.is_array(name, arg)
                        if theirs and not ours and param not in self.mixed[call.name]:
                            changed = self._is(name, arg) or changed
                        elif ours and not theirs and param not in self.mixed[call.name]:
                            self.param_arrays[call.name].add(param)
                            changed = True

    def _is(self, name: str, var: tree.Var) -> bool:
        found = self.param_arrays[name] if var.local else self.arrays
        if var.name in found:
            return False
        found.add(var.name)
        return True

    def _keep_text_arrays(self, everything: list[Any]) -> None:
        """Take from text_arrays what is passed on as a whole, or holds arrays; find `lists`.

        Those are filled by split alone, and looked at element by element: a list of Python does for them.
        """
        for node in everything:
            if isinstance(node, (tree.Call, tree.Builtin)) and not (
                isinstance(node, tree.Builtin) and node.name in ("split", "length")
            ):
                arrays = [bare(arg) for arg in node.args]
            elif isinstance(node, (tree.Index, tree.In, tree.ForIn)) and isinstance(node.array, tree.Index):
                arrays = [base_of(node.array)]
            else:
                continue
            self.text_arrays -= {array.name for array in arrays if isinstance(array, tree.Var)}
        split = {array.name for array in map(split_target, everything) if array is not None and not array.local}
        self.lists = self.text_arrays & split
        for node in everything:
            whole: list[Any] = [target for target in targets(node) if isinstance(target, tree.Index)]
            if isinstance(node, tree.Delete):
                whole.append(node.what)
            elif isinstance(node, (tree.In, tree.ForIn)):
                whole.append(node.array)
            elif isinstance(node, tree.Builtin) and split_target(node) is None:
                whole += [arg for arg in map(bare, node.args) if isinstance(arg, tree.Var)]
            self.lists -= {base_of(array).name for array in whole}

    # -- functions ---------------------------------------------------------------------------------------------------------

    def _find_recursive(self) -> set[str]:
        """Return the functions that may be called while they run, or that are called very deep."""
        calls = {
            name: {node.name for node in walk(function) if isinstance(node, tree.Call) and node.indirect is None}
            for name, function in self.program.functions.items()
        }
        if self.indirect or len(calls) > 40:
            return set(calls)
        found = set()
        for name in calls:
            seen: set[str] = set()
            todo = [name]
            while todo:
                for callee in calls[todo.pop()]:
                    if callee not in seen:
                        seen.add(callee)
                        todo.append(callee)
            if name in seen:
                found.add(name)
        return found

    # -- kinds ---------------------------------------------------------------------------------------------------------------

    def _find_assigned(self, everything: list[Any]) -> None:
        for node in everything:
            for target in targets(node):
                if isinstance(target, tree.Var) and target.name in SPECIALS:
                    self.assigned.add(target.name)

    def kind(self, expr: Any) -> str:
        """Return what an expression gives: N a number, B a truth, S a text, F a field, V any value."""
        expr = bare(expr)
        if isinstance(expr, (tree.Num, tree.Step, tree.Binary, tree.Sign, tree.Getline)):
            return "N"
        if isinstance(expr, (tree.Str, tree.Concat)):
            return "S"
        if isinstance(expr, tree.Regex):
            return "V" if expr.typed else "B"
        if isinstance(expr, (tree.Logic, tree.Not, tree.Match, tree.Compare, tree.In)):
            return "B"
        if isinstance(expr, tree.Field):
            return "F"
        if isinstance(expr, tree.Var):
            if expr.local:
                return "N" if (expr.scope, expr.name) in self.number_params else "V"
            number = expr.name in self.numbers or expr.name in NUMBERS or expr.name == "NF"
            return "N" if number else "V"
        if isinstance(expr, tree.Index):
            array = expr.array
            if isinstance(array, tree.Var) and not array.local and array.name in self.lists:
                return "S"
            return "N" if isinstance(array, tree.Var) and not array.local and array.name in self.number_arrays else "V"
        if isinstance(expr, tree.Assign):
            if expr.op:
                return "N"
            kind = self.kind(expr.value)
            return {"B": "N", "F": "V"}.get(kind, kind)
        if isinstance(expr, tree.Cond):
            kinds = {self.kind(expr.yes), self.kind(expr.no)}
            return "N" if kinds <= {"N", "B"} else "S" if kinds == {"S"} else "V"
        if isinstance(expr, tree.Call) and expr.name in self.number_functions:
            return "N"
        if isinstance(expr, tree.Builtin):
            return "N" if expr.name in _NUMERIC_BUILTINS else "S"
        return "V"

    def _find_numbers(self, outside: frozenset[str], everything: list[Any]) -> None:
        """Find variables, and arrays, that are never given anything but numbers. All are, until one assignment says no."""
        numbers = self.names - self.arrays - SPECIALS - outside
        arrays = self.arrays - ARRAYS
        assigns: list[tree.Assign] = []
        calls, returns = self._find_number_params(everything)
        for node in everything:
            if isinstance(node, tree.Assign):
                if not node.op:
                    assigns.append(node)
            elif isinstance(node, tree.Step):
                pass
            else:
                for target in targets(node):
                    self._no_number(target, numbers, arrays)
            if isinstance(node, tree.Index) and isinstance(node.array, tree.Index):
                arrays.discard(base_of(node).name)
            if isinstance(node, (tree.In, tree.ForIn)) and isinstance(node.array, tree.Index):
                arrays.discard(base_of(node.array).name)
            if isinstance(node, (tree.Call, tree.Builtin)):
                for arg in map(bare, node.args):
                    if isinstance(arg, tree.Var):
                        arrays.discard(arg.name)
                    elif isinstance(arg, tree.Index) and isinstance(node, tree.Call):
                        arrays.discard(base_of(arg).name)
        self.numbers, self.number_arrays = numbers, arrays
        while True:
            before = len(numbers) + len(arrays) + len(self.number_params) + len(self.number_functions)
            for assign in assigns:
                if self.kind(assign.value) not in "NB":
                    self._no_number(assign.target, numbers, arrays)
            for call in calls:
                for param, arg in zip(self.program.functions[call.name].params, call.args, strict=False):
                    if self.kind(arg) not in "NB":
                        self.number_params.discard((call.name, param))
            for name, value in returns:
                if self.kind(value) not in "NB":
                    self.number_functions.discard(name)
            if len(numbers) + len(arrays) + len(self.number_params) + len(self.number_functions) == before:
                break
        self.ints = find_ints(self, everything, calls)

    def _find_number_params(self, everything: list[Any]) -> tuple[list[tree.Call], list[tuple[str, Any]]]:
        """Begin with all parameters and functions as numbers, if each call is known; return the calls, and what is returned."""
        functions = self.program.functions
        calls = [node for node in everything if isinstance(node, tree.Call) and node.indirect is None]
        by_name = any(isinstance(node, tree.Builtin) and node.name in ("asort", "asorti") for node in everything)
        if not self.indirect and not by_name and "PROCINFO" not in self.names:
            self.number_functions = set(functions)
            self.number_params = {
                (name, param)
                for name, function in functions.items()
                for param in function.params
                if param not in self.param_arrays[name] and param not in self.mixed[name]
            }
        for node in everything:
            if isinstance(node, tree.Call):
                for arg in map(bare, node.args):  # passed on, it may become an array there
                    if isinstance(arg, tree.Var) and arg.local and not self._plain_param(node, arg):
                        self.number_params.discard((arg.scope, arg.name))
        return calls, [
            (name, node.value)
            for name, function in functions.items()
            for node in walk(function)
            if isinstance(node, tree.Return) and node.value is not None
        ]

    def _plain_param(self, call: tree.Call, arg: tree.Var) -> bool:
        """Tell whether an argument is passed to no parameter that may be an array."""
        function = self.program.functions.get(call.name)
        if function is None:
            return False
        return all(
            param not in self.param_arrays[call.name] and param not in self.mixed[call.name]
            for param, given in zip(function.params, map(bare, call.args), strict=False)
            if given is arg
        )

    def _no_number(self, target: Any, numbers: set[str], arrays: set[str]) -> None:
        if isinstance(target, tree.Var) and target.local:
            self.number_params.discard((target.scope, target.name))
        elif isinstance(target, tree.Var):
            numbers.discard(target.name)
        elif isinstance(target, tree.Index):
            arrays.discard(base_of(target).name)
