"""A sed script: its text to a list of commands. Every jump is an index, so running it needs no search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kos_kernel.api import PatternError, Regex, compile_regex

MAX_SCRIPT = 1 << 22
VERSION = [4, 9]  # the one that we follow, for `v`
_SPACE = b" \t\r\v\f"
_ESCAPES = {97: b"\a", 102: b"\f", 110: b"\n", 114: b"\r", 116: b"\t", 118: b"\v"}


class ScriptError(Exception):
    """The script is wrong: where, and what, in GNU's words (bytes in args[0]). status: what sed ends with."""

    status = 1


class NoLabel(ScriptError):
    """b, t or T names a label that isn't there."""

    status = 4


class Quit(Exception):
    """It ends here. status, whether the pattern space is printed, and whether q asked for it."""

    def __init__(self, status: int, printed: bool, asked: bool = False) -> None:
        self.status = status
        self.printed = printed
        self.asked = asked


class Address:
    """One address. kind: "line", "last", "regex", "step", "plus", "multiple" or "zero".

    by_lines: makes the same pattern, to find the lines of a block that it matches; None if it can't be asked so.
    """

    __slots__ = ("by_lines", "kind", "number", "regex", "step")

    def __init__(
        self,
        kind: str,
        number: int = 0,
        step: int = 0,
        regex: Any = None,
        by_lines: Callable[[], Regex] | None = None,
    ) -> None:
        self.by_lines = by_lines
        self.kind = kind
        self.number = number
        self.step = step
        self.regex = regex


_TEXT_ESCAPES = {97: 7, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11}  # in the text of a, i, c


class Step:
    """One command. name: its letter as an int. target: where b, t, T, {, } go on. active, begun, end: state of a range."""

    __slots__ = (
        "active",
        "arg",
        "begun",
        "end",
        "first",
        "flags",
        "name",
        "negated",
        "regex",
        "second",
        "target",
        "text",
    )

    def __init__(self, name: int) -> None:
        self.name = name
        self.first: Address | None = None
        self.second: Address | None = None
        self.negated = False
        self.text = b""
        self.arg: Any = None
        self.regex: Any = None
        self.flags: Any = None
        self.target = -1
        self.active = False
        self.begun = 0  # the line where a range that a number begins began: it does that once
        self.end = 0


class Substitution:
    """What s/// has besides its regex. parts: literal bytes, group numbers, or case marks (str "U", "L", "u", "l", "E")."""

    __slots__ = ("by_lines", "everywhere", "file", "number", "parts", "plain", "printed")

    def __init__(self) -> None:
        self.by_lines: Callable[[], Regex] | None = None
        self.parts: list[bytes | int | str] = []
        self.plain: bytes | None = None  # the replacement if it is the same for every match
        self.everywhere = False
        self.number = 1
        self.printed = False
        self.file: bytes | None = None


class Parser:
    """Reads the pieces of a script (-e and -f) as one text. extended: -E; utf8: the locale; posix: --posix."""

    def __init__(self, text: bytes, *, extended: bool, utf8: bool, sandbox: bool, zero: bool) -> None:
        if len(text) > MAX_SCRIPT:
            raise ScriptError(b"the script is larger than %d bytes" % MAX_SCRIPT)
        self.text = text
        self.at = 0
        self.extended = extended
        self.utf8 = utf8
        self.sandbox = sandbox
        self.zero = zero
        self.steps: list[Step] = []
        self.labels: dict[bytes, int] = {}
        self.jumps: list[tuple[Step, bytes]] = []
        self.blocks: list[Step] = []
        self.quiet = False

    def fail(self, what: bytes) -> ScriptError:
        """Return the error "-e expression #1, char N: what"."""
        return ScriptError(b"-e expression #1, char %d: %s" % (self.at, what))

    def parse(self) -> list[Step]:
        """Return the commands. Raises ScriptError."""
        text = self.text
        if text[:2] == b"#n" and text[2:3] in (b"", b"\n"):
            self.quiet = True
        while True:
            self._skip(_SPACE + b"\n;")
            if self.at >= len(text):
                break
            self._command()
        if self.blocks:
            self.at = 0
            raise ScriptError(b"-e expression #1, char 0: unmatched `{'")
        for step, label in self.jumps:
            if not label:
                step.target = len(self.steps)
            elif label in self.labels:
                step.target = self.labels[label]
            else:
                raise NoLabel(b"can't find label for jump to `%s'" % label)
        return self.steps

    # ---- pieces
    def _skip(self, some: bytes) -> None:
        text = self.text
        at = self.at
        while at < len(text) and text[at] in some:
            at += 1
        self.at = at

    def _peek(self) -> int:
        return self.text[self.at] if self.at < len(self.text) else -1

    def _take(self) -> int:
        byte = self._peek()
        self.at += 1
        return byte

    def _number(self) -> int:
        start = self.at
        while 48 <= self._peek() <= 57:
            self.at += 1
        return int(self.text[start : self.at] or b"0")

    def _address(self) -> Address | None:
        byte = self._peek()
        if 48 <= byte <= 57:
            number = self._number()
            if self._peek() == 126:  # ~
                self.at += 1
                return Address("step", number, self._number())
            return Address("line" if number else "zero", number)
        if byte == 36:  # $
            self.at += 1
            return Address("last")
        if byte in (47, 92):  # / or \c
            self.at += 1
            if byte == 92:
                byte = self._take()
            pattern = self._until(byte, regex=True)
            if pattern is None:
                raise self.fail(b"unterminated address regex")
            icase = multiline = False
            while self._peek() in (73, 77):  # I M
                if self._take() == 73:
                    icase = True
                else:
                    multiline = True
            regex = self._regex(pattern, icase, multiline)
            return Address("regex", regex=regex, by_lines=self._by_lines(pattern, icase, multiline))
        return None

    def _second(self) -> Address | None:
        byte = self._peek()
        if byte == 43:  # +N
            self.at += 1
            return Address("plus", self._number())
        if byte == 126:  # ~N
            self.at += 1
            return Address("multiple", self._number())
        found = self._address()
        return Address("line", 0) if found is not None and found.kind == "zero" else found

    def _until(self, delimiter: int, *, regex: bool = False) -> bytes | None:
        """Return the text up to an unescaped delimiter, which is passed; None if there is none. In a regex, brackets protect it."""
        text = self.text
        out = bytearray()
        at = self.at
        size = len(text)
        while at < size:
            byte = text[at]
            if byte == delimiter:
                self.at = at + 1
                return bytes(out)
            if byte == 92 and at + 1 < size:
                following = text[at + 1]
                if following == delimiter:
                    if regex and delimiter in b"+*?.^$|(){}[]":
                        out += (
                            b"\\" + bytes((following,))
                            if delimiter not in b"|+?(){}" or self.extended
                            else bytes((following,))
                        )
                    elif not regex and delimiter == 38:
                        out += b"\\&"
                    else:
                        out.append(following)
                elif regex and following == 110:
                    out.append(10)
                else:
                    out += text[at : at + 2]
                at += 2
                continue
            if byte == 10 and regex:
                break
            if regex and byte == 91:
                stop = _bracket_end(text, at)
                if stop < 0:
                    break
                out += _bracket(text[at:stop])
                at = stop
                continue
            out.append(byte)
            at += 1
        self.at = size
        return None

    def _regex(self, pattern: bytes, icase: bool, multiline: bool) -> Any:
        if not pattern:
            return None  # the last one used
        try:
            return compile_regex(
                _unescaped(pattern),
                syntax="sed-ere" if self.extended else "bre",
                icase=icase,
                multiline=multiline,
                utf8=self.utf8,
            )
        except PatternError as error:
            raise self.fail(str(error).encode()) from None

    def _by_lines(self, pattern: bytes, icase: bool, multiline: bool) -> Callable[[], Regex] | None:
        """Return what makes the same pattern for whole blocks; None for one that isn't known yet, or asks where texts end."""
        if not pattern or multiline or b"\\`" in pattern or b"\\'" in pattern:
            return None
        return lambda: compile_regex(
            _unescaped(pattern),
            syntax="sed-ere" if self.extended else "bre",
            icase=icase,
            newline=b"\n",
            utf8=self.utf8,
        )

    def _line(self) -> bytes:
        """Return the rest of the line."""
        stop = self.text.find(b"\n", self.at)
        if stop < 0:
            stop = len(self.text)
        line = self.text[self.at : stop]
        self.at = stop
        return line

    # ---- commands
    def _command(self) -> None:
        step = Step(0)
        step.first = self._address()
        if step.first is not None:
            self._skip(_SPACE)
            if self._peek() == 44:  # ,
                self.at += 1
                self._skip(_SPACE)
                step.second = self._second()
                if step.second is None:
                    self.at += 1
                    raise self.fail(b"unexpected `,'")
            if step.first.kind == "zero" and (step.second is None or step.second.kind != "regex"):
                self.at += 1
                raise self.fail(b"invalid usage of line address 0")
        self._skip(_SPACE)
        while self._peek() == 33:  # !
            self.at += 1
            if step.negated:
                raise self.fail(b"multiple `!'s")
            step.negated = True
            self._skip(_SPACE)
        name = self._take()
        step.name = name
        if name < 0 or name in b"\n;":
            self.at -= 1
            raise self.fail(b"missing command")
        if name == 35:  # a comment
            if step.first is not None:
                raise self.fail(b"comments don't accept any addresses")
            self._line()
            return
        if name in b"qQ" and step.second is not None:
            raise self.fail(b"command only uses one address")
        if name == 123:  # {
            self.blocks.append(step)
            self.steps.append(step)
            return
        if name == 125:  # }
            if step.first is not None:
                raise self.fail(b"} doesn't want any addresses")
            if not self.blocks:
                raise self.fail(b"unexpected `}'")
            self.blocks.pop().target = len(self.steps)
            self._end(step)
            return
        if name == 58:  # :label
            if step.first is not None:
                raise self.fail(b": doesn't want any addresses")
            self._skip(_SPACE)
            label = self._line()
            cut = label.find(b";")
            if cut >= 0 and b" " not in label[:cut]:
                self.at -= len(label) - cut
                label = label[:cut]
            label = label.rstrip(_SPACE)
            if not label:
                raise self.fail(b'":" lacks a label')
            self.labels[label] = len(self.steps)
            return
        if name in b"btT":
            self._skip(_SPACE)
            start = self.at
            while self._peek() >= 0 and self._peek() not in b"\n;}" + _SPACE:
                self.at += 1
            self.jumps.append((step, self.text[start : self.at]))
        elif name in b"aic":
            self._text(step)
            self.steps.append(step)
            return
        elif name == 115:
            self._substitution(step)
        elif name == 121:
            self._transliteration(step)
        elif name in b"rRwW":
            if self.sandbox:
                raise self.fail(b"e/r/w commands disabled in sandbox mode")
            self._skip(_SPACE)
            step.text = self._line()
            if not step.text:
                raise self.fail(b"missing filename in r/R/w/W commands")
        elif name in b"qQlL":
            self._skip(_SPACE)
            step.arg = self._number() if 48 <= self._peek() <= 57 else None
        elif name == 101 or name in b"Fz=dDgGhHnNpPx" or name == 118:
            if name == 101:
                raise self.fail(b"the command e (run a program) is not supported")
            if name == 118:
                self._skip(_SPACE)
                start = self.at
                while self._peek() >= 0 and self._peek() not in b"\n;" + _SPACE:
                    self.at += 1
                wanted = [int(part) if part.isdigit() else 0 for part in self.text[start : self.at].split(b".")]
                if wanted > VERSION:
                    raise self.fail(b"expected newer version of sed")
        else:
            raise self.fail(b"unknown command: `%c'" % name)
        self.steps.append(step)
        self._end(step)

    def _end(self, step: Step) -> None:
        self._skip(_SPACE)
        byte = self._peek()
        if byte >= 0 and byte not in b"\n;}#":
            self.at += 1
            raise self.fail(b"extra characters after command")

    def _text(self, step: Step) -> None:
        """a, i, c: one line (GNU), or lines after a backslash (POSIX)."""
        self._skip(_SPACE)
        if self._peek() == 92:
            self.at += 1
            self._skip(_SPACE)
            if self._peek() == 10:
                self.at += 1
            else:
                pass  # a\text: GNU's one-liner that keeps leading space
        elif self._peek() < 0:
            raise self.fail(b"expected \\ after `a', `c' or `i'")
        out = bytearray()
        text = self.text
        while self.at < len(text):
            byte = text[self.at]
            if byte == 92 and self.at + 1 < len(text):
                out.append(_TEXT_ESCAPES.get(text[self.at + 1], text[self.at + 1]))
                self.at += 2
                continue
            if byte == 10:
                break
            out.append(byte)
            self.at += 1
        step.text = bytes(out) + b"\n"

    def _substitution(self, step: Step) -> None:
        delimiter = self._take()
        if delimiter in (-1, 10, 92):
            raise self.fail(b"unterminated `s' command")
        pattern = self._until(delimiter, regex=True)
        replacement = None if pattern is None else self._until(delimiter)
        if pattern is None or replacement is None:
            raise self.fail(b"unterminated `s' command")
        made = Substitution()
        icase = multiline = numbered = False
        while True:
            byte = self._peek()
            if byte in (103, 112) and (made.everywhere if byte == 103 else made.printed):
                self.at += 1
                raise self.fail(b"multiple `%c' options to `s' command" % byte)
            if byte == 103:
                made.everywhere = True
            elif byte == 112:
                made.printed = True
            elif byte in (105, 73):
                icase = True
            elif byte in (109, 77):
                multiline = True
            elif byte == 101:
                raise self.fail(b"the flag e (run a program) is not supported")
            elif byte == 119:
                self.at += 1
                self._skip(_SPACE)
                made.file = self._line()
                if self.sandbox:
                    raise self.fail(b"e/r/w commands disabled in sandbox mode")
                break
            elif 48 <= byte <= 57:
                if numbered:
                    raise self.fail(b"multiple number options to `s' command")
                numbered = True
                made.number = self._number()
                if not made.number:
                    raise self.fail(b"number option to `s' command may not be zero")
                continue
            elif byte < 0 or byte in b"\n;}#" + _SPACE:
                break
            else:
                self.at += 1
                raise self.fail(b"unknown option to `s'")
            self.at += 1
        step.regex = self._regex(pattern, icase, multiline)
        made.by_lines = self._by_lines(pattern, icase, multiline)
        made.parts = _replacement(replacement)
        highest = max((part for part in made.parts if isinstance(part, int)), default=0)
        groups = step.regex.groups if step.regex is not None else 9
        if highest > groups:
            raise self.fail(b"invalid reference \\%d on `s' command's RHS" % highest)
        if all(isinstance(part, bytes) for part in made.parts):
            made.plain = b"".join(part for part in made.parts if isinstance(part, bytes))
        step.flags = made

    def _transliteration(self, step: Step) -> None:
        delimiter = self._take()
        source = self._until(delimiter) if delimiter not in (-1, 10, 92) else None
        target = self._until(delimiter) if source is not None else None
        if source is None or target is None:
            raise self.fail(b"unterminated `y' command")
        one, other = _letters(source, self.utf8), _letters(target, self.utf8)
        if len(one) != len(other):
            raise self.fail(b"strings for `y' command are different lengths")
        if all(len(x) == len(y) == 1 for x, y in zip(one, other, strict=True)):
            step.arg = bytes.maketrans(b"".join(one), b"".join(other))
        else:
            step.arg = {
                x.decode("utf-8", "surrogateescape"): y.decode("utf-8", "surrogateescape")
                for x, y in zip(one, other, strict=True)
            }


def _bracket_end(text: bytes, at: int) -> int:
    """Return where the bracket expression that begins at `at` ends (behind its ]), or -1."""
    here = at + 1
    if text[here : here + 1] == b"^":
        here += 1
    if text[here : here + 1] == b"]":
        here += 1
    while here < len(text):
        byte = text[here]
        if byte == 93:
            return here + 1
        if byte == 91 and text[here + 1 : here + 2] in (b":", b".", b"="):
            stop = text.find(text[here + 1 : here + 2] + b"]", here + 2)
            if stop < 0:
                return -1
            here = stop + 2
            continue
        if byte == 10:
            return -1
        here += 1
    return -1


def _bracket(text: bytes) -> bytes:
    """GNU: \\n, \\t and the like mean their characters inside brackets, too."""
    for letter, byte in ((b"\\n", b"\n"), (b"\\t", b"\t"), (b"\\r", b"\r"), (b"\\f", b"\f"), (b"\\v", b"\v")):
        text = text.replace(letter, byte)
    return text


def _unescaped(pattern: bytes) -> bytes:
    """Turn GNU's escapes of single characters into those characters: \\t, \\f, \\v, \\r, \\a, \\dNNN, \\oNNN, \\xHH, \\cX."""
    if b"\\" not in pattern:
        return pattern
    out = bytearray()
    at, size = 0, len(pattern)
    while at < size:
        byte = pattern[at]
        if byte != 92 or at + 1 >= size:
            out.append(byte)
            at += 1
            continue
        following = pattern[at + 1]
        if following in b"tfvra":
            out += _ESCAPES[following]
            at += 2
            continue
        made, length = _numbered(pattern, at + 1)
        if length:
            out += b"\\" + made if made in b".*[]^$\\/+?(){}|" else made
            at += 1 + length
            continue
        out += pattern[at : at + 2]
        at += 2
    return bytes(out)


def _numbered(text: bytes, at: int) -> tuple[bytes, int]:
    """Return (character, length) of d065, o101, x41 or cA at `at`; length 0 if it isn't one."""
    letter = text[at]
    for mark, base, width in ((100, 10, 3), (111, 8, 3), (120, 16, 2)):
        if letter == mark:
            digits = text[at + 1 : at + 1 + width]
            used = 0
            while used < len(digits) and chr(digits[used]).lower() in "0123456789abcdef"[:base]:
                used += 1
            if used:
                return bytes((int(digits[:used], base) & 0xFF,)), 1 + used
    if letter == 99 and at + 1 < len(text):
        return bytes((text[at + 1] & ~0x20 ^ 0x40,)), 2
    return b"", 0


def _replacement(text: bytes) -> list[bytes | int | str]:
    """Return the parts of a replacement."""
    parts: list[bytes | int | str] = []
    plain = bytearray()
    at, size = 0, len(text)

    def flush() -> None:
        if plain:
            parts.append(bytes(plain))
            plain.clear()

    while at < size:
        byte = text[at]
        if byte == 38:
            flush()
            parts.append(0)
        elif byte == 92 and at + 1 < size:
            at += 1
            byte = text[at]
            if 48 <= byte <= 57:
                flush()
                parts.append(byte - 48)
            elif byte in b"ULulE":
                flush()
                parts.append(chr(byte))
            elif byte in _ESCAPES:
                plain += _ESCAPES[byte]
            else:
                made, length = _numbered(text, at)
                if length:
                    plain += made
                    at += length - 1
                else:
                    plain.append(byte)
        else:
            plain.append(byte)
        at += 1
    flush()
    return parts


def _letters(text: bytes, utf8: bool) -> list[bytes]:
    """Return the characters of one side of y///."""
    out: list[bytes] = []
    decoded = text.decode("utf-8" if utf8 else "latin-1", "surrogateescape")
    encoding = "utf-8" if utf8 else "latin-1"
    at = 0
    while at < len(decoded):
        letter = decoded[at]
        if letter == "\\" and at + 1 < len(decoded):
            at += 1
            letter = {"n": "\n", "t": "\t", "r": "\r"}.get(decoded[at], decoded[at])
        out.append(letter.encode(encoding, "surrogateescape"))
        at += 1
    return out
