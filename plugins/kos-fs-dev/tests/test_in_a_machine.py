"""/dev of a real machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kos_kernel import Machine

MOUNTS = [
    {"target": "/", "driver": "memory"},
    {"target": "/proc", "driver": "proc"},
    {"target": "/dev", "driver": "dev"},
]
DEVICES = [{"driver": "null", "name": "null"}, {"driver": "ramdisk", "name": "vda", "size": "64KiB"}]


@pytest.fixture
def m() -> Iterator[Any]:
    with Machine({"mounts": MOUNTS, "devices": DEVICES, "clock": "virtual", "seed": 7}) as machine:
        yield machine


def test_devices_have_nodes_that_work(m: Any) -> None:
    assert {"null", "vda", "fd", "stdin", "stdout", "stderr", "pts", "shm"} <= set(m.listdir("/dev"))
    assert m.exec(["cat", "/dev/null"]).stdout == b""
    assert m.exec(["wc", "-c", "/dev/vda"]).stdout == b"65536 /dev/vda\n"


def test_standard_streams_have_names(m: Any) -> None:
    assert m.exec(["cat", "/dev/stdin"], stdin=b"given").stdout == b"given"
    assert m.exec(["tee", "/dev/stderr"], stdin=b"x").stderr == b"x"


def test_a_fork_has_a_dev_of_its_own(m: Any) -> None:
    fork = m.fork()
    fork.write_file("/dev/shm/file", b"fork")
    fork.write_file("/dev/vda", b"fork")
    assert not m.exists("/dev/shm/file")
    assert m.read_file("/dev/vda")[:4] == bytes(4) and fork.read_file("/dev/vda")[:4] == b"fork"
    fork.close()


def test_a_full_dev_is_an_error_and_no_more(m: Any) -> None:
    with pytest.raises(OSError, match="may take"):
        m.write_file("/dev/shm/big", bytes(17 << 20))
    m.remove("/dev/shm/big")
    m.write_file("/dev/shm/small", b"x")
