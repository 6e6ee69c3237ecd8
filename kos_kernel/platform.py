"""A platform: what was discovered, loaded and validated, once, for any number of machines and worlds.

It holds the registry of drivers, the table of programs, and for each configuration a machine booted once, of which the
machines that people use are forks. Nothing in it changes while machines run.

`Platform.shared()` is the one that `Machine()` uses when none is given: a cache of what is installed, made on first use.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import errors
from .config import Source, load
from .contracts.fs import FileSystem
from .contracts.machine import MachineConfig, Options
from .fibers import FiberPool
from .kernel import Kernel
from .programs import ProgramTable
from .registry import Registry
from .vfs.binfs import BinFs
from .world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHARED: list[Platform] = []  # the only state of this module: a cache, see Platform.shared


class Platform:
    """See above. registry: where drivers come from; by default everything that is installed."""

    def __init__(self, registry: Registry | None = None, *, safe_mode: bool = False) -> None:
        self.registry = registry if registry is not None else Registry(safe_mode=safe_mode)
        self._tables: dict[tuple[Any, ...], ProgramTable] = {}
        self._binfs: dict[tuple[Any, ...], BinFs] = {}
        self._templates: dict[Any, Kernel] = {}
        self._lock = threading.RLock()
        self._worlds = threading.local()

    @staticmethod
    def shared() -> Platform:
        """Return the process's own platform, made at the first call."""
        if not _SHARED:
            _SHARED.append(Platform())
        return _SHARED[0]

    def config(
        self, source: Source = None, *, sets: Sequence[str] = (), overrides: Mapping[str, Any] | None = None
    ) -> MachineConfig:
        """Return a validated configuration; see config.load."""
        return load(self.registry, source, sets=sets, overrides=overrides)

    def world(self) -> World:
        """Return this thread's world."""
        world: World | None = getattr(self._worlds, "world", None)
        if world is None:
            world = self._worlds.world = World()
        return world

    # ---------------------------------------------------------------- programs
    def program_table(self, config: MachineConfig) -> ProgramTable:
        """Return the announced programs of a configuration."""
        key = (config.families, config.disabled)
        table = self._tables.get(key)
        if table is None:
            announced = self.registry.programs(config.families, disabled=config.disabled)
            table = self._tables[key] = ProgramTable(announced, self.registry.resolve)
        return table

    def binfs(self, config: MachineConfig) -> BinFs:
        """Return the filesystem that shows them."""
        key = (config.families, config.disabled)
        fs = self._binfs.get(key)
        if fs is None:
            announced = self.program_table(config).announced
            fs = self._binfs[key] = BinFs({name: program.distribution for name, program in announced.items()})
        return fs

    def session_factory(self, config: MachineConfig, program: str) -> Any:
        """Return what makes a resident session of an interpreter, or None if no plugin has one."""
        announced = self.program_table(config).announced.get(program)
        if announced is None:
            return None
        target = self.registry.record("kos.program", announced.family).sessions.get(program)
        return None if target is None else self.registry.resolve(target, "kos.program", announced.family)

    # ---------------------------------------------------------------- machines
    def boot(self, config: MachineConfig, pool: FiberPool, *, units: bool = True) -> Kernel:
        """Return a kernel booted from nothing."""
        from .boot import boot

        kernel = boot(self, pool, config, units=units)
        self.registry.flush()
        return kernel

    def machine_kernel(self, config: MachineConfig, world: World) -> Kernel:
        """Return a fresh machine's kernel: a fork of one that was booted once, where its drivers can be forked.

        Seed, date and environment are not the template's: they are set in the fork.
        """
        from .entropy import Entropy
        from .fork import fork

        if not _forkable(config):
            return self.boot(config, world.pool)
        key = config._replace(seed=None, env=(), epoch_ns=None)  # type: ignore[arg-type]
        with self._lock:
            template = self._templates.get(key)
            if template is None:
                if config.clock == "wall" and config.epoch_ns is None:
                    template_config = config._replace(seed=0)
                else:
                    template_config = config._replace(seed=0, epoch_ns=None)
                template = self.boot(template_config, FiberPool(), units=False)
                if any(fs.fork_policy == "refuse" for fs in _filesystems(template)):
                    return self.boot(config, world.pool)
                if len(self._templates) >= 64:
                    self._templates.clear()
                self._templates[key] = template
            kernel = fork(template, self, world.pool, entropy=Entropy(config.seed))
        kernel.config = config
        kernel.init.env = dict(config.env)
        if config.init.units:
            from .units import begin_units

            begin_units(kernel, self)
        if config.epoch_ns is not None:
            kernel.clock.set_date(config.epoch_ns - (0 if kernel.clock.virtual else kernel.clock.now_ns()))
        return kernel

    def observe(self, kernel: Kernel, observer: Any) -> None:
        """Let an observer hear what happens in a machine; system calls are traced only from now on."""
        kernel.events.attach(observer)
        if kernel.events.syscall:
            from .tracing import traced_syscalls

            kernel.make_syscalls = traced_syscalls
        if kernel.events.switched:
            events = kernel.events
            kernel.dispatcher.on_switch = lambda now_ns, cpu, old, new: events.emit("switched", now_ns, cpu, old, new)
        if kernel.events.runnable == (getattr(observer, "runnable", None),):
            events = kernel.events
            kernel.dispatcher.told_of_runnable(
                lambda now_ns, task, why: events.emit("runnable", now_ns, task.process.pid, task.id, why)
            )

    # ---------------------------------------------------------------- drivers asked for while a machine runs
    def mounted_at_run_time(self, kernel: Kernel, fstype: str, source: bytes, data: bytes) -> FileSystem:
        """Return a filesystem for mount(2). It gets nothing of the host: a driver that needs a grant says so."""
        name = {"tmpfs": "memory", "devtmpfs": "dev"}.get(fstype, fstype)
        try:
            record = self.registry.record("kos.fs", name, disabled=kernel.config.disabled)
        except errors.PluginError:
            raise errors.NoSuchDevice(None, f"no filesystem type {fstype!r}") from None
        values: dict[str, Any] = {}
        for word in data.decode("utf-8", "replace").split(","):
            if word:
                key, _, value = word.partition("=")
                values[key] = value
        from .config_options import driver_options

        try:
            options, grants = driver_options(self.registry, record, values)
        except errors.ConfigError as error:
            raise errors.InvalidArgument(None, str(error)) from None
        if grants:
            raise errors.NotPermitted(None, f"{fstype} shows the host; only the machine's configuration can grant that")
        ctx = kernel.context(name)
        ctx.host = ()
        made: FileSystem = self.registry.factory("kos.fs", name)(options, ctx)
        return made

    def protocol(self, kernel: Kernel, name: str) -> Any:
        """Return a protocol driver for a forked machine."""
        options = next((one.options for one in kernel.config.network.protocols if one.driver == name), Options())
        return self.registry.factory("kos.protocol", name)(options, kernel.net_context(name))


def _forkable(config: MachineConfig) -> bool:
    """Tell whether a fork of a template is the same as a boot: nothing in it listens or is tied to one machine."""
    return not config.observers


def _filesystems(kernel: Kernel) -> list[FileSystem]:
    return [mount.fs for namespace in kernel.vfs.namespaces for mount in namespace.trees.values()]
