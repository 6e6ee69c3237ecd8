"""Tables as util-linux prints them: aligned columns, --raw, --pairs, --json, and trees.

table = Table([TableColumn("TARGET", tree=True), TableColumn("SIZE", right=True)])
table.add(["/", "10G"]); table.add(["/proc", "0"], parent=0)
table.text(style="plain", headings=True, ascii=False) -> bytes
"""

from __future__ import annotations

from typing import NamedTuple


class TableColumn(NamedTuple):
    """A column. tree: the one in which branches are drawn. json: "text", "number" or "boolean"; "list" is of texts."""

    name: str
    right: bool = False
    tree: bool = False
    json: str = "text"


class Table:
    """Rows in the order of adding; each may have a parent, an earlier row. A cell of None is empty (null in JSON)."""

    def __init__(self, columns: list[TableColumn]) -> None:
        self.columns = columns
        self.rows: list[tuple[list[str | None], int | None]] = []

    def add(self, cells: list[str | None], parent: int | None = None) -> int:
        """Add a row and return its number."""
        self.rows.append((cells, parent))
        return len(self.rows) - 1

    def text(self, style: str = "plain", *, headings: bool = True, ascii: bool = True, name: str = "") -> bytes:
        """Return the table. style: "plain", "raw", "pairs" or "json", where `name` is the list's."""
        if style == "json":
            return self._json(name)
        if style == "pairs":
            lines = [
                " ".join(
                    f'{column.name}="{_hex(cell or "", quote=True)}"'
                    for column, cell in zip(self.columns, cells, strict=True)
                )
                for cells, _ in self.rows
            ]
            return _encoded(lines)
        if style == "raw":
            lines = [" ".join(column.name for column in self.columns)] if headings else []
            lines += [" ".join(_hex(cell or "") for cell in cells) for cells, _ in self.rows]
            return _encoded(lines)
        return self._plain(headings, ascii)

    def _order(self) -> list[tuple[int, list[bool]]]:
        """Return the rows depth first, each with whether it and its ancestors below a root are last children."""
        children: dict[int | None, list[int]] = {}
        for number, (_, parent) in enumerate(self.rows):
            children.setdefault(parent, []).append(number)
        order: list[tuple[int, list[bool]]] = []
        stack: list[tuple[int, list[bool]]] = [(number, []) for number in reversed(children.get(None, []))]
        while stack:
            number, lasts = stack.pop()
            order.append((number, lasts))
            kids = children.get(number, [])
            stack += [(kid, [*lasts, place == len(kids) - 1]) for place, kid in reversed(list(enumerate(kids)))]
        return order

    def _plain(self, headings: bool, ascii: bool) -> bytes:
        middle, branch, last = ("| ", "|-", "`-") if ascii else ("\u2502 ", "\u251c\u2500", "\u2514\u2500")
        names = [column.name for column in self.columns]
        table = [names] if headings else []
        for number, lasts in self._order():
            lead = "".join("  " if was else middle for was in lasts[:-1]) + (
                (last if lasts[-1] else branch) if lasts else ""
            )
            cells = self.rows[number][0]
            table.append(
                [(lead if column.tree else "") + (cell or "") for column, cell in zip(self.columns, cells, strict=True)]
            )
        widths = [max(len(row[index]) for row in [names, *table]) for index in range(len(self.columns))]
        lines = []
        for row in table:
            parts = []
            for index, (column, cell) in enumerate(zip(self.columns, row, strict=True)):
                is_last = index == len(row) - 1
                parts.append(
                    cell.rjust(widths[index]) if column.right else cell if is_last else cell.ljust(widths[index])
                )
            lines.append(" ".join(parts))
        return _encoded(lines)

    def _json(self, name: str) -> bytes:
        children: dict[int | None, list[int]] = {}
        for number, (_, parent) in enumerate(self.rows):
            children.setdefault(parent, []).append(number)
        lines = ["{", f'   "{name}": [']

        def emit(numbers: list[int], indent: str, tail: str) -> None:
            lines.append(indent + "{")
            for place, number in enumerate(numbers):
                cells = self.rows[number][0]
                kids = children.get(number, [])
                for index, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
                    comma = "," if index < len(cells) - 1 or kids else ""
                    lines.extend(_member(column, cell, indent + "   ", comma))
                if kids:
                    lines.append(f'{indent}   "children": [')
                    emit(kids, indent + "      ", "")
                    lines.append(indent + "   ]")
                lines.append(indent + ("},{" if place < len(numbers) - 1 else "}"))

        if children.get(None):
            emit(children[None], "      ", "")
        lines += ["   ]", "}"]
        return _encoded(lines)


def _member(column: TableColumn, cell: str | None, indent: str, comma: str) -> list[str]:
    key = f'{indent}"{column.name.lower()}": '
    if column.json == "list":
        items = (cell or "").split("\n") if cell else [None]
        inner = [f"{indent}    {'null' if item is None else _quoted(item)}" for item in items]
        return [
            key + "[",
            *(line + ("," if place < len(inner) - 1 else "") for place, line in enumerate(inner)),
            indent + "]" + comma,
        ]
    if cell is None or cell == "":
        return [key + "null" + comma]
    if column.json == "number":
        return [key + cell + comma]
    if column.json == "boolean":
        return [key + ("true" if cell not in ("0", "no") else "false") + comma]
    return [key + _quoted(cell) + comma]


def _quoted(text: str) -> str:
    escapes = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return (
        '"' + "".join(escapes.get(char) or (f"\\u{ord(char):04x}" if ord(char) < 32 else char) for char in text) + '"'
    )


def _hex(text: str, *, quote: bool = False) -> str:
    """Return text without blanks (raw) or quotes (pairs) that would end it early: they become \\x20."""
    special = '"\\$`' if quote else " \\\t\n"
    return "".join(f"\\x{ord(char):02x}" if char in special or ord(char) < 32 else char for char in text)


def _encoded(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")
