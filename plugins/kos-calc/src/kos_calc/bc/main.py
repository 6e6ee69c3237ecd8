"""bc: reads its options and runs the files, then standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, HelpRequested, OutOfMemory, Writer, complain, parsed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

BC = Command(
    "bc",
    usage="[OPTION]... [FILE]...",
    summary="Calculate with numbers of any precision: run the FILEs, then what standard input says.",
    options=[
        Flag("help", "h", help="display this help and exit"),
        Flag("interactive", "i", "interactive", help="greet, even if standard input isn't a terminal"),
        Flag("mathlib", "l", "mathlib", help="define s, c, a, l, e and j, and set scale to 20"),
        Flag("quiet", "q", "quiet", help="don't greet"),
        Flag("posix", "s", "standard", help="what POSIX doesn't have is an error"),
        Flag("warn", "w", "warn", help="warn about what POSIX doesn't have"),
        Flag("version", "v", help="output version information and exit"),
        Flag("compile", "c", hidden=True),
    ],
    epilog="BC_ENV_ARGS holds options and files to be read first, BC_LINE_LENGTH the length of output lines (0: any).",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0; 1 if the command line or a file is wrong, or memory doesn't suffice."""
    before: Any = None
    files: list[bytes] = []
    if b"BC_ENV_ARGS" in k.env:
        before, files = parsed(k, BC, [argv[0], *k.env[b"BC_ENV_ARGS"].split()])
    options, operands = parsed(k, BC, argv)
    chosen = {
        name: getattr(options, name) or (before is not None and getattr(before, name))
        for name in ("help", "interactive", "mathlib", "quiet", "posix", "warn", "version", "compile")
    }
    if chosen["help"]:
        raise HelpRequested(BC.help_text(argv[0]))
    out = Writer(k)
    if chosen["version"]:
        from .texts import VERSION

        out.write(VERSION.encode())
        out.flush()
        return 0
    try:
        return _run(k, out, files + operands, chosen)
    except OutOfMemory:
        out.flush()
        complain(k, b"memory exhausted")
        return 1


def _run(k: Syscalls, out: Writer, files: list[bytes], chosen: dict[str, bool]) -> int:
    from ..columns import Columns, line_length
    from .code import Code, Parameter
    from .console import Console
    from .errors import Quit
    from .lexer import Lexer
    from .machine import Machine
    from .names import Names, TooManyNames
    from .parser import Parser
    from .reports import Reports
    from .source import Source
    from .texts import WELCOME

    posix = chosen["posix"] or b"POSIXLY_CORRECT" in k.env

    def say(text: str) -> None:
        out.write(text.encode("latin-1"))

    source = Source(k, files, out)
    reports = Reports(k, source, out, posix=posix, warn=chosen["warn"])
    names = Names()
    columns = Columns(out, line_length(k.env.get(b"BC_LINE_LENGTH")))
    machine = Machine(k, names, reports, columns, Console(k), posix=posix, warn=chosen["warn"])
    if chosen["mathlib"]:
        machine.scale = 20
        for name in "elscaj":
            function = names.functions[names.function(name)]
            function.native, function.defined = name, True
            function.parameters = [Parameter(5, "value")] * (2 if name == "j" else 1)
    code = Code(say if chosen["compile"] else None)

    def run() -> None:
        written = code.taken()
        if reports.failed:
            return
        if not chosen["compile"]:
            machine.run(written)
        elif code.used:
            say("@r\n")

    lexer = Lexer(source, reports.error, reports.tell, posix=posix)
    parser = Parser(lexer, code, names, reports, run, say)
    if not chosen["quiet"] and (chosen["interactive"] or (k.isatty(0) and k.isatty(1))):
        say(WELCOME)
    try:
        parser.parse()
    except Quit:
        pass
    except TooManyNames:
        reports.tell("Too many variables")
        source.status = 1
    out.flush()
    return source.status
