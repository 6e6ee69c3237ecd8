"""Turns the parser's tuples into closures `(sh) -> int`.

Each closure gets what it needs as constants, so a run does no dispatch on node kinds. The commonest shapes (a constant, a
variable, variable op constant, `i++`, `x = expr`, `x op= expr`) have closures of their own that read `sh.vars` in line.
Values stay within 64 bits: additions and products are checked against the range and wrapped when they leave it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.arithmetic.errors import ArithmeticError_, NotPlainNumber
from kos_shell.arithmetic.integers import wrap
from kos_shell.arithmetic.parser import Node, parse, parse_leniently
from kos_shell.arithmetic.skipped import Skipping, has_power
from kos_shell.arithmetic.variables import element_number, is_assoc, number_of, set_number

if TYPE_CHECKING:
    from kos_shell.shell import Shell

Arithmetic = Callable[["Shell"], int]
Operand = Callable[["Shell"], Any]
"""Reads what a `$x` stands for without expanding anything: an int, a str, or None."""
_HIGH = 1 << 63
_LOW = -_HIGH


def compile_arithmetic(text: str, operands: tuple[Operand, ...] = ()) -> Arithmetic:
    """Return the closure that evaluates `text`.

    operands: the readers of the `$x` that stand in the text as NUL index NUL. The closure raises NotPlainNumber before
    anything has happened if one of them isn't a plain number; so may this function, if only expanding tells what is meant.
    Raises ArithmeticError_ for what can't be parsed.
    """
    tree = parse(text)
    if operands and not _reads_before_it_writes(tree):
        raise NotPlainNumber
    return _Compiler(text, operands).compile(tree)


def compile_or_refuse(text: str) -> Arithmetic:
    """Return the closure that evaluates `text`, or, if it can't be parsed, one that evaluates its beginning and then says so."""
    try:
        tree, failure = parse_leniently(text)
    except ArithmeticError_ as error:
        tree, failure = ("num", 0), error
    run = _Compiler(text, ()).compile(tree)
    if failure is None:
        return run
    refuse = _refusal(failure)

    def try_it(sh: Shell) -> int:
        run(sh)
        return refuse(sh)

    return try_it


def _refusal(error: ArithmeticError_) -> Arithmetic:
    """Return what raises the error, a new one each time."""

    def refuse(sh: Shell) -> int:
        raise ArithmeticError_(error.expression, error.message, error.token)

    return refuse


def _reads_before_it_writes(tree: Node) -> bool:
    """Tell whether a NotPlainNumber raised anywhere in the tree comes before any side effect."""
    if tree[0] == "assign" and tree[3] is None:
        return _pure(tree[4])
    return _pure(tree)


def _pure(node: Any) -> bool:
    if isinstance(node, list):
        return all(_pure(part) for part in node)
    if not isinstance(node, tuple):
        return True
    if node and node[0] in ("assign", "pre", "post"):
        return False
    if node and node[0] == "var" and node[2] is not None and any(c in node[2] for c in "=+-"):
        return False  # the subscript may assign
    return all(_pure(part) for part in node)


# ---------------------------------------------------------------------------------------------------------- operators
def _divide(a: int, b: int) -> int:
    """C's division: towards zero."""
    if (a >= 0) == (b > 0):
        return wrap(a // b) if a == _LOW else a // b
    return -(-a // b)


def _remainder(a: int, b: int) -> int:
    """C's remainder: it has the sign of the dividend."""
    return a % b if a >= 0 and b > 0 else a - b * _divide(a, b) if b != -1 else 0


_BINARY: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: r if _LOW <= (r := a + b) < _HIGH else wrap(r),
    "-": lambda a, b: r if _LOW <= (r := a - b) < _HIGH else wrap(r),
    "*": lambda a, b: r if _LOW <= (r := a * b) < _HIGH else wrap(r),
    "<<": lambda a, b: wrap(a << (b & 63)),
    ">>": lambda a, b: a >> (b & 63),
    "<": lambda a, b: 1 if a < b else 0,
    "<=": lambda a, b: 1 if a <= b else 0,
    ">": lambda a, b: 1 if a > b else 0,
    ">=": lambda a, b: 1 if a >= b else 0,
    "==": lambda a, b: 1 if a == b else 0,
    "!=": lambda a, b: 1 if a != b else 0,
    "&": lambda a, b: a & b,
    "^": lambda a, b: a ^ b,
    "|": lambda a, b: a | b,
}


class _Compiler:
    def __init__(self, text: str, operands: tuple[Operand, ...]) -> None:
        self.text = text
        self.operands = operands

    def compile(self, node: Node) -> Arithmetic:
        return getattr(self, "on_" + node[0])(*node[1:])  # type: ignore[no-any-return]

    def operator(self, op: str, start: int) -> Callable[[int, int], int]:
        """Return the function of `op`; those that can fail say so about this expression."""
        known = _BINARY.get(op)
        if known is not None:
            return known
        text = self.text
        if op == "**":

            def power(a: int, b: int) -> int:
                if b < 0:
                    raise ArithmeticError_(text, "exponent less than 0", text[start:])
                return wrap(pow(a, b, 1 << 64))

            return power
        divide = _divide if op == "/" else _remainder

        def quotient(a: int, b: int) -> int:
            if not b:
                raise ArithmeticError_(text, "division by 0", text[start:])
            return divide(a, b)

        return quotient

    # ------------------------------------------------------------------ leaves
    def on_num(self, value: int) -> Arithmetic:
        def constant(sh: Shell) -> int:
            return value

        constant.constant = value  # type: ignore[attr-defined]
        return constant

    def on_fail(self, error: ArithmeticError_) -> Arithmetic:
        return _refusal(error)

    def on_then(self, node: Node, behind: Node) -> Arithmetic:
        operand, read = self.compile(node), self.compile(behind)

        def both(sh: Shell) -> int:
            value = operand(sh)
            read(sh)
            return value

        return both

    def on_par(self, index: int) -> Arithmetic:
        read = self.operands[index]

        def operand(sh: Shell) -> int:
            value = read(sh)
            if type(value) is int:
                return value
            if type(value) is str and value.isdecimal() and value.isascii() and len(value) < 19:
                if value[0] != "0" or len(value) == 1:
                    return int(value)
            raise NotPlainNumber

        return operand

    def on_group(self, node: Node) -> Arithmetic:
        return self.compile(node)

    def on_var(self, name: str, subscript: str | None) -> Arithmetic:
        if subscript is not None:
            key = self.subscript(name, subscript)

            def element(sh: Shell) -> int:
                return element_number(sh, name, key(sh))

            return element

        def variable(sh: Shell) -> int:
            value = sh.vars.get(name)
            if type(value) is int:
                return value
            return number_of(sh, name, value)

        variable.variable = name  # type: ignore[attr-defined]
        return variable

    def subscript(self, name: str, text: str) -> Callable[[Shell], int | str]:
        """Return what evaluates a subscript: to a string if the variable is associative when it runs, else to a number."""
        operands = self.operands
        whole = f"{name}[{text}]"
        quotes = "$" in text or "`" in text or '"' in text
        index: Arithmetic | None = None
        try:
            index = compile_arithmetic(text, operands)
        except ArithmeticError_:  # a fine key all the same
            pass

        def key(sh: Shell) -> int | str:
            if is_assoc(sh, name):
                if "\0" in text:
                    raise NotPlainNumber
                return sh.expand_subscript(text)
            if not text.strip() or text in ("@", "*"):
                raise ArithmeticError_("", f"{whole}: bad array subscript", None)
            try:
                if index is not None:
                    return index(sh)
                number: int = sh.caches.arithmetic(sh.expand_subscript(text) if quotes else text)(sh)
                return number
            except ArithmeticError_ as error:
                error.of_subscript = True
                raise

        return key

    # ------------------------------------------------------------------ operators
    def on_un(self, op: str, node: Node) -> Arithmetic:
        operand = self.compile(node)
        if op == "-":
            value = getattr(operand, "constant", None)
            if value is not None:
                return self.on_num(wrap(-value))
            return lambda sh: r if (r := -operand(sh)) < _HIGH else wrap(r)
        if op == "!":
            return lambda sh: 0 if operand(sh) else 1
        return lambda sh: ~operand(sh)

    def on_bin(self, first: Node, chain: list[tuple[str, Node, int]]) -> Arithmetic:
        result = self.compile(first)
        if len(chain) <= 4:
            for op, node, start in chain:
                result = self.binary(result, op, self.compile(node), start)
            return result
        links = [(self.operator(op, start), self.compile(node)) for op, node, start in chain]
        head = result

        def long_chain(sh: Shell) -> int:
            value = head(sh)
            for apply, operand in links:
                value = apply(value, operand(sh))
            return value

        return long_chain

    def binary(self, left: Arithmetic, op: str, right: Arithmetic, start: int) -> Arithmetic:
        """Return the closure of one operator, specialised where it pays."""
        name = getattr(left, "variable", None)
        constant = getattr(right, "constant", None)
        if name is not None and constant is not None:
            special = _variable_and_constant(name, op, constant)
            if special is not None:
                return special
        if op == "+":
            return lambda sh: r if _LOW <= (r := left(sh) + right(sh)) < _HIGH else wrap(r)
        if op == "-":
            return lambda sh: r if _LOW <= (r := left(sh) - right(sh)) < _HIGH else wrap(r)
        if op == "*":
            return lambda sh: r if _LOW <= (r := left(sh) * right(sh)) < _HIGH else wrap(r)
        if op == "<":
            return lambda sh: 1 if left(sh) < right(sh) else 0
        if op == "<=":
            return lambda sh: 1 if left(sh) <= right(sh) else 0
        if op == ">":
            return lambda sh: 1 if left(sh) > right(sh) else 0
        if op == ">=":
            return lambda sh: 1 if left(sh) >= right(sh) else 0
        if op == "==":
            return lambda sh: 1 if left(sh) == right(sh) else 0
        if op == "!=":
            return lambda sh: 1 if left(sh) != right(sh) else 0
        if op == "%" and constant is not None and constant > 0:
            modulus: int = constant
            return lambda sh: r % modulus if (r := left(sh)) >= 0 else -(-r % modulus)
        apply = self.operator(op, start)
        return lambda sh: apply(left(sh), right(sh))

    def skippable(self, node: Node) -> tuple[Arithmetic, Arithmetic | None]:
        """Return (what evaluates a part, what is to be called where it is skipped; None if nothing can go wrong then)."""
        run = self.compile(node)
        if not has_power(node):
            return run, None

        def skip(sh: Shell) -> int:
            apply = lambda op, a, b, start: self.operator(op, start)(a, b)  # noqa: E731
            return Skipping(apply, lambda index: self.on_par(index)(sh)).value(node)

        return run, skip

    def on_and(self, nodes: list[Node]) -> Arithmetic:
        if any(has_power(node) for node in nodes[1:]):
            return self.careful(nodes, False)
        parts = [self.compile(node) for node in nodes]
        if len(parts) == 2:
            left, right = parts
            return lambda sh: 1 if left(sh) and right(sh) else 0

        def conjunction(sh: Shell) -> int:
            for part in parts:
                if not part(sh):
                    return 0
            return 1

        return conjunction

    def careful(self, nodes: list[Node], until: bool) -> Arithmetic:
        """Return what evaluates && (until False) or || (until True) of which a part may go wrong where it is skipped."""
        parts = [self.skippable(node) for node in nodes]

        def chain(sh: Shell) -> int:
            decided = False
            for run, skip in parts:
                if not decided:
                    decided = bool(run(sh)) is until
                elif skip is not None:
                    skip(sh)
            return int(decided is until)

        return chain

    def on_or(self, nodes: list[Node]) -> Arithmetic:
        if any(has_power(node) for node in nodes[1:]):
            return self.careful(nodes, True)
        parts = [self.compile(node) for node in nodes]

        def disjunction(sh: Shell) -> int:
            for part in parts:
                if part(sh):
                    return 1
            return 0

        return disjunction

    def on_cond(self, test: Node, yes: Node, no: Node) -> Arithmetic:
        condition = self.compile(test)
        (first, skip_first), (second, skip_second) = self.skippable(yes), self.skippable(no)
        if skip_first is None and skip_second is None:
            return lambda sh: first(sh) if condition(sh) else second(sh)

        def choice(sh: Shell) -> int:
            chosen = condition(sh)
            if not chosen and skip_first is not None:
                skip_first(sh)
            value = first(sh) if chosen else second(sh)
            if chosen and skip_second is not None:
                skip_second(sh)
            return value

        return choice

    def on_comma(self, nodes: list[Node]) -> Arithmetic:
        parts = [self.compile(node) for node in nodes]

        def sequence(sh: Shell) -> int:
            value = 0
            for part in parts:
                value = part(sh)
            return value

        return sequence

    # ------------------------------------------------------------------ assignments
    def on_assign(self, op: str, name: str, subscript: str | None, node: Node, start: int) -> Arithmetic:
        value = self.compile(node)
        if subscript is not None:
            return self.assign_element(op, name, subscript, value, start)
        if op == "=":

            def assign(sh: Shell) -> int:
                result = value(sh)
                kind = type(sh.vars.get(name))
                if kind is int or kind is str:
                    sh.vars[name] = result
                else:
                    sh.assign(name, result)
                return result

            return assign
        apply = self.operator(op, start)

        def update(sh: Shell) -> int:
            old = sh.vars.get(name)
            if type(old) is int:
                sh.vars[name] = result = apply(old, value(sh))
                return result
            result = apply(number_of(sh, name, old), value(sh))
            sh.assign(name, result)
            return result

        return update

    def assign_element(self, op: str, name: str, subscript: str, value: Arithmetic, start: int) -> Arithmetic:
        key = self.subscript(name, subscript)
        if op == "=":

            def assign(sh: Shell) -> int:
                where = key(sh)
                result = value(sh)
                set_number(sh, name, subscript, where, str(result))
                return result

            return assign
        apply = self.operator(op, start)

        def update(sh: Shell) -> int:
            where = key(sh)
            result = apply(element_number(sh, name, where), value(sh))
            set_number(sh, name, subscript, where, str(result))
            return result

        return update

    def on_pre(self, op: str, name: str, subscript: str | None) -> Arithmetic:
        return self.step(op, name, subscript, old_value=False)

    def on_post(self, op: str, name: str, subscript: str | None) -> Arithmetic:
        return self.step(op, name, subscript, old_value=True)

    def step(self, op: str, name: str, subscript: str | None, old_value: bool) -> Arithmetic:
        by = 1 if op == "++" else -1
        if subscript is not None:
            key = self.subscript(name, subscript)

            def element(sh: Shell) -> int:
                where = key(sh)
                old = element_number(sh, name, where)
                set_number(sh, name, subscript, where, str(wrap(old + by)))
                return old if old_value else wrap(old + by)

            return element

        def variable(sh: Shell) -> int:
            old = sh.vars.get(name)
            if type(old) is int and _LOW < old < _HIGH - 1:
                sh.vars[name] = new = old + by
                return old if old_value else new
            number = old if type(old) is int else number_of(sh, name, old)
            new = wrap(number + by)
            sh.assign(name, new)
            return number if old_value else new

        return variable


def _variable_and_constant(name: str, op: str, constant: int) -> Arithmetic | None:
    """Return a closure for `variable op constant` that makes one call in all, or None where there is none for `op`."""
    if op == "-":
        op, constant = "+", -constant
    if op == "+":

        def add(sh: Shell) -> int:
            value = sh.vars.get(name)
            if type(value) is not int:
                value = number_of(sh, name, value)
            value += constant
            return value if _LOW <= value < _HIGH else wrap(value)

        return add
    if op == "<":

        def less(sh: Shell) -> int:
            value = sh.vars.get(name)
            if type(value) is not int:
                value = number_of(sh, name, value)
            return 1 if value < constant else 0

        return less
    if op == "<=":

        def less_or_equal(sh: Shell) -> int:
            value = sh.vars.get(name)
            if type(value) is not int:
                value = number_of(sh, name, value)
            return 1 if value <= constant else 0

        return less_or_equal
    if op == "==":

        def equal(sh: Shell) -> int:
            value = sh.vars.get(name)
            if type(value) is not int:
                value = number_of(sh, name, value)
            return 1 if value == constant else 0

        return equal
    return None
