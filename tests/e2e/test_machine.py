"""The machine as a host program holds it: run, files, shells, forks, threads, asyncio, ends."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Any

import pytest

from kos_kernel import CommandFailed, ForkBusy, KosError, Machine, MachineClosed, RunTimeout, WrongThread


@pytest.fixture
def m() -> Any:
    with Machine(seed=1, clock="virtual") as machine:
        yield machine


def test_run_returns_output_errors_and_status(m: Machine) -> None:
    result = m.run("echo out; echo err >&2; exit 3")
    assert (result.stdout, result.stderr, result.status) == (b"out\n", b"err\n", 3)


def test_run_passes_arguments_input_environment_and_cwd(m: Machine) -> None:
    result = m.run('cat; echo "$1 $X"; pwd', "one", stdin="in\n", env={"X": "y"}, cwd="/tmp")
    assert result.stdout == b"in\none y\n/tmp\n"


def test_check_raises_with_what_was_said(m: Machine) -> None:
    with pytest.raises(CommandFailed, match=r"status 2: .*oops"):
        m.run("echo oops >&2; exit 2").check()


def test_output_goes_to_callbacks_as_it_comes(m: Machine) -> None:
    seen: list[bytes] = []
    result = m.run("echo a; echo b", stdout=seen.append)
    assert b"".join(seen) == b"a\nb\n" and result.stdout == b""


def test_a_signal_is_told_as_a_shell_tells_it(m: Machine) -> None:
    result = m.run("kill -TERM $$")
    assert (result.status, result.signal) == (143, 15)


def test_a_run_that_takes_too_long_is_killed_and_its_output_kept(m: Machine) -> None:
    with pytest.raises(RunTimeout) as caught:
        m.run("echo begun; sleep 100; echo never", timeout=5)
    assert caught.value.result.stdout == b"begun\n"
    assert m.run("echo fine").stdout == b"fine\n"


def test_files_raise_pythons_own_errors(m: Machine) -> None:
    with pytest.raises(FileNotFoundError):
        m.read_file("/nowhere")
    with pytest.raises(IsADirectoryError):
        m.read_file("/etc")
    with pytest.raises(NotADirectoryError):
        m.listdir("/etc/passwd")
    m.write_file("/srv/deep/er/file", b"\xff\x00data")
    assert m.read_file("/srv/deep/er/file") == b"\xff\x00data"
    m.remove("/srv/deep")
    assert not m.exists("/srv/deep")


def test_the_output_limit_is_enospc_for_the_writer() -> None:
    with Machine(clock="virtual", limits={"output": 1000}) as small:
        result = small.run("head -c 5000 /dev/zero; echo $? >&2")
        assert len(result.stdout) <= 1000


# ---------------------------------------------------------------- shells that stay, forks
def test_a_shell_keeps_what_it_was_told(m: Machine) -> None:
    shell = m.shell()
    shell.run("cd /srv; export A=1; f() { echo f $A $PWD; }; x=(1 2)")
    assert shell.run("f; echo ${x[@]}").stdout == b"f 1 /srv\n1 2\n"


def test_a_fork_carries_files_and_shells_and_both_sides_go_their_way(m: Machine) -> None:
    shell = m.shell()
    shell.run("cd /srv; A=before; echo shared > file")
    twin = m.fork()
    (theirs,) = twin.shells()
    theirs.run("A=theirs; echo theirs > file")
    shell.run("A=mine; echo mine > file")
    assert theirs.run("echo $A; pwd; cat file").stdout == b"theirs\n/srv\ntheirs\n"
    assert shell.run("echo $A; pwd; cat file").stdout == b"mine\n/srv\nmine\n"


def test_a_diff_names_what_changed(m: Machine) -> None:
    m.write_file("/srv/kept", b"k")
    m.write_file("/srv/gone", b"g")
    m.write_file("/srv/changed", b"c")
    twin = m.fork()
    twin.run("rm /srv/gone; echo more >> /srv/changed; mkdir /srv/new; touch /srv/new/file")
    assert str(m.diff(twin)) == "M /srv/changed\nD /srv/gone\nA /srv/new"


def test_forks_differ_in_their_randomness_and_repeat(m: Machine) -> None:
    def draws() -> list[bytes]:
        with Machine(seed=5, clock="virtual") as machine:
            forks = [machine.fork(), machine.fork()]
            return [one.run("od -An -tx1 -N8 /dev/urandom").stdout for one in (machine, *forks)]

    first, second = draws(), draws()
    assert first == second and len(set(first)) == 3


def test_a_machine_in_the_middle_of_a_program_refuses_to_fork(m: Machine) -> None:
    running = m.spawn(["sleep", "100"])
    with pytest.raises(ForkBusy, match='"sleep"') as caught:
        m.fork()
    assert caught.value.pids == (running.pid,)
    assert m.fork(live="drop").run("echo here").stdout == b"here\n"


def test_a_machine_whose_root_is_a_writable_host_folder_refuses_to_fork(tmp_path: Any) -> None:
    with Machine(mounts=[{"target": "/", "driver": "host", "source": str(tmp_path), "mode": "rw"}]) as machine:
        assert machine.run("echo kept > /file; cat /file").stdout == b"kept\n"
        with pytest.raises(ForkBusy, match="host"):
            machine.fork()
    assert (tmp_path / "file").read_text() == "kept\n"


def test_background_processes_go_on_when_time_passes(m: Machine) -> None:
    m.run("(sleep 10; echo done > /tmp/done) &")
    assert not m.exists("/tmp/done")
    m.advance(11)
    assert m.read_file("/tmp/done") == b"done\n"


# ---------------------------------------------------------------- ends, threads, event loops
def test_a_closed_machine_says_so(m: Machine) -> None:
    m.close()
    m.close()
    with pytest.raises(MachineClosed):
        m.run("true")


def test_closing_kills_what_runs_and_runs_its_finally_blocks(m: Machine) -> None:
    running = m.spawn(["sleep", "1000"])
    m.advance(1)
    m.close()
    assert running.done


def test_a_hundred_dropped_machines_are_freed() -> None:
    watched = []
    for number in range(100):
        machine = Machine(clock="virtual", seed=number)
        machine.run("sleep 1000 & echo started")
        watched.append((weakref.ref(machine), weakref.ref(machine._kernel)))
    del machine
    gc.collect()
    assert [one() for one, _ in watched] == [None] * 100
    assert [kernel() for _, kernel in watched] == [None] * 100


def test_another_thread_is_refused_and_may_post(m: Machine) -> None:
    caught: list[BaseException] = []
    done: list[bytes] = []

    def other() -> None:
        try:
            m.run("true")
        except WrongThread as error:
            caught.append(error)
        m.post(lambda machine: done.append(machine.read_file("/etc/hostname")))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert len(caught) == 1
    m.run("true")
    assert done == [b"kos\n"]


def test_machines_in_several_threads_run_side_by_side() -> None:
    results: dict[int, bytes] = {}

    def work(number: int) -> None:
        with Machine(clock="virtual", seed=number) as machine:
            results[number] = machine.run(f"for i in 1 2 3; do echo {number}.$i; done | sort -r").stdout

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: b"%d.3\n%d.2\n%d.1\n" % (n, n, n) for n in range(4)}


def test_asyncio_runs_two_machines_at_once() -> None:
    async def both() -> tuple[Any, Any]:
        one, other = Machine(), Machine(clock="virtual")
        with one, other:
            return await asyncio.gather(one.arun("sleep 0.05; echo one"), other.arun("sleep 5000; echo other"))

    first, second = asyncio.run(both())
    assert (first.stdout, second.stdout) == (b"one\n", b"other\n")


def test_a_script_in_which_everybody_waits_ends(m: Machine) -> None:
    result = m.run("mkfifo /tmp/f; cat /tmp/f")
    assert result.status == 137


def test_a_mistake_in_the_configuration_is_told_with_its_place() -> None:
    with pytest.raises(KosError, match="scheduler"):
        Machine(scheduler="efdf")
