"""grep, sed and find beside the host's GNU tools: the same files, the same command lines, the same output and status."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kos_kernel import Machine

CASES = Path(__file__).parent / "cases"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def cases(name: str) -> list[str]:
    return [line for line in (CASES / f"{name}.txt").read_text().splitlines() if line and not line.startswith("#")]


def gnu(name: str) -> bool:
    path = shutil.which(name)
    if path is None or shutil.which("bash") is None:
        return False
    return "GNU" in subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout


def text_files(folder: Path) -> None:
    (folder / "sub" / "x").mkdir(parents=True)
    (folder / "a").write_text("hello\nworld\nfoo bar\nfoobar\n\nHello again\nend")
    (folder / "b").write_bytes(b"bin\0ary hello\nmore\n")
    (folder / "c").write_bytes(b"\xffhello\nok hello\n")
    (folder / "sub" / "x" / "d.txt").write_text("deep hello\nx\n")
    (folder / "sub" / "e.py").write_text("import hello\n")


def stream_files(folder: Path) -> None:
    (folder / "a").write_text("hello world\nfoo bar\nbaz 123\n\nlast line")
    (folder / "b").write_text("one\ntwo\nthree\nfour\nfive\nsix\n")


def tree_files(folder: Path) -> None:
    (folder / "a" / "b" / "c").mkdir(parents=True)
    (folder / "empty").mkdir()
    texts = {
        "a/x.txt": "hello",
        "a/y.TXT": "",
        "a/b/z.py": "x" * 2000,
        "a/b/c/deep": "",
        "top": "t" * 600,
        "sp ace": "",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    (folder / "a" / "link").symlink_to("x.txt")
    (folder / "dang").symlink_to("nowhere")
    (folder / "top").chmod(0o755)
    os.utime(folder / "top", (1_000_000_000, 1_000_000_000))


FILES = {"grep": text_files, "sed": stream_files, "find": tree_files}


@pytest.fixture(params=sorted(FILES))
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path, Machine]]:
    """The command's name, a folder of files, and a machine that has the same folder as /files."""
    if not gnu(request.param):
        pytest.skip(f"no GNU {request.param} on this host")
    FILES[request.param](tmp_path)
    with Machine(mounts=[{"target": "/files", "driver": "host", "source": str(tmp_path), "mode": "rw"}]) as machine:
        yield request.param, tmp_path, machine


def test_the_command_lines_give_what_gnu_gives(both: Any) -> None:
    name, folder, machine = both
    different = []
    for line in cases(name):
        host = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, env=ENVIRONMENT, check=False)
        ours = machine.run(line, cwd="/files", env={"LC_ALL": "C.UTF-8"})
        if (host.stdout, host.returncode) != (ours.stdout, ours.status):
            different.append(
                (line, host.stdout[:200], host.returncode, ours.stdout[:200], ours.stderr[:200], ours.status)
            )
    assert different == []
