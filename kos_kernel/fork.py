"""How a machine is copied: fork at quiescence.

A live Python stack can't be copied, so a machine can be forked when nobody is in the middle of a program. What holds no fiber
is carried: every filesystem (copy-on-write), PID 1 with its units, resident shells, devices, clock, randomness, limits. The cost
doesn't depend on how much is on the disks.

Each driver says what becomes of it: "cow" (it has a `fork`), "share" (it can't change), "refuse" (with a reason).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from .clock import AnyClock
from .contracts.context import Context
from .contracts.device import Device
from .contracts.fs import FileSystem
from .entropy import Entropy
from .errors import ForkBusy, KernelBug
from .fibers import Dispatcher, FiberPool, MultiDispatcher
from .kernel import Kernel
from .memory import Accounting, DiskAccount
from .namespaces import Namespaces, PidNamespace, UtsNamespace
from .process import Group, Process, Session
from .signals import SignalState
from .vfs.fdtable import FdTable
from .vfs.openfile import DirectoryFile, OpenFile, RegularFile
from .vfs.tree import TreeCopier
from .vfs.walk import FsStruct
from .view import View

if TYPE_CHECKING:
    from .platform import Platform

Live = Literal["refuse", "drop", "restart"]


def fork(
    kernel: Kernel, platform: Platform, pool: FiberPool, *, live: Live = "refuse", entropy: Entropy | None = None
) -> Kernel:
    """Return a copy of a quiescent machine. Raises ForkBusy, naming the pids that are in the middle of a program.

    live="drop": such processes simply aren't there in the copy. live="restart": so too, but active units are started again.
    entropy: the copy's randomness; by default a stream of its own that depends on this machine's.
    """
    busy = [p for p in kernel.table.by_pid.values() if p.task is not None and not p.zombie]
    if busy and live == "refuse":
        named = ", ".join(f'{p.pid} "{p.comm.decode("utf-8", "replace")}"' for p in busy[:5])
        more = f" and {len(busy) - 5} more" if len(busy) > 5 else ""
        raise ForkBusy(
            f"can't fork: pid {named}{more} in the middle of a program\n"
            f'  wait for them, kill them, or fork(live="drop") to leave them out of the copy',
            tuple(p.pid for p in busy),
        )
    clock = kernel.clock.fork()
    if entropy is None:
        entropy = kernel.entropy.fork()
    dispatcher = _new_dispatcher(kernel, pool, clock, entropy)
    twin = Kernel(kernel.config, clock, entropy, dispatcher, kernel.make_syscalls, platform, kernel.default_rlimits)
    twin.view = View(twin)
    twin.events.inherit(kernel.events)
    twin.boot_log = kernel.boot_log
    twin.task_ids, twin.anon, twin.namespace_ids = kernel.task_ids, kernel.anon, kernel.namespace_ids
    twin.limits = kernel.limits
    twin.disk = DiskAccount(kernel.disk.total, kernel.disk.left)
    twin.programs = kernel.programs
    _copy_devices(kernel, twin)
    vfs, copier = kernel.vfs.fork(lambda fs: _fork_fs(fs, twin))
    twin.vfs = vfs
    twin.net_families = kernel.net_families
    for name, driver in kernel.net.drivers.items() if kernel._net is not None else ():
        if driver.fork_policy == "refuse":
            raise ForkBusy(f"can't fork: {driver.fork_refusal}")
        shared = driver.fork_policy == "share"
        twin.net.drivers[name] = driver if shared else driver.fork(twin.net_context(name))
    twin.memory = Accounting(kernel.memory.total)
    _copy_processes(kernel, twin, copier)
    from .units import Init

    init = Init(twin, platform)
    twin.init.reactor = init
    manager = kernel.init.reactor.manager
    if manager is not None:
        manager.fork(twin, platform, live == "restart")
    return twin


def _new_dispatcher(kernel: Kernel, pool: FiberPool, clock: AnyClock, entropy: Entropy) -> Dispatcher:
    """Return CPUs of the same kind, with an empty scheduler of the same options."""
    old = kernel.dispatcher
    ctx = Context(clock, entropy, _no_log, _no_timer)
    scheduler = old.scheduler.fork(ctx)
    if scheduler is None:
        scheduler = old.make_scheduler(kernel.config.scheduler.options, ctx)
    if isinstance(old, MultiDispatcher):
        dispatcher: Dispatcher = MultiDispatcher(clock, pool, scheduler, old.cpus)
    else:
        dispatcher = Dispatcher(clock, pool, scheduler)
    dispatcher.make_scheduler = old.make_scheduler
    dispatcher.capabilities = old.capabilities
    dispatcher.switches = old.switches
    dispatcher.idle_ns = old.idle_ns
    dispatcher.load, dispatcher.next_deadline = old.load, old.load.due_ns
    return dispatcher


def _no_log(level: int, text: str) -> None:
    """A scheduler has nothing to say."""


def _no_timer(delay_ns: int, callback: Callable[[], None]) -> Callable[[], None]:
    raise KernelBug("a scheduler has no timers: the kernel asks it")


def _fork_fs(fs: FileSystem, twin: Kernel) -> FileSystem:
    if fs.fork_policy == "share":
        return fs
    if fs.fork_policy == "refuse":
        raise ForkBusy(f"can't fork: {fs.fork_refusal or f'{fs.fstype} refuses to be copied'}")
    return fs.fork(twin.context(fs.fstype))


def _copy_devices(kernel: Kernel, twin: Kernel) -> None:
    table = kernel.devices
    copy = twin.devices
    copy.names = table.names.copy()
    copy.next_minor = table.next_minor
    copies: dict[int, Device] = {}
    for key, device in table.by_number.items():
        if device.fork_policy == "refuse":
            raise ForkBusy(f"can't fork: {device.fork_refusal or f'device {device.name} refuses to be copied'}")
        if type(device).fork is Device.fork or device.fork_policy == "share":
            copy.by_number[key] = device
            continue
        made = copies.get(id(device))
        if made is None:
            made = copies[id(device)] = device.fork(twin.device_context(device.name))
            made.number, made.name = device.number, device.name
        copy.by_number[key] = made


def _copy_processes(kernel: Kernel, twin: Kernel, copier: TreeCopier) -> None:
    """Copy PID 1 and the resident processes."""
    old_root = kernel.root_namespaces
    uts = {old_root.uts: UtsNamespace(old_root.uts.id, old_root.uts.hostname)}
    pids = PidNamespace(old_root.pid.id, None)
    twin.root_namespaces = Namespaces(pids, uts[old_root.uts])
    twin.table.last_pid = kernel.table.last_pid
    files: dict[OpenFile, OpenFile] = {}
    for process in kernel.table.by_pid.values():
        if process is kernel.init or (process.resident and process.task is None and not process.zombie):
            copy = _copy_process(process, twin, copier, files)
            if process is kernel.init:
                twin.init = copy
            else:
                copy.parent = twin.init
                twin.init.children[copy.pid] = copy
    for session in kernel.sessions:
        if not session.process.zombie and session.process.task is None:
            twin.sessions += (session.fork(twin, twin.table.by_pid[session.process.pid]),)


def _copy_process(process: Process, twin: Kernel, copier: TreeCopier, files: dict[OpenFile, OpenFile]) -> Process:
    table = twin.table
    old_group = process.group
    group = table.groups.get(old_group.id)
    if group is None:
        session = table.sessions.get(old_group.session.id)
        if session is None:
            session = table.sessions[old_group.session.id] = Session(old_group.session.id)
        group = table.groups[old_group.id] = Group(old_group.id, session)
    fs = process.fs
    walker = FsStruct(
        twin.vfs, copier.dentry(fs.root), copier.dentry(fs.cwd), process.cred, copier.namespaces[fs.mounts], fs.umask
    )
    fds = FdTable(process.fds.limit)
    for fd, file in process.fds.files.items():
        made = files.get(file)
        if made is None:
            made = files[file] = _copy_file(process, fd, file, twin, copier)
        else:
            made.refs += 1
        fds.files[fd] = made
    fds.cloexec = process.fds.cloexec
    namespaces = process.namespaces
    if namespaces is process.kernel.root_namespaces:
        namespaces = twin.root_namespaces
    else:
        namespaces = Namespaces(twin.root_namespaces.pid, UtsNamespace(namespaces.uts.id, namespaces.uts.hostname))
    signals = SignalState(process.signals.blocked, dict(process.signals.handlers) or None, process.signals.restart)
    copy = Process(
        twin, process.pid, None, group, process.cred, walker, fds, process.env, signals, process.rlimits, namespaces
    )
    copy.start_ns = process.start_ns
    copy.comm, copy.argv, copy.exe = process.comm, process.argv, process.exe
    copy.resident = process.resident
    copy.rested_ns = process.rested_ns
    if old_group.session.leader is process:
        group.session.leader = copy
    table.by_pid[copy.pid] = copy
    return copy


def _copy_file(process: Process, fd: int, file: OpenFile, twin: Kernel, copier: TreeCopier) -> OpenFile:
    if isinstance(file, RegularFile):
        entry = copier.dentry(file.dentry) if file.dentry is not None else None
        made: OpenFile = RegularFile(
            copier.inode(file.inode), file.flags, entry, None if file.clock is None else twin.clock
        )
    elif isinstance(file, DirectoryFile) and file.dentry is not None:
        entry = copier.dentry(file.dentry)
        made = DirectoryFile(entry.inode, file.flags, entry)
    else:
        raise ForkBusy(
            f"can't fork: pid {process.pid} holds {file.describe().decode('utf-8', 'replace')} open as descriptor {fd}, "
            f"and only files and directories can be copied",
            (process.pid,),
        )
    made.pos = file.pos
    return made
