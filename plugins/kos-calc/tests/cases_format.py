"""Cases of a calculator: programs, and what they print.

A case begins with `$` and its options; then come the program's lines after `> `, what it prints after `| `, and what it complains
of after `! `. A last line of output without a newline is `\\ ` instead. Lines that begin with # are headings.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Case(NamedTuple):
    """One program and what it prints."""

    options: str
    program: bytes
    output: bytes = b""
    errors: bytes = b""

    @property
    def title(self) -> str:
        return f"{self.options} {self.program.decode('latin-1')}".strip().replace("\n", "; ")[:60]


def read(path: Path) -> list[Case]:
    """Return a file's cases."""
    cases: list[Case] = []
    for line in path.read_bytes().splitlines():
        mark, rest = line[:2].strip(), line[2:]
        if mark == b"$":
            cases.append(Case(rest.decode(), b""))
            continue
        if mark not in (b">", b"|", b"!", b"\\"):
            continue
        case = cases[-1]
        if mark == b">":
            cases[-1] = case._replace(program=case.program + rest + b"\n")
        elif mark == b"!":
            cases[-1] = case._replace(errors=case.errors + rest + b"\n")
        else:
            cases[-1] = case._replace(output=case.output + rest + (b"\n" if mark == b"|" else b""))
    return cases


def written(case: Case) -> bytes:
    """Return a case as the file has it."""
    lines = [b"$ " + case.options.encode() if case.options else b"$"]
    lines += [b"> " + line for line in case.program.split(b"\n")[:-1]]
    printed = case.output.split(b"\n")
    lines += [b"| " + line for line in printed[:-1]]
    if printed[-1]:
        lines.append(b"\\ " + printed[-1])
    lines += [b"! " + line for line in case.errors.split(b"\n")[:-1]]
    return b"\n".join(line.rstrip(b" ") if len(line) == 2 else line for line in lines) + b"\n"
