"""Ask the host's bc what the cases in a file print, and write that into the file: python record.py cases/bc.txt

For new cases: write `$` and the program's lines, run this, read what it answers.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cases_format import read, written

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def main(path: Path) -> None:
    """Write a file anew. Headings stay where they are: before the case that follows them."""
    cases = iter(read(path))
    parts: list[bytes] = []
    for line in path.read_bytes().splitlines():
        if line.startswith(b"$"):
            case = next(cases)
            done = subprocess.run(
                ["bc", *case.options.split()],
                input=case.program,
                capture_output=True,
                check=False,
                timeout=20,
                env=ENVIRONMENT,
            )
            parts.append(written(case._replace(output=done.stdout, errors=done.stderr)))
        elif line[:1] not in (b">", b"|", b"!", b"\\"):
            parts.append(line + b"\n")
    path.write_bytes(b"".join(parts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
