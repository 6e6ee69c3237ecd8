"""dc: runs the expressions and files of its command line, else standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, HelpRequested, OutOfMemory, SysError, Value, Writer, cause, complain, parsed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .calculator import Calculator
    from .texts import File

DC = Command(
    "dc",
    usage="[OPTION]... [FILE]...",
    summary="Calculate with numbers of any precision on a stack: run the EXPRs and FILEs, or standard input.",
    options=[
        Value("programs", "e", "expression", metavar="EXPR", repeat=True, convert=lambda text: (True, text),
              help="run the commands EXPR"),
        Value("programs", "f", "file", metavar="FILE", repeat=True, convert=lambda text: (False, text),
              help="run the commands in FILE"),
        Flag("help", "h", help="display this help and exit"),
        Flag("version", "V", help="output version information and exit"),
    ],
    epilog="A FILE that is - stands for standard input. DC_LINE_LENGTH is the length of output lines (0: any).",
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0; 1 if a file can't be read, or memory doesn't suffice."""
    options, operands = parsed(k, DC, argv)
    if options.help or options.version:
        raise HelpRequested(DC.help_text(argv[0]) if options.help else DC.version_text(argv[0]))
    from ..columns import line_length
    from .calculator import Calculator, Leave
    from .texts import File, Text

    out = Writer(k)
    stdin = File(k, 0, out)
    calculator = Calculator(k, out, line_length(k.env.get(b"DC_LINE_LENGTH")), stdin)
    programs = [*options.programs, *((False, name) for name in operands)] or [(False, b"-")]
    status = 0
    try:
        for is_text, program in programs:
            if is_text:
                calculator.run(Text(program))
            else:
                status |= _run_file(k, calculator, out, stdin, program)
    except Leave:
        pass
    except OutOfMemory:
        out.flush()
        complain(k, b"memory exhausted")
        return 1
    out.flush()
    return status


def _run_file(k: Syscalls, calculator: Calculator, out: Writer, stdin: File, name: bytes) -> int:
    """Run a file's commands; return 1 after complaining if it can't be read."""
    from .texts import File

    fd = 0
    try:
        if name != b"-":
            fd = k.open(name)
        calculator.run(stdin if fd == 0 else File(k, fd, out))
    except SysError as error:
        if isinstance(error, OutOfMemory):
            raise
        out.flush()
        complain(k, b"Could not open file %s: %s" % (name, cause(error)))
        return 1
    finally:
        if fd:
            k.close(fd)
    return 0
