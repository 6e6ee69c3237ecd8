"""grep works on whole blocks where it can: what it gives there is what GNU grep gives line by line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kos_kernel import Machine

TEXT = b"".join(b"line %d of it;\nno end here %d\n\n{ %d\n" % (n, n * 7, n % 13) for n in range(9000)) + b"last 1"
ARGUMENTS = [
    "-c line", "-c e", "-vc e", "-v e", "-v '^$'", "-c ';$'", "-cE '[0-9]$|;'", "-cw 7", "-vcx ''", "-c ''", "-vc ''",
    "-oE '[0-9]+'", "-oE '7*'", "-o zzz", "-oE '^.|.$'", "-v '.'", "-v last", "-cE '[0-9]*'", "-cE '(.)\\1'", "-z -c 7",
    "-ow '[a-z]*'", "-v zzz", "-ci LINE", "-n ';$'", "-vn ';$'", "-om3 e", "-oh 12", "-ob 8999",
]  # fmt: skip


@pytest.mark.skipif(shutil.which("grep") is None, reason="compares with the host's grep")
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_blocks_of_crowded_matches_are_as_gnu_grep_has_them(locale: str, tmp_path: Path) -> None:
    texts = {
        "plain": TEXT,
        "accents": TEXT.replace(b"no end", b"no \xc3\xa9nd"),
        "broken": TEXT.replace(b"it;", b"i\xe9;"),
    }
    with Machine() as machine:
        for name, text in texts.items():
            (tmp_path / name).write_bytes(text)
            machine.write_file("/tmp/" + name, text)
            for arguments in ARGUMENTS:
                if name == "broken" and "UTF" in locale and arguments.startswith("-o"):
                    continue  # GNU looks at the match alone, we at its line: a known difference
                line = f"export LC_ALL={locale}; grep {arguments} {name}"
                there = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, check=False)
                here = machine.run("cd /tmp; " + line)
                assert (here.status, here.stdout) == (there.returncode, there.stdout), line
