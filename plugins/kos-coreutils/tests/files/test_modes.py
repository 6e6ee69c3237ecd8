"""Symbolic modes: what chmod makes of them, compared with the host's chmod, and laws that hold for all of them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kos_coreutils.files.modes import adjust, changes_to, compile_mode, mode_string

MODES = st.integers(0, 0o7777)
CLAUSE = st.from_regex(r"\A[ugoa]{0,2}([-+=]([rwxXst]{0,3}|[ugo])){1,2}\Z")
TEXTS = st.lists(CLAUSE, min_size=1, max_size=3).map(",".join)


@given(MODES, st.sampled_from([stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK]))
def test_the_ten_letters_are_those_of_the_standard_library(mode: int, kind: int) -> None:
    assert mode_string(kind | mode) == stat.filemode(kind | mode)


@pytest.mark.skipif(shutil.which("chmod") is None or os.name != "posix", reason="compares with the host's chmod")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, st.integers(0, 0o777), st.booleans(), st.sampled_from([0, 0o022, 0o077, 0o777]))
def test_a_symbolic_mode_does_what_the_hosts_chmod_does(
    tmp_path: Path, text: str, old: int, folder: bool, umask: int
) -> None:
    target = tmp_path / "target"
    shutil.rmtree(target, ignore_errors=True)
    target.unlink(missing_ok=True)
    if folder:
        target.mkdir()
    else:
        target.touch()
    target.chmod(old | 0o600)
    before = target.stat().st_mode
    done = subprocess.run(["chmod", "--", text, str(target)], umask=umask, capture_output=True, check=False)
    changes = compile_mode(text.encode())
    assert (changes is None) == (b"invalid mode" in done.stderr)
    if changes is not None:
        assert adjust(before & 0o7777, folder, umask, changes)[0] == target.stat().st_mode & 0o7777
    target.chmod(0o700)


@given(MODES, MODES, st.booleans())
def test_the_mode_of_a_reference_file_is_taken_whole(old: int, wanted: int, folder: bool) -> None:
    assert adjust(old, folder, 0o077, changes_to(wanted))[0] == wanted


@pytest.mark.parametrize("text", ["", "8", "u", "u+y", "+,", "u=gr", "10000", "a+1", "u++,", "x+r", "0x7", ",u+r"])
def test_what_is_no_mode_is_refused(text: str) -> None:
    assert compile_mode(text.encode()) is None
