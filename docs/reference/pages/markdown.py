"""Markdown from docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def escaped(text: str) -> str:
    """Return text in which nothing but backticks means anything to Markdown."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if place % 2 else _escape(part) for place, part in enumerate(parts))


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("<", "&lt;").replace("[", "\\[")


def prose(doc: str) -> str:
    """Return a docstring as Markdown: paragraphs flow, and what is indented or drawn stays as it stands."""
    blocks: list[str] = []
    for paragraph in re.split(r"\n\s*\n", doc):
        lines = paragraph.splitlines()
        if drawn(lines):
            blocks.append("\n".join(["```text", *_dedented(lines), "```"]))
        elif any(line.startswith("- ") for line in lines):
            blocks.append("\n".join(escaped(line) for line in lines))
        else:
            split = next((at for at, line in enumerate(lines) if line.startswith("    ")), len(lines))
            if split:
                blocks.append(escaped(" ".join(line.strip() for line in lines[:split])))
            if split < len(lines):
                blocks.append("\n".join(["```text", *_dedented(lines[split:]), "```"]))
    return "\n\n".join(blocks)


def drawn(lines: Sequence[str]) -> bool:
    """Tell whether a paragraph is a picture, a table or code: indented, or with columns or lines in it."""
    text = "\n".join(lines)
    return all(line.startswith("    ") for line in lines) or bool(re.search(r"[─│►◄└┌├▲▼]|\S {3,}\S", text))


def _dedented(lines: Sequence[str]) -> list[str]:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table. Cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in lines
    )


def code(text: str) -> str:
    """Return text as inline code."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def first_sentence(doc: str) -> str:
    """Return the first line of a docstring, up to the end of its first sentence."""
    line = " ".join(doc.split("\n\n")[0].split())
    cut = re.search(r"\.(\s|$)", line)
    return line[: cut.start()] if cut else line
