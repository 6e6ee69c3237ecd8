"""/proc of a real machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from kos_kernel import Machine

MOUNTS = [{"target": "/", "driver": "memory"}, {"target": "/proc", "driver": "proc"}]


@pytest.fixture
def m() -> Iterator[Any]:
    with Machine({"mounts": MOUNTS, "clock": "virtual", "seed": 7, "hostname": "kaede"}) as machine:
        yield machine


def test_every_file_can_be_read(m: Any) -> None:
    todo, seen = ["/proc"], []
    while todo:
        here = todo.pop()
        for name in m.listdir(here):
            path = f"{here}/{name}"
            kind = m._call("lstat", path).mode & 0o170000
            if kind == 0o040000:
                todo.append(path)
            elif kind == 0o100000:
                m.read_file(path)
                seen.append(path)
    assert {"/proc/1/stat", "/proc/1/task/1/status", "/proc/sys/kernel/random/boot_id"} <= set(seen)


def test_a_process_sees_itself(m: Any) -> None:
    out = m.exec(["cat", "/proc/self/cmdline", "/proc/self/comm", "/proc/self/stat"]).stdout
    assert out.startswith(b"cat\0/proc/self/cmdline\0/proc/self/comm\0/proc/self/stat\0cat\n")
    assert re.search(rb"\n(\d+) \(cat\) R 1 \1 \1 ", out)


def test_a_script_is_called_as_its_file_is(m: Any) -> None:
    m.write_file("/a-script-with-a-long-name", "#!/bin/cat /proc/self/comm\n", 0o755)
    assert m.exec(["/a-script-with-a-long-name"]).stdout.startswith(b"a-script-with-a\n")


def test_a_program_is_called_as_its_file_is_whatever_its_first_argument(m: Any) -> None:
    assert m.run("exec -a other cat /proc/self/comm").stdout == b"cat\n"


def test_exe_is_what_runs_from_the_root(m: Any) -> None:
    m.write_file("/dir/script", "#!/bin/sh\nreadlink /proc/$$/exe; :\n", 0o755)
    m.run("ln -s /usr/bin/readlink /dir/link")
    assert (
        m.run("cd /dir; ./script; ./link /proc/self/exe; exec ./link /proc/self/exe").stdout
        == b"/bin/sh\n/usr/bin/readlink\n/usr/bin/readlink\n"
    )
    m.run("mkdir -p /dir/bin; ln -s ../script /dir/bin/x")
    assert m.run("cd /; PATH=dir/bin:$PATH x").stdout == b"/bin/sh\n"


def test_standard_input_can_be_opened_by_its_name(m: Any) -> None:
    assert m.exec(["cat", "/proc/self/fd/0"], stdin=b"given").stdout == b"given"


def test_the_hostname_is_the_machine_s(m: Any) -> None:
    assert m.read_file("/proc/sys/kernel/hostname") == b"kaede\n"
    m.write_file("/proc/sys/kernel/hostname", b"momiji\n")
    assert m.exec(["cat", "/proc/sys/kernel/hostname"]).stdout == b"momiji\n"


def test_the_boot_has_one_identity_and_every_uuid_is_new(m: Any) -> None:
    path = "/proc/sys/kernel/random/"
    assert m.read_file(path + "boot_id") == m.read_file(path + "boot_id")
    assert m.read_file(path + "uuid") != m.read_file(path + "uuid")


def test_another_user_can_t_read_an_environment(m: Any) -> None:
    result = m.exec(["cat", "/proc/1/environ"], user="nobody", cwd="/")
    assert result.status == 1 and b"Permission denied" in result.stderr


def test_a_fork_shows_its_own_kernel(m: Any) -> None:
    fork = m.fork()
    fork.write_file("/proc/sys/kernel/hostname", b"fork\n")
    assert m.read_file("/proc/sys/kernel/hostname") == b"kaede\n"
    assert fork.read_file("/proc/sys/kernel/hostname") == b"fork\n"
    fork.close()


def test_nothing_can_be_made_or_removed(m: Any) -> None:
    for attempt in (
        lambda: m.write_file("/proc/new", b"x"),
        lambda: m.mkdir("/proc/new"),
        lambda: m.remove("/proc/uptime"),
        lambda: m.remove("/proc/1"),
        lambda: m.write_file("/proc/uptime", b"x"),
    ):
        with pytest.raises(OSError):
            attempt()
