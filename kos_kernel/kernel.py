"""The kernel of one machine: its subsystems, and the few things that concern several of them.

Nothing outside the kernel package holds one: programs see `k` (syscalls.py), hosts a `Machine` (machine.py), drivers a context.
What is here is bookkeeping between subsystems; each subsystem's own work is in its own file:

    clock, entropy, events      dispatcher (fibers.py)     table (process.py)     vfs (vfs/)       memory
    devices                     programs                   net                    namespaces       locks, fifos
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import abi, errors
from .abi import RLIM_INFINITY, SIGKILL, SIGPIPE
from .clock import AnyClock
from .contexts import KernelContext, KernelDeviceContext, KernelNetContext
from .contracts.context import Caller, Context, DeviceContext, NetContext
from .contracts.fs import FileSystem, Inode
from .contracts.machine import LimitsConfig, MachineConfig
from .credentials import Credentials
from .devices import DeviceTable
from .entropy import Entropy
from .events import Events
from .fibers import Dispatcher, ProcessExit, Task
from .memory import Accounting, DiskAccount
from .namespaces import Namespaces, PidNamespace, UtsNamespace
from .net.switchboard import Switchboard
from .process import Process, ProcessTable, is_orphaned, post_signal
from .programs import Programs
from .signals import SignalState, members
from .vfs.fdtable import FdTable
from .vfs.locks import FileLocks
from .vfs.tree import Vfs
from .vfs.walk import FsStruct

if TYPE_CHECKING:
    from .platform import Platform

RELEASE = "6.12.0-kos"
VERSION = "#1 SMP PREEMPT KOS"
ROOT = Credentials(0, 0, 0, 0, 0, 0)


class Kernel:
    """One machine's kernel. Made by boot.py or fork.py, field by field; see there for the order."""

    __slots__ = (
        "__weakref__", "abandoned", "anon", "boot_log", "clock", "closed", "config", "default_rlimits", "devices",
        "disk", "dispatcher", "entropy", "events", "fifos", "_hand", "init", "limits", "locks", "platform",
        "make_syscalls", "memory", "namespace_ids", "_net", "net_families", "programs", "release", "root_namespaces", "sessions",
        "task_ids", "table",
        "version", "vfs", "view",
    )  # fmt: skip

    def __init__(
        self,
        config: MachineConfig,
        clock: AnyClock,
        entropy: Entropy,
        dispatcher: Dispatcher,
        make_syscalls: Callable[..., Any],
        platform: Platform,
        rlimits: tuple[tuple[int, int], ...] | None = None,
    ) -> None:
        self.platform = platform
        self.config = config
        self.clock = clock
        self.entropy = entropy
        self.dispatcher = dispatcher
        self.make_syscalls = make_syscalls
        self.events = Events()
        self.limits: LimitsConfig = config.limits
        self.memory = Accounting(config.memory)
        self.table = ProcessTable()
        self.vfs = Vfs()
        self.devices = DeviceTable()
        self.programs: Programs
        self._net: Switchboard | None = None
        self.net_families: dict[int, str] = {}  # AF_* -> the name of its protocol driver
        self.view: Any = None
        self.init: Process
        self._hand: Any = None
        self.root_namespaces: Namespaces
        self.locks: dict[Inode, FileLocks] = {}
        self.fifos: dict[Inode, Any] = {}
        self.sessions: tuple[Any, ...] = ()  # resident shells: they hold no fiber while idle, and a fork carries them
        self.abandoned: tuple[Task, ...] = ()
        self.boot_log: list[tuple[str, int]] = []
        self.task_ids = 0
        self.anon = 0
        self.namespace_ids = 4026532000
        self.disk = DiskAccount(config.limits.disk)
        self.release = RELEASE
        self.version = VERSION
        self.closed = False
        self.default_rlimits = default_rlimits(config.limits) if rlimits is None else rlimits

    @property
    def init_k(self) -> Any:
        """Return the host's hand: system calls in the name of PID 1, for calls that don't block. Made when first needed."""
        if self._hand is None:
            task = Task(0, self.init, _nothing)
            task.until = 1 << 62
            self._hand = self.make_syscalls(self, self.init, task)
        return self._hand

    @property
    def net(self) -> Switchboard:
        """Return the network's switchboard, made when the first socket asks for it."""
        if self._net is None:
            self._net = Switchboard(self.net_families, self)
        return self._net

    # ---------------------------------------------------------------- numbers
    def next_anon(self) -> int:
        """Return a number for something without a name: a pipe, a socket."""
        self.anon += 1
        return self.anon

    def next_namespace(self) -> int:
        """Return a new namespace's number."""
        self.namespace_ids += 1
        return self.namespace_ids

    # ---------------------------------------------------------------- processes
    def first_process(self, root: FsStruct, hostname: bytes) -> Process:
        """Make PID 1, which holds no fiber."""
        self.root_namespaces = Namespaces(
            PidNamespace(self.next_namespace(), None), UtsNamespace(self.next_namespace(), hostname)
        )
        pid = self.table.next_pid()
        group = self.table.new_session(pid)
        process = Process(
            self, pid, None, group, ROOT, root, FdTable(self.limits.open_files), dict(self.config.env), SignalState(),
            self.default_rlimits, self.root_namespaces,
        )  # fmt: skip
        group.session.leader = process
        process.comm = b"init"
        process.argv = [b"init"]
        process.exe = b"/sbin/init"
        self.table.by_pid[pid] = process
        return process

    def new_process(self, parent: Process, fds: FdTable, env: dict[bytes, bytes], signals: SignalState) -> Process:
        """Return a child of `parent`, not yet running: it shares or copies what a child does."""
        table = self.table
        pid = table.next_pid()
        namespaces = parent.namespaces
        if namespaces.pid is not namespaces.pid_for_children:
            namespaces = namespaces.for_child()
        process = Process(
            self,
            pid,
            parent,
            parent.group,
            parent.cred,
            parent.fs.fork(),
            fds,
            env,
            signals,
            parent.rlimits,
            namespaces,
        )
        table.by_pid[pid] = process
        if namespaces.pid.parent is not None:
            namespaces.pid.adopt(process)
        soft = process.rlimits[abi.RLIMIT_CPU][0]
        if soft != RLIM_INFINITY:
            process.cpu_limit_ns = max(1, soft * 1_000_000_000)
        return process

    def room_for_process(self, process: Process) -> None:
        """Raise ResourceUnavailable if the machine or the user has as many processes as the limits allow."""
        count = len(self.table.by_pid)
        if count >= self.limits.processes:
            raise errors.ResourceUnavailable(
                None, f"the machine has {count} processes, its limit is {self.limits.processes}"
            )
        if process.cred.privileged:
            return  # root's own limit doesn't count
        limit = process.rlimits[abi.RLIMIT_NPROC][0]
        if limit != RLIM_INFINITY:
            uid = process.cred.ruid
            if sum(1 for other in self.table.by_pid.values() if other.cred.ruid == uid) >= limit:
                raise errors.ResourceUnavailable(None, f"the user may have {limit} processes")

    def become(self, process: Process, cred: Credentials) -> None:
        """Give a process other credentials."""
        process.cred = cred
        process.fs.set_cred(cred)

    def reaper_for(self, process: Process) -> Process | None:
        """Return who inherits a dying process's children: its pid namespace's init, or PID 1."""
        namespace: PidNamespace = process.namespaces.pid
        if namespace.parent is not None and namespace.init is not None and namespace.init is not process:
            return namespace.init
        return self.init if process is not self.init else None

    def process_ended(self, process: Process) -> None:
        """Tidy up what other subsystems hold of a process that ends; its descriptors are closed already."""
        if process.alarm is not None:
            process.alarm.cancel()
        session = process.group.session
        if session.leader is process:
            session.leader = None
            if session.tty is not None:
                session.tty.session_ended(session.id)
                session.tty = None
        numbers = process.numbers
        if numbers is not None:
            for namespace in list(numbers):
                if namespace.init is process:
                    namespace.init = None
                    for other in list(namespace.members.values()):
                        if other is not process:
                            post_signal(other, SIGKILL)

    def drop_locks(self, process: Process) -> None:
        """A process ends: its locks go, and those of open files that it alone holds."""
        for file in process.fds.files.values():
            locks = self.locks.get(file.inode) if file.inode is not None else None
            if locks is not None:
                locks.drop(process, file if file.refs == 1 else None)
        self.locks = {inode: locks for inode, locks in self.locks.items() if not locks.unused()}

    def broken_pipe(self) -> None:
        """Send SIGPIPE to who is running: it wrote where nobody reads. Returns if it handles or ignores that."""
        task = self.dispatcher.current
        if task is not None:
            post_signal(task.process, SIGPIPE)
            task.process.attend()

    def program_failed(self, process: Process, error: Exception) -> int:
        """A program let an error through: say so on its fd 2, as a Linux user expects, and return its exit status.

        What is no SysError is a mistake in the program's code: the log gets the traceback, the user one line.
        """
        name = process.comm.decode("utf-8", "surrogateescape")
        ready: bytes | None = getattr(error, "text", None)
        status: int
        fd = 2
        text = ""
        if isinstance(ready, bytes):  # toolkit.options.CommandExit: a usage error, or --help
            status, fd = error.status, error.fd  # type: ignore[attr-defined]
        elif isinstance(error, errors.SysError):
            status = 1
            path = f"{error.filename.decode('utf-8', 'surrogateescape')}: " if error.filename else ""
            text = f"{name}: {path}{error.strerror}"
        elif isinstance(error, RecursionError):
            status, text = 1, f"{name}: nested too deeply"
        elif isinstance(error, MemoryError):
            status, text = 1, f"{name}: memory exhausted"
        else:
            status = 70
            text = f"{name}: internal error: {type(error).__name__}: {error} (details in dmesg)"
            where = "".join(traceback.format_exception(error, limit=-12))
            self.events.note(self.clock.now_ns(), 3, f"pid {process.pid} ({name}): {where}")
        out = process.fds.files.get(fd)
        if out is not None:
            try:
                out.write(ready if ready is not None else text.encode("utf-8", "surrogateescape") + b"\n")
            except errors.SysError:
                status = status or 1
            except ProcessExit:
                pass  # SIGPIPE: exit_status says so, and _live looks at dying
        return status

    # ---------------------------------------------------------------- drivers
    def context(self, name: str) -> Context:
        """Return the context of a driver. name: for its own stream of randomness."""
        return KernelContext(self, name)

    def device_context(self, name: str) -> DeviceContext:
        """Return the context of a device driver."""
        return KernelDeviceContext(self, name)

    def net_context(self, name: str) -> NetContext:
        """Return the context of a protocol driver."""
        return KernelNetContext(self, name)

    def caller(self) -> Caller:
        """Return the process on whose behalf a driver is called; PID 1 when the host itself asks."""
        task = self.dispatcher.current
        process = task.process if task is not None else self.init
        signals = process.signals
        ignored = frozenset(n for n, handler in signals.handlers.items() if handler == abi.SIG_IGN)
        return Caller(
            process.pid,
            process.group.id,
            process.group.session.id,
            process.cred.euid,
            members(signals.blocked),
            ignored,
        )

    def signal_group(self, pgid: int, signum: int) -> bool:
        """Send a signal to a process group; False if it has no members or is orphaned. signum 0 only asks."""
        group = self.table.groups.get(pgid)
        if group is None or not group.members:
            return False
        orphaned = is_orphaned(group)
        if signum:
            for member in list(group.members.values()):
                post_signal(member, signum)
        return not orphaned

    def make_filesystem(self, fstype: str, source: bytes, data: bytes, process: Process) -> FileSystem:
        """Return a new filesystem for mount(2). NoSuchDevice for an unknown type, InvalidArgument for bad options."""
        made: FileSystem = self.platform.mounted_at_run_time(self, fstype, source, data)
        return made


def _nothing() -> None:
    return None


def default_rlimits(limits: LimitsConfig) -> tuple[tuple[int, int], ...]:
    """Return the limits that PID 1 begins with, from the machine's configuration."""
    table = [(RLIM_INFINITY, RLIM_INFINITY)] * abi.RLIM_COUNT
    table[abi.RLIMIT_NOFILE] = (limits.open_files, limits.open_files)
    table[abi.RLIMIT_NPROC] = (limits.processes, limits.processes)
    table[abi.RLIMIT_CORE] = (0, RLIM_INFINITY)
    table[abi.RLIMIT_STACK] = (8 << 20, RLIM_INFINITY)
    table[abi.RLIMIT_NICE] = table[abi.RLIMIT_RTPRIO] = (0, 0)
    if limits.file_size is not None:
        table[abi.RLIMIT_FSIZE] = (limits.file_size, limits.file_size)
    if limits.memory is not None:
        table[abi.RLIMIT_AS] = (limits.memory, limits.memory)
    if limits.cpu_ns is not None:
        seconds = max(1, -(-limits.cpu_ns // 1_000_000_000))
        table[abi.RLIMIT_CPU] = (seconds, seconds)
    return tuple(table)
