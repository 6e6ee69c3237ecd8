"""The command line: options, the parts of the program, and where files of awk's library are looked for.

What gawk has beyond these options needs what isn't here: shared libraries, a debugger, numbers of any size, a printer of programs.
They are refused as unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kos_kernel.api import Command, Flag, SysError, Value, is_utf8

from .errors import Fatal
from .language.lexer import Dialect

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

AWK = Command(
    "awk",
    usage=("[OPTION]... 'PROGRAM' [FILE | VAR=VALUE]...", "[OPTION]... -f PROGFILE [--] [FILE | VAR=VALUE]..."),
    summary="Search the FILEs, or standard input, for records that match patterns, and act on them.",
    options=[
        Value(
            "programs",
            "f",
            "file",
            metavar="PROGFILE",
            repeat=True,
            help="read the program from PROGFILE; -f may be repeated",
        ),
        Value("separator", "F", "field-separator", metavar="FS", help="the field separator: what FS is at the start"),
        Value("assigns", "v", "assign", metavar="VAR=VALUE", repeat=True, help="assign VAR before the program begins"),
        Flag("as_bytes", "b", "characters-as-bytes", help="a character is a byte, whatever the locale says"),
        Flag("traditional", "c", "traditional", help="none of GNU's extensions"),
        Value("sources", "e", "source", metavar="TEXT", repeat=True, help="TEXT is (part of) the program"),
        Value("executable", "E", "exec", metavar="FILE", help="as -f FILE, and end the options"),
        Value("includes", "i", "include", metavar="FILE", repeat=True, help="read FILE first, as @include does"),
        Flag("optimize", "O", "optimize", help="compile the program for speed, which is done always"),
        Flag(
            "posix", "P", "posix", help="none of GNU's extensions, nor others that POSIX doesn't know; -F t is no tab"
        ),
        Flag("intervals", "r", "re-interval", help="with --traditional: x{2,3} in patterns"),
        Flag("sandbox", "S", "sandbox", help="no system(), no redirections, no further files"),
        Value("named", "W", metavar="OPTION", repeat=True, hidden=True, help="as --OPTION"),
    ],
    epilog="In the form -F t, t means a tab. Without -f or -e the first operand is the program.",
    permute=False,
    status=2,
)
_LIBRARY: Final = b".:/usr/local/share/awk:/usr/share/awk"


def spelled_out(argv: list[bytes]) -> list[bytes]:
    """Return the words with `-W posix` as `--posix`: POSIX leaves -W to the implementation, which has it for long options."""
    words = list(argv)
    at = 1
    while at < len(words):
        word = words[at]
        if word[:2] == b"-W":
            if len(word) > 2:
                words[at] = b"--" + word[2:]
            elif at + 1 < len(words):
                words[at : at + 2] = [b"--" + words[at + 1]]
        elif word == b"--" or word[:1] != b"-" or word == b"-":
            break
        elif word in (b"-f", b"-F", b"-v", b"-e", b"-E", b"-i"):
            at += 1
        at += 1
    return words


def dialect_of(options: Any) -> Dialect:
    """Return what the options say of the language."""
    gnu = not (options.traditional or options.posix)
    return Dialect(gnu, options.posix, not options.traditional or options.intervals)


def in_utf8(k: Syscalls, options: Any) -> bool:
    """Tell whether characters may be more than a byte."""
    return is_utf8(k.env) and not options.as_bytes


def program_parts(k: Syscalls, options: Any, operands: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Return (name, text) of the program's parts; the program itself is taken off the operands."""
    sources: list[tuple[bytes, bytes]] = []
    for name in options.includes:
        found = library_file(k, name)
        if found is None:
            raise Fatal(b"cannot open source file `%s' for reading: No such file or directory" % name)
        if found not in sources:
            sources.append(found)
    programs = [*options.programs, *([options.executable] if options.executable is not None else [])]
    for path in programs:
        try:
            sources.append((path, _text(k, path)))
        except SysError as error:
            found = library_file(k, path) if b"/" not in path else None
            if found is None:
                raise Fatal(
                    b"cannot open source file `%s' for reading: %s" % (path, (error.strerror or "").encode())
                ) from None
            sources.append(found)
    sources += [(b"", text) for text in options.sources]
    if not programs and not options.sources:
        if not operands:
            raise AWK.error(options, "no program was given")
        sources.append((b"", operands.pop(0)))
    return sources


def _text(k: Syscalls, path: bytes) -> bytes:
    fd = 0 if path == b"-" else k.open(path)
    text = k.read_all(fd)
    if fd:
        k.close(fd)
    return text


def library_file(k: Syscalls, name: bytes) -> tuple[bytes, bytes] | None:
    """Return (path, text) of a file of awk's library: below the folders of AWKPATH, with or without `.awk`."""
    folders = [b""] if b"/" in name else (k.env.get(b"AWKPATH") or _LIBRARY).split(b":")
    for ending in (b"", b".awk"):
        for folder in folders:
            path = folder + b"/" + name if folder not in (b"", b".") else name
            try:
                return path + ending, _text(k, path + ending)
            except SysError:
                continue
    return None
