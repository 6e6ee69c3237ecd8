"""What starts at boot, in which order. Read STEPS from top to bottom.

A boot makes a kernel from a MachineConfig that is right already. Each step is timed for the boot log (`kos boot`). Machines
are normally forks of a kernel booted once in the platform, so this runs once for each configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import errors
from .abi import (
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    O_CREAT,
    O_EXCL,
    O_WRONLY,
)
from .clock import VIRTUAL_EPOCH_NS, AnyClock, VirtualClock, WallClock, host_perf_ns
from .contracts.context import Context
from .contracts.fs import FileSystem
from .contracts.machine import MachineConfig, MountConfig
from .entropy import Entropy
from .fibers import Dispatcher, FiberPool, MultiDispatcher
from .kernel import ROOT, Kernel
from .programs import Programs
from .syscalls import Syscalls
from .units import Init
from .vfs.dentry import Dentry
from .vfs.walk import FsStruct
from .view import View

if TYPE_CHECKING:
    from .platform import Platform

DIRECTORIES = (
    (b"/dev", 0o755), (b"/etc", 0o755), (b"/home", 0o755), (b"/mnt", 0o755), (b"/opt", 0o755), (b"/proc", 0o555),
    (b"/root", 0o700), (b"/run", 0o755), (b"/run/lock", 0o1777), (b"/srv", 0o755), (b"/sys", 0o555), (b"/tmp", 0o1777), (b"/usr", 0o755),
    (b"/usr/bin", 0o755), (b"/usr/lib", 0o755), (b"/usr/local", 0o755), (b"/usr/local/bin", 0o755), (b"/usr/local/sbin", 0o755),
    (b"/usr/sbin", 0o755), (b"/usr/share", 0o755), (b"/var", 0o755), (b"/var/cache", 0o755), (b"/var/lib", 0o755),
    (b"/var/log", 0o755), (b"/var/mail", 0o755), (b"/var/spool", 0o755), (b"/var/tmp", 0o1777), (b"/etc/systemd", 0o755),
    (b"/etc/systemd/system", 0o755),
)  # fmt: skip
LINKS = (
    (b"usr/bin", b"/bin"),
    (b"usr/sbin", b"/sbin"),
    (b"usr/lib", b"/lib"),
    (b"/run", b"/var/run"),
    (b"/run/lock", b"/var/lock"),
    (b"../bin/nologin", b"/usr/sbin/nologin"),  # the shell of nobody in /etc/passwd
)
MOUNT_FLAGS = {"ro": MS_RDONLY, "nosuid": MS_NOSUID, "nodev": MS_NODEV, "noexec": MS_NOEXEC}


def boot(platform: Platform, pool: FiberPool, config: MachineConfig, *, units: bool = True) -> Kernel:
    """Return a running kernel; without `units`, PID 1 hasn't looked for unit files yet (a template).

    Raises PluginError for a driver that can't be loaded, ConfigError for one that can't be made.
    """
    clock = make_clock(config)
    entropy = Entropy(config.seed)
    dispatcher = make_dispatcher(platform, pool, config, clock, entropy)
    kernel = Kernel(config, clock, entropy, dispatcher, Syscalls, platform)
    kernel.view = View(kernel)
    for name, step in STEPS:
        if step is start_units and not units:
            continue
        began_ns = host_perf_ns()
        step(kernel, platform)
        kernel.boot_log.append((name, host_perf_ns() - began_ns))
        kernel.events.note(clock.now_ns(), 6, name)
    for problem in platform.registry.problems:
        kernel.events.note(clock.now_ns(), 4, f"plugins: {problem}")
    if kernel.events.booted:
        kernel.events.emit("booted", clock.now_ns())
    return kernel


def make_clock(config: MachineConfig) -> AnyClock:
    """Return the clock that a configuration asks for."""
    if config.clock == "virtual":
        return VirtualClock(VIRTUAL_EPOCH_NS if config.epoch_ns is None else config.epoch_ns)
    return WallClock(config.epoch_ns)


def make_dispatcher(
    platform: Platform, pool: FiberPool, config: MachineConfig, clock: AnyClock, entropy: Entropy
) -> Dispatcher:
    """Return the CPUs with their scheduler driver."""
    ctx = Context(clock, entropy.child("scheduler"), lambda level, text: None, lambda delay_ns, callback: lambda: None)
    make = platform.registry.factory("kos.scheduler", config.scheduler.driver)
    scheduler = make(config.scheduler.options, ctx)
    dispatcher = (
        MultiDispatcher(clock, pool, scheduler, config.cpus) if config.cpus > 1 else Dispatcher(clock, pool, scheduler)
    )
    dispatcher.make_scheduler = make
    dispatcher.capabilities = platform.registry.record("kos.scheduler", config.scheduler.driver).capabilities
    return dispatcher


# ---------------------------------------------------------------- the steps
def mount_root(kernel: Kernel, platform: Platform) -> None:
    """Make the first mount namespace, with the root filesystem."""
    namespace = kernel.vfs.new_namespace()
    first = kernel.config.mounts[0]
    if first.target != b"/":
        raise errors.ConfigError('the first of [[mounts]] must have target = "/"')
    kernel.vfs.mount(namespace, make_filesystem(kernel, platform, first), None, first.source, mount_flags(first))


def start_init(kernel: Kernel, platform: Platform) -> None:
    """Make PID 1, and the hand with which the boot and the host's API work: system calls in its name."""
    namespace = kernel.vfs.namespaces[0]
    root = namespace.root
    assert root is not None
    fs = FsStruct(kernel.vfs, root, root, ROOT, namespace, 0o022)
    kernel.init = kernel.first_process(fs, kernel.config.hostname.encode())
    kernel.init.reactor = Init(kernel, platform)


def make_directories(kernel: Kernel, platform: Platform) -> None:
    """Make the directories and links that programs expect, where they aren't there and can be made."""
    k = kernel.init_k
    k.umask(0)
    for path, mode in DIRECTORIES:
        _if_possible(kernel, k.mkdir, path, mode)
    for target, path in LINKS:
        _if_possible(kernel, k.symlink, target, path)
    k.umask(0o022)


def mount_programs(kernel: Kernel, platform: Platform) -> None:
    """Show every announced program in /usr/bin, and let exec know what can run."""
    table = platform.program_table(kernel.config)
    formats = [(platform.registry.record("kos.binfmt", one.driver), one) for one in kernel.config.formats]
    formats.sort(key=lambda pair: (pair[0].priority, pair[0].name))
    made = [
        (record.magic, platform.registry.factory("kos.binfmt", one.driver)(one.options, kernel.context(one.driver)))
        for record, one in formats
    ]
    kernel.programs = Programs(table, made)
    _mount(kernel, platform.binfs(kernel.config), b"/usr/bin", b"programs", 0)


def add_devices(kernel: Kernel, platform: Platform) -> None:
    """Make the configured devices."""
    for one in kernel.config.devices:
        record = platform.registry.record("kos.device", one.driver)
        ctx = kernel.device_context(one.name)
        ctx.host = one.grants
        device = platform.registry.factory("kos.device", one.driver)(one.options, ctx)
        mode = record.mode if one.mode is None else one.mode
        number = (
            record.number if record.number is not None and not kernel.devices.find(record.kind, record.number) else None
        )
        for name in record.nodes if one.name == record.name and record.nodes else (one.name,):
            kernel.devices.add(name, device, number, mode)


def mount_all(kernel: Kernel, platform: Platform) -> None:
    """Mount what the configuration names, parents before children, making mount points where that is possible."""
    for one in kernel.config.mounts[1:]:
        _make_point(kernel, one.target)
        _mount(kernel, make_filesystem(kernel, platform, one), one.target, one.source, mount_flags(one))


def write_etc(kernel: Kernel, platform: Platform) -> None:
    """Write /etc and the users' homes, where they aren't there."""
    config = kernel.config
    users = config.users
    groups: dict[str, tuple[int, list[str]]] = {user.name: (user.gid, []) for user in users}
    for user in users:
        for extra in user.groups:
            groups.setdefault(extra, (1000 + len(groups) * 7, []))[1].append(user.name)
    passwd = b"".join(
        b"%s:x:%d:%d::%s:%s\n" % (user.name.encode(), user.uid, user.gid, user.home, user.shell) for user in users
    )
    group = b"".join(
        b"%s:x:%d:%s\n" % (name.encode(), gid, ",".join(names).encode()) for name, (gid, names) in groups.items()
    )
    hostname = config.hostname.encode()
    files = (
        (b"/etc/passwd", passwd, 0o644),
        (b"/etc/group", group, 0o644),
        (b"/etc/hostname", hostname + b"\n", 0o644),
        (b"/etc/hosts", b"127.0.0.1\tlocalhost\n127.0.1.1\t%s\n" % hostname, 0o644),
        (b"/etc/shells", b"/bin/sh\n/bin/bash\n", 0o644),
        (b"/etc/profile", b"umask 022\n", 0o644),
        (b"/etc/os-release", b'NAME="KOS"\nID=kos\nPRETTY_NAME="KOS (Kaede Operating System)"\n', 0o644),
    )
    k = kernel.init_k
    for path, data, mode in files:
        _if_possible(kernel, _write_new, k, path, data, mode)
    for user in users:
        if user.home not in (b"/", b"/root", b""):
            _if_possible(kernel, _make_home, k, user.home, user.uid, user.gid)


def plug_network(kernel: Kernel, platform: Platform) -> None:
    """Say which protocol serves which family; nothing is imported before the first socket."""
    families: dict[int, str] = {}
    for one in kernel.config.network.protocols:
        record = platform.registry.record("kos.protocol", one.driver)
        for family in record.families:
            families[family] = one.driver
    kernel.net_families = families


def attach_observers(kernel: Kernel, platform: Platform) -> None:
    """Let those listen whom the configuration names."""
    for one in kernel.config.observers:
        ctx = kernel.context(one.driver)
        ctx.host = one.grants
        platform.observe(kernel, platform.registry.factory("kos.observer", one.driver)(one.options, ctx))


def start_units(kernel: Kernel, platform: Platform) -> None:
    """Start the units of /etc/systemd/system, if there are any."""
    if not kernel.config.init.units:
        return
    from .units import begin_units

    begin_units(kernel, platform)


STEPS: tuple[tuple[str, Callable[[Kernel, Platform], None]], ...] = (
    ("mount the root filesystem", mount_root),
    ("start PID 1", start_init),
    ("make directories", make_directories),
    ("mount the programs", mount_programs),
    ("add devices", add_devices),
    ("mount filesystems", mount_all),
    ("write /etc", write_etc),
    ("plug the network", plug_network),
    ("attach observers", attach_observers),
    ("start units", start_units),
)


# ---------------------------------------------------------------- helpers of the steps
def make_filesystem(kernel: Kernel, platform: Platform, one: MountConfig) -> FileSystem:
    """Return the filesystem of a configured mount."""
    ctx = kernel.context(one.driver)
    ctx.host = one.grants
    made: FileSystem = platform.registry.factory("kos.fs", one.driver)(one.options, ctx)
    return made


def mount_flags(one: MountConfig) -> int:
    """Return the MS_* flags of a configured mount."""
    flags = 0
    for word in one.flags:
        flags |= MOUNT_FLAGS[word]
    return flags


def _mount(kernel: Kernel, fs: FileSystem, target: bytes, source: bytes, flags: int) -> None:
    walker = kernel.init.fs
    try:
        point: Dentry = walker.at(target)
    except errors.SysError as error:
        raise errors.ConfigError(
            f"can't mount {source.decode('utf-8', 'replace')} on {target.decode('utf-8', 'replace')}: {error.strerror}\n"
            f"  the root filesystem has no such directory and it couldn't be made"
        ) from None
    kernel.vfs.mount(walker.mounts, fs, point, source, flags)


def _make_point(kernel: Kernel, target: bytes) -> None:
    k = kernel.init_k
    path = b""
    for part in target.split(b"/")[1:]:
        path += b"/" + part
        if part:
            _if_possible(kernel, k.mkdir, path, 0o755)


def _write_new(k: Any, path: bytes, data: bytes, mode: int) -> None:
    fd = k.open(path, O_WRONLY | O_CREAT | O_EXCL, mode)
    try:
        k.write(fd, data)
    finally:
        k.close(fd)


def _make_home(k: Any, path: bytes, uid: int, gid: int) -> None:
    k.mkdir(path, 0o755)
    k.chown(path, uid, gid)


def _if_possible(kernel: Kernel, make: Callable[..., object], *args: object) -> None:
    """Make something unless it is there already or the root filesystem can't be written; that is said in the log."""
    try:
        make(*args)
    except (errors.FileExists, errors.IsADirectory):
        pass
    except (
        errors.ReadOnlyFilesystem,
        errors.NotPermitted,
        errors.AccessDenied,
        errors.NotSupported,
        errors.NoSuchFile,
    ) as error:
        kernel.events.note(kernel.clock.now_ns(), 5, f"boot: {error}")
