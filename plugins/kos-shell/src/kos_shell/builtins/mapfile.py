"""mapfile (readarray): the lines of the input into an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import IsADirectory, SysError
from kos_shell.builtins.arguments import integer, parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, ReadonlyVariable
from kos_shell.input import LineSource
from kos_shell.names import is_identifier
from kos_shell.values import ARRAY, ASSOC, CASE, INTEGER, READONLY, IndexedArray, Variable

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_USAGE = "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]"


def mapfile(sh: Shell, argv: list[str]) -> int:
    """mapfile [-t] [-d delim] [-n count] [-O origin] [-s skip] [-u fd] [-C callback] [-c quantum] [array]."""
    options, operands = parse_options(argv, LETTERS["mapfile"], _USAGE.replace("mapfile", argv[0]))
    delimiter, strip, callback = b"\n", False, ""
    count = skip = origin = 0
    quantum = 5000
    keep = False
    fd = sh.stdin
    for option, value in options:
        letter = option[1]
        if letter == "d":
            delimiter = value.encode("utf-8", "surrogateescape")[:1] or b"\0"
        elif letter == "t":
            strip = True
        elif letter == "C":
            callback = value
        else:
            number = integer(value)
            if number is None or number < 0:
                what = {"n": "line count", "s": "line count", "O": "array origin", "u": "file descriptor specification"}
                raise Complaint(f"{value}: invalid {what.get(letter, 'callback quantum')}")
            if letter == "n":
                count = number
            elif letter == "s":
                skip = number
            elif letter == "O":
                origin, keep = number, True
            elif letter == "u":
                fd = number
            else:
                quantum = number
    name = operands[0] if operands else "MAPFILE"
    if not is_identifier(name):
        raise Complaint(f"`{name}': not a valid identifier")
    name = sh.target_name(name)
    variable = sh.resolve(name)
    if variable.flags & READONLY:
        raise ReadonlyVariable(name)
    if variable.flags & ASSOC:
        raise Complaint(f"{name}: not an indexed array")
    try:
        pieces = _pieces(sh, fd, delimiter, skip, count)
    except IsADirectory:
        pieces = []  # bash takes it for empty
    except SysError as error:
        raise Complaint(f"read error: {error.strerror}") from None
    lines = []
    for piece in pieces:
        if strip and piece.endswith(delimiter):
            piece = piece[:-1]
        lines.append(piece.partition(b"\0")[0].decode("utf-8", "surrogateescape"))
    if not keep:
        sh.vars[name] = Variable(IndexedArray(sh.token), variable.flags | ARRAY)
    array = sh.array_for_writing(name)
    assert isinstance(array, IndexedArray)
    for at, line in enumerate(lines):
        if callback and quantum and (at + 1) % quantum == 0:
            from kos_shell.expansion.quoting import single_quote
            from kos_shell.script import run_text

            run_text(sh, f"{callback} {origin + at} {single_quote(line)}")
            array = sh.array_for_writing(name)
            assert isinstance(array, IndexedArray)
        if variable.flags & (INTEGER | CASE):
            sh.set_element(name, origin + at, line)
        else:
            array.set(origin + at, line)
    return 0


def _pieces(sh: Shell, fd: int, delimiter: bytes, skip: int, count: int) -> list[bytes]:
    """Return the lines with their delimiters; with a count nothing behind the last one is taken from the input."""
    if count:
        source = LineSource(sh.k, fd)
        pieces = []
        for at in range(skip + count):
            piece = source.until(delimiter)
            if not piece:
                break
            if at >= skip:
                pieces.append(piece)
        return pieces
    data = sh.k.read_all(fd)
    pieces = [piece + delimiter for piece in data.split(delimiter)]
    last = pieces.pop()[:-1]
    if last:
        pieces.append(last)
    return pieces[skip:]
