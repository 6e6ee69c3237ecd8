"""Command lines as GNU programs read them: one table makes the parser, the error messages and `--help`.

    CAT = Command(
        "cat", usage="[OPTION]... [FILE]...", summary="Concatenate FILE(s) to standard output.",
        options=[
            Flag("number", "n", "number", help="number all output lines"),
            Flag("show_all", "A", "show-all", sets={"ends": True, "tabs": True}, help="equivalent to -vET"),
            Value("lines", "n", "lines", metavar="[-]NUM", default=b"10", help="print the first NUM lines"),
        ],
    )
    opts, files = CAT.parse(argv)           # argv[0] is the program's name; everything is bytes
    if opts.number: ...

What getopt_long does, this does: clusters (`-abc`), attached values (`-n5`, `--lines=5`), unique abbreviations of long
options, `--`, permutation (`cat FILE -n`) unless the command or POSIXLY_CORRECT says otherwise, optional values
(`--color[=WHEN]`, `-i[SUFFIX]`), the last of contradicting options wins. Errors are glibc's sentences, byte for byte.

Names given to an option: one character is short (`-n`), more are long (`--number`). Several options may share a `dest`
(`-L`, `-P`), and an option's attribute is always there: its default, if the option wasn't given.

Making a `Command` at import costs a few microseconds; the look-up tables are built at the first parse.

`UsageError` carries the text for fd 2 and the exit status, `HelpRequested` the text for fd 1 (status 0); who runs programs
catches both, so no program has to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

_FLAG: Final = 0
_VALUE: Final = 1
_OPTIONAL: Final = 2

_HELP_COLUMN: Final = 80


class CommandExit(Exception):
    """A command line that ends the program before it began: text to write, and an exit status.

    fd: 1 or 2, where `text` (bytes, complete with newlines) belongs.
    """

    fd: int = 2

    def __init__(self, text: bytes, status: int) -> None:
        super().__init__(text, status)
        self.text = text
        self.status = status


class UsageError(CommandExit):
    """The command line is wrong; `text` is the message as GNU words it, with the hint to `--help`."""

    fd = 2


class HelpRequested(CommandExit):
    """`--help` or `--version` was given; `text` goes to standard output, the status is 0."""

    fd = 1

    def __init__(self, text: bytes) -> None:
        super().__init__(text, 0)


class Option:
    """One option: what it is called, what it sets, what `--help` says. Made as `Flag`, `Value` or `Digits`."""

    __slots__ = (
        "choices", "convert", "default", "dest", "help", "hidden", "implied", "kind", "longs", "metavar",
        "repeat", "sets", "shorts", "value",
    )  # fmt: skip

    def __init__(self, dest: str, names: tuple[str, ...], kind: int, help: str, hidden: bool, default: Any) -> None:
        self.dest = dest
        self.shorts = [name for name in names if len(name) == 1]
        self.longs = [name for name in names if len(name) > 1]
        self.kind = kind
        self.help = help
        self.hidden = hidden
        self.default = default
        self.repeat = False
        self.sets: Mapping[str, Any] | None = None
        self.value: Any = True
        self.metavar = ""
        self.convert: Callable[[bytes], Any] | None = None
        self.choices: Mapping[str, Any] | None = None
        self.implied: Any = None


class Flag(Option):
    """An option without a value: `dest` becomes `value` (True unless said otherwise).

    sets: further attributes it sets, for `-A` that stands for `-vET`.
    count: the attribute is how often the option was given, from 0.
    repeat: append `value` to the list in `dest`, for options whose order matters.
    """

    __slots__ = ("count",)

    def __init__(
        self,
        dest: str,
        *names: str,
        help: str = "",
        value: Any = True,
        default: Any = False,
        sets: Mapping[str, Any] | None = None,
        count: bool = False,
        repeat: bool = False,
        hidden: bool = False,
    ) -> None:
        super().__init__(dest, names, _FLAG, help, hidden, 0 if count else default)
        self.value = value
        self.sets = sets
        self.count = count
        self.repeat = repeat


class Value(Option):
    """An option with a value, bytes: `-n5`, `-n 5`, `--lines=5`, `--lines 5`.

    convert: makes the attribute from the bytes; a ValueError it raises becomes the message of a usage error.
    choices: word -> attribute. Words may be abbreviated as GNU allows; words that mean the same stand on one line of the error.
    optional: the value may be left out, and must be attached where given (`--color=auto`, `-i.bak`); without it the
        attribute is `implied`.
    repeat: the attribute is a list of all values in the order given; options that share a dest share the list.
    sets: further attributes it sets.
    """

    __slots__ = ()

    def __init__(
        self,
        dest: str,
        *names: str,
        metavar: str = "ARG",
        help: str = "",
        default: Any = None,
        convert: Callable[[bytes], Any] | None = None,
        choices: Mapping[str, Any] | None = None,
        optional: bool = False,
        implied: Any = None,
        repeat: bool = False,
        sets: Mapping[str, Any] | None = None,
        hidden: bool = False,
    ) -> None:
        super().__init__(dest, names, _OPTIONAL if optional else _VALUE, help, hidden, default)
        self.metavar = metavar
        self.convert = convert
        self.choices = choices
        self.implied = implied
        self.repeat = repeat
        self.sets = sets


class Digits(Option):
    """A number standing as an option: `head -5`, `grep -2`. The attribute is the digits, bytes.

    suffixes: letters that may follow the digits and are kept with them (`head -5k`).
    first_only: recognised in the first argument alone; later it is a "trailing option" error, as in head.
    """

    __slots__ = ("first_only", "suffixes")

    def __init__(
        self,
        dest: str,
        *,
        metavar: str = "NUM",
        help: str = "",
        default: Any = None,
        convert: Callable[[bytes], Any] | None = None,
        suffixes: bytes = b"",
        first_only: bool = False,
        hidden: bool = True,
    ) -> None:
        super().__init__(dest, (), _VALUE, help, hidden, default)
        self.metavar = metavar
        self.convert = convert
        self.suffixes = suffixes
        self.first_only = first_only


class Options:
    """What was asked for: one attribute for each option's dest, plus `prog` (argv[0], bytes) and `given` (the dests set)."""

    prog: bytes
    given: set[str]

    def __getattr__(self, name: str) -> Any:  # only reached for names that no option has
        raise AttributeError(f"no option of this command sets {name!r}; there are: {', '.join(sorted(self.__dict__))}")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in sorted(self.__dict__.items()))
        return f"Options({shown})"


class Command:
    """A program's command line: `parse(argv)` reads it, `help_text` explains it, `error` complains about it."""

    def __init__(
        self,
        name: str,
        *,
        usage: str | Sequence[str] = "[OPTION]... [FILE]...",
        summary: str = "",
        options: Iterable[Option] = (),
        epilog: str = "",
        status: int = 1,
        permute: bool = True,
        operands: tuple[int, int | None] = (0, None),
        missing: str = "missing operand",
        negative_numbers: bool = False,
        hint: str = "Try '{prog} --help' for more information.\n",
        package: str = "KOS",
        like: str = "",
        standard: bool = True,
        in_order: str | None = None,
    ) -> None:
        """Describe a command line.

        usage: what follows the name on the usage line; several lines where the program has several forms.
        status: the exit status of a usage error (1; 2 for grep, sort, ls; 125 for env, timeout).
        permute: options may follow operands. False for programs whose operands are a command (env, xargs).
        operands: how many there may be; None is any number. missing: what to say if there are none and should be.
        negative_numbers: an argument like -5 or -.5 is an operand and ends the options (seq).
        hint: the line after a usage error; {prog} is argv[0].
        package: whose program it is. like: whose it behaves as, in the form of that one's --version: "(coreutils) 9.1",
            "from util-linux 2.38". Scripts look for that, so it's what --version begins with.
        standard: add --help and --version.
        in_order: the dest of options that repeat; operands are put into its list too, so that what stood before what is known (tar).
        """
        self.name = name
        self.usage = (usage,) if isinstance(usage, str) else tuple(usage)
        self.summary = summary
        self.options = list(options)
        self.epilog = epilog
        self.status = status
        self.permute = permute
        self.operands = operands
        self.missing = missing
        self.negative_numbers = negative_numbers
        self.hint = hint
        self.package = package
        self.like = like
        self.standard = standard
        self.in_order = in_order
        self._short: dict[int, Option] = {}
        self._long: dict[bytes, Option] = {}
        self._digits: Digits | None = None
        self._defaults: dict[str, Any] = {}
        self._lists: list[str] = []
        self._ready = False

    # -- reading -------------------------------------------------------------------------------------------------------

    def parse(self, argv: Sequence[bytes], *, posixly_correct: bool = False) -> tuple[Options, list[bytes]]:
        """Return (options, operands) of `argv`, whose first item is the program's name.

        posixly_correct: the first operand ends the options, as the variable POSIXLY_CORRECT asks.
        Raises UsageError, or HelpRequested for --help and --version.
        """
        if not self._ready:
            self._prepare()
        opts = Options()
        values = opts.__dict__
        values.update(self._defaults)
        for dest in self._lists:
            values[dest] = []
        values["prog"] = prog = argv[0] if argv else self.name.encode()
        values["given"] = set()
        operands: list[bytes] = []
        permute = self.permute and not posixly_correct
        order: list[Any] = values[self.in_order] if self.in_order is not None else []
        index, count = 1, len(argv)
        while index < count:
            argument = argv[index]
            index += 1
            if argument[:1] != b"-" or argument == b"-":
                operands.append(argument)
                order.append(argument)
                if not permute:
                    operands += argv[index:]
                    order += argv[index:]
                    break
            elif argument[:2] == b"--":
                if argument == b"--":
                    operands += argv[index:]
                    order += argv[index:]
                    break
                index = self._read_long(argument, argv, index, opts)
            elif self.negative_numbers and argument[1] in b"0123456789.":
                operands += argv[index - 1 :]
                break
            else:
                index = self._read_cluster(argument, argv, index, opts)
        least, most = self.operands
        if len(operands) < least:
            if not operands:
                raise self.error(prog, self.missing)
            raise self.error(prog, b"missing operand after " + _quoted(operands[-1]))
        if most is not None and len(operands) > most:
            raise self.error(prog, b"extra operand " + _quoted(operands[most]))
        return opts, operands

    def error(
        self, prog: bytes | Options, message: str | bytes, *, hint: bool = True, status: int | None = None
    ) -> UsageError:
        """Return (for raising) a usage error of this command: `prog: message`, then the hint to --help.

        prog: argv[0], or the options that `parse` returned. status: another than the command's usual one.
        """
        name = prog.prog if isinstance(prog, Options) else prog
        text = (
            name + b": " + (message.encode("utf-8", "surrogateescape") if isinstance(message, str) else message) + b"\n"
        )
        if hint:
            text += self.hint.encode().replace(b"{prog}", name)
        return UsageError(text, self.status if status is None else status)

    def _prepare(self) -> None:
        for option in self.options:
            for short in option.shorts:
                self._claim(self._short, ord(short), option, short)
            for long in option.longs:
                self._claim(self._long, long.encode(), option, long)
            if isinstance(option, Digits):
                self._digits = option
            if option.repeat:
                if option.dest not in self._lists:
                    self._lists.append(option.dest)
            else:
                self._defaults.setdefault(option.dest, option.default)
            for name in option.sets or ():
                self._defaults.setdefault(name, False)
        # A default that somebody states wins over the False that `sets` or a plain flag implies.
        for option in self.options:
            if not option.repeat and option.default is not False and option.default is not None:
                self._defaults[option.dest] = option.default
        if self.standard:
            for name, value in (("help", "help"), ("version", "version")):
                self._long.setdefault(name.encode(), Flag("", name, value=value))
        self._ready = True

    def _claim(self, table: dict[Any, Option], key: Any, option: Option, name: str) -> None:
        if key in table:
            raise ValueError(f"{self.name}: two options are called {name!r} ({table[key].dest} and {option.dest})")
        table[key] = option

    def _read_cluster(self, argument: bytes, argv: Sequence[bytes], index: int, opts: Options) -> int:
        """Read `-abc` or `-n5`; return the index of the next argument (one more if it took a value from there)."""
        place, end = 1, len(argument)
        while place < end:
            letter = argument[place]
            option = self._short.get(letter)
            place += 1
            if option is None:
                digits = self._digits
                if digits is not None and 48 <= letter <= 57:
                    place = self._read_digits(digits, argument, place - 1, index, opts)
                    continue
                raise self.error(opts.prog, b"invalid option -- '%c'" % letter)
            if option.kind == _FLAG:
                self._set(opts, option, None, b"")
                continue
            if place < end:
                self._set(opts, option, argument[place:], b"-%c" % letter)
            elif option.kind == _OPTIONAL:
                self._set(opts, option, None, b"-%c" % letter)
            elif index < len(argv):
                self._set(opts, option, argv[index], b"-%c" % letter)
                index += 1
            else:
                raise self.error(opts.prog, b"option requires an argument -- '%c'" % letter)
            break
        return index

    def _read_digits(self, option: Digits, argument: bytes, start: int, index: int, opts: Options) -> int:
        if option.first_only and (index != 2 or start != 1):
            raise self.error(opts.prog, b"invalid trailing option -- %c" % argument[start])
        stop = start
        while stop < len(argument) and 48 <= argument[stop] <= 57:
            stop += 1
        while stop < len(argument) and argument[stop] in option.suffixes:
            stop += 1
        self._set(opts, option, argument[start:stop], b"-")
        return stop

    def _read_long(self, argument: bytes, argv: Sequence[bytes], index: int, opts: Options) -> int:
        name, equals, text = argument[2:].partition(b"=")
        option = self._long.get(name)
        if option is None:
            matching = [known for known in self._long if known.startswith(name)]
            found = {id(self._long[known]) for known in matching}
            if not matching:
                raise self.error(opts.prog, b"unrecognized option '%s'" % argument)
            if len(found) > 1:
                listed = b"".join(b" '--%s'" % known for known in matching)
                raise self.error(opts.prog, b"option '%s' is ambiguous; possibilities:%s" % (argument, listed))
            name = matching[0]
            option = self._long[name]
        if option.kind == _FLAG:
            if equals:
                raise self.error(opts.prog, b"option '--%s' doesn't allow an argument" % name)
            if option.dest == "":
                raise HelpRequested((self.help_text if option.value == "help" else self.version_text)(opts.prog))
            self._set(opts, option, None, b"")
        elif equals:
            self._set(opts, option, text, b"--" + name)
        elif option.kind == _OPTIONAL:
            self._set(opts, option, None, b"--" + name)
        elif index < len(argv):
            self._set(opts, option, argv[index], b"--" + name)
            return index + 1
        else:
            raise self.error(opts.prog, b"option '--%s' requires an argument" % name)
        return index

    def _set(self, opts: Options, option: Option, text: bytes | None, shown: bytes) -> None:
        values = opts.__dict__
        value: Any
        if option.kind == _FLAG:
            value = values[option.dest] + 1 if isinstance(option, Flag) and option.count else option.value
        elif text is None:
            value = option.implied
        elif option.choices is not None:
            label = b"--" + option.longs[0].encode() if option.longs else shown
            value = self._choose(opts, option.choices, text, label)
        elif option.convert is not None:
            try:
                value = option.convert(text)
            except ValueError as problem:
                raise self.error(opts.prog, str(problem), hint=False)
        else:
            value = text
        if option.sets:
            values.update(option.sets)
            values["given"].update(option.sets)
        if option.repeat:
            values[option.dest].append(value)
        else:
            values[option.dest] = value
        values["given"].add(option.dest)

    def _choose(self, opts: Options, choices: Mapping[str, Any], text: bytes, shown: bytes) -> Any:
        """Return the choice that `text` names or abbreviates; words with the same meaning aren't ambiguous."""
        word = text.decode("utf-8", "surrogateescape")
        if word in choices:
            return choices[word]
        means = [choices[known] for known in choices if known.startswith(word)]
        if means and all(value == means[0] for value in means):
            return means[0]
        lines: list[str] = []
        last: Any = lines  # equal to no choice
        for known, value in choices.items():
            if value == last:
                lines[-1] += f", '{known}'"
            else:
                lines.append(f"  - '{known}'")
            last = value
        problem = b"ambiguous" if means else b"invalid"
        message = problem + b" argument " + _quoted(text) + b" for '" + shown + b"'\nValid arguments are:\n"
        # The status is 1, whatever the command's usual one: gnulib's argmatch knows no other.
        raise self.error(opts.prog, message + "\n".join(lines).encode(), status=1)

    # -- explaining ----------------------------------------------------------------------------------------------------

    def help_text(self, prog: bytes | None = None) -> bytes:
        """Return what `--help` prints, laid out as GNU programs do."""
        name = self.name if prog is None else prog.decode("utf-8", "surrogateescape")
        lines = [
            ("Usage: " if number == 0 else "  or:  ") + f"{name} {form}".rstrip()
            for number, form in enumerate(self.usage)
        ]
        if self.summary:
            lines += self.summary.rstrip("\n").split("\n")
        rows = [(_names_shown(option), option.help) for option in self.options if not option.hidden]
        if self.standard:
            rows += [
                ("      --help", "display this help and exit"),
                ("      --version", "output version information and exit"),
            ]
        if rows:
            lines.append("")
            lines += _two_columns(rows)
        if self.epilog:
            lines.append("")
            lines += self.epilog.strip("\n").split("\n")
        return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")

    def version_text(self, prog: bytes | None = None) -> bytes:
        """Return what `--version` prints: `NAME (PACKAGE) VERSION`; or `NAME LIKE` and below it whose this is."""
        from importlib import metadata  # here, since it costs more than the rest of a command's start

        try:
            version = metadata.version("kos")
        except metadata.PackageNotFoundError:
            version = "(not installed)"
        if self.like:
            return f"{self.name} {self.like}\n{self.package} {version}: a program of its own that behaves as GNU's.\n".encode()
        return f"{self.name} ({self.package}) {version}\n".encode()


def _names_shown(option: Option) -> str:
    """Return an option's left column: `-n, --lines=NUM`, with the gap that GNU leaves where there's no short name."""
    value = ""
    if option.kind == _OPTIONAL:
        value = f"[={option.metavar}]" if option.longs else f"[{option.metavar}]"
    elif option.kind == _VALUE:
        value = f"={option.metavar}" if option.longs else f" {option.metavar}"
    if isinstance(option, Digits):
        return f"  -{option.metavar}"
    names = [f"-{short}" for short in option.shorts] + [f"--{long}" for long in option.longs]
    return ("  " if option.shorts else "      ") + ", ".join(names) + value


def _two_columns(rows: list[tuple[str, str]]) -> list[str]:
    """Lay out (names, help) in two columns; names too long for the left column get a line of their own."""
    import textwrap  # only --help pays for it

    fitting = [len(names) for names, _ in rows if len(names) <= 26]
    column = max(fitting, default=24) + 2
    lines: list[str] = []
    for names, text in rows:
        wrapped: list[str] = []
        for paragraph in text.split("\n"):
            wrapped += textwrap.wrap(
                paragraph, _HELP_COLUMN - column, break_long_words=False, break_on_hyphens=False
            ) or [""]
        if len(names) + 1 >= column:
            lines.append(names)
            lines += [" " * column + line for line in wrapped]
        else:
            lines.append((names.ljust(column) + wrapped[0]).rstrip())
            lines += [" " * column + line for line in wrapped[1:]]
    return lines


def _quoted(name: bytes) -> bytes:
    from kos_kernel.toolkit.messages import quote  # errors only

    return quote(name)
