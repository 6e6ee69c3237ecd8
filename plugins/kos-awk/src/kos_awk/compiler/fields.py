"""The record and its fields as Python source: reading them in all shapes, and assigning them.

Outside of the main loop, and where anything may look at the record, they are the runtime's Record, `R`. Else they are local
variables of the main loop:

    rec    the text, None if a field has changed since it was known (only in programs that change fields)
    f      the list of fields, None until it's asked for; one of the two is never None
    kinds  what R.typed is: by number less one, the values of fields that were assigned

Assignments that stand as statements are written out; the rest hand `rec` and `f` to R, let it work, and take them back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..language import tree
from .builtins import Builtins
from .nodes import acts, bare

if TYPE_CHECKING:
    from .expressions import Expressions


class Fields(Builtins):
    """Reading and assigning."""

    @property
    def changing(self) -> bool:
        """Whether the record is in local variables, and may change there."""
        return self.in_locals and self.known.record.in_main

    def field_number(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for a field's number, an int."""
        inner = bare(expr.number)
        if isinstance(inner, tree.Num) and inner.value.is_integer() and 0.0 <= inner.value < 1e9:
            return str(int(inner.value))
        if isinstance(inner, tree.Var) and inner.name == "NF" and self.in_locals and not inner.local:
            return f"len({self.fields()})"
        if self.is_int(inner):
            return self.int_of(inner)
        return f"place({self.num(inner)})"

    def fields(self: Expressions) -> str:  # type: ignore[misc]
        """Return source for the list of fields, made if it isn't yet."""
        return f"(f if f is not None else (f := sp(rec, sep{self.most_fields})))"

    def whole(self: Expressions) -> str:  # type: ignore[misc]
        """Return source for $0 in the main loop."""
        return "(rec if rec is not None else (rec := ofs.join(f)))" if self.changing else "rec"

    def field(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for a field as a text."""
        return self._field_at(self.field_number(expr))

    def _field_at(self: Expressions, at: str) -> str:  # type: ignore[misc]
        if not self.in_locals:
            return "R.whole()" if at == "0" else f"R.at({at})"
        if at == "0":
            return self.whole()
        if at == "1":
            return f'(f[0] if {self.fields()} else b"")'
        if at.isdigit():
            return f'(f[{int(at) - 1}] if len({self.fields()}) > {int(at) - 1} else b"")'
        if at.startswith("len("):  # $NF
            return f"(f[-1] if {self.fields()} else {self.whole()})"
        if self.changing:
            return f"field_or_whole(rec, {self.fields()}, {at}, ofs)"
        return f"field_at(rec, {self.fields()}, {at})"

    def field_value(self: Expressions, expr: Any, at: str | None = None) -> str:  # type: ignore[misc]
        """Return source for a field as a value. at: source of its number, if that was worked out already."""
        at = self.field_number(expr) if at is None else at
        if not self.in_locals:
            return f"R.value({at})" if self.known.record.changes else f"Input({self._field_at(at)})"
        if not self.changing:
            return f"Input({self._field_at(at)})"
        if not at.isdigit():
            kept = self.temporary()
            text = self._field_at(kept)
            return f"(kinds[{kept} - 1] if ({kept} := {at}) - 1 in kinds else Input({text}))"
        return f"(kinds[{int(at) - 1}] if {int(at) - 1} in kinds else Input({self._field_at(at)}))"

    def field_num(self: Expressions, expr: Any) -> str:  # type: ignore[misc]
        """Return source for a field as a number."""
        at = self.field_number(expr)
        if not self.in_locals:
            return f"num(R.value({at}))" if self.known.record.changes else f"number_of({self._field_at(at)})"
        if self.changing and at.isdigit():
            return f"(num(kinds[{int(at) - 1}]) if {int(at) - 1} in kinds else number_of({self._field_at(at)}))"
        return f"num({self.field_value(expr)})" if self.changing else f"number_of({self._field_at(at)})"

    # -- assignments -------------------------------------------------------------------------------------------------------

    def assigned_by_record(self: Expressions, call: str, made: str) -> str:  # type: ignore[misc]
        """Return source that gives what `made` gives and does `call` with it (as {}): assigns a field, or NF."""
        kept = self.temporary()
        done = call.format(kept)
        if not self.changing:
            return f"[({kept} := {made}), {done}][0]"
        return f"[({kept} := {made}), R.adopt(rec, f), {done}, (rec := R.text), (f := R.fields)][0]"

    def set_field(self: Expressions, expr: Any, target: tree.Field) -> bool:  # type: ignore[misc]
        """Write an assignment to $0, $1 ... as statements; False if it isn't as simple as that."""
        at = self.field_number(target)
        if not self.changing or not at.isdigit():
            return False
        if isinstance(expr, tree.Step):
            made = f"{self.field_num(target)} {'+' if expr.delta > 0 else '-'} 1.0"
            self._store_field(at, made, "N")
        elif not expr.op:
            kind = self.kind(expr.value)
            if self.known.record.kinds and kind not in "S":
                self._store_field(at, self.value(expr.value), {"B": "N", "F": "V"}.get(kind, kind))
            else:
                self._store_field(at, self.text(expr.value), "S")
        elif expr.op in "+-*/" and not acts(expr.value):
            self._store_field(at, f"{self.field_num(target)} {expr.op} {self.num(expr.value)}", "N")
        else:
            return False
        return True

    def _store_field(self: Expressions, at: str, made: str, kind: str) -> None:  # type: ignore[misc]
        """Write the assignment of `made`, of a kind (N, S or V), to a field."""
        kept = self.temporary()
        self.line(f"{kept} = {made}")
        text = kept
        if kind != "S":
            text = self.temporary()
            self.line(f"{text} = text({kept})")
        self.store_text(at, text, kept, kind)

    def store_text(self: Expressions, at: str, text: str, value: str, kind: str) -> None:  # type: ignore[misc]
        """Write the assignment of a text, in a variable, to a field; it is the text of `value`."""
        kinds = self.known.record.kinds
        if at == "0":
            self.line(f"rec = bytes({text}) if {text}.__class__ is not bytes else {text}")
            self.line("f = None")
            if kinds:
                self.line("if kinds: kinds.clear()")
        else:
            self.line(f"if f is None: f = sp(rec, sep{self.most_fields})")
            self.line(f"if len(f) < {at}: R.grow(f, {at})")
            self.line(f"f[{int(at) - 1}] = {text}")
            self.line("rec = None")
            if kinds:
                self.line("if -1 in kinds: del kinds[-1]")
        if kinds:
            index = int(at) - 1
            if kind == "V":
                self.line(f"if {value}.__class__ is Input: kinds.pop({index}, None)")
                self.line(f"else: kinds[{index}] = {value}")
            else:
                self.line(f"kinds[{index}] = {value}")
        self.line(f"if len({text}) > 65536: big({text})")
