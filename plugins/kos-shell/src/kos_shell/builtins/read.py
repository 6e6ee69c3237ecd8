"""read: a line of input, split into variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import POLLIN, Interrupted, SysError
from kos_shell.builtins.arguments import integer, parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, UsageComplaint
from kos_shell.input import LineSource, quick_line
from kos_shell.names import is_identifier, split_subscript

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_USAGE = (
    "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]"
)
_TIMED_OUT = 142


def read(sh: Shell, argv: list[str]) -> int:
    """read [-rs] [-a array] [-d delim] [-n n] [-N n] [-p prompt] [-t seconds] [-u fd] [names]; 1 at the end of the file."""
    raw = silent = False
    array: str | None = None
    delimiter = b"\n"
    limit = 0
    exactly = False
    prompt = ""
    timeout_ns: int | None = None
    fd = sh.stdin
    edited = initial = False
    names = argv[1:]
    plain = True
    if names and names[0][:1] == "-":
        if names[0] == "-r":
            raw = True
            names = names[1:]
            if names and names[0][:1] == "-":
                names = argv[1:]
        if names and names[0][:1] == "-":
            plain = False
            options, names = parse_options(argv, LETTERS["read"], _USAGE)
            for option, value in options:
                letter = option[1]
                if letter == "r":
                    raw = True
                elif letter == "s":
                    silent = True
                elif letter == "e":
                    edited = True
                elif letter == "i":
                    initial = True
                elif letter == "a":
                    array = value
                    if not is_identifier(array):
                        raise Complaint(f"`{array}': not a valid identifier")
                elif letter == "d":
                    delimiter = value[:1].encode("utf-8", "surrogateescape")[:1] or b"\0"
                elif letter == "p":
                    prompt = value
                elif letter == "t":
                    timeout_ns = _nanoseconds(value)
                elif letter == "u":
                    number = integer(value)
                    if number is None or number < 0:
                        raise Complaint(f"{value}: invalid file descriptor specification")
                    fd = (sh.stdin, sh.stdout, sh.stderr)[number] if number < 3 else number
                    try:
                        sh.k.get_cloexec(fd)
                    except SysError as error:
                        raise Complaint(f"{value}: invalid file descriptor: {error.strerror}") from None
                else:
                    number = integer(value)
                    if number is None or number < 0:
                        raise Complaint(f"{value}: invalid number")
                    limit = number
                    exactly = letter == "N"
                    if limit == 0 and not exactly:
                        limit = -1
    if edited and (initial or sh.interactive) and _is_terminal(sh, fd):  # elsewhere bash too passes over both
        raise UsageComplaint(f"{'-i' if initial else '-e'}: line editing isn't supported by this shell")
    for name in names:
        if name not in sh.vars and not is_identifier(split_subscript(name)[0]):
            raise Complaint(f"`{name}': not a valid identifier")
    head = b""
    if plain:
        head = quick_line(sh)
        if head[-1:] == b"\n" and (raw or b"\\" not in head) and b"\0" not in head:
            _store(sh, head[:-1].decode("utf-8", "surrogateescape"), None, None, names, False)
            return 0
    k = sh.k
    if prompt and _is_terminal(sh, fd):
        sh.write_error(prompt)
    if timeout_ns == 0:
        try:
            return 0 if k.poll([(fd, POLLIN)], 0) else 1
        except SysError:
            return 1
    if limit == -1:
        _store(sh, "", None, array, names, exactly)
        return 0
    attributes = None
    if silent and _is_terminal(sh, fd):
        from kos_shell.terminal import echo_off

        attributes = echo_off(k, fd)
    try:
        text, escaped, status = _input(sh, fd, raw, delimiter, limit, exactly, timeout_ns, head)
    finally:
        if attributes is not None:
            k.tcsetattr(fd, 0, attributes)
    _store(sh, text, escaped, array, names, exactly)
    return status


def read_rest(sh: Shell, head: bytes, raw: bool, names: list[str]) -> int:
    """Go on with a plain `read` of standard input of which `head` was read already; return the status. Raises Complaint."""
    text, escaped, status = _input(sh, sh.stdin, raw, b"\n", 0, False, None, head)
    _store(sh, text, escaped, None, names, False)
    return status


def store_line(sh: Shell, text: str, names: list[str]) -> int:
    """Split a line in which nothing is escaped into variables; return 0."""
    if len(names) == 1 and not sh.splitter.ifs and not sh.allexport:
        name = names[0]
        kind = type(sh.vars.get(name))
        if kind is str or kind is int:
            sh.vars[name] = text
            return 0
    _store(sh, text, None, None, names, False)
    return 0


def _is_terminal(sh: Shell, fd: int) -> bool:
    try:
        return bool(sh.k.isatty(fd))
    except SysError:
        return False


def _nanoseconds(text: str) -> int:
    whole, _dot, part = text.partition(".")
    if not (whole or part) or not (whole or "0").isdecimal() or not (part or "0").isdecimal() or len(whole) > 12:
        raise Complaint(f"{text}: invalid timeout specification")
    return int(whole or "0") * 1_000_000_000 + int((part + "000000000")[:9])


def _input(
    sh: Shell,
    fd: int,
    raw: bool,
    delimiter: bytes,
    limit: int,
    exactly: bool,
    timeout_ns: int | None,
    head: bytes,
) -> tuple[str, frozenset[int] | None, int]:
    """Return (text without the delimiter, positions that a backslash protects or None, status). head: what was read before."""
    k = sh.k
    source = LineSource(k, fd)
    stop = b"" if exactly else delimiter
    if timeout_ns is None and not limit:
        data, status = _lines(sh, source, stop, raw, head)
    else:
        data, status = _bounded(sh, source, stop, raw, limit, timeout_ns, fd)
    if b"\0" in data:
        data = data.replace(b"\0", b"")
    text = data.decode("utf-8", "surrogateescape")
    if raw or "\\" not in text:
        return text, None, status
    return _unescape(text, status)


def _unescape(text: str, status: int) -> tuple[str, frozenset[int], int]:
    """Take the backslashes out: each protects the character behind it; before a newline both are gone."""
    out: list[str] = []
    protected: set[int] = set()
    at = 0
    while at < len(text):
        c = text[at]
        if c == "\\":
            at += 1
            if at >= len(text):
                break
            c = text[at]
            if c != "\n":
                protected.add(len(out))
                out.append(c)
        else:
            out.append(c)
        at += 1
    return "".join(out), frozenset(protected), status


def _continued(line: bytes) -> bool:
    """Tell whether a line's end is escaped: an odd number of backslashes before the delimiter."""
    body = line[:-1]
    return (len(body) - len(body.rstrip(b"\\"))) % 2 == 1


def _lines(sh: Shell, source: LineSource, stop: bytes, raw: bool, data: bytes) -> tuple[bytes, int]:
    """Go on from `data`, which was read before, to the end of the line, which a backslash may put off."""
    ended = data != b"" and data.endswith(stop)
    while True:
        if not ended:
            try:
                piece = source.until(stop)
            except Interrupted as interrupted:
                data += interrupted.data
                if sh.pending:
                    sh.run_pending()
                continue
            except SysError as error:
                raise Complaint(f"read error: {source.fd}: {error.strerror}") from None
            data += piece
            if not piece.endswith(stop) or not piece:
                return data, 1
        if raw or not _continued(data):
            return data[:-1], 0
        ended = False


def _bounded(
    sh: Shell, source: LineSource, stop: bytes, raw: bool, limit: int, timeout_ns: int | None, fd: int
) -> tuple[bytes, int]:
    """Character by character, for -n, -N and -t."""
    k = sh.k
    deadline = None if timeout_ns is None else k.clock_ns(1) + timeout_ns
    out = bytearray()
    count = 0
    escaping = False
    while not limit or count < limit:
        if deadline is not None:
            left = deadline - k.clock_ns(1)
            try:
                if left <= 0 or not k.poll([(fd, POLLIN)], left):
                    return bytes(out), _TIMED_OUT
            except Interrupted:
                if sh.pending:
                    sh.run_pending()
                continue
        try:
            byte = k.read(fd, 1)
        except Interrupted:
            if sh.pending:
                sh.run_pending()
            continue
        except SysError as error:
            raise Complaint(f"read error: {fd}: {error.strerror}") from None
        if not byte:
            return bytes(out), 1
        if not escaping and byte == stop:
            return bytes(out), 0
        out += byte
        if byte[0] & 0xC0 == 0xC0:
            need = 1 if byte[0] < 0xE0 else 2 if byte[0] < 0xF0 else 3
            while need:
                more = k.read(fd, 1)
                if not more:
                    return bytes(out), 1
                out += more
                need -= 1
        if not raw and byte == b"\\" and not escaping:
            escaping = True
            continue
        if escaping and byte == b"\n":
            escaping = False
            continue
        escaping = False
        count += 1
    return bytes(out), 0


def _store(
    sh: Shell, text: str, protected: frozenset[int] | None, array: str | None, names: list[str], whole: bool
) -> None:
    """Split the text and assign the pieces."""
    if whole:
        if array is not None:
            sh.set_array(array, [text])
            return
        _assign(sh, names[0] if names else "REPLY", text)
        for name in names[1:]:
            _assign(sh, name, "")
        return
    if array is not None:
        sh.unset_array_value(array)
        sh.set_array(array, _split(sh, text, protected, 0))
        return
    if not names:
        sh.assign("REPLY", text)
        return
    if len(names) == 1:
        splitter = sh.splitter
        if not splitter.ifs:
            _assign(sh, names[0], text)
            return
        if not splitter.other and not protected:
            _assign(sh, names[0], text.strip(splitter.white))
            return
    fields = _split(sh, text, protected, len(names))
    for at, name in enumerate(names):
        _assign(sh, name, fields[at] if at < len(fields) else "")


def _assign(sh: Shell, name: str, value: str) -> None:
    kind = type(sh.vars.get(name))
    if kind is str or kind is int:
        sh.vars[name] = value
        return
    base, subscript = split_subscript(name)
    if subscript is None:
        sh.assign(base, value)
    else:
        sh.set_element(base, sh.subscript_key(base, sh.expand_subscript(subscript)), value)


def _split(sh: Shell, text: str, protected: frozenset[int] | None, count: int) -> list[str]:
    """Split by IFS into at most `count` fields (0 = as many as there are); the last takes the rest of the line.

    Protected positions are ordinary characters. The last field loses white space of IFS at its end, and one other
    delimiter if that is all that follows it.
    """
    splitter = sh.splitter
    white, other = splitter.white, splitter.other
    if not splitter.ifs:
        return [text] if text else []
    if not protected:
        if not other:
            text = text.strip(white)
            if not text:
                return []
            return splitter.delimiter.split(text, count - 1) if count else splitter.delimiter.split(text)
        if not white and len(other) == 1 and count and text.count(other) < count:
            fields = text.split(other)
            if not fields[-1]:
                fields.pop()  # what ended the last field began no other
            return fields
    guarded = protected or frozenset()

    def kind(at: int) -> str:
        c = text[at]
        if at in guarded:
            return ""
        return "w" if c in white else "o" if c in other else ""

    size = len(text)
    at = 0
    while at < size and kind(at) == "w":
        at += 1
    found: list[str] = []
    while at < size:
        if count and len(found) == count - 1:
            found.append(_rest(text, at, size, kind))
            return found
        start = at
        while at < size and not kind(at):
            at += 1
        found.append(text[start:at])
        while at < size and kind(at) == "w":
            at += 1
        if at < size and kind(at) == "o":
            at += 1
            while at < size and kind(at) == "w":
                at += 1
    return found


def _rest(text: str, at: int, size: int, kind: object) -> str:
    """Return what the last variable gets."""
    stop = size
    while stop > at and kind(stop - 1) == "w":  # type: ignore[operator]
        stop -= 1
    end = at
    while end < stop and not kind(end):  # type: ignore[operator]
        end += 1
    after = end
    while after < stop and kind(after) == "w":  # type: ignore[operator]
        after += 1
    if after < stop and kind(after) == "o":  # type: ignore[operator]
        after += 1
        if after == stop:
            return text[at:end]  # a single field: its delimiter isn't part of it
    return text[at:stop]
