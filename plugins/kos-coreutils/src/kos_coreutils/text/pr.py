"""pr: files made ready for printing: in pages with headers, in columns, side by side, with line numbers.

Here is the command line; the pages are made in prpages.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, UsageError, Value, parsed, quote

if TYPE_CHECKING:
    from kos_kernel.api import Options, Syscalls


def _recorded(name: str, *names: str, metavar: str = "", help: str, optional: bool = False) -> Flag | Value:
    """Return an option that is recorded in the order of the command line as (name, text)."""
    if not metavar:
        return Flag("order", *names, value=(name, b""), repeat=True, help=help)

    def record(text: bytes) -> tuple[str, bytes]:
        return name, text

    return Value(
        "order",
        *names,
        metavar=metavar,
        convert=record,
        optional=optional,
        implied=(name, None),
        repeat=True,
        help=help,
    )


PR = Command(
    "pr",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [FILE]...",
    summary="Paginate or columnate FILE(s) for printing.\n\nWith no FILE, or when FILE is -, read standard input.\n\n"
    "+FIRST_PAGE[:LAST_PAGE] stands for --pages, -COLUMN for --columns.",
    options=[
        _recorded("pages", "pages", metavar="FIRST_PAGE[:LAST_PAGE]", help="begin [stop] with page FIRST_[LAST_]PAGE"),
        _recorded("columns", "columns", metavar="COLUMN", help="output COLUMN columns, printed down unless -a is used"),
        _recorded("across", "a", "across", help="print columns across rather than down, used together with -COLUMN"),
        _recorded("control", "c", "show-control-chars", help="use hat notation (^G) and octal backslash notation"),
        _recorded("double", "d", "double-space", help="double space the output"),
        _recorded("date", "D", "date-format", metavar="FORMAT", help="use FORMAT for the header date"),
        _recorded("expand", "e", "expand-tabs", metavar="CHAR[WIDTH]", optional=True, help="expand input CHARs to tab WIDTH (8)"),
        _recorded("form_feed", "F", "f", "form-feed", help="use form feeds instead of newlines to separate pages"),
        _recorded("header", "h", "header", metavar="HEADER", help="use HEADER instead of filename in page header"),
        _recorded("tabs", "i", "output-tabs", metavar="CHAR[WIDTH]", optional=True, help="replace spaces with CHARs to tab WIDTH (8)"),
        _recorded("join", "J", "join-lines", help="merge full lines: no truncation, no alignment"),
        _recorded("length", "l", "length", metavar="PAGE_LENGTH", help="set the page length (66); implies -t if it is <= 10"),
        _recorded("merge", "m", "merge", help="print all files in parallel, one in each column"),
        _recorded("number", "n", "number-lines", metavar="SEP[DIGITS]", optional=True, help="number lines: DIGITS (5) digits, then SEP"),
        _recorded("first", "N", "first-line-number", metavar="NUMBER", help="start counting with NUMBER"),
        _recorded("indent", "o", "indent", metavar="MARGIN", help="offset each line with MARGIN (zero) spaces"),
        _recorded("quiet", "r", "no-file-warnings", help="omit warning when a file cannot be opened"),
        _recorded("separator", "s", "separator", metavar="CHAR", optional=True, help="separate columns by a single character"),
        _recorded("string", "S", "sep-string", metavar="STRING", optional=True, help="separate columns by STRING"),
        _recorded("bare", "t", "omit-header", help="omit page headers and trailers; implied if PAGE_LENGTH <= 10"),
        _recorded("unpaged", "T", "omit-pagination", help="like -t, and leave out form feeds"),
        _recorded("octal", "v", "show-nonprinting", help="use octal backslash notation"),
        _recorded("width", "w", "width", metavar="PAGE_WIDTH", help="set page width (72) for multiple columns only"),
        _recorded("page_width", "W", "page-width", metavar="PAGE_WIDTH", help="set page width (72) always, truncate lines"),
        *(Flag("order", digit, value=("digit", digit.encode()), repeat=True, hidden=True) for digit in "0123456789"),
    ],
)  # fmt: skip
_INT_MAX = (1 << 31) - 1
_PAGES_END = (1 << 64) - 1


class Layout:
    """What the options add up to."""

    def __init__(self) -> None:
        self.first_page, self.last_page = 0, _PAGES_END
        self.columns, self.explicit_columns = 1, False
        self.across = self.parallel = self.numbered = self.double = False
        self.control = self.octal = self.form_feed = self.join = self.quiet = False
        self.date: bytes | None = None
        self.header: bytes | None = None
        self.tab_in, self.tab_in_width, self.untabify = b"\t", 8, False
        self.tab_out, self.tab_out_width, self.tabify = b"\t", 8, False
        self.page_length, self.line_width, self.margin = 66, 72, 0
        self.number_separator, self.number_digits = b"\t", 5
        self.first_number, self.counts_skipped = 1, True
        self.separator, self.separated = b"", False
        self.extremities, self.keep_form_feeds, self.truncates = True, False, False


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the files in pages. Status 1 if one can't be opened."""
    opts, words = parsed(k, PR, argv)
    reader = _Settings(k, opts)
    files = []
    for word in words:
        if not (word[:1] == b"+" and not reader.layout.first_page and reader.pages(word[1:], "+")):
            files.append(word)
    layout = reader.finished()
    from .prpages import print_files

    return print_files(k, layout, files)


class _Settings:
    """Reads the recorded options into a Layout."""

    def __init__(self, k: Syscalls, opts: Options) -> None:
        self.k = k
        self.opts = opts
        self.layout = Layout()
        self.old_s = self.old_w = self.old = False
        self.digits = b""
        last = ""
        for name, text in opts.order:
            if name == "digit":
                self.digits = self.digits + text if last == "digit" else text
            else:
                self.take(name, text)
            last = name
        if self.digits:
            self.take("columns", self.digits)

    def fail(self, text: bytes, hint: bool = False) -> None:
        if hint:
            raise PR.error(self.opts, text)
        raise UsageError(self.k.argv[0] + b": " + text + b"\n", 1)

    def number(self, text: bytes, least: int, what: bytes) -> int:
        """Return an option's number."""
        found = re.fullmatch(rb"[ \t\n\v\f\r]*([+-]?[0-9]+)", text)
        value = int(found[1][:30]) if found is not None else None
        if value is None or not least <= value <= _INT_MAX:
            range_ = value is not None
            self.fail(what + b": " + quote(text) + (b": Numerical result out of range" if range_ else b""))
        assert value is not None  # fail doesn't return
        return value

    def letter_and_width(self, text: bytes, option: bytes, letter: bytes, width: int) -> tuple[bytes, int]:
        """Return what [CHAR][WIDTH] says, with the defaults."""
        if not text[:1].isdigit():
            letter, text = text[:1] or b"\0", text[1:]
        if text:
            if not text.isdigit() or not 0 < int(text[:30]) <= _INT_MAX:
                too_large = b": Value too large for defined data type" if text.isdigit() and int(text[:30]) else b""
                what = b"'-%s' extra characters or invalid number in the argument: %s%s" % (
                    option,
                    quote(text),
                    too_large,
                )
                self.fail(what, hint=True)
            width = int(text)
        return letter, width

    def pages(self, text: bytes, option: str) -> bool:
        """Take FIRST[:LAST]; return whether it is that."""
        label = b"+" if option == "+" else b"--pages"
        numbers = text.split(b":", 1)
        values = []
        for number in numbers:
            found = re.match(rb"[ \t\n\v\f\r]*\+?([0-9]+)", number)
            if found is None:
                if option == "+" and number is numbers[0]:
                    self.fail(b"invalid %s argument %s" % (label, quote(text)))
                self.fail(b"invalid %s argument %s" % (label, quote(text)))
                return False
            if len(found[1].lstrip(b"0")) > 20 or int(found[1]) > _PAGES_END:
                self.fail(b"%s argument %s too large" % (label, quote(text)))
            if found.end() != len(number):
                if number is not numbers[0]:
                    self.fail(b"invalid suffix in %s argument %s" % (label, quote(number)))
                return False
            values.append(int(found[1]))
        first, last = values[0], values[1] if len(values) > 1 else _PAGES_END
        if not first or last < first:
            return False
        self.layout.first_page, self.layout.last_page = first, last
        return True

    def take(self, name: str, text: Any) -> None:
        """Take in one option."""
        layout = self.layout
        flags = {
            "across": "across", "control": "control", "double": "double", "form_feed": "form_feed", "join": "join",
            "merge": "parallel", "quiet": "quiet", "octal": "octal",
        }  # fmt: skip
        if name in flags:
            setattr(layout, flags[name], True)
        elif name == "pages":
            if not self.pages(text, "pages"):
                self.fail(b"invalid page range " + quote(text))
        elif name == "columns":
            layout.columns = self.number(text, 1, b"invalid number of columns")
            layout.explicit_columns = True
            self.digits = b""
        elif name == "date":
            layout.date = text
        elif name == "header":
            layout.header = text
        elif name == "expand":
            layout.untabify = True
            if text is not None:
                layout.tab_in, layout.tab_in_width = self.letter_and_width(
                    text, b"e", layout.tab_in, layout.tab_in_width
                )
        elif name == "tabs":
            layout.tabify = True
            if text is not None:
                layout.tab_out, layout.tab_out_width = self.letter_and_width(
                    text, b"i", layout.tab_out, layout.tab_out_width
                )
        elif name == "number":
            layout.numbered = True
            if text is not None:
                found = self.letter_and_width(text, b"n", layout.number_separator, layout.number_digits)
                layout.number_separator, layout.number_digits = found
        elif name == "first":
            layout.counts_skipped = False
            layout.first_number = self.number(text, -_INT_MAX - 1, b"'-N NUMBER' invalid starting line number")
        elif name == "length":
            layout.page_length = self.number(text, 1, b"'-l PAGE_LENGTH' invalid number of lines")
        elif name == "indent":
            layout.margin = self.number(text, 0, b"'-o MARGIN' invalid line offset")
        elif name in ("bare", "unpaged"):
            layout.extremities = False
            layout.keep_form_feeds = name == "bare"
        else:
            self.take_width(name, text)

    def take_width(self, name: str, text: Any) -> None:
        """Take in one of the options that POSIX and GNU mean differently: -s, -S, -w, -W."""
        layout = self.layout
        if name == "separator":
            self.old = self.old_s = True
            if not layout.separated and text is not None:
                layout.separator = text
        elif name == "string":
            self.old_s = False
            layout.separator, layout.separated = text or b"", True
        elif name == "width":
            self.old = self.old_w = True
            width = self.number(text, 1, b"'-w PAGE_WIDTH' invalid number of characters")
            if not layout.truncates:
                layout.line_width = width
        else:
            self.old_w = False
            layout.truncates = True
            layout.line_width = self.number(text, 1, b"'-W PAGE_WIDTH' invalid number of characters")

    def finished(self) -> Layout:
        """Return the layout, with the options' bearing on each other worked out."""
        layout = self.layout
        layout.first_page = layout.first_page or 1
        if layout.parallel and layout.explicit_columns:
            self.fail(b"cannot specify number of columns when printing in parallel")
        if layout.parallel and layout.across:
            self.fail(b"cannot specify both printing across and printing in parallel")
        many = layout.parallel or layout.explicit_columns
        if self.old_w and self.old:
            if many:
                layout.truncates = True
                layout.separated = layout.separated or self.old_s
            else:
                layout.join = True
        elif self.old and not layout.separated and self.old_s and many:
            if layout.truncates:
                layout.separated = True
            else:
                layout.join = True
                layout.separated = bool(layout.separator)
        return layout
