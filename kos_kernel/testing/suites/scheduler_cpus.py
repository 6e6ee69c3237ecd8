"""A scheduler of several CPUs: tasks that may not run everywhere."""

from __future__ import annotations

from ..cases import clause, collect, expect, expect_equal
from .runloop import SchedulerSubject


@clause(
    "SCHED-AFFINITY-1",
    needs="affinity",
    mistake="pick_next takes the head of the queue without a look at its affinity mask",
)
def case_bound_task_runs_on_its_cpus_alone(subject: SchedulerSubject) -> None:
    """pick_next(cpu) returns no task whose affinity leaves that CPU out, however long it waits."""
    loop = subject.loop(8)
    for number, task in loop.tasks.items():
        task.affinity = 0b10 if number % 2 else -1
    loop.add()
    here = [one.id for _ in range(8) if (one := loop.pick(0)) is not None]
    expect_equal(sorted(here), [2, 4, 6, 8], "who was picked by CPU 0 while odd tasks are bound to CPU 1")


@clause(
    "SCHED-AFFINITY-2",
    needs="affinity",
    after="case_bound_task_runs_on_its_cpus_alone",
    mistake="a task that was passed over isn't put back, or a search that finds nobody leaves the queue changed",
)
def case_passed_over_task_is_kept(subject: SchedulerSubject) -> None:
    """A task that was passed over by one CPU is there for the other, and each is picked once."""
    loop = subject.loop(6)
    for number, task in loop.tasks.items():
        task.affinity = 1 << (number % 3)
    loop.add()
    expect(loop.pick(3) is None, "CPU 3 got a task though all are bound to others")
    found = {cpu: sorted(one.id for _ in range(6) if (one := loop.pick(cpu)) is not None) for cpu in (2, 0, 1)}
    expect_equal(found, {2: [2, 5], 0: [3, 6], 1: [1, 4]}, "who was picked by CPUs 2, 0 and 1, each task bound to one")


@clause(
    "SCHED-AFFINITY-3",
    needs="affinity",
    after="case_passed_over_task_is_kept",
    mistake="dequeue looks for the task where an unbound one would stand",
)
def case_bound_task_can_be_taken_out(subject: SchedulerSubject) -> None:
    """A bound task that waits can be stopped or killed, also after it was passed over."""
    loop = subject.loop(4)
    for task in loop.tasks.values():
        task.affinity = 0b10
    loop.add()
    expect(loop.pick(0) is None, "CPU 0 got a task though all are bound to CPU 1")
    loop.drop(2)
    found = sorted(one.id for _ in range(4) if (one := loop.pick(1)) is not None)
    expect_equal(found, [1, 3, 4], "who was picked by CPU 1 after task 2 was taken out")


CASES = collect(globals())
