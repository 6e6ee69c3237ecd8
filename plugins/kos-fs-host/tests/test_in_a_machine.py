"""A host folder in a real machine: the kernel walks it, and nothing leads out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kos_fs_host.folder import SUPPORTED
from kos_kernel import Machine
from kos_kernel.api import ForkBusy

pytestmark = pytest.mark.skipif(not SUPPORTED, reason="this platform has no openat() or no O_NOFOLLOW")


def machine(folder: Path, target: str = "/data", **mount: str) -> Any:
    root = [{"target": "/", "driver": "memory"}] if target != "/" else []
    mounts = [*root, {"target": target, "driver": "host", "source": str(folder), **mount}]
    return Machine({"mounts": mounts, "clock": "virtual", "seed": 7})


@pytest.fixture
def granted(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "granted"
    (folder / "sub").mkdir(parents=True)
    (folder / "file").write_bytes(b"file")
    (tmp_path / "secret").write_bytes(b"secret")
    yield folder


def test_a_program_reads_the_folder(granted: Path) -> None:
    with machine(granted) as m:
        assert m.listdir("/data") == ["file", "sub"]
        assert m.exec(["cat", "/data/file"]).stdout == b"file"


@pytest.mark.parametrize(
    "path",
    [
        "/data/absolute",
        "/data/relative",
        "/data/../secret",
        "/data/sub/../../secret",
        "/data/sub/../../../../../../etc/shadow",
        "/data/loop/loop/loop/secret",
        "/data/parent/secret",
        "/data/sub/up/secret",
        "/data/proc-root/secret",
    ],
)
def test_no_way_leads_out(granted: Path, path: str) -> None:
    (granted / "absolute").symlink_to(granted.parent / "secret")
    (granted / "relative").symlink_to("../secret")
    (granted / "loop").symlink_to(".")
    (granted / "parent").symlink_to("..")
    (granted / "sub/up").symlink_to("../..")
    (granted / "proc-root").symlink_to("/proc/self/root")
    with machine(granted, mode="rw") as m:
        assert not m.exists(path)
        with pytest.raises(OSError):
            m.read_file(path)
        assert m.exec(["cat", path]).status == 1


def test_a_link_to_etc_passwd_is_to_the_machine_s_own(granted: Path) -> None:
    (granted / "passwd").symlink_to("/etc/passwd")
    with machine(granted) as m:
        assert m.read_file("/data/passwd") == m.read_file("/etc/passwd")


def test_writing_through_a_link_writes_in_the_machine(granted: Path) -> None:
    target = granted.parent / "planted"
    (granted / "link").symlink_to(target)
    with machine(granted, mode="rw") as m:
        m.mkdir(str(granted.parent), parents=True)
        m.write_file("/data/link", b"x")
        assert m.read_file(str(target)) == b"x"
    assert not target.exists()


def test_a_read_only_folder_can_t_be_written_and_is_shared_by_forks(granted: Path) -> None:
    with machine(granted) as m:
        with pytest.raises(OSError, match="Read-only"):
            m.write_file("/data/new", b"x")
        fork = m.fork()
    with fork:  # the first machine is closed
        assert fork.read_file("/data/file") == b"file"
    assert sorted(path.name for path in granted.iterdir()) == ["file", "sub"]


def test_a_writable_folder_is_written_and_refuses_a_fork(granted: Path) -> None:
    with machine(granted, mode="rw") as m:
        m.write_file("/data/new/deep", b"x")
        assert (granted / "new/deep").read_bytes() == b"x"
        with pytest.raises(ForkBusy, match="writable folder of the host"):
            m.fork()


def test_a_machine_can_stand_on_a_host_folder(granted: Path) -> None:
    with machine(granted, "/", mode="rw") as m:
        assert m.exec(["cat", "/file"]).stdout == b"file"
        m.write_file("/etc/motd", b"hello")
    assert (granted / "etc/motd").read_bytes() == b"hello"


def test_an_open_file_sees_what_the_host_does_to_it(granted: Path) -> None:
    with machine(granted) as m:
        reader = m.spawn(["tail", "-c", "+1", "/data/file"], stdin=b"")
        (granted / "file").write_bytes(b"changed")
        assert reader.wait().stdout == b"changed"


def test_a_guest_can_t_mount_the_host_by_itself(granted: Path) -> None:
    with machine(granted) as m:
        result = m.exec(["mount", "-t", "host", "-o", f"source={granted.parent}", "none", "/mnt"])
        assert result.status != 0
        assert m.listdir("/mnt") == []


def test_a_fifo_of_the_host_neither_blocks_nor_opens(granted: Path) -> None:
    os.mkfifo(granted / "fifo")
    with machine(granted, mode="rw") as m:
        assert m.exec(["cat", "/data/fifo"]).status == 1
        assert "fifo" in m.exec(["ls", "/data"]).text
