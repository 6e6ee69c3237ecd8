"""What /proc and /sys see of a kernel: the implementation of contracts/view.py, plain snapshots made on demand."""

from __future__ import annotations

from typing import Any

from . import errors
from .abi import MS_NOATIME, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, SIG_IGN
from .contracts.device import BlockDevice
from .contracts.fs import FileSystem, Inode
from .contracts.scheduler import ANY_CPU
from .contracts.view import MountView, ProcessView
from .fibers import DEAD, RUNNABLE, RUNNING, SLEEPING
from .kernel import Kernel
from .namespaces import number_in, process_of, visible
from .process import Process
from .signals import mask
from .vfs.dentry import Dentry, Mount
from .vfs.openfile import OpenFile
from .vfs.pipe import Pipe, PipeReader, PipeWriter

_LIMIT_ROWS = (
    ("Max cpu time", 0, "seconds"), ("Max file size", 1, "bytes"), ("Max data size", 2, "bytes"), ("Max stack size", 3, "bytes"),
    ("Max core file size", 4, "bytes"), ("Max resident set", 5, "bytes"), ("Max processes", 6, "processes"),
    ("Max open files", 7, "files"), ("Max locked memory", 8, "bytes"), ("Max address space", 9, "bytes"),
    ("Max file locks", 10, "locks"), ("Max pending signals", 11, "signals"), ("Max msgqueue size", 12, "bytes"),
    ("Max nice priority", 13, ""), ("Max realtime priority", 14, ""), ("Max realtime timeout", 15, "us"),
)  # fmt: skip


class DescriptorInode(Inode):
    """What /proc/PID/fd/N leads to: the open file itself, whatever its name says now."""

    __slots__ = ("file",)
    special = True

    def __init__(self, fs: FileSystem, file: OpenFile) -> None:
        super().__init__(fs, getattr(file, "number", 0) if file.inode is None else file.inode.ino)
        self.file = file

    @property
    def attr(self) -> Any:
        return self.file.attributes()

    def open(self, flags: int) -> OpenFile:
        """Return an open file of the same thing: of its own for a pipe's end, shared otherwise."""
        file = self.file
        pipe: Pipe | None = getattr(file, "pipe", None)
        if pipe is not None:
            return (PipeWriter if flags & 3 == 1 else PipeReader)(pipe, flags)
        file.refs += 1
        return file

    def read(self, offset: int, size: int) -> bytes:
        return self.file.pread(size, offset)


class View:
    """One kernel, read only."""

    __slots__ = ("_boot_id", "_kernel")

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._boot_id: str | None = None

    def _reader(self) -> Process:
        task = self._kernel.dispatcher.current
        return task.process if task is not None else self._kernel.init

    def _process(self, pid: int) -> Process:
        found = process_of(self._kernel, pid, self._reader())
        if found is None:
            raise errors.NoSuchProcess(None, f"there is no process {pid}")
        return found

    def _inspected(self, pid: int) -> Process:
        process = self._process(pid)
        cred = self._reader().cred
        if not cred.privileged and cred.euid != process.cred.euid:
            raise errors.AccessDenied(None, "the process is somebody else's")
        return process

    def caller(self) -> int:
        reader = self._reader()
        return number_in(reader, reader) if self._kernel.dispatcher.current is not None else 0

    def pids(self) -> list[int]:
        reader = self._reader()
        return sorted(number_in(p, reader) for p in self._kernel.table.by_pid.values() if visible(p, reader))

    def process(self, pid: int) -> ProcessView | None:
        reader = self._reader()
        process = process_of(self._kernel, pid, reader)
        if process is None:
            return None
        cred = process.cred
        signals = process.signals
        task = process.task
        session = process.group.session
        tty = session.tty
        caught = mask(n for n, handler in signals.handlers.items() if callable(handler))
        ignored = mask(n for n, handler in signals.handlers.items() if handler == SIG_IGN)
        leader = self._kernel.table.by_pid.get(process.group.id)
        leader_number = number_in(leader, reader) if leader is not None else process.group.id
        return ProcessView(
            pid=pid,
            ppid=0 if process.parent is None else number_in(process.parent, reader),
            pgid=leader_number,
            sid=session.id,
            comm=process.comm,
            argv=tuple(process.argv),
            environ=tuple(name + b"=" + value for name, value in process.env.items()),
            state=process.state_letter(),
            uid=cred.ruid,
            euid=cred.euid,
            gid=cred.rgid,
            egid=cred.egid,
            suid=cred.suid,
            sgid=cred.sgid,
            groups=cred.listed,
            nice=task.nice if task is not None else 0,
            threads=1,
            tty=0 if tty is None else (tty.number[0] << 8 | tty.number[1]),
            tpgid=-1 if tty is None else tty.foreground_group(),
            start_ns=process.start_ns,
            utime_ns=task.runtime_ns if task is not None else 0,
            stime_ns=0,
            child_utime_ns=process.child_user_ns,
            child_stime_ns=process.child_system_ns,
            memory=process.memory,
            last_cpu=max(0, task.last_cpu) if task is not None else 0,
            umask=process.fs.umask,
            pending=signals.pending,
            blocked=signals.blocked,
            ignored=ignored,
            caught=caught,
            voluntary_switches=task.voluntary if task is not None else 0,
            involuntary_switches=task.involuntary if task is not None else 0,
            affinity=(ANY_CPU if task is None else task.affinity) & ((1 << self._kernel.dispatcher.cpus) - 1),
            policy=0 if task is None else int(task.demand.policy),
            rt_priority=0 if task is None else task.demand.rt_priority,
            wait_ns=0 if task is None else task.wait_ns,
        )

    def scheduling(self, pid: int) -> tuple[int, dict[str, float]]:
        task = self._process(pid).task
        if task is None or task.sched is None:
            return 0, {}
        return task.ready_ns, self._kernel.dispatcher.scheduler.figures(task)

    def fds(self, pid: int) -> list[tuple[int, bytes, int, int]]:
        process = self._inspected(pid)
        rows = []
        for fd in sorted(process.fds.files):
            file = process.fds.files[fd]
            rows.append((fd, self._describe(file), file.flags, file.pos))
        return rows

    def _describe(self, file: OpenFile) -> bytes:
        if file.dentry is None:
            return file.describe()
        path = self._path(file.dentry)
        return path + b" (deleted)" if file.attributes().nlink == 0 else path

    def _path(self, dentry: Dentry) -> bytes:
        reader = self._reader()
        return reader.fs.mounts.path(dentry, reader.fs.root)[0]

    def follow_fd(self, pid: int, fd: int) -> object:
        process = self._inspected(pid)
        file = process.fds.files.get(fd)
        if file is None:
            raise errors.NoSuchFile()
        if (
            file.dentry is not None
            and file.inode is not None
            and file.inode.attr.mode & S_IFMT in (S_IFREG, S_IFDIR, S_IFLNK)
        ):
            return file.dentry
        fs = file.inode.fs if file.inode is not None else _ANONYMOUS
        return Dentry(None, b"", DescriptorInode(fs, file))

    def cwd(self, pid: int) -> bytes:
        return self._path(self._inspected(pid).fs.cwd)

    def root(self, pid: int) -> bytes:
        return self._path(self._inspected(pid).fs.root)

    def exe(self, pid: int) -> bytes:
        return self._inspected(pid).exe

    def limits(self, pid: int) -> list[tuple[str, int, int, str]]:
        limits = self._process(pid).rlimits
        return [(name, *limits[which], unit) for name, which, unit in _LIMIT_ROWS]

    def mounts(self, pid: int) -> list[MountView]:
        process = self._process(pid)
        namespace = process.fs.mounts
        rows = []
        for mount in namespace.trees.values():
            target, reachable = namespace.path(mount.root, process.fs.root)
            if not reachable and mount.root is not process.fs.root:
                continue
            above = namespace.trees.get(mount.point.tree) if mount.point is not None else None
            options = _option_words(mount)
            rows.append(
                MountView(
                    mount.id,
                    above.id if above is not None else 0,
                    mount.fs.dev,
                    mount.subpath,
                    target,
                    options,
                    mount.fs.statfs().fstype,
                    mount.source,
                    mount.options or ("ro" if mount.fs.readonly else "rw"),
                )
            )
        return rows

    def filesystems(self) -> list[tuple[str, bool]]:
        names = {mount.fs.fstype for ns in self._kernel.vfs.namespaces for mount in ns.trees.values()}
        return [(name, False) for name in sorted(names)]

    def namespaces(self, pid: int) -> dict[str, int]:
        process = self._inspected(pid)
        return {
            "mnt": process.fs.mounts.id,
            "pid": process.namespaces.pid.id,
            "pid_for_children": process.namespaces.pid_for_children.id,
            "uts": process.namespaces.uts.id,
        }

    def uptime_ns(self) -> tuple[int, int]:
        return self._kernel.clock.now_ns(), self._kernel.dispatcher.idle_ns

    def cpu_times(self) -> list[tuple[int, int, int]]:
        dispatcher = self._kernel.dispatcher
        cpus = getattr(dispatcher, "cpu_list", None)
        now_ns = self._kernel.clock.now_ns()
        if cpus is not None:
            return [(cpu.busy_ns, 0, max(0, now_ns - cpu.busy_ns)) for cpu in cpus]
        return [(max(0, now_ns - dispatcher.idle_ns), 0, dispatcher.idle_ns)]

    def cpu_queues(self) -> list[tuple[int, int]]:
        waits = list(self._kernel.dispatcher.ended)
        for process in self._kernel.table.by_pid.values():
            task = process.task
            if task is not None and task.last_cpu >= 0 and task.state is not DEAD:
                waited_ns, turns = waits[task.last_cpu]
                waits[task.last_cpu] = (waited_ns + task.wait_ns, turns + task.voluntary + task.involuntary + 1)
        return waits

    def load(self) -> tuple[float, float, float, int, int, int]:
        table = self._kernel.table
        running = sum(1 for p in table.by_pid.values() if p.task is not None and p.task.state in (RUNNING, RUNNABLE))
        load = self._kernel.dispatcher.load.slept_until(self._kernel.clock.now_ns())
        return *load.averages(), running, len(table.by_pid), table.last_pid

    def memory(self) -> dict[str, int]:
        memory = self._kernel.memory
        shared = 0
        for fs in {mount.fs: None for ns in self._kernel.vfs.namespaces for mount in ns.trees.values()}:
            if fs.fstype == "memory":
                sizes = fs.statfs()
                shared += (sizes.blocks - sizes.bfree) * sizes.bsize
        used = memory.used
        free = max(0, memory.total - used - shared)
        return {
            "total": memory.total, "used": used, "free": free, "shared": shared, "buffers": 0, "cached": shared,
            "available": free, "swap_total": 0, "swap_free": 0,
        }  # fmt: skip

    def counters(self) -> dict[str, int]:
        kernel = self._kernel
        processes = [p for p in kernel.table.by_pid.values() if p.task is not None]
        return {
            "context_switches": kernel.dispatcher.switches,
            "forks": kernel.task_ids,
            "boot_time_s": (kernel.clock.realtime_ns() - kernel.clock.now_ns()) // 1_000_000_000,
            "running": sum(1 for p in processes if p.task is not None and p.task.state in (RUNNING, RUNNABLE)),
            "blocked": sum(1 for p in processes if p.task is not None and p.task.state is SLEEPING and p.stopped),
            "system_calls": 0,
            "pid_max": kernel.table.pid_max,
            "threads_max": kernel.limits.processes,
        }

    def hostname(self) -> bytes:
        hostname: bytes = self._reader().namespaces.uts.hostname
        return hostname

    def set_hostname(self, name: bytes) -> None:
        reader = self._reader()
        if not reader.cred.privileged:
            raise errors.NotPermitted()
        if not 0 < len(name) <= 64:
            raise errors.InvalidArgument(None, "a hostname has 1 to 64 bytes")
        reader.namespaces.uts.hostname = name

    def version(self) -> tuple[str, str]:
        return self._kernel.release, self._kernel.version

    def boot_id(self) -> str:
        if self._boot_id is None:
            self._boot_id = _uuid(self._kernel.entropy.child("boot_id").bytes(16))
        return self._boot_id

    def random_uuid(self) -> str:
        return _uuid(self._kernel.entropy.bytes(16))

    def log_lines(self) -> list[tuple[int, int, str]]:
        return list(self._kernel.events.log_ring)

    def locks(self) -> list[str]:
        lines: list[str] = []
        for inode, locks in self._kernel.locks.items():
            where = f"{inode.fs.dev >> 8:02x}:{inode.fs.dev & 255:02x}:{inode.ino}"
            for _file in locks.shared:
                lines.append(f"{len(lines) + 1}: FLOCK  ADVISORY  READ  0 {where} 0 EOF")
            if locks.exclusive is not None:
                lines.append(f"{len(lines) + 1}: FLOCK  ADVISORY  WRITE 0 {where} 0 EOF")
            for one in locks.ranges:
                end = "EOF" if one.end >= 1 << 63 else str(one.end - 1)
                word = "WRITE" if one.kind else "READ "
                lines.append(f"{len(lines) + 1}: POSIX  ADVISORY  {word} {one.owner.pid} {where} {one.start} {end}")
        return lines

    def devices(self) -> list[tuple[str, int, int, str]]:
        return [(kind, *number, name) for name, (kind, number, _) in self._kernel.devices.names.items()]

    def block_devices(self) -> list[tuple[int, int, int, str]]:
        devices = self._kernel.devices
        rows = []
        for name, (kind, number, _) in devices.names.items():
            device = devices.find(kind, number)
            if isinstance(device, BlockDevice):
                rows.append((*number, device.block_size * device.block_count, name))
        return sorted(rows)

    def device_modes(self) -> dict[str, int]:
        """Return name -> permission bits, for devfs."""
        return {name: mode for name, (_, _, mode) in self._kernel.devices.names.items()}


class _Anonymous(FileSystem):
    """Stands behind descriptors without a filesystem."""

    fstype = "anon"
    cacheable = False


_ANONYMOUS = _Anonymous()


def _option_words(mount: Mount) -> str:
    flags = mount.flags
    words = ["ro" if flags & MS_RDONLY or mount.fs.readonly else "rw"]
    for bit, word in ((MS_NOSUID, "nosuid"), (MS_NODEV, "nodev"), (MS_NOEXEC, "noexec")):
        if flags & bit:
            words.append(word)
    words.append("noatime" if flags & MS_NOATIME else "relatime")
    return ",".join(words)


def _uuid(raw: bytes) -> str:
    number = bytearray(raw)
    number[6] = number[6] & 0x0F | 0x40
    number[8] = number[8] & 0x3F | 0x80
    text = number.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
