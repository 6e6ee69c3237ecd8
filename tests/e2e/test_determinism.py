"""Virtual time and a seed: two runs are the same, byte for byte, whatever Python, hash seed, cache or folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = r"""
import sys
from kos_kernel import Machine
script = r'''
for i in 1 2 3; do ( sleep 0.$i; echo job $i $RANDOM; ls -la /etc > /tmp/o$i ) & done
wait
od -An -tx1 -N8 /dev/urandom; od -An -tx1 -N8 /dev/random
echo $RANDOM; sort /tmp/o1 | tail -n 2; cat /proc/uptime /proc/sys/kernel/random/boot_id
for i in $(seq 5); do echo $i | tr 1-5 a-e; done
timeout 0.2 sh -c 'while :; do :; done'; echo $?
'''
with Machine(seed=7, clock="virtual", cpus=int(sys.argv[2]), trace={"observers": [{"driver": "trace", "file": sys.argv[1]}]}) as m:
    r = m.run(script)
sys.stdout.buffer.write(r.stdout + r.stderr)
"""


def traced(python: str, file: Path, cpus: int, cwd: Path, **env: str) -> tuple[bytes, bytes]:
    done = subprocess.run(
        [python, "-c", PROGRAM, str(file), str(cpus)],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout, file.read_bytes()


@pytest.mark.parametrize("cpus", [1, 3])
def test_two_runs_give_the_same_trace(tmp_path: Path, cpus: int) -> None:
    cache = tmp_path / "cache"
    elsewhere = tmp_path / "else"
    elsewhere.mkdir()
    cold = traced(sys.executable, tmp_path / "a", cpus, tmp_path, PYTHONHASHSEED="1", KOS_CACHE_DIR=str(cache))
    warm = traced(sys.executable, tmp_path / "b", cpus, elsewhere, PYTHONHASHSEED="2", KOS_CACHE_DIR=str(cache))
    assert cold == warm
    assert len(cold[1]) > 10_000 and b"124\n" in cold[0]


def test_another_python_gives_the_same_trace(tmp_path: Path) -> None:
    others = [path for path in os.environ.get("KOS_OTHER_PYTHONS", "").split(os.pathsep) if path]
    if not others:
        pytest.skip("KOS_OTHER_PYTHONS names no other interpreter with KOS installed")
    mine = traced(sys.executable, tmp_path / "a", 2, tmp_path)
    for number, python in enumerate(others):
        assert traced(python, tmp_path / f"o{number}", 2, tmp_path) == mine
