"""Statements as lines of Python source.

A jump out of awk's loops is Python's own where it can be: `loops` says what stands around a statement. `next` within a Python
loop, and everywhere in functions, is an exception that the main loop catches.
"""

from __future__ import annotations

from typing import Any, Final

from ..language import tree
from ..runtime.machine import SPECIALS
from .expressions import Expressions
from .nodes import acts, bare

TICKS: Final = 64  # rounds of a loop between two looks at the rest of the world


class Loop:
    """A loop or a switch that is open. after: what `continue` has to do first. flag: how a switch tells its loop to go on."""

    def __init__(self, switch: bool, after: list[tree.Stmt], flag: str = "") -> None:
        self.switch = switch
        self.after = after
        self.flag = flag
        self.used = False


class Statements(Expressions):
    """All statements."""

    loops: list[Loop]
    in_main = False

    def block(self, statements: list[tree.Stmt]) -> None:
        """Write statements, one level deeper."""
        self.depth += 1
        before = len(self.lines)
        for statement in statements:
            self.statement(statement)
        if len(self.lines) == before:
            self.line("pass")
        self.depth -= 1

    def statement(self, node: tree.Stmt) -> None:
        """Write one statement."""
        self.place = node.line
        if isinstance(node, tree.Simple):
            self._simple(bare(node.expr))
        elif isinstance(node, tree.Print):
            self._print(node)
        elif isinstance(node, tree.If):
            self._if(node)
        elif isinstance(node, tree.While):
            self._while(node)
        elif isinstance(node, tree.ForIn):
            self._for_in(node)
        elif isinstance(node, tree.Switch):
            self._switch(node)
        elif isinstance(node, tree.Jump):
            self._jump(node.what)
        elif isinstance(node, tree.Exit):
            self.line(f"raise Exit({'None' if node.value is None else f'exit_status({self.num(node.value)})'})")
        elif isinstance(node, tree.Return):
            self._return(node)
        elif isinstance(node, tree.Delete):
            self._delete(node)

    def _return(self, node: tree.Return) -> None:
        made = "UNSET" if node.value is None else self.bounded(node.value)
        if self.scope in self.known.recursive:
            if node.value is not None:
                self.line(f"t = {made}")
                made = "t"
            self.line("depth -= 1")
        self.line(f"return {made}")

    def _delete(self, node: tree.Delete) -> None:
        what = node.what
        if isinstance(what, tree.Var):
            self.line(f"{self.array(what)}.clear()")
        else:
            self.line(f"{self.array(what.array)}.pop({self.key(what.subscripts)}, None)")

    def _simple(self, expr: Any) -> None:
        """Write an expression whose value nobody wants: assignments become Python's statements."""
        if isinstance(expr, (tree.Assign, tree.Step)):
            target = expr.target
            plain = isinstance(target, tree.Var) and (target.local or target.name not in SPECIALS | self.known.arrays)
            if isinstance(target, tree.Var) and plain:
                self._variable(target)  # complains of names that can't be variables
                if self._set_variable(expr, target):
                    return
            elif isinstance(target, tree.Index) and self._set_element(expr, target):
                return
            elif isinstance(target, tree.Field) and self.set_field(expr, target):
                return
        elif isinstance(expr, tree.Builtin) and expr.name in ("sub", "gsub") and self.substitute(expr):
            return
        self.line(self.value(expr))

    def _grows(self, expr: Any) -> bool:
        inner = bare(expr)
        return isinstance(inner, tree.Concat) or (
            isinstance(inner, tree.Builtin) and inner.name in ("sprintf", "gensub")
        )

    def _set_variable(self, expr: Any, target: tree.Var) -> bool:
        name = self.name(target)
        if self.is_int_variable(target):
            step = isinstance(expr, tree.Step)
            self.line(
                f"{name} = {name} {'+' if expr.delta > 0 else '-'} 1" if step else f"{name} = {self.int_assigned(expr)}"
            )
            return True
        if isinstance(expr, tree.Step):
            delta = "+ 1.0" if expr.delta > 0 else "- 1.0"
            self.line(f"{name} = {self.num(target)} {delta}")
            return True
        if not expr.op:
            self.line(f"{name} = {self.value(expr.value)}")
            if self._grows(expr.value):
                self.line(f"if len({name}) > 65536: big({name})")
            return True
        if expr.op in "+-*" and not acts(expr.value):
            self.line(f"{name} = {self.num(target)} {expr.op} {self.addend(expr.value)}")
            return True
        return False

    def _set_element(self, expr: Any, target: tree.Index) -> bool:
        element = f"{self.array(target.array)}[{self.key(target.subscripts)}]"
        numeric = self.kind(target) == "N"
        if isinstance(expr, tree.Step):
            if not numeric:
                return False
            self.line(f"{element} {'+=' if expr.delta > 0 else '-='} 1.0")
            return True
        if not expr.op:
            self.line(f"{element} = {self.bounded(expr.value)}")
            return True
        if numeric and expr.op in "+-*" and not acts(expr.value):
            self.line(f"{element} {expr.op}= {self.addend(expr.value)}")
            return True
        return False

    # -- print -----------------------------------------------------------------------------------------------------------------

    def _print(self, node: tree.Print) -> None:
        args: list[tree.Expr] = node.args
        if node.formatted:
            call = self.formatted(args)
            self._emit(node, call, plain=False)
            return
        args = args or [tree.Field(node.line, tree.Num(node.line, 0.0))]
        ors = "rt.ors_text" if "ORS" in self.known.assigned else "ors"
        ofs = "rt.ofs_text" if "OFS" in self.known.assigned else "ofs"
        pieces = [self.shown(arg) for arg in args]
        plain = all(isinstance(bare(arg), (tree.Field, tree.Num, tree.Str)) or self.kind(arg) == "N" for arg in args)
        if len(pieces) == 1:
            self._emit(node, f"{pieces[0]} + {ors}", plain)
            return
        joined = f", {ofs}, ".join(pieces)
        self._emit(node, f"b'{'%b' * (2 * len(pieces))}' % ({joined}, {ors})", plain)

    def _emit(self, node: tree.Print, made: str, plain: bool) -> None:
        if node.where is None:
            self.line(f"{'emit' if plain else 'out'}({made})")
            return
        kept = self.temporary()
        self.line(f"{kept} = {made}")
        self.line(f"rt.write_to({node.redirect!r}, {self.text(node.where)}, {kept})")

    # -- what branches ---------------------------------------------------------------------------------------------------------

    def _if(self, node: tree.If) -> None:
        word = "if"
        while True:
            self.line(f"{word} {self.test(node.test)}:")
            self.block(node.yes)
            if len(node.no) == 1 and isinstance(node.no[0], tree.If):
                node = node.no[0]
                word = "elif"
                continue
            break
        if node.no:
            self.line("else:")
            self.block(node.no)

    def _tick(self) -> None:
        self.line("ticks += 1")
        self.line(f"if ticks >= {TICKS}: ticks = tick(ticks)")

    def _while(self, node: tree.While) -> None:
        if node.first:
            flag = self.temporary()
            self.line(f"{flag} = True")
            self.line(f"while {flag} or {self.test(node.test) if node.test else 'True'}:")
            self.depth += 1
            self.line(f"{flag} = False")
        else:
            self.line(f"while {self.test(node.test) if node.test is not None else 'True'}:")
            self.depth += 1
        self._tick()
        self.depth -= 1
        self.loops.append(Loop(False, node.after))
        self.block([*node.body, *node.after])
        self.loops.pop()

    def _for_in(self, node: tree.ForIn) -> None:
        name = node.name
        special = name.name in SPECIALS and not name.local
        kept = self.temporary() if special else self._variable(name)
        self.line(f"for {kept} in keys({self.array(node.array)}):")
        self.depth += 1
        self._tick()
        if special:
            self.line(f"rt.set({name.name!r}, {kept})")
        self.depth -= 1
        self.loops.append(Loop(False, []))
        self.block(node.body)
        self.loops.pop()

    def _switch(self, node: tree.Switch) -> None:
        subject, chosen, flag = self.temporary(), self.temporary(), self.temporary()
        self.line(f"{subject} = {self.value(node.subject)}")
        default = len(node.cases)
        word = "if"
        for index, (label, _) in enumerate(node.cases):
            if label is None:
                default = index
                continue
            if isinstance(label, tree.Regex):
                test = f"matches(text({subject}), {label.source!r})"
            elif isinstance(label, tree.Str):
                test = f"is_text({subject}, {label.value!r})"
            else:
                test = f"is_number({subject}, {self.num(label)})"
            self.line(f"{word} {test}: {chosen} = {index}")
            word = "elif"
        if word == "if":
            self.line(f"{chosen} = {default}")
        else:
            self.line(f"else: {chosen} = {default}")
        loop = Loop(True, [], flag)
        self.line(f"{flag} = False")
        self.line("for _ in ONCE:")
        self.depth += 1
        self.loops.append(loop)
        for index, (_, body) in enumerate(node.cases):
            self.line(f"if {chosen} <= {index}:")
            self.block(body)
        if not node.cases:
            self.line("pass")
        self.loops.pop()
        self.depth -= 1
        if loop.used:
            self.line(f"if {flag}:")
            self.depth += 1
            self._jump("continue")
            self.depth -= 1

    def _jump(self, what: str) -> None:
        if what == "break":
            self.line("break")
        elif what == "continue":
            loop = self.loops[-1]
            if loop.switch:
                loop.used = True
                self.line(f"{loop.flag} = True")
                self.line("break")
            else:
                for statement in loop.after:
                    self.statement(statement)
                self.line("continue")
        elif what == "next":
            self.line("continue" if self.in_main and not self.loops else "raise Next")
        else:
            self.line("raise NextFile")
