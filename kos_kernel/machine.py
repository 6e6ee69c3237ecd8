"""A machine, as a host program holds it.

    with Machine(seed=7, clock="virtual") as m:
        r = m.run("echo hi | tr a-z A-Z")
        assert r.status == 0 and r.stdout == b"HI\\n"

`Machine` is a thin handle: the kernel behind it doesn't know it, so a machine that is dropped is gone. What starts at boot is in
boot.py; what a fork carries in fork.py. Errors of the host's API are Python's own (FileNotFoundError for a missing file) or a
KosError; a guest's failure is a status, never an exception.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from . import abi, launch
from .abi import O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, S_IFDIR, S_IFMT, SIGKILL
from .calls.times import Rusage
from .config import Source
from .errors import BrokenProgram, KosError, MachineClosed, RunTimeout, SysError
from .fork import Live, fork
from .kernel import Kernel
from .launch import to_bytes
from .platform import Platform
from .process import Process, post_signal
from .vfs.hostio import Budget, HostInput, HostOutput
from .vfs.openfile import OpenFile
from .world import World

Text = str | bytes
Sink = Callable[[bytes], object]
TIMED_OUT = 124  # as timeout(1)
SHELL = b"/usr/bin/bash"  # what run() runs, whatever PATH says


class CommandFailed(KosError):
    """Result.check(): a script ended with a status that isn't 0. `result` is what it wrote."""

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result


class Result(NamedTuple):
    """What a run left. status: 0-255, 128 + n after signal n. stdout, stderr: bytes, empty where a callback took them."""

    stdout: bytes
    stderr: bytes
    status: int
    usage: Rusage
    signal: int | None = None  # the signal that ended it

    @property
    def text(self) -> str:
        """Return stdout as text; what isn't UTF-8 is shown as escapes."""
        return self.stdout.decode("utf-8", "backslashreplace")

    def check(self) -> Result:
        """Return self if the status is 0, else raise CommandFailed with the end of what it wrote to stderr."""
        if self.status:
            tail = self.stderr.decode("utf-8", "backslashreplace").strip()[-500:]
            raise CommandFailed(f"status {self.status}" + (f": {tail}" if tail else ""), self)
        return self


class Change(NamedTuple):
    """One difference between two machines. kind: A only in the second, D only in the first, M in both but different."""

    kind: str
    path: str

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"


class Diff(tuple[Change, ...]):
    """What differs between two machines; printed as lines."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self))


class Machine:
    """A whole machine. config: a path to kos.toml, a mapping, a MachineConfig, or None. overrides: seed=7, clock="virtual", ...

    Raises ConfigError or PluginError, with what to do about it. Belongs to the thread that made it; see `post`.
    """

    __slots__ = ("__weakref__", "_kernel", "_platform", "_world")

    def __init__(
        self,
        config: Source = None,
        *,
        sets: Sequence[str] = (),
        platform: Platform | None = None,
        **overrides: Any,
    ) -> None:
        platform = platform or Platform.shared()
        world = platform.world()
        made = platform.config(config, sets=sets, overrides=overrides)
        self._hold(platform, world, platform.machine_kernel(made, world))

    def _hold(self, platform: Platform, world: World, kernel: Kernel) -> None:
        self._platform = platform
        self._world = world
        self._kernel = kernel
        world.watch(self, kernel)

    def _open(self) -> Kernel:
        kernel = self._kernel
        if kernel.closed:
            raise MachineClosed("this machine was closed\n  make another, or fork before closing")
        return kernel

    # ---------------------------------------------------------------- running things
    def run(
        self,
        script: Text,
        *args: Text,
        stdin: Text | Any = b"",
        env: Mapping[Any, Any] | None = None,
        cwd: Text | None = None,
        timeout: float | None = None,
        user: str | None = None,
        stdout: Sink | None = None,
        stderr: Sink | None = None,
    ) -> Result:
        """Run a shell script (bash's language) and return what it wrote and its status.

        args: its $1 ... .  stdin: bytes, or an object with read(n).  timeout: seconds of the machine's time, then everything
        of it is killed and RunTimeout raised, which carries the result.  stdout, stderr: callbacks for the bytes as they come.
        """
        argv = [b"bash", b"-c", to_bytes(script), b"bash", *map(to_bytes, args)]
        running = self._spawn(argv, stdin, env, cwd, user, stdout, stderr, SHELL)
        return running.wait(timeout)

    def exec(
        self,
        argv: Sequence[Text],
        *,
        stdin: Text | Any = b"",
        env: Mapping[Any, Any] | None = None,
        cwd: Text | None = None,
        timeout: float | None = None,
        user: str | None = None,
        stdout: Sink | None = None,
        stderr: Sink | None = None,
    ) -> Result:
        """Run one program, looked up in PATH, and return what it wrote and its status: 127 not found, 126 can't be run."""
        running = self.spawn(argv, stdin=stdin, env=env, cwd=cwd, user=user, stdout=stdout, stderr=stderr)
        return running.wait(timeout)

    def spawn(
        self,
        argv: Sequence[Text],
        *,
        stdin: Text | Any = b"",
        env: Mapping[Any, Any] | None = None,
        cwd: Text | None = None,
        user: str | None = None,
        stdout: Sink | None = None,
        stderr: Sink | None = None,
    ) -> Running:
        """Start a program and return a handle. It goes on whenever the machine runs."""
        return self._spawn([to_bytes(word) for word in argv], stdin, env, cwd, user, stdout, stderr)

    def _spawn(
        self,
        words: list[bytes],
        stdin: Any,
        env: Mapping[Any, Any] | None,
        cwd: Text | None,
        user: str | None,
        stdout: Sink | None,
        stderr: Sink | None,
        path: bytes | None = None,
    ) -> Running:
        """Start a program. path: where it is; None = look it up in PATH."""
        kernel = self._open()
        self._world.check_thread()
        running = Running(self, kernel, stdin, stdout, stderr)
        try:
            who = launch.find_user(kernel, user)
            process = launch.new_process(
                kernel, running.files(), user=who, env=env, cwd=None if cwd is None else to_bytes(cwd)
            )
        except SysError as error:
            running.discard()
            raise error.to_host() from None
        running.begin(process)
        try:
            launch.start(kernel, process, words, path)
        except SysError as error:
            running.not_started(words[0], error)
        return running

    def shell(self, *, env: Mapping[Any, Any] | None = None, cwd: Text | None = None, user: str | None = None) -> Shell:
        """Return a shell that stays: cwd, variables, functions, traps and options are kept from run to run, and by a fork."""
        from .resident import ResidentShell

        kernel = self._open()
        self._world.check_thread()
        try:
            process = launch.new_process(
                kernel, {}, user=launch.find_user(kernel, user), env=env, cwd=None if cwd is None else to_bytes(cwd)
            )
        except SysError as error:
            raise error.to_host() from None
        resident = ResidentShell.start(kernel, self._platform, process)
        kernel.sessions += (resident,)
        return Shell(self, resident)

    def shells(self) -> list[Shell]:
        """Return the resident shells, oldest first: after a fork, the copies of those that were at their prompt."""
        return [Shell(self, resident) for resident in self._open().sessions if not resident.process.zombie]

    async def arun(self, script: Text, *args: Text, **options: Any) -> Result:
        """run() for asyncio: gives the event loop its turn between slices of the machine's work."""
        argv = [SHELL, b"-c", to_bytes(script), b"bash", *map(to_bytes, args)]
        timeout = options.pop("timeout", None)
        return await self.spawn(argv, **options).await_(timeout)

    def advance(self, seconds: float) -> None:
        """Let machine time pass: background processes and timers run meanwhile. Under the wall clock this takes as long."""
        kernel = self._open()
        deadline_ns = kernel.clock.now_ns() + int(seconds * 1e9)
        reached: list[bool] = []

        def ring() -> None:
            reached.append(True)
            kernel.dispatcher.stop = True

        kernel.dispatcher.at(deadline_ns, ring)
        self._world.drive(kernel, lambda: bool(reached))

    def post(self, call: Callable[[Machine], object]) -> None:
        """From any thread: have the machine's own thread call `call(machine)` when it next drives it."""
        me = weakref.ref(self)

        def made() -> None:
            machine = me()
            if machine is not None and not machine._kernel.closed:
                call(machine)

        self._world.post(made)

    # ---------------------------------------------------------------- files
    def read_file(self, path: Text) -> bytes:
        """Return a file's bytes. Raises FileNotFoundError, IsADirectoryError, ..."""
        k = self._open().init_k
        name = to_bytes(path)
        try:
            fd = k.open(name, O_RDONLY)
            try:
                parts = []
                while data := k.read(fd, 1 << 20):
                    parts.append(data)
                return b"".join(parts)
            finally:
                k.close(fd)
        except SysError as error:
            raise _named(error, name).to_host() from None

    def write_file(self, path: Text, data: Text, mode: int = 0o644) -> None:
        """Write a file, making it and its directories if need be. Raises PermissionError, OSError (ENOSPC), ..."""
        k = self._open().init_k
        name = to_bytes(path)
        try:
            try:
                fd = k.open(name, O_WRONLY | O_CREAT | O_TRUNC, mode)
            except SysError as error:
                if error.errno != 2:
                    raise
                self._make_parents(k, name)
                fd = k.open(name, O_WRONLY | O_CREAT | O_TRUNC, mode)
            try:
                view = memoryview(to_bytes(data))
                while view:
                    view = view[k.write(fd, view) :]
            finally:
                k.close(fd)
        except SysError as error:
            raise _named(error, name).to_host() from None

    def _make_parents(self, k: Any, path: bytes) -> None:
        parts = path.split(b"/")
        for count in range(2, len(parts)):
            try:
                k.mkdir(b"/".join(parts[:count]), 0o755)
            except SysError as error:
                if error.errno != 17:
                    raise

    def listdir(self, path: Text = "/") -> list[str]:
        """Return the names in a directory, sorted."""
        names: list[bytes] = self._call("listdir", path)
        return sorted(name.decode("utf-8", "surrogateescape") for name in names)

    def exists(self, path: Text) -> bool:
        """Tell whether there is something at a path."""
        try:
            self._open().init_k.stat(to_bytes(path))
        except SysError:
            return False
        return True

    def stat(self, path: Text) -> Any:
        """Return the header of a file (kos_kernel.api.Stat)."""
        return self._call("stat", path)

    def mkdir(self, path: Text, mode: int = 0o755, *, parents: bool = False) -> None:
        """Make a directory; with `parents` also those above it, and none of them needs to be missing."""
        k = self._open().init_k
        name = to_bytes(path)
        try:
            if parents:
                self._make_parents(k, name.rstrip(b"/") + b"/x")
            else:
                k.mkdir(name, mode)
        except SysError as error:
            raise _named(error, name).to_host() from None

    def remove(self, path: Text) -> None:
        """Remove a file, or a directory with everything in it. Raises FileNotFoundError, ..."""
        k = self._open().init_k
        name = to_bytes(path)
        try:
            todo = [(name, False)]
            while todo:
                here, emptied = todo.pop()
                if emptied:
                    k.rmdir(here)
                elif k.lstat(here).mode & S_IFMT != S_IFDIR:
                    k.unlink(here)
                else:
                    todo.append((here, True))
                    todo.extend((here + b"/" + kid, False) for kid in k.listdir(here))
        except SysError as error:
            raise _named(error, name).to_host() from None

    def _call(self, call: str, path: Text) -> Any:
        name = to_bytes(path)
        try:
            return getattr(self._open().init_k, call)(name)
        except SysError as error:
            raise _named(error, name).to_host() from None

    # ---------------------------------------------------------------- copies
    def fork(self, *, live: Live = "refuse") -> Machine:
        """Return a copy, in microseconds, whatever is on the disks. Raises ForkBusy if a program is in the middle of running.

        live="drop": such programs aren't in the copy; "restart": so too, but units that were active are started again there.
        """
        kernel = self._open()
        self._world.check_thread()
        twin = Machine.__new__(Machine)
        twin._hold(self._platform, self._world, fork(kernel, self._platform, self._world.pool, live=live))
        return twin

    def diff(self, other: Machine) -> Diff:
        """Return what differs in the files of another machine, by path: A there only, D here only, M different."""
        from .difference import differences

        return Diff(
            Change(kind, path.decode("utf-8", "surrogateescape"))
            for kind, path in differences(self._open(), other._open())
        )

    # ---------------------------------------------------------------- about
    @property
    def boot_log(self) -> list[tuple[str, int]]:
        """Return (step, ns it took) of the boot."""
        return list(self._open().boot_log)

    @property
    def log(self) -> list[tuple[int, int, str]]:
        """Return the kernel log: (ns since boot, level, text)."""
        return list(self._open().events.log_ring)

    @property
    def now_ns(self) -> int:
        """Return the machine's time since boot."""
        return self._open().clock.now_ns()

    def observe(self, observer: Any) -> None:
        """Let an object hear what happens from now on; see contracts/observer.py for the methods it may have."""
        self._platform.observe(self._open(), observer)

    def close(self) -> None:
        """End every process and let everything go. Doing it twice is harmless."""
        self._world.check_thread()
        self._world.end(self._kernel)

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        kernel = self._kernel
        state = "closed" if kernel.closed else f"{len(kernel.table.by_pid)} processes"
        return f"<Machine {kernel.config.hostname} ({state})>"


class Running:
    """A program that the host started."""

    __slots__ = (
        "_machine",
        "budget",
        "err",
        "input",
        "kernel",
        "out",
        "outputs",
        "process",
        "status_word",
        "usage_at_end",
    )

    def __init__(self, machine: Machine, kernel: Kernel, stdin: Any, stdout: Sink | None, stderr: Sink | None) -> None:
        self._machine = machine
        self.kernel = kernel
        self.process: Process | None = None
        self.status_word: int | None = None
        self.usage_at_end = Rusage(0, 0, 0, 0, 0)
        self.out: list[bytes] = []
        self.err: list[bytes] = []
        self.budget = Budget(kernel.limits.output)
        self.input = make_input(kernel, machine._world, stdin)
        self.outputs = (
            HostOutput(stdout or self.out.append, kernel.broken_pipe, self.budget),
            HostOutput(stderr or self.err.append, kernel.broken_pipe, self.budget),
        )

    def files(self) -> dict[int, OpenFile]:
        """Return the descriptors that its process begins with."""
        return {0: self.input, 1: self.outputs[0], 2: self.outputs[1]}

    def begin(self, process: Process) -> None:
        """Watch for a process's end."""
        self.process = process
        process.host_waiter = self._ended

    def discard(self) -> None:
        """It never began."""
        self.status_word = 0

    def not_started(self, name: bytes, error: SysError) -> None:
        """exec failed: say so as a shell would."""
        process = self.process
        assert process is not None
        shown = name.decode("utf-8", "surrogateescape")
        missing = error.errno == 2
        reason = error.why if isinstance(error, BrokenProgram) else error.strerror
        text = f"{shown}: command not found" if missing and b"/" not in name else f"{shown}: {reason}"
        self.outputs[1].write(f"kos: {text}\n".encode("utf-8", "surrogateescape"))
        process.finish(abi.exit_status(127 if missing else 126))

    def _ended(self, process: Process) -> None:
        self.status_word = process.exit_status
        task = process.task
        self.usage_at_end = Rusage(
            process.rested_ns + (task.runtime_ns if task is not None else 0), 0, self.kernel.memory.peak >> 10,
            task.voluntary if task is not None else 0, task.involuntary if task is not None else 0,
        )  # fmt: skip
        self.kernel.dispatcher.stop = True

    @property
    def pid(self) -> int:
        """Return its number in the machine."""
        return self.process.pid if self.process is not None else 0

    @property
    def done(self) -> bool:
        """Tell whether it has ended."""
        return self.status_word is not None

    def kill(self, signum: int = SIGKILL) -> None:
        """Send it a signal."""
        if self.process is not None and not self.done:
            post_signal(self.process, signum)

    def wait(self, timeout: float | None = None) -> Result:
        """Run the machine until it has ended and return its result. Raises RunTimeout after `timeout` seconds of machine time."""
        kernel = self.kernel
        expired: list[bool] = []
        timer = None
        if timeout is not None:
            timer = kernel.dispatcher.at(kernel.clock.now_ns() + int(timeout * 1e9), lambda: self._expire(expired))
        world = self._machine._world
        try:
            finished = world.drive(kernel, self._is_done)
        finally:
            if timer is not None:
                timer.cancel()
            if self.input in world.inputs:
                world.inputs.remove(self.input)
        if not finished:
            self._stuck()
        result = self.result()
        if expired:
            raise RunTimeout(f"the run took longer than {timeout} s and was killed", result)
        return result

    async def await_(self, timeout: float | None = None) -> Result:
        """wait() for asyncio."""
        import asyncio

        kernel = self.kernel
        expired: list[bool] = []
        timer = None
        if timeout is not None:
            timer = kernel.dispatcher.at(kernel.clock.now_ns() + int(timeout * 1e9), lambda: self._expire(expired))
        world = self._machine._world
        try:
            while not self.done:
                pause_ns = world.step(kernel, self._is_done)
                if pause_ns is None:
                    self._stuck()
                    break
                await asyncio.sleep(min(pause_ns / 1e9, 0.05))
        finally:
            if timer is not None:
                timer.cancel()
            if self.input in world.inputs:
                world.inputs.remove(self.input)
        result = self.result()
        if expired:
            raise RunTimeout(f"the run took longer than {timeout} s and was killed", result)
        return result

    def _is_done(self) -> bool:
        return self.status_word is not None

    def _expire(self, expired: list[bool]) -> None:
        expired.append(True)
        process = self.process
        if process is None:
            return
        session = process.group.session
        for other in self.kernel.table.all():
            if other.group.session is session:
                post_signal(other, SIGKILL)

    def _stuck(self) -> None:
        """Everybody sleeps and nothing can wake them: a deadlock in the guest. End it, and say so."""
        if self.process is not None:
            self.kernel.events.note(
                self.kernel.clock.now_ns(),
                4,
                f"pid {self.pid}: everything waits and nothing can happen any more; killed",
            )
            self._expire([])
            self._machine._world.drive(self.kernel, self._is_done)

    def result(self) -> Result:
        """Return what it wrote until now, and its status; -1 while it runs."""
        word = self.status_word
        if word is None:
            status, signum = -1, None
        elif abi.WIFSIGNALED(word):
            signum = abi.WTERMSIG(word)
            status = 128 + signum
        else:
            status, signum = abi.WEXITSTATUS(word), None
        return Result(b"".join(self.out), b"".join(self.err), status, self.usage_at_end, signum)


class Shell:
    """A shell that stays at its prompt between runs."""

    __slots__ = ("_machine", "_resident")

    def __init__(self, machine: Machine, resident: Any) -> None:
        self._machine = machine
        self._resident = resident

    def run(
        self,
        script: Text,
        *,
        stdin: Text | Any = b"",
        timeout: float | None = None,
        stdout: Sink | None = None,
        stderr: Sink | None = None,
    ) -> Result:
        """Run a script in this shell and return its result; what it set stays. Raises MachineClosed after `exit`."""
        kernel = self._machine._open()
        if self._resident.process.zombie:
            raise MachineClosed("this shell has exited\n  machine.shell() makes another")
        running = Running(self._machine, kernel, stdin, stdout, stderr)
        running.begin(self._resident.process)
        self._resident.begin(to_bytes(script), running.files())
        return running.wait(timeout)

    @property
    def session(self) -> Any:
        """Return the shell's state: prompt, completion, feed (see kos_shell.session)."""
        return self._resident.session

    @property
    def pid(self) -> int:
        """Return its number in the machine."""
        number: int = self._resident.process.pid
        return number

    def close(self) -> None:
        """End it."""
        process = self._resident.process
        if not process.zombie and process.task is None:
            process.finish(0)


def make_input(kernel: Kernel, world: World, stdin: Any) -> HostInput:
    """Return the reading end of what the host gives: bytes, text, or an object with read(n) (and fileno())."""
    if stdin is None:
        stdin = b""
    if isinstance(stdin, (str, bytes, bytearray)):
        return HostInput(kernel.dispatcher, to_bytes(stdin))
    if isinstance(stdin, HostInput):
        source = stdin
    else:
        read = getattr(stdin, "read1", None) or stdin.read
        try:
            fileno: int | None = stdin.fileno()
        except (AttributeError, OSError):
            fileno = None

        def more() -> bytes:
            return to_bytes(read(65536))

        source = HostInput(kernel.dispatcher, b"", more, fileno)
    world.inputs.append(source)
    return source


def _named(error: SysError, path: bytes) -> SysError:
    if error.filename is None:
        error.filename = path
    return error
