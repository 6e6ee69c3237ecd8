"""select: its menu and its question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.input import read_line
from kos_shell.prompt import expand_prompt

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def show_menu(sh: Shell, values: list[str]) -> None:
    """Print the numbered values on standard error, in columns as wide as COLUMNS allows."""
    count = len(values)
    digits = len(str(count))
    width = max(len(value) for value in values) + digits + 2 + 1
    text = sh.get("COLUMNS") or ""
    total = int(text) if text.isdecimal() and int(text[:6]) > 0 else 80
    columns = max(1, total // width)
    rows = (count + columns - 1) // columns
    columns = (count + rows - 1) // rows
    if rows == 1:
        rows, columns = columns, 1
    lines = []
    for row in range(rows):
        cells = []
        for column in range(columns):
            at = column * rows + row
            if at < count:
                cells.append(f"{at + 1:>{digits}}) {values[at]}")
        lines.append("".join([cell.ljust(width) for cell in cells[:-1]]) + cells[-1])
    sh.write_error("\n".join(lines) + "\n")


def ask(sh: Shell) -> str | None:
    """Ask with PS3; return the answer (also in REPLY), None at the end of the input."""
    raw = sh.get("PS3")
    sh.write_error("#? " if raw is None else expand_prompt(sh, raw))
    line = read_line(sh, sh.stdin)
    if not line:
        sh.write("\n")
        return None
    answer = line.rstrip(b"\n").decode("utf-8", "surrogateescape").strip(" \t")
    sh.assign("REPLY", answer)
    return answer
