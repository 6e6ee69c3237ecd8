"""grep's command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from kos_kernel.api import (
    Command,
    Digits,
    Flag,
    PatternError,
    SysError,
    Value,
    compile_regex_any,
    is_utf8,
    parsed,
    quotef,
)

if TYPE_CHECKING:
    from kos_kernel.api import Regex, Syscalls

WHEN = {"always": "always", "yes": "always", "force": "always", "never": "never", "no": "never", "none": "never",
        "auto": "auto", "tty": "auto", "if-tty": "auto"}  # fmt: skip

GREP = Command(
    "grep",
    like="(GNU grep) 3.8",
    usage="[OPTION]... PATTERNS [FILE]...",
    summary="Search for PATTERNS in each FILE.\nPATTERNS can contain multiple patterns separated by newlines.",
    status=2,
    hint="Usage: {prog} [OPTION]... PATTERNS [FILE]...\nTry '{prog} --help' for more information.\n",
    options=[
        Flag("syntax", "E", "extended-regexp", value="egrep", default="grep", help="PATTERNS are extended regular expressions"),
        Flag("syntax", "F", "fixed-strings", value="fixed", help="PATTERNS are strings"),
        Flag("syntax", "G", "basic-regexp", value="grep", help="PATTERNS are basic regular expressions"),
        Flag("syntax", "P", "perl-regexp", value="perl", help="not supported, and says so"),
        Value("patterns", "e", "regexp", metavar="PATTERNS", repeat=True, default=None, help="use PATTERNS for matching"),
        Value("pattern_files", "f", "file", metavar="FILE", repeat=True, default=None, help="take PATTERNS from FILE"),
        Flag("icase", "i", "ignore-case", help="ignore case distinctions in patterns and data"),
        Flag("icase", "y", hidden=True),
        Flag("icase", "no-ignore-case", value=False, help="do not ignore case distinctions (default)"),
        Flag("word", "w", "word-regexp", help="match only whole words"),
        Flag("line", "x", "line-regexp", help="match only whole lines"),
        Flag("zero", "z", "null-data", help="a data line ends in 0 byte, not newline"),
        Flag("silent", "s", "no-messages", help="suppress error messages"),
        Flag("invert", "v", "invert-match", help="select non-matching lines"),
        Value("max_count", "m", "max-count", metavar="NUM", default=None, help="stop after NUM selected lines"),
        Flag("offset", "b", "byte-offset", help="print the byte offset with output lines"),
        Flag("number", "n", "line-number", help="print line number with output lines"),
        Flag("line_buffered", "line-buffered", help="flush output on every line"),
        Flag("filename", "H", "with-filename", value=True, default=None, help="print file name with output lines"),
        Flag("filename", "h", "no-filename", value=False, help="suppress the file name prefix on output"),
        Value("label", "label", metavar="LABEL", default=b"(standard input)", help="use LABEL as the standard input file name prefix"),
        Flag("only", "o", "only-matching", help="show only nonempty parts of lines that match"),
        Flag("quiet", "q", "quiet", help="suppress all normal output"),
        Flag("quiet", "silent", help="as --quiet"),
        Value("binary", "binary-files", metavar="TYPE", default="binary",
              choices={"binary": "binary", "text": "text", "without-match": "without-match"},
              help="assume that binary files are TYPE: 'binary', 'text', or 'without-match'"),
        Flag("binary", "a", "text", value="text", help="equivalent to --binary-files=text"),
        Flag("binary", "I", value="without-match", help="equivalent to --binary-files=without-match"),
        Flag("unix_binary", "U", "binary", help="accepted: files are always read as they are"),
        Value("directories", "d", "directories", metavar="ACTION", default="read",
              choices={"read": "read", "recurse": "recurse", "skip": "skip"},
              help="how to handle directories: 'read', 'recurse', or 'skip'"),
        Value("devices", "D", "devices", metavar="ACTION", default="read", choices={"read": "read", "skip": "skip"},
              help="how to handle devices, FIFOs and sockets: 'read' or 'skip'"),
        Flag("directories", "r", "recursive", value="recurse", help="like --directories=recurse"),
        Flag("dereference", "R", "dereference-recursive", sets={"directories": "recurse", "dereference": True},
             help="likewise, but follow all symlinks"),
        Value("include", "include", metavar="GLOB", repeat=True, default=(), help="search only files that match GLOB"),
        Value("exclude", "exclude", metavar="GLOB", repeat=True, default=(), help="skip files that match GLOB"),
        Value("exclude_from", "exclude-from", metavar="FILE", repeat=True, default=(), help="skip files that match any pattern from FILE"),
        Value("exclude_dir", "exclude-dir", metavar="GLOB", repeat=True, default=(), help="skip directories that match GLOB"),
        Flag("list", "L", "files-without-match", value="without", default=None, help="print only names of FILEs with no selected lines"),
        Flag("list", "l", "files-with-matches", value="with", help="print only names of FILEs with selected lines"),
        Flag("count", "c", "count", help="print only a count of selected lines per FILE"),
        Flag("tab", "T", "initial-tab", help="make tabs line up (if needed)"),
        Flag("null", "Z", "null", help="print 0 byte after FILE name"),
        Value("before", "B", "before-context", metavar="NUM", default=None, help="print NUM lines of leading context"),
        Value("after", "A", "after-context", metavar="NUM", default=None, help="print NUM lines of trailing context"),
        Value("context", "C", "context", metavar="NUM", default=None, help="print NUM lines of output context"),
        Digits("context", help="same as --context=NUM"),
        Value("separator", "group-separator", metavar="SEP", default=b"--", help="print SEP on line between matches with context"),
        Flag("no_separator", "no-group-separator", help="do not print separator for matches with context"),
        Value("color", "color", metavar="WHEN", optional=True, implied="auto", default="never", choices=WHEN,
              help="use markers to highlight the matching strings; WHEN is 'always', 'never', or 'auto'"),
        Value("color", "colour", metavar="WHEN", optional=True, implied="auto", choices=WHEN, default="never", help="the same"),
    ],
)  # fmt: skip


class Settings:
    """What a command line means."""

    def __init__(self, k: Syscalls, argv: list[bytes]) -> None:
        opts, words = parsed(k, GREP, argv)
        self.opts = opts
        name = argv[0].rpartition(b"/")[2]
        syntax = opts.syntax
        if syntax == "grep" and name == b"egrep":
            syntax = "egrep"
        elif syntax == "grep" and name == b"fgrep":
            syntax = "fixed"
        if syntax == "perl":
            raise fail(argv, b"Perl matching not supported in a --disable-perl-regexp build")
        patterns: list[bytes] | None = None
        for text in opts.patterns or ():
            patterns = [*(patterns or []), *text.split(b"\n")]
        for file in opts.pattern_files or ():
            patterns = [*(patterns or []), *_patterns_of(k, argv, file)]
        if patterns is None:
            if not words:
                raise _usage(argv)
            patterns = words[0].split(b"\n")
            words = words[1:]
        self.files = words
        self.end = b"\0" if opts.zero else b"\n"
        self.utf8 = is_utf8(k.env)
        whole: Literal["line", "word"] | None = "line" if opts.line else "word" if opts.word else None
        unique = list(dict.fromkeys(patterns))
        try:
            self.regex: Regex = compile_regex_any(
                unique, syntax=syntax, icase=bool(opts.icase), newline=self.end, utf8=self.utf8, whole=whole
            )
        except PatternError as error:
            raise fail(argv, str(error).encode()) from None
        self.everything = b"" in unique and not opts.line and not opts.word
        context = _number(argv, opts.context, b"context length argument")
        before = _number(argv, opts.before, b"context length argument")
        after = _number(argv, opts.after, b"context length argument")
        self.before = before if before is not None else context or 0
        self.after = after if after is not None else context or 0
        limit = _number(argv, opts.max_count, b"max count", signed=True)
        self.max_count = None if limit is None or limit < 0 else limit
        self.recursive = opts.directories == "recurse"
        # No pattern at all selects nothing, and neither does everything inverted.
        self.nothing = self.everything if opts.invert else not unique
        self.color = opts.color == "always" or (
            opts.color == "auto" and k.isatty(1) and k.env.get(b"TERM", b"dumb") != b"dumb"
        )


def fail(argv: list[bytes], text: bytes) -> Exception:
    """Return the error "NAME: text", status 2, without the hint to --help."""
    from kos_kernel.api import UsageError

    return UsageError(argv[0] + b": " + text + b"\n", 2)


def _usage(argv: list[bytes]) -> Exception:
    from kos_kernel.api import UsageError

    name = argv[0]
    return UsageError(
        b"Usage: %s [OPTION]... PATTERNS [FILE]...\nTry '%s --help' for more information.\n" % (name, name), 2
    )


def _number(argv: list[bytes], text: bytes | None, what: bytes, signed: bool = False) -> int | None:
    if text is None:
        return None
    digits = text[1:] if signed and text[:1] == b"-" else text
    if not digits.isdigit():
        raise fail(argv, (quotef(text) + b": " if what.startswith(b"context") else b"") + b"invalid " + what)
    return int(text)


def _patterns_of(k: Syscalls, argv: list[bytes], file: bytes) -> list[bytes]:
    try:
        fd = 0 if file == b"-" else k.open(file)
        data = k.read_all(fd)
        if fd:
            k.close(fd)
    except SysError as error:
        raise fail(argv, quotef(file) + b": " + (error.strerror or "").encode()) from None
    if not data:
        return []
    return data.removesuffix(b"\n").split(b"\n")


def matcher(globs: Any) -> Any:
    """Return a function that tells whether a name matches any of the globs."""
    from kos_kernel.api import compile_glob_bytes

    compiled = [compile_glob_bytes(glob) for glob in globs]
    return lambda name: any(glob.matches(name) for glob in compiled)
