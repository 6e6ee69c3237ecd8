"""jq: the command line, the inputs, the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import CHUNK, HelpRequested, SysError, Writer, cause

from .arguments import JQ, BadArguments, Settings, read_arguments
from .builtins.natives import Natives
from .engine.compiler import Compiler
from .engine.scope import CompileError
from .engine.vm import Halt, Vm
from .language.lexer import JqSyntaxError
from .language.parser import parse
from .language.reader import EndOfInput, Values
from .language.strict import BadJson
from .language.text import COLORS, Layout, dumps, dumps_short
from .language.values import JqError, order_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kos_kernel.api import Syscalls


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run a program of jq.

    Status 0, with -e 1 for a last output of null or false and 4 for none; 2 for a wrong command line or input, 3 for a program
    that isn't one, 5 for an error of the program.
    """
    try:
        settings = read_arguments(k, argv)
    except BadArguments as bad:
        k.write(2, bad.text)
        return 2
    if settings.help:
        raise HelpRequested(JQ.help_text(argv[0]))
    if settings.version:
        k.write(1, b"jq-1.7-kos\n")
        return 0
    return Run(k, settings).run()


class Run:
    """One run of jq. The methods without an underscore are what builtins may ask for."""

    def __init__(self, k: Syscalls, settings: Settings) -> None:
        self.k = k
        self.settings = settings
        self.out: Any = Writer(k, status=2)
        self.vm = Vm(k)
        self.status = 0
        self.last: Any = settings  # no output yet
        self.names = iter(settings.files or [b"-"])
        self.name: bytes | None = None
        self.fd = -1
        self.values: Any = None
        self.layout = Layout(
            settings.indent,
            sort_keys=settings.sort_keys,
            ascii_only=settings.ascii,
            colors=self._colors() if settings.color or (settings.color is None and self._on_terminal()) else None,
        )

    def _on_terminal(self) -> bool:
        return self.k.isatty(1) and b"NO_COLOR" not in self.k.env

    def _colors(self) -> tuple[str, ...]:
        given = self.k.env.get(b"JQ_COLORS", b"").decode("latin-1").split(":")
        colors = list(COLORS)
        if all(set(part) <= set("0123456789;") and len(part) < 12 for part in given):
            for place, part in enumerate(given[: len(colors)]):
                if part:
                    colors[place] = part
        return tuple(colors)

    # ------------------------------------------------------------ for builtins
    def input(self) -> Any:
        """Return the next input. Raises JqError if there is none."""
        try:
            return self._next()
        except EndOfInput:
            raise JqError("No more inputs")

    def inputs(self) -> Iterator[Any]:
        """Return all further inputs."""
        while True:
            try:
                value = self._next()
            except EndOfInput:
                return
            yield value

    def filename(self) -> Any:
        """Return the name of the input file, null for standard input."""
        return None if self.name is None or self.name == b"-" else self.name.decode("utf-8", "replace")

    def line_number(self) -> int:
        """Return how many lines were read of the file at hand."""
        return self.values.lines_seen() if self.values is not None else 0

    def module_meta(self, name: Any) -> Any:
        """Return what a module says of itself, what it imports and defines."""
        from .modules import described

        if type(name) is not str:
            raise JqError("modulemeta input module name must be a string")
        try:
            return described(self.k, self.settings, name)
        except (JqSyntaxError, CompileError) as problem:
            raise JqError(str(problem).rstrip("\n"))

    def search_list(self) -> list[str]:
        """Return where modules are searched for."""
        return [place.decode("utf-8", "replace") for place in self.settings.library] or ["~/.jq"]

    def environment(self) -> Any:
        """Return the environment as an object."""
        items = self.k.env.items()
        return {name.decode("utf-8", "replace"): value.decode("utf-8", "replace") for name, value in items}

    def now(self) -> float:
        """Return the time, in seconds since 1970."""
        return self.k.clock_ns(0) / 1e9

    def debug(self, value: Any) -> Any:
        """Write a value to standard error, as a message."""
        self._tell(b'["DEBUG:",' + dumps(value).encode("utf-8", "replace") + b"]\n")
        return value

    def stderr(self, value: Any) -> Any:
        """Write a value to standard error."""
        self._tell(dumps(value).encode("utf-8", "replace"))
        return value

    def halt(self, value: Any) -> Any:
        """End the program."""
        raise Halt(0)

    def halt_error(self, value: Any, status: Any) -> Any:
        """End the program with a message."""
        if type(status) is not int and type(status) is not float:
            raise JqError("halt_error/1: number required")
        raise Halt(int(status) & 0xFF, value, False)

    def _tell(self, text: bytes) -> None:
        self.out.flush()
        try:
            self.k.write(2, text)
        except SysError:
            pass

    # ------------------------------------------------------------ inputs
    def _read(self) -> bytes:
        """Return the next bytes of the files put together: a value, or a line, may begin in one and end in the next."""
        while True:
            if self.fd < 0 and not self._open_next():
                return b""
            data = self._read_file()
            if data:
                return data

    def _read_file(self) -> bytes:
        """Return the next bytes of the file that is open; b"" at its end, and closes it then."""
        self.out.flush()
        try:
            data = self.k.read(self.fd, CHUNK) if self.fd >= 0 else b""
        except SysError as error:
            self._tell(b"jq: error: Input error: %s\n" % cause(error))
            self.status = 2
            data = b""
        if not data:
            if self.fd > 0:
                self.k.close(self.fd)
            self.fd = -1
        return data

    def _open_next(self) -> bool:
        """Open the next file; False if there is none."""
        for name in self.names:
            try:
                self.fd = 0 if name == b"-" else self.k.open(name)
            except SysError as error:
                self._tell(b"jq: error: Could not open file %s: %s\n" % (name, cause(error)))
                self.status = 2
                continue
            self.name = name
            if self.values is not None:
                self.values.new_file()
            return True
        return False

    def _next(self) -> Any:
        if self.values is None:
            if self.settings.raw_input:
                self.values = _Lines(self._read, self.vm.spend)
            else:
                kind = Values
                if self.settings.stream:
                    from .streaming import Events

                    kind = Events
                self.values = kind(self._read, self.vm.spend)
        return self.values.next()

    # ------------------------------------------------------------ running
    def run(self) -> int:
        k, settings = self.k, self.settings
        text = settings.program
        natives = Natives(self.vm, self)
        compiler = Compiler(self.vm, natives, settings.variables, text)
        self.vm.roots = [settings.variables]
        try:
            tree, imports = parse(text)
            from .modules import with_modules

            tree = with_modules(k, tree, imports, compiler, settings)
            code = compiler.value(tree, None)
        except (JqSyntaxError, CompileError) as problem:
            place = getattr(problem, "place", None)
            line = text.count("\n", 0, place) + 1 if place is not None else 1
            hint = " (Unix shell quoting issues?)" if str(problem).startswith("syntax error") else ""
            message = f"jq: error: {problem}{hint} at <top-level>, line {line}:\n{text}\njq: 1 compile error\n"
            self._tell(message.encode("utf-8", "replace"))
            return 3
        except RecursionError:
            self._tell(b"jq: error: the program is too complex\njq: 1 compile error\n")
            return 3
        try:
            for value in self._inputs():
                try:
                    self.vm.run(code, None, value, self._emit)
                except JqError as error:
                    self.status = 5
                    self._tell(self._message(error))
                self.vm.settle()
                self.vm.k.tick()
        except BadJson as bad:
            self._tell(b"parse error: %s\n" % str(bad).encode("utf-8", "replace"))
            self.status = 2
        except Halt as halt:
            self.out.flush()
            if halt.silent is False:
                value = halt.value
                if type(value) is str:
                    self._tell(value.encode("utf-8", "replace"))
                elif value is not None:
                    self._tell(dumps(value).encode("utf-8", "replace") + b"\n")
            self.out.flush()
            return halt.status
        self.out.flush()
        if self.status:
            return self.status
        if settings.exit_status:
            if self.last is settings:
                return 4
            return 1 if self.last is None or self.last is False else 0
        return 0

    def _inputs(self) -> Iterator[Any]:
        settings = self.settings
        if settings.null_input:
            yield None
            return
        if not settings.slurp:
            yield from self.inputs()
            return
        if settings.raw_input:
            parts = []
            while data := self._read():
                parts.append(data)
                self.vm.spend(len(data) // 4)
            yield b"".join(parts).decode("utf-8", "replace")
            return
        values = []
        for value in self.inputs():
            values.append(value)
            self.vm.spend(8)
        yield values

    def _emit(self, value: Any) -> None:
        settings, out = self.settings, self.out
        self.last = value
        if settings.sequence:
            out.write(b"\x1e")
        if type(value) is str and settings.raw:
            text = value
            if settings.ascii:
                text = dumps_ascii(value)
            data = text.encode("utf-8", "replace")
            if settings.end == b"\0" and b"\0" in data:
                raise JqError("Cannot dump a string containing NUL with --raw-output0 option")
            out.write(data)
        else:
            for part in self.layout.chunks(value):
                out.write(part.encode("utf-8", "replace"))
                self.k.tick(8)
        if settings.end:
            out.write(settings.end)
        if settings.unbuffered:
            out.flush()

    def _message(self, error: JqError) -> bytes:
        where = "<unknown>"
        if self.values is not None and not self.settings.null_input:
            where = f"<stdin>:{self.values.lines_seen()}"
            if self.name is not None and self.name != b"-":
                where = f"{self.name.decode('utf-8', 'replace')}:{self.values.lines_seen()}"
        value = error.value
        if type(value) is str:
            return f"jq: error (at {where}): {value}\n".encode("utf-8", "replace")
        shown = dumps_short(value) if order_of(value) < 5 else dumps(value)
        return f"jq: error (at {where}) (not a string): {shown}\n".encode("utf-8", "replace")


class _Lines:
    """The lines of the files put together, for -R."""

    def __init__(self, read: Any, spend: Any) -> None:
        self.read = read
        self.spend = spend
        self.lines: list[bytes] = []  # whole ones, the next one last
        self.rest = b""
        self.count = 0

    def next(self) -> str:
        """Return the next line. Raises EndOfInput at the end."""
        parts = [self.rest]
        while not self.lines:
            data = self.read()
            parts.append(data)
            if not data or b"\n" in data:
                text = b"".join(parts)
                if not data:
                    self.rest = b""
                    if not text:
                        raise EndOfInput
                    return text.decode("utf-8", "replace")
                lines = text.split(b"\n")
                self.rest = lines.pop()
                self.lines = lines[::-1]
            else:
                self.spend(len(data) // 8)
        self.count += 1
        return self.lines.pop().decode("utf-8", "replace")

    def new_file(self) -> None:
        self.count = 0

    def lines_seen(self) -> int:
        return self.count


def dumps_ascii(text: str) -> str:
    """Return a string's text in ASCII alone, without its quotes."""
    from .language.text import quoted

    return quoted(text, True)[1:-1]
