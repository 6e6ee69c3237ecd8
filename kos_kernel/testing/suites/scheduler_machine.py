"""A scheduler in a machine: processes that compute, yield, are killed and stopped."""

from __future__ import annotations

from typing import Any

from ...abi import SIGCONT, SIGKILL, SIGSTOP, WEXITSTATUS, WIFEXITED, WIFSIGNALED, WUNTRACED
from ..cases import clause, collect, expect, expect_equal
from .runloop import SchedulerSubject
from .scheduler_queue import BASICS

SOUND = BASICS + (
    " case_dequeued_task_is_not_picked case_dequeued_task_can_come_back case_queue_emptied_by_dequeue_is_empty"
    " case_slice_is_a_positive_number_of_ns case_wakeup_knows_fresh_tasks case_wakeup_only_answers"
    " case_set_priority_keeps_the_task_queued case_every_cpu_can_be_served case_only_sched_is_written"
    " case_tick_only_answers"
    " case_long_run_of_everything_loses_nobody"
)


def _worker(k: Any, number: int, out: int) -> int:
    for _ in range(20):
        k.tick(1000)
        k.sched_yield()
    k.write(out, bytes([number]))
    return number


def _crowd(k: Any) -> bytes:
    """Run eight workers at once and return who finished, in order."""
    told, tell = k.pipe()
    pids = [k.fork_call(_worker, number, tell) for number in range(1, 9)]
    k.close(tell)
    finished: bytes = k.read_all(told)
    k.close(told)
    for number, pid in enumerate(pids, 1):
        _, status = k.wait(pid)
        expect(
            WIFEXITED(status) and WEXITSTATUS(status) == number, f"worker {number} ended with wait status {status:#x}"
        )
    return finished


@clause(
    "SCHED-MACHINE-1",
    after=SOUND,
    mistake="the scheduler holds on to something between calls that a real kernel changes meanwhile",
)
def case_machine_runs_all_its_processes(subject: SchedulerSubject) -> None:
    """In a machine, eight processes that compute and yield all come to their end."""
    finished = subject.run(subject.machine(), _crowd)
    expect_equal(sorted(finished), list(range(1, 9)), "which workers finished")


@clause(
    "SCHED-MACHINE-2",
    after="case_machine_runs_all_its_processes",
    mistake="the scheduler asks something for time or chance besides its context",
)
def case_machine_runs_repeat(subject: SchedulerSubject) -> None:
    """Two machines of one seed run their processes in the same order, switch for switch."""
    traces = []
    for _ in range(2):
        machine = subject.machine()
        switches: list[tuple[int, int, int]] = []
        machine.observe(_Switches(switches))
        subject.run(machine, _crowd)
        traces.append(switches)
    first, second = traces
    differ = next((at for at, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), None)
    expect(differ is None, f"switch {differ} differs: {differ is not None and (first[differ], second[differ])}")
    expect_equal(len(second), len(first), "the number of switches in the second run")


class _Switches:
    """Hears of every context switch."""

    def __init__(self, heard: list[tuple[int, int, int]]) -> None:
        self.heard = heard

    def switched(self, now_ns: int, cpu: int, previous: int, following: int) -> None:
        """Keep it."""
        self.heard.append((now_ns, previous, following))


@clause(
    "SCHED-MACHINE-3",
    after="case_machine_runs_all_its_processes",
    mistake="the scheduler looks at what a process is doing and drops those that are about to end",
)
def case_queued_processes_can_be_killed_and_stopped(subject: SchedulerSubject) -> None:
    """Processes that are killed, or stopped and continued, before they ever ran leave the others alone."""

    def main(k: Any) -> None:
        told, tell = k.pipe()
        victim, rests, lives = (k.fork_call(_worker, number, tell) for number in (1, 2, 3))
        k.close(tell)
        k.kill(rests, SIGSTOP)
        k.kill(victim, SIGKILL)
        k.wait(rests, WUNTRACED)
        k.kill(rests, SIGCONT)
        finished = k.read_all(told)
        statuses = {pid: k.wait(pid)[1] for pid in (victim, rests, lives)}
        expect(WIFSIGNALED(statuses[victim]), f"the killed process ended with wait status {statuses[victim]:#x}")
        expect_equal(sorted(finished), [2, 3], "which workers finished")

    subject.run(subject.machine(), main)


@clause(
    "SCHED-MACHINE-4",
    after="case_machine_runs_all_its_processes case_migrated_task_stays_picked",
    mistake="the number of CPUs is taken for one",
)
def case_machine_with_four_cpus_works(subject: SchedulerSubject) -> None:
    """A machine with four CPUs runs all its processes too."""
    finished = subject.run(subject.machine(cpus=4), _crowd)
    expect_equal(sorted(finished), list(range(1, 9)), "which workers finished")


@clause(
    "SCHED-MACHINE-5",
    after="case_machine_runs_all_its_processes case_fork_has_an_empty_queue",
    mistake="the scheduler of a forked machine is not the one that its configuration describes",
)
def case_forked_machine_runs(subject: SchedulerSubject) -> None:
    """A fork of a machine runs its processes, and so does the machine it was forked from."""
    machine = subject.machine()
    subject.run(machine, _crowd)
    with machine.fork() as twin:
        expect_equal(sorted(subject.run(twin, _crowd)), list(range(1, 9)), "which workers finished in the fork")
    expect_equal(sorted(subject.run(machine, _crowd)), list(range(1, 9)), "which workers finished afterwards")


CASES = collect(globals())
