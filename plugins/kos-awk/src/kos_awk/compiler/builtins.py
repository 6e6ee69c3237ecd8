"""Calls of built-in functions as Python source."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import SyntaxFault
from ..language import tree
from ..language.lexer import SOURCE
from ..runtime.machine import SPECIALS
from .analysis import split_target
from .formats import plan
from .nodes import bare
from .whole import Whole

if TYPE_CHECKING:
    from .expressions import Expressions

_MATHS = {"sin": "sine", "cos": "cosine", "exp": "exponential", "log": "logarithm", "sqrt": "root", "int": "integer"}


class Builtins(Whole):
    """builtin(expr): the call in the shape of its kind."""

    most_fields = ""
    utf8 = True

    def fault(self, text: str, line: int) -> SyntaxFault:
        """Return an error of the program's text."""
        return SyntaxFault(text, line // SOURCE, line % SOURCE)

    def regex(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for an argument that is a pattern."""
        expr = bare(expr)
        if isinstance(expr, (tree.Regex, tree.Str)):
            source = expr.source if isinstance(expr, tree.Regex) else expr.value
            return f"regex({source!r})" if self.patterns_vary else f"r{self.pattern(source)}"
        return f"regex({self.text(expr)})"

    def _separator(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for (separator, whether it was written as a pattern)."""
        expr = bare(expr)
        if isinstance(expr, tree.Regex):
            return f"{expr.source!r}, True"
        return f"{self.text(expr)}, False"

    def builtin(self: Expressions, expr: tree.Builtin) -> str:  # type: ignore[misc]
        """Return source for a call."""
        name, args = expr.name, expr.args
        special = getattr(self, f"call_{name}", None)
        if special is not None:
            return str(special(expr, args))
        if name in _MATHS:
            return f"{_MATHS[name]}({self.num(args[0])})"
        if name in ("and", "or", "xor", "lshift", "rshift", "compl"):
            return f"rt.bits({', '.join([repr(name), *map(self.num, args)])})"
        if name == "system":
            return f"rt.system({self.text(args[0])})"
        if name == "close":
            return f"rt.close({', '.join(map(self.text, args))})"
        if name in ("rand", "systime"):
            return f"rt.{name}()"
        if name == "srand":
            return f"rt.srand({', '.join(map(self.num, args))})"
        if name in ("asort", "asorti"):
            arrays = [self.array(bare(arg)) for arg in args[:2]] + [self.value(arg) for arg in args[2:]]
            return f"rt.sort({name == 'asort'}, {', '.join(arrays)})"
        assert name in ("strtonum", "fflush")
        return f"rt.{name}({', '.join(map(self.value, args))})"

    def call_length(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return f"float({self.quick(expr)})"

    def call_index(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return f"float({self.quick(expr)})"

    def quick(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for a number that may be an int: for comparisons, and for sums with what is a float."""
        expr = bare(expr)
        if isinstance(expr, tree.Num) and expr.value.is_integer() and abs(expr.value) < 1e15:
            return str(int(expr.value))
        if self.counts_here(expr):
            return str(expr.name.lower())
        if isinstance(expr, tree.Var) and expr.name == "NF" and not expr.local and self.in_locals:
            return f"len({self.fields()})"
        if isinstance(expr, tree.Binary) and expr.op == "%" and self.is_quick(expr):
            left, by = self.int_of(expr.left), self.quick(expr.right)
            return (
                f"({left} % {by})"
                if self.counts_here(bare(expr.left))
                else f"({left} % {by} if {left} >= 0 else -(-{left} % {by}))"
            )
        if self.is_int(expr):
            return self.int_of(expr)
        if not isinstance(expr, tree.Builtin):
            return self.num(expr)
        if expr.name == "index" and not self.patterns_vary:
            text, wanted = map(self.text, expr.args)
            return self._by_bytes(text, lambda it: f"{it}.find({wanted}) + 1", lambda it: f"rt.index({it}, {wanted})")
        if expr.name == "index":
            return f"rt.index({', '.join(map(self.text, expr.args))})"
        array = split_target(expr)
        if array is not None and not array.local and array.name in self.known.lists:
            return f"len({self.name(array)} := {self._listed(expr.args)})"
        if expr.name != "length":
            return self.num(expr)
        arg: Any = bare(expr.args[0]) if expr.args else tree.Field(expr.line, tree.Num(expr.line, 0.0))
        if self._names_array(arg) or (isinstance(arg, tree.Var) and arg.local):
            return f"rt.length({self.name(arg)})"
        if self.kind(arg) in "FSN":
            return self._by_bytes(self.text(arg), lambda it: f"len({it})", lambda it: f"rt.length({it})")
        return f"rt.length({self.value(arg)})"

    def addend(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for a number that is added to, taken from or multiplied with a float."""
        return self.quick(expr) if self.is_quick(expr) else self.num(expr)

    def counts_here(self: Expressions, expr: Any) -> bool:  # type: ignore[misc]
        """Tell whether an expression is NR or FNR where the main loop counts them itself, as ints."""
        return isinstance(expr, tree.Var) and expr.name in ("NR", "FNR") and not expr.local and self.in_locals

    def is_quick(self: Expressions, expr: Any) -> bool:  # type: ignore[misc]
        """Tell whether quick() may give an int."""
        expr = bare(expr)
        if isinstance(expr, tree.Var):
            return self.counts_here(expr) or (expr.name == "NF" and not expr.local and self.in_locals)
        if isinstance(expr, tree.Binary):
            by = bare(expr.right)
            whole = isinstance(by, tree.Num) and by.value.is_integer() and 0.0 < by.value < 1e15
            return expr.op == "%" and whole and self.counts_here(bare(expr.left))
        array = split_target(expr)
        if array is not None:
            return not array.local and array.name in self.known.lists
        return isinstance(expr, tree.Builtin) and expr.name in ("length", "index")

    def _by_bytes(  # type: ignore[misc]
        self: Expressions, text: str, plain: Callable[[str], str], general: Callable[[str], str]
    ) -> str:
        """Return source for something that is `plain` where characters are bytes: in the C locale, and in ASCII texts."""
        if not self.utf8:
            return f"({plain(text)})"
        if text.isidentifier():
            return f"({plain(text)} if {text}.isascii() else {general(text)})"
        kept = self.temporary()
        return f"({plain(kept)} if ({kept} := {text}).isascii() else {general(kept)})"

    def _cased(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        method = expr.name[2:]
        return self._by_bytes(self.text(args[0]), lambda it: f"{it}.{method}()", lambda it: f"rt.{method}({it})")

    call_tolower = call_toupper = _cased

    def call_substr(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        text, numbers = self.text(args[0]), [bare(arg) for arg in args[1:]]
        values = [number.value for number in numbers if isinstance(number, tree.Num) and abs(number.value) < 1e9]
        if len(values) < len(numbers):
            length = numbers[1] if len(numbers) > 1 else None
            steady = length is None or (
                isinstance(length, tree.Num) and length.value.is_integer() and 0.0 <= length.value < 1e9
            )
            if steady and self.is_int(numbers[0]):
                return self._substr_from(text, numbers[0], None if length is None else int(length.value))
            return f"substr({', '.join([text, *map(self.num, numbers)])})"
        first = round(values[0])
        low = max(first, 1)
        last = "" if len(values) == 1 else str(max(low, first + round(values[1])) - 1)
        floats = ", ".join(map(repr, values))
        return self._by_bytes(text, lambda it: f"{it}[{low - 1}:{last}]", lambda it: f"rt.substr({it}, {floats})")

    def _substr_from(self: Expressions, text: str, start: Any, length: int | None) -> str:  # type: ignore[misc]
        """Return source for substr from a place that is an int."""
        kept, at = self.temporary(), self.temporary()
        given = "" if length is None else f", {length}.0"
        end = "" if length is None else f"{at} + {length - 1}"
        simple = f"({at} := {self.int_of(start)}) > 0" + (f" and {kept}.isascii()" if self.utf8 else "")
        return f"({kept}[{at} - 1:{end}] if (({kept} := {text}), {simple})[1] else substr({kept}, float({at}){given}))"

    def call_sprintf(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return self.formatted(args)

    def formatted(self: Expressions, args: list[Any]) -> str:  # type: ignore[misc]
        """Return source for what sprintf gives, and what printf prints."""
        form = bare(args[0])
        way = plan(form.value) if isinstance(form, tree.Str) else None
        if way is None or len(way.kinds) != len(args) - 1:
            return f"rt.sprintf({', '.join([self.text(args[0]), *map(self.value, args[1:])])})"
        if not way.kinds:
            return repr(way.python % ())
        made = [self.text(arg) if kind == "s" else self.num(arg) for kind, arg in zip(way.kinds, args[1:], strict=True)]
        if set(way.kinds) == {"s"} and not (way.measured and self.utf8):
            return f"({way.python!r} % ({', '.join(made)},))"
        checks = f"{way.measured and self.utf8}, {'f' in way.kinds}"
        return f"rt.formatted({way.python!r}, {form.value!r}, ({', '.join(made)},), {checks})"

    def call_atan2(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return f"atan2({self.num(args[0])}, {self.num(args[1])})"

    def call_intdiv(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return f"rt.intdiv({self.num(args[0])}, {self.num(args[1])}, {self.array(bare(args[2]))})"

    def call_mkbool(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return f"(1.0 if {self.test(args[0])} else 0.0)"

    def call_isarray(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return f"(1.0 if {self._any(args[0])}.__class__ is Array else 0.0)"

    def call_typeof(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        if len(args) > 1:
            raise self.fault("typeof: a second argument is not supported", expr.line)
        arg = bare(args[0])
        if isinstance(arg, tree.Index):
            return f"rt.kind_of_element({self.array(arg.array)}, {self.key(arg.subscripts)})"
        return f"rt.kind({self._any(arg)})"

    def _any(self: Expressions, arg: Any) -> str:  # type: ignore[misc]
        arg = bare(arg)
        return (
            self.name(arg) if isinstance(arg, tree.Var) and (arg.local or self._names_array(arg)) else self.value(arg)
        )

    def call_split(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        array = split_target(expr)
        if array is not None and not array.local and array.name in self.known.lists:
            return f"float({self.quick(expr)})"
        parts = [self.text(args[0]), self.array(bare(args[1]))]
        if len(args) > 2:
            parts.append(self._separator(args[2]))
        if len(args) > 3:
            parts.append(self.array(bare(args[3])))
        if array is not None and not array.local and array.name in self.known.text_arrays:
            return f"rt.split_texts({', '.join(parts)})"
        return f"rt.split({', '.join(parts)})"

    def _listed(self: Expressions, args: list[Any]) -> str:  # type: ignore[misc]
        """Return source for the parts of a text, where the array is a list."""
        text = self.text(args[0])
        separator = bare(args[2]) if len(args) > 2 else None
        if separator is None:
            return f"rt.divided({text}, bytes(text(rt.FS)), False)"
        if isinstance(separator, tree.Str) and len(separator.value) == 1 and not self.patterns_vary:
            kept = text if text == "rec" else self.temporary()
            made = f"{kept}.split({separator.value!r})"
            if separator.value == b" ":
                made = f"{'ws' if text == 'rec' else 'words'}({kept})"
            given = kept if kept == text else f"{kept} := {text}"
            return f"({made} if 0 < len({given}) < 65536 else rt.divided({kept}, {separator.value!r}, False))"
        if isinstance(separator, tree.Regex):
            return f"rt.divided({text}, {separator.source!r}, True)"
        if isinstance(separator, (tree.Str, tree.Concat)):
            return f"rt.divided({text}, {self.text(separator)}, False)"
        kept = self.temporary()
        return f"rt.divided({text}, bytes(text({kept} := {self.value(separator)})), {kept}.__class__ is Typed)"

    def part(self: Expressions, expr: tree.Index) -> str:  # type: ignore[misc]
        """Return source for an element, as a text, of an array that is a list."""
        assert isinstance(expr.array, tree.Var)
        name, key = self.name(expr.array), bare(expr.subscripts[0])
        if len(expr.subscripts) == 1 and isinstance(key, tree.Num) and key.value.is_integer() and 1 <= key.value < 1e6:
            place = int(key.value)
            return f'({name}[{place - 1}] if len({name}) >= {place} else b"")'
        if len(expr.subscripts) == 1 and self.is_int_variable(key):
            at = self.name(key)
            return f'({name}[{at} - 1] if 0 < {at} <= len({name}) else b"")'
        if len(expr.subscripts) == 1 and self.kind(key) == "N":
            return f"part({name}, {self.num(key)})"
        return f"part_named({name}, {self.key(expr.subscripts)})"

    def call_patsplit(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        parts = [self.text(args[0]), self.array(bare(args[1]))]
        if len(args) > 2:
            pattern = bare(args[2])
            parts.append(repr(pattern.source) if isinstance(pattern, tree.Regex) else self.text(pattern))
        if len(args) > 3:
            parts.append(self.array(bare(args[3])))
        return f"rt.patsplit({', '.join(parts)})"

    def call_match(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        parts = [self.text(args[0]), self.regex(args[1])]
        if len(args) > 2:
            parts.append(self.array(bare(args[2])))
        return f"rt.match({', '.join(parts)})"

    def _substituted(self: Expressions, expr: tree.Builtin, count: int) -> str:  # type: ignore[misc]
        args = expr.args
        target = bare(args[2]) if len(args) > 2 else tree.Field(expr.line, tree.Num(expr.line, 0.0))
        got = self.temporary()
        if not isinstance(target, (tree.Var, tree.Index, tree.Field)):
            return f"float({self._replaced(args, self.text(target), count)}[1])"
        if isinstance(target, tree.Field):
            at = self.field_number(target)
            if not at.isdigit():
                kept = self.temporary()
                old = f"R.at({kept} := {at})"
                if self.in_locals:
                    old = f"field_or_whole(rec, {self.fields()}, ({kept} := {at}), ofs)"
                at = kept
            else:
                old = self.field(target)
            stored = self.assigned_by_record("R.replace({})" if at == "0" else f"R.assign({at}, {{}})", f"{got}[0]")
        else:
            read, store = self.reference(target)
            old, stored = f"text({read})", store(f"bounded({got}[0])")
        return f"(({stored}, float({got}[1]))[1] if ({got} := {self._replaced(args, old, count)})[1] else 0.0)"

    def _replaced(self: Expressions, args: list[Any], old: str, count: int) -> str:  # type: ignore[misc]
        """Return source for (the text, how many matches were replaced)."""
        pattern, new = bare(args[0]), bare(args[1])
        if isinstance(pattern, (tree.Regex, tree.Str)) and isinstance(new, tree.Str) and not self.patterns_vary:
            source = pattern.source if isinstance(pattern, tree.Regex) else pattern.value
            return f"s{self.replacer(source, new.value)}({old}, {count})"
        return f"rt.substitute({self.regex(pattern)}, {self.text(new)}, {old}, {count})"

    def substitute(self: Expressions, expr: tree.Builtin) -> bool:  # type: ignore[misc]
        """Write sub or gsub whose result nobody wants as statements; False if it isn't as simple as that."""
        args = expr.args
        target = bare(args[2]) if len(args) > 2 else tree.Field(expr.line, tree.Num(expr.line, 0.0))
        count = 0 if expr.name == "gsub" else 1
        made, number = self.temporary(), self.temporary()
        if isinstance(target, tree.Field) and self.changing and (at := self.field_number(target)).isdigit():
            self.line(f"{made}, {number} = {self._replaced(args, self.field(target), count)}")
            self.line(f"if {number}:")
            self.depth += 1
            self.store_text(at, made, made, "S")
            self.depth -= 1
            return True
        if isinstance(target, tree.Var) and (target.local or target.name not in SPECIALS | self.known.arrays):
            name = self._variable(target)
            self.line(f"{made}, {number} = {self._replaced(args, self.text(target), count)}")
            self.line(f"if {number}: {name} = bounded({made})")
            return True
        return False

    def call_sub(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return self._substituted(expr, 1)

    def call_gsub(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        return self._substituted(expr, 0)

    def call_gensub(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        text = self.text(args[3] if len(args) > 3 else tree.Field(expr.line, tree.Num(expr.line, 0.0)))
        return f"rt.gensub({self.regex(args[0])}, {self.text(args[1])}, {self.value(args[2])}, {text})"

    def call_strftime(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        shapes = (self.value, self.num, self.test)
        return f"rt.strftime({', '.join(shape(arg) for shape, arg in zip(shapes, args, strict=False))})"

    def call_mktime(self: Expressions, expr: tree.Builtin, args: list[Any]) -> str:  # type: ignore[misc]
        shapes = (self.text, self.test)
        return f"rt.mktime({', '.join(shape(arg) for shape, arg in zip(shapes, args, strict=False))})"
