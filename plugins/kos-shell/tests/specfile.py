"""Reads the spec files: shell behaviour as title, script and what it prints.

    #### title
    ## posix           (absent: as bash; present: with --posix)
    ## bash: differs because REASON   (absent: the host's bash does the same)
    script ...
    ## stdout          (absent: nothing)
    lines
    ## stderr
    lines
    ## status 3         (absent: 0)
    ## end

Texts are compared line by line; a last line without its newline counts like one with it. Bytes that aren't UTF-8 stand as \\xNN. /CWD
in them stands for the directory in which the script runs, as the file `script`.

A new case is written as title and script alone; `python specfill.py spec/FILE.spec` adds what the host's bash answers, to be read by
somebody who knows what it should be. A REASON is a promise too: the test fails when bash doesn't differ after all.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "spec"
DIFFERS = "## bash: differs because "


class Case(NamedTuple):
    """One case of a spec file."""

    name: str
    script: str
    stdout: str
    stderr: str
    status: int
    posix: bool
    differs: str
    finished: bool

    @property
    def options(self) -> list[str]:
        """Return what the shell is called with, before the script."""
        return ["--posix"] if self.posix else []

    @property
    def expected(self) -> tuple[str, str, int]:
        """Return what the script must print on both and end with."""
        return self.stdout, self.stderr, self.status


def load() -> list[Case]:
    """Return the cases of all spec files."""
    return [case for path in sorted(FOLDER.glob("*.spec")) for case in read(path)]


def read(path: Path) -> list[Case]:
    """Return the cases of one file, finished or not."""
    cases: list[Case] = []
    parts: dict[str, list[str]] = {}
    title, status, posix, differs = "", 0, False, ""
    into: list[str] | None = None

    def add(finished: bool) -> None:
        script = "\n".join(parts["script"]).rstrip("\n") + "\n"
        texts = [script, *("".join(f"{text}\n" for text in parts[name]) for name in ("stdout", "stderr"))]
        cases.append(Case(f"{path.stem}: {title}", *texts, status, posix, differs, finished))

    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("#### "):
            if into is not None:
                add(False)
            title, status, posix, differs = line[5:], 0, False, ""
            parts = {"script": [], "stdout": [], "stderr": []}
            into = parts["script"]
        elif into is None:
            continue
        elif line == "## posix":
            posix = True
        elif line.startswith(DIFFERS):
            differs = line[len(DIFFERS) :]
        elif line in ("## stdout", "## stderr"):
            into = parts[line[3:]]
        elif line.startswith("## status "):
            status = int(line[10:])
        elif line == "## end":
            add(True)
            into = None
        else:
            into.append(line)
    if into is not None:
        add(False)
    return cases


def whole_lines(data: bytes, folder: str) -> str:
    """Return output as the spec files have it."""
    text = data.decode("utf-8", "backslashreplace").replace(folder, "/CWD")
    return text if not text or text.endswith("\n") else text + "\n"
