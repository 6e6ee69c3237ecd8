"""One CPU without a cache model: the usual case, written for speed. ManyCpus does the same for any number."""

from __future__ import annotations

from heapq import heappop

from kos_kernel.api import TICK_NS, Enqueue

from .engine import NEVER, Engine
from .trace import EXPIRED, HORIZON, PREEMPTED, Run, Trace

_EXPIRED, _PREEMPTED = Enqueue.EXPIRED, Enqueue.PREEMPTED


class OneCpu(Engine):
    """See above. The loop below is the dispatcher: pick, run until something happens, put back."""

    def run(self, name: str) -> Trace:
        """Run the workload to its end or its horizon; return what happened."""
        trace = self.begin(name)
        due, runs, clock = self.due, trace.runs, self.clock
        pick, slice_of, enqueue = self.driver.pick_next, self.driver.slice_ns, self.driver.enqueue
        tick, figures, horizon_ns, switch_ns = self.tick, self.figures, self.horizon_ns, self.workload.switch_ns
        now_ns = decisions = switches = 0
        last = None
        while now_ns < horizon_ns:
            while due and due[0][0] <= now_ns:
                _, _, woken, release = heappop(due)
                self.deliver(now_ns, woken, release)
            clock.ns = now_ns
            task = pick(0, now_ns)
            if task is None:
                if not due:
                    if self.queued:
                        raise self.stuck(now_ns)
                    break
                now_ns = min(due[0][0], horizon_ns)
                continue
            decisions += 1
            self.queued -= 1
            task.last_cpu = 0
            job = task.job
            if job.first_ns is None:
                job.first_ns = now_ns
            if task is not last:
                if last is not None:
                    switches += 1
                    if switch_ns:
                        now_ns += switch_ns
                        trace.overhead_ns += switch_ns
                last = task
            start_ns = now_ns
            slice_left = slice_of(task)
            if figures is not None:
                trace.figures.append((now_ns, task.id, figures(task)))
            while True:  # until it leaves the CPU
                left_ns = task.left_ns
                step = left_ns if left_ns < slice_left else slice_left
                if tick is not None and step > TICK_NS:
                    step = TICK_NS
                following_ns = due[0][0] if due else NEVER
                if horizon_ns < following_ns:
                    following_ns = horizon_ns
                end_ns = now_ns + step
                if following_ns < end_ns:  # somebody comes first
                    ran = following_ns - now_ns
                    if ran > 0:
                        task.runtime_ns += ran
                        task.left_ns = left_ns - ran
                        slice_left -= ran
                        now_ns = following_ns
                    if now_ns >= horizon_ns:
                        runs.append(Run(start_ns, now_ns, 0, task.id, HORIZON))
                        break
                    if self._arrivals(task, now_ns):
                        runs.append(Run(start_ns, now_ns, 0, task.id, PREEMPTED))
                        self.queued += 1
                        enqueue(task, now_ns, _PREEMPTED)
                        break
                    continue
                now_ns = end_ns
                task.runtime_ns += step
                task.left_ns = left_ns = left_ns - step
                slice_left -= step
                if left_ns <= 0:
                    runs.append(Run(start_ns, now_ns, 0, task.id, self.burst_over(task, now_ns)))
                    break
                if tick is not None and tick(task, now_ns):
                    runs.append(Run(start_ns, now_ns, 0, task.id, PREEMPTED))
                    self.queued += 1
                    enqueue(task, now_ns, _PREEMPTED)
                    break
                if slice_left <= 0:
                    runs.append(Run(start_ns, now_ns, 0, task.id, EXPIRED))
                    self.queued += 1
                    enqueue(task, now_ns, _EXPIRED)
                    break
        trace.decisions, trace.switches = decisions, switches
        return self.finish(now_ns)

    def _arrivals(self, current: object, now_ns: int) -> bool:
        """Let everything happen that is due while a task runs; tell whether it must make room."""
        due, wakeup = self.due, self.wakeup
        preempt = False
        while due and due[0][0] <= now_ns:
            _, _, woken, release = heappop(due)
            if self.deliver(now_ns, woken, release) and wakeup is not None and wakeup(woken, current, now_ns):
                preempt = True
        return preempt
