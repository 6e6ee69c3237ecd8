"""Calls on scheduling: nice levels, policies and what they ask for, affinity, giving the CPU back, using it up.

What a policy means is the scheduler driver's business. A driver says in its record which wishes it honours; the others are
refused with EINVAL, as Linux refuses a policy that it was built without, so that nobody believes to have what he hasn't.

    capability   what it lets a process ask for
    rt           SCHED_FIFO and SCHED_RR, with a priority of 1 to 99
    deadline     SCHED_DEADLINE: runtime, deadline and period
    batch        SCHED_BATCH and SCHED_IDLE
    slices       a slice of its own under SCHED_OTHER
    bursts       under SCHED_OTHER to say how much CPU time it will use until it next sleeps (runtime)
    tickets      tickets of its own
    affinity     fewer than all CPUs
"""

from __future__ import annotations

from .. import errors
from ..abi import RLIMIT_RTPRIO
from ..contracts.scheduler import ANY_CPU, NO_DEMAND, UNLIMITED, Demand, Policy
from ..fibers import NICE_WEIGHTS, SYSCALL_NS, Task
from .base import Call

LEAST_RUNTIME_NS = 1024  # of SCHED_DEADLINE: Linux's DL_SCALE
_REAL_TIME = (Policy.FIFO, Policy.RR)
_NEEDS = {Policy.FIFO: "rt", Policy.RR: "rt", Policy.BATCH: "batch", Policy.IDLE: "batch", Policy.DEADLINE: "deadline"}


class SchedulingCalls(Call):
    """getpriority ... compute."""

    __slots__ = ()

    # ---------------------------------------------------------------- nice levels
    def getpriority(self, pid: int = 0) -> int:
        """Return a process's nice value, -20 to 19."""
        self._enter()
        task = self._find(pid).task
        return 0 if task is None else task.nice

    def setpriority(self, pid: int, value: int) -> None:
        """Set a nice value, clamped to -20..19. NotPermitted for somebody else's; AccessDenied to lower one without being root."""
        self._enter()
        task = self._mine_to_change(pid)
        value = max(-20, min(19, value))
        if value < task.nice and not self.process.cred.privileged:
            raise errors.AccessDenied(None, "only root lowers a nice value")
        self._kernel.dispatcher.renice(task, value, NICE_WEIGHTS[value + 20])

    def nice(self, increment: int) -> int:
        """Add to this process's nice value and return it."""
        self.setpriority(0, self.task.nice + increment)
        return self.task.nice

    # ---------------------------------------------------------------- policies
    def sched_getattr(self, pid: int = 0) -> Demand:
        """Return what a process has asked of the scheduler: its policy and what goes with that."""
        self._enter()
        task = self._find(pid).task
        return NO_DEMAND if task is None else task.demand

    def sched_setattr(self, pid: int, demand: Demand) -> None:
        """Ask the scheduler for a policy, as sched_setattr(2).

        Raises InvalidArgument for values that don't fit together, or that this machine's scheduler has no notion of;
        NotPermitted for somebody else's process, or for a real-time policy beyond RLIMIT_RTPRIO without being root; Busy if
        the scheduler can't promise the deadline.
        """
        self._enter()
        task = self._mine_to_change(pid)
        self._check_demand(demand)
        if not self.process.cred.privileged:
            self._check_rights(task, demand)
        dispatcher = self._kernel.dispatcher
        if not dispatcher.scheduler.admit(task, demand):
            raise errors.Busy(None, "the CPUs are promised to other deadlines")
        dispatcher.set_demand(task, NO_DEMAND if demand == NO_DEMAND else demand)

    def _check_demand(self, demand: Demand) -> None:
        """Raise InvalidArgument for a demand that contradicts itself or that the driver doesn't know."""
        policy = demand.policy
        if policy not in _NEEDS and policy != Policy.OTHER:
            raise errors.InvalidArgument(None, f"there is no scheduling policy {policy}")
        if not (1 if policy in _REAL_TIME else 0) <= demand.rt_priority <= (99 if policy in _REAL_TIME else 0):
            raise errors.InvalidArgument(None, f"{Policy(policy).name} has no priority {demand.rt_priority}")
        if policy == Policy.DEADLINE:
            deadline_ns, period_ns = demand.deadline_ns, demand.period_ns
            if not LEAST_RUNTIME_NS <= demand.runtime_ns <= deadline_ns or (period_ns and deadline_ns > period_ns):
                raise errors.InvalidArgument(
                    None, f"not {LEAST_RUNTIME_NS} ns <= runtime <= deadline <= period: {demand}"
                )
        elif demand.deadline_ns or demand.period_ns or (demand.runtime_ns and policy != Policy.OTHER):
            raise errors.InvalidArgument(None, "runtime, deadline and period belong to SCHED_DEADLINE")
        if demand.slice_ns < 0 or demand.tickets < 0 or demand.runtime_ns < 0:
            raise errors.InvalidArgument(None, "a slice, a runtime or tickets below 0")
        wanted = [_NEEDS[policy]] if policy in _NEEDS else []
        wanted += ["bursts"] * (policy == Policy.OTHER and demand.runtime_ns > 0)
        wanted += ["slices"] * bool(demand.slice_ns) + ["tickets"] * bool(demand.tickets)
        for capability in wanted:
            self._need(capability)

    def _need(self, capability: str) -> None:
        if capability not in self._kernel.dispatcher.capabilities:
            driver = self._kernel.config.scheduler.driver
            raise errors.InvalidArgument(None, f"the scheduler {driver!r} doesn't have the capability {capability!r}")

    def _check_rights(self, task: Task, demand: Demand) -> None:
        """Raise NotPermitted for what only root may ask for."""
        if demand.policy == Policy.DEADLINE:
            raise errors.NotPermitted(None, "only root gives deadlines")
        if demand.policy in _REAL_TIME and demand != task.demand:
            limit = task.process.rlimits[RLIMIT_RTPRIO][0]
            if demand.rt_priority > max(limit, task.demand.rt_priority if demand.policy == task.demand.policy else 0):
                raise errors.NotPermitted(None, f"RLIMIT_RTPRIO allows real-time priorities up to {limit}")
        if task.demand.reset_on_fork and not demand.reset_on_fork:
            raise errors.NotPermitted(None, "only root takes reset_on_fork back")

    def sched_rr_get_interval(self, pid: int = 0) -> int:
        """Return how long a process may run before another gets its turn, in ns; 0 if time never takes the CPU from it."""
        self._enter()
        task = self._find(pid).task
        if task is None:
            return 0
        slice_ns = self._kernel.dispatcher.scheduler.slice_ns(task)
        return 0 if slice_ns >= UNLIMITED else slice_ns

    # ---------------------------------------------------------------- affinity
    def sched_getaffinity(self, pid: int = 0) -> int:
        """Return the CPUs that a process may run on: bit n is CPU n."""
        self._enter()
        task = self._find(pid).task
        every = (1 << self._kernel.dispatcher.cpus) - 1
        return every if task is None else task.affinity & every

    def sched_setaffinity(self, pid: int, mask: int) -> None:
        """Say on which CPUs a process may run; bits of CPUs that the machine hasn't are dropped.

        Raises InvalidArgument if no CPU is left, or if this machine's scheduler doesn't keep to masks and one is left out;
        NotPermitted for somebody else's process.
        """
        self._enter()
        task = self._mine_to_change(pid)
        dispatcher = self._kernel.dispatcher
        every = (1 << dispatcher.cpus) - 1
        wanted = mask & every
        if mask < 0 or not wanted:
            raise errors.InvalidArgument(None, f"the machine has CPUs 0 to {dispatcher.cpus - 1}")
        if wanted != every:
            self._need("affinity")
        dispatcher.bind(task, ANY_CPU if wanted == every else wanted)
        if self.task.until == 0:
            dispatcher.attend()

    # ---------------------------------------------------------------- using the CPU, and giving it back
    def compute(self, duration_ns: int) -> None:
        """Use that much CPU time, as a program that calculates; signals, limits and other programs get their turn meanwhile.

        The time is charged, not spent: under the wall clock it takes the host only what others do meanwhile.
        """
        task = self.task
        attend = self._kernel.dispatcher.attend
        left_ns = duration_ns
        while left_ns > 0:
            step_ns = max(0, min(left_ns, task.until - task.runtime_ns))
            task.runtime_ns += step_ns
            left_ns -= step_ns
            if task.runtime_ns >= task.until:
                attend()

    def sched_yield(self) -> None:
        """Let others run first."""
        task = self.task
        task.runtime_ns += SYSCALL_NS
        dispatcher = self._kernel.dispatcher
        if task.runtime_ns >= task.until:
            dispatcher.attend()
        dispatcher.yield_now()

    def _mine_to_change(self, pid: int) -> Task:
        """Return the task of a process that the caller may change. Raises NoSuchProcess, NotPermitted."""
        target = self._find(pid)
        cred = self.process.cred
        if target.task is None:
            raise errors.NoSuchProcess()
        if not cred.privileged and cred.euid not in (target.cred.ruid, target.cred.euid):
            raise errors.NotPermitted()
        return target.task
