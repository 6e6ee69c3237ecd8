"""test and [: conditions.

Up to four arguments POSIX says by their number what each is; with more, `!`, parentheses, -a and -o are parsed in the usual
precedence, iteratively, so that no expression is too deep.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import (
    R_OK,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    S_ISGID,
    S_ISUID,
    S_ISVTX,
    W_OK,
    X_OK,
    Command,
    SysError,
    complain,
    parse_decimal,
    quote,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Stat, Syscalls

_KINDS = {
    b"-b": S_IFBLK, b"-c": S_IFCHR, b"-d": S_IFDIR, b"-f": S_IFREG, b"-h": S_IFLNK, b"-L": S_IFLNK, b"-p": S_IFIFO,
    b"-S": S_IFSOCK,
}  # fmt: skip
_BITS = {b"-g": S_ISGID, b"-k": S_ISVTX, b"-u": S_ISUID}
_ACCESS = {b"-r": R_OK, b"-w": W_OK, b"-x": X_OK}
_UNARY = {*_KINDS, *_BITS, *_ACCESS, b"-e", b"-G", b"-N", b"-n", b"-O", b"-s", b"-t", b"-z"}
_INTEGER: dict[bytes, Callable[[int, int], bool]] = {
    b"-eq": lambda a, b: a == b,
    b"-ne": lambda a, b: a != b,
    b"-lt": lambda a, b: a < b,
    b"-le": lambda a, b: a <= b,
    b"-gt": lambda a, b: a > b,
    b"-ge": lambda a, b: a >= b,
}
_STRING: dict[bytes, Callable[[bytes, bytes], bool]] = {
    b"=": lambda a, b: a == b,
    b"==": lambda a, b: a == b,
    b"!=": lambda a, b: a != b,
}
_FILES = (b"-nt", b"-ot", b"-ef")
_BINARY = {*_INTEGER, *_STRING, *_FILES}
_NUMBER = re.compile(rb"[ \t\n\v\f\r]*([-+]?)([0-9]+)[ \t]*\Z")
TEST = Command(
    "test",
    like="(GNU coreutils) 9.1",
    usage=("EXPRESSION", ""),
    summary="Exit with the status determined by EXPRESSION.",
    epilog="( EXPRESSION )  ! EXPRESSION  EXPRESSION1 -a EXPRESSION2  EXPRESSION1 -o EXPRESSION2\n"
    "-n STRING  -z STRING  STRING1 = STRING2  STRING1 != STRING2\n"
    "INTEGER1 -eq|-ne|-lt|-le|-gt|-ge INTEGER2   -l STRING stands for its length\n"
    "FILE1 -ef|-nt|-ot FILE2\n"
    "-b -c -d -e -f -g -G -h -k -L -N -O -p -r -s -S -u -w -x FILE   -t FD",
)


class _Wrong(Exception):
    """The expression can't be read: GNU's message, bytes."""

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 if the expression is true, 1 if it's false, 2 if it's none."""
    words = argv[1:]
    if argv[0].rsplit(b"/", 1)[-1] == b"[":
        if words in ([b"--help"], [b"--version"]):
            TEST.parse([argv[0], *words])
        if not words or words[-1] != b"]":
            complain(k, b"missing " + quote(b"]"))
            return 2
        del words[-1]
    try:
        return 0 if _Expression(k, words).value() else 1
    except _Wrong as wrong:
        complain(k, wrong.message)
        return 2


class _Expression:
    def __init__(self, k: Syscalls, words: list[bytes]) -> None:
        self.k = k
        self.words = words
        self.at = 0

    def value(self) -> bool:
        words = self.words
        if not words:
            return False
        result = self.by_count(0, len(words)) if len(words) <= 4 else self.whole()
        if self.at != len(words):
            raise _Wrong(b"extra argument " + quote(words[self.at]))
        return result

    # ------------------------------------------------------------ POSIX: by the number of arguments
    def by_count(self, start: int, count: int) -> bool:
        words = self.words
        self.at = start
        if count == 1:
            self.at += 1
            return words[start] != b""
        if count == 2:
            return self.two(start)
        if count == 3:
            return self.three(start)
        if words[start] == b"!":
            return not self.by_count(start + 1, 3)
        if words[start] == b"(" and words[start + 3] == b")":
            result = self.two(start + 1)
            self.at = start + 4
            return result
        return self.whole()

    def two(self, start: int) -> bool:
        first, second = self.words[start : start + 2]
        self.at = start + 2
        if first == b"!":
            return second == b""
        if len(first) == 2 and first[:1] == b"-":
            if first in _UNARY:
                return self.unary(first, second)
            raise _Wrong(quote(first) + b": unary operator expected")
        raise _Wrong(b"missing argument after " + quote(second))

    def three(self, start: int) -> bool:
        first, middle, last = self.words[start : start + 3]
        if middle in _BINARY:
            self.at = start + 3
            return self.binary(first, middle, last)
        if first == b"!":
            result = not self.two(start + 1)
            self.at = start + 3
            return result
        if first == b"(" and last == b")":
            self.at = start + 3
            return middle != b""
        if middle in (b"-a", b"-o"):
            return self.whole()
        raise _Wrong(quote(middle) + b": binary operator expected")

    # ------------------------------------------------------------ more arguments: precedence
    def whole(self) -> bool:
        """Evaluate from here on: or, and, not, parentheses. A stack of open parentheses stands in for recursion."""
        words = self.words
        stack: list[tuple[bool, bool, bool]] = []  # (or so far, and so far, negated) outside each open parenthesis
        either, both, negated = False, True, False
        while True:
            if self.at >= len(words):
                raise _Wrong(b"missing argument after " + quote(words[-1]))
            word = words[self.at]
            if word == b"!" and self.at + 1 < len(words):
                negated = not negated
                self.at += 1
                continue
            if word == b"(" and self.at + 1 < len(words) and not self.is_operand():
                stack.append((either, both, negated))
                either, both, negated = False, True, False
                self.at += 1
                self.k.tick()
                continue
            value = self.term() != negated
            while True:
                negated = False
                both = both and value
                following = words[self.at] if self.at < len(words) else b""
                if following == b"-a":
                    self.at += 1
                    break
                either = either or both
                both = True
                if following == b"-o":
                    self.at += 1
                    break
                if not stack:
                    return either
                if following != b")":
                    expected = quote(b")")
                    if self.at >= len(words):
                        raise _Wrong(expected + b" expected")
                    raise _Wrong(b"%s expected, found %s" % (expected, quote(words[self.at])))
                self.at += 1
                value = either
                either, both, negated = stack.pop()
                value = value != negated

    def is_operand(self) -> bool:
        """Tell whether a parenthesis here is the left side of a comparison, as in `( = x`."""
        return self.at + 2 < len(self.words) and self.words[self.at + 1] in _BINARY and self.words[self.at + 2] != b")"

    def term(self) -> bool:
        words = self.words
        left = len(words) - self.at
        word = words[self.at]
        if left >= 4 and word == b"-l" and words[self.at + 2] in _BINARY:
            self.at += 4
            return self.binary(b"%d" % len(words[self.at - 3]), words[self.at - 2], words[self.at - 1])
        if left >= 3 and words[self.at + 1] in _BINARY:
            if words[self.at + 2] == b"-l" and left >= 4:
                self.at += 4
                return self.binary(word, words[self.at - 3], b"%d" % len(words[self.at - 1]))
            self.at += 3
            return self.binary(word, words[self.at - 2], words[self.at - 1])
        if len(word) == 2 and word[:1] == b"-":
            if word not in _UNARY:
                raise _Wrong(quote(word) + b": unary operator expected")
            if left < 2:
                raise _Wrong(b"missing argument after " + quote(word))
            self.at += 2
            return self.unary(word, words[self.at - 1])
        self.at += 1
        return word != b""

    # ------------------------------------------------------------ operators
    def stat(self, path: bytes, follow: bool = True) -> Stat | None:
        try:
            return self.k.stat(path, follow=follow)
        except SysError:
            return None

    def unary(self, operator: bytes, operand: bytes) -> bool:
        k = self.k
        if operator == b"-n":
            return operand != b""
        if operator == b"-z":
            return operand == b""
        if operator == b"-t":
            number = self.integer(operand)
            return 0 <= number < 1 << 31 and k.isatty(number)
        if operator in _ACCESS:
            try:
                k.access(operand, _ACCESS[operator], effective=True)
            except SysError:
                return False
            return True
        about = self.stat(operand, follow=operator not in (b"-h", b"-L"))
        if about is None:
            return False
        if operator in _KINDS:
            return about.mode & S_IFMT == _KINDS[operator]
        if operator in _BITS:
            return bool(about.mode & _BITS[operator])
        if operator == b"-s":
            return about.size > 0
        if operator == b"-O":
            return about.uid == k.geteuid()
        if operator == b"-G":
            return about.gid == k.getegid()
        if operator == b"-N":
            return about.mtime_ns > about.atime_ns
        return True  # -e

    def binary(self, left: bytes, operator: bytes, right: bytes) -> bool:
        if operator in _INTEGER:
            return _INTEGER[operator](self.integer(left), self.integer(right))
        if operator in _STRING:
            return _STRING[operator](left, right)
        one, two = self.stat(left), self.stat(right)
        if operator == b"-ef":
            return one is not None and two is not None and (one.dev, one.ino) == (two.dev, two.ino)
        if operator == b"-ot":
            one, two = two, one
        if one is None:
            return False
        return two is None or one.mtime_ns > two.mtime_ns

    def integer(self, text: bytes) -> int:
        found = _NUMBER.match(text)
        if found is None:
            raise _Wrong(b"invalid integer " + quote(text))
        number = parse_decimal(found[2])
        return -number if found[1] == b"-" else number
