"""The contract of an observer: somebody who is told what a machine does. It changes nothing and may raise without harm.

An observer has any of these methods; the kernel asks once which there are, and where nobody listens nothing is called.
Times are the machine's own, in ns since boot.

    syscall(now_ns, pid, name, args, result, error)     after each system call (error: SysError or None)
    process_started(now_ns, pid, ppid, comm)            process_exec(now_ns, pid, path, argv)
    process_exited(now_ns, pid, status)                 signal_delivered(now_ns, pid, signum)
    switched(now_ns, cpu, previous_tid, next_tid)       a context switch; tid 0 = idle
    runnable(now_ns, pid, tid, why)                     a task was handed to the scheduler; why: an Enqueue
    booted(now_ns)  mounted(now_ns, target, fstype)  unmounted(now_ns, target)  log(now_ns, level, text)
    packet(now_ns, interface, direction, data)
    closed(now_ns)                                       the machine is going away: flush
"""

from __future__ import annotations

EVENTS = (
    "booted",
    "syscall",
    "process_started",
    "process_exec",
    "process_exited",
    "signal_delivered",
    "switched",
    "runnable",
    "mounted",
    "unmounted",
    "log",
    "packet",
    "closed",
)


class Observer:
    """Base class for those who like one; it is no more than a name."""
