"""column: entries in as many columns as fit the width, or (-t) a table of the lines' fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import Charge, Command, Flag, Reader, SysError, Value, Writer, cause, complain, is_utf8, parsed

from ..width import decoded, encoded, width

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

COLUMN = Command(
    "column",
    usage="[OPTION]... [FILE]...",
    summary="Columnate lists.\n\nWith no FILE, read standard input.",
    options=[
        Flag("table", "t", "table", help="create a table"),
        Value("name", "n", "table-name", metavar="NAME", default=b"table", help="table name for JSON output"),
        Value("order", "O", "table-order", metavar="COLUMNS", help="specify order of output columns"),
        Value("names", "N", "table-columns", metavar="NAMES", help="comma separated columns names"),
        Value("limit", "l", "table-columns-limit", metavar="NUM", help="maximal number of input columns"),
        Value(
            "noextreme",
            "E",
            "table-noextreme",
            metavar="COLUMNS",
            help="don't count long text from the columns to column width",
        ),
        Flag("noheadings", "d", "table-noheadings", help="don't print header"),
        Flag("repeat", "e", "table-header-repeat", help="repeat header for each page"),
        Value("hide", "H", "table-hide", metavar="COLUMNS", help="don't print the columns"),
        Value("right", "R", "table-right", metavar="COLUMNS", help="right align text in these columns"),
        Value("truncate", "T", "table-truncate", metavar="COLUMNS", help="truncate text in the columns when necessary"),
        Value("wrap", "W", "table-wrap", metavar="COLUMNS", help="wrap text in the columns when necessary"),
        Flag("empty", "L", "keep-empty-lines", help="don't ignore empty lines"),
        Flag("json", "J", "json", help="use JSON output format for table"),
        Value("tree", "r", "tree", metavar="COLUMN", help="column to use tree-like output for the table"),
        Value("tree_id", "i", "tree-id", metavar="COLUMN", help="line ID to specify child-parent relation"),
        Value("tree_parent", "p", "tree-parent", metavar="COLUMN", help="parent to specify child-parent relation"),
        Value("width", "c", "output-width", metavar="WIDTH", help="width of output in number of characters"),
        Value(
            "output",
            "o",
            "output-separator",
            metavar="STRING",
            default=b"  ",
            help="columns separator for table output (default is two spaces)",
        ),
        Value("separator", "s", "separator", metavar="STRING", help="possible table delimiters"),
        Flag("rows", "x", "fillrows", help="fill rows before columns"),
    ],
)
_TABLE_OPTIONS = {"order", "names", "hide", "right", "truncate", "wrap", "noextreme", "noheadings", "repeat", "limit"}
_TAB = 8


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write the files' lines in columns. Status 1 if a file couldn't be read or the command line is wrong."""
    opts, files = parsed(k, COLUMN, argv)
    problem = _problem(opts)
    if problem:
        complain(k, problem)
        return 1
    wide = opts.width
    if wide is not None and not re.fullmatch(rb"\s*\+?[0-9]{1,9}", wide):
        far = b": Numerical result out of range" if re.fullmatch(rb"\s*[+-]?[0-9]+", wide) else b""
        complain(k, b"invalid columns argument: '%s'%s" % (wide, far))
        return 1
    total = int(wide) if wide is not None else _terminal_width(k)
    utf8 = is_utf8(k.env)
    if opts.table or opts.json:
        from .table import Table, TableError

        try:
            table = Table(opts, total, utf8)
            status = _read(k, files, opts.empty, utf8, table.add)
            table.write(Writer(k), k)
        except TableError as error:
            if str(error):
                complain(k, str(error).encode("utf-8", "surrogateescape"))
            return 1
        return status
    entries: list[str] = []
    status = _read(k, files, opts.empty, utf8, entries.append)
    out = Writer(k)
    _columnate(k, out, entries, total, opts.rows)
    out.flush()
    return status


def _problem(opts: Any) -> bytes:
    """Return what contradicts itself in the command line, b"" if nothing does."""
    if opts.json and opts.rows:
        return b"mutually exclusive arguments: --json --fillrows"
    if opts.table and opts.rows:
        return b"mutually exclusive arguments: --table --fillrows"
    if opts.tree is not None or opts.tree_id is not None or opts.tree_parent is not None:
        if opts.tree is None:
            return (
                b"option --tree is required for tree formatting"
                if not opts.table
                else b"options --tree-id and --tree-parent are required for tree formatting"
            )
        if opts.tree_id is None or opts.tree_parent is None:
            return b"options --tree-id and --tree-parent are required for tree formatting"
    if not opts.table and not opts.json and opts.given & _TABLE_OPTIONS:
        return b"option --table required for all --table-*"
    if opts.json and opts.names is None:
        return b"option --table-columns required for --json"
    return b""


def _terminal_width(k: Syscalls) -> int:
    """Return COLUMNS, else the width of the terminal, else 80."""
    text = k.env.get(b"COLUMNS", b"")
    if re.fullmatch(rb"[0-9]{1,9}", text) and int(text):
        return int(text)
    try:
        return k.get_winsize(1)[1] or 80
    except SysError:
        return 80


def _read(k: Syscalls, files: list[bytes], keep_empty: bool, utf8: bool, add: Any) -> int:
    status = 0
    charge = Charge(k)
    for name in files or [b""]:
        try:
            fd = k.open(name) if name else 0
        except SysError as error:
            complain(k, name + b": " + cause(error))
            status = 1
            continue
        try:
            reader = Reader(k, fd)
            while block := reader.block():
                charge.change(3 * len(block))
                for line in block.removesuffix(b"\n").split(b"\n"):
                    text = _shown(line, utf8)
                    if text.strip(" \t\v\f\r") or keep_empty:
                        add(text if text.strip(" \t\v\f\r") else "")
                k.tick()
            if fd:
                k.close(fd)
        except SysError as error:
            complain(k, b"read failed: " + cause(error))
            k.exit(1)
    return status


def _shown(line: bytes, utf8: bool) -> str:
    """Return a line's characters; a line with a byte that is none has all such bytes as \\xHH."""
    text = decoded(line, utf8)
    if text.isascii() or (utf8 and not any("\udc80" <= char <= "\udcff" for char in text)):
        return text
    return "".join([f"\\x{ord(char) - 0xDC00:02x}" if "\udc80" <= char <= "\udcff" else char for char in text])


def _columnate(k: Syscalls, out: Writer, entries: list[str], total: int, by_rows: bool) -> None:
    if not entries:
        return
    widths = [width(entry) for entry in entries]
    longest = max(widths)
    if longest >= total:
        for start in range(0, len(entries), 4096):
            out.write(encoded("\n".join(entries[start : start + 4096]) + "\n"))
            k.tick()
        return
    step = (longest + _TAB) // _TAB * _TAB
    columns = max(total // step, 1)
    count = len(entries)
    rows = -(-count // columns)
    for row in range(rows):
        places = range(row * columns, min(row * columns + columns, count)) if by_rows else range(row, count, rows)
        line = []
        for number, place in enumerate(places):
            line.append(entries[place])
            if place != places[-1]:
                line.append("\t" * (step // _TAB - widths[place] // _TAB))
            assert number < columns
        out.write(encoded("".join(line) + "\n"))
        k.tick()
