"""Default actions, handlers, masks, stop and continue, alarms."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel import abi, errors


def test_a_terminating_signal_ends_a_sleeping_process(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        pid = k.fork_call(lambda child: child.pause())
        k.sched_yield()
        k.kill(pid, abi.SIGTERM)
        assert k.wait(pid) == (pid, abi.SIGTERM)

    assert run(main).status == 0


def test_a_terminating_signal_ends_a_spinning_process(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        def spin(child: Any) -> None:
            while True:
                child.tick()

        pid = k.fork_call(spin)
        k.sleep_ns(1_000_000)
        k.kill(pid, abi.SIGKILL)
        assert k.wait(pid) == (pid, abi.SIGKILL)

    assert run(main).status == 0


def test_a_handler_runs_and_interrupts_what_blocks(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        seen: list[int] = []
        k.sigaction(abi.SIGUSR1, seen.append)
        me = k.getpid()

        def poke(child: Any) -> int:
            child.sleep_ns(100_000)
            child.kill(me, abi.SIGUSR1)
            return 0

        k.fork_call(poke)
        with pytest.raises(errors.Interrupted):
            k.pause()
        assert seen == [abi.SIGUSR1]
        k.wait()

    assert run(main).status == 0


def test_a_handler_with_restart_runs_and_what_blocks_goes_on(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        seen: list[int] = []
        k.sigaction(abi.SIGUSR1, seen.append, restart=True)
        me = k.getpid()
        reader, writer = k.pipe()

        def poke(child: Any) -> int:
            child.kill(me, abi.SIGUSR1)
            child.sleep_ns(100_000)
            child.write(writer, b"late")
            return 0

        k.fork_call(poke)
        assert k.read(reader, 10) == b"late"
        assert seen == [abi.SIGUSR1]
        k.sigaction(abi.SIGUSR1, seen.append)
        k.fork_call(poke)
        with pytest.raises(errors.Interrupted):
            k.read(reader, 10)

    assert run(main).status == 0


def test_a_blocked_signal_waits_until_it_is_unblocked(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        seen: list[int] = []
        k.sigaction(abi.SIGUSR1, seen.append)
        k.sigmask(abi.SIG_BLOCK, [abi.SIGUSR1])
        k.kill(k.getpid(), abi.SIGUSR1)
        assert seen == [] and k.sigpending() == {abi.SIGUSR1}
        k.sigmask(abi.SIG_UNBLOCK, [abi.SIGUSR1])
        assert seen == [abi.SIGUSR1] and k.sigpending() == frozenset()

    assert run(main).status == 0


def test_kill_and_stop_can_be_neither_handled_nor_blocked(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        for signum in (abi.SIGKILL, abi.SIGSTOP):
            with pytest.raises(errors.InvalidArgument):
                k.sigaction(signum, abi.SIG_IGN)
        k.sigmask(abi.SIG_BLOCK, [abi.SIGKILL, abi.SIGUSR1])
        assert k.sigmask(abi.SIG_BLOCK, []) == {abi.SIGUSR1}

    assert run(main).status == 0


def test_stop_and_continue_are_reported_to_the_parent(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        def spin(child: Any) -> None:
            while True:
                child.sleep_ns(10_000)

        pid = k.fork_call(spin)
        k.sleep_ns(50_000)
        k.kill(pid, abi.SIGSTOP)
        _, status = k.wait(pid, abi.WUNTRACED)
        assert abi.WIFSTOPPED(status) and abi.WSTOPSIG(status) == abi.SIGSTOP
        k.kill(pid, abi.SIGCONT)
        _, status = k.wait(pid, abi.WCONTINUED)
        assert abi.WIFCONTINUED(status)
        k.kill(pid, abi.SIGKILL)
        assert k.wait(pid) == (pid, abi.SIGKILL)

    assert run(main).status == 0


def test_a_stopped_process_can_be_killed(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        pid = k.fork_call(lambda child: child.pause())
        k.sleep_ns(1000)
        k.kill(pid, abi.SIGSTOP)
        k.wait(pid, abi.WUNTRACED)
        k.kill(pid, abi.SIGKILL)
        assert k.wait(pid) == (pid, abi.SIGKILL)

    assert run(main).status == 0


def test_an_alarm_rings_and_tells_what_was_left(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        seen: list[int] = []
        k.sigaction(abi.SIGALRM, seen.append)
        assert k.alarm(100) == 0
        assert 99 < k.alarm(0.001) <= 100
        with pytest.raises(errors.Interrupted):
            k.pause()
        assert seen == [abi.SIGALRM]

    assert run(main).status == 0


def test_who_ignores_sigchld_has_no_zombies(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        k.sigaction(abi.SIGCHLD, abi.SIG_IGN)
        k.fork_call(lambda child: 0)
        k.sleep_ns(100_000)
        with pytest.raises(errors.NoChild):
            k.wait()

    assert run(main).status == 0


def test_signals_to_others_need_rights(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        pid = k.fork_call(lambda child: child.pause())

        def stranger(child: Any) -> int:
            child.setuid(1000)
            with pytest.raises(errors.NotPermitted):
                child.kill(pid, abi.SIGKILL)
            with pytest.raises(errors.NoSuchProcess):
                child.kill(99999, 0)
            return 0

        assert k.wait(k.fork_call(stranger))[1] == 0
        k.kill(pid, abi.SIGKILL)
        k.wait(pid)

    assert run(main).status == 0


def test_a_signal_reaches_a_whole_group(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        first = k.fork_call(lambda child: child.pause(), pgid=0)
        second = k.fork_call(lambda child: child.pause(), pgid=first)
        k.kill(-first, abi.SIGTERM)
        assert {k.wait()[0], k.wait()[0]} == {first, second}

    assert run(main).status == 0


def test_the_cpu_limit_sends_sigxcpu_and_then_kills(run: Any) -> None:
    def main(k: Any, argv: list[bytes]) -> None:
        seen: list[int] = []

        def spin(child: Any) -> None:
            child.sigaction(abi.SIGXCPU, seen.append)
            child.setrlimit(abi.RLIMIT_CPU, 1, 2)
            while True:
                child.tick(10_000)

        pid = k.fork_call(spin)
        assert k.wait(pid)[1] == abi.SIGKILL
        assert seen == [abi.SIGXCPU]

    assert run(main).status == 0
