"""The service manager: PID 1's work when there are unit files. A state machine, without a fiber.

It reads /etc/systemd/system, starts what multi-user.target wants (unitlinks.py), runs jobs one dependency at a time, and answers who asks
through files:

    /run/init/control      write "start NAME", "stop NAME", "restart NAME" or "reload"; a read then waits for the outcome
    /run/init/units        one line a unit: name, load state, active state, sub state, description
    /run/init/unit/NAME    what `systemctl status` shows, as Key=value lines

`systemctl` is a program that reads and writes these. The kernel knows no unit type: `.service` is a driver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import errors, launch
from .abi import O_APPEND, O_CREAT, O_WRONLY, S_IFREG, SIGKILL
from .contracts.fs import Attributes, DirEntry, FileSystem, GeneratedFile, Inode, StaticDirectory
from .errors import ConfigError, KosError, SysError
from .fibers import WaitQueue
from .kernel import Kernel
from .namespaces import Namespaces
from .process import post_signal
from .unitfiles import UnitFile, parse, start_order
from .unitlinks import Folder, connect
from .vfs.openfile import Bytes, OpenFile

if TYPE_CHECKING:
    from .platform import Platform

UNIT_PATHS = (b"/etc/systemd/system", b"/usr/lib/systemd/system")
NEEDS = ("Requires", "BindsTo", "Requisite")  # what a unit can't be without
SETTLED = ("active", "inactive", "failed")


class Job:
    """A start or stop that somebody asked for. outcome: None while it goes on, "" done, else what went wrong."""

    __slots__ = ("busy", "kind", "names", "outcome", "wanted", "waiting")

    def __init__(self, kind: str, wanted: str, names: list[str], queue: WaitQueue) -> None:
        self.wanted = wanted  # the unit that was asked for: the job fails with it, and with what it requires
        self.busy = False  # a unit of it is being told something: its answer is looked at when it returns
        self.kind = kind
        self.names = names  # still to do, in order
        self.outcome: str | None = None
        self.waiting = queue


class UnitManager:
    """See above."""

    def __init__(self, kernel: Kernel, platform: Platform) -> None:
        self.kernel = kernel
        self.platform = platform
        self.files: dict[str, UnitFile] = {}
        self.aliases: dict[str, str] = {}  # other name -> unit
        self.boot: list[str] = []
        self.units: dict[str, Any] = {}
        self.types: dict[str, Any] = {}
        self.pids: dict[int, str] = {}
        self.jobs: list[Job] = []
        self.suffixes = {
            platform.registry.record("kos.unit", one.driver).suffix: one for one in kernel.config.init.types
        }

    @classmethod
    def start(cls, kernel: Kernel, platform: Platform) -> UnitManager:
        """Begin: read the unit files and start what multi-user.target wants."""
        manager = cls(kernel, platform)
        kernel.init.reactor.manager = manager
        manager._show()
        manager.reload()
        for name in manager.boot:
            job = manager.ask("start", name)
            if job.outcome:
                manager._note(f"{name}: {job.outcome}")
        return manager

    # ---------------------------------------------------------------- unit files
    def reload(self) -> None:
        """Read the unit files anew. Units that run keep what they were started with."""
        k = self.kernel.init_k
        files: dict[str, UnitFile] = {}
        folders: list[Folder] = []
        for folder in reversed(UNIT_PATHS):
            beside = Folder({}, {}, {})
            for entry in _names(k, folder):
                text = entry.decode("utf-8", "surrogateescape")
                path = folder + b"/" + entry
                unit, _, suffix = text.rpartition(".")
                if suffix in ("wants", "requires"):
                    table: Any = beside.wants if suffix == "wants" else beside.requires
                    table[unit] = [name.decode("utf-8", "surrogateescape") for name in _names(k, path)]
                elif unit:
                    target = _link(k, path)
                    if target:
                        beside.links[text] = target  # type: ignore[index]
                    files[text] = parse(text, path.decode("utf-8", "surrogateescape"), _read(k, path))
            folders.append(beside)
        units = connect(files, folders)
        self.files, self.aliases, self.boot = units.files, units.aliases, units.boot
        for name, file in self.files.items():
            if file.problem:
                self._note(f"{name}: {file.problem}")
        for problem in units.problems:
            self._note(problem)

    def _unit(self, name: str) -> Any:
        """Return a unit, loaded from its file if need be. Raises ConfigError."""
        unit = self.units.get(name)
        if unit is None:
            file = self.files.get(name)
            if file is None:
                raise ConfigError(f"Unit {name} not found.")
            if file.problem:
                raise ConfigError(file.problem)
            unit = self.units[name] = self._type(name).load(name, file.sections, self)
        return unit

    def _type(self, name: str) -> Any:
        suffix = "." + name.rpartition(".")[2]
        made = self.types.get(suffix)
        if made is None:
            if suffix == ".target":
                made = self.types[suffix] = TargetType()
                return made
            one = self.suffixes.get(suffix)
            if one is None:
                known = ", ".join(sorted([*self.suffixes, ".target"]))
                raise ConfigError(f"{name}: no unit type for {suffix} is installed (there are {known})")
            made = self.platform.registry.factory("kos.unit", one.driver)(one.options, self.kernel.context(one.driver))
            self.types[suffix] = made
        return made

    # ---------------------------------------------------------------- jobs
    def ask(self, kind: str, name: str) -> Job:
        """Begin a job: "start", "stop" or "restart" of a unit; its outcome comes in the job."""
        name = self.aliases.get(name, name)
        job = Job(kind, name, [], WaitQueue(self.kernel.dispatcher))
        try:
            if kind == "start":
                job.names = [one for one in start_order(self.files, name) if self._active(one) != "active"]
            elif kind == "stop":
                self._unit(name)
                job.names = [*self._dependents(name), name]
            elif kind == "restart":
                self._unit(name)
                job.names = [name]
            else:
                raise ConfigError(f"unknown request {kind!r}: start, stop, restart or reload")
        except KosError as error:
            job.outcome = str(error)
            return job
        self.jobs.append(job)
        self._go_on(job, begin=True)
        return job

    def _dependents(self, name: str) -> list[str]:
        """Return the active units that require this one, those that need them first."""
        found: list[str] = []
        for other in self.units:
            file = self.files.get(other)
            if file is not None and any(name in file.words("Unit", key) for key in NEEDS):
                if self._active(other) == "active" and other not in found:
                    found.extend(one for one in [*self._dependents(other), other] if one not in found)
        return found

    def _active(self, name: str) -> str:
        unit = self.units.get(name)
        return unit.state()[0] if unit is not None else "inactive"

    def _go_on(self, job: Job, begin: bool = False) -> None:
        """Take a job as far as it goes without waiting."""
        while job.outcome is None:
            if not job.names:
                self._end(job, "")
                return
            name = job.names[0]
            try:
                unit = self._unit(name)
                if begin:
                    begin = False
                    job.busy = True
                    if job.kind == "start":
                        self._check_requisites(name)
                        unit.start()
                    else:
                        unit.stop()
                    job.busy = False
            except (KosError, SysError) as error:
                job.busy = False
                if not self._goes_on_without(job, name):
                    self._end(job, f"{name}: {error}")
                    return
                begin = True
                continue
            active, _ = unit.state()
            if active not in SETTLED:
                return
            if job.kind == "restart" and active in ("inactive", "failed"):
                job.kind = "start"
                begin = True
                continue
            if job.kind == "start" and active == "failed":
                if self._goes_on_without(job, name):
                    begin = True
                    continue
                self._end(job, f"Job for {name} failed. See 'systemctl status {name}' for details.")
                return
            if job.kind == "stop" and active == "active":
                return
            job.names.pop(0)
            begin = True

    def _check_requisites(self, name: str) -> None:
        """Raise ConfigError unless what Requisite= names is active already: it isn't started for this unit."""
        file = self.files.get(name)
        for other in file.words("Unit", "Requisite") if file is not None else ():
            if self._active(other) != "active":
                raise ConfigError(f"its Requisite= {other} is not active")

    def _goes_on_without(self, job: Job, failed: str) -> bool:
        """A unit couldn't be started: leave out what requires it, and tell whether what was asked for is still to come."""
        if job.kind != "start":
            return False
        lost = {failed}
        for (
            name
        ) in job.names:  # in order: what requires a lost one comes after it, or is looked at again by its own start
            file = self.files.get(name)
            if file is not None and any(lost.intersection(file.words("Unit", key)) for key in NEEDS):
                lost.add(name)
        if job.wanted in lost:
            return False
        self._note(f"{job.wanted}: goes on without {', '.join(sorted(lost))}")
        job.names = [name for name in job.names if name not in lost]
        return True

    def _end(self, job: Job, outcome: str) -> None:
        job.outcome = outcome
        if job in self.jobs:
            self.jobs.remove(job)
        job.waiting.wake_all()

    # ---------------------------------------------------------------- UnitContext: what a unit may do
    def spawn(self, unit: str, argv: list[bytes], env: dict[bytes, bytes], cwd: bytes, user: bytes | None) -> int:
        """Start a unit's process; its output goes to /var/log/NAME.log."""
        kernel = self.kernel
        who = launch.find_user(kernel, None if user is None else user.decode("utf-8", "surrogateescape"))
        k = kernel.init_k
        log = k.open(
            b"/var/log/" + unit.encode("utf-8", "surrogateescape") + b".log", O_WRONLY | O_CREAT | O_APPEND, 0o640
        )
        null = k.open(b"/dev/null", 0)
        try:
            table = kernel.init.fds
            files = {0: table.get(null), 1: table.get(log), 2: table.get(log)}
            for file in files.values():
                file.refs += 1
            process = launch.new_process(kernel, files, user=who, env=env, cwd=cwd)
            seen = process.namespaces
            process.namespaces = Namespaces(seen.pid, seen.uts, group=unit)
        finally:
            k.close(log)
            k.close(null)
        try:
            launch.start(kernel, process, argv)
        except SysError:
            process.finish(203 << 8)
            raise
        self.pids[process.pid] = unit
        return process.pid

    def members(self, unit: str) -> list[int]:
        """Return the pids of all processes of a unit that live."""
        return [
            process.pid
            for process in self.kernel.table.all()
            if process.namespaces.group == unit and not process.zombie
        ]

    def kill(self, pid: int, signum: int) -> None:
        """Send a signal to a unit's process."""
        process = self.kernel.table.by_pid.get(pid)
        if process is not None:
            post_signal(process, signum)

    def after(self, delay_ns: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back later."""
        dispatcher = self.kernel.dispatcher
        return dispatcher.at(self.kernel.clock.now_ns() + delay_ns, callback).cancel

    def changed(self, unit: str) -> None:
        """A unit's state changed: whoever waits for it goes on."""
        for job in list(self.jobs):
            if not job.busy and job.names and job.names[0] == unit:
                self._go_on(job)
        if self._active(unit) in ("inactive", "failed"):
            for other in self._dependents(unit):
                self.units[other].stop()

    def log(self, unit: str, text: str) -> None:
        """A line about a unit, in the kernel log."""
        self._note(f"{unit}: {text}")

    def now_ns(self) -> int:
        """Return the machine's time."""
        return self.kernel.clock.now_ns()

    def process_exited(self, pid: int, status: int, group: str = "") -> None:
        """A child of PID 1 ended, or an orphan; group: the unit that it belonged to."""
        name = self.pids.pop(pid, group)
        if name in self.units:
            self.units[name].process_exited(pid, status)

    def _note(self, text: str) -> None:
        self.kernel.events.note(self.kernel.clock.now_ns(), 5, f"init: {text}")

    # ---------------------------------------------------------------- files that show it
    def _show(self) -> None:
        k = self.kernel.init_k
        try:
            k.mkdir(b"/run/init", 0o755)
        except errors.FileExists:
            pass
        point = self.kernel.init.fs.at(b"/run/init")
        self.kernel.vfs.mount(self.kernel.init.fs.mounts, InitFs(self), point, b"init")

    def listing(self) -> bytes:
        """Return a line for each unit that is loaded or has a file."""
        rows = []
        for name in sorted({*self.files, *self.units}):
            file = self.files.get(name)
            loaded = "not-found" if file is None else "bad-setting" if file.problem else "loaded"
            active, sub = self.units[name].state() if name in self.units else ("inactive", "dead")
            rows.append(f"{name}\t{loaded}\t{active}\t{sub}\t{file.description if file else name}\n")
        return "".join(rows).encode("utf-8", "surrogateescape")

    def status(self, name: str) -> bytes:
        """Return Key=value lines about a unit."""
        name = self.aliases.get(name, name)
        file = self.files.get(name)
        unit = self.units.get(name)
        rows: dict[str, Any] = {"Id": name, "Description": file.description if file else name}
        rows["LoadState"] = "not-found" if file is None else "bad-setting" if file.problem else "loaded"
        if file is not None:
            rows["FragmentPath"] = file.path
            if file.problem:
                rows["LoadError"] = file.problem
        active, sub = unit.state() if unit is not None else ("inactive", "dead")
        rows |= {"ActiveState": active, "SubState": sub}
        if unit is not None:
            rows |= unit.status()
        return "".join(f"{key}={value}\n" for key, value in rows.items()).encode("utf-8", "surrogateescape")

    # ---------------------------------------------------------------- fork
    def fork(self, kernel: Kernel, platform: Platform, restart: bool) -> UnitManager:
        """Return the manager of a forked machine. Processes aren't carried: with `restart` active units start again there."""
        twin = UnitManager(kernel, platform)
        twin.files, twin.aliases, twin.boot = self.files, self.aliases, self.boot
        for mount in kernel.init.fs.mounts.trees.values():
            if isinstance(mount.fs, InitFs):
                mount.fs.manager = twin
        again = []
        for name, unit in self.units.items():
            file = self.files.get(name)
            if file is not None and not file.problem:
                twin.units[name] = twin._type(name).restore(name, file.sections, twin, unit.checkpoint())
                if restart and unit.state()[0] == "active" and twin._active(name) != "active":
                    again.append(name)
        kernel.init.reactor.manager = twin
        for name in again:
            twin.ask("start", name)
        return twin

    def stop_all(self) -> None:
        """Kill what the units started: the machine goes away."""
        for process in self.kernel.table.all():
            if process.namespaces.group:
                post_signal(process, SIGKILL)


class Target:
    """A unit that is nothing but its dependencies."""

    def __init__(self, name: str, ctx: Any, active: bool = False) -> None:
        self.name = name
        self.ctx = ctx
        self.active = active

    def start(self) -> None:
        """It is reached."""
        self.active = True
        self.ctx.changed(self.name)

    def stop(self) -> None:
        """It is left."""
        self.active = False
        self.ctx.changed(self.name)

    def state(self) -> tuple[str, str]:
        """Return (active state, sub state)."""
        return ("active", "active") if self.active else ("inactive", "dead")

    def status(self) -> dict[str, Any]:
        """A target has nothing more to say."""
        return {}

    def process_exited(self, pid: int, status: int) -> None:
        """A target has no processes."""

    def checkpoint(self) -> bool:
        """Return whether it is reached."""
        return self.active


class TargetType:
    """.target, which every service manager has."""

    def load(self, name: str, sections: Any, ctx: Any) -> Target:
        """Return a target."""
        return Target(name, ctx)

    def restore(self, name: str, sections: Any, ctx: Any, saved: Any) -> Target:
        """Return a target as it was."""
        return Target(name, ctx, bool(saved))


class InitFs(FileSystem):
    """/run/init."""

    fstype = "initfs"
    cacheable = False

    def __init__(self, manager: UnitManager) -> None:
        self.manager = manager
        self._control = ControlInode(self)
        self._listing = GeneratedFile(self, 3, lambda: self.manager.listing())
        self._units = UnitsDirectory(self)
        self._root = StaticDirectory(
            self, 1, {b"control": self._control, b"units": self._listing, b"unit": self._units}, 0o755
        )

    def root(self) -> Inode:
        return self._root

    def fork(self, ctx: Any) -> FileSystem:
        return InitFs(self.manager)

    def inode(self, ino: int) -> Inode:
        return {1: self._root, 2: self._control, 3: self._listing, 4: self._units}.get(ino) or super().inode(ino)


class UnitsDirectory(Inode):
    """/run/init/unit: a file for each unit."""

    def __init__(self, fs: InitFs) -> None:
        super().__init__(fs, 4)
        self.init_fs = fs
        self.attr = Attributes(0o040555, nlink=2)

    def _known(self) -> list[str]:
        manager = self.init_fs.manager
        return sorted({*manager.files, *manager.units, *manager.aliases})

    def lookup(self, name: bytes) -> Inode | None:
        text = name.decode("utf-8", "surrogateescape")
        known = self._known()
        if text not in known:
            return None
        return GeneratedFile(self.fs, 16 + known.index(text), lambda: self.init_fs.manager.status(text))

    def readdir(self) -> Iterable[DirEntry]:
        return [
            DirEntry(name.encode("utf-8", "surrogateescape"), 16 + at, S_IFREG) for at, name in enumerate(self._known())
        ]


class ControlInode(Inode):
    """/run/init/control: root alone may ask."""

    special = True

    def __init__(self, fs: InitFs) -> None:
        super().__init__(fs, 2)
        self.init_fs = fs
        self.attr = Attributes(S_IFREG | 0o600)

    def open(self, flags: int) -> object:
        return ControlFile(self, flags)

    def truncate(self, size: int) -> None:
        """Opening it with O_TRUNC does nothing."""


class ControlFile(OpenFile):
    """One conversation: a request is written, its outcome read. The outcome is "ok" or what went wrong, and a newline."""

    __slots__ = ("job", "reply")

    inode: ControlInode

    def __init__(self, inode: ControlInode, flags: int) -> None:
        super().__init__(inode, flags)
        self.job: Job | None = None
        self.reply: str | None = None

    def write(self, data: Bytes) -> int:
        manager = self.inode.init_fs.manager
        words = bytes(data).decode("utf-8", "surrogateescape").split()
        self.job = None
        if words == ["reload"]:
            manager.reload()
            self.reply = ""
        elif len(words) == 2:
            self.job = manager.ask(words[0], words[1])
            self.reply = None
        else:
            raise errors.InvalidArgument(None, "write: start NAME, stop NAME, restart NAME, or reload")
        return len(data)

    def read(self, size: int) -> bytes:
        job = self.job
        if job is not None:
            while job.outcome is None:
                job.waiting.wait()
            self.reply, self.job = job.outcome, None
        reply, self.reply = self.reply, None
        return b"" if reply is None else ((reply or "ok") + "\n").encode("utf-8", "surrogateescape")


def _names(k: Any, folder: bytes) -> list[bytes]:
    try:
        names: list[bytes] = sorted(k.listdir(folder))
    except SysError:
        return []
    return names


def _link(k: Any, path: bytes) -> str:
    """Return where a symlink leads, "" for anything else."""
    try:
        target: bytes = k.readlink(path)
    except SysError:
        return ""
    return target.decode("utf-8", "surrogateescape")


def _read(k: Any, path: bytes) -> bytes:
    try:
        fd = k.open(path)
        try:
            data: bytes = k.read(fd, 1 << 21)
            return data
        finally:
            k.close(fd)
    except SysError as error:
        return b"[error]\n" + str(error).encode()
