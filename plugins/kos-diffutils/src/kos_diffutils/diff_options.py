"""diff's command line, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Digits, Flag, PatternError, UsageError, Value, compile_regex_any, is_utf8

from .compare.lines import Rules
from .formats.groups import ifdef_formats
from .formats.paper import Look

if TYPE_CHECKING:
    from kos_kernel.api import Option, Regex, Syscalls

_MOST = (1 << 63) - 1
_WHITE = ("", "E", "Z", "EZ", "b", "w")
_COLORS = {"rs": b"0", "hd": b"1", "ad": b"32", "de": b"31", "ln": b"36"}


def _of_kind(kind: str) -> Callable[[bytes], tuple[str, bytes]]:
    """Return what pairs a format with the kind of lines or groups that it's for."""
    return lambda text: (kind, text)


DIFF = Command(
    "diff",
    like="(GNU diffutils) 3.8",
    usage="[OPTION]... FILES",
    summary="Compare FILES line by line.",
    status=2,
    hint="{prog}: Try '{prog} --help' for more information.\n",
    options=[
        Flag("styles", "normal", value="normal", repeat=True, help="output a normal diff (the default)"),
        Flag("brief", "q", "brief", help="report only when files differ"),
        Flag("identical", "s", "report-identical-files", help="report when two files are the same"),
        Flag("contexts", "c", value=("context", b"3"), repeat=True, help="output 3 lines of copied context"),
        Value(
            "contexts", "C", metavar="NUM", repeat=True, convert=lambda text: ("context", text),
            help="output NUM lines of copied context",
        ),
        Value(
            "contexts", "context", metavar="NUM", optional=True, implied=("context", b"3"), repeat=True,
            convert=lambda text: ("context", text), help="output NUM (default 3) lines of copied context",
        ),
        Flag("contexts", "u", value=("unified", b"3"), repeat=True, help="output 3 lines of unified context"),
        Value(
            "contexts", "U", metavar="NUM", repeat=True, convert=lambda text: ("unified", text),
            help="output NUM lines of unified context",
        ),
        Value(
            "contexts", "unified", metavar="NUM", optional=True, implied=("unified", b"3"), repeat=True,
            convert=lambda text: ("unified", text), help="output NUM (default 3) lines of unified context",
        ),
        Digits("digits"),
        Flag("styles", "e", "ed", value="ed", repeat=True, help="output an ed script"),
        Flag("styles", "f", "forward-ed", value="forward", repeat=True, hidden=True),
        Flag("styles", "n", "rcs", value="rcs", repeat=True, help="output an RCS format diff"),
        Flag("styles", "y", "side-by-side", value="columns", repeat=True, help="output in two columns"),
        Value("widths", "W", "width", metavar="NUM", repeat=True, help="output at most NUM (default 130) print columns"),
        Flag("left_column", "left-column", help="output only the left column of common lines"),
        Flag("suppress_common", "suppress-common-lines", help="do not output common lines"),
        Flag("merge_assist", "sdiff-merge-assist", hidden=True),
        Flag("functions_of_c", "p", "show-c-function", help="show which C function each change is in"),
        Value("functions", "F", "show-function-line", metavar="RE", repeat=True, help="show the most recent line matching RE"),
        Value(
            "labels", "L", "label", metavar="LABEL", repeat=True,
            help="use LABEL instead of file name and timestamp (can be repeated)",
        ),
        Flag("expand_tabs", "t", "expand-tabs", help="expand tabs to spaces in output"),
        Flag("initial_tab", "T", "initial-tab", help="make tabs line up by prepending a tab"),
        Value("tab_sizes", "tabsize", metavar="NUM", repeat=True, help="tab stops every NUM (default 8) print columns"),
        Flag("blank_empty", "suppress-blank-empty", help="suppress space or tab before empty output lines"),
        Flag("recursive", "r", "recursive", help="recursively compare any subdirectories found"),
        Flag("no_dereference", "no-dereference", help="don't follow symbolic links"),
        Flag("new_file", "N", "new-file", help="treat absent files as empty"),
        Flag("new_first", "P", "unidirectional-new-file", help="treat absent first files as empty"),
        Flag("fold_names", "ignore-file-name-case", help="ignore case when comparing file names"),
        Flag("fold_names", "no-ignore-file-name-case", value=False, help="consider case when comparing file names"),
        Value("excluded", "x", "exclude", metavar="PAT", repeat=True, help="exclude files that match PAT"),
        Value("excluded_from", "X", "exclude-from", metavar="FILE", repeat=True, help="exclude files that match any pattern in FILE"),
        Value("starting", "S", "starting-file", metavar="FILE", help="start with FILE when comparing directories"),
        Value("from_file", "from-file", metavar="FILE1", help="compare FILE1 to all operands; FILE1 can be a directory"),
        Value("to_file", "to-file", metavar="FILE2", help="compare all operands to FILE2; FILE2 can be a directory"),
        Flag("ignore_case", "i", "ignore-case", help="ignore case differences in file contents"),
        Flag("whites", "E", "ignore-tab-expansion", value="E", repeat=True, help="ignore changes due to tab expansion"),
        Flag("whites", "Z", "ignore-trailing-space", value="Z", repeat=True, help="ignore white space at line end"),
        Flag("whites", "b", "ignore-space-change", value="b", repeat=True, help="ignore changes in the amount of white space"),
        Flag("whites", "w", "ignore-all-space", value="w", repeat=True, help="ignore all white space"),
        Flag("blank_lines", "B", "ignore-blank-lines", help="ignore changes where lines are all blank"),
        Value("ignored", "I", "ignore-matching-lines", metavar="RE", repeat=True, help="ignore changes where all lines match RE"),
        Flag("text", "a", "text", help="treat all files as text"),
        Flag("binary", "binary", hidden=True),
        Flag("strip_cr", "strip-trailing-cr", help="strip trailing carriage return on input"),
        Value("ifdef", "D", "ifdef", metavar="NAME", repeat=True, help="output merged file with '#ifdef NAME' diffs"),
        *(
            Value(
                "group_formats", f"{kind}-group-format", metavar="GFMT", repeat=True,
                convert=_of_kind(kind), help=f"format {kind} input groups with GFMT",
            )
            for kind in ("old", "new", "unchanged", "changed")
        ),
        Value(
            "line_formats", "line-format", metavar="LFMT", repeat=True,
            convert=_of_kind(""), help="format all input lines with LFMT",
        ),
        *(
            Value(
                "line_formats", f"{kind}-line-format", metavar="LFMT", repeat=True,
                convert=_of_kind(kind), help=f"format {kind} input lines with LFMT",
            )
            for kind in ("old", "new", "unchanged")
        ),
        Flag("minimal", "d", "minimal", help="try hard to find a smaller set of changes"),
        Value("horizons", "horizon-lines", metavar="NUM", repeat=True, help="keep NUM lines of the common prefix and suffix"),
        Flag("heuristic", "H", "speed-large-files", help="assume large files and many scattered small changes"),
        Value(
            "color", "color", metavar="WHEN", optional=True, implied=b"auto",
            help="color output; WHEN is 'never', 'always', or 'auto'; plain --color means --color='auto'",
        ),
        Value("palette", "palette", metavar="PALETTE", help="the colors to use when --color is active"),
        Flag("show_version", "v", help="output version information and exit"),
    ],
    epilog="FILES are 'FILE1 FILE2' or 'DIR1 DIR2' or 'DIR FILE' or 'FILE DIR'.\n"
    "If --from-file or --to-file is given, there are no restrictions on FILE(s).\n"
    "If a FILE is '-', read standard input.\n"
    "Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.",
)  # fmt: skip


class Settings:
    """What the options mean. style: normal, context, unified, ed, forward, rcs, columns or merged."""

    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.opts = opts
        self.style = style = self._style()
        self.context = self._context(style)
        white = _white(opts.whites)
        tab_size = self._agreed(opts.tab_sizes, "tabsize", 1, 8)
        self.rules = Rules(white, opts.ignore_case, tab_size, style not in ("ed", "forward"))
        functions = list(opts.functions)
        if opts.functions_of_c:
            functions.append(b"^[[:alpha:]$_]")
        self.look = Look(
            context=self.context,
            expand_tabs=opts.expand_tabs,
            initial_tab=opts.initial_tab,
            tab_size=tab_size,
            width=self._agreed(opts.widths, "width", 1, 130),
            left_column=opts.left_column,
            suppress_common=opts.suppress_common,
            suppress_blank_empty=opts.blank_empty,
            merge_assist=opts.merge_assist,
            blank_lines=opts.blank_lines,
            white=white,
            ignored=self._pattern(k, opts.ignored),
            function=self._pattern(k, functions),
            colors=self._colors(k),
        )
        for name in opts.ifdef:
            self.look.group_formats.update(ifdef_formats(name))
        self.look.group_formats.update(opts.group_formats)
        for kind, form in opts.line_formats:
            for one in (kind,) if kind else ("old", "new", "unchanged"):
                self.look.line_formats[one] = form
        horizon = 0
        for text in opts.horizons:
            horizon = max(horizon, self._read(text, "invalid horizon length", 0))
        self.horizon = max(horizon, self.context)
        self.always_shown = self._always_shown()
        self.bytes_decide = opts.brief and not (
            opts.blank_lines or opts.ignore_case or opts.strip_cr or opts.ignored or white
        )

    def _style(self) -> str:
        opts = self.opts
        styles = set(opts.styles) | {style for style, _ in opts.contexts}
        if opts.ifdef or opts.group_formats or opts.line_formats:
            styles.add("merged")
        if len(styles) > 1:
            raise DIFF.error(opts, "conflicting output style options")
        if styles:
            return str(styles.pop())
        return "context" if opts.functions_of_c else "normal"

    def _context(self, style: str) -> int:
        opts = self.opts
        context = -1
        for _, text in opts.contexts:
            context = max(context, self._read(text, "invalid context length", 0))
        if style not in ("context", "unified"):
            return 0
        if opts.digits is not None:
            context = max(context, int(opts.digits[:18])) if context >= 0 and context != 3 else int(opts.digits[:18])
        return 3 if context < 0 else context

    def _read(self, text: bytes, what: str, least: int) -> int:
        digits = text.removeprefix(b"+")
        if not digits.isdigit() or int(digits[:30]) < least:
            raise DIFF.error(self.opts, what.encode() + b" '" + text + b"'")
        return min(int(digits[:30]), _MOST)

    def _agreed(self, texts: list[bytes], what: str, least: int, default: int) -> int:
        values = {self._read(text, f"invalid {what}", least) for text in texts}
        if len(values) > 1:
            raise DIFF.error(self.opts, f"conflicting {what} options", hint=False)
        return values.pop() if values else default

    def _pattern(self, k: Syscalls, patterns: list[bytes]) -> Regex | None:
        if not patterns:
            return None
        for pattern in patterns:
            try:
                compile_regex_any([pattern], syntax="grep", utf8=is_utf8(k.env))
            except PatternError as error:
                raise DIFF.error(self.opts, pattern + b": " + str(error).encode(), hint=False)
        return compile_regex_any(patterns, syntax="grep", utf8=is_utf8(k.env))

    def _colors(self, k: Syscalls) -> dict[str, bytes] | None:
        when = self.opts.color
        if when is not None and when not in (b"always", b"never", b"auto"):
            raise DIFF.error(self.opts, b"invalid color '" + when + b"'")
        if when in (None, b"never"):
            return None
        if when == b"auto" and (not k.isatty(1) or k.env.get(b"TERM", b"dumb") == b"dumb"):
            return None
        colors = dict(_COLORS)
        for item in (self.opts.palette or b"").split(b":"):
            name, equals, value = item.partition(b"=")
            if not item:
                continue
            if name.decode("latin-1") not in colors or not equals or value.strip(b"0123456789;"):
                raise UsageError(self.opts.prog + b": unrecognized or malformed --palette item '" + item + b"'\n", 2)
            colors[name.decode()] = value
        return colors

    def _always_shown(self) -> bool:
        """Whether there's output even if the files are the same."""
        if self.style == "columns":
            return not self.look.suppress_common
        if self.style != "merged":
            return False
        shown = self.look.group_formats.get("unchanged", b"%=")
        return bool(shown) and not (shown == b"%=" and self.look.line_formats.get("unchanged") == b"")


def _white(given: list[str]) -> str:
    level = 0
    for letter in given:
        if letter == "w":
            level = 5
        elif letter == "b":
            level = max(level, 4)
        elif level < 4:
            level |= 1 if letter == "E" else 2
    return _WHITE[level]


def option_words(argv: list[bytes], permute: bool) -> list[bytes]:
    """Return the words of a command line that are options and their values, in order, for the line that repeats them."""
    shorts: dict[int, Option] = {ord(name): option for option in DIFF.options for name in option.shorts}
    longs = {name.encode(): option for option in DIFF.options for name in option.longs}
    found: list[bytes] = []
    words = iter(argv[1:])
    for word in words:
        if word == b"--":
            found.append(word)
            break
        if word[:1] != b"-" or word == b"-":
            if not permute:
                break
            continue
        found.append(word)
        if word[:2] == b"--":
            name = word[2:]
            if b"=" in name:
                continue
            option = longs.get(name) or next((longs[known] for known in longs if known.startswith(name)), None)
            if option is not None and option.kind == 1:
                found += [next(words)]
            continue
        for place, letter in enumerate(word[1:], 2):
            option = shorts.get(letter)
            if option is not None and option.kind != 0:
                if place == len(word) and option.kind == 1:
                    found += [next(words)]
                break
    return found
