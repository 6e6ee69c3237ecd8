"""The whole program as one Python function that holds the variables and returns the parts.

    def program():
        v_x = v_y = UNSET                global variables: cells, shared by all functions within
        a_s = new_array()
        def f_name(p_a=UNSET): ...       functions of the program
        def begin(): ...                 BEGIN rules            def end(): ...     END rules
        def main(): ...                  the loop over records
        def assign(name, value): ...     for operands NAME=VALUE
        return begin, main, end, ...

Two kinds of main loop. If the analysis allows it, records come in batches and `rec` (the record) and `f` (its fields, once they
are asked for) are locals. Else the Record object of the runtime holds them, since anything may look at them or change them.
"""

from __future__ import annotations

import re
from typing import Final

from ..language import tree
from ..language.lexer import GNU_VARIABLES
from ..runtime.machine import ARRAYS, HOP, SPECIALS
from .analysis import Analysis
from .nodes import bare, walk
from .statements import Statements

_LOCALS: Final = {"ticks": "ticks = 0", "ofs": "ofs = rt.ofs_text", "ors": "ors = rt.ors_text"}
_WORDS: Final = re.compile("|".join(rf"\b{name}\b" for name in _LOCALS))


class Writer(Statements):
    """write() -> source; `places` then says where each of its lines comes from."""

    def __init__(self, analysis: Analysis, utf8: bool) -> None:
        super().__init__(analysis)
        self.utf8 = utf8
        self.loops = []
        self._ranges = 0

    def write(self) -> str:
        """Return the source of the whole program."""
        known = self.known
        program = known.program
        self.scalars = sorted(known.names - known.arrays - SPECIALS - set(program.functions) - {"SYMTAB", "FUNCTAB"})
        arrays = sorted(known.arrays - ARRAYS - known.lists)
        self.line("def program():")
        self.depth = 1
        for name in self.scalars:
            self.line(f"v_{name} = {'NO_INT' if ('', name) in known.ints else 'UNSET'}")
        for name in sorted(known.lists):
            self.line(f"l_{name} = []")
        for name in arrays:
            self.line(f"a_{name} = global_array()")
        for name in sorted(ARRAYS & (known.names | known.arrays)):
            self.line(f"a_{name} = rt.{name}")
        main = [rule for rule in program.rules if rule.kind == "main"]
        ranges = sum(rule.until is not None for rule in main)
        for index in range(ranges):
            self.line(f"range{index} = False")
        self._names = [f"v_{name}" for name in self.scalars] + [f"range{index}" for index in range(ranges)]
        self._names += [f"l_{name}" for name in sorted(known.lists)]
        if known.recursive:
            self.line(f"depth = calls = 0; limit = {HOP}")
            self._names += ["depth", "calls", "limit"]
        for function in program.functions.values():
            self._function(function)
        for kind in ("BEGIN", "END", "BEGINFILE", "ENDFILE"):
            self._rules(kind.lower(), [rule for rule in program.rules if rule.kind == kind])
        if main:
            self.in_locals = known.record.in_locals
            self._main(main)
            self.in_locals = False
        self._assign()
        functions = ", ".join(f"{name.replace('·', '::').encode()!r}: f_{name}" for name in program.functions)
        self.line(f"return locals() | {{'functions': {{{functions}}}}}")
        return "\n".join(self.lines) + "\n"

    def _open(self, head: str) -> None:
        self.line(head)
        self.depth += 1
        if self._names:
            self.line("nonlocal " + ", ".join(self._names))

    def _locals(self) -> int:
        """Keep a line for what a function begins with, which depends on what it does; return where."""
        self.line("pass")
        return len(self.lines) - 1

    def _fill(self, at: int) -> None:
        """Write that line."""
        used = set(_WORDS.findall("\n".join(self.lines[at + 1 :])))
        wanted = [text for name, text in _LOCALS.items() if name in used]
        if wanted:
            self.lines[at] = self.lines[at].replace("pass", "; ".join(wanted))

    def _function(self, function: tree.Function) -> None:
        self.scope = function.name
        self.place = function.line
        ints = self.known.ints
        params = ", ".join(
            f"p_{param}={'NO_INT' if (function.name, param) in ints else 'UNSET'}" for param in function.params
        )
        self._open(f"def f_{function.name}({params}):")
        if function.name in self.known.recursive:
            self._count_depth(function)
        start = self._locals()
        for param in function.params:
            if param in self.known.param_arrays[function.name] and param not in self.known.mixed[function.name]:
                self.line(
                    f"if p_{param}.__class__ is not Array: p_{param} = array_argument(p_{param}, {function.name!r}, {param!r})"
                )
        self.depth -= 1
        self.block(function.body)
        self.depth += 1
        if function.name in self.known.recursive:
            self.line("depth -= 1")
        self.line("return UNSET")
        self._fill(start)
        self.depth -= 1
        self.scope = ""

    def _count_depth(self, function: tree.Function) -> None:
        """Write what a function that may call itself begins with: every so often it goes on, on a fresh stack."""
        self.line("depth += 1; calls += 1")
        self.line("if calls >= 64: calls = tick(calls)")
        self.line("if depth > limit:")
        self.line(f"    depth -= 1; limit += {HOP}")
        args = ", ".join(["limit", f"f_{function.name}", *(f"p_{param}" for param in function.params)])
        self.line(f"    t = fresh({args})")
        self.line(f"    limit -= {HOP}")
        self.line("    return t")

    def _rules(self, name: str, rules: list[tree.Rule]) -> None:
        if not rules:
            return
        self._open(f"def {name}():")
        start = self._locals()
        self._begin_depth()
        for rule in rules:
            self.depth -= 1
            self.block(rule.body or [])
            self.depth += 1
        self._fill(start)
        self.depth -= 1

    def _begin_depth(self) -> None:
        if self.known.recursive:
            self.line(f"depth = 0; limit = {HOP}")

    # -- the main loop ---------------------------------------------------------------------------------------------------------

    def _main(self, rules: list[tree.Rule]) -> None:
        self.in_main = True
        self._open("def main():")
        self._begin_depth()
        if self.in_locals:
            self._batches(rules)
        else:
            start = self._locals()
            self.line("while next_record():")
            self.depth += 1
            self._tick()
            if "OFS" not in self.known.assigned and "ORS" not in self.known.assigned:
                self.line("ofs = rt.ofs_text; ors = rt.ors_text")
            self.line("try:")
            self.depth += 1
            self._all(rules)
            self.depth -= 1
            self._catch_next()
            self.line("except NextFile: rt.skip_file()")
            self.depth -= 1
            self._fill(start)
        self.depth -= 1
        self.in_main = False

    def _catch_next(self) -> None:
        self.line("except Next: " + (f"depth = 0; limit = {HOP}" if self.known.recursive else "pass"))

    def _batches(self, rules: list[tree.Rule]) -> None:
        """Write the loop over batches of records, a slice of each at a time."""
        facts = self.known.record
        changing = facts.in_main
        counts = facts.wanted is None and self._counts(rules)
        self.most_fields = "" if changing else self._most(rules)
        wanted = "" if facts.wanted is None else "wanted"
        kept = "R.adopt(rec, f)" if changing else "R.take(rt.batch_last)"
        self.line(
            "rec = b''; f = None; ticks = 0; nr = fnr = 0; kinds = R.typed; some = []; it = iter(some); at = size = 0"
        )
        self.line("try:")
        self.depth += 1
        self.line("while True:")
        self.depth += 1
        self.line(f"lines = batch({wanted})")
        self.line("if lines is None: break")
        self.line("sp, sep = rt.quick_split()")
        if self.known.lists:
            self.line("ws = rt.quick_words()")
        self.line("ofs = rt.ofs_text; ors = rt.ors_text; nr = int(rt.NR); fnr = int(rt.FNR); at = 0")
        self.line("while at < len(lines):")
        self.depth += 1
        self.line("size = rt.slice")
        self.line("some = lines if len(lines) <= size else lines[at:at + size]")
        self.line("at += size")
        self.line("it = iter(some)")
        self.line("for rec in it:")
        self.depth += 1
        if counts:
            self.line("nr += 1; fnr += 1")
        self.line("f = None")
        if changing and facts.kinds:
            self.line("if kinds: kinds.clear()")
        self.line("try:")
        self.depth += 1
        self._all(rules)
        self.depth -= 1
        self._catch_next()
        self.depth -= 1
        if not counts:
            self.line("nr += len(some); fnr += len(some)")
        self.line("tick(len(some))")
        self.depth -= 1
        if facts.wanted is None:
            self.line("rt.NR = float(nr); rt.FNR = float(fnr)")
        else:
            self.line("rt.NR += rt.batch_size; rt.FNR += rt.batch_size; tick(int(rt.batch_size) >> 5)")
        self.line(kept)
        self.depth -= 2
        self.line("except Exit:")
        self.line("    rt.NR = float(nr); rt.FNR = float(fnr); " + (kept if changing else "R.take(rec)"))
        self.line("    raise")
        self.line("except Failure:  # the message tells which record it was")
        if counts:
            self.line("    rt.NR = float(nr); rt.FNR = float(fnr)")
        else:
            self.line("    rt.failed_at(at - size + len(some) - it.__length_hint__())")
        self.line("    raise")

    def _counts(self, rules: list[tree.Rule]) -> bool:
        """Tell whether NR is to be right at each record: somebody looks, or leaves in the middle of a slice."""
        everything = [*self.known.program.rules, *self.known.program.functions.values()]
        for node in walk(everything):
            if isinstance(node, tree.Exit):
                return True
        return any(isinstance(node, tree.Var) and node.name in ("NR", "FNR") for node in walk(rules))

    def _most(self, rules: list[tree.Rule]) -> str:
        """Return what tells split how many fields are wanted, if only the first ones are."""
        most = 0
        for node in walk([*rules]):
            if isinstance(node, tree.Var) and node.name == "NF":
                return ""
            if isinstance(node, tree.Field):
                number = bare(node.number)
                if not isinstance(number, tree.Num):
                    return ""
                most = max(most, int(number.value))
        return f", {most}" if most else ""

    def _all(self, rules: list[tree.Rule]) -> None:
        before = len(self.lines)
        for rule in rules:
            self.place = rule.line
            body: list[tree.Stmt] = rule.body if rule.body is not None else [tree.Print(rule.line, [], False, "", None)]
            if rule.pattern is None:
                self.depth -= 1
                self.block(body)
                self.depth += 1
                continue
            test = self.test(rule.pattern)
            if rule.until is not None:
                test = self._range(rule, test)
            self.line(f"if {test}:")
            self.block(body)
        if len(self.lines) == before:
            self.line("pass")

    def _range(self, rule: tree.Rule, begins: str) -> str:
        """Write what keeps a range pattern's state; return the test whether the record is in it."""
        flag, here = f"range{self._ranges}", self.temporary()
        self._ranges += 1
        assert rule.until is not None
        self.line(f"{here} = {flag} or bool({begins})")
        self.line(f"if {here}: {flag} = not ({self.test(rule.until)})")
        return here

    def _assign(self) -> None:
        self._open("def assign(name, value):")
        self.line("if name in SPECIALS: rt.set(name, value)")
        for name in self.scalars:
            self.line(f"elif name == {name!r}: v_{name} = value")
        for name in sorted(self.known.arrays):
            self.line(f"elif name == {name!r}: scalar_wanted()")
        self.depth -= 1


def outside_names(assignments: list[bytes], operands: list[bytes]) -> frozenset[str]:
    """Return the variables that the command line may assign."""
    found: set[str] = set()
    for word in [*assignments, *operands]:
        name, equals, _ = word.partition(b"=")
        if equals:
            found.add(name.decode("latin-1").removeprefix("awk::").replace("::", "·"))
    return frozenset(found | {name + "·" for name in found & GNU_VARIABLES})


def compiled(program: tree.Program, outside: frozenset[str], utf8: bool) -> tuple[str, Writer]:
    """Return (source, the writer that made it) of a program. utf8: whether characters may be more than a byte."""
    writer = Writer(Analysis(program, outside), utf8)
    return writer.write(), writer
