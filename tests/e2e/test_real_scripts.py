"""Real input: a report over real texts, and shell scripts that Debian ships, beside bash and the host's own commands."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import TwoWorlds

ROOT = Path(__file__).resolve().parents[2]
LICENCES = Path("/usr/share/common-licenses")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def kos(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "kos_cli", *words], input=stdin, capture_output=True, check=False)


@pytest.mark.skipif(not LICENCES.is_dir(), reason="this host has no common-licenses")
@pytest.mark.skipif(shutil.which("bash") is None, reason="this host has no bash")
def test_a_report_over_the_licences_is_byte_for_byte_bashs(tmp_path: Path) -> None:
    script = ROOT / "docs" / "examples" / "licences.sh"
    ours = kos("run", "--mount", f"{LICENCES}:{LICENCES}", str(script), str(LICENCES))
    theirs = subprocess.run(
        ["bash", str(script), str(LICENCES), str(tmp_path / "report")],
        capture_output=True,
        env=ENVIRONMENT,
        check=False,
    )
    assert theirs.returncode == 0 and len(theirs.stdout) > 1000
    assert (ours.stdout, ours.stderr, ours.returncode) == (theirs.stdout, b"", 0)


def debian(name: str) -> Path:
    for folder in ("/usr/bin", "/usr/sbin"):
        path = Path(folder, name)
        if path.is_file() and path.read_bytes().startswith((b"#!/bin/sh", b"#! /bin/sh")):
            return path
    pytest.skip(f"this host has no shell script {name}")


def test_debians_which_finds_commands() -> None:
    which = debian("which.debianutils")
    result = kos("sh", "--mount", f"{which.parent}:/host", "--", f"/host/{which.name}", "ls", "cat", "nosuch")
    assert (result.stdout, result.returncode) == (b"/usr/bin/ls\n/usr/bin/cat\n", 1)


def test_debians_add_shell_adds_a_shell_once(tmp_path: Path) -> None:
    script = debian("add-shell")
    again = f"sh /host/{script.name} /usr/local/bin/fish; sh /host/{script.name} /usr/local/bin/fish; cat /etc/shells"
    result = kos("sh", "--mount", f"{script.parent}:/host", "--", "-c", again)
    assert (result.stdout, result.stderr) == (b"/bin/sh\n/bin/bash\n/usr/local/bin/fish\n", b"")


def test_debians_savelog_rotates_a_log(tmp_path: Path) -> None:
    script = debian("savelog")
    (tmp_path / "log").write_text("first\n")
    rotate = f"sh /host/{script.name} -l -c 3 log && echo second > log && sh /host/{script.name} -l -c 3 log"
    result = kos(
        "sh",
        "--mount",
        f"{script.parent}:/host",
        "--mount",
        f"{tmp_path}:/logs:rw",
        "--workdir",
        "/logs",
        "--",
        "-c",
        rotate,
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "log.0").read_text() == "second\n"
    assert (tmp_path / "log.1").read_text() == "first\n"
    assert not (tmp_path / "log").exists()


COMPRESSED = {
    "zgrep": [
        "gzip -n a b; bash zgrep two a.gz; echo $?; bash zgrep -c o a.gz b.gz; bash zgrep -n -i TWO b.gz a.gz",
        "gzip -n a; bash zgrep nosuch a.gz; echo $?",
        "bash zgrep -h -e one -e three a; bash zgrep -l one a b; bash zgrep -q one a; echo $?; bash zgrep; echo $?",
        "cat a | gzip -n | bash zgrep two; bash zgrep two nofile; echo $?; bash zgrep --help | head -n 3; bash zgrep -E 't(wo|hree)' a",
    ],
    "zdiff": [
        "gzip -nk a b; bash zdiff a.gz b.gz; echo $?; bash zdiff a.gz a; echo $?",
        "gzip -nk a b; bash zdiff a.gz; echo $?; bash zdiff nofile a; echo $?",
    ],
    "gunzip": [
        "gzip -n a; bash gunzip -v a.gz; cat a; bash gunzip nofile; echo $?",
        "gzip -n b; bash gunzip -c b.gz; bash gunzip --help | head -n 1",
    ],
    "zforce": ["gzip -n a; mv a.gz a; bash zforce a; ls; bash zforce b; echo $?"],
    "znew": ["bash znew nofile; echo $?"],
    "xzgrep": ["xz a b; bash xzgrep two a.xz b.xz; echo $?; bash xzgrep -c o a.xz; bash xzgrep nosuch a.xz; echo $?"],
    "bzgrep": ["bzip2 a b; bash bzgrep two a.bz2 b.bz2; echo $?; bash bzgrep -l one a.bz2"],
    "ldd": [
        "bash ldd; echo $?; bash ldd --nosuch; echo $?; bash ldd --version | head -n 1",
        "bash ldd nofile; echo $?; bash ldd d; echo $?; bash ldd a",
    ],
}


@pytest.mark.parametrize("name", COMPRESSED)
def test_scripts_that_a_distribution_ships_do_what_they_do_on_the_host(name: str, tmp_path: Path) -> None:
    found = shutil.which(name)
    if found is None or not Path(found).read_bytes().startswith(b"#!") or shutil.which("bash") is None:
        pytest.skip(f"this host has no shell script {name}")
    files = {
        name: Path(found).read_bytes(),
        "a": b"one\ntwo\nthree\n",
        "b": b"one\nTwo or so\nfour\n",
    }
    with Machine() as machine:
        assert TwoWorlds(machine, tmp_path, files=files).differences(COMPRESSED[name], tree=True) == []
