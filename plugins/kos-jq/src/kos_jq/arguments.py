"""jq's command line: options among the operands, some with two values, and --args, which takes the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, Value, cause

from .language.strict import BadJson, Incomplete, read_value

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

JQ = Command(
    "jq",
    usage=[
        "[OPTION]... FILTER [FILE]...",
        "[OPTION]... --args FILTER [STRING]...",
        "[OPTION]... --jsonargs FILTER [JSON]...",
    ],
    summary="Apply FILTER to the JSON texts of the FILEs, and write what comes out as JSON. With no FILE, read standard input.",
    status=2,
    options=[
        Flag("null_input", "n", "null-input", help="use `null` as the single input value"),
        Flag("raw_input", "R", "raw-input", help="read each line as string instead of JSON"),
        Flag("slurp", "s", "slurp", help="read all inputs into an array and use it as the single input value"),
        Flag("compact", "c", "compact-output", help="compact instead of pretty-printed output"),
        Flag("raw", "r", "raw-output", help="output strings without escapes and quotes"),
        Flag("raw0", "raw-output0", help="implies -r and output NUL after each output"),
        Flag("join", "j", "join-output", help="implies -r and output without newline after each output"),
        Flag("ascii", "a", "ascii-output", help="output strings by only ASCII characters"),
        Flag("sort_keys", "S", "sort-keys", help="sort keys of each object on output"),
        Flag("color", "C", "color-output", help="colorize JSON output"),
        Flag("color", "M", "monochrome-output", value="no", help="disable colored output"),
        Flag("tab", "tab", help="use tabs for indentation"),
        Value("indent", "indent", metavar="N", help="use N spaces for indentation (at most 7)"),
        Flag("unbuffered", "unbuffered", help="flush output stream after each output"),
        Flag("stream", "stream", help="parse the input value in streaming fashion"),
        Flag("seq", "seq", help="write a record separator in front of each output, and take them between inputs"),
        Value("file", "f", "from-file", metavar="FILE", help="load the filter from FILE"),
        Value("library", "L", metavar="DIRECTORY", help="search modules in DIRECTORY"),
        Value("arg", "arg", metavar="NAME VALUE", help="set $NAME to the string VALUE"),
        Value("argjson", "argjson", metavar="NAME VALUE", help="set $NAME to the JSON VALUE"),
        Value("slurpfile", "slurpfile", metavar="NAME FILE", help="set $NAME to an array of the JSON values of FILE"),
        Value("rawfile", "rawfile", metavar="NAME FILE", help="set $NAME to the contents of FILE"),
        Flag("args", "args", help="consume remaining arguments as positional string values"),
        Flag("jsonargs", "jsonargs", help="consume remaining arguments as positional JSON values"),
        Flag("exit_status", "e", "exit-status", help="set exit status code based on the output"),
        Flag("version", "V", help="show the version"),
        Flag("help", "h", help="show the help"),
    ],
    epilog="Differs from jq in what it can't do: nothing a program does makes it unstoppable or lets it outgrow its memory.",
)
_NAMED = ("arg", "argjson", "slurpfile", "rawfile")


class BadArguments(Exception):
    """A wrong command line; `text` is what is written to standard error."""

    def __init__(self, message: bytes, usage: bool = True) -> None:
        super().__init__(message)
        hint = b"Use jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq\n"
        self.text = b"jq: error: " + message + b"\n" + (hint if usage else b"")


class Settings:
    """What the command line says."""

    def __init__(self) -> None:
        self.program = ""
        self.files: list[bytes] = []
        self.null_input = self.raw_input = self.slurp = self.raw = self.ascii = self.sort_keys = False
        self.unbuffered = self.stream = self.sequence = self.exit_status = self.help = self.version = False
        self.color: bool | None = None
        self.indent: str | None = "  "
        self.end = b"\n"
        self.variables: dict[str, Any] = {}
        self.library: list[bytes] = []


def _file(k: Syscalls, name: bytes) -> bytes:
    fd = k.open(name)
    data = k.read_all(fd)
    k.close(fd)
    return data


def read_arguments(k: Syscalls, argv: list[bytes]) -> Settings:
    """Return what the command line says. Raises BadArguments."""
    known = {long: option for option in JQ.options for long in option.longs}
    shorts = {short: option for option in JQ.options for short in option.shorts}
    s = Settings()
    given: dict[str, Any] = {}
    named: dict[str, Any] = {}
    positional: list[Any] = []
    operands: list[bytes] = []
    rest = "file"
    program: bytes | None = None
    from_file = False
    at = 1
    only_operands = False

    def value(what: bytes) -> bytes:
        nonlocal at
        if at >= len(argv):
            raise BadArguments(b"%s takes a parameter" % what)
        at += 1
        return argv[at - 1]

    def operand(word: bytes) -> None:
        nonlocal program
        if program is None:
            program = word
        elif rest == "args":
            positional.append(word.decode("utf-8", "replace"))
        elif rest == "jsonargs":
            positional.append(_json(word, b"Invalid JSON text passed to --jsonargs"))
        else:
            operands.append(word)

    while at < len(argv):
        word = argv[at]
        at += 1
        if only_operands or word[:1] != b"-" or not (word[1:2] == b"-" or word[1:2].isalpha()):
            operand(word)
            continue
        if word == b"--":
            only_operands = True
            continue
        if word[:2] == b"--":
            name = word[2:].decode("utf-8", "replace")
            if name in ("help", "version", "args", "jsonargs"):
                if name in ("args", "jsonargs"):
                    rest = name
                else:
                    setattr(s, name, True)
            elif name in _NAMED:
                if at + 1 >= len(argv):
                    form = {"arg": b"varname value", "argjson": b"varname text"}.get(name, b"varname filename")
                    raise BadArguments(
                        b"--%s takes two parameters (e.g. --%s %s)" % (name.encode(), name.encode(), form)
                    )
                key, text = argv[at].decode("utf-8", "replace"), argv[at + 1]
                at += 2
                if key not in named:
                    named[key] = _named(k, name, key, text)
            elif name == "indent":
                text = value(b"--indent")
                if not text.lstrip(b"-").isdigit():
                    raise BadArguments(b"--indent takes a number")
                number = int(text[:9])
                if number < 0:
                    raise BadArguments(b"Cannot indent less than zero")
                if number > 7:
                    raise BadArguments(b"Cannot indent more than 7 characters")
                s.indent = " " * number if number else None
            elif name == "tab":
                s.indent = "\t"
            elif name == "from-file":
                from_file = True
            elif name in known:
                given[known[name].dest] = getattr(known[name], "value", True)
                _layout(s, known[name].dest)
            else:
                raise BadArguments(b"Unknown option: " + word)
            continue
        for letter in word[1:].decode("latin-1"):
            if letter == "L":
                attached = word.partition(b"L")[2]
                s.library.append(attached or value(b"-L"))
                break
            if letter == "f":
                from_file = True
            elif letter == "h":
                s.help = True
            elif letter == "V":
                s.version = True
            elif letter in shorts:
                given[shorts[letter].dest] = getattr(shorts[letter], "value", True)
                _layout(s, shorts[letter].dest)
            else:
                raise BadArguments(b"Unknown option: " + word)
    if s.help or s.version:
        return s
    if program is None and not from_file and not (k.isatty(0) and k.isatty(1)):
        program = b"."
    if program is None and not from_file and not (k.isatty(0) and k.isatty(1)):
        program = b"."
    if program is None:
        raise BadArguments(b"no filter given") if not from_file else BadArguments(b"no file given")
    if from_file:
        try:
            s.program = _file(k, program).decode("utf-8", "replace")
        except SysError as error:
            raise BadArguments(b"Could not open %s: %s" % (program, cause(error)), False)
    else:
        s.program = program.decode("utf-8", "replace")
    s.files = operands
    for dest in ("null_input", "raw_input", "slurp", "ascii", "sort_keys", "unbuffered", "stream", "exit_status"):
        setattr(s, dest, bool(given.get(dest)))
    s.sequence = bool(given.get("seq"))
    s.raw = bool(given.get("raw") or given.get("raw0") or given.get("join"))
    s.end = b"\0" if given.get("raw0") else b"" if given.get("join") else b"\n"
    if "color" in given:
        s.color = given["color"] is True
    s.variables = {**named, "__prog_args": positional}
    s.variables["ARGS"] = {"positional": positional, "named": named}
    del s.variables["__prog_args"]
    return s


def _layout(s: Settings, dest: str) -> None:
    """The last of -c, --tab and --indent decides."""
    if dest == "compact":
        s.indent = None


def _json(text: bytes, message: bytes) -> Any:
    shown = text.decode("utf-8", "replace")
    try:
        found, end = read_value(shown, 0, True)
        if shown[end:].strip(" \t\r\n"):
            raise BadArguments(message)
        return found
    except (BadJson, Incomplete):
        raise BadArguments(message)


def _named(k: Syscalls, kind: str, key: str, text: bytes) -> Any:
    if kind == "arg":
        return text.decode("utf-8", "replace")
    if kind == "argjson":
        return _json(text, b"Invalid JSON text passed to --argjson")
    try:
        data = _file(k, text)
    except SysError as error:
        raise BadArguments(
            b"Bad JSON in --%s %s %s: Could not open %s: %s" % (kind.encode(), key.encode(), text, text, cause(error)),
            False,
        )
    k.charge(4 * len(data))
    if kind == "rawfile":
        return data.decode("utf-8", "replace")
    from .language.reader import EndOfInput, Values

    parts = iter((data,))
    source = Values(lambda: next(parts, b""), lambda count: None)
    found = []
    while True:
        try:
            found.append(source.next())
        except EndOfInput:
            return found
        except BadJson as bad:
            raise BadArguments(
                b"Bad JSON in --%s %s %s: %s" % (kind.encode(), key.encode(), text, str(bad).encode()), False
            )
