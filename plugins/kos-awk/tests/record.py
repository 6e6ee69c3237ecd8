"""Asks mawk for the answers of the corpus and writes cases/recorded.jsonl:  python record.py

Where mawk and we differ and POSIX or gawk's manual is on our side, cases/exempt.toml says so: a pattern for the line, the inputs,
why. What is exempt isn't recorded.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

from differential import CASES, RECORDED, answer, inputs, lines

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def asked(line: str, data: bytes) -> str:
    """Return mawk's answer."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["sh", "-c", f"mawk {line}"],
            input=data,
            capture_output=True,
            check=False,
            cwd=folder,
            env=ENVIRONMENT,
            timeout=20,
        )
    return answer(done.returncode, done.stdout)


def exempt() -> list[tuple[re.Pattern[str], list[str]]]:
    """Return (which lines, which inputs; none for all) of what isn't recorded."""
    table = tomllib.loads((CASES / "exempt.toml").read_text(encoding="utf-8"))
    return [(re.compile(row["lines"]), row.get("inputs", [])) for row in table.get("exempt", [])]


def main() -> None:
    """Write the file."""
    rows = []
    rules = exempt()
    for line in lines():
        left_out = [names for pattern, names in rules if pattern.search(line)]
        answers = {
            name: asked(line, data)
            for name, data in inputs().items()
            if not any(not names or name in names for names in left_out)
        }
        rows.append(json.dumps({"line": line, "answers": answers}))
    Path(RECORDED).write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
