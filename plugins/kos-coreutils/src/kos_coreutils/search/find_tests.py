"""find's tests: each makes a function of a file, from its argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
    W_OK,
    X_OK,
    PatternError,
    SysError,
    cause,
    compile_glob_bytes,
    compile_regex,
    quote,
)

if TYPE_CHECKING:
    from .find import File, Finder

Test = Callable[["File"], bool]

TYPES = {b"f": S_IFREG, b"d": S_IFDIR, b"l": S_IFLNK, b"p": S_IFIFO, b"s": S_IFSOCK, b"b": S_IFBLK, b"c": S_IFCHR}
SIZES = {b"b": 512, b"c": 1, b"w": 2, b"k": 1 << 10, b"M": 1 << 20, b"G": 1 << 30}
DAY_NS, MINUTE_NS = 86_400_000_000_000, 60_000_000_000


class Wrong(Exception):
    """The expression is wrong; args[0] says how, as GNU words it."""


class Stop(Exception):
    """-quit was met: nothing more is looked at."""


def name_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-name, -iname, -path, -ipath, -wholename, -lname, -ilname."""
    glob = compile_glob_bytes(text, nocase=option[1:2] == b"i")
    matches = glob.matches
    if option.endswith(b"lname"):
        return lambda file: file.kind() == S_IFLNK and matches(file.link())
    if option.endswith(b"name") and not option.endswith(b"wholename"):
        return lambda file: matches(file.base())
    return lambda file: matches(file.path)


def regex_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-regex, -iregex: the whole path must match."""
    try:
        regex = compile_regex(text, syntax=finder.regextype, icase=option == b"-iregex", whole="line", newline=b"\0")
    except PatternError as error:
        raise Wrong(b"failed to compile regular expression '%s': %s" % (text, str(error).encode())) from None
    return lambda file: regex.search(file.path) is not None


def type_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-type, -xtype: a list of letters."""
    kinds = set()
    letters = text.split(b",")
    for letter in letters:
        if letter not in TYPES:
            if len(letter) > 1:
                raise Wrong(b"Must separate multiple arguments to %s using: ','" % option)
            raise Wrong(b"Unknown argument to %s: %s" % (option, letter))
        kinds.add(TYPES[letter])
    if option == b"-xtype":
        return lambda file: file.other_kind() in kinds
    return lambda file: file.kind() in kinds


def compared(text: bytes, option: bytes) -> tuple[int, int]:
    """Return (sign, number) of +N, -N, N: 1, -1, 0."""
    sign = 1 if text[:1] == b"+" else -1 if text[:1] == b"-" else 0
    digits = text[1:] if sign else text
    if not digits.isdigit():
        raise Wrong(b"invalid argument `%s' to `%s'" % (text, option))
    return sign, int(digits)


def holds(value: int, sign: int, number: int) -> bool:
    """Tell whether value is more than, less than, or just the number."""
    return value > number if sign > 0 else value < number if sign < 0 else value == number


def number_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-links, -inum, -uid, -gid."""
    sign, number = compared(text, option)
    field = {b"-links": "nlink", b"-inum": "ino", b"-uid": "uid", b"-gid": "gid"}[option]
    return lambda file: holds(getattr(file.stat(), field), sign, number)


def size_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-size: rounded up to the unit."""
    unit = SIZES.get(text[-1:], 0)
    digits = text[:-1] if unit else text
    try:
        sign, number = compared(digits, option)
    except Wrong:
        raise Wrong(b"Invalid argument `%s' to -size" % text) from None
    unit = unit or 512
    return lambda file: holds(-(-file.stat().size // unit), sign, number)


def time_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-mtime, -atime, -ctime (days), -mmin, -amin, -cmin (minutes)."""
    sign, number = compared(text, option)
    field = {b"m": "mtime_ns", b"a": "atime_ns", b"c": "ctime_ns"}[option[1:2]]
    minutes = option.endswith(b"min")
    unit = MINUTE_NS if minutes else DAY_NS
    now_ns = finder.day_start_ns if finder.daystart else finder.now_ns

    def test(file: File) -> bool:
        age: int = now_ns - getattr(file.stat(), field)
        if not minutes:
            return holds(age // unit, sign, number)
        if sign > 0:
            return age > number * unit
        if sign < 0:
            return age < number * unit
        return (number - 1) * unit < age <= number * unit

    return test


def newer_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-newer, -anewer, -cnewer, -newerXY (not Y = t)."""
    letters = option[6:] or b"mm"
    if option in (b"-anewer", b"-cnewer"):
        letters = option[1:2] + b"m"
    if len(letters) != 2 or letters[0] not in b"amc" or letters[1] not in b"amc":
        raise Wrong(b"%s is not supported: X and Y of -newerXY are a, m or c" % option)
    fields = {97: "atime_ns", 109: "mtime_ns", 99: "ctime_ns"}
    try:
        reference = getattr(finder.k.stat(text), fields[letters[1]])
    except SysError as error:
        raise Wrong(quote(text) + b": " + cause(error)) from None
    return lambda file: getattr(file.stat(), fields[letters[0]]) > reference


def perm_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-perm MODE (just), -MODE (all of), /MODE (any of); octal or symbolic."""
    how = text[:1] if text[:1] in (b"-", b"/") else b""
    words = text[1:] if how else text
    mode = _mode(words)
    if mode is None:
        raise Wrong(b"invalid mode %s" % quote(text))
    if how == b"-":
        return lambda file: file.stat().mode & mode == mode
    if how == b"/":
        return lambda file: mode == 0 or file.stat().mode & mode != 0
    return lambda file: file.stat().mode & 0o7777 == mode


def _mode(text: bytes) -> int | None:
    if text and not text.strip(b"01234567"):
        number = int(text, 8)
        return number if number <= 0o7777 else None
    mode = 0
    for clause in text.split(b","):
        at = 0
        while at < len(clause) and clause[at] in b"ugoa":
            at += 1
        who = clause[:at] or b"a"
        operator = clause[at : at + 1]
        if operator not in (b"+", b"-", b"="):
            return None
        bits = 0
        for letter in clause[at + 1 :]:
            value = {114: 4, 119: 2, 120: 1}.get(letter)
            if value is not None:
                for one, shift in ((117, 6), (103, 3), (111, 0)):
                    if one in who or 97 in who:
                        bits |= value << shift
            elif letter == 115:
                bits |= (0o4000 if 117 in who or 97 in who else 0) | (0o2000 if 103 in who or 97 in who else 0)
            elif letter == 116:
                bits |= 0o1000
            else:
                return None
        mode = mode & ~bits if operator == b"-" else mode | bits
    return mode


def owner_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-user, -group: a name or a number."""
    table = finder.names(option == b"-group")
    number = next((one for one, name in table.items() if name == text), None)
    if number is None:
        if not text.isdigit():
            what = b"group" if option == b"-group" else b"user"
            raise Wrong(
                b"invalid %s name or %cID argument to %s: %s"
                % (what, ord("G" if what == b"group" else "U"), option, quote(text))
            )
        number = int(text)
    field = "gid" if option == b"-group" else "uid"
    return lambda file: getattr(file.stat(), field) == number


def samefile_test(finder: Finder, option: bytes, text: bytes) -> Test:
    """-samefile."""
    try:
        wanted = finder.k.stat(text)
    except SysError as error:
        raise Wrong(quote(text) + b": " + cause(error)) from None
    return lambda file: (file.stat().ino, file.stat().dev) == (wanted.ino, wanted.dev)


def access_test(mode: int) -> Callable[[Finder], Test]:
    """-readable, -writable, -executable."""

    def make(finder: Finder) -> Test:
        def test(file: File) -> bool:
            try:
                finder.k.access(file.path, mode)
            except SysError:
                return False
            return True

        return test

    return make


def empty_test(finder: Finder) -> Test:
    """-empty: a file without bytes or a directory without names."""

    def test(file: File) -> bool:
        kind = file.kind()
        if kind == S_IFDIR:
            try:
                return not finder.k.listdir(file.path)
            except SysError as error:
                finder.complain(file.path, error)
                return False
        return kind == S_IFREG and file.stat().size == 0

    return test


def nameless_test(field: str, group: bool) -> Callable[[Finder], Test]:
    """-nouser, -nogroup."""
    return lambda finder: lambda file: getattr(file.stat(), field) not in finder.names(group)


WITH_ARGUMENT: dict[bytes, Callable[[Any, bytes, bytes], Test]] = {
    **dict.fromkeys(
        (b"-name", b"-iname", b"-path", b"-ipath", b"-wholename", b"-iwholename", b"-lname", b"-ilname"), name_test
    ),
    **dict.fromkeys((b"-regex", b"-iregex"), regex_test),
    **dict.fromkeys((b"-type", b"-xtype"), type_test),
    **dict.fromkeys((b"-links", b"-inum", b"-uid", b"-gid"), number_test),
    **dict.fromkeys((b"-mtime", b"-atime", b"-ctime", b"-mmin", b"-amin", b"-cmin"), time_test),
    **dict.fromkeys((b"-newer", b"-anewer", b"-cnewer"), newer_test),
    **dict.fromkeys((b"-user", b"-group"), owner_test),
    b"-size": size_test,
    b"-perm": perm_test,
    b"-samefile": samefile_test,
}
WITHOUT: dict[bytes, Callable[[Any], Test]] = {
    b"-empty": empty_test,
    b"-true": lambda finder: lambda file: True,
    b"-false": lambda finder: lambda file: False,
    b"-nouser": nameless_test("uid", False),
    b"-nogroup": nameless_test("gid", True),
    b"-readable": access_test(R_OK),
    b"-writable": access_test(W_OK),
    b"-executable": access_test(X_OK),
}


def kind_of(mode: int) -> int:
    """Return the type bits of a mode."""
    return mode & S_IFMT
