"""Calls on processes: birth, exec, exit, wait, groups, ids, limits. How they are scheduled: scheduling.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from .. import errors
from ..abi import (
    RLIM_COUNT,
    RLIM_INFINITY,
    RLIMIT_CPU,
    RLIMIT_FSIZE,
    RLIMIT_NOFILE,
    TIOCSPGRP,
    WCONTINUED,
    WNOHANG,
    WUNTRACED,
)
from ..contracts.scheduler import NO_DEMAND, Demand, Policy
from ..fibers import SYSCALL_NS, WaitQueue
from ..namespaces import number_in, process_of
from ..process import Process, Replaced
from ..programs import check_size, program_of
from ..signals import UNBLOCKABLE, mask
from .base import Call


class ProcessCalls(Call):
    """spawn ... setrlimit."""

    __slots__ = ()

    # ---------------------------------------------------------------- birth
    def spawn(
        self,
        path: bytes,
        argv: list[bytes],
        env: dict[bytes, bytes] | None = None,
        *,
        fds: Mapping[int, int | bytes] | None = None,
        pgid: int | None = None,
        foreground: int | None = None,
        sigmask: Iterable[int] | None = None,
        sigdefault: Iterable[int] = (),
    ) -> int:
        """Start the program at `path` as a child and return its pid; errors of exec are raised here, in the caller.

        env: None = this process's.  fds: {child's fd: mine}, the child's whole table; None = all but close-on-exec. Bytes in
        place of a number: the child reads these, at most 65536, from a pipe that nobody else has an end of.
        pgid: None = my group, 0 = a group of its own, n = that one.  foreground: a terminal's fd whose foreground group the
        child's group becomes.  sigmask: what the child blocks.  sigdefault: signals that are not to stay ignored.
        Raises NoSuchFile, AccessDenied, NoExec, BrokenProgram, ArgumentListTooLong, ResourceUnavailable (the process limit), BadDescriptor.
        """
        task = self.task
        task.runtime_ns += SYSCALL_NS
        kernel = self._kernel
        if task.runtime_ns >= task.until:
            kernel.dispatcher.attend()
        process = self.process
        check_size(path, argv)
        main, words, name, cred = kernel.programs.image(self.fs, path, argv)
        if task.demand is not NO_DEMAND:
            _may_be_inherited(task.demand)
        kernel.room_for_process(process)
        child = kernel.new_process(
            process,
            self.fds.for_spawn(fds, kernel),
            process.env.copy() if env is None else env,
            process.signals.for_exec(),
        )
        if cred is not None:
            kernel.become(child, cred)
        child.comm = name
        child.exe = path if words is argv and path[:1] == b"/" else program_of(self.fs, path, argv, words)
        child.argv = words
        if sigmask is not None:
            child.signals.blocked = mask(sigmask) & ~UNBLOCKABLE
        for signum in sigdefault:
            child.signals.handlers.pop(signum, None)
        if pgid is not None or foreground is not None:
            self._place(child, pgid, foreground)
        events = kernel.events
        if events.process_started:
            events.emit("process_started", self.clock.now_ns(), child.pid, process.pid, child.comm)
        if events.process_exec:
            events.emit("process_exec", self.clock.now_ns(), child.pid, path, words)
        child.begin(main, (words,), task)
        return child.pid if child.numbers is None else number_in(child, process)

    def fork_call(
        self,
        fn: Callable[..., int | None],
        *args: Any,
        fds: Mapping[int, int | bytes] | None = None,
        pgid: int | None = None,
        foreground: int | None = None,
    ) -> int:
        """Start a child that runs `fn(child_k, *args)` with copies of descriptors, cwd, ids and signals; return its pid.

        What fn touches of Python's objects is shared, so the caller copies first. Raises ResourceUnavailable.
        """
        task = self.task
        task.runtime_ns += SYSCALL_NS
        kernel = self._kernel
        if task.runtime_ns >= task.until:
            kernel.dispatcher.attend()
        process = self.process
        if task.demand is not NO_DEMAND:
            _may_be_inherited(task.demand)
        kernel.room_for_process(process)
        child = kernel.new_process(
            process,
            self.fds.fork() if fds is None else self.fds.for_spawn(fds, kernel),
            self.env.copy(),
            process.signals.fork(),
        )
        child.comm = process.comm
        child.exe = process.exe
        child.argv = process.argv
        if pgid is not None or foreground is not None:
            self._place(child, pgid, foreground)
        if kernel.events.process_started:
            kernel.events.emit("process_started", self.clock.now_ns(), child.pid, process.pid, child.comm)
        child.begin(fn, args, task)
        return child.pid if child.numbers is None else number_in(child, process)

    def _place(self, child: Process, pgid: int | None, foreground: int | None) -> None:
        """Put a new child into its group and, if asked, that group into the foreground; undo the child if that fails."""
        try:
            if pgid is not None:
                self._join(child, pgid)
            if foreground is not None:
                self._file(foreground).ioctl(TIOCSPGRP, child.group.id)
        except errors.SysError:
            child.finish(0)
            child.reap()
            raise

    def exec(self, path: bytes, argv: list[bytes], env: dict[bytes, bytes] | None = None) -> NoReturn:
        """Replace this process's program. Returns never: raises the errors of spawn, or unwinds into the new image."""
        self._enter()
        kernel = self._kernel
        process = self.process
        check_size(path, argv)
        process.main, words, process.comm, cred = kernel.programs.image(self.fs, path, argv)
        exe = program_of(self.fs, path, argv, words)
        if cred is not None:
            kernel.become(process, cred)
        process.args = (words,)
        process.argv = self.argv = words
        process.exe = exe
        process.env = self.env = dict(self.env if env is None else env)
        process.signals = _keep_pending(process)
        self.fds.close_on_exec()
        if process.memory:
            kernel.memory.release(process)
        if kernel.events.process_exec:
            kernel.events.emit("process_exec", self.clock.now_ns(), process.pid, path, words)
        raise Replaced()

    def exit(self, status: int) -> NoReturn:
        """End this process with an exit code (its low 8 bits count)."""
        self.process.exit(status)
        raise AssertionError("unreachable")

    # ---------------------------------------------------------------- death of children
    def wait(self, pid: int = -1, options: int = 0) -> tuple[int, int] | None:
        """Return (pid, wait status) of a child that ended, blocking until there is one; None with WNOHANG if there isn't yet.

        pid: > 0 that child, -1 any, 0 any of my group, < -1 any of that group. options: WNOHANG, WUNTRACED, WCONTINUED.
        Raises NoChild, Interrupted (after a handler ran).
        """
        task = self.task
        task.runtime_ns += SYSCALL_NS
        kernel = self._kernel
        if task.runtime_ns >= task.until:
            kernel.dispatcher.attend()
        process = self.process
        while True:
            if pid > 0:
                child = process.children.get(pid) if process.numbers is None else self._child(pid)
                if child is None:
                    raise errors.NoChild(None, f"{pid} is no child of this process")
                if child.zombie:
                    child.reap()
                    return pid, child.exit_status
                watched: Iterable[Process] = (child,)
            else:
                watched = process.children.values()
                if pid != -1:
                    group = process.group.id if pid == 0 else -pid
                    watched = [child for child in watched if child.group.id == group]
                if not watched:
                    raise errors.NoChild()
                for child in process.zombies.values() if pid == -1 else watched:
                    if child.zombie:
                        child.reap()
                        return number_in(child, process), child.exit_status
            if options & (WUNTRACED | WCONTINUED):
                for child in watched:
                    report = child.report
                    if report is not None and options & (WCONTINUED if report == 0xFFFF else WUNTRACED):
                        child.report = None
                        return number_in(child, process), report
            if options & WNOHANG:
                return None
            if process.child_exited is None:
                process.child_exited = WaitQueue(kernel.dispatcher)
            process.child_exited.wait()

    def _child(self, pid: int) -> Process | None:
        """Return the child of this number in a nested pid namespace."""
        process = self.process
        found = process_of(self._kernel, pid, process)
        return found if found is not None and found.parent is process else None

    # ---------------------------------------------------------------- groups and sessions
    def getpid(self) -> int:
        """Return this process's number."""
        self._enter()
        return number_in(self.process, self.process)

    def getppid(self) -> int:
        """Return the parent's number; 0 if it is outside this pid namespace."""
        self._enter()
        parent = self.process.parent
        return 0 if parent is None else number_in(parent, self.process)

    def getpgid(self, pid: int = 0) -> int:
        """Return a process's group."""
        self._enter()
        return self._find(pid).group.id

    def getsid(self, pid: int = 0) -> int:
        """Return a process's session."""
        self._enter()
        return self._find(pid).group.session.id

    def setpgid(self, pid: int, pgid: int) -> None:
        """Put this process or a child into a group; 0 = itself / a group of its own number.

        Raises NotPermitted (a session leader, another session), NoSuchProcess.
        """
        self._enter()
        target = self._find(pid)
        if target is not self.process and target.parent is not self.process:
            raise errors.NoSuchProcess(None, f"{pid} is no child of this process")
        self._join(target, pgid)

    def _join(self, target: Process, pgid: int) -> None:
        table = self._kernel.table
        number = pgid or target.pid
        session = target.group.session
        if session.leader is target or session is not self.process.group.session:
            raise errors.NotPermitted(None, "a session leader stays in its group, and groups don't cross sessions")
        if target.group.id == number:
            return
        group = table.groups.get(number)
        if group is None:
            if number != target.pid:
                raise errors.NotPermitted(None, f"there is no group {number} in this session")
            group = table.new_group(number, session)
        elif group.session is not session:
            raise errors.NotPermitted(None, f"group {number} is in another session")
        table.move(target, group)

    def setsid(self) -> int:
        """Begin a session of its own, without a terminal, and return its id. NotPermitted for a group leader."""
        self._enter()
        process = self.process
        table = self._kernel.table
        if process.pid in table.groups:
            raise errors.NotPermitted(None, "a group leader can't begin a session")
        group = table.new_session(process.pid)
        group.session.leader = process
        table.move(process, group)
        return process.pid

    # ---------------------------------------------------------------- who it is
    def getuid(self) -> int:
        """Return the real user id."""
        self._enter()
        return self.process.cred.ruid

    def geteuid(self) -> int:
        """Return the effective user id."""
        self._enter()
        return self.process.cred.euid

    def getgid(self) -> int:
        """Return the real group id."""
        self._enter()
        return self.process.cred.rgid

    def getegid(self) -> int:
        """Return the effective group id."""
        self._enter()
        return self.process.cred.egid

    def getgroups(self) -> list[int]:
        """Return the supplementary groups."""
        self._enter()
        return list(self.process.cred.listed)

    def setuid(self, uid: int) -> None:
        """Become a user: for root all three ids, for others the effective one to their real or saved id. NotPermitted."""
        self._enter()
        cred = self.process.cred
        if cred.privileged:
            self._kernel.become(self.process, cred.replace(ruid=uid, euid=uid, suid=uid))
        elif uid in (cred.ruid, cred.suid):
            self._kernel.become(self.process, cred.replace(euid=uid))
        else:
            raise errors.NotPermitted()

    def setgid(self, gid: int) -> None:
        """Become a group, by the rules of setuid."""
        self._enter()
        cred = self.process.cred
        if cred.privileged:
            self._kernel.become(self.process, cred.replace(rgid=gid, egid=gid, sgid=gid))
        elif gid in (cred.rgid, cred.sgid):
            self._kernel.become(self.process, cred.replace(egid=gid))
        else:
            raise errors.NotPermitted()

    def setresuid(self, ruid: int, euid: int, suid: int) -> None:
        """Set the three user ids; -1 leaves one. Others than root choose among the three they have."""
        self._enter()
        cred = self.process.cred
        if not cred.privileged and {ruid, euid, suid} - {-1, cred.ruid, cred.euid, cred.suid}:
            raise errors.NotPermitted()
        keep = (cred.ruid, cred.euid, cred.suid)
        new = [old if asked == -1 else asked for asked, old in zip((ruid, euid, suid), keep, strict=True)]
        self._kernel.become(self.process, cred.replace(ruid=new[0], euid=new[1], suid=new[2]))

    def setresgid(self, rgid: int, egid: int, sgid: int) -> None:
        """Set the three group ids; -1 leaves one."""
        self._enter()
        cred = self.process.cred
        if not cred.privileged and {rgid, egid, sgid} - {-1, cred.rgid, cred.egid, cred.sgid}:
            raise errors.NotPermitted()
        keep = (cred.rgid, cred.egid, cred.sgid)
        new = [old if asked == -1 else asked for asked, old in zip((rgid, egid, sgid), keep, strict=True)]
        self._kernel.become(self.process, cred.replace(rgid=new[0], egid=new[1], sgid=new[2]))

    def setgroups(self, groups: list[int]) -> None:
        """Set the supplementary groups. NotPermitted: root only."""
        self._enter()
        cred = self.process.cred
        if not cred.privileged:
            raise errors.NotPermitted()
        self._kernel.become(self.process, cred.replace(listed=tuple(groups)))

    # ---------------------------------------------------------------- limits and priorities
    def getrlimit(self, which: int) -> tuple[int, int]:
        """Return (soft, hard) of a limit (RLIMIT_*)."""
        self._enter()
        if not 0 <= which < RLIM_COUNT:
            raise errors.InvalidArgument(None, f"unknown limit {which}")
        return self.process.rlimits[which]

    def setrlimit(self, which: int, soft: int, hard: int) -> None:
        """Set a limit. InvalidArgument: soft above hard; NotPermitted: only root raises a hard limit."""
        self._enter()
        process = self.process
        if not 0 <= which < RLIM_COUNT or soft > hard:
            raise errors.InvalidArgument(None, "the soft limit is above the hard one")
        limits = list(process.rlimits)
        if hard > limits[which][1] and not process.cred.privileged:
            raise errors.NotPermitted(None, "only root raises a hard limit")
        if which == RLIMIT_NOFILE:
            if hard > self._kernel.limits.open_files and hard != RLIM_INFINITY:
                raise errors.NotPermitted(
                    None, f"the machine allows {self._kernel.limits.open_files} open files a process"
                )
            self.fds.limit = min(soft, self._kernel.limits.open_files)
        limits[which] = (soft, hard)
        process.rlimits = tuple(limits)
        process.limited = limits[RLIMIT_FSIZE][0] != RLIM_INFINITY
        if which == RLIMIT_CPU:
            process.cpu_limit_ns = 0 if soft == RLIM_INFINITY else max(1, soft * 1_000_000_000)
            self.task.until = 0


def _may_be_inherited(demand: Demand) -> None:
    """Raise ResourceUnavailable for a deadline that a child would have too: nobody has promised it that."""
    if demand.policy == Policy.DEADLINE and not demand.reset_on_fork:
        raise errors.ResourceUnavailable(None, "a process under SCHED_DEADLINE has no children without reset_on_fork")


def _keep_pending(process: Process) -> Any:
    """Return the signals of an exec'ed image: what is pending stays so."""
    fresh = process.signals.for_exec()
    fresh.pending = process.signals.pending
    return fresh
