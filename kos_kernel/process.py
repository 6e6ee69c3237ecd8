"""Processes: the table, groups and sessions, birth, death, and who is told of it.

    spawn / fork_call ──► NEW ─► runs on its task's fiber ─► exit or a signal ─► zombie ──wait──► gone
                                     │        ▲
                                     └ stopped┘  (SIGSTOP ... SIGCONT)

A process without a task is one that holds no fiber: PID 1, or a resident shell at its prompt. Those are what a fork carries.
Everything here runs on the world's thread. Signals are acted upon by the process itself (`attend`), on its own fiber.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import abi
from .contracts.scheduler import ANY_CPU, NO_DEMAND, Enqueue
from .fibers import NEW, SIGNAL, SLEEPING, STOPPED, ProcessExit, Task, Timer, WaitQueue
from .signals import CONTINUING, STOPPING, SignalState, default_action

if TYPE_CHECKING:
    from .credentials import Credentials
    from .kernel import Kernel
    from .vfs.fdtable import FdTable
    from .vfs.walk import FsStruct

_NEW = Enqueue.NEW  # looking a member up in its enum is a slow call on Python 3.11
IGNORED_KILLS = 2  # so many ProcessExit a program may swallow before its fiber is abandoned
Rlimits = tuple[tuple[int, int], ...]


class Replaced(BaseException):
    """Unwinds a program whose process was given another image by exec."""


class Group:
    """A process group: the unit of job control."""

    __slots__ = ("id", "members", "session")

    def __init__(self, id: int, session: Session) -> None:
        self.id = id
        self.session = session
        self.members: dict[int, Process] = {}
        session.groups += 1


class Session:
    """A session: groups that share a controlling terminal. tty: the terminal's device, or None. groups: how many there are."""

    __slots__ = ("groups", "id", "leader", "tty")

    def __init__(self, id: int) -> None:
        self.id = id
        self.groups = 0
        self.leader: Process | None = None
        self.tty: Any = None


class Process:
    """One process. pid is its number in the machine's first pid namespace; `numbers` those in nested ones."""

    # What most processes never change stands here, not in __init__: a birth is a hot path.
    numbers: dict[Any, int] | None = None
    comm = b""
    exe = b""
    main: Callable[..., int | None] | None = None  # what it runs, with k and args
    args: tuple[Any, ...] = ()
    k: Any = None
    task: Task | None = None
    child_exited: WaitQueue | None = None
    reactor: Any = None  # of a process without a fiber: told of its children's ends
    host_waiter: Callable[[Process], None] | None = None
    zombie = False
    dying = False
    resident = False  # it rests without a fiber between the things it is asked to do
    rested_ns = 0
    alarm: Timer | None = None
    kills = 0
    exit_status = 0
    stopped = 0  # the signal that stopped it
    report: int | None = None  # a stop or continue that wait hasn't told yet
    memory = 0
    cpu_limit_ns = 0
    child_user_ns = 0
    child_system_ns = 0

    def __init__(
        self,
        kernel: Kernel,
        pid: int,
        parent: Process | None,
        group: Group,
        cred: Credentials,
        fs: FsStruct,
        fds: FdTable,
        env: dict[bytes, bytes],
        signals: SignalState,
        rlimits: Rlimits,
        namespaces: Any,
    ) -> None:
        self.kernel = kernel
        self.pid = pid
        self.parent = parent
        self.group = group
        self.cred = cred
        self.fs = fs
        self.fds = fds
        self.env = env
        self.signals = signals
        self.rlimits = rlimits
        self.limited = rlimits[abi.RLIMIT_FSIZE][0] != abi.RLIM_INFINITY  # so that a write asks one thing only
        self.namespaces = namespaces
        self.argv: list[bytes] = []
        self.children: dict[int, Process] = {}
        self.zombies: dict[int, Process] = {}
        self.start_ns = kernel.clock.now_ns()
        group.members[pid] = self
        if parent is not None:
            parent.children[pid] = self

    # ---------------------------------------------------------------- running
    def begin(self, main: Callable[..., int | None], args: tuple[Any, ...], parent: Task | None = None) -> None:
        """Give it a task that runs `main(k, *args)` and then ends it; the scheduler decides when.

        parent: whose nice level, demand and affinity it inherits.
        """
        self.main = main
        self.args = args
        kernel = self.kernel
        kernel.task_ids += 1
        if parent is None:
            self.task = task = Task(kernel.task_ids, self, self._live)
        else:
            self.task = task = Task(kernel.task_ids, self, self._live, parent.nice)
            if parent.demand is not NO_DEMAND and not parent.demand.reset_on_fork:
                task.demand = parent.demand
            if parent.affinity != ANY_CPU:
                task.affinity = parent.affinity
        kernel.dispatcher.make_runnable(task, _NEW)

    def _live(self) -> None:
        """The whole life of a process on its fiber."""
        kernel = self.kernel
        assert self.task is not None
        self.k = k = kernel.make_syscalls(kernel, self, self.task)
        while True:
            main = self.main
            assert main is not None
            try:
                status = abi.exit_status(main(k, *self.args) or 0)
                if self.resident:
                    self._rest(status)
                    return
            except ProcessExit:
                status = self.exit_status
            except Replaced:
                continue
            except Exception as error:
                failed = abi.exit_status(kernel.program_failed(self, error))
                status = self.exit_status if self.dying else failed
            break
        del main, k
        if not self.zombie:
            self.finish(status)

    def _rest(self, status: int) -> None:
        """A resident process has done what it was asked: it holds no fiber until it is asked again."""
        self.exit_status = status
        if self.task is not None:
            self.rested_ns += self.task.runtime_ns
        self.task = None
        self.k = None
        waiter, self.host_waiter = self.host_waiter, None
        if waiter is not None:
            waiter(self)

    def finish(self, status: int) -> None:
        """End: give everything back, hand children to init, tell the parent. Runs once; on its own fiber if it has one."""
        if self.zombie:
            return
        self.dying = True
        self.exit_status = status
        kernel = self.kernel
        if kernel.locks:
            kernel.drop_locks(self)
        self.fds.close_all()
        self.fs.release()
        if self.memory:
            kernel.memory.release(self)
        if self.alarm is not None or self.numbers is not None or self.group.session.leader is self:
            kernel.process_ended(self)
        self.main = None
        self.args = ()
        self.k = None
        if self.children:
            self._hand_over_children()
        self.zombie = True
        if kernel.events.process_exited:
            kernel.events.emit("process_exited", kernel.clock.now_ns(), self.pid, status)
        parent = self.parent
        waiter, self.host_waiter = self.host_waiter, None
        if waiter is not None:
            waiter(self)
        if parent is None:
            kernel.table.remove(self)
            return
        if parent.reactor is not None:
            self.reap()
            parent.reactor.child_exited(self)
            return
        handler = parent.signals.handlers.get(abi.SIGCHLD)
        if handler == abi.SIG_IGN:
            self.reap()  # POSIX: who ignores SIGCHLD has no zombies
        else:
            parent.zombies[self.pid] = self
            if handler is not None:
                post_signal(parent, abi.SIGCHLD)
        if parent.child_exited is not None:
            parent.child_exited.wake_all()

    def _hand_over_children(self) -> None:
        heir = self.kernel.reaper_for(self)
        for child in list(self.children.values()):
            child.parent = heir
            if heir is None:
                continue
            heir.children[child.pid] = child
            if child.zombie:
                self.zombies.pop(child.pid, None)
                if heir.reactor is not None:
                    child.reap()
                    heir.reactor.child_exited(child)
                else:
                    heir.zombies[child.pid] = child
                    if heir.child_exited is not None:
                        heir.child_exited.wake_all()
        self.children.clear()

    def reap(self) -> None:
        """Forget a zombie: its parent knows its end. Its times go to the parent's account of children."""
        parent = self.parent
        task = self.task
        if parent is not None:
            parent.children.pop(self.pid, None)
            parent.zombies.pop(self.pid, None)
            parent.child_user_ns += self.child_user_ns + (task.runtime_ns if task is not None else 0)
            parent.child_system_ns += self.child_system_ns
        self.task = None  # they refer to each other: cut, so that no garbage collection has to find them
        if self.numbers is not None:
            self.namespaces.pid.drop(self)
        self.kernel.table.remove(self)

    def runtime_ns(self) -> int:
        """Return the CPU time charged to it so far."""
        return self.task.runtime_ns if self.task is not None else 0

    def state_letter(self) -> str:
        """Return Linux's letter for its state: R, S, T, Z."""
        if self.zombie:
            return "Z"
        if self.stopped:
            return "T"
        return "S" if self.task is None or self.task.state in (SLEEPING, STOPPED) else "R"

    # ---------------------------------------------------------------- signals, acted upon by the process itself
    def attend(self) -> bool:
        """Act on what is pending; True if a handler ran that interrupts calls. Raises ProcessExit if the process must end."""
        if self.dying:
            self._still_dying()
        ran = False
        signals = self.signals
        while True:
            ready = signals.pending & ~signals.blocked
            if not ready:
                return ran
            if ready >> abi.SIGKILL - 1 & 1:
                signum = abi.SIGKILL
            else:
                signum = (ready & -ready).bit_length()
            signals.pending &= ~(1 << signum - 1)
            handler = signals.handlers.get(signum, abi.SIG_DFL)
            events = self.kernel.events
            if events.signal_delivered:
                events.emit("signal_delivered", self.kernel.clock.now_ns(), self.pid, signum)
            if callable(handler):
                blocked = signals.blocked
                signals.blocked |= 1 << signum - 1
                try:
                    handler(signum)
                finally:
                    signals.blocked = blocked
                ran = ran or not signals.restart >> signum - 1 & 1
            elif handler == abi.SIG_DFL:
                action = default_action(signum)
                if action == "stop":
                    self._stop(signum)
                elif action in ("terminate", "core"):
                    self.die(signum, core=action == "core")

    def die(self, signum: int, *, core: bool = False) -> None:
        """End by a signal: unwinds the program. Call it on the process's own fiber."""
        self.dying = True
        self.exit_status = signum | (0x80 if core else 0)
        raise ProcessExit()

    def exit(self, status: int) -> None:
        """End with an exit code: unwinds the program."""
        self.dying = True
        self.exit_status = abi.exit_status(status)
        raise ProcessExit()

    def _still_dying(self) -> None:
        """It swallowed its end and called again: say so again, and give it up if it won't listen."""
        self.kills += 1
        if self.zombie:  # abandoned, and yet it runs: somebody let go of its greenlet. It never gets further than here
            while True:
                self.kernel.dispatcher.pool.hub.switch()
        if self.kills > IGNORED_KILLS and self.task is not None:
            kernel = self.kernel
            task = self.task
            kernel.events.note(
                kernel.clock.now_ns(),
                4,
                f"pid {self.pid} ({self.comm.decode('utf-8', 'replace')}) ignored its end and was abandoned",
            )
            kernel.abandoned += (task,)
            self.finish(self.exit_status)
            kernel.dispatcher.park(task, "dead")
        raise ProcessExit()

    def _stop(self, signum: int) -> None:
        task = self.task
        assert task is not None
        if signum != abi.SIGSTOP and is_orphaned(self.group):
            return  # nobody could continue it
        self.stopped = signum
        self._tell_parent(signum << 8 | 0x7F)
        while self.stopped and not self.dying and not self.signals.pending >> abi.SIGKILL - 1 & 1:
            self.kernel.dispatcher.park(task, STOPPED)

    def _tell_parent(self, report: int) -> None:
        self.report = report
        parent = self.parent
        if parent is None or parent.task is None:
            return
        if callable(parent.signals.handlers.get(abi.SIGCHLD)):
            post_signal(parent, abi.SIGCHLD)
        if parent.child_exited is not None:
            parent.child_exited.wake_all()

    def cpu_limit_reached(self) -> None:
        """RLIMIT_CPU: SIGXCPU at the soft limit and each second after it, SIGKILL at the hard one."""
        _, hard = self.rlimits[abi.RLIMIT_CPU]
        used_ns = self.runtime_ns()
        if hard != abi.RLIM_INFINITY and used_ns >= hard * 1_000_000_000:
            self.cpu_limit_ns = 0
            post_signal(self, abi.SIGKILL)
        else:
            self.cpu_limit_ns = used_ns + 1_000_000_000
            post_signal(self, abi.SIGXCPU)
        self.attend()


def post_signal(process: Process, signum: int) -> None:
    """Make a signal pending and get the process's attention; harmless for one that is gone."""
    if process.zombie:
        return
    signals = process.signals
    bit = 1 << signum - 1
    dispatcher = process.kernel.dispatcher
    task = process.task
    if signum == abi.SIGCONT or signum == abi.SIGKILL:
        signals.pending &= ~STOPPING
        if process.stopped:
            process.stopped = 0
            if signum == abi.SIGCONT:
                process._tell_parent(0xFFFF)
            if task is not None and task.state is STOPPED:
                dispatcher.unpark(task)
    elif bit & STOPPING:
        signals.pending &= ~CONTINUING
    if signals.ignores(signum) and not signals.blocked & bit:
        return
    if task is None:
        reactor = process.reactor
        if reactor is not None:
            reactor.signal(signum)
        return
    signals.pending |= bit
    if signals.blocked & bit:
        return
    if task.state is SLEEPING:
        dispatcher.wake(task, SIGNAL)
    elif task.state is not NEW:
        task.until = 0


def is_orphaned(group: Group) -> bool:
    """Tell whether a group has nobody outside it, in its session, to look after it (POSIX's orphaned process group)."""
    session = group.session
    for member in group.members.values():
        parent = member.parent
        if parent is not None and parent.group is not group and parent.group.session is session:
            return False
    return True


class ProcessTable:
    """All processes by pid; groups and sessions by id. Numbers go up and wrap at pid_max."""

    __slots__ = ("by_pid", "groups", "last_pid", "pid_max", "sessions")

    def __init__(self, pid_max: int = 4194304) -> None:
        self.by_pid: dict[int, Process] = {}
        self.groups: dict[int, Group] = {}
        self.sessions: dict[int, Session] = {}
        self.last_pid = 0
        self.pid_max = pid_max

    def next_pid(self) -> int:
        """Return a free number: the next one after the last, as Linux."""
        pid = self.last_pid
        while True:
            pid += 1
            if pid > self.pid_max:
                pid = 300
            if pid not in self.by_pid and pid not in self.groups:
                self.last_pid = pid
                return pid

    def remove(self, process: Process) -> None:
        """Forget a process; its group goes with its last member."""
        self.by_pid.pop(process.pid, None)
        group = process.group
        group.members.pop(process.pid, None)
        if not group.members:
            self.drop_group(group)

    def drop_group(self, group: Group) -> None:
        """Forget an empty group, and its session with its last group."""
        if self.groups.get(group.id) is group:
            del self.groups[group.id]
        session = group.session
        session.groups -= 1
        if not session.groups:
            self.sessions.pop(session.id, None)

    def new_session(self, id: int) -> Group:
        """Return the first group of a new session."""
        session = self.sessions[id] = Session(id)
        group = self.groups[id] = Group(id, session)
        return group

    def new_group(self, id: int, session: Session) -> Group:
        """Return a new group of a session."""
        group = self.groups[id] = Group(id, session)
        return group

    def move(self, process: Process, group: Group) -> None:
        """Put a process into another group."""
        old = process.group
        old.members.pop(process.pid, None)
        process.group = group
        group.members[process.pid] = process
        if not old.members:
            self.drop_group(old)

    def all(self) -> Iterable[Process]:
        """Return all processes, by pid."""
        return [self.by_pid[pid] for pid in sorted(self.by_pid)]
