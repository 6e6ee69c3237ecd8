"""Namespaces: what a process sees of hostnames and process numbers. (Mounts have theirs in vfs/dentry.py.)

A `Namespaces` is Linux's nsproxy: shared by processes that see the same, replaced when one calls unshare. A process has a
number in every pid namespace from its own up to the machine's first; `Process.pid` is the one in the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .kernel import Kernel
    from .process import Process


class UtsNamespace:
    """A hostname."""

    __slots__ = ("hostname", "id")

    def __init__(self, id: int, hostname: bytes) -> None:
        self.id = id
        self.hostname = hostname


class PidNamespace:
    """A numbering of processes. parent None: the machine's first. init: its number 1, at whose end all others end."""

    __slots__ = ("id", "init", "last", "members", "parent")

    def __init__(self, id: int, parent: PidNamespace | None) -> None:
        self.id = id
        self.parent = parent
        self.members: dict[int, Process] = {}
        self.last = 0
        self.init: Process | None = None

    def adopt(self, process: Process) -> None:
        """Number a new process here and in every namespace above but the first."""
        numbers = process.numbers = {}
        here: PidNamespace | None = self
        while here is not None and here.parent is not None:
            here.last += 1
            numbers[here] = here.last
            here.members[here.last] = process
            if here.init is None:
                here.init = process
            here = here.parent

    def drop(self, process: Process) -> None:
        """Forget a process that is gone."""
        if process.numbers:
            for namespace, number in process.numbers.items():
                namespace.members.pop(number, None)


class Namespaces:
    """What a process sees. pid: the one it lives in; pid_for_children: the one its children will.

    group: the unit that the process belongs to, "" for none: Linux's control group of a service. It rides here since it is
    handed on like a namespace: children have it whatever they do about parents, groups and sessions, and it costs a fork nothing.
    """

    __slots__ = ("group", "pid", "pid_for_children", "uts")

    def __init__(
        self, pid: PidNamespace, uts: UtsNamespace, pid_for_children: PidNamespace | None = None, group: str = ""
    ) -> None:
        self.pid = pid
        self.pid_for_children = pid_for_children or pid
        self.uts = uts
        self.group = group

    def for_child(self) -> Namespaces:
        """Return a child's: the same, or in the pid namespace that unshare made for children."""
        if self.pid is self.pid_for_children:
            return self
        return Namespaces(self.pid_for_children, self.uts, group=self.group)


def number_in(process: Process, viewer: Process) -> int:
    """Return a process's number as `viewer` sees it; 0 if it isn't visible there."""
    namespace = viewer.namespaces.pid
    if namespace.parent is None:
        return process.pid
    return process.numbers.get(namespace, 0) if process.numbers else 0


def process_of(kernel: Kernel, pid: int, viewer: Process) -> Process | None:
    """Return the process that `viewer` calls `pid`."""
    namespace = viewer.namespaces.pid
    if namespace.parent is None:
        return kernel.table.by_pid.get(pid)
    found: Process | None = namespace.members.get(pid)
    return found


def visible(process: Process, viewer: Process) -> bool:
    """Tell whether `viewer` can name a process."""
    namespace = viewer.namespaces.pid
    return namespace.parent is None or (process.numbers is not None and namespace in process.numbers)
