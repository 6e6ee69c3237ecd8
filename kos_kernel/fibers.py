"""Fibers: who runs, who waits, and the switch between them.

A task is one thread of execution: a greenlet with an account. Programs call `k.read()` like any function; when that must wait,
the task's fiber hands the host's thread straight to the next task's fiber, chosen by the scheduler driver. Only when nobody
can run does control return to the hub (world.py), which waits for the host or moves virtual time to the next timer.

    program ─► k.read() ─► PipeReader.read ─► WaitQueue.wait ─► Dispatcher.sleep ─► next_task() ─► greenlet.switch
                                                                                        │
                                              hub ◄── nobody can run ───────────────────┘

CPU time is charged: each system call and tick adds its price to `task.runtime_ns`. One comparison, `runtime_ns >= until`,
stands for every reason to look up: slice used, signal pending, limit reached, timer due, host waiting. Whoever wants a
task's attention sets `until = 0`; the task then calls `attend()` on its own fiber.

Rules: a task is RUNNING (dispatched), RUNNABLE (the scheduler driver has it), SLEEPING (in wait queues), STOPPED or DEAD,
never two of them. Nothing here may be called from another thread. No C frame may stand between a fiber and its switch.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from greenlet import GreenletExit, getcurrent, greenlet

from .clock import AnyClock
from .contracts.scheduler import ANY_CPU, NO_DEMAND, Demand, Enqueue, Scheduler
from .contracts.scheduler import TICK_NS as SCHED_TICK_NS
from .errors import Interrupted
from .loadavg import Load

if TYPE_CHECKING:
    from .process import Process

NEW, RUNNABLE, RUNNING, SLEEPING, STOPPED, DEAD = "new", "runnable", "running", "sleeping", "stopped", "dead"
_WAKEUP, _YIELD = Enqueue.WAKEUP, Enqueue.YIELD  # looking a member up in its enum is a slow call on Python 3.11
NORMAL, TIMEOUT, SIGNAL = 0, 1, 2  # why a sleeper woke

SYSCALL_NS = 500  # the price of a system call
TICK_NS = 100  # the price of one unit of an interpreter's work
WALL_CHECK_NS = 500_000  # charged time between two looks at the host, under the wall clock
SKEW_NS = 50_000  # how far one virtual CPU may run ahead of another

# Linux's sched_prio_to_weight: each nice level is a factor of about 1.25. Source: kernel/sched/core.c of Linux 6.1.
NICE_WEIGHTS = (
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
    1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
)  # fmt: skip


class ProcessExit(BaseException):
    """Unwinds a program that ends. A BaseException so that `except Exception` in a program can't stop it."""


class Task:
    """A schedulable thread of execution. Scheduler drivers see what `Task` of contracts/scheduler.py has."""

    sched: Any = None
    last_cpu = -1
    affinity = ANY_CPU
    demand: Demand = NO_DEMAND
    release_ns = -1
    burst_end_ns = -1
    reason = NORMAL
    preempt = False
    slice_left = 0  # of its slice, for drivers with `tick`
    wait_ns = 0  # how long it has been runnable without a CPU
    voluntary = 0
    involuntary = 0
    greenlet: greenlet | None = None

    def __init__(self, id: int, process: Process, entry: Callable[[], None], nice: int = 0) -> None:
        self.id = id
        self.nice = nice
        self.weight = NICE_WEIGHTS[nice + 20]
        self.runtime_ns = 0
        self.base_ns = 0  # machine time = base_ns + runtime_ns while it runs
        self.until = 0  # runtime at which it must attend(); 0 = now
        self.slice_end = 0
        self.process = process
        self.entry = entry
        self.state = NEW
        self.ready_ns = 0


class Timer:
    """A callback at a time. Cancelled ones stay in the heap until they come up."""

    __slots__ = ("callback", "deadline_ns")

    def __init__(self, deadline_ns: int, callback: Callable[[], None]) -> None:
        self.deadline_ns = deadline_ns
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Make it never fire."""
        self.callback = None


class WaitQueue:
    """Where tasks sleep until something happens. Wake after the condition became true; sleepers look again."""

    __slots__ = ("dispatcher", "sleepers")

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.sleepers: dict[Task, None] = {}

    def wake_all(self) -> None:
        """Make every sleeper runnable, in the order in which they went to sleep."""
        sleepers = self.sleepers
        if sleepers:
            self.sleepers = {}
            make_runnable = self.dispatcher.make_runnable
            for task in sleepers:
                if task.state is SLEEPING:
                    task.reason = NORMAL
                    make_runnable(task, _WAKEUP)

    def wake_one(self) -> None:
        """Make the one that waits longest runnable."""
        for task in self.sleepers:
            del self.sleepers[task]
            self.dispatcher.wake(task)
            return

    def wait(self, deadline_ns: int | None = None) -> bool:
        """Sleep until woken; False if `deadline_ns` (machine time) came first. See Dispatcher.sleep, of which this is the
        usual case, written out: one queue, no deadline.
        """
        dispatcher = self.dispatcher
        if deadline_ns is not None:
            return dispatcher.sleep((self,), deadline_ns)
        task = dispatcher.current
        assert task is not None, "sleep outside a fiber"
        process = task.process
        signals = process.signals
        if signals.pending & ~signals.blocked or process.dying:
            if process.attend():
                raise Interrupted()
            return True
        task.state = SLEEPING
        self.sleepers[task] = None
        task.voluntary += 1
        dispatcher.switch_away(task)
        if task.reason:
            task.reason = NORMAL
            self.sleepers.pop(task, None)
            if process.attend():
                raise Interrupted()
        return True


class FiberPool:
    """Recycled greenlets. A new one costs 10-20 µs, a used one about 1.

    The greenlets of a pool belong to the thread that made it. `hub` is the greenlet that drives the world right now. A greenlet
    inherits what is left of Python's recursion limit from where it is first switched to, so that is always the hub: `errand` is
    what a fiber asks it to begin.
    """

    __slots__ = ("errand", "free", "handed", "hub", "limit")

    def __init__(self, limit: int = 256) -> None:
        self.free: list[greenlet] = []
        self.hub: greenlet = getcurrent()
        self.errand: Callable[[], None] | None = None
        self.handed: Task | None = None  # what the fiber that is switched to begins
        self.limit = limit

    def start(self, task: Task) -> greenlet:
        """Return a greenlet for a task that hasn't run; `switch(task)` begins it."""
        fiber = self.free.pop() if self.free else greenlet(self._main, self.hub)
        fiber.gr_context = Context()  # a program must not see the settings of the one before it
        task.greenlet = fiber
        self.handed = task
        return fiber

    def _main(self, _: Any = None) -> None:
        """Run tasks for ever, one after the other. Leaves by switching, never by returning, until it is collected.

        A task is handed over beside the switch, not as its argument: an idle fiber's frame would hold that, and with it a
        machine that everybody else has dropped.
        """
        me = getcurrent()
        while True:
            task, self.handed = self.handed, None
            assert task is not None
            try:
                task.entry()
            except GreenletExit:
                return
            dispatcher = task.process.kernel.dispatcher
            task.state = DEAD
            if task.last_cpu >= 0:
                ended = dispatcher.ended
                ended[task.last_cpu] = (
                    ended[task.last_cpu][0] + task.wait_ns,
                    ended[task.last_cpu][1] + task.voluntary + task.involuntary + 1,
                )
            task.greenlet = None
            task.entry = _nothing  # drop what the entry held
            self.free.append(me)
            following = dispatcher.next_task()
            if following is None:
                target = self.hub
            else:  # `me` is free, so it can begin one that is new
                target = following.greenlet or self.start(following)
            del task, dispatcher, following
            if target is not me:
                target.switch()
            del target

    def trim(self) -> None:
        """Let idle greenlets beyond the limit go; the hub calls it now and then."""
        del self.free[self.limit :]

    def close(self) -> None:
        """Let the idle greenlets go."""
        self.free.clear()


def _nothing() -> None:
    return None


class Dispatcher:
    """The CPU of a machine: current task, timers, the scheduler driver. One virtual CPU; see MultiDispatcher for more."""

    __slots__ = (
        "capabilities", "clock", "crowded", "current", "ended", "enqueue", "idle_ns", "load", "make_scheduler", "migrate",
        "next_deadline", "on_switch", "pick", "pool", "queued",
        "scheduler", "sequence", "slice_ns", "stop", "switches", "tick", "timers", "wakeup",
    )  # fmt: skip

    cpus = 1

    def __init__(self, clock: AnyClock, pool: FiberPool, scheduler: Scheduler, count: int = 1) -> None:
        self.clock = clock
        self.pool = pool
        self.scheduler = scheduler
        self.make_scheduler: Callable[..., Scheduler] = type(scheduler)  # how a fork gets one of its own
        self.capabilities: frozenset[str] = frozenset()  # of the driver's record
        scheduler.start(count)
        self.pick = scheduler.pick_next
        self.enqueue = scheduler.enqueue
        self.wakeup = None if type(scheduler).wakeup is Scheduler.wakeup else scheduler.wakeup
        self.migrate = None if type(scheduler).migrate is Scheduler.migrate else scheduler.migrate
        self.tick = None if type(scheduler).tick is Scheduler.tick else scheduler.tick
        self.slice_ns: Callable[[Any], int] = scheduler.slice_ns if self.tick is None else self._first_tick_ns
        self.current: Task | None = None
        self.queued = 0
        self.timers: list[tuple[int, int, Timer]] = []
        self.sequence = 0
        self.load = Load()
        self.next_deadline = self.load.due_ns  # of the earliest timer, or when the load is looked at
        self.stop = False  # the hub wants control at the next switch
        self.crowded = False  # other machines share the hub: return to it between tasks
        self.on_switch: Callable[[int, int, int, int], None] | None = None
        self.switches = 0
        self.ended = [
            (0, 0)
        ] * count  # by CPU: what tasks that have ended waited in all, and how often they were given it
        self.idle_ns = 0

    # ---------------------------------------------------------------- sleeping and waking
    def sleep(self, queues: tuple[WaitQueue, ...], deadline_ns: int | None = None) -> bool:
        """Put the running task to sleep until a queue is woken; False if the deadline (machine time) came first.

        May return True without reason (after a stop): callers look at their condition again in a loop.
        Raises Interrupted after a signal's handler ran, ProcessExit if the process must end.
        """
        task = self.current
        assert task is not None, "sleep outside a fiber"
        process = task.process
        signals = process.signals
        if signals.pending & ~signals.blocked or process.dying:
            if process.attend():
                raise Interrupted()
            return True
        timer = None
        if deadline_ns is not None:
            if deadline_ns <= self.clock.now_ns():
                return False
            timer = self.at(deadline_ns, lambda: self.wake(task, TIMEOUT))
        task.state = SLEEPING
        for queue in queues:
            queue.sleepers[task] = None
        task.voluntary += 1
        self.switch_away(task)
        reason = task.reason
        task.reason = NORMAL
        if reason or len(queues) > 1:
            for queue in queues:
                queue.sleepers.pop(task, None)
        if timer is not None:
            timer.callback = None
        if reason == SIGNAL:
            if process.attend():
                raise Interrupted()
            return True
        return reason == NORMAL

    def wake(self, task: Task, reason: int = NORMAL) -> None:
        """Make a sleeping task runnable; nothing happens to one that doesn't sleep."""
        if task.state is not SLEEPING:
            return
        task.reason = reason
        self.make_runnable(task, _WAKEUP)

    def make_runnable(self, task: Task, why: Enqueue) -> None:
        """Hand a task to the scheduler driver, and ask it whether the running one must make room."""
        now_ns = self.clock.now_ns()
        task.state = RUNNABLE
        task.ready_ns = now_ns
        self.queued += 1
        self.enqueue(task, now_ns, why)
        current = self.current
        if self.wakeup is not None and current is not None and self.wakeup(task, current, now_ns):
            current.preempt = True
            current.until = 0

    def yield_now(self, why: Enqueue = _YIELD) -> None:
        """Let others run; the running task is queued again."""
        task = self.current
        assert task is not None, "yield outside a fiber"
        task.preempt = False
        if why is not _YIELD:
            task.involuntary += 1
        task.state = RUNNABLE
        self.queued += 1
        task.ready_ns = now_ns = self.clock.now_ns()
        self.enqueue(task, now_ns, why)
        self.switch_away(task)

    def park(self, task: Task, state: str) -> None:
        """Take the running task off the CPU until `unpark`: for stops."""
        task.state = state
        self.switch_away(task)

    def unpark(self, task: Task) -> None:
        """Make a parked task runnable."""
        self.make_runnable(task, _WAKEUP)

    def renice(self, task: Task, nice: int, weight: int) -> None:
        """Change a task's nice level and tell the scheduler driver."""
        task.nice, task.weight = nice, weight
        self.scheduler.set_priority(task, self.clock.now_ns())

    def set_demand(self, task: Task, demand: Demand) -> None:
        """Change what a task has asked for and tell the scheduler driver."""
        task.demand = demand
        self.scheduler.set_priority(task, self.clock.now_ns())

    def bind(self, task: Task, affinity: int) -> None:
        """Change the CPUs that a task may run on. A queued one is queued anew, for drivers with a queue for each CPU."""
        if task.state is not RUNNABLE:
            task.affinity = affinity
            return
        now_ns = self.clock.now_ns()
        self.scheduler.dequeue(task, now_ns)
        task.affinity = affinity
        self.enqueue(task, now_ns, Enqueue.PREEMPTED)

    def told_of_runnable(self, listener: Callable[[int, Task, Enqueue], None]) -> None:
        """Have `listener(now_ns, task, why)` called whenever a task is handed to the scheduler driver. Costs nothing before."""
        enqueue = self.enqueue

        def told(task: Any, now_ns: int, why: Enqueue) -> None:
            enqueue(task, now_ns, why)
            listener(now_ns, task, why)

        self.enqueue = told

    def remove(self, task: Task) -> None:
        """Take a task that is not running out of whatever it is in, for good."""
        if task.state is RUNNABLE:
            self.scheduler.dequeue(task, self.clock.now_ns())
            self.queued -= 1
        task.state = DEAD

    # ---------------------------------------------------------------- switching
    def switch_away(self, task: Task) -> None:
        """Give the thread to the next task, or to the hub; return when `task` is dispatched again."""
        following = self.next_task()
        if following is task:
            return
        if following is None:
            self.pool.hub.switch()
            return
        fiber = following.greenlet
        if fiber is None:
            pool = self.pool
            fiber = pool.start(following) if pool.free else pool.hub
        fiber.switch()

    def next_task(self) -> Task | None:
        """Return the task to run next, dispatched; None if the hub must look: nobody can run, or it asked for control.

        `dispatch` and `set_until` are written out: nothing is called more often.
        """
        clock = self.clock
        now_ns = clock.now_ns()
        previous = self.current
        deadline_ns = self.next_deadline
        if (deadline_ns and deadline_ns <= now_ns) or self.stop or self.crowded:
            self._leave_cpu(now_ns)
            previous = None
            if deadline_ns and deadline_ns <= now_ns:
                self.run_timers(now_ns)
                deadline_ns = self.next_deadline
            if self.stop or self.crowded:
                return None
        task: Task | None = self.pick(0, now_ns)  # type: ignore[assignment]
        if task is None:
            self._leave_cpu(now_ns)
            return None
        self.queued -= 1
        runtime_ns = task.runtime_ns
        task.state = RUNNING
        task.last_cpu = 0
        task.wait_ns += now_ns - task.ready_ns
        task.base_ns = base_ns = now_ns - runtime_ns
        task.slice_end = until = runtime_ns + self.slice_ns(task)
        clock.task = self.current = task
        self.switches += 1
        process = task.process
        signals = process.signals
        if task.preempt or process.dying or signals.pending & ~signals.blocked:
            task.until = 0
        else:
            if not clock.virtual:
                if runtime_ns + WALL_CHECK_NS < until:
                    until = runtime_ns + WALL_CHECK_NS
            elif deadline_ns and deadline_ns - base_ns < until:
                until = deadline_ns - base_ns
            cpu_limit_ns = process.cpu_limit_ns
            if cpu_limit_ns and cpu_limit_ns < until:
                until = cpu_limit_ns
            task.until = until
        if self.on_switch is not None:
            self.on_switch(now_ns, 0, previous.id if previous is not None else 0, task.id)
        return task

    def _leave_cpu(self, now_ns: int) -> None:
        """Nobody runs from now on."""
        if self.on_switch is not None and self.current is not None:
            self.on_switch(now_ns, 0, self.current.id, 0)
        self.current = None
        clock = self.clock
        clock.idle.base_ns = now_ns
        clock.task = clock.idle

    def pick_in_hub(self) -> Task | None:
        """As next_task, for the hub itself when several machines share it."""
        crowded, self.crowded = self.crowded, False
        task = self.next_task()
        self.crowded = crowded
        return task

    def dispatch(self, task: Task, cpu: int, now_ns: int) -> None:
        """Put a picked task on a CPU: its slice begins."""
        runtime_ns = task.runtime_ns
        task.state = RUNNING
        task.last_cpu = cpu
        task.wait_ns += max(0, now_ns - task.ready_ns)
        task.base_ns = now_ns - runtime_ns
        task.slice_end = runtime_ns + self.slice_ns(task)
        self.clock.task = task
        self.current = task
        self.switches += 1
        self.set_until(task)

    def set_until(self, task: Task) -> None:
        """Work out when the running task must look up next."""
        process = task.process
        signals = process.signals
        if task.preempt or process.dying or signals.pending & ~signals.blocked:
            task.until = 0
            return
        until = task.slice_end
        if self.clock.virtual:
            if self.next_deadline:
                until = min(until, self.next_deadline - task.base_ns)
        else:
            until = min(until, task.runtime_ns + WALL_CHECK_NS)
        if process.cpu_limit_ns and process.cpu_limit_ns < until:
            until = process.cpu_limit_ns
        task.until = until

    def attend(self) -> None:
        """Do what the running task was asked to look up for. Called by system calls and ticks when until is reached."""
        task = self.current
        assert task is not None, "attend outside a fiber"
        process = task.process
        now_ns = self.clock.now_ns()
        if self.next_deadline and self.next_deadline <= now_ns:
            self.run_timers(now_ns)
        if process.dying or process.signals.pending & ~process.signals.blocked:
            process.attend()
        if process.cpu_limit_ns and task.runtime_ns >= process.cpu_limit_ns:
            process.cpu_limit_reached()
        if task.preempt:
            self.yield_now(Enqueue.PREEMPTED)
        elif task.runtime_ns >= task.slice_end:
            if self.tick is not None and self._tick(task, now_ns):
                pass
            elif self.queued or self.stop or self.crowded:
                self.yield_now(Enqueue.EXPIRED)
            else:
                task.slice_end = task.runtime_ns + self.slice_ns(task)
        elif self.stop:
            self.pool.hub.switch()  # still dispatched: the hub comes back to it
        self.set_until(task)

    # ---------------------------------------------------------------- ticks, for drivers that want them
    def _first_tick_ns(self, task: Task) -> int:
        """Return how long a task may run until its first tick: with `tick`, a slice is run in pieces of one tick."""
        task.slice_left = left = self.scheduler.slice_ns(task)
        return min(left, SCHED_TICK_NS)

    def _tick(self, task: Task, now_ns: int) -> bool:
        """Tell the driver that a piece of the slice is used up; False if that was the last one and the task may go on."""
        if self.tick(task, now_ns):  # type: ignore[misc]
            self.yield_now(Enqueue.PREEMPTED)
            return True
        task.slice_left -= SCHED_TICK_NS
        if task.slice_left <= 0:
            return False
        task.slice_end = task.runtime_ns + min(task.slice_left, SCHED_TICK_NS)
        return True

    # ---------------------------------------------------------------- timers
    def at(self, deadline_ns: int, callback: Callable[[], None]) -> Timer:
        """Call back at a machine time (or at once after it), between programs. The callback must not block."""
        timer = Timer(deadline_ns, callback)
        self.sequence += 1
        heappush(self.timers, (deadline_ns, self.sequence, timer))
        if not self.next_deadline or deadline_ns < self.next_deadline:
            self.next_deadline = deadline_ns
            if self.current is not None:
                self.set_until(self.current)
        return timer

    def run_timers(self, now_ns: int) -> None:
        """Fire all that are due, earliest first; ties in the order in which they were set."""
        timers = self.timers
        while timers and (timers[0][0] <= now_ns or timers[0][2].callback is None):
            callback = heappop(timers)[2].callback
            if callback is not None:
                callback()
        if self.load.due_ns <= now_ns:
            self.load = self.load.sampled(self.active(), now_ns)
        self._set_next_deadline()

    def advance_to(self, deadline_ns: int) -> None:
        """Move virtual time while nobody runs."""
        idle = self.clock.idle
        self.load = self.load.slept_until(deadline_ns - 1)
        if deadline_ns > idle.base_ns:
            self.idle_ns += deadline_ns - idle.base_ns
            idle.base_ns = deadline_ns

    def next_timer(self) -> int | None:
        """Return when the earliest live timer is due, or None."""
        timers = self.timers
        while timers and timers[0][2].callback is None:
            heappop(timers)
        self._set_next_deadline()
        return timers[0][0] if timers else None

    def _set_next_deadline(self) -> None:
        due_ns, timers = self.load.due_ns, self.timers
        self.next_deadline = timers[0][0] if timers and timers[0][0] < due_ns else due_ns

    def active(self) -> int:
        """Return how many tasks run or want to."""
        return self.queued + (self.current is not None)


class Cpu:
    """One virtual CPU: its own time, who is on it, and whom observers were told of last."""

    __slots__ = ("busy_ns", "id", "local_ns", "shown", "task")

    def __init__(self, id: int) -> None:
        self.id = id
        self.local_ns = 0
        self.busy_ns = 0
        self.task: Task | None = None
        self.shown = 0


class MultiDispatcher(Dispatcher):
    """Several virtual CPUs on one thread. The CPU with the smallest local time runs next, so that they overlap.

    A task runs until it blocks, its slice ends, or its CPU is SKEW_NS ahead of the slowest busy one; in the last case it
    stays on its CPU and goes on when the others have caught up.
    """

    __slots__ = ("cpu", "cpu_list")

    def __init__(self, clock: AnyClock, pool: FiberPool, scheduler: Scheduler, count: int) -> None:
        super().__init__(clock, pool, scheduler, count)
        self.cpu_list = [Cpu(number) for number in range(count)]
        self.cpu: Cpu | None = None

    @property
    def cpus(self) -> int:  # type: ignore[override]
        return len(self.cpu_list)

    def next_task(self) -> Task | None:
        self._leave()
        clock = self.clock
        while True:
            if self.queued:
                self._fill()
            if self.on_switch is not None:
                self._show_idle(self.on_switch)
            busy = min((cpu for cpu in self.cpu_list if cpu.task is not None), key=_local_time, default=None)
            if not clock.virtual:
                now_ns = clock.now_ns()
            else:
                now_ns = busy.local_ns if busy else clock.idle.base_ns
            if self.next_deadline and self.next_deadline <= now_ns:
                if clock.virtual:
                    clock.idle.base_ns = self.next_deadline
                self.run_timers(min(now_ns, self.next_deadline) if clock.virtual else now_ns)
                continue
            break
        if busy is None:
            clock.idle.base_ns = max(cpu.local_ns for cpu in self.cpu_list)
            return None
        clock.idle.base_ns = busy.local_ns
        if self.stop or self.crowded:
            return None
        task = busy.task
        assert task is not None
        self.cpu = busy
        if task.state is RUNNING:  # it goes on where it was
            task.base_ns = busy.local_ns - task.runtime_ns
            clock.task = task
            self.current = task
            self.set_until(task)
        else:
            self.dispatch(task, busy.id, busy.local_ns)
            if self.on_switch is not None:
                self.on_switch(busy.local_ns, busy.id, busy.shown, task.id)
                busy.shown = task.id
        return task

    def _show_idle(self, on_switch: Callable[[int, int, int, int], None]) -> None:
        """Tell of the CPUs that have nobody any more."""
        for cpu in self.cpu_list:
            if cpu.task is None and cpu.shown:
                on_switch(cpu.local_ns, cpu.id, cpu.shown, 0)
                cpu.shown = 0

    def _leave(self) -> None:
        """Write down the local time of the CPU that was running, and free it unless its task only made way."""
        cpu, task = self.cpu, self.current
        if cpu is not None and task is not None:
            now_ns = task.base_ns + task.runtime_ns
            cpu.busy_ns += max(0, now_ns - cpu.local_ns)
            cpu.local_ns = now_ns
            if task.state is not RUNNING:
                cpu.task = None
        self.current = None
        self.clock.task = self.clock.idle
        self.cpu = None

    def _fill(self) -> None:
        """Let idle CPUs pick, the one that is furthest behind first."""
        for cpu in sorted((cpu for cpu in self.cpu_list if cpu.task is None), key=_local_time):
            if not self.queued:
                break
            task: Task | None = self.pick(cpu.id, max(cpu.local_ns, self.clock.idle.base_ns))  # type: ignore[assignment]
            if task is None:
                continue
            self.queued -= 1
            if self.migrate is not None and task.last_cpu not in (cpu.id, -1):
                self.migrate(task, cpu.id, max(cpu.local_ns, self.clock.idle.base_ns))
            if self.clock.virtual and task.ready_ns > cpu.local_ns:
                self.idle_ns += task.ready_ns - cpu.local_ns
                cpu.local_ns = task.ready_ns
            cpu.task = task

    def active(self) -> int:
        return self.queued + sum(cpu.task is not None for cpu in self.cpu_list)

    def set_until(self, task: Task) -> None:
        super().set_until(task)
        others = [cpu.local_ns for cpu in self.cpu_list if cpu.task is not None and cpu.task is not task]
        if others and task.until:
            task.until = min(task.until, max(task.runtime_ns + 1, min(others) + SKEW_NS - task.base_ns))
        elif self.queued and task.until:
            task.until = min(task.until, task.runtime_ns + 1)  # an idle CPU could take what is queued

    def attend(self) -> None:
        task = self.current
        assert task is not None
        ahead = task.base_ns + task.runtime_ns
        if (
            not task.preempt
            and (task.runtime_ns < task.slice_end or not self.queued)  # at its end it makes way for who is queued
            and any(
                (cpu.task is None and self.queued) or (cpu.task is not None and cpu.local_ns + SKEW_NS <= ahead)
                for cpu in self.cpu_list
                if cpu is not self.cpu
            )
        ):
            self.switch_away(task)  # still RUNNING: it keeps its CPU
        super().attend()

    def make_runnable(self, task: Task, why: Enqueue) -> None:
        """As for one CPU; without an idle one, the task that all others would be preferred to makes room."""
        wakeup, self.wakeup = self.wakeup, None
        super().make_runnable(task, why)
        self.wakeup = wakeup
        allowed = [cpu.task for cpu in self.cpu_list if task.affinity >> cpu.id & 1]
        busy = [running for running in allowed if running is not None]
        if len(busy) < len(allowed):
            if self.current is not None:
                self.current.until = 0  # let the idle CPU start on it
        elif wakeup is not None:
            now_ns = self.clock.now_ns()
            least: Task | None = None
            for running in busy:
                if wakeup(task, running, now_ns) and (least is None or wakeup(least, running, now_ns)):
                    least = running
            if least is not None:
                least.preempt = True
                least.until = 0

    def bind(self, task: Task, affinity: int) -> None:
        """As for one CPU; a task on a CPU that it may not have any more leaves it."""
        cpu = next((cpu for cpu in self.cpu_list if cpu.task is task), None)
        if cpu is None:
            super().bind(task, affinity)
            return
        task.affinity = affinity
        if affinity >> cpu.id & 1:
            return
        if task.state is RUNNING:
            task.preempt = True
            task.until = 0
        else:  # picked and not begun: it goes back
            cpu.task = None
            self.queued += 1
            self.enqueue(task, self.clock.now_ns(), Enqueue.PREEMPTED)

    def remove(self, task: Task) -> None:
        for cpu in self.cpu_list:
            if cpu.task is task and self.current is not task:
                cpu.task = None
                if task.state is RUNNABLE:  # picked, so the driver no longer has it
                    task.state = DEAD
        super().remove(task)


def _local_time(cpu: Cpu) -> tuple[int, int]:
    return cpu.local_ns, cpu.id
