"""What `sh --analyze` prints."""

from __future__ import annotations

from kos_shell.analysis.result import Analysis
from kos_shell.syntax.errors import ShellSyntaxError


def answer(text: str, name: str, *, json: bool, posix: bool) -> tuple[int, str, str]:
    """Return (status, standard output, standard error) of `sh --analyze`: 2 and the shell's words for a syntax error.

    name: what the error calls the script: a file, "sh: -c".
    """
    from kos_shell.analysis.walker import analyze

    try:
        found = analyze(text, name=name, posix=posix)
    except ShellSyntaxError as error:
        return 2, "", error.report(name)
    return 0, (as_json if json else as_text)(found), ""


def as_json(found: Analysis) -> str:
    """Return the analysis for programs: an object with a list for each part; the keys are the names of the fields."""
    import json

    parts = {
        name: [use._asdict() for use in getattr(found, name)]
        for name in ("commands", "files", "variables", "functions", "sources", "unknown")
    }
    warnings = [{"line": line, "text": text} for line, text in found.warnings]
    return json.dumps({**parts, "warnings": warnings}, indent=2) + "\n"


def as_text(found: Analysis) -> str:
    """Return the analysis for people: each name once, with the lines where it is met."""
    parts = [
        _part("commands", [(f"{use.name}", _through(use.kind, use.via), use.line) for use in found.commands]),
        _part("files", [(_path(use.path, use.pattern), f"{use.mode} ({use.by})", use.line) for use in found.files]),
        _part("variables", [(use.name, use.mode, use.line) for use in found.variables]),
        _part("functions", [(use.name, "", use.line) for use in found.functions]),
        _part("other scripts", [(use.path, use.how, use.line) for use in found.sources]),
        _part(
            "can't be known",
            [(use.text, f"{use.what} ({use.by})" if use.by else use.what, use.line) for use in found.unknown],
        ),
        _part("warnings", [(text, "", line) for line, text in found.warnings]),
    ]
    return "\n".join([part for part in parts if part])


def _through(kind: str, via: tuple[str, ...]) -> str:
    return f"{kind}, through {' '.join(via)}" if via else kind


def _path(path: str, pattern: bool) -> str:
    return f"{path} (pattern)" if pattern else path


def _part(heading: str, rows: list[tuple[str, str, int]]) -> str:
    """Return a heading and a line for each (name, what) with all its line numbers."""
    lines: dict[tuple[str, str], list[int]] = {}
    for name, what, line in rows:
        numbers = lines.setdefault((name, what), [])
        if line not in numbers:
            numbers.append(line)
    if not lines:
        return ""
    width = min(40, max(len(name) for name, _ in lines))
    out = [heading]
    for (name, what), numbers in sorted(lines.items()):
        shown = ", ".join(map(str, numbers))
        out.append(f"  {_visible(name):<{width}}  {f'{what}: ' if what else ''}{shown}".rstrip())
    return "\n".join(out) + "\n"


def _visible(text: str) -> str:
    """Return a text that changes nothing on a terminal."""
    return "".join(c if c.isprintable() or c == " " or 0xDC80 <= ord(c) <= 0xDCFF else f"\\x{ord(c):02x}" for c in text)
