"""What a plugin's hook returns: a small frozen record for each driver, all strings and numbers.

A record names the driver's factory and its options model as "package.module:Name", so that knowing a driver imports neither
its algorithm nor pydantic. The kernel checks `contract` against the versions it speaks (`CONTRACTS`) before anything is made.

    record            hook                        group           factory gets
    FsDriver          kos_fs_drivers              kos.fs          make(options, ctx: FsContext) -> FileSystem
    SchedulerDriver   kos_scheduler_drivers       kos.scheduler   make(options, ctx: SchedulerContext) -> Scheduler
    ProtocolDriver    kos_protocol_drivers        kos.protocol    make(options, ctx: NetContext) -> Protocol
    DeviceDriver      kos_device_drivers          kos.device      make(options, ctx: DeviceContext) -> Device
    UnitDriver        kos_unit_drivers            kos.unit        make(options, ctx: UnitContext) -> UnitType
    ContainerDriver   kos_container_drivers       kos.container   make(options, ctx: ContainerContext) -> ContainerRuntime
    BinfmtDriver      kos_binfmt_drivers          kos.binfmt      make(options, ctx) -> BinaryFormat
    ObserverDriver    kos_observer_drivers        kos.observer    make(options, ctx: ObserverContext) -> Observer
    ProgramFamily     kos_program_families        kos.program     programs: name -> "module:function"
    ReclaimDriver     kos_reclaim_drivers         kos.reclaim     make(options, ctx) -> Reclaim
    Subcommand        kos_subcommands             kos.command     make() -> typer.Typer
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Fork = Literal["cow", "share", "refuse"]

CONTRACTS: Mapping[str, range] = {
    group: range(1, 2)
    for group in (
        "kos.fs",
        "kos.scheduler",
        "kos.protocol",
        "kos.device",
        "kos.unit",
        "kos.container",
        "kos.binfmt",
        "kos.observer",
        "kos.program",
        "kos.reclaim",
        "kos.command",
    )
}


class FsDriver(NamedTuple):
    """A filesystem type. fork: what Machine.fork() does with a mounted one ("refuse" says so in `fork_refusal`)."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""
    fork: Fork = "cow"
    capabilities: frozenset[str] = frozenset()  # of "write", "links", "symlinks", "xattrs", "nodes", "durable"


class SchedulerDriver(NamedTuple):
    """A CPU scheduling policy."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""
    capabilities: frozenset[str] = frozenset()  # what it does, and which wishes it honours: calls/scheduling.py


class ProtocolDriver(NamedTuple):
    """A network protocol or socket family. families: the AF_* numbers whose sockets it makes."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""
    families: tuple[int, ...] = ()


class DeviceDriver(NamedTuple):
    """A character or block device. number: its (major, minor) when fixed; `nodes`: names it gets in /dev without being asked."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""
    kind: Literal["char", "block"] = "char"
    number: tuple[int, int] | None = None
    mode: int = 0o666
    nodes: tuple[str, ...] = ()


class UnitDriver(NamedTuple):
    """A unit type of the service manager; `suffix` is the unit file's ending (".service")."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""
    suffix: str = ""


class ContainerDriver(NamedTuple):
    """A container runtime."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""
    capabilities: frozenset[str] = frozenset()  # of "pid", "mount", "uts", "net", "user"


class BinfmtDriver(NamedTuple):
    """A kind of executable file, recognised by its first bytes. priority: lower is asked earlier; ties go by name."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""
    magic: bytes = b""
    priority: int = 100


class ObserverDriver(NamedTuple):
    """Somebody who listens to what a machine does. events: names of `events.py` it wants, empty = asks by its methods."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""


class ProgramFamily(NamedTuple):
    """A family of commands under one entry point: name as in /usr/bin -> "package.module:function".

    sessions: of interpreters that can stay at their prompt without a fiber (m.shell()): program -> "package.module:Session".
    """

    name: str
    contract: int
    programs: Mapping[str, str]
    summary: str = ""
    sessions: Mapping[str, str] = {}


class ReclaimDriver(NamedTuple):
    """A policy that says which page makes room for another."""

    name: str
    contract: int
    make: str
    options: str | None = None
    summary: str = ""
    capabilities: frozenset[str] = frozenset()  # of "offline": it must be told the whole trace first


class Subcommand(NamedTuple):
    """A subcommand of `kos`: `make()` returns its Typer app. name: the word after `kos`; summary: its line in `kos --help`."""

    name: str
    contract: int
    make: str
    summary: str = ""


Record = (
    FsDriver
    | SchedulerDriver
    | ProtocolDriver
    | DeviceDriver
    | UnitDriver
    | ContainerDriver
    | BinfmtDriver
    | ObserverDriver
    | ProgramFamily
    | ReclaimDriver
    | Subcommand
)
