"""The spec files of Oils: reads `spec/*.test.sh` and judges as its own runner does.

    ## compare_shells: bash dash          about the file
    #### title
    script ...
    ## status: 1                          what every shell does
    ## STDOUT:
    lines
    ## END
    ## OK bash stdout: text               what one shell does instead, with OK, BUG or N-I; `dash/mksh` for several

Comment lines are no part of anything. `stdout-json` holds a text in JSON. A file is of kind `posix` if it is for dash or ash
too, `bash` if for bash; the others are about shells that nobody here claims to be.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from .case import CWD, REPO, SHELL, Case, Outcome, Suite, shown

KINDS = ("posix", "bash")
SHARED = ("spec", "testdata/completion")
_ENTRY = re.compile(r"##\s+(?:(OK|BUG|N-I)(?:-\d)?\s+([\w+/.-]+)\s+)?([\w-]+):\s*(.*)", re.A)


class Expected(NamedTuple):
    """What a shell must do: None is anything."""

    stdout: bytes | None
    stderr: bytes | None
    status: int


class Section(NamedTuple):
    """One case as it stands in a file. entries: (shell, key) -> value; the shell is "" for what all do."""

    title: str
    script: str
    entries: dict[tuple[str, str], str]

    def expected(self, shell: str) -> Expected:
        """Return what this shell must do; what isn't said for it in particular is what all must do."""

        def text(key: str) -> bytes | None:
            for who in (shell, ""):
                if (who, key) in self.entries:
                    return self.entries[who, key].encode("latin-1")
                if (who, f"{key}-json") in self.entries:
                    value = json.loads(self.entries[who, f"{key}-json"].encode("latin-1"))
                    return str(value).encode("utf-8", "surrogatepass")
            return None

        status = self.entries.get((shell, "status"), self.entries.get(("", "status"), "0"))
        return Expected(text("stdout"), text("stderr"), int(status))


def parse(text: str) -> tuple[dict[str, str], list[Section]]:
    """Return what a file says about itself and its cases. text: decoded as Latin-1, so that every byte is kept."""
    about: dict[str, str] = {}
    sections: list[Section] = []
    script: list[str] = []
    entries: dict[tuple[str, str], str] = {}
    title: str | None = None
    block: list[tuple[str, str]] | None = None  # the entries whose lines follow

    def finish() -> None:
        if title is not None:
            sections.append(Section(title, entries.pop(("", "code"), "".join(script)), dict(entries)))
        script.clear()
        entries.clear()

    began = False  # whether the entries after the script began
    for line in text.splitlines(keepends=True) if "\r" not in text else re.findall(r"[^\n]*\n|[^\n]+", text):
        if line.startswith("####"):
            finish()
            title, block, began = line[4:].strip(), None, False
        elif line.startswith("##") and (found := _ENTRY.match(line)):
            _, shells, key, value = found.groups()
            began = bool(script)
            names = [(shell, key.lower()) for shell in (shells or "").split("/")]
            block = names if key.isupper() else None
            for name in names:
                if title is None:
                    about[key] = value
                else:
                    entries[name] = "" if block else value + ("\n" if key in ("stdout", "stderr") else "")
        elif line.startswith("##"):
            block = None
        elif line.lstrip().startswith("#"):
            continue
        elif block is not None:
            for name in block:
                entries[name] += line
        elif title is not None and not began and (script or line.strip()):
            script.append(line)
        elif line.strip():
            raise ValueError(f"a line that belongs to no case: {line!r}")
    finish()
    return about, sections


def kind(name: str, about: dict[str, str]) -> str:
    """Return whom a file is for."""
    shells = about.get("compare_shells", "").split()
    if about.get("suite") == "disabled":
        return "disabled"
    if name.startswith(("ysh-", "hay")) or about.get("our_shell", "").startswith("ysh"):
        return "ysh"
    if "dash" in shells or "ash" in shells:
        return "posix"
    return "bash" if any(shell.startswith("bash") for shell in shells) else "other"


def load(checkout: Path) -> Suite:
    """Return the suite: the files of KINDS, as bash is judged."""
    cases = []
    for path in sorted((checkout / "spec").glob("*.test.sh")):
        name = path.name.removesuffix(".test.sh")
        about, sections = parse(path.read_bytes().decode("latin-1"))
        if kind(name, about) in KINDS:
            cases += [_case(name, number, section, about) for number, section in enumerate(sections)]
    return Suite("oils", cases, judge, SHARED)


def _case(name: str, number: int, section: Section, about: dict[str, str]) -> Case:
    env = {"REPO_ROOT": REPO, "SH": SHELL, "TMP": CWD, "LC_ALL": "C.UTF-8", "LOCALE_ARCHIVE": "", "OILS_GC_ON_EXIT": ""}
    return Case(
        f"{name}:{number:02}",
        section.title,
        (),
        section.expected("bash"),
        stdin=section.script.encode("latin-1"),
        env=env | ({"JUDGE_MAKES_TMP": "1"} if about.get("legacy_tmp_dir") else {}),
        folder=f"spec-tmp/{name}/{number:02}",
    )


def judge(case: Case, outcome: Outcome) -> str:
    """Return what is wrong with an outcome."""
    wanted = case.wanted
    assert isinstance(wanted, Expected)
    if not outcome.ended:
        return "it didn't end"
    complaints = []
    if wanted.stdout is not None and wanted.stdout != outcome.stdout:
        complaints.append(shown("stdout", wanted.stdout, outcome.stdout))
    if wanted.stderr is not None and wanted.stderr != outcome.stderr:
        complaints.append(shown("stderr", wanted.stderr, outcome.stderr))
    if wanted.status != outcome.status:
        complaints.append(f"status: wanted {wanted.status}, got {outcome.status}")
    return "; ".join(complaints)
