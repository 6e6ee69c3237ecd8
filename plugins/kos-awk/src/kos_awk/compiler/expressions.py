"""Expressions as Python source. Who asks says in which shape it wants the value, so that most conversions fall away:

num     a float                    test    anything whose truth is right
text    bytes                      value   a value as variables hold it (values.py)
shown   bytes as print wants them  raw     a field as it stands in the record: bytes
"""

from __future__ import annotations

from typing import Any

from ..language import tree
from ..runtime.machine import SPECIALS
from .fields import Fields
from .nodes import acts, bare
from .output import PLAIN, number

_PYTHON = {"<": "<", "<=": "<=", "==": "==", "!=": "!=", ">": ">", ">=": ">="}


class Expressions(Fields):
    """All shapes of all expressions."""

    def kind(self, expr: tree.Expr) -> str:
        """Return N, B, S, F or V: see the analysis."""
        return self.known.kind(expr)

    # -- shapes ------------------------------------------------------------------------------------------------------------

    def num(self, expr: tree.Expr) -> str:
        """Return source for a number."""
        expr = bare(expr)
        kind = self.kind(expr)
        if kind == "N":
            if self.is_int(expr) and not isinstance(expr, tree.Num):
                return f"float({self.int_of(expr)})"
            return self.plain(expr)
        if kind == "B":
            return f"(1.0 if {self.test(expr)} else 0.0)"
        if kind == "S":
            return f"number_of({self.text(expr)})"
        if kind == "F":
            return self.field_num(expr)
        made = self.plain(expr)
        return f"({made} if {made}.__class__ is float else num({made}))" if made.isidentifier() else f"num({made})"

    def text(self, expr: tree.Expr) -> str:
        """Return source for a text."""
        expr = bare(expr)
        kind = self.kind(expr)
        if kind == "S":
            return self.plain(expr)
        if kind == "F":
            return self.field(expr)
        if kind == "B":
            return f'(b"1" if {self.test(expr)} else b"0")'
        if isinstance(expr, tree.Num) and expr.value.is_integer() and abs(expr.value) < 1e15:
            return repr(b"%d" % expr.value)
        if self.is_int(expr):
            return self.int_text(expr)
        return f"text({self.plain(expr)})"

    def shown(self, expr: tree.Expr) -> str:
        """Return source for what print writes."""
        if self.is_int(expr):
            return self.text(expr)
        if self.kind(expr) in "NV" and not isinstance(bare(expr), tree.Num):
            return f"shown({self.plain(bare(expr))})"
        if isinstance(bare(expr), tree.Num) and not bare(expr).value.is_integer():
            return f"shown({self.plain(bare(expr))})"
        return self.text(expr)

    def value(self, expr: tree.Expr) -> str:
        """Return source for a value."""
        expr = bare(expr)
        kind = self.kind(expr)
        if kind == "B":
            return self.num(expr)
        if kind != "F":
            return self.plain(expr)
        return self.field_value(expr)

    def test(self, expr: tree.Expr) -> str:
        """Return source for a truth."""
        expr = bare(expr)
        kind = self.kind(expr)
        if kind == "B":
            return self.condition(expr)
        if kind in "NS":
            return self.quick(expr) if self.is_quick(expr) else self.plain(expr)
        if kind == "F" and not self.known.record.changes:
            return f"truth_of_input({self.field(expr)})"
        return f"truth({self.value(expr)})"

    # -- truths --------------------------------------------------------------------------------------------------------------

    def condition(self, expr: Any) -> str:
        """Return source for an expression of kind B."""
        if isinstance(expr, tree.Not):
            return f"(not {self.test(expr.operand)})"
        if isinstance(expr, tree.Logic):
            return "(" + f" {expr.op} ".join(self.test(part) for part in expr.parts) + ")"
        if isinstance(expr, tree.In):
            return f"({self.key(expr.subscripts)} in {self.array(expr.array)})"
        if isinstance(expr, tree.Regex):
            return self.matched(tree.Field(expr.line, tree.Num(expr.line, 0.0)), expr, "")
        if isinstance(expr, tree.Match):
            return self.matched(expr.left, expr.right, "not " if expr.negated else "")
        assert isinstance(expr, tree.Compare)
        return self._compared(expr)

    def matched(self, left: tree.Expr, right: tree.Expr, negation: str) -> str:
        """Return source for `left ~ right`."""
        right = bare(right)
        text = self.text(left)
        if isinstance(right, (tree.Regex, tree.Str)):
            source = right.source if isinstance(right, tree.Regex) else right.value
            if PLAIN.fullmatch(source) and not self.patterns_vary:
                return f"({text}.find({source!r}) {'<' if negation else '>='} 0)"
            if self.patterns_vary:
                return f"({negation}matches({text}, {source!r}))"
            if negation:
                return f"(m{self.pattern(source)}({text}) is None)"
            return f"(m{self.pattern(source)}({text}) is not None)"
        return f"({negation}matches({text}, {self.text(right)}))"

    def _compared(self, expr: tree.Compare) -> str:
        left, right, op = expr.left, expr.right, _PYTHON[expr.op]
        one, other = self.kind(left), self.kind(right)
        one, other = "N" if one == "B" else one, "N" if other == "B" else other
        if one == other == "N":
            if self.is_quick(left) or self.is_quick(right):
                return f"({self.quick(left)} {op} {self.quick(right)})"
            return f"({self.num(left)} {op} {self.num(right)})"
        if "S" in (one, other):
            if self.patterns_vary:
                return f"(rt.compare_texts({self.text(left)}, {self.text(right)}) {op} 0)"
            return f"({self.text(left)} {op} {self.text(right)})"
        if not self.known.record.changes:
            if one == "F" and other == "N":
                return f"(compare_input({self.field(left)}, {self.value(right)}) {op} 0)"
            if one == "N" and other == "F":
                first = self.temporary()
                return f"(({first} := {self.value(left)}, 0 {op} compare_input({self.field(right)}, {first}))[1])"
        first, constant = self.value(left), bare(right)
        if isinstance(constant, tree.Num):  # compare() has nan beyond all others
            kept, head = (first, first) if first.isidentifier() else (name := self.temporary(), f"({name} := {first})")
            plain = f"not {kept} <= " if op == ">" else f"not {kept} < " if op == ">=" else f"{kept} {op} "
            limit = number(constant.value)
            return f"({plain}{limit} if {head}.__class__ is float else compare({kept}, {limit}) {op} 0)"
        return f"(compare({first}, {self.value(right)}) {op} 0)"

    # -- the rest ----------------------------------------------------------------------------------------------------------------

    def plain(self, expr: Any) -> str:
        """Return source for an expression in the shape that its kind has."""
        if isinstance(expr, tree.Num):
            return number(expr.value)
        if isinstance(expr, tree.Str):
            return repr(expr.value)
        if isinstance(expr, tree.Regex):
            return f"Typed({expr.source!r})"
        if self.is_int_variable(expr):
            return f"lifted({self.name(expr)})"
        if isinstance(expr, tree.Var):
            return self._variable(expr)
        if isinstance(expr, (tree.Assign, tree.Step)) and self.is_int_variable(expr.target):
            return f"float({self.int_of(expr)})"
        if isinstance(expr, tree.Index):
            if isinstance(expr.array, tree.Var) and not expr.array.local and expr.array.name in self.known.lists:
                return self.part(expr)
            return f"{self.array(expr.array)}[{self.key(expr.subscripts)}]"
        if isinstance(expr, tree.Assign):
            return self.assignment(expr)
        if isinstance(expr, tree.Step):
            return self.step(expr)
        if isinstance(expr, tree.Cond):
            shape = {"N": self.num, "S": self.text}.get(self.kind(expr), self.value)
            return f"({shape(expr.yes)} if {self.test(expr.test)} else {shape(expr.no)})"
        if isinstance(expr, tree.Concat):
            parts = [self.text(part) for part in expr.parts]
            if len(parts) == 2:
                return f"({parts[0]} + {parts[1]})"
            return f"b''.join(({', '.join(parts)}))"
        if isinstance(expr, tree.Binary):
            return self._binary(expr)
        if isinstance(expr, tree.Sign):
            return f"({expr.op}{self.num(expr.operand)})"
        if isinstance(expr, tree.Call):
            return self._call(expr)
        if isinstance(expr, tree.Builtin):
            return self.builtin(expr)
        if isinstance(expr, tree.Getline):
            return self._getline(expr)
        if isinstance(expr, tree.Group):
            raise self.fault("syntax error", expr.line)
        return self.num(expr)

    def _variable(self, var: tree.Var) -> str:
        if not var.local and var.name in SPECIALS:
            if var.name == "NF":
                return f"float(len({self.fields()}))" if self.in_locals else "R.count()"
            if self.counts_here(var):
                return f"float({var.name.lower()})"
            return f"rt.{var.name}"
        if var.name in self.known.program.functions and not var.local:
            raise self.fault(
                f"function `{var.name}' called with space between name and `('\nor used as a variable or an array",
                var.line,
            )
        if var.name in ("SYMTAB", "FUNCTAB"):
            raise self.fault(f"{var.name} is not supported", var.line)
        if not var.local and var.name in self.known.arrays:
            return "scalar_wanted()"
        return self.name(var)

    def array(self, array: Any) -> str:
        """Return source for an array."""
        array = bare(array)
        if isinstance(array, tree.Var):
            if array.name in SPECIALS and not array.local:
                raise self.fault(f"attempt to use scalar `{array.name}' as an array", array.line)
            if array.name in self.known.program.functions and not array.local:
                raise self.fault(f"attempt to use function `{array.name}' as an array", array.line)
            if array.name in ("SYMTAB", "FUNCTAB"):
                raise self.fault(f"{array.name} is not supported", array.line)
            return self.name(array)
        if not isinstance(array, tree.Index):
            raise self.fault("an argument that must be an array is none", array.line)
        return f"inner({self.array(array.array)}, {self.key(array.subscripts)})"

    def key(self, subscripts: list[tree.Expr]) -> str:
        """Return source for a subscript, bytes."""
        if len(subscripts) == 1:
            return self.text(subscripts[0])
        return f"rt.subsep_text.join(({', '.join(self.text(part) for part in subscripts)}))"

    def _binary(self, expr: tree.Binary) -> str:
        parts = []
        left: tree.Expr = expr
        while (
            isinstance(left, tree.Binary) and left.op in "+-" and expr.op in "+-"
        ):  # flat: Python's parentheses have a limit
            parts.append(f" {left.op} {self.num(left.right)}")
            left = bare(left.left)
        if parts:
            return "(" + self.num(left) + "".join(reversed(parts)) + ")"
        one, other = self.num(expr.left), self.num(expr.right)
        if expr.op == "^":
            return f"power({one}, {other})"
        if expr.op == "%":
            divisor = bare(expr.right)
            if (
                isinstance(divisor, tree.Num) and divisor.value > 0.0
            ):  # Python's % is C's then, but for negative numbers
                kept = self.temporary()
                return f"({kept} % {other} if ({kept} := {one}) >= 0.0 else modulo({kept}, {other}))"
            return f"modulo({one}, {other})"
        if expr.op in "+-*" and self.is_quick(expr.right) and not self.is_quick(expr.left):
            other = self.quick(expr.right)
        return f"({one} {expr.op} {other})"

    def _call(self, expr: tree.Call) -> str:
        if expr.indirect is not None:
            args = [
                "(" + self.array(arg) + ")" if self._names_array(arg) else self.value(arg)
                for arg in map(bare, expr.args)
            ]
            return f"rt.call_named({', '.join([self._variable(expr.indirect), *args])})"
        function = self.known.program.functions[expr.name]
        if len(expr.args) > len(function.params):
            raise self.fault(f"function `{expr.name}' called with more arguments than declared", expr.line)
        args = []
        for param, arg in zip(function.params, map(bare, expr.args), strict=False):
            wanted = param in self.known.param_arrays[expr.name] and param not in self.known.mixed[expr.name]
            if self._names_array(arg):
                args.append(self.array(arg))
            elif wanted and isinstance(arg, (tree.Index, tree.Var)):
                args.append(self.array(arg))
            else:
                args.append(self.bounded(arg))
        return f"f_{expr.name}({', '.join(args)})"

    def _names_array(self, arg: Any) -> bool:
        return isinstance(arg, tree.Var) and (
            (
                arg.local
                and arg.name in self.known.param_arrays[self.scope]
                and arg.name not in self.known.mixed[self.scope]
            )
            or (not arg.local and arg.name in self.known.arrays)
        )

    def bounded(self, expr: tree.Expr) -> str:
        """Return source for a value that may have grown: it is looked at whether it still fits."""
        inner = bare(expr)
        made = self.value(inner)
        if isinstance(inner, tree.Concat) or (isinstance(inner, tree.Builtin) and inner.name in ("sprintf", "gensub")):
            return f"bounded({made})"
        return made

    def _getline(self, expr: tree.Getline) -> str:
        if expr.kind == "main":
            read = "rt.read()"
        else:
            assert expr.source is not None
            read = f"rt.read_from({expr.kind!r}, {self.text(expr.source)})"
        if expr.target is None:
            return f"rt.getline({read})"
        got = self.temporary()
        return f"(rt.got if ({got} := {read}) is None else ({self.stored(expr.target, got)}, 1.0)[1])"

    # -- assignments ---------------------------------------------------------------------------------------------------------------

    def reference(self, target: Any) -> tuple[str, Any]:
        """Return (source that reads a target as a value, a function from source to source that assigns it).

        What is between brackets is worked out once, by the part that runs first: the reading one if both are used. So the
        storing part alone is only right if nothing else was used, or after the reading one.
        """
        if isinstance(target, tree.Var):
            if target.name == "NF" and not target.local:
                return self._variable(target), lambda made: self.assigned_by_record("R.set_count(num({}))", made)
            if target.name in SPECIALS and not target.local:
                return self._variable(target), lambda made: f"rt.set({target.name!r}, {made})"
            if self.known.is_array(self.scope, target) and not target.local:
                return "scalar_wanted()", lambda made: f"scalar_wanted({made})"
            name = self._variable(target)
            return name, lambda made: f"({name} := {made})"
        if isinstance(target, tree.Field):
            at = self.field_number(target)
            return self.field_value(target), lambda made: self.assigned_by_record(f"R.assign({at}, {{}})", made)
        array, key = self.array(target.array), self.key(target.subscripts)
        steady = all(isinstance(bare(part), (tree.Var, tree.Num, tree.Str)) for part in target.subscripts)
        if steady and isinstance(target.array, tree.Var):
            return f"{array}[{key}]", lambda made: f"put({array}, {key}, {made})"
        one, two = self.temporary(), self.temporary()
        return f"({one} := {array})[({two} := {key})]", lambda made: f"put({one}, {two}, {made})"

    def stored(self, target: Any, made: str) -> str:
        """Return source that assigns a target that wasn't read before."""
        if isinstance(target, tree.Index):
            return f"put({self.array(target.array)}, {self.key(target.subscripts)}, {made})"
        return str(self.reference(target)[1](made))

    def assignment(self, expr: tree.Assign) -> str:
        """Return source for an assignment as an expression."""
        target = expr.target
        if not expr.op:
            made = self.bounded(expr.value)
            if isinstance(target, tree.Index):  # the value comes first, as in gawk
                kept = self.temporary()
                return f"[({kept} := {made}), {self.stored(target, kept)}][1]"
            return self.stored(target, made)
        right = self.num(expr.value)
        before = ""
        if acts(expr.value):
            kept = self.temporary()
            before, right = f"({kept} := {right}), ", kept
        return f"[{before}{self.compound(target, lambda old: self._operated(expr.op, old, right))}][-1]"

    def compound(self, target: Any, change: Any) -> str:
        """Return source that reads a target, changes it and assigns it."""
        kept = self.temporary()
        if isinstance(target, tree.Field) and not self.field_number(target).isdigit():
            at = self.temporary()
            made = change(f"num({self.field_value(target, at)})")
            return (
                f"[({at} := {self.field_number(target)}), {self.assigned_by_record(f'R.assign({at}, {{}})', made)}][1]"
            )
        old, store = self.reference(target)
        if self.kind(target) == "N":
            return f"[({kept} := {old}), {store(change(kept))}][1]"
        return f"[({kept} := num({old})), {store(change(kept))}][1]"

    @staticmethod
    def _operated(op: str, old: str, right: str) -> str:
        if op == "^":
            return f"power({old}, {right})"
        if op == "%":
            return f"modulo({old}, {right})"
        return f"{old} {op} {right}"

    def step(self, expr: tree.Step) -> str:
        """Return source for ++ and --."""
        delta = "+ 1.0" if expr.delta > 0 else "- 1.0"
        if expr.prefix:
            return self.compound(expr.target, lambda old: f"{old} {delta}")
        if isinstance(expr.target, tree.Index):
            target = expr.target
            return f"step_after({self.array(target.array)}, {self.key(target.subscripts)}, {float(expr.delta)})"
        kept = self.temporary()
        return f"({self.compound(expr.target, lambda old: f'({kept} := +{old}) {delta}')}, {kept})[1]"
