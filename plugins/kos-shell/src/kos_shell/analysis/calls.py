"""What a simple command means: the program or builtin, those that it runs in turn, its files, the variables that it sets."""

from __future__ import annotations

import re
from collections.abc import Callable

from kos_shell.analysis.names import DECLARING, FILE_TESTS, ROLES, SHELL_VALUES, SHELLS, WRAPPERS, Role, Wrapper
from kos_shell.analysis.record import Record
from kos_shell.analysis.result import CommandUse, SourceUse
from kos_shell.analysis.words import Text, texts_of
from kos_shell.names import split_subscript
from kos_shell.syntax import tree

MOST_WRAPPERS = 20
_ASSIGNED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_NAME = re.compile(
    r"(?:(?P<before>\+\+|--)\s*)?(?<![A-Za-z0-9_$#])(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?![A-Za-z0-9_$])"
    r"(?P<subscript>\[[^\[\]]*\])?\s*(?P<after>(?:<<|>>|[-+*/%&|^])?=(?!=)|\+\+|--)?"
)

Options = list[tuple[str, Text | None]]


def options_of(
    texts: list[Text], values: str, longs: frozenset[str] = frozenset(), attached: str = ""
) -> tuple[Options, int]:
    """Return (options with their values, where the first operand is). texts[0] is the command itself.

    values: letters with a value. attached: letters behind which the rest of the word is a value that doesn't matter.

    Words that only a run can tell end the options: they may be anything.
    """
    found: Options = []
    at = 1
    while at < len(texts):
        word = texts[at].text
        if word is None or len(word) < 2 or word[0] != "-":
            break
        at += 1
        if word == "--":
            break
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            if equals:
                found.append((name, Text(value, False, texts[at - 1].word)))
            elif name in longs and at < len(texts):
                found.append((name, texts[at]))
                at += 1
            else:
                found.append((name, None))
            continue
        for place, letter in enumerate(word[1:], 1):
            if letter in attached:
                found.append((f"-{letter}", None))
                break
            if letter in values:
                if place + 1 < len(word):
                    found.append((f"-{letter}", Text(word[place + 1 :], False, texts[at - 1].word)))
                elif at < len(texts):
                    found.append((f"-{letter}", texts[at]))
                    at += 1
                break
            found.append((f"-{letter}", None))
    return found, at


class Calls(Record):
    """Looks at the words of simple commands."""

    posix: bool
    extglob: bool
    expands_aliases: bool

    def text(self, text: str, line: int, level: int, by: str) -> None:
        """Walk a text that is run within the script."""
        raise NotImplementedError

    def assignment(self, node: tree.Assignment, mode: str, line: int, level: int) -> None:
        """Note an assignment."""
        raise NotImplementedError

    def call(self, node: tree.SimpleCommand, line: int, level: int) -> None:
        """Note what is run, through however many programs that run another. line: where the command starts."""
        if node.words:
            self.run(texts_of(node.words, line, line if node.assignments else node.line), line, level, ())

    def run(self, texts: list[Text], line: int, level: int, via: tuple[str, ...]) -> None:
        """Note a command and what it does. via: what runs it."""
        while texts:
            head = texts[0]
            if head.text is None or head.pattern:
                self.not_known("command", head.source, line, via[-1] if via else "")
                return
            name = head.text
            base = name.rsplit("/", 1)[-1]
            self.commands[CommandUse(name, "", line, tuple([text.text for text in texts[1:]]), via)] = None
            if "/" in name:
                self.file(head, "run", line, base)
            wrapper = WRAPPERS.get(base)
            if wrapper is None:
                self.effects(base, texts, line, level, via)
                return
            behind = self._behind(base, wrapper, texts, line, level)
            if behind is None:
                return
            via = (*via, base)
            if len(via) > MOST_WRAPPERS:
                self.not_known("depth", name, line, base)
                return
            texts = texts[behind:]

    def _behind(self, base: str, wrapper: Wrapper, texts: list[Text], line: int, level: int) -> int | None:
        """Return where the command begins that a program runs; None if it runs none, or nobody knows which."""
        options, at = options_of(texts, wrapper.values, wrapper.longs)
        given = {name for name, _ in options}
        if given & wrapper.asks:
            return None
        for name, value in options:
            if base == "env" and name in ("-S", "--split-string") or base == "flock" and name in ("-c", "--command"):
                self._code(value, line, level, base)
                return None
            if base in ("env", "sudo") and name in ("-C", "-D", "--chdir") and value is not None:
                self.file(value, "directory", line, base)
            if base == "xargs" and name in ("-a", "--arg-file") and value is not None:
                self.file(value, "read", line, base)
        while wrapper.assigns and at < len(texts):
            text = texts[at].text
            if text is None or not _ASSIGNED.match(text):
                break
            self.variable(text.partition("=")[0].rstrip("+"), "environment", line)
            at += 1
        if base == "flock" and at < len(texts):
            self.file(texts[at], "write", line, base)
        if base == "chroot" and at < len(texts):
            self.file(texts[at], "directory", line, base)
        at += wrapper.skip
        if base == "flock" and at < len(texts) and texts[at].text in ("-c", "--command"):
            self._code(texts[at + 1] if at + 1 < len(texts) else None, line, level, base)
            return None
        if wrapper.adds:
            self.not_known("arguments", " ".join([text.source for text in texts[at : at + 8]]) or base, line, base)
        return at

    def _code(self, known: Text | None, line: int, level: int, by: str) -> None:
        """A text that a command runs."""
        if known is None:
            return
        if known.text is None:
            self.not_known("code", known.source, line, by)
        else:
            self.later(self.text, known.text, known.line or line, level, by)

    # ----------------------------------------------------------------------------------------------------- effects
    def effects(self, base: str, texts: list[Text], line: int, level: int, via: tuple[str, ...]) -> None:
        """Note what one command does with its words."""
        special: dict[str, Callable[[str, list[Text], int, int], None]] = {
            "eval": self._eval, ".": self._source, "source": self._source, "trap": self._trap, "test": self._test_builtin,
            "[": self._test_builtin, "find": self._find, "dd": self._dd, "su": self._su, "shopt": self._shopt,
            "alias": self._alias, "read": self._read, "mapfile": self._mapfile, "readarray": self._mapfile,
            "getopts": self._getopts, "printf": self._printf, "unset": self._unset, "wait": self._wait, "let": self._let,
        }  # fmt: skip
        if base in SHELLS:
            self._shell(base, texts, line, level)
        elif base in DECLARING:
            self._declare(base, texts, line, level)
        elif base in special:
            special[base](base, texts, line, level)
        else:
            self._files(base, ROLES.get(base), texts, line)

    def _files(self, base: str, role: Role | None, texts: list[Text], line: int) -> None:
        if role is None:
            for known in texts[1:]:
                text = known.text
                if text is not None and text.startswith("-") and "=" in text:
                    text = text.partition("=")[2]
                    known = Text(text, known.pattern, known.word)
                if text and "/" in text and not text.startswith("-") and "://" not in text:
                    self.file(known, "argument", line, base)
            return
        options, at = options_of(texts, role.values, role.longs, "i" if role.in_place else "")
        operands = texts[at:]
        mode, last = role.operands, role.last
        given = {name for name, _ in options}
        for name, value in options:
            if value is not None and name in role.files:
                self.file(value, role.files[name], line, base)
        if given & role.in_place:
            mode = "write"
        if last and given & {"-t", "--target-directory"}:
            last = ""
        if not given & role.skipped_by:
            if any(known.text is None and not known.word.flags & tree.QUOTED for known in operands[: role.skip]):
                self.not_known("arguments", " ".join([known.source for known in texts]), line, base)
                self._files(base, None, texts, line)
                return
            operands = operands[role.skip :]
        if not mode:
            return
        # Options may stand behind operands, too; "--" and what only looks like one are rare enough to be left out.
        operands = [known for known in operands if known.text is None or known.text == "-" or known.text[:1] != "-"]
        for place, known in enumerate(operands):
            is_last = place == len(operands) - 1 and place > 0
            self.file(known, last if last and is_last else mode, line, base)

    def _eval(self, base: str, texts: list[Text], line: int, level: int) -> None:
        words = texts[2:] if len(texts) > 1 and texts[1].text == "--" else texts[1:]
        if any(known.text is None or known.pattern for known in words):
            self.not_known("code", " ".join([known.source for known in words]), line, base)
        elif words:
            self.later(self.text, " ".join([known.text or "" for known in words]), words[0].line or line, level, base)

    def _source(self, base: str, texts: list[Text], line: int, level: int) -> None:
        operands = texts[2:] if len(texts) > 1 and texts[1].text == "--" else texts[1:]
        if operands:
            self._other_script(operands[0], "source", line, base)

    def _other_script(self, known: Text, how: str, line: int, by: str) -> None:
        if known.text is None or known.pattern:
            self.not_known("source", known.source, line, by)
        else:
            self.sources[SourceUse(known.text, line, how)] = None
            self.file(known, "read", line, by)

    def _trap(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, at = options_of(texts, "")
        operands = texts[at:]
        if options or len(operands) < 2 or operands[0].text in ("-", "") or (operands[0].text or "").isdecimal():
            return
        self._code(operands[0], line, level, base)

    def _shell(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, at = options_of(texts, SHELL_VALUES, frozenset(["--rcfile", "--init-file"]))
        operands = texts[at:]
        given = {name for name, _ in options}
        if "-c" in given:
            self._code(operands[0] if operands else None, line, level, base)
        elif operands and "-s" not in given:
            self._other_script(operands[0], "script", line, base)
        elif "--help" not in given and "--version" not in given:
            self.not_known("code", "standard input", line, base)

    def _su(self, base: str, texts: list[Text], line: int, level: int) -> None:
        for at, known in enumerate(texts[1:], 2):  # options may stand behind the user's name
            text = known.text or ""
            if text in ("-c", "--command") and at < len(texts):
                self._code(texts[at], line, level, base)
            elif text.startswith("--command="):
                self._code(Text(text.partition("=")[2], False, known.word, known.line), line, level, base)

    def _find(self, base: str, texts: list[Text], line: int, level: int) -> None:
        at = 1
        while at < len(texts) and texts[at].text in ("-H", "-L", "-P"):
            at += 1
        starts = []
        while at < len(texts) and (texts[at].text is None or (texts[at].text or "")[:1] not in ("-", "(", "!")):
            starts.append(texts[at])
            at += 1
        mode = "write" if any(known.text == "-delete" for known in texts[at:]) else "directory"
        for known in starts:
            self.file(known, mode, line, base)
        while at < len(texts):
            word = texts[at].text
            at += 1
            if word in ("-exec", "-execdir", "-ok", "-okdir"):
                end = at
                while end < len(texts) and texts[end].text not in (";", "+"):
                    end += 1
                command = [Text(None, False, one.word) if one.text == "{}" else one for one in texts[at:end]]
                self.later(self.run, command, line, level, (base,))
                at = end + 1
            elif word in ("-fprint", "-fprint0", "-fls", "-fprintf") and at < len(texts):
                self.file(texts[at], "write", line, base)
            elif word in ("-newer", "-anewer", "-cnewer", "-samefile") and at < len(texts):
                self.file(texts[at], "test", line, base)

    def _dd(self, base: str, texts: list[Text], line: int, level: int) -> None:
        for known in texts[1:]:
            if known.text is None:
                self.not_known("file", known.source, line, base)
                continue
            key, _, value = known.text.partition("=")
            if key in ("if", "of"):
                self.file(Text(value, False, known.word), "read" if key == "if" else "write", line, base)

    def _test_builtin(self, base: str, texts: list[Text], line: int, level: int) -> None:
        words = texts[1:-1] if base == "[" else texts[1:]
        for at in range(len(words) - 1):
            op = words[at].text
            if op is not None and re.fullmatch("-[a-zA-Z]", op) and (at + 2 == len(words) or words[at - 1].text != "="):
                self.tested(op, [words[at + 1]], base, line, level)
            elif op in ("-nt", "-ot", "-ef") and at:
                self.tested(op, [words[at - 1], words[at + 1]], base, line, level)

    def tested(self, op: str, operands: list[Text], by: str, line: int, level: int) -> None:
        """Note what an operator of test or [[ ]] asks about."""
        if op in ("-nt", "-ot", "-ef") or len(op) == 2 and op[0] == "-" and op[1] in FILE_TESTS and len(operands) == 1:
            for known in operands:
                self.file(known, "test", line, by)
        elif op in ("-v", "-R"):
            self._names("read", operands, line, by)

    # --------------------------------------------------------------------------------------------------- variables
    def _names(self, mode: str, operands: list[Text], line: int, by: str) -> None:
        """Note variables that a builtin is told the names of."""
        for known in operands:
            if known.text is None:
                self.not_known("variable", known.source, line, by)
            else:
                self.variable(split_subscript(known.text)[0], mode, line)

    def _declare(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, at = options_of(texts, "")
        given = {name for name, _ in options}
        mode = "export" if base == "export" or "-x" in given else "set"
        if given & {"-f", "-F", "-p"}:
            return
        for known in texts[at:]:
            assignment = known.word.assignment
            name = assignment.name if assignment is not None else (known.text or "").partition("=")[0].rstrip("+")
            if "-A" in given:
                self.associative.add(name)
            if assignment is not None:
                self.assignment(assignment, "set", line, level)
                if mode == "export":
                    self.variable(name, "export", line)
            elif known.text is None:
                self.not_known("variable", known.source, line, base)
            else:
                self.variable(name, mode, line)
            if "-n" in given and base != "export":
                self.not_known("variable", known.source, line, base)

    def _read(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, at = options_of(texts, "adinNptu")
        arrays = [value for name, value in options if name == "-a" and value is not None]
        self._names("set", [*arrays, *texts[at:]], line, base)
        if not arrays and at >= len(texts):
            self.variable("REPLY", "set", line)

    def _mapfile(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, at = options_of(texts, "dnOsuCc")
        self._names("set", texts[at : at + 1], line, base)
        if at >= len(texts):
            self.variable("MAPFILE", "set", line)
        for name, value in options:
            if name == "-C":
                self._code(value, line, level, base)

    def _getopts(self, base: str, texts: list[Text], line: int, level: int) -> None:
        self._names("set", texts[2:3], line, base)
        self.variable("OPTARG", "set", line)
        self.variable("OPTIND", "set", line)

    def _printf(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, _ = options_of(texts[:3], "v")
        self._names("set", [value for name, value in options if name == "-v" and value is not None], line, base)

    def _wait(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, _ = options_of(texts, "p")
        self._names("set", [value for name, value in options if name == "-p" and value is not None], line, base)

    def _unset(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, at = options_of(texts, "")
        if ("-f", None) not in options:
            self._names("unset", texts[at:], line, base)

    def _let(self, base: str, texts: list[Text], line: int, level: int) -> None:
        for known in texts[1:]:
            if known.text is None:
                self.not_known("variable", known.source, line, base)
            else:
                self.arithmetic(known.text, line)

    def arithmetic(self, text: str, line: int) -> None:
        """Note the variables of an expression. A `$` stands for what only a run can tell."""
        for found in _NAME.finditer(text):
            changed = found["before"] or found["after"]
            if found["subscript"] and found["name"] not in self.associative:
                self.later(self.arithmetic, found["subscript"][1:-1], line)
            if changed != "=":
                self.variable(found["name"], "read", line)
            if changed:
                self.variable(found["name"], "set", line)

    # ----------------------------------------------------------------------------------------------------- options
    def _shopt(self, base: str, texts: list[Text], line: int, level: int) -> None:
        options, at = options_of(texts, "")
        names = {known.text for known in texts[at:]}
        if ("-s", None) in options:
            self.extglob = self.extglob or "extglob" in names
            self.expands_aliases = self.expands_aliases or "expand_aliases" in names

    def _alias(self, base: str, texts: list[Text], line: int, level: int) -> None:
        if self.expands_aliases:
            for known in texts[1:]:
                self.not_known("alias", known.source, line, base)
