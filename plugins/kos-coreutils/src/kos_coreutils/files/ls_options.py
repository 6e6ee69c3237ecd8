"""The options of `ls` and what they add up to: one Settings for the run. The listing itself is in ls.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import BadNumber, Command, Syscalls, SysError, is_utf8

from .choices import choose
from .console import Console
from .orders import flag, parse, value
from .sizes import BYTES, HUMAN, ONE_K, SI, Scale, parse_scale, scale_from_env, size_fault

if TYPE_CHECKING:
    from kos_kernel.api import GlobBytes

    from .colors import Colors

LONG, ONE, COLUMNS, ACROSS, COMMAS = "long", "one", "columns", "across", "commas"
_FORMATS = (
    ((b"verbose", b"long"), LONG),
    ((b"commas",), COMMAS),
    ((b"horizontal", b"across"), ACROSS),
    ((b"vertical",), COLUMNS),
    ((b"single-column",), ONE),
)
_SORTS = (
    ((b"none",), "none"),
    ((b"time",), "time"),
    ((b"size",), "size"),
    ((b"extension",), "extension"),
    ((b"version",), "version"),
    ((b"width",), "width"),
)
_TIMES = (
    ((b"atime", b"access", b"use"), "atime"),
    ((b"ctime", b"status"), "ctime"),
    ((b"birth", b"creation"), "birth"),
)
WHENS = (
    ((b"always", b"yes", b"force"), "always"),
    ((b"never", b"no", b"none"), "never"),
    ((b"auto", b"tty", b"if-tty"), "auto"),
)
_INDICATORS = (
    ((b"none",), "none"),
    ((b"slash",), "slash"),
    ((b"file-type",), "file-type"),
    ((b"classify",), "classify"),
)
_QUOTING_WORDS = (
    "literal",
    "shell",
    "shell-always",
    "shell-escape",
    "shell-escape-always",
    "c",
    "escape",
    "locale",
    "clocale",
)
_QUOTINGS = tuple(((word.encode(),), word) for word in _QUOTING_WORDS)

LS = Command(
    "ls",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [FILE]...",
    summary="List the entries of directories, by default of the current one, and information about files.",
    status=2,
    options=[
        flag("all", "a", "all", help="also entries that start with a dot"),
        flag("almost_all", "A", "almost-all", help="like -a, without . and .."),
        flag("author", "author", help="with -l, show each file's author (its owner)"),
        flag("escape", "b", "escape", help="C escapes for characters without a glyph"),
        value("block_size", "block-size", metavar="SIZE", help="show sizes in units of SIZE, such as K or MB"),
        flag("ignore_backups", "B", "ignore-backups", help="leave out entries that end with ~"),
        flag("ctime", "c", help="sort by and show the time of the last status change"),
        flag("columns", "C", help="in columns, sorted downwards"),
        value("color", "color", metavar="WHEN", optional=True, help="colour names: always, auto or never"),
        flag("directory", "d", "directory", help="list directories themselves, not what is in them"),
        flag("unsorted_all", "f", help="like -aU, without -l, -s and colours"),
        flag("classify", "F", help="append one of */=>@| to names"),
        value("classify_when", "classify", metavar="WHEN", optional=True, help="like -F, always, auto or never"),
        flag("file_type", "file-type", help="like -F, without *"),
        value(
            "format",
            "format",
            metavar="WORD",
            help="across, commas, horizontal, long, single-column, verbose, vertical",
        ),
        flag("full_time", "full-time", help="like -l --time-style=full-iso"),
        flag("no_owner", "g", help="like -l, without the owner"),
        flag("directories_first", "group-directories-first", help="directories before files"),
        flag("no_group", "G", "no-group", help="with -l, without the group"),
        flag("human", "h", "human-readable", help="with -l and -s, sizes like 1K 234M 2G"),
        flag("si", "si", help="likewise in powers of 1000"),
        flag("deref_args", "H", "dereference-command-line", help="follow symbolic links on the command line"),
        flag("deref_dir_args", "dereference-command-line-symlink-to-dir", help="those that lead to a directory"),
        value("hide", "hide", metavar="PATTERN", help="leave out entries that match, unless -a or -A"),
        value("hyperlink", "hyperlink", metavar="WHEN", optional=True, help="make names hyperlinks"),
        value("indicator", "indicator-style", metavar="WORD", help="none, slash, file-type or classify"),
        flag("inode", "i", "inode", help="show each file's inode number"),
        value("ignore", "I", "ignore", metavar="PATTERN", help="leave out entries that match"),
        flag("kibibytes", "k", "kibibytes", help="count blocks of 1024 bytes for -s and totals"),
        flag("long", "l", help="the long format"),
        flag("dereference", "L", "dereference", help="show what symbolic links lead to"),
        flag("commas", "m", help="names separated by commas"),
        flag("numeric", "n", "numeric-uid-gid", help="like -l, with numbers for owner and group"),
        flag("literal", "N", "literal", help="names as they are"),
        flag("long_no_group", "o", help="like -l, without the group"),
        flag("slash", "p", help="append / to directories"),
        flag("hide_control", "q", "hide-control-chars", help="? for characters without a glyph"),
        flag("show_control", "show-control-chars", help="characters without a glyph as they are"),
        flag("quote", "Q", "quote-name", help="names in double quotes"),
        value(
            "quoting",
            "quoting-style",
            metavar="WORD",
            help="literal, locale, shell, shell-always, shell-escape, shell-escape-always, c, escape",
        ),
        flag("reverse", "r", "reverse", help="in reverse order"),
        flag("recursive", "R", "recursive", help="subdirectories too"),
        flag("blocks", "s", "size", help="show how many blocks each file takes"),
        flag("by_size", "S", help="largest first"),
        value("sort", "sort", metavar="WORD", help="none, size, time, version, extension or width"),
        value("time", "time", metavar="WORD", help="which time: atime, ctime, mtime or birth"),
        value("time_style", "time-style", metavar="STYLE", help="full-iso, long-iso, iso, locale or +FORMAT"),
        flag("by_time", "t", help="newest first"),
        value("tabsize", "T", "tabsize", metavar="COLS", help="tab stops at each COLS instead of 8"),
        flag("atime", "u", help="sort by and show the time of the last access"),
        flag("unsorted", "U", help="in the directory's own order"),
        flag("by_version", "v", help="numbers within names in numeric order"),
        value("width", "w", "width", metavar="COLS", help="how wide a line may be; 0 is no limit"),
        flag("across", "x", help="in columns, sorted across"),
        flag("by_extension", "X", help="by extension"),
        flag("context", "Z", "context", help="show security contexts (none here: ?)"),
        flag("zero", "zero", help="end lines with NUL"),
        flag("one", "1", help="one name a line"),
    ],
    epilog="Status: 0 if all is well, 1 for minor problems (a subdirectory can't be read), 2 for serious ones.",
)


class Settings:
    """What one run of ls does."""

    __slots__ = (
        "all", "almost_all", "author", "block_scale", "blocks", "colors", "context", "dereference", "directories_first",
        "directory", "end", "file_scale", "format", "group", "hide", "hyperlink", "ignore", "indicator", "inode",
        "is_tty", "numeric", "owner", "qmark", "quoting", "recursive", "reverse", "sort", "tabsize", "time", "time_form",
        "utf8", "width",
    )  # fmt: skip

    all: bool
    almost_all: bool
    author: bool
    block_scale: Scale
    blocks: bool
    colors: Colors | None
    context: bool
    dereference: str
    directories_first: bool
    directory: bool
    end: bytes
    file_scale: Scale
    format: str
    group: bool
    hide: list[GlobBytes]
    hyperlink: bool
    ignore: list[GlobBytes]
    indicator: str
    inode: bool
    is_tty: bool
    numeric: bool
    owner: bool
    qmark: bool
    quoting: str
    recursive: bool
    reverse: bool
    sort: str
    tabsize: int
    time: str
    time_form: tuple[bytes, bytes] | None
    utf8: bool
    width: int


def settings_of(con: Console, argv: list[bytes]) -> tuple[Settings, list[bytes]]:
    """Return (what the arguments ask for, the files)."""
    k = con.k
    opts, files = parse(k, LS, argv)
    s = Settings()
    s.is_tty = k.isatty(1)
    s.all = s.almost_all = s.directory = s.directories_first = False
    s.author = s.blocks = s.context = s.hyperlink = s.inode = s.numeric = s.recursive = s.reverse = False
    s.owner = s.group = True
    s.hide, s.ignore = [], []
    s.indicator, s.time, s.end = "none", "mtime", b"\n"
    s.utf8 = is_utf8(k.env)
    form = quoting = sort = time_style = color = None
    deref: str | None = None
    qmark: bool | None = None
    scale: Scale | None = None
    kibibytes = time_given = zero = False
    width: int | None = None
    tabsize: int | None = None
    for name, text in opts.given:
        if name == "all":
            s.all = True
        elif name == "almost_all":
            s.all, s.almost_all = False, True
        elif name in ("ctime", "atime"):
            s.time, time_given = name, True
        elif name == "time":
            s.time, time_given = choose(con, b"--time", text, _TIMES), True
        elif name == "unsorted_all":
            s.all, sort, form = True, "none", None if form == LONG else form
            color, s.hyperlink, s.blocks = "never", False, False
        elif name == "long":
            form = LONG
        elif name == "no_owner":
            form, s.owner = LONG, False
        elif name == "long_no_group":
            form, s.group = LONG, False
        elif name == "numeric":
            form, s.numeric = LONG, True
        elif name == "full_time":
            form, time_style = LONG, b"full-iso"
        elif name == "one":
            form = form if form == LONG else ONE
        elif name == "format":
            form = choose(con, b"--format", text, _FORMATS)
        elif name in ("columns", "across", "commas"):
            form = name
        elif name == "no_group":
            s.group = False
        elif name == "human":
            scale = HUMAN
        elif name == "si":
            scale = SI
        elif name == "kibibytes":
            kibibytes = True
        elif name == "block_size":
            try:
                scale = parse_scale(text)
            except BadNumber as error:
                con.die(size_fault(error, b"--block-size", b"'" + text + b"'"), status=2)
        elif name == "color":
            color = choose(con, b"--color", text, WHENS) if text else "always"
        elif name == "hyperlink":
            s.hyperlink = _when(con, b"--hyperlink", text, s.is_tty)
        elif name == "classify":
            s.indicator = "classify"
        elif name == "classify_when":
            s.indicator = "classify" if _when(con, b"--classify", text, s.is_tty) else s.indicator
        elif name == "file_type":
            s.indicator = "file-type"
        elif name == "slash":
            s.indicator = "slash"
        elif name == "indicator":
            s.indicator = choose(con, b"--indicator-style", text, _INDICATORS)
        elif name == "deref_args":
            deref = "args"
        elif name == "deref_dir_args":
            deref = "dir-args"
        elif name == "dereference":
            deref = "always"
        elif name == "escape":
            quoting = "escape"
        elif name == "literal":
            quoting = "literal"
        elif name == "quote":
            quoting = "c"
        elif name == "quoting":
            quoting = choose(con, b"--quoting-style", text, _QUOTINGS)
        elif name == "hide_control":
            qmark = True
        elif name == "show_control":
            qmark = False
        elif name == "hide":
            s.hide.append(_pattern(text))
        elif name == "ignore":
            s.ignore.append(_pattern(text))
        elif name == "ignore_backups":
            s.ignore += [_pattern(b"*~"), _pattern(b".*~")]
        elif name == "by_size":
            sort = "size"
        elif name == "by_time":
            sort = "time"
        elif name == "by_version":
            sort = "version"
        elif name == "by_extension":
            sort = "extension"
        elif name == "unsorted":
            sort = "none"
        elif name == "sort":
            sort = choose(con, b"--sort", text, _SORTS)
        elif name == "time_style":
            time_style = text
        elif name == "width":
            width = _number(con, b"line width", text)
        elif name == "tabsize":
            tabsize = _number(con, b"tab size", text)
        elif name == "zero":
            zero = True
            s.end = b"\0"
            color = "never"
            qmark, quoting = False, "literal"
            form = form if form == LONG else ONE
        else:  # the flags whose option is the setting
            setattr(s, name, True)
    s.format = form or (COLUMNS if s.is_tty else ONE)
    s.sort = sort or ("time" if time_given and s.format != LONG else "name")
    s.dereference = deref or ("never" if s.directory or s.indicator == "classify" or s.format == LONG else "dir-args")
    s.qmark = qmark if qmark is not None else s.is_tty
    s.quoting = quoting or _quoting_from_env(con, s.is_tty)
    s.file_scale = scale or _file_scale_from_env(k)
    s.block_scale = scale or (ONE_K if kibibytes else scale_from_env(k, b"LS_BLOCK_SIZE"))
    s.colors = _colors(con, color, s.is_tty)
    s.width = width if width is not None else _line_width(k, s.is_tty)
    s.tabsize = tabsize if tabsize is not None else _tabsize_from_env(k)
    if zero or (s.colors is not None and tabsize is None):
        s.tabsize = 0
    s.time_form = _time_form(con, time_style or k.env.get(b"TIME_STYLE") or b"locale") if s.format == LONG else None
    return s, files


def _pattern(text: bytes) -> GlobBytes:
    """Return a pattern that doesn't match a leading dot with a wildcard."""
    from kos_kernel.api import compile_glob_bytes  # few runs need patterns, so few pay for them

    return compile_glob_bytes(text, period=True)


def _when(con: Console, label: bytes, value: bytes, is_tty: bool) -> bool:
    when = choose(con, label, value, WHENS) if value else "always"
    return when == "always" or (when == "auto" and is_tty)


def _number(con: Console, what: bytes, text: bytes) -> int:
    """Return a line width or tab size; octal with a leading 0, hexadecimal with 0x."""
    try:
        digits = text.decode("ascii").lower()
        number = int(digits, 16 if digits.startswith("0x") else 8 if digits.startswith("0") and digits != "0" else 10)
        if number < 0:
            raise ValueError
        return number
    except ValueError:
        con.die(b"invalid " + what + b": " + con.word(text), status=2)


def _quoting_from_env(con: Console, is_tty: bool) -> str:
    text = con.k.env.get(b"QUOTING_STYLE")
    if text is not None:
        word = text.decode("utf-8", "surrogateescape")
        if word in _QUOTING_WORDS:
            return word
        con.say(b"ignoring invalid value of environment variable QUOTING_STYLE: " + con.word(text))
    return "shell-escape" if is_tty else "literal"


def _file_scale_from_env(k: Syscalls) -> Scale:
    for name in (b"LS_BLOCK_SIZE", b"BLOCK_SIZE"):
        text = k.env.get(name)
        if text:
            try:
                return parse_scale(text)
            except BadNumber:
                break
    return BYTES


def _colors(con: Console, when: str | None, is_tty: bool) -> Colors | None:
    env = con.k.env
    if when in (None, "never") or (when == "auto" and not is_tty):
        return None
    from .colors import Colors, ColorsMalformed, terminal_has_colors

    if not env.get(b"LS_COLORS") and not env.get(b"COLORTERM") and not terminal_has_colors(env.get(b"TERM", b"")):
        return None
    try:
        return Colors(env.get(b"LS_COLORS"))
    except ColorsMalformed as error:
        if error.prefix is not None:
            con.say(b"unrecognized prefix: " + con.quoted(error.prefix))
        con.say(b"unparsable value for LS_COLORS environment variable")
        return None


def _line_width(k: Syscalls, is_tty: bool) -> int:
    if is_tty:
        try:
            columns = k.get_winsize(1)[1]
            if columns > 0:
                return columns
        except SysError:
            pass
    text = k.env.get(b"COLUMNS", b"")
    return int(text) if text.isdigit() and len(text) < 10 else 80


def _tabsize_from_env(k: Syscalls) -> int:
    text = k.env.get(b"TABSIZE", b"")
    return int(text) if text.isdigit() and len(text) < 10 and b"POSIXLY_CORRECT" not in k.env else 8


def _time_form(con: Console, style: bytes) -> tuple[bytes, bytes]:
    """Return the formats of (old, recent) times."""
    if style.startswith(b"+"):
        old, newline, recent = style[1:].partition(b"\n")
        if b"\n" in recent:
            con.die(b"invalid time style format " + con.quoted(style[1:]), status=2)
        return old, recent if newline else old
    word = style
    if word.startswith(b"posix-"):
        return b"%b %e  %Y", b"%b %e %H:%M"  # the POSIX locale is all there is
    styles = {
        b"full-iso": (b"%Y-%m-%d %H:%M:%S.%N %z",) * 2,
        b"long-iso": (b"%Y-%m-%d %H:%M",) * 2,
        b"iso": (b"%Y-%m-%d ", b"%m-%d %H:%M"),
        b"locale": (b"%b %e  %Y", b"%b %e %H:%M"),
    }
    found = [forms for name, forms in styles.items() if name.startswith(word)]
    if word in styles:
        return styles[word][0], styles[word][1]
    if len(found) == 1 and word:
        return found[0][0], found[0][1]
    fault = b"ambiguous" if found else b"invalid"
    return con.usage(
        fault + b" argument " + con.word(style) + b" for " + con.word(b"time style") + b"\nValid arguments are:\n"
        b"  - [posix-]full-iso\n  - [posix-]long-iso\n  - [posix-]iso\n  - [posix-]locale\n"
        b"  - +FORMAT (e.g., +%H:%M) for a 'date'-style format",
        2,
    )
