"""The commands of ed, one function each, by their letter. What a global command repeats lives in globally.py, `s` in substitute.py.

A function gets the session, whose `addresses` were read and whose `text` stands behind the letter, and whether a global command
repeats it. They follow GNU ed 1.19, where POSIX leaves a choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import IsADirectory, SysError, cause

from . import files, substitute
from .buffer import Line
from .errors import EdError, Modified, Quit
from .printing import print_lines
from .script import extended

if TYPE_CHECKING:
    from collections.abc import Callable

    from .session import Session


# ------------------------------------------------------------ what they share
def suffix(session: Session) -> None:
    """Read p, l and n behind a command, which print the current line when it's done. Raises EdError for anything else."""
    text = session.text
    while text.peek() in b"pln":
        session.print_after += text.take()
    if text.take() != b"\n":
        raise EdError(b"Invalid command suffix")


def _no_address(session: Session) -> None:
    if session.addresses.count:
        raise EdError(b"Unexpected address")


def _no_suffix(session: Session) -> None:
    if session.text.peek() not in b" \t\n\r\f\v":
        raise EdError(b"Unexpected command suffix")


def _here(session: Session) -> None:
    session.addresses.check(session.buffer.current, session.buffer.current)


def _step(session: Session, in_global: bool) -> None:
    if not in_global:
        session.buffer.new_step()


def _filename(session: Session) -> bytes:
    """Return the file's name or "!command" behind a command, b"" if there is none. Raises EdError."""
    text = session.text
    text.blanks()
    if text.peek() == b"!":
        if session.restricted:
            raise EdError(b"Shell access restricted")
        text.at += 1
        return b"!" + _shell_text(session)
    name = text.line().removesuffix(b"\n")
    if not name and not session.name:
        raise EdError(b"No current filename")
    if len(name) > 4095:
        raise EdError(b"Filename too long")
    return checked(session, name)


def checked(session: Session, name: bytes) -> bytes:
    """Return a file's name if we may use it. Raises EdError."""
    if session.restricted and (b"/" in name or name == b".."):
        raise EdError(b"Directory access restricted")
    return name


def _shell_text(session: Session) -> bytes:
    """Return the shell's command that stands here: ! first is the last one, % the file's name. Raises EdError."""
    if session.restricted:
        raise EdError(b"Shell access restricted")
    line = extended(session.text.line(), session.source)
    line = line.removesuffix(b"\n")
    parts = []
    changed = False
    at = 0
    if line[:1] == b"!":
        if session.shell_command is None:
            raise EdError(b"No previous command")
        parts.append(session.shell_command)
        changed = True
        at = 1
    while at < len(line):
        byte = line[at : at + 1]
        if byte == b"\\" and at + 1 < len(line):
            # a backslash protects % alone
            parts.append(line[at + 1 : at + 2] if line[at + 1 : at + 2] == b"%" else line[at : at + 2])
            at += 2
            continue
        if byte == b"%":
            if not session.name:
                raise EdError(b"No current filename")
            parts.append(session.name)
            changed = True
        else:
            parts.append(byte)
        at += 1
    session.shell_command = b"".join(parts)
    if changed:
        session.say(session.shell_command + b"\n")
    return session.shell_command


# ------------------------------------------------------------ input
def _append_lines(session: Session, after: int, in_global: bool) -> None:
    """Put the lines that follow, up to a dot, behind a line."""
    buffer = session.buffer
    buffer.current = after
    new: list[Line] = []
    try:
        while True:
            line = session.source.line()
            if not line or line in (b".\n", b"."):
                break
            new.append(Line(line.removesuffix(b"\n")))
            if len(new) >= 4096:  # accounted for while they come
                buffer.replace(buffer.current + 1, buffer.current, new)
                buffer.current += len(new)
                new = []
    finally:
        if new:
            buffer.replace(buffer.current + 1, buffer.current, new)
            buffer.current += len(new)


def _append(session: Session, in_global: bool) -> None:
    addresses = session.addresses
    after = addresses.second if addresses.count else session.buffer.current
    suffix(session)
    _step(session, in_global)
    _append_lines(session, after, in_global)


def _insert(session: Session, in_global: bool) -> None:
    addresses = session.addresses
    before = addresses.second if addresses.count else session.buffer.current
    suffix(session)
    _step(session, in_global)
    size = session.buffer.last
    _append_lines(session, max(before - 1, 0), in_global)
    if session.buffer.last == size:
        session.buffer.current = before  # nothing came


def _change(session: Session, in_global: bool) -> None:
    addresses, buffer = session.addresses, session.buffer
    _here(session)
    suffix(session)
    _step(session, in_global)
    _cut(session)
    _append_lines(session, addresses.first - 1, in_global)
    if buffer.current == addresses.first - 1 and buffer.last and buffer.current < buffer.last:
        buffer.current += 1  # nothing came in their place


def _cut(session: Session) -> None:
    addresses, buffer = session.addresses, session.buffer
    buffer.cut = buffer.lines[addresses.first - 1 : addresses.second]
    buffer.replace(addresses.first, addresses.second, [])
    buffer.current = addresses.first - 1


def _delete(session: Session, in_global: bool) -> None:
    _here(session)
    suffix(session)
    _step(session, in_global)
    _cut(session)
    buffer = session.buffer
    buffer.current = min(buffer.current + 1, buffer.last)


# ------------------------------------------------------------ files
def read_file(session: Session, name: bytes, after: int) -> int:
    """Read a file behind a line, tell its size, and return that. Raises EdError."""
    try:
        size, told = files.read_lines(session.k, session.buffer, name, after, strip_cr=session.strip_cr)
    except SysError as error:
        session.complain((name + b": " if name else b"") + cause(error) + b"\n")
        raise EdError(
            b"Cannot read input file" if isinstance(error, IsADirectory) else b"Cannot open input file"
        ) from None
    if told:
        session.say(told)
    if not session.script:
        session.say(b"%d\n" % size)
    return size


def _edit(session: Session, in_global: bool, *, anyway: bool = False) -> None:
    _no_address(session)
    _no_suffix(session)
    if not anyway and session.buffer.modified and not session.warned:
        raise Modified
    name = _filename(session)
    session.buffer.clear()
    if name and not name.startswith(b"!"):
        session.name = name
    read_file(session, name or session.name, 0)
    session.buffer.journal.forget()
    session.buffer.modified = False


def _edit_anyway(session: Session, in_global: bool) -> None:
    _edit(session, in_global, anyway=True)


def _file(session: Session, in_global: bool) -> None:
    _no_address(session)
    _no_suffix(session)
    name = _filename(session)
    if name.startswith(b"!"):
        raise EdError(b"Invalid redirection")
    session.name = name or session.name
    session.say(session.name + b"\n")


def _read(session: Session, in_global: bool) -> None:
    _no_suffix(session)
    buffer = session.buffer
    after = session.addresses.second if session.addresses.count else buffer.last
    name = _filename(session)
    _step(session, in_global)
    if not session.name and not name.startswith(b"!"):
        session.name = name
    before = buffer.modified
    if read_file(session, name or session.name, after) == 0:
        buffer.modified = before


def _write(session: Session, in_global: bool, *, append: bool = False) -> None:
    text, buffer, addresses = session.text, session.buffer, session.addresses
    then = text.take() if text.peek() in b"qQ" else b""
    _no_suffix(session)
    name = _filename(session)
    if addresses.count == 0 and not buffer.last:
        addresses.first = addresses.second = 0
    else:
        addresses.check(1, buffer.last)
    if not session.name and not name.startswith(b"!"):
        session.name = name
    target = name or session.name
    session.flush()
    try:
        size = files.write_lines(session.k, buffer, target, addresses.first, addresses.second, append=append)
    except SysError as error:
        session.complain(b"%s: %s\n" % (target, cause(error)))
        raise EdError(
            b"Cannot open output file" if not isinstance(error, files.FULL) else b"Cannot write file"
        ) from None
    if not session.script:
        session.say(b"%d\n" % size)
    if addresses.first <= 1 and addresses.second == buffer.last and not name.startswith(b"!"):
        buffer.modified = False
    elif then == b"q" and buffer.modified and not session.warned:
        raise Modified
    if then:
        raise Quit


def _write_more(session: Session, in_global: bool) -> None:
    _write(session, in_global, append=True)


# ------------------------------------------------------------ messages, the end
def _explain(session: Session, in_global: bool) -> None:
    _no_address(session)
    suffix(session)
    if session.message:
        session.say(session.message + b"\n")


def _verbose(session: Session, in_global: bool) -> None:
    _no_address(session)
    suffix(session)
    session.verbose = not session.verbose
    if session.verbose and session.message:
        session.say(session.message + b"\n")


def _prompt(session: Session, in_global: bool) -> None:
    _no_address(session)
    suffix(session)
    session.prompting = not session.prompting


def _quit(session: Session, in_global: bool) -> None:
    _no_address(session)
    suffix(session)
    if session.buffer.modified and not session.warned:
        raise Modified
    raise Quit


def _quit_anyway(session: Session, in_global: bool) -> None:
    _no_address(session)
    suffix(session)
    raise Quit


# ------------------------------------------------------------ lines
def _join(session: Session, in_global: bool) -> None:
    addresses, buffer = session.addresses, session.buffer
    addresses.check(buffer.current, buffer.current + 1)
    suffix(session)
    _step(session, in_global)
    first, last = addresses.first, addresses.second
    if first == last:
        return
    old = buffer.lines[first - 1 : last]
    size = sum(len(line.text) for line in old)
    session.k.charge(size)
    try:
        buffer.replace(first, last, [Line(b"".join([line.text for line in old]))])
    finally:
        session.k.charge(-size)
    buffer.cut = old
    buffer.current = first


def _mark(session: Session, in_global: bool) -> None:
    name = session.text.take()
    addresses, buffer = session.addresses, session.buffer
    address = addresses.second if addresses.count else buffer.current
    if address == 0:
        raise EdError(b"Invalid address")
    suffix(session)
    buffer.mark(address, name)


def _printer(flag: bytes) -> Callable[[Session, bool], None]:
    def show(session: Session, in_global: bool) -> None:
        _here(session)
        suffix(session)
        flags = session.print_after + flag
        session.print_after = b""
        print_lines(session, session.addresses.first, session.addresses.second, flags)

    return show


def _move(session: Session, in_global: bool) -> None:
    addresses, buffer = session.addresses, session.buffer
    _here(session)
    to = addresses.third(session.text)
    first, last = addresses.first, addresses.second
    if first <= to < last:
        raise EdError(b"Invalid destination")
    suffix(session)
    _step(session, in_global)
    count = last - first + 1
    if to == last or to == first - 1:
        buffer.current = first + count - 1 if to == first - 1 else last
        buffer.modified = True
        return
    moved = buffer.lines[first - 1 : last]
    buffer.replace(first, last, [])
    after = to if to < first else to - count
    buffer.replace(after + 1, after, moved)
    buffer.current = after + count


def _copy(session: Session, in_global: bool) -> None:
    addresses, buffer = session.addresses, session.buffer
    _here(session)
    to = addresses.third(session.text)
    suffix(session)
    _step(session, in_global)
    _put(session, buffer.lines[addresses.first - 1 : addresses.second], to)


def _put(session: Session, lines: list[Line], after: int) -> None:
    buffer = session.buffer
    buffer.replace(after + 1, after, [Line(line.text) for line in lines])
    buffer.current = after + len(lines)


def _put_cut(session: Session, in_global: bool) -> None:
    addresses, buffer = session.addresses, session.buffer
    after = addresses.second if addresses.count else buffer.current
    suffix(session)
    _step(session, in_global)
    if not buffer.cut:
        raise EdError(b"Nothing to put")
    _put(session, buffer.cut, after)


def _yank(session: Session, in_global: bool) -> None:
    _here(session)
    suffix(session)
    session.buffer.cut = session.buffer.lines[session.addresses.first - 1 : session.addresses.second]


def _undo(session: Session, in_global: bool) -> None:
    _no_address(session)
    suffix(session)
    session.buffer.undo()


def _window(session: Session, in_global: bool) -> None:
    addresses, buffer, text = session.addresses, session.buffer, session.text
    _second(session, buffer.current + (not in_global))
    if text.peek().isdigit() and text.peek() != b"0":
        session.window = text.number()
    suffix(session)
    flags, session.print_after = session.print_after, b""
    print_lines(session, addresses.second, min(buffer.last, addresses.second + session.window - 1), flags)


def _second(session: Session, default: int) -> None:
    """Fill in the one address of z and of an empty command."""
    addresses, buffer = session.addresses, session.buffer
    if not addresses.count:
        addresses.second = default
    if not 1 <= addresses.second <= buffer.last:
        raise EdError(b"Invalid address")


def _number(session: Session, in_global: bool) -> None:
    suffix(session)
    addresses = session.addresses
    session.say(b"%d\n" % (addresses.second if addresses.count else session.buffer.last))


def _shell(session: Session, in_global: bool) -> None:
    _no_address(session)
    command = _shell_text(session)
    session.flush()
    files.run_shell(session.k, command)
    if not session.script:
        session.say(b"!\n")


def _comment(session: Session, in_global: bool) -> None:
    session.text.line()


def _next(session: Session, in_global: bool) -> None:
    _second(session, session.buffer.current + (not in_global))
    print_lines(session, session.addresses.second, session.addresses.second, b"p")


COMMANDS: dict[bytes, Callable[[Session, bool], None]] = {
    b"a": _append, b"c": _change, b"d": _delete, b"e": _edit, b"E": _edit_anyway, b"f": _file, b"h": _explain, b"H": _verbose,
    b"i": _insert, b"j": _join, b"k": _mark, b"l": _printer(b"l"), b"n": _printer(b"n"), b"p": _printer(b"p"), b"m": _move,
    b"P": _prompt, b"q": _quit, b"Q": _quit_anyway, b"r": _read, b"s": substitute.command, b"t": _copy, b"u": _undo,
    b"w": _write, b"W": _write_more, b"x": _put_cut, b"y": _yank, b"z": _window, b"=": _number, b"!": _shell, b"#": _comment,
    b"\n": _next,
}  # fmt: skip
