"""Reads the spec files: shell behaviour as title, script and what it prints.

    #### title
    script ...
    ## stdout          (absent: nothing)
    lines
    ## stderr
    lines
    ## status 3         (absent: 0)
    ## end

Texts are compared line by line; a last line without its newline counts like one with it. /CWD in them stands for the directory in
which the script runs, as the file `script`.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "spec"


class Case(NamedTuple):
    """One case of a spec file."""

    name: str
    script: str
    stdout: str
    stderr: str
    status: int


def load() -> list[Case]:
    """Return the cases of all spec files."""
    return [case for path in sorted(FOLDER.glob("*.spec")) for case in read(path)]


def read(path: Path) -> list[Case]:
    """Return the cases of one file."""
    cases: list[Case] = []
    parts: dict[str, list[str]] = {}
    title = ""
    status = 0
    into: list[str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#### "):
            title, status = line[5:], 0
            parts = {"script": [], "stdout": [], "stderr": []}
            into = parts["script"]
        elif line in ("## stdout", "## stderr"):
            into = parts[line[3:]]
        elif line.startswith("## status "):
            status = int(line[10:])
        elif line == "## end":
            texts = ["".join(f"{text}\n" for text in parts[name]) for name in ("script", "stdout", "stderr")]
            cases.append(Case(f"{path.stem}: {title}", *texts, status))
            into = None
        elif into is not None:
            into.append(line)
    return cases


def whole_lines(data: bytes, folder: str) -> str:
    """Return output as the spec files have it."""
    text = data.decode("utf-8", "backslashreplace").replace(folder, "/CWD")
    return text if not text or text.endswith("\n") else text + "\n"
