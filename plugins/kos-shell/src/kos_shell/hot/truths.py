"""[ ], test and [[ ]] as Python expressions that are true or false."""

from __future__ import annotations

from kos_shell.hot.texts import Texts
from kos_shell.hot.writer import INT, Unsupported
from kos_shell.syntax import tree

_NUMERIC = {"-eq": "==", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="}


class Truths(Texts):
    """Part of the generator."""

    # ------------------------------------------------------------------ [ ]
    def bracket(self, node: tree.SimpleCommand) -> str:
        """Return the expression of a [ ] or test of a known shape."""
        words = list(node.words)
        name = words.pop(0).literal
        assert name is not None
        if name == "[" and (not words or words.pop().literal != "]"):
            raise Unsupported
        self.w.names.add(name)
        negated = False
        if len(words) in (3, 4) and words[0].literal == "!" and (len(words) == 4 or words[1].literal in ("-z", "-n")):
            negated = True
            words = words[1:]
        if len(words) == 2 and words[0].literal in ("-z", "-n"):
            kinds, value = self.field(words[1])
            text = self.as_text(kinds, value)
            found = f"({text} {'==' if words[0].literal == '-z' else '!='} '')"
        elif len(words) == 3:
            op = words[1].literal
            if op in _NUMERIC:
                left, right = self._numeric(words[0]), self._numeric(words[2])
                found = f"({left} {_NUMERIC[op]} {right})"
            elif op in ("=", "==", "!="):
                found = self._same(self.field(words[0]), self.field(words[2]), op == "!=")
            else:
                raise Unsupported
        else:
            raise Unsupported
        return f"(not {found})" if negated else found

    def _numeric(self, word: tree.Word) -> str:
        """Return the expression of an operand of -lt and its like."""
        literal = word.literal
        if literal is not None:
            digits = literal[1:] if literal[:1] == "-" else literal
            if not digits.isdecimal() or not digits.isascii() or len(digits) > 18:
                raise Unsupported
            return f"({int(literal)})"
        kinds, value = self.field(word)
        return value if kinds == INT else f"tested({value})"

    def _same(self, left: tuple[int, str], right: tuple[int, str], negated: bool) -> str:
        op = "!=" if negated else "=="
        return f"({self.as_text(*left)} {op} {self.as_text(*right)})"

    # ------------------------------------------------------------------ [[ ]]
    def conditional(self, test: tree.Test) -> str:
        """Return the expression of a test of [[ ]]."""
        if isinstance(test, tree.TestNot):
            return f"(not {self.conditional(test.expr)})"
        if isinstance(test, tree.TestGroup):
            return self.conditional(test.expr)
        if isinstance(test, tree.TestAnd | tree.TestOr):
            first, *others = test.parts
            parts = [self.conditional(first)]
            for other in others:
                before = dict(self.w.kinds)
                parts.append(self.conditional(other))
                self.w.join(before)
            return "(" + (" and " if isinstance(test, tree.TestAnd) else " or ").join(parts) + ")"
        if isinstance(test, tree.TestUnary):
            if test.op not in ("-z", "-n"):
                raise Unsupported
            return f"({self.text(test.operand)} {'==' if test.op == '-z' else '!='} '')"
        assert isinstance(test, tree.TestBinary)
        return self._binary(test)

    def _binary(self, test: tree.TestBinary) -> str:
        op = test.op
        if op in _NUMERIC:
            return f"({self._evaluated(test.left)} {_NUMERIC[op]} {self._evaluated(test.right)})"
        if op in ("<", ">"):
            return f"({self.text(test.left)} {op} {self.text(test.right)})"
        if op in ("=", "==", "!="):
            left = self.text(test.left)
            found = self.matching(left, test.right, extglob=True)
            return f"(not {found})" if op == "!=" else found
        raise Unsupported

    def _evaluated(self, word: tree.Word) -> str:
        """Return the expression of a word that is read as arithmetic."""
        if word.static is not None:
            if not word.static.isdecimal() or (word.static[0] == "0" and word.static != "0") or len(word.static) > 18:
                raise Unsupported
            return word.static
        kinds, value = self.value(word)
        return value if kinds == INT else f"number({value})"

    def matching(self, value: str, pattern: tree.Word, *, extglob: bool = False) -> str:
        """Return an expression that tells whether a text matches a pattern: a fixed one, or a quoted text."""
        if pattern.literal is not None:
            return f"({value} == {pattern.literal!r})"
        if pattern.static is not None:
            glob = self.w.compiler.matcher(pattern, extglob)(self.sh)
            return f"{self.w.constant(glob.matches)}({value})"
        if all(isinstance(part, tree.DoubleQuoted | tree.QuotedText) for part in pattern.parts):
            return f"({value} == {self.text(pattern)})"
        raise Unsupported
