"""Laying names out in columns: down (`ls -C`), across (`ls -x`), or in a comma-separated paragraph (`ls -m`).

A cell is (bytes to write, columns they take on a terminal). The layout is the one with the fewest rows that fits the
width, with two columns of space between; the space is made of tabs where a tab stop allows.
"""

from __future__ import annotations

Cell = tuple[bytes, int]
_MIN_COLUMN = 3


def display_width(text: bytes, utf8: bool) -> int:
    """Return how many columns the text takes: wide characters two, combining ones none, control characters none."""
    if text.isascii() and text.decode("ascii").isprintable():
        return len(text)
    if not utf8:
        return sum(0x20 <= byte < 0x7F for byte in text)
    import unicodedata

    width = 0
    for char in text.decode("utf-8", "surrogateescape"):
        if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc", "Cs") and char != "\u00ad":
            continue
        width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return width


def _best(widths: list[int], line: int, down: bool) -> tuple[list[int], int]:
    """Return (the columns' widths, gaps included, rows) of the layout with the most columns that is narrower than the line."""
    count = len(widths)
    most = min(count, max(1, -(-line // _MIN_COLUMN)))
    for columns in range(most, 1, -1):
        rows = -(-count // columns)
        if down:
            sizes = [max(widths[start : start + rows]) + 2 for start in range(0, count, rows)]
        else:
            sizes = [max(widths[start::columns]) + 2 for start in range(columns)]
        if len(sizes) == columns:
            sizes[-1] -= 2
        grown = any(size > _MIN_COLUMN for size in sizes)
        sizes = [max(size, _MIN_COLUMN) for size in sizes]
        if not grown or sum(sizes) + _MIN_COLUMN * (columns - len(sizes)) < line:
            return sizes, rows
    return [max(widths)], count


def _indent(at: int, to: int, tab: int) -> bytes:
    """Return the tabs and spaces that lead from one column to another."""
    made = []
    while at < to:
        if tab and to // tab > (at + 1) // tab:
            made.append(b"\t")
            at += tab - at % tab
        else:
            made.append(b" ")
            at += 1
    return b"".join(made)


def down(cells: list[Cell], line: int, tab: int, end: bytes) -> bytes:
    """Return the cells sorted down the columns."""
    sizes, rows = _best([width for _, width in cells], line, True)
    starts = [sum(sizes[:column]) for column in range(len(sizes))]
    made = []
    for row in range(rows):
        at = 0
        for column, index in enumerate(range(row, len(cells), rows)):
            data, width = cells[index]
            if column:
                made.append(_indent(at, starts[column], tab))
            made.append(data)
            at = starts[column] + width
        made.append(end)
    return b"".join(made)


def across(cells: list[Cell], line: int, tab: int, end: bytes) -> bytes:
    """Return the cells row after row."""
    sizes, _ = _best([width for _, width in cells], line, False)
    starts = [sum(sizes[:column]) for column in range(len(sizes))]
    made = []
    at = 0
    for index, (data, width) in enumerate(cells):
        column = index % len(sizes)
        if column:
            made.append(_indent(at, starts[column], tab))
        elif index:
            made.append(end)
        made.append(data)
        at = starts[column] + width
    made.append(end)
    return b"".join(made)


def flowing(cells: list[Cell], line: int, separator: bytes, end: bytes) -> bytes:
    """Return the cells as a paragraph, the separator and a space between them; line 0 never breaks."""
    made = []
    at = 0
    for index, (data, width) in enumerate(cells):
        if index:
            if not line or at + width + 2 < line:
                made.append(separator + b" ")
                at += 2
            else:
                made.append(separator + end)
                at = 0
        made.append(data)
        at += width
    made.append(end)
    return b"".join(made)
