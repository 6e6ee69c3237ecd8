"""Runs what a page of these docs shows, and compares.

    python docs/run.py docs/tutorial/first-hour.md ...

A page is run from top to bottom in an empty folder:

    Save this as `work.sh`:  and a block        the block becomes that file
    ```console                                  lines after "$ " go to bash (more lines of a command after "> "); what follows
                                                is what they print, standard error included
    ```pycon                                    as doctest has it; all blocks of a page are one session

In what is expected, `...` stands for any text in a line, and alone on a line for any lines. Blocks of other kinds are for
reading. `kos`, `python`, `pytest` and `pip` are those of the Python that runs this; `pip install -e DIR` does what an editable
install does, within the page's own folder and without a package index.
"""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MARK = "\x01\x02"
DEADLINE_S = 120
PIP = """
import os, pathlib, sys, tomllib
folder = pathlib.Path([word for word in sys.argv[1:] if word[0] != "-" and word != "install"][-1].partition("[")[0])
project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
site = pathlib.Path(os.environ["DOCS_SITE"])
info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
info.mkdir()
(info / "METADATA").write_text(f"Metadata-Version: 2.1\\nName: {project['name']}\\nVersion: {project['version']}\\n")
points = project.get("entry-points", {})
lines = [line for group, names in points.items() for line in [f"[{group}]", *(f"{n} = {v}" for n, v in names.items())]]
(info / "entry_points.txt").write_text("\\n".join(lines) + "\\n")
for package in (folder / "src").iterdir():
    (site / package.name).symlink_to(package.resolve())
"""


class Block(NamedTuple):
    """A fenced block. line: of its first line of content; saved_as: the file that the sentence above it names, or None."""

    language: str
    text: str
    line: int
    saved_as: str | None


class Step(NamedTuple):
    """A file to write (name, text), or a command with what it should print."""

    line: int
    command: str
    expected: str
    file: str | None = None


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    lines = text.splitlines()
    at, said = 0, ""
    while at < len(lines):
        fence = re.fullmatch(r"```(\w*).*", lines[at])
        if fence is None:
            said = lines[at] or said
            at += 1
            continue
        end = next(i for i in range(at + 1, len(lines)) if lines[i] == "```")
        saved = re.search(r"[Ss]ave (?:this|it) as `([^`]+)`:$", said)
        yield Block(fence[1], "\n".join(lines[at + 1 : end]) + "\n", at + 2, saved[1] if saved else None)
        at, said = end + 1, ""


def steps(text: str) -> list[Step]:
    """Return what a page asks bash to do, in order."""
    found: list[Step] = []
    for block in blocks(text):
        if block.saved_as:
            found.append(Step(block.line, "", block.text, block.saved_as))
        elif block.language == "console":
            for place, line in enumerate(block.text.splitlines()):
                if line.startswith("$ "):
                    found.append(Step(block.line + place, line[2:], ""))
                elif line.startswith("> ") and found and not found[-1].expected:
                    found[-1] = found[-1]._replace(command=f"{found[-1].command}\n{line[2:]}")
                else:
                    found[-1] = found[-1]._replace(expected=f"{found[-1].expected}{line}\n")
    return found


def fits(expected: str, printed: str) -> bool:
    """Tell whether what was printed is what was expected, with `...` for anything. Blanks at the end of lines don't count."""

    def tidy(text: str) -> str:
        return "\n".join(line.rstrip() for line in text.rstrip().splitlines())

    pattern = ""
    for line in (tidy(expected) + "\n").splitlines(keepends=True):
        if line == "...\n":
            pattern += "(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("..."))
    return re.fullmatch(pattern, tidy(printed) + "\n") is not None


def script(todo: list[Step]) -> str:
    """Return a bash script that does the steps and prints a mark after each."""
    parts = [
        "__told() { printf '\\n%s\\n' \"$__mark\"; return $1; }",
        f"__mark=$'{MARK.encode('unicode_escape').decode()}'",
    ]
    for step in todo:
        if step.file is not None:
            parts.append(f"mkdir -p \"$(dirname {step.file})\"; cat > {step.file} <<'__END__'\n{step.expected}__END__")
        else:
            parts.append(f"(exit $__status)\n{{ {step.command}\n}} </dev/null 2>&1\n__status=$?; __told $__status")
    return "__status=0\n" + "\n".join(parts) + "\n"


def prepare(folder: Path) -> dict[str, str]:
    """Make the commands that pages use and return the environment that finds them."""
    tools, site = folder / ".tools", folder / ".site"
    tools.mkdir()
    site.mkdir()
    (tools / "pip.py").write_text(PIP)
    calls = {
        "kos": "-m kos_cli",
        "python": "",
        "pytest": "-m pytest -p no:cacheprovider -q",
        "pip": f"'{tools}/pip.py'",
    }
    for name, call in calls.items():
        (tools / name).write_text(f"#!/bin/sh\nexec '{sys.executable}' {call} \"$@\"\n")
        (tools / name).chmod(0o755)
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KOS_", "PYTEST_", "COLUMNS", "FORCE_COLOR"))
    }
    paths = [str(site), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    env |= {
        "PATH": f"{tools}{os.pathsep}{env['PATH']}",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "DOCS_SITE": str(site),
    }
    env |= {"TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return env


def run(page: Path, folder: Path, cache: Path) -> list[str]:
    """Return what a page shows and isn't so, a paragraph each. folder: an empty one; cache: KOS's, shared by pages."""
    text = page.read_text(encoding="utf-8")
    todo = steps(text)
    problems = _session(page, text, folder, cache) if "```pycon" in text else []
    if not any(step.command for step in todo):
        return problems
    env = prepare(folder) | {"KOS_CACHE_DIR": str(cache)}
    work = folder / "work"
    work.mkdir()
    done = subprocess.run(
        ["bash", "-c", script(todo)],
        cwd=work,
        env=env,
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
        text=True,
        errors="replace",
    )
    printed = done.stdout.split(f"\n{MARK}\n")
    commands = [step for step in todo if step.file is None]
    if len(printed) != len(commands) + 1:
        problems.append(
            f"{page}: only {len(printed) - 1} of {len(commands)} commands ended\n{done.stdout}{done.stderr}"
        )
    for step, got in zip(commands, printed, strict=False):
        if not fits(step.expected, got):
            problems.append(f"{page}:{step.line}: $ {step.command}\nexpected:\n{step.expected}printed:\n{got}")
    return problems


def _session(page: Path, text: str, folder: Path, cache: Path) -> list[str]:
    """Run the pycon blocks as one session of doctest's."""
    parser = doctest.DocTestParser()
    names: dict[str, object] = {}
    told: list[str] = []
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(verbose=False, optionflags=options)
    before = os.environ.get("KOS_CACHE_DIR")
    os.environ["KOS_CACHE_DIR"] = str(cache)
    try:
        with contextlib.chdir(folder):
            for block in blocks(text):
                if block.language == "pycon":
                    test = parser.get_doctest(block.text, names, page.name, str(page), block.line - 1)
                    runner.run(test, out=told.append, clear_globs=False)
                    names = test.globs
    finally:
        os.environ.pop("KOS_CACHE_DIR")
        if before is not None:
            os.environ["KOS_CACHE_DIR"] = before
    return ["".join(told)] if runner.failures else []


def main(names: list[str]) -> int:
    """Run the named pages; print what isn't so."""
    bad = 0
    with tempfile.TemporaryDirectory() as cache:
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                problems = run(Path(name).resolve(), Path(folder), Path(cache))
            print(f"{'BAD' if problems else 'ok '} {name}")
            print("\n".join(problems), end="\n" if problems else "")
            bad += bool(problems)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
