"""/proc over a kernel that stands still: names, numbers, permissions, and every format to the byte or against the host's."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from kos_fs_proc.numbers import NAMESPACES, ROOT_INO
from kos_fs_proc.tree import ProcFs
from kos_kernel.api import (
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    AccessDenied,
    InvalidArgument,
    NoSuchFile,
    NoSuchProcess,
    StaleHandle,
)


def find(fs: ProcFs, path: str) -> Any:
    inode: Any = fs.root()
    for name in path.encode().split(b"/"):
        inode = inode.lookup(name)
        if inode is None:
            raise NoSuchFile(path.encode())
    return inode


def text(fs: ProcFs, path: str) -> str:
    return find(fs, path).snapshot().decode()


def walk(fs: ProcFs) -> dict[str, Any]:
    """Return every path below the root with its inode."""
    found, todo = {}, [("", fs.root())]
    while todo:
        path, inode = todo.pop()
        for entry in inode.readdir():
            kid = inode.lookup(entry.name)
            assert kid is not None, (path, entry)
            assert (kid.ino, kid.attr.mode & S_IFMT) == (entry.ino, entry.type), (path, entry)
            found[f"{path}/{entry.name.decode()}"] = kid
            if entry.type == S_IFDIR:
                todo.append((f"{path}/{entry.name.decode()}", kid))
    return found


# ---------------------------------------------------------------- the tree
def test_every_name_that_is_listed_is_found_with_the_same_number_and_type(fs: ProcFs) -> None:
    found = walk(fs)
    assert {"/self", "/1/stat", "/7/fd/4", "/42/task/42/status", "/sys/kernel/random/uuid"} <= set(found)


def test_no_two_files_share_an_inode_number(fs: ProcFs) -> None:
    numbers = [inode.ino for inode in walk(fs).values()] + [ROOT_INO]
    assert len(numbers) == len(set(numbers))


def test_a_number_gives_the_same_object_while_it_is_held_and_the_same_kind_of_file_after_a_fork(
    fs: ProcFs, fork: ProcFs
) -> None:
    for path, inode in walk(fs).items():
        assert fs.inode(inode.ino) is inode
        copy = fork.inode(inode.ino)
        assert copy is not inode and copy.fs is fork
        assert copy.attr.mode == inode.attr.mode, path


@pytest.mark.parametrize("ino", [0, 999, 7 << 24 | 0x7FFFF, -1])
def test_a_number_that_never_was_is_a_stale_handle(fs: ProcFs, ino: int) -> None:
    with pytest.raises(StaleHandle):
        fs.inode(ino)


@pytest.mark.parametrize("name", ["8", "007", "+7", "7 ", "-1", "99999999999", "٧", "", "42x", "0"])
def test_only_the_plain_number_of_a_live_process_is_a_name(fs: ProcFs, name: str) -> None:
    assert fs.root().lookup(name.encode()) is None


def test_the_root_lists_processes_as_they_come_and_go(fs: ProcFs, view: Any) -> None:
    del view.processes[42]
    names = [entry.name for entry in fs.root().readdir()]
    assert names[-2:] == [b"1", b"7"] and b"42" not in names
    assert names[-4:-2] == [b"self", b"thread-self"]


def test_self_is_whoever_reads(fs: ProcFs, view: Any) -> None:
    link = find(fs, "self")
    assert link.readlink() == b"7"
    view.reader = 42
    assert link.readlink() == b"42"
    assert find(fs, "thread-self").readlink() == b"42/task/42"
    view.reader = 0  # the host
    assert link.readlink() == b"1"


def test_reading_an_open_file_of_a_process_that_died_says_so(fs: ProcFs, view: Any) -> None:
    inode = find(fs, "42/stat")
    del view.processes[42]
    with pytest.raises(NoSuchProcess):
        inode.snapshot()
    assert find(fs, "7").lookup(b"stat") is not None


def test_nothing_can_be_made_in_proc(fs: ProcFs) -> None:
    for path in ("self", "7"):
        directory = fs.root() if path == "self" else find(fs, path)
        with pytest.raises(NoSuchFile):
            directory.create(b"x", S_IFREG | 0o644, 0, 0)


# ---------------------------------------------------------------- links and permissions
def test_links_of_a_process_show_where_it_stands(fs: ProcFs) -> None:
    assert find(fs, "7/cwd").readlink() == b"/root"
    assert find(fs, "7/root").readlink() == b"/"
    assert find(fs, "7/exe").readlink() == b"/usr/bin/sh"
    assert find(fs, "7/ns/pid_for_children").readlink() == b"pid:[4026531836]"
    assert find(fs, "mounts").readlink() == b"self/mounts"


def test_a_descriptor_shows_its_target_and_leads_to_the_open_file_itself(fs: ProcFs) -> None:
    link = find(fs, "7/fd/1")
    assert link.readlink() == b"pipe:[12]"
    assert link.follow() == ("the open file", 7, 1)
    assert find(fs, "7/cwd").follow() is None


def test_the_bits_of_a_descriptor_tell_how_it_was_opened(fs: ProcFs) -> None:
    bits = {name: find(fs, f"7/fd/{name}").attr.mode for name in (0, 1, 4)}
    assert bits == {0: S_IFLNK | 0o500, 1: S_IFLNK | 0o300, 4: S_IFLNK | 0o700}


def test_a_descriptor_that_was_closed_is_gone(fs: ProcFs, view: Any) -> None:
    link, info = find(fs, "7/fd/4"), find(fs, "7/fdinfo/4")
    view.open_files[7] = []
    assert find(fs, "7/fd").lookup(b"4") is None
    with pytest.raises(NoSuchFile):
        link.readlink()
    with pytest.raises(NoSuchProcess):
        info.snapshot()


def test_files_belong_to_the_process_they_are_about(fs: ProcFs) -> None:
    attr = find(fs, "42/environ").attr
    assert (attr.mode, attr.uid, attr.gid) == (S_IFREG | 0o400, 1000, 1000)
    assert find(fs, "42").attr.mtime_ns == (1_767_225_600 + 42) * 10**9


def test_another_user_sees_no_secrets_and_root_sees_all(fs: ProcFs, view: Any) -> None:
    secrets = [
        find(fs, "7/environ").snapshot, find(fs, "7/maps").snapshot, find(fs, "7/cwd").readlink,
        find(fs, "7/exe").readlink, find(fs, "7/root").readlink, find(fs, "7/fd/1").readlink, find(fs, "7/fd/1").follow,
        find(fs, "7/ns/mnt").readlink, lambda: find(fs, "7/fd").readdir(), lambda: find(fs, "7/fd").lookup(b"1"),
    ]  # fmt: skip
    for secret in secrets:
        secret()
    view.reader = 42
    for number, secret in enumerate(secrets):
        with pytest.raises(AccessDenied):
            secret()
            pytest.fail(f"secret {number} was told")
    assert find(fs, "42/environ").snapshot() == b"A=1\0PATH=/bin\0"


# ---------------------------------------------------------------- formats
def test_stat_has_the_52_fields_of_proc_5(fs: ProcFs) -> None:
    line = text(fs, "42/stat")
    head, _, tail = line.rpartition(") ")
    assert head == "42 (we (i) rd\n"
    fields = tail.split()
    assert len(fields) == 50
    assert fields[:6] == ["S", "1", "42", "42", "0", "-1"]
    names = ("utime", "stime", "cutime", "cstime", "priority", "nice", "threads", "itreal", "start", "vsize", "rss")
    named = dict(zip(names, fields[11:22], strict=True))
    assert named == {
        "utime": "123", "stime": "4", "cutime": "0", "cstime": "0", "priority": "25", "nice": "5", "threads": "1",
        "itreal": "0", "start": "4200", "vsize": "262144", "rss": "64",
    }  # fmt: skip
    assert fields[28:32] == ["0", "2", "0", "65536"]  # signal masks, in decimal


def test_status_is_written_as_linux_writes_it(fs: ProcFs) -> None:
    assert text(fs, "42/status").splitlines() == [
        "Name:\twe (i) rd\\n", "Umask:\t0022", "State:\tS (sleeping)", "Tgid:\t42", "Ngid:\t0", "Pid:\t42", "PPid:\t1",
        "TracerPid:\t0", "Uid:\t1000\t1000\t1000\t1000", "Gid:\t1000\t1000\t1000\t1000", "Groups:\t4 1000 ",
        "VmSize:\t     256 kB", "VmRSS:\t     256 kB", "Threads:\t1", "SigPnd:\t0000000000000000",
        "ShdPnd:\t0000000000000000", "SigBlk:\t0000000000000002", "SigIgn:\t0000000000000000",
        "SigCgt:\t0000000000010000", "Cpus_allowed:\t3", "Cpus_allowed_list:\t0-1",
        "voluntary_ctxt_switches:\t7", "nonvoluntary_ctxt_switches:\t2",
    ]  # fmt: skip


def test_a_zombie_has_no_memory_no_arguments_and_no_environment(fs: ProcFs, view: Any) -> None:
    view.processes[7] = view.processes[7]._replace(state="Z")
    assert "VmSize" not in text(fs, "7/status")
    assert text(fs, "7/cmdline") == text(fs, "7/environ") == ""


def test_small_files_of_a_process(fs: ProcFs) -> None:
    assert text(fs, "7/cmdline") == "sh\0-c\0sleep 1\0"
    assert text(fs, "7/comm") == "sh\n"
    assert text(fs, "7/statm") == "64 64 0 0 0 64 0\n"
    assert text(fs, "7/maps") == ""
    assert text(fs, "7/oom_score") == "666\n" and text(fs, "7/oom_score_adj") == "0\n"
    assert text(fs, "7/fdinfo/4") == "pos:\t99\nflags:\t02\n"


def test_limits_are_a_table_of_linux_s_widths(fs: ProcFs) -> None:
    assert text(fs, "7/limits") == (
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max cpu time              unlimited            unlimited            seconds   \n"
        "Max nice priority         0                    0                    \n"
    )


def test_mounts_escape_what_would_break_the_line(fs: ProcFs) -> None:
    assert text(fs, "7/mounts") == (
        "none / memory rw,relatime,size=65536k 0 0\nx\\043y\\040z /a\\040b\\134 host ro,nosuid 0 0\n"
    )
    assert text(fs, "7/mountinfo") == (
        "1 0 0:21 / / rw,relatime - memory none rw,size=65536k\n"
        "2 1 0:22 / /a\\040b\\134 ro,nosuid - host x\\043y\\040z ro\n"
    )


def test_files_about_the_machine(fs: ProcFs) -> None:
    assert text(fs, "uptime") == "3725.05 60.00\n"
    assert text(fs, "loadavg") == "0.50 0.25 1.00 1/3 42\n"
    assert text(fs, "version") == "Linux version 6.1.0-kos #1 KOS\n"
    assert text(fs, "filesystems") == "nodev\tmemory\nnodev\tproc\n\tfat\n"
    assert text(fs, "kmsg") == "<6>[    0.000000] KOS starts\n<4>[    1.234567] something odd\n"
    assert text(fs, "locks") == "1: FLOCK  ADVISORY  WRITE 7 00:15:3 0 EOF\n"
    assert text(fs, "cmdline") == "\n"
    assert text(fs, "cpuinfo").count("processor\t: ") == 2
    assert text(fs, "stat") == (
        "cpu  100 0 50 3000 0 0 0 0 0 0\ncpu0 100 0 50 1000 0 0 0 0 0 0\ncpu1 0 0 0 2000 0 0 0 0 0 0\n"
        "ctxt 11\nbtime 1767225600\nprocesses 42\nprocs_running 1\nprocs_blocked 0\n"
    )
    assert text(fs, "devices") == ("Character devices:\n  1 mem\n  5 /dev/tty\n\nBlock devices:\n  1 ramdisk\n")


def test_disks_are_listed_with_their_sizes(fs: ProcFs, view: Any) -> None:
    assert text(fs, "partitions") == "major minor  #blocks  name\n\n   1        0         64 ram0\n"
    view.block_devices = list
    assert text(fs, "partitions") == ""


def test_the_bounds_of_the_process_table_can_be_read(fs: ProcFs) -> None:
    assert text(fs, "sys/kernel/pid_max") == "4194304\n"
    assert text(fs, "sys/kernel/threads-max") == "4096\n"


def test_what_a_process_sleeps_in_has_no_name(fs: ProcFs) -> None:
    assert text(fs, "7/wchan") == "0"


def test_the_hostname_can_be_set_and_a_bad_one_can_t(fs: ProcFs, view: Any) -> None:
    inode = find(fs, "sys/kernel/hostname")
    assert inode.snapshot() == b"kaede\n"
    assert inode.write(0, b"momiji\n") == 7
    assert view.name == b"momiji"
    for bad in (b"\n", b"x" * 65, b"a\0b"):
        with pytest.raises(InvalidArgument):
            inode.write(0, bad)
    with pytest.raises(AccessDenied):
        find(fs, "sys/kernel/ostype").write(0, b"x")


# ---------------------------------------------------------------- against the host's own /proc
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="compares with this host's /proc")


def _host(path: str) -> str:
    return Path("/proc", path).read_text()


@linux
@pytest.mark.parametrize("name", ["status", "meminfo"])
def test_every_line_has_the_shape_of_the_host_s(fs: ProcFs, name: str) -> None:
    def shapes(content: str) -> dict[str, str]:
        lines = (line.partition(":") for line in content.splitlines())
        return {key: re.sub(r"[0-9a-f]", "0", value) for key, _, value in lines}

    path = "7/status" if name == "status" else name
    host = shapes(_host(f"{os.getpid()}/status" if name == "status" else name))
    for key, shape in shapes(text(fs, path)).items():
        if key in ("Name", "State", "Groups"):
            continue
        assert key in host, f"the host has no line {key}"
        blanks = re.match(r"[\t ]*", shape)
        assert blanks is not None and blanks.group()[:1] == host[key][:1], key
        assert shape.endswith(" kB") == host[key].endswith(" kB"), key
        if key.endswith(("Pnd", "Blk", "Ign", "Cgt")) or "Mem" in key:
            assert len(shape) == len(host[key]), key


@linux
def test_names_modes_and_types_are_the_host_s(fs: ProcFs) -> None:
    for path, inode in walk(fs).items():
        parts = path.strip("/").split("/")
        if parts[0] in ("1", "42") or (len(parts) > 2 and parts[1] == "fdinfo"):
            continue
        pid = str(os.getpid())
        host = Path("/proc", *(pid if part == "7" else part for part in parts))
        if not os.path.lexists(host):
            of_some_kernels = path == "/schedstat"  # built with CONFIG_SCHEDSTATS
            assert of_some_kernels or parts[1:2] == ["fd"] or "fd" in parts, f"the host has no {path}"
            continue
        mode = os.lstat(host).st_mode
        assert inode.attr.mode & S_IFMT == mode & S_IFMT, path
        if (
            parts[-1] in ("comm", "oom_score_adj", "pid_max", "sched", "threads-max")
            or "fd" in parts
            or inode.attr.mode & S_IFMT == S_IFLNK
        ):
            continue  # what can be written there and not here; what differs by descriptor
        if parts[-1] in ("ns", "fdinfo"):
            continue  # 0511 and 0555 since Linux 5.14, 0500 before
        assert oct(inode.attr.mode) == oct(mode), path


def test_namespace_names_are_sorted_as_they_are_listed() -> None:
    assert list(NAMESPACES) == sorted(NAMESPACES)
