"""g, v, G and V: commands for each line that matches (or doesn't), chosen before the first of them runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import EdError
from .patterns import search
from .printing import print_lines
from .script import Text, extended

if TYPE_CHECKING:
    from collections.abc import Callable

    from .buffer import Line
    from .session import Session


def command(session: Session, letter: bytes, execute: Callable[[bool], None]) -> None:
    """Carry one of them out. execute(in_global) runs the command that session.text begins with. Raises EdError."""
    text, buffer, addresses = session.text, session.buffer, session.addresses
    addresses.check(1, buffer.last)
    lines = _chosen(session, wanted=letter in b"gG")
    if letter in b"GV":
        while text.peek() in b"pln":
            session.print_after += text.take()
        if text.take() != b"\n":
            raise EdError(b"Invalid command suffix")
        flags, session.print_after = session.print_after, b""
        _ask_for_each(session, lines, execute, flags)
        return
    commands = extended(text.line(), session.source)
    # the backslashes that joined the lines go; those that are a command's own stay
    commands = _unescaped(commands)
    if commands.strip(b" \t") in (b"\n", b""):
        commands = b"p\n"
    buffer.new_step()
    _run_for_each(session, lines, commands, execute)


def _unescaped(commands: bytes) -> bytes:
    parts = commands.split(b"\\\n")
    return b"\n".join(parts)


def _chosen(session: Session, *, wanted: bool) -> list[tuple[int, Line]]:
    text, buffer, addresses = session.text, session.buffer, session.addresses
    first, last = addresses.first, addresses.second
    delimiter = text.peek()
    _, pattern = session.patterns.read(text)
    regex = session.patterns.use(pattern)
    if text.peek() == delimiter:
        text.at += 1
    found = []
    for address in range(first, last + 1):
        line = buffer.lines[address - 1]
        if (search(regex, line.text) is not None) == wanted:
            found.append((address, line))
        session.k.tick()
    return found


def _run_for_each(
    session: Session, lines: list[tuple[int, Line]], commands: bytes, execute: Callable[[bool], None]
) -> None:
    buffer = session.buffer
    shift = 0
    for address, line in lines:
        now = buffer.address_of(line, address + shift - 1)
        if not now:
            continue
        shift = now - address
        size = buffer.last
        buffer.current = now
        _run(session, commands, execute)
        shift += buffer.last - size
        session.k.tick()


def _run(session: Session, commands: bytes, execute: Callable[[bool], None]) -> None:
    """Run a list of commands, which is also where `a` and its like take their lines from."""
    outer = session.source
    session.source = session.text = text = Text(commands)
    try:
        while text.at < len(text.data):
            execute(True)
    finally:
        session.source = outer


def _ask_for_each(
    session: Session, lines: list[tuple[int, Line]], execute: Callable[[bool], None], flags: bytes
) -> None:
    buffer = session.buffer
    last = b""
    buffer.new_step()
    for address, line in lines:
        now = buffer.address_of(line, address - 1)
        if not now:
            continue
        print_lines(session, now, now, flags or b"p")
        session.flush()
        commands = session.stdin.line()
        if not commands:
            raise EdError(b"Unexpected end-of-file")
        if commands == b"\n":
            continue
        if commands == b"&\n":
            if not last:
                raise EdError(b"No previous command")
            commands = last
        else:
            commands = last = _unescaped(extended(commands, session.stdin))
        _run(session, commands, execute)
