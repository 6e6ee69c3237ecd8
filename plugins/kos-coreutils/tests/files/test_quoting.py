"""Names as `ls` shows them in each quoting style, compared with the host's ls; and what a shell makes of them again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kos_coreutils.files.quoting import STYLES, style

NAMES = [
    "a", "a b", "it's", "it's $x", "a\nb", "\n", "a\\b", "~x", "x~", "#a", "{", "}", "{a", "a:b", "é", "-x", "=", "a=b", "!",
    "a?", "a\tb'c", "\x01", '"', 'a"b', "%", "@x", "it's{", "]", "[", "^", "a\x7f", "日本", "\u00a0", "'", "''", "a*", "$x", "`",
]  # fmt: skip


@pytest.mark.skipif(shutil.which("ls") is None or os.name != "posix", reason="compares with the host's ls")
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize("how", STYLES)
def test_a_style_shows_names_as_gnu_ls_does(tmp_path: Path, how: str, locale: str) -> None:
    names = [os.fsencode(name) for name in NAMES] + [b"\xff", b"\xc3("]
    for name in names:
        (tmp_path / os.fsdecode(name)).touch()
    argv = [b"ls", b"--zero", b"-dU", b"--quoting-style=" + how.encode(), b"--", *names]
    done = subprocess.run(argv, cwd=tmp_path, env={"LC_ALL": locale}, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this ls doesn't know --zero")
    assert [style(name, how, locale != "C") for name in names] == done.stdout.split(b"\0")[:-1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="asks bash what the quoted name means")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(min_size=1, max_size=8).map(lambda b: b.replace(b"\0", b"x")), min_size=1, max_size=20))
def test_a_shell_reads_the_shell_escape_style_back(names: list[bytes]) -> None:
    for utf8 in (False, True):
        words = b" ".join(style(name, "shell-escape-always", utf8) for name in names)
        script = b"printf '%s\\0' " + words
        done = subprocess.run(["bash", "-c", script], env={"LC_ALL": "C"}, capture_output=True, check=True)
        assert done.stdout.split(b"\0")[:-1] == names
