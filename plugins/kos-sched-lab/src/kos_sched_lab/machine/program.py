"""sched-task: the process that a task of a workload is, when the workload runs in a machine.

It reads what it is to do from the file that is its argument, asks the scheduler for what the task wants, sleeps until the
task comes, and then computes and sleeps. Each job that is done is a line on standard output: its number and the time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kos_kernel.api import ANY_CPU, CLOCK_MONOTONIC, Command, Demand, InvalidArgument, Policy, complain, read_whole

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

SYSCALL_NS = 500  # what a system call costs

COMMAND = Command(
    "sched-task",
    usage=["FILE"],
    summary="Be a task of a workload: compute and sleep as FILE says.",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Do the jobs of the task; status 1 if FILE isn't one that `kos sched` wrote."""
    opts, words = COMMAND.parse(argv)
    if len(words) != 1:
        raise COMMAND.error(opts, "one FILE is needed")
    try:
        task = json.loads(read_whole(k, words[0]))
        bursts = [(int(cpu), int(sleep), bool(holds)) for cpu, sleep, holds in task["bursts"]]
        start, period, jobs = int(task["start"]), int(task["period"]), int(task["jobs"])
        script = task["script"]
        says = _ask(k, task)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        complain(k, b"%s: not a task of a workload: %s" % (words[0], str(error).encode()))
        return 1
    number = 0
    while not jobs or number < jobs:
        _expect(k, bursts[0][0] if says and bursts else 0)
        _sleep_until(k, start + number * period)
        if script is not None:
            k.exec(b"/usr/bin/bash", [b"bash", b"-c", script.encode("utf-8", "surrogateescape")])
        _do(k, bursts, says)
        k.write(1, b"%d %d\n" % (number, k.clock_ns(CLOCK_MONOTONIC)))
        number += 1
    return 0


def _ask(k: Syscalls, task: dict[str, Any]) -> bool:
    """Tell the scheduler what the task wants; return whether it listens to how long each burst will be.

    What the scheduler has no notion of the task does without, as in the simulation.
    """
    if task["affinity"] != ANY_CPU:
        k.sched_setaffinity(0, task["affinity"])
    if task["nice"]:
        k.setpriority(0, task["nice"])
    wishes = []
    deadline, period = task["deadline"], task["period"]
    if deadline or period:
        runtime = min(max(task["runtime"], 1024), deadline or period)
        wishes.append(
            Demand(
                Policy.DEADLINE,
                runtime_ns=runtime,
                deadline_ns=deadline or period,
                period_ns=max(period, deadline),
                reset_on_fork=True,
            )
        )
    if task["slice"] or task["tickets"]:
        wishes.append(Demand(slice_ns=task["slice"], tickets=task["tickets"]))
        wishes += [Demand(slice_ns=task["slice"])] * bool(task["slice"])
        wishes += [Demand(tickets=task["tickets"])] * bool(task["tickets"])
    for wish in wishes:
        try:
            k.sched_setattr(0, wish)
        except InvalidArgument:
            continue
        return False
    try:
        k.sched_setattr(0, Demand(runtime_ns=1))
    except InvalidArgument:
        return False
    return True


def _expect(k: Syscalls, cpu_ns: int) -> None:
    """Say how long the next burst will be, before the sleep that it follows; 0 = nobody listens."""
    if cpu_ns:
        k.sched_setattr(0, Demand(runtime_ns=cpu_ns))


def _sleep_until(k: Syscalls, time_ns: int) -> None:
    """Sleep until the next job is released; if that was long ago, let others go first all the same."""
    left_ns = time_ns - k.clock_ns(CLOCK_MONOTONIC)
    if left_ns > SYSCALL_NS:
        k.sleep_ns(left_ns - SYSCALL_NS)
    else:
        k.sched_yield()


def _do(k: Syscalls, bursts: list[tuple[int, int, bool]], says: bool) -> None:
    """Do one job. The sleep after its last burst is nobody's business: the job is done."""
    for number, (cpu_ns, sleep_ns, holds) in enumerate(bursts, 1):
        k.compute(cpu_ns)
        if number == len(bursts):
            return
        if sleep_ns and holds:
            k.compute(sleep_ns)
        elif sleep_ns:
            _expect(k, bursts[number][0] if says else 0)
            k.sleep_ns(sleep_ns)
