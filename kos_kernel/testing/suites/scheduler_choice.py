"""What a scheduler decides: who preempts whom, whose nice value counts, which CPU runs what; and copies of it."""

from __future__ import annotations

from ...contracts.scheduler import TICK_NS, Enqueue
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, shown
from ..fakes import FakeTask, StillKernel
from .runloop import RunLoop, SchedulerSubject
from .scheduler_queue import BASICS


# ---------------------------------------------------------------- waking up, priorities
@clause(
    "SCHED-WAKEUP-1",
    after=BASICS,
    mistake="wakeup looks at data that only a task that ran before has; a new task's sched is None",
)
def case_wakeup_knows_fresh_tasks(subject: SchedulerSubject) -> None:
    """wakeup answers True or False, also for tasks that never ran."""
    loop = subject.loop(3)
    loop.add(1)
    current = loop.pick()
    for number, why in ((2, Enqueue.NEW), (3, Enqueue.WAKEUP)):
        loop.add(number, why=why)
        answer = loop.scheduler.wakeup(loop.tasks[number], current, loop.now_ns)
        expect(isinstance(answer, bool), f"wakeup returned {answer!r} for a task enqueued as {why.name}")


@clause(
    "SCHED-WAKEUP-2",
    after="case_wakeup_knows_fresh_tasks",
    mistake="wakeup takes the task off the queue, or puts the current one on it: the kernel does both itself",
)
def case_wakeup_only_answers(subject: SchedulerSubject) -> None:
    """wakeup changes nothing: the woken task stays queued, the current one isn't, whatever the answer."""
    loop = subject.loop(3)
    loop.tasks[2].renice(-20)
    loop.add(1)
    current = loop.pick()
    loop.add(2, 3, why=Enqueue.WAKEUP)
    loop.scheduler.wakeup(loop.tasks[2], current, loop.now_ns)
    loop.scheduler.wakeup(loop.tasks[3], current, loop.now_ns)
    expect_equal(sorted(loop.drain()), [2, 3], "who was picked while task 1 runs")


def _shares(loop: RunLoop, turns: int) -> dict[int, int]:
    before = {number: task.runtime_ns for number, task in loop.tasks.items()}
    loop.busy(turns)
    return {number: task.runtime_ns - before[number] for number, task in loop.tasks.items()}


@clause(
    "SCHED-PRIORITY-1",
    needs="priorities",
    after=BASICS,
    mistake="nice is taken the wrong way round: -20 is the best, 19 the worst",
)
def case_lower_nice_gets_more(subject: SchedulerSubject) -> None:
    """Of two tasks that never sleep, the one of the lower nice value gets more of the CPU."""
    loop = subject.loop(2)
    loop.tasks[1].renice(10)
    loop.tasks[2].renice(-10)
    loop.add()
    shares = _shares(loop, 200)
    expect(shares[2] > shares[1], f"nice -10 got {shares[2]} ns, nice 10 got {shares[1]} ns")


@clause(
    "SCHED-PRIORITY-2",
    after=BASICS,
    mistake="set_priority queues the task once more, or takes it off the queue that its new nice value means, not the one it is in",
)
def case_set_priority_keeps_the_task_queued(subject: SchedulerSubject) -> None:
    """set_priority of a queued, a running and a sleeping task neither loses nor adds one."""
    loop = subject.loop(4)
    loop.add(1, 2, 3)
    running = loop.pick()
    for task in loop.tasks.values():
        for nice in (-5, 7, 7, 0):
            task.renice(nice)
            loop.scheduler.set_priority(task, loop.now_ns)
    expect_equal(sorted(loop.drain()), sorted({1, 2, 3} - {running.id if running else 0}), "who was picked")


@clause(
    "SCHED-PRIORITY-3",
    needs="priorities",
    after="case_lower_nice_gets_more case_set_priority_keeps_the_task_queued",
    mistake="the nice value is looked at when a task is created or queued, and set_priority doesn't look again",
)
def case_new_priority_counts(subject: SchedulerSubject) -> None:
    """A queued task whose nice value goes from 0 to -15 gets more of the CPU than two others together from then on."""
    loop = subject.loop(3)
    loop.add()
    loop.busy(30)
    task = next(iter(loop.queued.values()))
    task.renice(-15)
    loop.scheduler.set_priority(task, loop.now_ns)
    shares = _shares(loop, 100)
    mine = shares.pop(task.id)
    others = sum(shares.values())
    expect(
        mine > others,
        f"task {task.id}, at nice -15 now, got {mine} ns of 100 turns, and two others at nice 0 got {others} ns",
    )


# ---------------------------------------------------------------- more than one CPU, and copies
@clause(
    "SCHED-CPU-1",
    after=BASICS,
    mistake="a task waits in the queue of a CPU that never looks there, or of cpu 0 alone",
)
def case_every_cpu_can_be_served(subject: SchedulerSubject) -> None:
    """With four CPUs that pick in turn, every queued task is run by one of them, and by one alone."""
    loop = subject.loop(16)
    loop.add()
    found: list[int] = []
    idle = 0
    while idle < 4:
        task = loop.pick(len(found) % 4 if idle == 0 else (len(found) + idle) % 4)
        if task is None:
            idle += 1
        else:
            found.append(task.id)
            idle = 0
    expect_equal(sorted(found), list(range(1, 17)), "who was picked by CPUs 0 to 3")


@clause(
    "SCHED-CPU-2",
    after="case_every_cpu_can_be_served",
    mistake="migrate takes the task for queued: it dequeues it, or enqueues it on the other CPU's queue",
)
def case_migrated_task_stays_picked(subject: SchedulerSubject) -> None:
    """migrate of a task that was picked for another CPU than its last neither raises nor queues it."""
    loop = subject.loop(4)
    loop.add()
    for number in loop.drain():
        loop.add(number)
    found = sorted(task.id for cpu in (1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3) if (task := loop.pick(cpu)) is not None)
    expect_equal(found, [1, 2, 3, 4], "who was picked by CPUs 1 to 3 after CPU 0")


@clause(
    "SCHED-TICK-1",
    after=BASICS,
    mistake="tick returns None or a number, or queues the running task itself: the kernel enqueues it when tick says True",
)
def case_tick_only_answers(subject: SchedulerSubject) -> None:
    """tick of a running task returns True or False, and queues nobody."""
    loop = subject.loop(3)
    loop.add()
    running = loop.pick()
    if running is None:
        raise Violation("pick_next returned None while three tasks are queued")
    for _ in range(20):
        running.runtime_ns += TICK_NS
        loop.now_ns += TICK_NS
        answer = loop.scheduler.tick(running, loop.now_ns)
        expect(type(answer) is bool, f"tick returned {shown(answer)}")
    others = sorted(loop.drain())
    expect_equal(others, sorted({1, 2, 3} - {running.id}), "who was picked while that task ran")


@clause(
    "SCHED-TASK-1",
    after=BASICS,
    mistake="the scheduler counts or ranks in the task's own fields; task.sched is the place for its data",
)
def case_only_sched_is_written(subject: SchedulerSubject) -> None:
    """A scheduler writes nothing of a task but `sched`."""
    loop = subject.loop(4)
    loop.add()
    loop.busy(5)

    def values() -> list[tuple[object, ...]]:
        return [(t.id, t.nice, t.weight, t.runtime_ns, t.last_cpu) for t in loop.tasks.values()]

    before = values()
    scheduler, task = loop.scheduler, loop.queued[next(iter(loop.queued))]
    scheduler.dequeue(task, loop.now_ns)
    scheduler.enqueue(task, loop.now_ns, Enqueue.PREEMPTED)
    scheduler.wakeup(task, task, loop.now_ns)
    scheduler.slice_ns(task)
    scheduler.set_priority(task, loop.now_ns)
    picked = scheduler.pick_next(0, loop.now_ns)
    if picked is not None:
        scheduler.tick(picked, loop.now_ns)
    expect_equal(values(), before, "(id, nice, weight, runtime_ns, last_cpu) of the tasks after a few calls")


@clause(
    "SCHED-FORK-1", after=BASICS, mistake="the copy shares the queue: a forked machine would run its parent's tasks"
)
def case_fork_has_an_empty_queue(subject: SchedulerSubject) -> None:
    """fork returns None, or a scheduler with nobody queued, and leaves this one as it was."""
    loop = subject.loop(3)
    loop.add()
    twin = loop.scheduler.fork(StillKernel().context())
    if twin is not None:
        answer = twin.pick_next(0, 0)
        expect(answer is None, f"the copy's pick_next returned {shown(answer)}")
        strangers = RunLoop(twin, [FakeTask(number) for number in (7, 8)])
        strangers.add()
        expect_equal(sorted(strangers.drain()), [7, 8], "who was picked in the copy of tasks 7 and 8")
    expect_equal(sorted(loop.drain()), [1, 2, 3], "who was picked in the original after the fork")


@clause("SCHED-FORK-2", after="case_fork_has_an_empty_queue", mistake="fork makes the copy without this one's options")
def case_fork_keeps_the_options(subject: SchedulerSubject) -> None:
    """A copy has the options of the original: the same slices."""
    loop = subject.loop(2)
    twin = loop.scheduler.fork(StillKernel().context())
    if twin is None:
        raise NotAsked("fork returns None: the scheduler is made anew")
    loop.add()
    task = loop.pick()
    other = RunLoop(twin, [FakeTask(1), FakeTask(2)])
    other.add()
    expect_equal(twin.slice_ns(other.pick()), loop.scheduler.slice_ns(task), "slice_ns of the copy")


CASES = collect(globals())
