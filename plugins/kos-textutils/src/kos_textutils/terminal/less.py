"""less and more: a pager; without a terminal they copy, as cat does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import CHUNK, Command, Digits, Flag, SysError, Value, Writer, cause, complain, parsed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .pager import Modes, Text

LESS = Command(
    "less",
    usage="[OPTION]... [+COMMAND] [FILE]...",
    summary="Show text a screen at a time. Without a terminal, copy it. The key h shows the keys.",
    options=[
        Flag("end", "e", "quit-at-eof", "E", "QUIT-AT-EOF", help="quit at the end of the last file"),
        Flag("one", "F", "quit-if-one-screen", help="quit if everything fits on one screen"),
        Flag("ignore_case", "i", "ignore-case", "I", "IGNORE-CASE", help="search without regard to case"),
        Flag("numbers", "N", "LINE-NUMBERS", help="show the numbers of lines"),
        Flag("long", "M", "LONG-PROMPT", "m", "long-prompt", help="prompt with the place in the file"),
        Value("pattern", "p", "pattern", metavar="PATTERN", help="start at the first line that matches"),
        Flag("raw", "R", "RAW-CONTROL-CHARS", "r", "raw-control-chars", help="let colours through"),
        Flag("squeeze", "s", "squeeze-blank-lines", help="show several blank lines as one"),
        Flag("chop", "S", "chop-long-lines", help="cut long lines off"),
        Flag("keep", "X", "no-init", help="don't switch to the terminal's other screen"),
    ],
)
MORE = Command(
    "more",
    usage="[OPTION]... [+LINE|+/PATTERN] [FILE]...",
    summary="Show text a screen at a time. Without a terminal, copy it.",
    options=[
        Flag("end", "e", "exit-on-eof", help="exit at the end of the text"),
        Flag("squeeze", "s", "squeeze", help="show several blank lines as one"),
        Flag("plain", "u", "plain", help="don't show underlining and bold"),
        Value("rows", "n", "lines", metavar="NUMBER", help="the number of lines of a screenful"),
        Digits("rows"),
    ],
)


def less(k: Syscalls, argv: list[bytes]) -> int:
    """Show the files. Status 1 if one couldn't be read."""
    from .pager import Modes

    commands, words = _commands(argv)
    opts, files = parsed(k, LESS, words)
    modes = Modes()
    modes.numbers, modes.chop, modes.raw, modes.squeeze = opts.numbers, opts.chop, opts.raw, opts.squeeze
    modes.quit_at_end, modes.quit_if_one_screen, modes.keep_screen = opts.end, opts.one, opts.keep
    modes.ignore_case = opts.ignore_case
    modes.pattern = opts.pattern or b""
    if opts.long:
        modes.percent = True
    _start(modes, commands)
    if not files and k.isatty(0):
        k.write(2, b'Missing filename ("less --help" for help)\n')
        return 1
    return _show(k, files, modes, False)


def more(k: Syscalls, argv: list[bytes]) -> int:
    """Show the files. Status 1 if one couldn't be read."""
    from .pager import Modes

    commands, words = _commands(argv)
    opts, files = parsed(k, MORE, words)
    modes = Modes()
    modes.squeeze, modes.quit_at_end = opts.squeeze, opts.end
    modes.keep_screen = modes.percent = True
    if opts.rows is not None:
        if not opts.rows.isdigit() or len(opts.rows) > 6 or not int(opts.rows):
            complain(k, b"failed to parse number of lines per screen: '%s'" % opts.rows)
            return 1
        modes.rows = int(opts.rows)
    _start(modes, commands)
    if not files and k.isatty(0):
        raise MORE.error(opts, b"bad usage")
    return _show(k, files, modes, True)


def _commands(argv: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Return the words that begin with +, and the others."""
    end = argv.index(b"--") if b"--" in argv else len(argv)
    return [word[1:] for word in argv[1:end] if word[:1] == b"+"], [
        word for place, word in enumerate(argv) if not place or place >= end or word[:1] != b"+"
    ]


def _start(modes: Modes, commands: list[bytes]) -> None:
    for command in commands:
        if re.fullmatch(rb"[0-9]{1,9}g?", command):
            modes.line = int(command.rstrip(b"g"))
        elif command == b"G":
            modes.line = -1
        elif command[:1] == b"/":
            modes.pattern = command[1:]


def _reader(k: Syscalls, fd: int) -> Any:
    return lambda: k.read(fd, 1 << 16)


def _show(k: Syscalls, files: list[bytes], modes: Modes, headers: bool) -> int:
    terminal = k.isatty(1)
    out = Writer(k)
    texts: list[Text] = []
    status = 0
    for name in files or [b"-"]:
        try:
            if name != b"-" and k.stat(name).mode & 0o170000 == 0o040000:
                out.flush()
                k.write(
                    1 if headers else 2,
                    b"\n*** %s: directory ***\n\n" % name if headers else b"%s is a directory\n" % name,
                )
                status = 0 if headers else 1
                continue
            fd = 0 if name == b"-" else k.open(name)
        except SysError as error:
            out.flush()
            k.write(2, (b"more: cannot open %s: %s\n" if headers else b"%s: %s\n") % (name, cause(error)))
            status = 1
            continue
        if terminal:
            from .pager import Text

            texts.append(Text(k, _reader(k, fd), b"" if name == b"-" else name, k.fstat(fd).size))
            continue
        if headers and len(files) > 1:
            out.write(b"::::::::::::::\n%s\n::::::::::::::\n" % name)
        try:
            while data := k.read(fd, CHUNK):
                out.write(data)
                out.flush()
        except SysError as error:
            out.flush()
            k.write(2, name + b": " + cause(error) + b"\n")
            status = 1
        if fd:
            k.close(fd)
    out.flush()
    if texts:
        from .pager import page

        page(k, texts, modes)
    return status
