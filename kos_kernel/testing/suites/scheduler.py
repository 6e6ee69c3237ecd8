"""The contract of a scheduler: no task is lost or run twice, slices are right, runs repeat; then the same in a machine.

`RunLoop` is the kernel's side: it knows where each task is (asleep, queued, running), does only what the kernel does (dequeue
asks for queued tasks alone, time never goes back), and looks at what the scheduler answers.
"""

from __future__ import annotations

from typing import Any

from ...abi import SIGCONT, SIGKILL, SIGSTOP, WEXITSTATUS, WIFEXITED, WIFSIGNALED, WUNTRACED
from ...contracts.machine import DriverConfig, MachineConfig
from ...contracts.scheduler import UNLIMITED, Enqueue, Scheduler
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, shown
from ..fakes import FakeTask, StillKernel
from .common import COMMON, MadeSubject

MS = 1_000_000
REASONS = tuple(Enqueue)


class SchedulerSubject(MadeSubject):
    """A scheduler on its own, made at first use."""

    face = Scheduler

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine that schedules with it."""
        return base._replace(scheduler=DriverConfig(self.record.name, self.options, self.grants))

    def loop(self, count: int, *, salt: int = 1, nice: int = 0) -> RunLoop:
        """Return a run loop with a fresh scheduler and `count` tasks that sleep."""
        return RunLoop(self.make(), [FakeTask(number, nice, salt) for number in range(1, count + 1)])


class RunLoop:
    """See above. tasks: by id. queued: those that the scheduler has. picks: the ids that it gave, in order."""

    def __init__(self, scheduler: Any, tasks: list[FakeTask]) -> None:
        self.scheduler = scheduler
        self.tasks = {task.id: task for task in tasks}
        self.queued: dict[int, FakeTask] = {}
        self.picks: list[int] = []
        self.now_ns = 0

    def add(self, *numbers: int, why: Enqueue = Enqueue.NEW) -> None:
        """Make sleeping or running tasks runnable."""
        for number in numbers or self.tasks:
            task = self.tasks[number]
            self.queued[number] = task
            self.scheduler.enqueue(task, self.now_ns, why)

    def drop(self, number: int) -> None:
        """Stop or kill a queued task."""
        task = self.queued.pop(number)
        self.scheduler.dequeue(task, self.now_ns)

    def pick(self, cpu: int = 0) -> FakeTask | None:
        """Return whom the scheduler runs next; Violation if that isn't somebody who is queued."""
        task = self.scheduler.pick_next(cpu, self.now_ns)
        if task is None:
            return None
        if not isinstance(task, FakeTask) or self.tasks.get(task.id) is not task:
            raise Violation(f"pick_next returned {shown(task)}, which is no task that it was given")
        if task.id not in self.queued:
            raise Violation(f"pick_next returned {task}, which isn't queued")
        del self.queued[task.id]
        task.last_cpu = cpu
        self.picks.append(task.id)
        return task

    def drain(self) -> list[int]:
        """Return the ids of all that are queued, in the order in which they are picked, until the scheduler has none."""
        found = []
        while (task := self.pick()) is not None:
            found.append(task.id)
        return found

    def turn(self, task: FakeTask, longest_ns: int = 10 * MS) -> Enqueue:
        """Let a picked task run for its slice, or for `longest_ns` and then yield; queue it again. Returns why."""
        slice_ns = self.scheduler.slice_ns(task)
        spent = min(slice_ns, longest_ns)
        self.now_ns += spent
        task.runtime_ns += spent
        why = Enqueue.EXPIRED if slice_ns <= longest_ns else Enqueue.YIELD
        if why is Enqueue.EXPIRED:
            self.scheduler.tick(task, self.now_ns)
        self.add(task.id, why=why)
        return why

    def busy(self, turns: int) -> None:
        """Let tasks that never sleep run, one turn after the other."""
        for _ in range(turns):
            task = self.pick()
            if task is None:
                raise Violation(f"pick_next returned None while {len(self.queued)} tasks are queued")
            self.turn(task)


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
    while (task := loop.pick()) is not None:
        if loop.scheduler.slice_ns(task) < UNLIMITED:
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
    mistake="migrate dequeues the task and leaves it so, or enqueues it a second time",
)
def case_migrated_task_stays_queued(subject: SchedulerSubject) -> None:
    """migrate of a queued task neither loses nor adds one."""
    loop = subject.loop(4)
    loop.add()
    for number, cpu in ((2, 1), (3, 2), (2, 0)):
        loop.scheduler.migrate(loop.tasks[number], cpu, loop.now_ns)
    found = sorted(task.id for cpu in (0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2) if (task := loop.pick(cpu)) is not None)
    expect_equal(found, [1, 2, 3, 4], "who was picked by CPUs 0 to 2")


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


# ---------------------------------------------------------------- in a machine
SOUND = BASICS + (
    " case_dequeued_task_is_not_picked case_dequeued_task_can_come_back case_queue_emptied_by_dequeue_is_empty"
    " case_slice_is_a_positive_number_of_ns case_wakeup_knows_fresh_tasks case_wakeup_only_answers"
    " case_set_priority_keeps_the_task_queued case_every_cpu_can_be_served case_only_sched_is_written"
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
        _, status = k.wait(rests, WUNTRACED)
        k.kill(rests, SIGCONT)
        finished = k.read_all(told)
        statuses = {pid: k.wait(pid)[1] for pid in (victim, rests, lives)}
        expect(WIFSIGNALED(statuses[victim]), f"the killed process ended with wait status {statuses[victim]:#x}")
        expect_equal(sorted(finished), [2, 3], "which workers finished")

    subject.run(subject.machine(), main)


@clause("SCHED-MACHINE-4", after="case_machine_runs_all_its_processes", mistake="the number of CPUs is taken for one")
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


CASES = (*COMMON, *collect(globals()))
SUBJECT = SchedulerSubject
