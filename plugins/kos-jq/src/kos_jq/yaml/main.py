"""yq: reads YAML documents, runs a program of jq on each, and writes JSON or, with -y, YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    Command,
    Flag,
    HelpRequested,
    SysError,
    Value,
    Writer,
    cause,
    complain,
)

from ..arguments import BadArguments, Settings, read_arguments
from ..main import Run

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

YQ = Command(
    "yq",
    usage="[OPTION]... FILTER [FILE]...",
    summary="Apply the jq FILTER to the YAML documents of the FILEs, or of standard input, and write what comes out as JSON.",
    options=[
        Flag("yaml_output", "y", "yaml-output", "yml-output", help="write YAML instead of JSON"),
        Value("grammar", "yaml-output-grammar-version", "yml-out-ver", metavar="VERSION",
              help="write YAML 1.1, which is the default, or 1.2: there `yes' and `on' need no quotes"),
        Value("width", "w", "width", metavar="COLUMNS", help="break long strings at this width, in YAML"),
        Flag("indentless", "indentless-lists", "indentless", help="don't indent the items of lists, in YAML"),
        Flag("in_place", "i", "in-place", help="write what comes out into the FILEs; only with -y"),
        Flag("version", "V", "version", help="output version information and exit"),
        Flag("help", "h", "help", help="display this help and exit"),
    ],
    epilog="All other options are jq's: see jq --help. Tags and styles aren't kept: -Y (--yaml-roundtrip) is refused.",
)  # fmt: skip
_FLAGS = {f"--{long}".encode(): option for option in YQ.options for long in option.longs}
_SHORT = {"y": "yaml_output", "i": "in_place"}
_ROUNDTRIP = (b"--yaml-roundtrip", b"--yml-roundtrip")
# options of jq's that take words, which are then none of ours
_WORDS = {b"--arg": 2, b"--argjson": 2, b"--slurpfile": 2, b"--rawfile": 2, b"--indent": 1, b"-L": 1}


class _Options:
    """What the command line says that is yq's own. rest: what is jq's."""

    def __init__(self) -> None:
        self.yaml_output = self.indentless = self.in_place = self.help = self.version = False
        self.grammar = b"1.1"
        self.width: int | None = None
        self.rest: list[bytes] = []


def _options(argv: list[bytes]) -> _Options:
    """Take yq's options off a command line. Raises BadArguments."""
    found = _Options()
    at = 1
    while at < len(argv):
        word = argv[at]
        at += 1
        if word == b"--":
            found.rest += argv[at - 1 :]
            break
        if word in _WORDS:
            found.rest += argv[at - 1 : at + _WORDS[word]]
            at += _WORDS[word]
            continue
        name, attached, value = word.partition(b"=")
        option = _FLAGS.get(name)
        if name in _ROUNDTRIP or (word[:1] == b"-" and word[1:2] != b"-" and b"Y" in word):
            raise BadArguments(b"--yaml-roundtrip isn't supported: tags and styles aren't kept")
        if option is not None and not isinstance(option, Value):
            if attached:
                raise BadArguments(b"%s takes no value" % name)
            setattr(found, option.dest, True)
        elif option is not None or word[:2] == b"-w":
            if option is None:
                name, value = b"--width", word[2:]
                attached = value
            if not attached:
                if at >= len(argv):
                    raise BadArguments(b"%s takes a parameter" % word)
                value, at = argv[at], at + 1
            _set_value(found, name, value)
        elif word[:1] == b"-" and word[1:2].isalpha():
            others = word[1:].decode("latin-1")
            for letter, dest in _SHORT.items():
                if letter in others:
                    setattr(found, dest, True)
                    others = others.replace(letter, "")
            if others:
                found.rest.append(b"-" + others.encode("latin-1"))
        else:
            found.rest.append(word)
    return found


def _set_value(found: _Options, name: bytes, value: bytes) -> None:
    if name == b"--width":
        if not value.isdigit() or len(value) > 9:
            raise BadArguments(b"--width takes a number")
        found.width = int(value)
    elif value not in (b"1.1", b"1.2"):
        raise BadArguments(b"--yaml-output-grammar-version takes 1.1 or 1.2")
    else:
        found.grammar = value


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return jq's status; 1 for what isn't YAML, 2 for a wrong command line or a file that can't be read."""
    try:
        options = _options(argv)
        if options.help or options.version:
            raise HelpRequested(YQ.help_text(argv[0]) if options.help else YQ.version_text(argv[0]))
        settings = read_arguments(k, [argv[0], *options.rest])
        if options.in_place and not options.yaml_output:
            raise BadArguments(b"-i/--in-place can only be used with -y")
        if options.in_place and not settings.files:
            raise BadArguments(b"-i/--in-place can only be used with files")
    except BadArguments as bad:
        complain(k, bad.text.removeprefix(b"jq: error: ").split(b"\n")[0])
        return 2
    if settings.help:
        raise HelpRequested(YQ.help_text(argv[0]))
    if not options.in_place:
        return _run(k, settings, options, None)
    status = 0
    files, settings.files = settings.files, []
    for name in files:
        settings.files = [name]
        status = _run(k, settings, options, name) or status
    return status


def _run(k: Syscalls, settings: Settings, options: _Options, target: bytes | None) -> int:
    """Run once; what is written to standard output goes into `target`, if all went well."""
    run = YamlRun(k, settings, options)
    if target is None:
        return run.run()
    parts: list[bytes] = []
    held = 0

    def keep(data: bytes) -> None:
        nonlocal held
        held += len(data)
        parts.append(data)
        if held > 1 << 18:
            k.charge(held)
            held = 0

    run.out = _Kept(keep)
    status = run.run()
    if status not in (0, 1, 4) or run.bad:
        return status
    try:
        fd = k.open(target, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        writer = Writer(k, fd)
        for part in parts:
            writer.write(part)
        writer.flush()
        k.close(fd)
    except SysError as error:
        complain(k, target + b": " + cause(error))
        return 2
    return status


class _Kept:
    """As much of a Writer as Run needs, keeping what is written."""

    def __init__(self, keep: Any) -> None:
        self.write = keep

    def flush(self) -> None:
        """Do nothing: a file is written when all of it is there."""


class YamlRun(Run):
    """A run of jq on YAML documents. bad: whether what was read wasn't YAML."""

    def __init__(self, k: Syscalls, settings: Settings, options: _Options) -> None:
        super().__init__(k, settings)
        self._options = options
        self._yaml: Any = None
        self.bad = False

    def _next(self) -> Any:
        if self.settings.raw_input:
            return super()._next()
        if self.values is None:
            from .documents import Documents

            self.values = Documents(self._open_next, self._read_file, self.vm.spend)
        return self.values.next()

    def run(self) -> int:
        """Return the status."""
        from .documents import BadYaml

        try:
            status = super().run()
        except BadYaml as error:
            where = b"<stdin>" if self.name in (None, b"-") else self.name
            self._tell(b"yq: error: %s: %s\n" % (where or b"", str(error).encode("utf-8", "replace")))
            self.bad = True
            status = 1
        if self._yaml is not None:
            self._yaml.close()
        self.out.flush()
        return status

    def _emit(self, value: Any) -> None:
        if not self._options.yaml_output:
            super()._emit(value)
            return
        self.last = value
        if self._yaml is None:
            from .output import YamlWriter

            self._yaml = YamlWriter(
                lambda data: self.out.write(data),
                self.k.tick,
                width=self._options.width,
                flush=self._options.indentless,
                core=self._options.grammar == b"1.2",
                sort_keys=self.settings.sort_keys,
            )
        self._yaml.write(value)
