"""What `sh --coverage` prints."""

from __future__ import annotations

from kos_shell.coverage.collect import INERT, NO, PARTLY, YES, Item, Section

_WIDTH = 100
_HEADINGS = {NO: "not supported", PARTLY: "in part", INERT: "accepted, without effect"}


def as_text(sections: tuple[Section, ...]) -> str:
    """Return the sections for people: what isn't supported first, with a reason where there's one."""
    lines = ["KaedeShell held against bash 5.2. (p) marks what POSIX has, too.", ""]
    for section in sections:
        yes = [item for item in section.items if item.support == YES]
        lines.append(f"{section.name}: {len(yes)} of {len(section.items)}")
        for support, heading in _HEADINGS.items():
            items = [item for item in section.items if item.support == support]
            if items:
                lines.append(f"  {heading}")
                lines += [f"    {_shown(item)}{f': {item.note}' if item.note else ''}" for item in items]
        if yes:
            lines.append("  supported")
            lines += _wrapped(_folded(yes), separator=", " if _has_blanks(yes) else "  ")
        lines.append("")
    count = sum(len(section.items) for section in sections)
    good = sum(item.support == YES for section in sections for item in section.items)
    lines.append(f"{good} of {count} supported")
    return "\n".join(lines) + "\n"


def as_json(sections: tuple[Section, ...]) -> str:
    """Return the sections for programs: {"shell", "compared_with", "sections": {name: [{name, support, posix, note}]}}."""
    import json

    listed = {
        section.name: [
            {"name": item.name, "support": item.support, "posix": item.posix, "note": item.note}
            for item in section.items
        ]
        for section in sections
    }
    return json.dumps({"shell": "KaedeShell", "compared_with": "bash 5.2", "sections": listed}, indent=2) + "\n"


def _shown(item: Item) -> str:
    return f"{item.name} (p)" if item.posix else item.name


def _folded(items: list[Item]) -> list[str]:
    """Return the items as they are shown, the options of a builtin behind it: cd -LPe (p)."""
    shown: dict[str, tuple[str, str]] = {}
    for item in items:
        name, dash, letter = item.name.rpartition(" -")
        if dash and len(letter) == 1:
            before, mark = shown.get(name, (name, ""))
            shown[name] = (before + (letter if before != name else f" -{letter}"), mark)
        else:
            shown[item.name] = (item.name, " (p)" if item.posix else "")
    return [text + mark for text, mark in shown.values()]


def _has_blanks(items: list[Item]) -> bool:
    return any(" " in item.name for item in items)


def _wrapped(words: list[str], separator: str) -> list[str]:
    lines = []
    line = "   "
    for word in words:
        if len(line) + len(word) > _WIDTH and line.strip():
            lines.append(line.rstrip())
            line = "   "
        line += f" {word}{separator}"
    return [*lines, line.rstrip().rstrip(",")]
