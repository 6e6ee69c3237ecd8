"""Birth, exec, exit, wait, groups and sessions."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import abi, errors
from kos_kernel.testing import run_main


def test_a_child_returns_its_exit_status_to_wait(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> int:
        pid = k.fork_call(lambda child: 7)
        assert k.wait(pid) == (pid, 7 << 8)
        return 3

    assert run(main).status == 3


def test_wait_without_children_says_so(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        with pytest.raises(errors.NoChild):
            k.wait()

    assert run(main).status == 0


def test_wait_returns_none_at_once_with_wnohang(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()
        pid = k.fork_call(lambda child: child.read(reader) and 0)
        assert k.wait(pid, abi.WNOHANG) is None
        k.write(writer, b"go")
        assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


def test_spawn_passes_descriptors_arguments_and_environment(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()
        pid = k.spawn(b"/usr/bin/printenv", [b"printenv", b"COLOUR"], {b"COLOUR": b"red"}, fds={1: writer})
        k.close(writer)
        assert k.read_all(reader) == b"red\n"
        assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


@pytest.mark.parametrize(
    ("path", "error"),
    [(b"/nowhere", errors.NoSuchFile), (b"/etc", errors.AccessDenied), (b"/etc/passwd", errors.AccessDenied)],
)
def test_spawn_raises_the_errors_of_exec_in_the_caller(run: Any, path: bytes, error: type[Exception]) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        with pytest.raises(error):
            k.spawn(path, [path])
        with pytest.raises(errors.NoChild):
            k.wait()

    assert run(main).status == 0


def test_a_text_file_with_an_x_bit_is_no_executable(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.close(k.open(b"/tmp/x", abi.O_CREAT | abi.O_WRONLY, 0o755))
        with pytest.raises(errors.NoExec):
            k.spawn(b"/tmp/x", [b"x"])

    assert run(main).status == 0


def test_a_script_runs_its_interpreter_with_one_argument(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/tmp/s", abi.O_CREAT | abi.O_WRONLY, 0o755)
        k.write(fd, b"#! /usr/bin/echo one two\n")
        k.close(fd)
        k.wait(k.spawn(b"/tmp/s", [b"s", b"three"]))

    assert run(main).stdout == b"one two /tmp/s three\n"


def test_interpreters_that_run_one_another_end_in_eloop(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/tmp/s", abi.O_CREAT | abi.O_WRONLY, 0o755)
        k.write(fd, b"#!/tmp/s\n")
        k.close(fd)
        with pytest.raises(errors.TooManySymlinks):
            k.spawn(b"/tmp/s", [b"s"])

    assert run(main).status == 0


def test_exec_replaces_the_program_and_runs_finally_blocks(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        try:
            k.exec(b"/usr/bin/echo", [b"echo", b"replaced"])
        finally:
            k.write(1, b"left\n")

    result = run(main)
    assert (result.stdout, result.status) == (b"left\nreplaced\n", 0)


def test_exec_closes_what_is_marked_close_on_exec(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe(cloexec=True)
        pid = k.fork_call(lambda child: child.exec(b"/usr/bin/true", [b"true"]))
        k.close(writer)
        assert k.read(reader) == b""  # the child's copy of the writing end is gone
        k.wait(pid)

    assert run(main).status == 0


def test_orphans_are_adopted_by_init(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()

        def grandchild(child: Any) -> int:
            child.sleep_ns(1_000_000)
            child.write(writer, b"%d" % child.getppid())
            return 0

        pid = k.fork_call(lambda child: child.fork_call(grandchild) and 0)
        k.wait(pid)
        assert k.read(reader) == b"1"

    assert run(main).status == 0


def test_setsid_begins_a_session_and_leaders_cannot(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        with pytest.raises(errors.NotPermitted):
            k.setsid()  # it leads its group already

        def child(child: Any) -> int:
            assert child.setsid() == child.getpid() == child.getsid() == child.getpgid()
            return 0

        assert k.wait(k.fork_call(child))[1] == 0

    assert run(main).status == 0


def test_the_process_limit_is_eagain(virtual: Any) -> None:
    from kos_kernel import Machine
    from kos_kernel.testing import run_main

    def main(k: Any, argv: list[bytes]) -> None:
        k.pipe()
        born = 0
        with pytest.raises(errors.ResourceUnavailable):
            while True:
                k.fork_call(lambda child: child.pause())
                born += 1
        assert born == 18  # init and this one are the other two

    with Machine(clock="virtual", limits={"processes": 20}) as small:
        assert run_main(small, main).status == 0


def test_a_program_that_ignores_its_end_is_abandoned(virtual: Any) -> None:
    from kos_kernel.testing import run_main

    def stubborn(k: Any, argv: list[bytes]) -> None:
        while True:
            try:
                k.sleep_ns(1000)
            except BaseException:  # the very thing a program must not do
                continue

    def main(k: Any, argv: list[bytes]) -> None:
        pid = k.fork_call(stubborn, [])
        k.sleep_ns(10_000)
        k.kill(pid, abi.SIGKILL)
        assert k.wait(pid)[1] == abi.SIGKILL

    assert run_main(virtual, main).status == 0
    assert any("abandoned" in text for _, _, text in virtual.log)


def test_an_uncaught_error_is_one_line_and_status_1(run: Any) -> None:
    result = run(lambda k, argv: k.open(b"/nowhere"))
    assert (result.stderr, result.status) == (b"test: /nowhere: No such file or directory\n", 1)


def test_a_bug_in_a_program_is_told_and_logged(machine: Any, run: Any) -> None:
    result = run(lambda k, argv: 1 // 0)
    assert result.status == 70
    assert b"internal error: ZeroDivisionError" in result.stderr
    assert any("ZeroDivisionError" in text for _, _, text in machine.log)


def test_recursion_goes_deeper_than_pythons_limit_on_fresh_stacks(run: Any) -> None:
    def deep(k: Any, level: int) -> int:
        if level == 0:
            return 0
        if level % 100 == 0:
            return 1 + k.on_fresh_stack(deep, k, level - 1)
        return 1 + deep(k, level - 1)

    def main(k: Any, argv: list[bytes]) -> None:
        assert deep(k, 20_000) == 20_000

    assert run(main).status == 0


def test_setuid_programs_raise_the_effective_user_only(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        fd = k.open(b"/usr/bin/id")
        body = k.read_all(fd)
        out = k.open(b"/tmp/myid", abi.O_CREAT | abi.O_WRONLY, 0o755)
        k.write(out, body)
        k.close(out)
        k.chmod(b"/tmp/myid", 0o4755)

        def child(child: Any) -> int:
            child.setuid(1000)
            child.exec(b"/tmp/myid", [b"id", b"-u"])
            return 1

        k.wait(k.fork_call(child))

    assert run(main).stdout == b"0\n"


@pytest.mark.parametrize("start", ["spawn", "fork_call"])
def test_bytes_in_place_of_a_descriptor_are_what_the_child_reads(run: Any, start: str) -> None:
    def copy(k: Any) -> int:
        while data := k.read(0, 3):
            k.write(1, data)
        return 0

    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()
        fds = {0: b"seven\0\xff", 1: writer}
        pid = k.spawn(b"/usr/bin/cat", [b"cat"], fds=fds) if start == "spawn" else k.fork_call(copy, fds=fds)
        k.close(writer)
        assert k.read_all(reader) == b"seven\0\xff"
        assert k.wait(pid) == (pid, 0)

    assert run(main).status == 0


def test_bytes_in_place_of_a_descriptor_are_a_pipe_without_a_writer(run: Any) -> None:
    def look(k: Any) -> int:
        assert k.readlink(b"/proc/self/fd/0").startswith(b"pipe:[")
        assert k.fstat(0).mode & abi.S_IFMT == abi.S_IFIFO
        assert k.ioctl(0, abi.FIONREAD) == 2
        assert k.poll([(0, abi.POLLIN)]) == [(0, abi.POLLIN | abi.POLLHUP)]
        for call in (lambda: k.lseek(0, 0, 0), lambda: k.pread(0, 1, 0)):
            with pytest.raises(errors.IllegalSeek):
                call()
        with pytest.raises(errors.BadDescriptor):
            k.write(0, b"x")
        assert k.read(0, 9) == b"ab" and k.read(0, 9) == b"" and k.poll([(0, abi.POLLIN)]) == [(0, abi.POLLHUP)]
        return 0

    def main(k: Any, argv: list[bytes]) -> None:
        assert k.wait(k.fork_call(look, fds={0: b"ab", 2: 2}))[1] == 0

    assert run(main).status == 0


def test_more_bytes_than_a_pipe_holds_are_refused_and_nothing_is_left_open(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        reader, writer = k.pipe()
        with pytest.raises(errors.InvalidArgument, match="65536"):
            k.spawn(b"/usr/bin/true", [b"true"], fds={1: writer, 0: bytes(65537)})
        with pytest.raises(errors.BadDescriptor):
            k.spawn(b"/usr/bin/true", [b"true"], fds={1: writer, 0: 77})
        k.close(writer)
        assert k.read(reader, 1) == b""  # nobody else holds the writing end

    assert run(main).status == 0


def test_a_memo_is_one_table_for_a_family_in_all_machines_of_a_thread(machine: Any, virtual: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.memo("test of memo")["key"] = "value"

    def look(k: Any, argv: list[bytes]) -> None:
        assert k.memo("test of memo") == {"key": "value"} and not k.memo("another")

    assert run_main(machine, main).status == 0
    assert run_main(virtual, look).status == 0


def test_a_script_that_is_run_from_outside_may_be_longer_than_an_argument(machine: Any) -> None:
    script = ": a comment that takes room\n" * 10000 + "echo done"
    assert len(script) > 1 << 17
    assert machine.run(script).stdout == b"done\n"
    inside = machine.run(b'x=$(printf %131072s y); /usr/bin/env true "$x"; echo $?')
    assert inside.stdout == b"126\n"
