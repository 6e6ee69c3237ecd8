"""A scheduler's queue: no task is lost or run twice, slices are right, nobody starves, runs repeat."""

from __future__ import annotations

from ...contracts.scheduler import UNLIMITED, Enqueue
from ..cases import Violation, clause, collect, expect, expect_equal, shown
from ..fakes import FakeTask
from .runloop import MS, RunLoop, SchedulerSubject

REASONS = tuple(Enqueue)


# ---------------------------------------------------------------- the queue
@clause("SCHED-PICK-1", mistake="pop from an empty queue instead of asking first whether there is anybody")
def case_empty_queue_gives_none(subject: SchedulerSubject) -> None:
    """pick_next returns None while nobody is queued, at the start and again when all were picked."""
    loop = subject.loop(1)
    expect(loop.pick() is None, "the first pick_next returned a task")
    loop.add()
    loop.pick()
    for now_ns in (0, 5, 10**18):
        answer = loop.scheduler.pick_next(0, now_ns)
        # one that gives a picked task again breaks the next rule, not this one
        expect(answer in (None, loop.tasks[1]), f"pick_next returned {shown(answer)} with nobody queued")


@clause(
    "SCHED-PICK-2",
    after="case_empty_queue_gives_none",
    mistake="pick_next looks at the head of the queue and doesn't take it off",
)
def case_picked_task_is_off_the_queue(subject: SchedulerSubject) -> None:
    """A task that was picked isn't picked again before it is enqueued again."""
    loop = subject.loop(3)
    loop.add()
    for _ in range(8):
        loop.pick()
    loop.add(2, why=Enqueue.WAKEUP)
    for _ in range(3):
        loop.pick()


@clause(
    "SCHED-PICK-3",
    after="case_picked_task_is_off_the_queue",
    mistake="a queue is keyed by something that two tasks can have in common (nice, time, weight), or forgets under some reason",
)
def case_no_task_is_lost(subject: SchedulerSubject) -> None:
    """Every enqueued task is picked, whatever it was enqueued for, however alike tasks are."""
    for why in REASONS:
        loop = subject.loop(40)
        loop.add(why=why)
        expect_equal(
            sorted(loop.drain()), list(range(1, 41)), f"who was picked of tasks 1 to 40 enqueued as {why.name}"
        )


@clause(
    "SCHED-PICK-4",
    after="case_no_task_is_lost",
    mistake="tasks of different nice values go to different queues, and one of these is never looked at",
)
def case_every_nice_value_is_served(subject: SchedulerSubject) -> None:
    """Tasks of every nice value from -20 to 19 are picked."""
    loop = subject.loop(40)
    for number, task in loop.tasks.items():
        task.renice(number - 21)
    loop.add()
    missing = sorted(set(loop.tasks) - set(loop.drain()))
    expect(not missing, f"tasks of nice {[loop.tasks[number].nice for number in missing]} were never picked")


@clause(
    "SCHED-PICK-5",
    after="case_no_task_is_lost",
    mistake="order by time alone: equal times need a second key (task.id, a counter), for two tasks can't be compared",
)
def case_time_may_stand_still(subject: SchedulerSubject) -> None:
    """All of it works while now_ns stays the same, as it does between two charges of the clock."""
    loop = subject.loop(12)
    loop.add()
    for _ in range(100):
        task = loop.pick()
        if task is None:
            raise Violation(f"pick_next returned None while {len(loop.queued)} tasks are queued")
        loop.add(task.id, why=Enqueue.YIELD)


# ---------------------------------------------------------------- leaving the queue
BASICS = "case_no_task_is_lost case_every_nice_value_is_served case_time_may_stand_still"


@clause("SCHED-DEQUEUE-1", after=BASICS, mistake="dequeue marks the task, and pick_next doesn't look at the mark")
def case_dequeued_task_is_not_picked(subject: SchedulerSubject) -> None:
    """A task that was dequeued, from the front, the middle or the end, isn't picked; all others are."""
    for gone in range(1, 6):
        loop = subject.loop(5)
        loop.add()
        loop.drop(gone)
        expect_equal(
            sorted(loop.drain()), [n for n in range(1, 6) if n != gone], f"who was picked after dequeue of {gone}"
        )


@clause(
    "SCHED-DEQUEUE-2",
    after="case_dequeued_task_is_not_picked",
    mistake="a mark that dequeue left on the task is still there when it is enqueued again",
)
def case_dequeued_task_can_come_back(subject: SchedulerSubject) -> None:
    """A task that was dequeued (stopped) and enqueued again (continued) is picked once."""
    loop = subject.loop(4)
    loop.add()
    for number in (1, 3, 4):
        loop.drop(number)
        loop.add(number, why=Enqueue.WAKEUP)
    expect_equal(sorted(loop.drain()), [1, 2, 3, 4], "who was picked")


@clause(
    "SCHED-DEQUEUE-3",
    after="case_dequeued_task_can_come_back",
    mistake="a count of queued tasks, or a bit for a level, isn't brought up to date by dequeue",
)
def case_queue_emptied_by_dequeue_is_empty(subject: SchedulerSubject) -> None:
    """After every task was dequeued pick_next returns None, and the scheduler works on."""
    loop = subject.loop(3)
    for _ in range(3):
        loop.add()
        for number in (2, 1, 3):
            loop.drop(number)
        expect(loop.pick() is None, "pick_next returned a task")
    loop.add()
    expect_equal(sorted(loop.drain()), [1, 2, 3], "who was picked when all came back")


# ---------------------------------------------------------------- time
@clause(
    "SCHED-SLICE-1",
    after=BASICS,
    mistake="a slice in ms or in seconds where ns are meant, or one that divides down to 0",
)
def case_slice_is_a_positive_number_of_ns(subject: SchedulerSubject) -> None:
    """slice_ns of a picked task is a whole number of ns, above 0, UNLIMITED at most."""
    for nice in (-20, -1, 0, 1, 19):
        for count in (1, 2, 200):
            loop = subject.loop(count, nice=nice)
            loop.add()
            task = loop.pick()
            answer = loop.scheduler.slice_ns(task)
            right = type(answer) is int and 0 < answer <= UNLIMITED
            expect(right, f"slice_ns is {answer!r} for a task of nice {nice} with {count - 1} others queued")


@clause(
    "SCHED-SLICE-2",
    needs="preemptive",
    after="case_slice_is_a_positive_number_of_ns",
    mistake="the record claims 'preemptive' for a scheduler whose slices are UNLIMITED and whose wakeup never says True",
)
def case_claimed_preemption_happens(subject: SchedulerSubject) -> None:
    """A scheduler that claims to preempt takes the CPU away: by a slice's end, or for a task that wakes up."""
    loop = subject.loop(40)
    for number, task in loop.tasks.items():
        task.renice(number - 21)
    loop.add()
    while (picked := loop.pick()) is not None:
        if loop.scheduler.slice_ns(picked) < UNLIMITED:
            return
    for waker in loop.tasks.values():
        for current in loop.tasks.values():
            if waker is not current:
                loop.add(waker.id, why=Enqueue.WAKEUP)
                if loop.scheduler.wakeup(waker, current, loop.now_ns):
                    return
                loop.drop(waker.id)
    raise Violation("every slice is UNLIMITED, and wakeup said False for every pair of nice values")


@clause(
    "SCHED-STARVE-1",
    after=BASICS,
    mistake="a task that gives the CPU back is put before those that wait already",
)
def case_no_runnable_task_starves(subject: SchedulerSubject) -> None:
    """Among tasks of equal nice value that use their slices up or yield, none waits for ever."""
    count, turns = 8, 400
    loop = subject.loop(count)
    loop.add()
    loop.busy(turns)
    never = [number for number in loop.tasks if number not in loop.picks]
    expect(not never, f"task {', '.join(map(str, never))} of {count} was never picked in {turns} turns")
    late = [number for number in loop.tasks if number not in loop.picks[turns // 2 :]]
    expect(
        not late, f"task {', '.join(map(str, late))} of {count} wasn't picked in the last {turns // 2} of {turns} turns"
    )


@clause(
    "SCHED-STARVE-2",
    after="case_no_runnable_task_starves",
    mistake="a newcomer is put before those that wait, so a stream of newcomers holds them up for ever",
)
def case_newcomers_do_not_starve_who_waits(subject: SchedulerSubject) -> None:
    """A task gets its turn though new tasks of its nice value arrive all the time."""
    loop = subject.loop(1)
    loop.add(1)
    for number in range(2, 300):
        loop.tasks[number] = FakeTask(number)
        loop.add(number)
        task = loop.pick()
        if task is not None and task.id == 1:
            return
        loop.now_ns += MS  # whoever was picked ran for a ms and ended
        if task is not None:
            task.runtime_ns += MS
    raise Violation("task 1 was queued first and wasn't picked while 298 newcomers came and went")


# ---------------------------------------------------------------- order
def _script(loop: RunLoop, steps: int, seed: int = 12345) -> None:
    """Drive a scheduler through a long, fixed sequence of everything that a kernel does."""
    running: dict[int, FakeTask] = {}
    for _ in range(steps):
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        what, draw = seed >> 16 & 7, seed >> 19
        idle = [number for number in loop.tasks if number not in loop.queued and number not in running]
        if what <= 2 and idle:
            number = idle[draw % len(idle)]
            loop.add(number, why=Enqueue.WAKEUP if loop.tasks[number].last_cpu >= 0 else Enqueue.NEW)
            for current in list(running.values())[:1]:
                if loop.scheduler.wakeup(loop.tasks[number], current, loop.now_ns):
                    del running[current.id]
                    loop.add(current.id, why=Enqueue.PREEMPTED)
        elif what <= 4 and not running:
            task = loop.pick()
            if task is not None:
                running[task.id] = task
            elif loop.queued:
                raise Violation(f"pick_next returned None while {len(loop.queued)} tasks are queued")
        elif what == 5 and running:
            task = next(iter(running.values()))
            del running[task.id]
            if draw % 3:
                loop.turn(task, longest_ns=1 + draw * 1000)
            else:  # it blocks
                loop.now_ns += draw
                task.runtime_ns += draw
        elif what == 6 and loop.queued:
            names = list(loop.queued)
            loop.drop(names[draw % len(names)])
        elif what == 7:
            task = loop.tasks[draw % len(loop.tasks) + 1]
            task.renice(draw % 40 - 20)
            loop.scheduler.set_priority(task, loop.now_ns)
    waiting = sorted(loop.queued)
    expect_equal(sorted(loop.drain()), waiting, "who was picked at the end of a long run")


@clause(
    "SCHED-ORDER-1",
    after=BASICS + " case_dequeued_task_can_come_back case_queue_emptied_by_dequeue_is_empty",
    mistake="tasks lie in a set, or are ordered by id() or hash(): both differ from run to run; break ties by task.id or a counter",
)
def case_the_same_calls_give_the_same_picks(subject: SchedulerSubject) -> None:
    """Two schedulers that are told the same give the same answers: the order doesn't depend on where objects lie in memory."""
    first, second = subject.loop(60, salt=1), subject.loop(60, salt=500_009)
    for loop in (first, second):
        loop.add()
        loop.busy(100)
    pairs = zip(first.picks, second.picks, strict=True)
    differ = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    if differ is not None:
        raise Violation(
            f"pick {differ + 1} was task {first.picks[differ]} in one and {second.picks[differ]} in the other"
        )


@clause(
    "SCHED-LONG-1",
    after="case_the_same_calls_give_the_same_picks case_set_priority_keeps_the_task_queued case_wakeup_only_answers",
    mistake="two operations that are right by themselves disagree about where a task is; SCHED-PICK and SCHED-DEQUEUE name the rules",
)
def case_long_run_of_everything_loses_nobody(subject: SchedulerSubject) -> None:
    """Through thousands of arrivals, picks, blocks, kills and changes of priority, every task is where it should be."""
    for seed in range(5):
        _script(subject.loop(30), 1500, 12345 + seed)


CASES = collect(globals())
