"""awk: reads a program and its operands, compiles it and runs it.

The program's functions are Python functions made from source (compiler/); a failure in one is told with the line of awk that
stands behind the line of Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import SysError, complain, parsed

if TYPE_CHECKING:
    from types import CodeType

    from kos_kernel.api import Syscalls

    from .compiler.writer import Writer
    from .runtime.machine import Runtime

_FILE = "<awk program>"
_MOST_KEPT = 64


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return the program's status: what `exit` said, 2 after an error, 1 if the program can't be read."""
    from .command import AWK, dialect_of, in_utf8, program_parts, spelled_out
    from .errors import Exit, Fatal, SyntaxFault

    try:
        options, operands = parsed(k, AWK, spelled_out(argv))
        sources = program_parts(k, options, operands)
    except Fatal as error:
        complain(k, b"fatal: " + error.text)
        return 2
    try:
        code, writer = _compiled(k, sources, options, operands)
    except SyntaxFault as error:
        _tell_syntax(k, sources, error)
        return 1
    from .runtime.machine import Runtime

    rt = Runtime(k, argv[0], dialect_of(options), in_utf8(k, options))
    rt.streams.sandbox = options.sandbox
    rt.warn = lambda text: _tell(k, rt, sources, writer, None, b"warning: " + text)
    status: list[int] = [0]
    try:
        try:
            parts = _started(rt, code, writer, options, [argv[0], *operands])
            _run(rt, parts, writer, status)
            rt.streams.close_all()
        except Exit as ended:  # from a BEGINFILE rule and the like
            status[0] = ended.status or 0
            rt.streams.close_all()
    except Exception as error:
        failure = _fatal(error)
        if failure is None:
            raise
        try:
            rt.streams.flush()
        except Fatal:
            pass
        _tell(k, rt, sources, writer, error, b"fatal: " + failure)
        return 2
    return (status[0] or rt.status) & 255


def _compiled(
    k: Syscalls, sources: list[tuple[bytes, bytes]], options: Any, operands: list[bytes]
) -> tuple[CodeType, Writer]:
    """Return the program as Python's code, and its writer. Raises SyntaxFault."""
    from .command import dialect_of, in_utf8, library_file
    from .compiler.writer import compiled, outside_names
    from .errors import SyntaxFault
    from .language.lexer import Lexer
    from .language.parser import parse

    outside = outside_names(options.assigns, operands)
    dialect = dialect_of(options)
    lexer = Lexer(sources, dialect, lambda name: library_file(k, name))
    utf8 = in_utf8(k, options)

    def compile_all() -> tuple[CodeType, Writer]:
        try:
            text, writer = compiled(parse(lexer), outside, utf8)
            return compile(text, _FILE, "exec"), writer
        except (RecursionError, MemoryError, SyntaxError, OverflowError):
            # Python's own limits: 200 parentheses or 20 loops within each other
            raise SyntaxFault(
                "the program is nested too deep", lexer.place // (1 << 20), lexer.place % (1 << 20)
            ) from None

    table = k.memo("awk")
    key = (tuple(sources), outside, dialect, utf8)
    found: tuple[CodeType, Writer] | None = table.get(key)
    if found is None:
        found = k.on_fresh_stack(compile_all)
        if len(table) >= _MOST_KEPT:
            table.clear()
        if not lexer.warnings and not lexer.includes and sum(len(text) for _, text in sources) < 65536:
            table[key] = found
    for warning in dict.fromkeys(lexer.warnings):
        complain(k, b"%s1: warning: %s" % (_source_name(sources, 0), warning.encode()))
    return found


def _started(rt: Runtime, code: CodeType, writer: Writer, options: Any, words: list[bytes]) -> dict[str, Any]:
    """Return the parts of the program, its variables set as the command line says."""
    from .errors import Fatal
    from .language.lexer import NAME, unescaped
    from .runtime.namespace import namespace
    from .runtime.values import Input

    program = writer.known.program
    rt.program_functions = frozenset(program.functions)
    rt.ARGV.update((b"%d" % number, Input(word)) for number, word in enumerate(words))
    rt.ARGC = float(len(words))
    rt.given = frozenset(words)
    if "PROCINFO" in writer.known.names:
        rt.fill_procinfo()
    scope = namespace(rt, writer.patterns, writer.replacers, writer.known.record.wanted)
    exec(code, scope)
    parts: dict[str, Any] = scope["program"]()
    rt.assign = parts["assign"]
    rt.functions = parts["functions"]
    rt.begin_file, rt.end_file = parts.get("beginfile"), parts.get("endfile")
    if options.separator is not None:
        separator = unescaped(options.separator)
        rt.set("FS", b"\t" if separator == b"t" and not options.posix else separator)
    for word in options.assigns:
        name, equals, value = word.partition(b"=")
        if not equals or not all(NAME.fullmatch(part) for part in name.split(b"::", 1)):
            raise Fatal(b"`%s' argument to `-v' not in `var=value' form" % word)
        rt.assign_operand(name, value)
    return parts


def _run(rt: Runtime, parts: dict[str, Any], writer: Writer, status: list[int]) -> None:
    """Run BEGIN, the main loop and END."""
    from .errors import Exit

    try:
        if "begin" in parts:
            parts["begin"]()
        rt.depth = 0
        if "main" in parts:
            parts["main"]()
        elif "end" in parts or rt.begin_file is not None or rt.end_file is not None:
            rt.read_all("RT" in writer.known.names)
    except Exit as ended:
        if ended.status is not None:
            status[0] = ended.status
    rt.depth = 0
    if "end" in parts:
        try:
            parts["end"]()
        except Exit as ended:
            if ended.status is not None:
                status[0] = ended.status


# -- what goes wrong ---------------------------------------------------------------------------------------------------------


def _fatal(error: Exception) -> bytes | None:
    """Return the message of an error that a program can make; None if it's none of those."""
    from kos_kernel.api import OutOfMemory, PatternLimit

    from .errors import Fatal, Next, NextFile

    if isinstance(error, Fatal):
        return error.text
    if isinstance(error, ZeroDivisionError):
        return b"division by zero attempted"
    if isinstance(error, (RecursionError, MemoryError)):
        return b"the program needs too much memory"
    if isinstance(error, PatternLimit):
        return str(error).encode()
    if isinstance(error, Next):
        return b"`next' cannot be called from a BEGIN or END rule"
    if isinstance(error, NextFile):
        return b"`nextfile' cannot be called from a BEGIN or END rule"
    if isinstance(error, OutOfMemory):
        return b"out of memory"
    if isinstance(error, SysError):
        return (error.strerror or "").encode()
    return None


def _source_name(sources: list[tuple[bytes, bytes]], index: int) -> bytes:
    name = sources[index][0]
    return name + b":" if name else b"cmd. line:"


def _tell_syntax(k: Syscalls, sources: list[tuple[bytes, bytes]], error: Any) -> None:
    place = b"%s%d: " % (_source_name(sources, error.source), error.line)
    if error.column is None:
        complain(k, place + (error.text if error.text.startswith(b"error") else b"error: " + error.text))
        return
    lines = sources[error.source][1].split(b"\n")
    shown = lines[error.line - 1] if error.line <= len(lines) else b""
    complain(k, place + shown)
    complain(k, place + b" " * min(error.column, 500) + b"^ " + error.text)


def _tell(
    k: Syscalls,
    rt: Runtime,
    sources: list[tuple[bytes, bytes]],
    writer: Writer,
    error: BaseException | None,
    text: bytes,
) -> None:
    """Write a message with the place in the program, and in the input, where it happened."""
    place = b""
    line = _awk_line(writer, error)
    if line:
        place = b"%s%d: " % (_source_name(sources, line >> 20), line & 0xFFFFF)
    if rt.FNR and error is not None:
        name = bytes(rt.text(rt.FILENAME)) or b"-"
        place += b"(FILENAME=%s FNR=%d) " % (name, int(rt.FNR))
    complain(k, place + text)


def _awk_line(writer: Writer, error: BaseException | None) -> int:
    found = 0
    trace = None if error is None else error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE and trace.tb_lineno is not None:
            index = trace.tb_lineno - 1
            if 0 <= index < len(writer.places):
                found = writer.places[index] or found
        trace = trace.tb_next
    return found
