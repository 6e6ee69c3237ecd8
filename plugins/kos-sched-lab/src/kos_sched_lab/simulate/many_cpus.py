"""Any number of CPUs, which overlap in time, with or without caches that matter.

A CPU has a task, and a moment at which something happens to it there: its burst is over, its slice is, a tick is due, or it is
warm from now on. Moments that are overtaken (the task was preempted) are known by their number and passed over.
"""

from __future__ import annotations

from heapq import heappop, heappush

from kos_kernel.api import TICK_NS, Enqueue

from .cache import Cache
from .engine import NEVER, Engine
from .task import SimTask
from .trace import BLOCKED, EXPIRED, HORIZON, PREEMPTED, Event, Run, Trace


class Cpu:
    """One CPU. start_ns: since when its task runs; seen_ns: up to when that was charged; turn: numbers its moments."""

    __slots__ = ("cache", "holding", "last", "number", "seen_ns", "slice_left", "start_ns", "task", "turn", "warm_ns")

    def __init__(self, number: int, cache: Cache | None) -> None:
        self.number = number
        self.cache = cache
        self.task: SimTask | None = None
        self.last: SimTask | None = None
        self.holding = False  # its task sleeps and keeps it
        self.start_ns = self.seen_ns = self.slice_left = self.turn = self.warm_ns = 0


class ManyCpus(Engine):
    """See above."""

    def run(self, name: str) -> Trace:
        """Run the workload to its end or its horizon; return what happened."""
        self.begin(name)
        spec = self.workload.cache
        self.cpus = [Cpu(number, Cache(spec) if spec else None) for number in range(self.workload.cpus)]
        self.moments: list[tuple[int, int, int]] = []  # (time, cpu, turn)
        now_ns = 0
        while True:
            following_ns = min(self.moments[0][0] if self.moments else NEVER, self.due[0][0] if self.due else NEVER)
            if following_ns == NEVER:
                if self.queued:
                    raise self.stuck(now_ns)
                break
            if following_ns >= self.horizon_ns:
                now_ns = self.horizon_ns
                break
            now_ns = following_ns
            self.clock.ns = now_ns
            while self.moments and self.moments[0][0] == now_ns:
                _, number, turn = heappop(self.moments)
                if self.cpus[number].turn == turn:
                    self._happen(self.cpus[number], now_ns)
            while self.due and self.due[0][0] == now_ns:
                _, _, task, release = heappop(self.due)
                self._arrive(task, release, now_ns)
            for cpu in self.cpus:
                if cpu.task is None and self.queued:
                    self._pick(cpu, now_ns)
        for cpu in self.cpus:
            if cpu.task is not None:
                self._charge(cpu, now_ns)
                self._leave(cpu, now_ns, HORIZON)
        return self.finish(now_ns)

    # ---- what happens on a CPU
    def _happen(self, cpu: Cpu, now_ns: int) -> None:
        """The moment of a CPU has come."""
        task = cpu.task
        assert task is not None, "only a CPU with a task has moments"
        self._charge(cpu, now_ns)
        if task.left_ns <= 0:
            burst = task.spec.bursts[task.burst]
            why = self.burst_over(task, now_ns)
            if burst.holds and burst.sleep_ns and why == BLOCKED and task.burst:
                cpu.holding = True
                cpu.turn += 1
                return
            self._leave(cpu, now_ns, why)
        elif self.tick is not None and self.tick(task, now_ns):
            self._put_back(cpu, now_ns, PREEMPTED)
        elif cpu.slice_left <= 0:
            self._put_back(cpu, now_ns, EXPIRED)
        else:
            self._set_moment(cpu, now_ns)

    def _charge(self, cpu: Cpu, now_ns: int) -> None:
        """Charge the task of a CPU for the time since it was last looked at."""
        task = cpu.task
        assert task is not None
        ran = now_ns - cpu.seen_ns
        if ran <= 0 or cpu.holding:
            return
        cpu.seen_ns = now_ns
        task.runtime_ns += ran
        cpu.slice_left -= ran
        if cpu.cache is None:
            task.left_ns -= ran
        else:
            rate = cpu.cache.rate(task)
            task.left_ns -= ran * rate
            if rate > 1:
                cpu.warm_ns += ran
            cpu.cache.ran(task, ran)

    def _set_moment(self, cpu: Cpu, now_ns: int) -> None:
        """Work out when something happens next to the task of a CPU."""
        task = cpu.task
        assert task is not None
        step = task.left_ns
        if cpu.cache is not None:
            tick_ns = cpu.cache.spec.tick_ns
            step = -(-task.left_ns // (cpu.cache.rate(task) * tick_ns)) * tick_ns
            cold_ns = cpu.cache.cold_ns(task)
            if cold_ns:
                step = min(step, cold_ns)
        step = min(step, cpu.slice_left)
        if self.tick is not None:
            step = min(step, TICK_NS)
        cpu.turn += 1
        heappush(self.moments, (cpu.seen_ns + max(step, 0), cpu.number, cpu.turn))

    def _leave(self, cpu: Cpu, now_ns: int, why: str) -> None:
        task = cpu.task
        assert task is not None
        self.trace.runs.append(Run(cpu.start_ns, now_ns, cpu.number, task.id, why, cpu.warm_ns))
        cpu.task = None
        cpu.holding = False
        cpu.turn += 1

    def _put_back(self, cpu: Cpu, now_ns: int, why: str) -> None:
        task = cpu.task
        self._leave(cpu, now_ns, why)
        self.queued += 1
        self.driver.enqueue(task, now_ns, Enqueue.EXPIRED if why == EXPIRED else Enqueue.PREEMPTED)

    # ---- who comes
    def _arrive(self, task: SimTask, release: bool, now_ns: int) -> None:
        """Let a release or a wake-up happen, and preempt somebody for it if the driver says so."""
        holder = next((cpu for cpu in self.cpus if cpu.task is task and cpu.holding), None) if not release else None
        if holder is not None:  # it never left: it goes on where it is
            self.trace.events.append(Event(now_ns, "wake", task.id))
            self._leave(holder, now_ns, BLOCKED)
            self._run_on(holder, task, now_ns)
            return
        if not self.deliver(now_ns, task, release) or self.wakeup is None:
            return
        allowed = [cpu for cpu in self.cpus if task.affinity >> cpu.number & 1]
        if any(cpu.task is None for cpu in allowed):
            return
        for cpu in allowed:
            if not cpu.holding:
                self._charge(cpu, now_ns)
        yielding = [cpu for cpu in allowed if not cpu.holding and self.wakeup(task, cpu.task, now_ns)]
        if not yielding:
            return
        least = yielding[0]  # whom all the others would preempt
        for cpu in yielding[1:]:
            if self.wakeup(least.task, cpu.task, now_ns):
                least = cpu
        if least.task is not None and least.task.left_ns <= 0:
            return  # it is done at this very moment
        self._put_back(least, now_ns, PREEMPTED)

    def _pick(self, cpu: Cpu, now_ns: int) -> None:
        """Let an idle CPU ask the driver."""
        task: SimTask | None = self.driver.pick_next(cpu.number, now_ns)
        if task is None:
            return
        self.queued -= 1
        self.trace.decisions += 1
        if task.last_cpu not in (-1, cpu.number):
            self.trace.migrations += 1
            if self.migrate is not None:
                self.migrate(task, cpu.number, now_ns)
        self._run_on(cpu, task, now_ns)

    def _run_on(self, cpu: Cpu, task: SimTask, now_ns: int) -> None:
        """Put a task on a CPU."""
        task.last_cpu = cpu.number
        assert task.job is not None
        if task.job.first_ns is None:
            task.job.first_ns = now_ns
        begin_ns = now_ns
        if cpu.last is not task:
            if cpu.last is not None:
                self.trace.switches += 1
                begin_ns += self.workload.switch_ns
                self.trace.overhead_ns += self.workload.switch_ns
            cpu.last = task
        cpu.task = task
        cpu.start_ns = cpu.seen_ns = begin_ns
        cpu.warm_ns = 0
        cpu.slice_left = self.driver.slice_ns(task)
        if cpu.cache is not None:
            cpu.cache.enter(task)
        if self.figures is not None:
            self.trace.figures.append((now_ns, task.id, self.figures(task)))
        self._set_moment(cpu, now_ns)
