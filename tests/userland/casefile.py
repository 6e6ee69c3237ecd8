"""Case files: lines of shell, the inputs that each is tried with, and what the host's commands said.

    cases/FAMILY.toml      [title]                  a table for each command, or group of them
                           inputs = "empty nuls"    what FILE stands for, one case for each; lines without FILE are one case each
                           alters = true            each line runs in a fresh folder, and what it leaves there is printed after it
                           lines = '''...'''        one case a line; # begins a comment
                           differs."LINE" = "why"   cases that differ on purpose: they are replayed and must go on to differ
    records/FAMILY.json    {line: [status, stdout, stderr]}, written by record.py; bytes as Latin-1, long ones as their sha256

    open.json              {family: lines}          cases whose difference nobody has mended yet; a mended one must leave the list

`tools` at a file's head are the commands whose versions the records are from: {command: what its --version begins with}.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
LONGEST = 160  # bytes that a record holds as they are
LEFT = "find . -type d -printf '%M %p\\n' -o -printf '%M %n %p %l\\n' | sort; find . -type f | sort | xargs -rd '\\n' cksum"


class Case(NamedTuple):
    """One line of shell. differs: why our answer isn't the host's, "" if it is."""

    line: str
    alters: bool = False
    differs: str = ""

    def script(self) -> bytes:
        """Return what is run: the line, and for one that alters files what it leaves."""
        if not self.alters:
            return self.line.encode()
        return f"{self.line}\nS=$?; {LEFT}; exit $S".encode()


class Answer(NamedTuple):
    """What a line gave, or what of it is recorded."""

    status: int
    stdout: str
    stderr: str


class Family(NamedTuple):
    """The cases of one file."""

    name: str
    tools: dict[str, str]
    cases: list[Case]


def families() -> list[str]:
    """Return the names of all case files."""
    return sorted(path.stem for path in (FOLDER / "cases").glob("*.toml"))


def family(name: str) -> Family:
    """Return a case file by its name. Raises ValueError if a case stands in it twice."""
    content = tomllib.loads((FOLDER / "cases" / f"{name}.toml").read_text(encoding="utf-8"))
    tools = content.pop("tools")
    cases = [case for table in content.values() for case in _cases(table)]
    seen: set[str] = set()
    for case in cases:
        if case.line in seen:
            raise ValueError(f"{name}: twice the same case: {case.line}")
        seen.add(case.line)
    return Family(name, tools, cases)


def _cases(table: dict[str, object]) -> Iterator[Case]:
    inputs = str(table.get("inputs", "")).split()
    differs = table.get("differs", {})
    assert isinstance(differs, dict)
    for line in str(table["lines"]).splitlines():
        if not line or line.startswith("#"):
            continue
        crossed = [re.sub(r"\bFILE\b", name, line) for name in inputs] if re.search(r"\bFILE\b", line) else [line]
        for text in crossed:
            yield Case(text, bool(table.get("alters")), differs.get(text, differs.get(line, "")))


def answer(status: int, stdout: bytes, stderr: bytes) -> Answer:
    """Return what a record keeps of an outcome."""
    return Answer(status, _kept(stdout), _kept(stderr.replace(b"/usr/bin/", b"")))


def _kept(data: bytes) -> str:
    if len(data) <= LONGEST:
        return data.decode("latin-1")
    return f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"


def recorded(name: str) -> dict[str, Answer]:
    """Return a family's records, by line."""
    path = FOLDER / "records" / f"{name}.json"
    if not path.exists():
        return {}
    return {line: Answer(*said) for line, said in json.loads(path.read_text(encoding="ascii")).items()}


def write(name: str, answers: dict[str, Answer]) -> None:
    """Write a family's records, a case a line."""
    rows = [f"{json.dumps(line)}: {json.dumps(said)}" for line, said in answers.items()]
    (FOLDER / "records" / f"{name}.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="ascii")


def still_open(name: str) -> set[str]:
    """Return the lines of a family that a machine still answers otherwise, without a reason."""
    return set(_open().get(name, ()))


def leave_open(name: str, lines: list[str]) -> None:
    """Write down which lines of a family still differ."""
    lists = {key: found for key, found in sorted((_open() | {name: sorted(lines)}).items()) if found}
    (FOLDER / "open.json").write_text(json.dumps(lists, indent=1) + "\n", encoding="ascii")


def _open() -> dict[str, list[str]]:
    path = FOLDER / "open.json"
    content: dict[str, list[str]] = json.loads(path.read_text(encoding="ascii")) if path.exists() else {}
    return content
