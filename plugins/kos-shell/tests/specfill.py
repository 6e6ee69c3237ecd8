"""Completes spec files: a case that is a title and a script alone gets what the host's bash answers.

    python plugins/kos-shell/tests/specfill.py FILE.spec ...

Each script runs twice, in two folders; one that doesn't answer the same twice is left unfinished and named. What is finished already
is left as it is. Expected output never comes from KOS, and somebody reads what bash said before it is committed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from specfile import DIFFERS, Case, read, whole_lines

from conftest import Bash


def main(paths: list[Path]) -> int:
    """Complete the files; returns how many cases couldn't be."""
    bash, unfinished = Bash("bash"), 0
    for path in paths:
        texts = []
        for case in read(path):
            if not case.finished:
                answers = {_answer(bash, case) for _ in range(2)}
                if len(answers) == 1 and None not in answers:
                    stdout, stderr, status = answers.pop() or ("", "", 0)
                    case = case._replace(stdout=stdout, stderr=stderr, status=status, finished=True)
                else:
                    unfinished += 1
                    print(f"{case.name}: {'takes too long' if None in answers else 'not the same twice'}")
            texts.append(written(case))
        path.write_text("\n".join(texts), encoding="utf-8")
    return unfinished


def _answer(bash: Bash, case: Case) -> tuple[str, str, int] | None:
    """Return what bash answers, or None if it takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = bash.run(case.script.encode(), Path(folder), case.options)
        except subprocess.TimeoutExpired:
            return None
        return whole_lines(done.stdout, folder), whole_lines(done.stderr, folder), done.status


def written(case: Case) -> str:
    """Return a case as it stands in a file."""
    text = f"#### {case.name.split(': ', 1)[1]}\n"
    if case.posix:
        text += "## posix\n"
    if case.differs:
        text += f"{DIFFERS}{case.differs}\n"
    text += case.script.rstrip("\n") + "\n"
    if not case.finished:
        return text
    if case.stdout:
        text += f"## stdout\n{case.stdout}"
    if case.stderr:
        text += f"## stderr\n{case.stderr}"
    if case.status:
        text += f"## status {case.status}\n"
    return text + "## end\n"


if __name__ == "__main__":
    sys.exit(min(1, main([Path(name) for name in sys.argv[1:]])))
