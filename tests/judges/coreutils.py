"""The tables of GNU coreutils' own tests (tests/**/*.pl): a command line, its files, and what it prints and leaves.

Perl of the host reads the tables, once, with a stand-in for the suite's module (coreutils_tables.pl) that writes them down
instead of running them; no Perl is needed in the machine. A case is then one command of the shell in a folder of its own.

Output, status and the files that a case compares count; messages don't, since their words come from the release under test.
Cases with Perl code before or after them aren't cases here.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .case import CWD, Case, File, Outcome, Suite, shown

STAND_IN = Path(__file__).parent / "coreutils_tables.pl"
SKIPPED = "invalid-opt.pl"  # its table is one case a program that was built
PERL_S = 60
_SUBSTITUTE = """
    while (defined (my $line = <STDIN>)) { eval "\\$_ = \\$line; $ARGV[0]; \\$line = \\$_"; print $line; }
"""


class Wanted(NamedTuple):
    """What a case must give. left: files and what must be in them. substitution: Perl that is done to the output first."""

    stdout: bytes
    status: int
    left: Mapping[str, bytes]
    substitution: str = ""


class _Unusable(Exception):
    """A case that needs Perl to run."""


def load(checkout: Path) -> Suite:
    """Return the suite. A name is TABLE:PROGRAM:CASE; of cases that share one, the last counts."""
    cases: dict[str, Case] = {}
    for table in _tables(checkout / "tests"):
        for row in _value(table["table"]):
            try:
                case = _Row(table, row).case()
            except _Unusable:
                continue
            cases[case.name] = case
    return Suite("coreutils", list(cases.values()), judge)


def _tables(tests: Path) -> Iterator[dict[str, Any]]:
    """Yield the tables, each with the `file` that it's from."""
    with tempfile.TemporaryDirectory(prefix="kos-judges-") as scratch:
        folder = Path(scratch)
        real, dump = folder / "real.pl", folder / "dump"
        text = (tests / "Coreutils.pm").read_bytes()
        if b"require Exporter" not in text:
            text = text.replace(b"@ISA = qw(Exporter);", b"require Exporter; @ISA = qw(Exporter);")
        real.write_bytes(text)
        (folder / "Coreutils.pm").write_bytes(STAND_IN.read_bytes())
        env = os.environ | {
            "JUDGE_REAL": str(real), "JUDGE_DUMP": str(dump), "srcdir": str(tests.parent),
            "abs_top_srcdir": str(tests.parent), "LC_ALL": "C", "LOCALE_FR": "none", "LOCALE_FR_UTF8": "none",
            "LOCALE_JA": "none", "MB_LEN_MAX": "16", "host_os": "linux-gnu", "built_programs": "",
        }  # fmt: skip
        for path in sorted(tests.glob("**/*.pl")):
            if path.name == SKIPPED:
                continue
            dump.write_bytes(b"")
            with tempfile.TemporaryDirectory(dir=folder) as cwd:
                subprocess.run(
                    ["perl", f"-I{folder}", f"-I{tests}", "-MCuSkip", "-MCoreutils", "-MCuTmpdir=cu", str(path)],
                    cwd=cwd, env=env, capture_output=True, timeout=PERL_S, check=False,
                )  # fmt: skip
            name = str(path.relative_to(tests)).removesuffix(".pl")
            for line in dump.read_text(encoding="ascii").splitlines():
                yield json.loads(line) | {"file": name}


def _value(value: Any) -> Any:
    """Return a value of the dump as bytes, lists, dicts, None; what was code is the function `_value` itself."""
    if value is None:
        return None
    if isinstance(value, list):
        return [_value(item) for item in value]
    if "text" in value:
        return base64.b64decode(value["text"])
    if "pairs" in value:
        return {base64.b64decode(key): _value(item) for key, item in value["pairs"]}
    return _value


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        raise _Unusable
    return value.decode("latin-1")


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "'\\''") + "'"


class _Row:
    """A row of a table: its name, then options as text, and what else there is as hashes of one pair."""

    def __init__(self, table: dict[str, Any], row: list[Any]) -> None:
        self.table = table
        self.title = _text(row[0])
        self.args: list[str] = []
        self.files: dict[str, File] = {}
        self.env = {name: value for name, value in table["env"].items() if value is not None}
        self.assignments = self.piped = self.aux = ""
        self.substitution = ""
        self.stdout, self.status = b"", 0
        self.compared: list[list[Any]] = []
        for item in row[1:]:
            if isinstance(item, dict) and len(item) == 1:
                ((key, value),) = item.items()
                self.attribute(key.decode(), value)
            else:
                self.args.append(_text(item))

    def attribute(self, key: str, value: Any) -> None:
        if key == "IN":
            self.args.append(_quoted(self.file(value)))
        elif key == "IN_PIPE":
            self.piped = self.file(value)
        elif key == "AUX":
            self.aux = self.file(value)
        elif key == "OUT":
            found = next(iter(value.values())) if isinstance(value, dict) else value
            if not isinstance(found, bytes):
                raise _Unusable
            self.stdout = found
        elif key == "EXIT":
            self.status = int(value)
        elif key == "ENV":
            self.assignments = _text(value) + " "
        elif key == "ENV_DEL":
            self.env.pop(_text(value), None)
        elif key == "CMP":
            self.compared.append(value)
        elif key == "OUT_SUBST":
            self.substitution = _text(value)
        elif key not in ("ERR", "ERR_SUBST"):
            raise _Unusable  # PRE and POST
        elif value is None or callable(value):
            raise _Unusable

    def file(self, value: Any) -> str:
        """Return the name of a file that the case has; one that isn't named gets a number."""
        if isinstance(value, dict):
            ((key, data),) = value.items()
            name = _text(key)
        else:
            name, data = f"{self.title}.{len(self.files) + 1}", value
        if isinstance(data, bytes):
            self.files[name] = File(data)
        return name

    def case(self) -> Case:
        program = self.table["program"]
        command = " ".join([program, *self.args])
        script = (
            f"cat {_quoted(self.piped)} | {self.assignments}{command}" if self.piped else self.assignments + command
        )
        left = {}
        for wanted, place in self.compared:
            if isinstance(wanted, bytes) and isinstance(place, dict):
                left[self.with_aux(_text(next(iter(place))))] = wanted
        name = f"{self.table['file']}:{program.split()[-1]}:{self.title}"
        return Case(
            name,
            self.title,
            (b"-c", self.with_aux(script).encode("latin-1")),
            Wanted(self.stdout, self.status, left, self.substitution),
            files=self.files,
            env={"LC_ALL": "C", "HOME": CWD, "TERM": "dumb"} | self.env,
            reads=tuple(left),
        )

    def with_aux(self, text: str) -> str:
        return text.replace("@AUX@", self.aux) if self.aux else text


def judge(case: Case, outcome: Outcome) -> str:
    """Return what is wrong with an outcome."""
    wanted = case.wanted
    assert isinstance(wanted, Wanted)
    if not outcome.ended:
        return "it didn't end"
    got = outcome.stdout
    if wanted.substitution:
        argv = ["perl", "-e", _SUBSTITUTE, "--", wanted.substitution]
        got = subprocess.run(argv, input=got, stdout=subprocess.PIPE, timeout=PERL_S, check=False).stdout
    complaints = []
    if got != wanted.stdout:
        complaints.append(shown("stdout", wanted.stdout, got))
    if outcome.status != wanted.status:
        complaints.append(f"status: wanted {wanted.status}, got {outcome.status}")
    for name, data in wanted.left.items():
        if outcome.left.get(name) != data:
            complaints.append(shown(f"the file {name}", data, outcome.left.get(name, b"(none)")))
    return "; ".join(complaints)
