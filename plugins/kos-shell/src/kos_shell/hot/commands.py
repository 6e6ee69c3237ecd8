"""Commands as Python statements.

`st` holds the last status where somebody may ask for it. Every statement leaves it right if `wanted` says so, or if the loop
looks at `$?` anywhere.
"""

from __future__ import annotations

from kos_shell.builtins.printf import compile_format
from kos_shell.builtins.quickformat import SIGNED, SIZED_TEXT, TEXT
from kos_shell.compile.loops import TICKS
from kos_shell.hot.truths import Truths
from kos_shell.hot.writer import INT, STR, Kinds, Unsupported
from kos_shell.names import is_identifier
from kos_shell.syntax import tree
from kos_shell.variables import LARGE

MAX_PASSES = 4


class Commands(Truths):
    """The whole generator. loops: the loops of the text around the current place, innermost last."""

    loops: list[Loop]

    # ------------------------------------------------------------------ lists
    def block(self, node: tree.Sequence | None, tested: bool, wanted: bool) -> None:
        """Write a list of commands, one level deeper."""
        self.w.depth += 1
        commands = () if node is None else node.commands
        for at, command in enumerate(commands):
            self.command(command, tested, wanted and at == len(commands) - 1)
        if not commands:
            self.w.line("st = 0" if wanted else "pass")
        self.w.depth -= 1

    def command(self, node: tree.Command, tested: bool, wanted: bool) -> None:
        """Write one command."""
        if isinstance(node, tree.SimpleCommand):
            self._simple(node, tested, wanted)
        elif isinstance(node, tree.Sequence):
            for at, command in enumerate(node.commands):
                self.command(command, tested, wanted and at == len(node.commands) - 1)
        elif self.is_truth(node):
            self._truth(node, tested, wanted)
        elif getattr(node, "redirects", ()):
            raise Unsupported
        elif isinstance(node, tree.AndOr):
            self._and_or(node, tested, wanted)
        elif isinstance(node, tree.Group):
            self.command(node.body, tested, wanted)
        elif isinstance(node, tree.If):
            self._if(node, tested, wanted)
        elif isinstance(node, tree.Case):
            self._case(node, tested, wanted)
        elif isinstance(node, tree.While | tree.For | tree.ForArith):
            self.loop(node, tested, wanted)
        else:
            raise Unsupported

    # ------------------------------------------------------------------ commands that are true or false
    def is_truth(self, node: tree.Command) -> bool:
        """Tell whether a command is nothing but a question."""
        if isinstance(node, tree.Conditional):
            return not node.redirects
        if isinstance(node, tree.SimpleCommand):
            return not node.assignments and not node.redirects and node.words[0].literal in ("[", "test")
        if isinstance(node, tree.Pipeline):
            return node.negated and not node.time and len(node.commands) == 1 and self.is_truth(node.commands[0])
        if isinstance(node, tree.ArithCommand):
            return not node.redirects
        return False

    def truth(self, node: tree.Command) -> str:
        """Return the expression of such a command."""
        if isinstance(node, tree.Conditional):
            return self.conditional(node.expr)
        if isinstance(node, tree.ArithCommand):
            return self.condition(node.expr)
        if isinstance(node, tree.Pipeline):
            return f"(not {self.truth(node.commands[0])})"
        assert isinstance(node, tree.SimpleCommand)
        return self.bracket(node)

    def _truth(self, node: tree.Command, tested: bool, wanted: bool) -> None:
        if isinstance(node, tree.ArithCommand) and not self._asks(wanted, tested):
            self.w.line(self.statement(node.expr))
            return
        negated = isinstance(node, tree.Pipeline)
        self._status(f"0 if {self.truth(node)} else 1", tested or negated, wanted)

    def _asks(self, wanted: bool, tested: bool) -> bool:
        """Tell whether a status has to be known."""
        return wanted or self.w.looks_at_status or not tested

    def _status(self, value: str, tested: bool, wanted: bool) -> None:
        """Write what takes note of a status: for `$?`, and for `set -e` where nobody else looks."""
        self.w.line(f"st = {value}")
        if not tested:
            self.w.line("if st and errcheck: raise Deopt")

    def test(self, node: tree.Sequence) -> str:
        """Write a test's commands but the last, and return the expression of that one."""
        *before, last = node.commands
        for command in before:
            self.command(command, True, False)
        if self.is_truth(last) and not self.w.looks_at_status:
            return self.truth(last)
        self.command(last, True, True)
        return "not st"

    # ------------------------------------------------------------------ simple commands
    def _simple(self, node: tree.SimpleCommand, tested: bool, wanted: bool) -> None:
        if node.redirects:
            raise Unsupported
        if not node.words:
            for assignment in node.assignments:
                self._assignment(assignment)
            if wanted or self.w.looks_at_status:
                self.w.line("st = 0")
            elif not node.assignments:
                self.w.line("pass")
            return
        name = node.words[0].literal
        if node.assignments or name is None:
            raise Unsupported
        if name in ("[", "test"):
            self._truth(node, tested, wanted)
            return
        if name == "printf":
            self._print_into(node, wanted)
            return
        if any(word.literal is None for word in node.words):
            raise Unsupported
        self.w.names.add(name)
        if name in (":", "true", "false"):
            status = 1 if name == "false" else 0
            if status and not tested:
                self._status("1", tested, wanted)
            elif wanted or self.w.looks_at_status:
                self.w.line(f"st = {status}")
            else:
                self.w.line("pass")
        elif name in ("break", "continue"):
            levels = 1 if len(node.words) == 1 else _levels(node.words[1].literal or "")
            if len(node.words) > 2 or not 0 < levels <= len(self.loops):
                raise Unsupported
            self.loops[-levels].leave(self, levels, name == "continue")
        else:
            raise Unsupported

    def _print_into(self, node: tree.SimpleCommand, wanted: bool) -> None:
        """printf -v name format argument..., where Python's % does what the format asks for."""
        w = self.w
        option, name, form = (word.literal or "" for word in (*node.words[1:4], *[node.words[0]] * 3)[:3])
        quick = compile_format(form).quick if option == "-v" and len(node.words) > 3 else None
        values = node.words[4:]
        if quick is None or len(quick.kinds) != len(values) or not is_identifier(name) or w.is_array(name):
            raise Unsupported
        found = []
        for kind, word in zip(quick.kinds, values, strict=True):
            kinds, value = self.field(word)
            if kind in (TEXT, SIZED_TEXT):
                found.append(f"ascii_text({value})")
            elif kinds == INT and kind == SIGNED:
                found.append(value)
            else:
                found.append(f"operand({value})" if kind == SIGNED else f"natural({value})")
        w.names.add("printf")
        local = w.assigned(name, STR)
        w.line(f"{local} = {quick.template!r} % ({''.join(f'{value}, ' for value in found)})")
        w.line(f"if len({local}) > {LARGE}: raise Deopt")
        if wanted or w.looks_at_status:
            w.line("st = 0")

    def _assignment(self, node: tree.Assignment) -> None:
        w = self.w
        name = node.name
        if isinstance(node.value, tree.ArrayValue):
            self._append(node)
            return
        if node.subscript is not None or w.is_array(name):
            self._assign_element(node)
            return
        kinds, value = self.value(node.value)
        if node.append:
            old = w.variable(name)
            value = f"{self.as_text(w.kinds[name], old)} + {self.as_text(kinds, value)}"
            kinds = STR
        elif kinds & ~(INT | STR):
            kinds, value = STR, f"text({value})"
        fixed = not node.append and node.value.static is not None
        local = w.assigned(name, kinds)
        w.line(f"{local} = {value}")
        if kinds == STR and not fixed:
            w.line(f"if len({local}) > {LARGE}: raise Deopt")

    def _assign_element(self, node: tree.Assignment) -> None:
        w = self.w
        if node.subscript is None or isinstance(node.value, tree.ArrayValue):
            raise Unsupported
        array = w.array(node.name, written=True)
        static = node.subscript.static
        index = self.expression(node.subscript) if static is None else self.subscript(static)
        where = w.temporary()
        w.line(f"{where} = {index}")
        value = self.text(node.value)
        if node.append:
            value = f"(element({array}, {where}) or '') + {value}"
        w.line(f"store(undo, {array}, {where}, {value})")

    def _append(self, node: tree.Assignment) -> None:
        """a+=(x y): fields that are one each."""
        value = node.value
        assert isinstance(value, tree.ArrayValue)
        if not node.append or node.subscript is not None or any(e.subscript is not None for e in value.elements):
            raise Unsupported
        array = self.w.array(node.name, written=True)
        for element in value.elements:
            text = self.as_text(*self.field(element.value))
            self.w.line(f"store(undo, {array}, {array}.top + 1, {text})")

    # ------------------------------------------------------------------ && || if case
    def _and_or(self, node: tree.AndOr, tested: bool, wanted: bool) -> None:
        w = self.w
        last = len(node.commands) - 1
        if last == 1 and self.is_truth(node.commands[0]) and not wanted and not w.looks_at_status:
            found = self.truth(node.commands[0])
            w.line(f"if {found}:" if node.ops[0] == "&&" else f"if not {found}:")
            before = dict(w.kinds)
            w.depth += 1
            self.command(node.commands[1], tested, False)
            w.depth -= 1
            w.join(before)
            return
        self.command(node.commands[0], True, True)
        for at, (op, command) in enumerate(zip(node.ops, node.commands[1:], strict=True), 1):
            w.line("if not st:" if op == "&&" else "if st:")
            before = dict(w.kinds)
            w.depth += 1
            self.command(command, tested or at < last, True)
            w.depth -= 1
            w.join(before)

    def _if(self, node: tree.If, tested: bool, wanted: bool) -> None:
        w = self.w
        ends: list[Kinds] = []
        depth = w.depth
        for test, body in node.clauses:
            w.line(f"if {self.test(test)}:")
            before = dict(w.kinds)
            self.block(body, tested, wanted)
            ends.append(w.kinds)
            w.kinds = dict(before)
            w.line("else:")
            w.depth += 1
        w.depth -= 1
        self.block(node.other, tested, wanted)
        w.depth = depth
        w.join(*ends)

    def _case(self, node: tree.Case, tested: bool, wanted: bool) -> None:
        w = self.w
        subject = w.temporary()
        w.line(f"{subject} = {self.text(node.word)}")
        ends: list[Kinds] = []
        depth = w.depth
        for item in node.items:
            if item.terminator != ";;":
                raise Unsupported
            tests = [self.matching(subject, pattern) for pattern in item.patterns]
            w.line(f"if {' or '.join(tests)}:")
            before = dict(w.kinds)
            self.block(item.body, tested, wanted)
            ends.append(w.kinds)
            w.kinds = before
            w.line("else:")
            w.depth += 1
        w.depth -= 1
        self.block(None, tested, wanted)
        w.depth = depth
        w.join(*ends)

    # ------------------------------------------------------------------ loops
    def loop(self, node: tree.While | tree.For | tree.ForArith, tested: bool, wanted: bool) -> None:
        """Write an inner loop."""
        w = self.w
        if isinstance(node, tree.ForArith) and node.init is not None:
            self._evaluate(node.init)
        values = self._values(node) if isinstance(node, tree.For) else ""
        status, rounds = w.temporary(), w.temporary()
        w.line(f"{status} = {rounds} = 0")
        self.settle(node, tested, Loop(self, node, status, rounds, values, outermost=False))
        if wanted or w.looks_at_status:
            w.line(f"st = {status}")

    def settle(self, node: tree.Command, tested: bool, loop: Loop) -> None:
        """Write a loop again and again until what its head takes variables for holds at its end, too."""
        w = self.w
        mark = len(w.lines)
        for _ in range(MAX_PASSES):
            head = dict(w.kinds)
            self.loops.append(loop)
            loop.write(tested)
            self.loops.pop()
            ends = [w.kinds, *loop.ends]
            w.kinds = dict(head)
            w.join(*ends)
            if all(kind == head.get(name, w.entry[name]) for name, kind in w.kinds.items()):
                return
            del w.lines[mark:]
            loop.ends.clear()
        raise Unsupported

    def _evaluate(self, word: tree.Word) -> None:
        self.w.line(self.statement(word))

    def _values(self, node: tree.For) -> str:
        """Return the expression of what an inner `for` goes through."""
        words = node.words
        if words is None or (len(words) == 1 and _is_arguments(words[0])):
            return "list(args)"
        if len(words) == 1:
            numbers = self.w.compiler.number_sequence(words[0])
            if numbers is not None:
                return repr(numbers)
        literals = [word.literal for word in words]
        if None in literals or any(word.flags & (tree.GLOB | tree.BRACE) for word in words):
            raise Unsupported
        return repr(tuple(literals))


class Loop:
    """A loop that is being written. ends: what variables may hold where the text leaves it early.

    A shell's `continue` goes on with the end of the round (for the ticks), so where there is one the body stands in a Python
    loop of its own that runs once.
    """

    def __init__(
        self,
        commands: Commands,
        node: tree.Command,
        status: str,
        rounds: str,
        values: str,
        *,
        outermost: bool,
        numbers: bool = False,
    ) -> None:
        self.c = commands
        self.node = node
        self.status = status
        self.rounds = rounds
        self.values = values
        self.outermost = outermost
        self.numbers = numbers or values.startswith("range(")
        self.testing = False
        self.ends: list[Kinds] = []
        self.inner = _continues(node)
        self.broken = commands.w.temporary()

    def leave(self, commands: Commands, levels: int, again: bool) -> None:
        """Write `break` or `continue` for this loop, `levels` loops up."""
        if levels > 1 or (again and self.testing):
            raise Unsupported
        w = commands.w
        self.ends.append(dict(w.kinds))
        w.line(f"{self.status} = 0")
        if self.inner:
            if not again:
                w.line(f"{self.broken} = True")
            w.line("break")
        else:
            w.line("break")

    def write(self, tested: bool) -> None:
        """Write the loop."""
        c, w, node = self.c, self.c.w, self.node
        if isinstance(node, tree.For):
            w.line(f"for it in {self.values}:")
            w.depth += 1
            if self.outermost:
                w.line("here = it")
                self.copies()
            kinds = INT if self.numbers else INT | STR if self.outermost else STR
            w.line(f"{w.assigned(node.name, kinds)} = it")
            body = node.body
        else:
            w.line("while True:")
            w.depth += 1
            if self.outermost:
                self.copies()
            if isinstance(node, tree.While):
                self.testing = True
                test = c.test(node.test)
                self.testing = False
                w.line(f"if {test}: break" if node.until else f"if not {test}: break")
            elif isinstance(node, tree.ForArith) and node.test is not None:
                w.line(f"if not {c.condition(node.test)}: break")
            body = node.body  # type: ignore[attr-defined]
        if self.inner:
            w.line(f"{self.broken} = False")
            w.line("for _ in ONCE:")
            c.block(body, tested, True)
            w.depth += 1
            w.line(f"{self.status} = st")
            w.depth -= 1
            w.line(f"if {self.broken}: break")
            w.join(*self.ends)
        else:
            w.depth -= 1
            c.block(body, tested, True)
            w.depth += 1
            w.line(f"{self.status} = st")
        if isinstance(node, tree.ForArith) and node.step is not None:
            c._evaluate(node.step)
        w.line(f"{self.rounds} += 1")
        w.line(f"if not {self.rounds} & {TICKS - 1}:")
        w.line(f"    tick({TICKS})")
        if self.outermost:
            w.line("    if sh.pending: raise Pending")
        else:
            w.line("    if sh.pending: raise Deopt")
        w.depth -= 1

    def copies(self) -> None:
        """Write what keeps the variables as they are at the start of a round; filled in when all are known."""
        self.c.w.line("#COPIES")


def _levels(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 4 else 0


def _is_arguments(word: tree.Word) -> bool:
    param = word.lone_param
    return param is not None and param.name == "@" and bool(word.flags & tree.QUOTED)


def _continues(node: tree.Command) -> bool:
    """Tell whether a loop's body has a `continue` in it: one of an inner loop counts, too."""
    return any(
        isinstance(part, tree.SimpleCommand) and part.words and part.words[0].literal == "continue"
        for part in tree.walk(node)
    )
