"""history and fc: what was typed, and the file that it is kept in.

Lines are in Shell.history; the first has the number Shell.history_base. `history_unsaved` were typed that aren't in HISTFILE yet
(more than there are, if HISTSIZE took some), and `history_read` lines of that file are known. What an interactive shell does
with them at its start and end is here too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, SysError
from kos_shell.builtins.arguments import integer, parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, Discard, UsageComplaint

if TYPE_CHECKING:
    from kos_shell.shell import Shell

DEFAULT_SIZE = "500"
_USAGE = "history [-c] [-d offset] [n] or history -anrw [filename] or history -s arg [arg...]"


def history(sh: Shell, argv: list[str]) -> int:
    """history [-c] [n], -d offset, -s words, and -a -n -r -w with the history file."""
    options, operands = parse_options(argv, LETTERS["history"], _USAGE)
    letters = {option[1] for option, _ in options}
    if len(letters & set("anrw")) > 1:
        raise Complaint("cannot use more than one of -anrw")
    if "c" in letters:
        forget(sh)
    offset = next((value for option, value in options if option == "-d"), None)
    if offset is not None:
        return _delete(sh, offset)
    if "s" in letters:
        if operands:
            if sh.history_added:  # this command itself doesn't count
                sh.history = sh.history[:-1]
                sh.history_added = False
            _add(sh, " ".join(operands))
        return 0
    file_letter = next(iter(letters & set("anrw")), None)
    if file_letter is not None:
        return _with_file(sh, file_letter, operands[0] if operands else None)
    if "c" in letters and not operands:
        return 0
    if len(operands) > 1:
        sh.warn("history: too many arguments")
        raise Discard(1)
    count = len(sh.history)
    if operands:
        number = integer(operands[0])
        if number is None:
            raise Complaint(f"{operands[0]}: numeric argument required")
        count = min(abs(number), count)
    start = len(sh.history) - count
    sh.write("".join([f"{sh.history_base + start + at:5d}  {line}\n" for at, line in enumerate(sh.history[start:])]))
    return 0


def _delete(sh: Shell, offset: str) -> int:
    """history -d N or N-M; negative numbers count from the end."""
    size = len(sh.history)
    first, dash, last = offset[1:].partition("-")
    first = offset[:1] + first
    ends = [first, last] if dash else [first]
    places = []
    for text in ends:
        number = integer(text)
        if number is None:
            raise Complaint(f"{offset}: history position out of range")
        place = size + number if number < 0 else number - sh.history_base
        if not 0 <= place < size:
            raise Complaint(f"{offset}: history position out of range")
        places.append(place)
    if places[-1] < places[0]:
        raise Complaint(f"{offset}: history position out of range")
    sh.history = sh.history[: places[0]] + sh.history[places[-1] + 1 :]
    sh.history_unsaved = max(
        0, sh.history_unsaved - (places[-1] - places[0] + 1)
    )  # as bash counts, whichever they were
    return 0


def _with_file(sh: Shell, letter: str, name: str | None) -> int:
    name = name or sh.get("HISTFILE")
    if not name:
        return 1
    try:
        if letter == "a":
            append(sh, name)
        elif letter == "w":
            _write(sh, name, sh.history, O_TRUNC)
            sh.history_read = len(sh.history)
            sh.history_unsaved = 0
        else:
            lines = _lines(sh, name)
            for line in lines[sh.history_read if letter == "n" else 0 :]:
                _add(sh, line)
            sh.history_read = len(lines)
    except SysError as error:
        raise Complaint(f"{name}: cannot use history file: {error.strerror}") from None
    return 0


def append(sh: Shell, name: str) -> None:
    """Put the lines that aren't in the history file at its end. Raises SysError."""
    if sh.history_unsaved and sh.history:
        _write(sh, name, sh.history[-sh.history_unsaved :], O_APPEND)
        sh.history_read += sh.history_unsaved
        sh.history_unsaved = 0


def _write(sh: Shell, name: str, lines: tuple[str, ...], how: int) -> None:
    fd = sh.k.open(name.encode("utf-8", "surrogateescape"), O_WRONLY | O_CREAT | how, 0o600)
    try:
        data = "".join([f"{line}\n" for line in lines]).encode("utf-8", "surrogateescape")
        while data:
            data = data[sh.k.write(fd, data) :]
    finally:
        sh.k.close(fd)


def _lines(sh: Shell, name: str) -> list[str]:
    fd = sh.k.open(name.encode("utf-8", "surrogateescape"))
    try:
        data: bytes = sh.k.read_all(fd)
    finally:
        sh.k.close(fd)
    return [line for line in data.decode("utf-8", "surrogateescape").split("\n") if line]


# ------------------------------------------------------------------------------------------------------- keeping lines
def forget(sh: Shell) -> None:
    """Forget all lines."""
    sh.history = ()
    sh.history_base = 1
    sh.history_unsaved = 0


def remember(sh: Shell, text: str) -> None:
    """Keep a line that was typed, unless HISTCONTROL or HISTIGNORE say no."""
    line = text.rstrip("\n")
    sh.history_added = False
    if not line.strip():
        return
    control = (sh.get("HISTCONTROL") or "").split(":")
    both = "ignoreboth" in control
    if (both or "ignorespace" in control) and line[0] in " \t":
        return
    if (both or "ignoredups" in control) and sh.history and sh.history[-1] == line:
        return
    for pattern in filter(None, re.split(r"(?<!\\):", sh.get("HISTIGNORE") or "")):
        known = re.sub(r"\\(.)|&", lambda found: found[0] if found[1] else (sh.history or ("",))[-1], pattern)
        if sh.caches.glob(known, extglob="extglob" in sh.options).matches(line):
            return
    if "erasedups" in control:
        sh.history = tuple(old for old in sh.history if old != line)
    _add(sh, line)
    sh.history_added = True
    sh.history_unsaved += 1


def _add(sh: Shell, line: str) -> None:
    sh.history = (*sh.history, line)
    size = _limit(sh, "HISTSIZE")
    if size is not None and len(sh.history) > size:
        sh.history = sh.history[1:]
        sh.history_base += 1


def _limit(sh: Shell, name: str) -> int | None:
    number = integer(sh.get(name) or "")
    return number if number is not None and number >= 0 else None


def shrink(sh: Shell) -> None:
    """HISTSIZE has changed: keep that many lines, the newest. Their numbers begin where bash has them begin."""
    size = _limit(sh, "HISTSIZE")
    if size is not None and len(sh.history) > size:
        sh.history_base = len(sh.history) - size
        sh.history = sh.history[sh.history_base :]


def shrink_file(sh: Shell) -> None:
    """HISTFILESIZE: the history file keeps that many lines, the newest."""
    size, name = _limit(sh, "HISTFILESIZE"), sh.get("HISTFILE")
    if size is None or not name:
        return
    try:
        lines = _lines(sh, name)
        if len(lines) > size:
            _write(sh, name, tuple(lines[len(lines) - size :]), O_TRUNC)
    except SysError:
        return  # no file is a short file


def begin(sh: Shell) -> None:
    """What an interactive shell does at its start, once its start-up files have run."""
    for name, default in (("HISTSIZE", DEFAULT_SIZE), ("HISTFILESIZE", sh.get("HISTSIZE") or DEFAULT_SIZE)):
        if sh.get(name) is None:
            sh.assign(name, default)
    shrink_file(sh)
    try:
        lines = _lines(sh, sh.get("HISTFILE") or "/dev/null")
    except SysError:
        lines = []
    sh.history = (*lines, *sh.history)
    sh.history_read = len(lines)
    shrink(sh)


def end(sh: Shell) -> None:
    """What an interactive shell does at its end: what was typed goes to the history file."""
    name = sh.get("HISTFILE")
    if not name or not sh.history_unsaved:
        return
    try:
        if sh.history_unsaved <= len(sh.history) or "histappend" in sh.options:
            append(sh, name)
        else:  # more was typed than HISTSIZE lets stand: what stands replaces the file
            _write(sh, name, sh.history, O_TRUNC)
    except SysError:
        return  # as bash: a history that can't be written is lost
    shrink_file(sh)


# ------------------------------------------------------------------------------------------------------------------- fc
def fc(sh: Shell, argv: list[str]) -> int:
    """fc -l [-nr] [first] [last]: list the history. Editing needs an editor, which this shell doesn't run."""
    arguments = list(argv)
    at = 1
    while at < len(arguments) and arguments[at][:1] == "-" and not arguments[at][1:].isdecimal():
        at += 1
    options, operands = parse_options(arguments[:at], LETTERS["fc"], "fc -l [-nr] [first] [last]")
    operands += arguments[at:]
    letters = {option[1] for option, _ in options}
    if "l" not in letters:
        raise UsageComplaint("editing and running commands of the history: not supported by this shell")
    lines, base = sh.history, sh.history_base
    size = len(lines)
    newest = size - 1 - ("history" in sh.options)  # fc itself doesn't count
    if newest < 0:
        return 0

    def place(text: str) -> int:
        number = integer(text)
        if number is None:
            found = next((at for at in range(newest, -1, -1) if lines[at].startswith(text)), None)
            if found is None:
                raise Complaint("history specification out of range")
            return found
        return max(0, min(newest, newest + 1 + number if number < 0 else newest if number == 0 else number - base))

    first = place(operands[0]) if operands else max(0, newest - 15)
    last = place(operands[1]) if len(operands) > 1 else newest
    chosen = list(range(min(first, last), max(first, last) + 1))
    if ("r" in letters) or first > last:
        chosen.reverse()
    sh.write("".join([f"{'' if 'n' in letters else base + at}\t {lines[at]}\n" for at in chosen]))
    return 0
