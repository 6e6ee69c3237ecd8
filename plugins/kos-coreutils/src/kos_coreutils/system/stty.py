"""stty: show or change the modes of a terminal.

What a terminal without a wire can mean is here: input, output and local modes, control characters, size; of the line's own
settings only those that are kept and shown (cs8, cread, hupcl ...). Speeds are shown as 38400 and can't be set.
"""

from __future__ import annotations

from typing import Any

from kos_kernel.api import O_NONBLOCK, O_RDONLY, Command, Syscalls, SysError

from ..files.console import Console
from ..files.orders import flag, parse, value
from .sttymodes import CHARACTERS, COMBINATIONS, MODES, SANE_CHARACTERS, show_character

STTY = Command(
    "stty",
    like="(GNU coreutils) 9.1",
    usage=["[-F DEVICE] [SETTING]...", "[-F DEVICE] -a", "[-F DEVICE] -g"],
    summary="Show or change the modes of the terminal on standard input.",
    permute=False,
    options=[
        flag("all", "a", "all", help="show all settings"),
        flag("save", "g", "save", help="show them so that stty can read them back"),
        value("file", "F", "file", metavar="DEVICE", help="this terminal instead of standard input"),
    ],
    epilog=(
        "SETTING is one of\n"
        "  a mode (echo, icanon, ixon ...), with - before it to switch it off\n"
        "  a control character and its value (intr ^C, erase ^?, eof undef)\n"
        "  a combination: sane, raw, cooked, cbreak, nl, ek, evenp, oddp, pass8 ...\n"
        "  rows N, cols N, min N, time N; size or speed, to show them\n"
        "  what -g printed"
    ),
)
_GROUPS = ("cflag", "iflag", "oflag", "lflag")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show or change; 1 if standard input is no terminal or a setting unknown."""
    con = Console(k, b"stty")
    split = next((at for at, word in enumerate(argv[1:], 1) if not _is_option(argv, at)), len(argv))
    asked, more = parse(k, STTY, argv[:split])
    settings = more + argv[split:]
    fd, name = 0, b"standard input"
    if asked.file is not None:
        name = asked.file
        try:
            fd = k.open(name, O_RDONLY | O_NONBLOCK)
        except SysError as error:
            con.die(con.plain(name), error)
    try:
        modes = k.tcgetattr(fd)
    except SysError as error:
        con.die(con.quoted(name) if asked.file is None else con.plain(name), error)
    if asked.all and asked.save:
        con.die(b"the options for verbose and stty-readable output styles are\nmutually exclusive")
    if settings and (asked.all or asked.save):
        con.die(b"when specifying an output style, modes may not be set")
    if asked.save:
        fields = [modes.iflag, modes.oflag, modes.cflag, modes.lflag, *modes.cc]
        con.out(b":".join(b"%x" % field for field in fields) + b"\n")
    elif not settings:
        con.out(_show(con, modes, fd, bool(asked.all)))
    else:
        _apply(con, fd, modes, settings)
    return con.finish()


def _is_option(argv: list[bytes], at: int) -> bool:
    """Tell whether the word is one of stty's own options, not a setting like -echo."""
    word = argv[at]
    if argv[at - 1] in (b"-F", b"--file") and at > 1:
        return True
    return word in (b"-a", b"-g", b"-F", b"-ag", b"-ga", b"--all", b"--save", b"--file", b"--help", b"--version") or (
        word.startswith((b"-F", b"--file="))
    )


def _show(con: Console, modes: Any, fd: int, everything: bool) -> bytes:
    """Return the settings: all of them, or only where they differ from `sane`."""
    lines: list[str] = []
    head = ["speed 38400 baud;"]
    if everything:
        rows, columns = _size(con, fd)
        head += [f"rows {rows};", f"columns {columns};"]
    head.append("line = 0;")
    lines.append(" ".join(head))
    words = []
    for name, index in CHARACTERS.items():
        if everything or modes.cc[index] != SANE_CHARACTERS[name]:
            words.append(f"{name} = {show_character(modes.cc[index])};")
    canonical = bool(modes.lflag & 2)
    if everything or not canonical:
        words += [f"min = {modes.cc[6]};", f"time = {modes.cc[5]};"] if everything or not canonical else []
    lines += _wrapped(words)
    for group in _GROUPS:
        names = []
        bits = getattr(modes, group)
        for mode in MODES:
            if mode.group != group or not mode.shown:
                continue
            on = bits & mode.mask == mode.value
            if mode.mask != mode.value or mode.choice:
                if on and (everything or not mode.sane):
                    names.append(mode.name)
            elif everything or on != mode.sane:
                names.append(mode.name if on else "-" + mode.name)
        lines += _wrapped(names)
    return "".join(line + "\n" for line in lines).encode()


def _wrapped(words: list[str], width: int = 80) -> list[str]:
    """Return the words in lines that are narrower than the width."""
    lines: list[str] = []
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) >= width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines


def _size(con: Console, fd: int) -> tuple[int, int]:
    try:
        return con.k.get_winsize(fd)
    except SysError:
        return 0, 0


def _apply(con: Console, fd: int, modes: Any, settings: list[bytes]) -> None:
    """Change what the settings say, all at once."""
    before = (modes.iflag, modes.oflag, modes.cflag, modes.lflag, list(modes.cc))
    words = [word.decode("utf-8", "surrogateescape") for word in settings]
    at = 0
    while at < len(words):
        word = words[at]
        argument = words[at + 1] if at + 1 < len(words) else None
        at += 1
        if word in CHARACTERS or word in ("min", "time", "rows", "cols", "columns", "ispeed", "ospeed", "line"):
            if argument is None:
                con.usage(b"missing argument to " + con.word(word.encode()))
            at += 1
            _set_value(con, fd, modes, word, argument)
        elif word == "size":
            rows, columns = _size(con, fd)
            con.out(b"%d %d\n" % (rows, columns))
        elif word == "speed":
            con.out(b"38400\n")
        elif word in ("drain", "-drain"):
            continue
        elif not (_set_mode(modes, word) or _set_combination(con, modes, word) or _restore(modes, word)):
            con.usage(b"invalid argument " + con.word(settings[at - 1]))
    if before != (modes.iflag, modes.oflag, modes.cflag, modes.lflag, list(modes.cc)):
        try:
            con.k.tcsetattr(fd, 1, modes)
        except SysError as error:
            con.die(b"'standard input'", error)


def _set_value(con: Console, fd: int, modes: Any, word: str, argument: str) -> None:
    """Set a control character, a count or the size."""
    if word in CHARACTERS:
        modes.cc[CHARACTERS[word]] = _character(con, argument)
        return
    if word in ("ispeed", "ospeed", "line"):
        con.die(word.encode() + b" is not supported: there is no line behind this terminal")
    if not argument.isdigit() or int(argument) > 65535:
        con.usage(b"invalid integer argument: " + con.word(argument.encode()))
    number = int(argument)
    if word in ("min", "time"):
        modes.cc[6 if word == "min" else 5] = number & 0xFF
        return
    rows, columns = _size(con, fd)
    con.k.set_winsize(fd, *((number, columns) if word == "rows" else (rows, number)))


def _character(con: Console, text: str) -> int:
    """Return the code of a control character as it is written: ^C, undef, 0x7f, 0177, 127 or itself."""
    if text in ("^-", "undef"):
        return 0
    if len(text) == 1:
        return ord(text) & 0xFF
    if len(text) == 2 and text[0] == "^":
        return 127 if text[1] == "?" else ord(text[1]) & 0x1F
    try:
        code = int(text, 16 if text[:2].lower() == "0x" else 8 if text.startswith("0") else 10)
    except ValueError:
        code = 256
    if not 0 <= code < 256:
        con.usage(b"invalid integer argument: " + con.word(text.encode("utf-8", "surrogateescape")))
    return code


def _set_mode(modes: Any, word: str) -> bool:
    """Switch one mode on or off; False if there is none of that name."""
    off = word.startswith("-")
    name = word[1:] if off else word
    for mode in MODES:
        if mode.name != name:
            continue
        if off and (mode.mask != mode.value or mode.choice):
            return False
        bits = getattr(modes, mode.group) & ~mode.mask
        setattr(modes, mode.group, bits if off else bits | mode.value)
        return True
    return False


def _set_combination(con: Console, modes: Any, word: str) -> bool:
    """Apply a setting that stands for several; False if there is none of that name."""
    found = COMBINATIONS.get(word)
    if found is None:
        return False
    for part in found.split():
        if part == "*chars":
            for name, code in SANE_CHARACTERS.items():
                modes.cc[CHARACTERS[name]] = code
        elif "=" in part:
            name, _, code_text = part.partition("=")
            index = {"min": 6, "time": 5}.get(name, CHARACTERS.get(name, 0))
            modes.cc[index] = int(code_text)
        else:
            _set_mode(modes, part)
    return True


def _restore(modes: Any, word: str) -> bool:
    """Set what -g printed; False if the word isn't that."""
    fields = word.split(":")
    if len(fields) != 4 + len(modes.cc):
        return False
    try:
        numbers = [int(field, 16) for field in fields]
    except ValueError:
        return False
    modes.iflag, modes.oflag, modes.cflag, modes.lflag = numbers[:4]
    modes.cc = [number & 0xFF for number in numbers[4:]]
    return True
