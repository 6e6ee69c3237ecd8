"""The kit against schedulers that are wrong in one way each: it must find that, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel.api import SIGKILL, UNLIMITED, Enqueue, Scheduler, SchedulerDriver
from kos_kernel.testing import check_driver, clauses

GROUP = "kos.scheduler"
BACK = (Enqueue.EXPIRED, Enqueue.YIELD)


class Reference(Scheduler):
    """A list that is searched: lowest nice value first, equals in turn. Right in every way, and slow."""

    breaks = ""
    claims = frozenset({"preemptive", "priorities"})

    def __init__(self, options: Any, ctx: Any) -> None:
        self.queue: list[Any] = []

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        self.queue.append(task)

    def dequeue(self, task: Any, now_ns: int) -> None:
        self.queue.remove(task)

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        allowed = [task for task in self.queue if task.affinity >> cpu & 1]
        if not allowed:
            return None
        task = min(allowed, key=lambda task: task.nice)
        self.queue.remove(task)
        return task

    def wakeup(self, task: Any, current: Any, now_ns: int) -> bool:
        return bool(task.nice < current.nice)

    def slice_ns(self, task: Any) -> int:
        return 5_000_000

    def fork(self, ctx: Any) -> Any:
        return type(self)(None, ctx)


def real(task: Any) -> bool:
    """Tell whether a task is a kernel's, so that only the cases in a machine meet what is broken."""
    return hasattr(task, "process")


# ---------------------------------------------------------------- the queue
class RaisesWhenEmpty(Reference):
    breaks = "case_empty_queue_gives_none"

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        return self.queue.pop(0)


class LeavesThePickedOne(Reference):
    breaks = "case_picked_task_is_off_the_queue"

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        return self.queue[0] if self.queue else None


class KeyedByRuntime(Reference):
    breaks = "case_no_task_is_lost"

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        self.queue = [other for other in self.queue if other.runtime_ns != task.runtime_ns] + [task]


class ThirtyNineLevels(Reference):
    breaks = "case_every_nice_value_is_served"

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        for nice in range(-20, 19):
            for task in self.queue:
                if task.nice == nice:
                    self.queue.remove(task)
                    return task
        return None


class OncePerInstant(Reference):
    breaks = "case_time_may_stand_still"

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.seen: dict[int, int] = {}

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        if self.seen.get(task.id) != now_ns:
            super().enqueue(task, now_ns, why)
        self.seen[task.id] = now_ns


class IgnoresDequeue(Reference):
    breaks = "case_dequeued_task_is_not_picked"

    def dequeue(self, task: Any, now_ns: int) -> None:
        pass


class MarksForGood(Reference):
    breaks = "case_dequeued_task_can_come_back"

    def dequeue(self, task: Any, now_ns: int) -> None:
        super().dequeue(task, now_ns)
        task.sched = "gone"

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        if task.sched != "gone":
            super().enqueue(task, now_ns, why)


class KeepsItsReadyBit(Reference):
    breaks = "case_queue_emptied_by_dequeue_is_empty"
    ready = False

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        super().enqueue(task, now_ns, why)
        self.ready = True

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        if not self.ready:
            return None
        task = min(self.queue, key=lambda task: task.nice)
        self.queue.remove(task)
        self.ready = bool(self.queue)
        return task


# ---------------------------------------------------------------- time, order
class SlicesInSeconds(Reference):
    breaks = "case_slice_is_a_positive_number_of_ns"

    def slice_ns(self, task: Any) -> Any:
        return 0.005


class ClaimsToPreempt(Reference):
    breaks = "case_claimed_preemption_happens"

    def slice_ns(self, task: Any) -> int:
        return UNLIMITED

    def wakeup(self, task: Any, current: Any, now_ns: int) -> bool:
        return False


class LastInFirstOut(Reference):
    breaks = "case_no_runnable_task_starves"

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        self.queue.insert(0 if why in BACK else len(self.queue), task)


class PrefersNewcomers(Reference):
    breaks = "case_newcomers_do_not_starve_who_waits"

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        self.queue.insert(0 if why is Enqueue.NEW else len(self.queue), task)


class TiesByHash(Reference):
    breaks = "case_the_same_calls_give_the_same_picks"

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.since: dict[int, int] = {}

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        super().enqueue(task, now_ns, why)
        self.since[task.id] = now_ns

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        if not self.queue:
            return None
        task = min(self.queue, key=lambda task: (task.nice, self.since[task.id], hash(task)))
        self.queue.remove(task)
        return task


class LosesThePreemptedAndReniced(Reference):
    breaks = "case_long_run_of_everything_loses_nobody"

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.reniced: set[int] = set()

    def set_priority(self, task: Any, now_ns: int) -> None:
        if task not in self.queue:
            self.reniced.add(task.id)

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        if not (why is Enqueue.PREEMPTED and task.id in self.reniced):
            super().enqueue(task, now_ns, why)


# ---------------------------------------------------------------- waking up, priorities
class WakesOnlyWhomItKnows(Reference):
    breaks = "case_wakeup_knows_fresh_tasks"

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.last_run: dict[int, int] = {}

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        task = super().pick_next(cpu, now_ns)
        if task is not None:
            self.last_run[task.id] = now_ns
        return task

    def wakeup(self, task: Any, current: Any, now_ns: int) -> bool:
        return self.last_run[task.id] < self.last_run[current.id]


class WakeupDequeues(Reference):
    breaks = "case_wakeup_only_answers"

    def wakeup(self, task: Any, current: Any, now_ns: int) -> bool:
        if task.nice < current.nice:
            self.queue.remove(task)
            return True
        return False


class HighestNiceFirst(Reference):
    breaks = "case_lower_nice_gets_more"

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        if not self.queue:
            return None
        task = max(self.queue, key=lambda task: task.nice)
        self.queue.remove(task)
        return task


class QueuesTheRenicedTwice(Reference):
    breaks = "case_set_priority_keeps_the_task_queued"

    def set_priority(self, task: Any, now_ns: int) -> None:
        self.queue.append(task)


class RemembersTheFirstNice(Reference):
    breaks = "case_new_priority_counts"

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        if task.sched is None:
            task.sched = task.nice
        super().enqueue(task, now_ns, why)

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        if not self.queue:
            return None
        task = min(self.queue, key=lambda task: task.sched)
        self.queue.remove(task)
        return task


# ---------------------------------------------------------------- CPUs, copies
class OtherCpusOnlyLook(Reference):
    breaks = "case_every_cpu_can_be_served"

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        if cpu:
            return self.queue[0] if self.queue else None
        return super().pick_next(cpu, now_ns)


class MigratesWhatItDoesNotHave(Reference):
    breaks = "case_migrated_task_stays_picked"

    def migrate(self, task: Any, cpu: int, now_ns: int) -> None:
        self.queue.append(task)


class TicksWithANumber(Reference):
    breaks = "case_tick_only_answers"

    def tick(self, task: Any, now_ns: int) -> Any:
        return len(self.queue)


class CountsInTheTask(Reference):
    breaks = "case_only_sched_is_written"

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        task.weight += 1
        super().enqueue(task, now_ns, why)


class ForkSharesTheQueue(Reference):
    breaks = "case_fork_has_an_empty_queue"

    def fork(self, ctx: Any) -> Any:
        twin = type(self)(None, ctx)
        twin.queue = self.queue
        return twin


class ForkForgetsTheSlice(Reference):
    breaks = "case_fork_keeps_the_options"
    quantum_ns = 5_000_000

    def slice_ns(self, task: Any) -> int:
        return self.quantum_ns

    def fork(self, ctx: Any) -> Any:
        twin = type(self)(None, ctx)
        twin.quantum_ns = 1_000_000
        return twin


# ---------------------------------------------------------------- only a machine finds these
class LosesRealTasks(Reference):
    breaks = "case_machine_runs_all_its_processes"
    count = 0

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        if real(task):
            self.count += 1
            if self.count % 9 == 0:
                return
        super().enqueue(task, now_ns, why)


class DiffersFromRunToRun(Reference):
    breaks = "case_machine_runs_repeat"
    made = [0]

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.made[0] += 1
        self.backwards = self.made[0] % 2

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        if self.backwards and len(self.queue) > 1 and all(map(real, self.queue)):
            return self.queue.pop(1)
        return super().pick_next(cpu, now_ns)


class DropsTheDoomed(Reference):
    breaks = "case_queued_processes_can_be_killed_and_stopped"

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        task = super().pick_next(cpu, now_ns)
        if task is not None and real(task) and task.process.signals.pending >> SIGKILL - 1 & 1:
            return super().pick_next(cpu, now_ns)
        return task


class LosesOnOtherCpus(Reference):
    breaks = "case_machine_with_four_cpus_works"

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        if cpu and self.queue and real(self.queue[0]):
            self.queue.pop()
        return super().pick_next(cpu, now_ns)


class TakesWhoeverIsFirst(Reference):
    breaks = "case_bound_task_runs_on_its_cpus_alone"
    claims = Reference.claims | {"affinity"}

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        return super().pick_next(1 if cpu == 0 else cpu, now_ns)


class DropsWhomItPassesOver(Reference):
    breaks = "case_passed_over_task_is_kept"
    claims = Reference.claims | {"affinity"}

    def pick_next(self, cpu: int, now_ns: int) -> Any:
        self.queue = [task for task in self.queue if task.affinity >> cpu & 1]
        return super().pick_next(cpu, now_ns)


class FindsOnlyUnboundTasks(Reference):
    breaks = "case_bound_task_can_be_taken_out"
    claims = Reference.claims | {"affinity"}

    def dequeue(self, task: Any, now_ns: int) -> None:
        if task.affinity < 0:
            super().dequeue(task, now_ns)


class KnowsOnlyTheBoot(Reference):
    breaks = "case_forked_machine_runs"
    began_ns: int | None = None

    def enqueue(self, task: Any, now_ns: int, why: Enqueue) -> None:
        if self.began_ns is None:
            self.began_ns = now_ns
        if not real(task) or self.began_ns < 1_000_000:
            super().enqueue(task, now_ns, why)


def failures(kind: type[Reference]) -> list[str]:
    record = SchedulerDriver("broken", 1, f"{__name__}:{kind.__name__}", capabilities=kind.claims)
    report = check_driver(GROUP, record)
    assert report.passed, report
    return [outcome.case.name for outcome in report.failed]


BROKEN = Reference.__subclasses__()


def test_the_reference_breaks_no_rule() -> None:
    assert failures(Reference) == []


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_scheduler_fails_its_case_alone(kind: type[Reference]) -> None:
    assert failures(kind) == [kind.breaks]


def test_every_case_has_a_scheduler_that_breaks_it() -> None:
    cases = {case.name for case in clauses(GROUP) if case.clause.startswith("SCHED-")}
    assert cases == {kind.breaks for kind in BROKEN}
