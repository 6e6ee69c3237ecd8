"""What a machine is made of: the plain, validated form of kos.toml. Named tuples of plain values; nothing here imports pydantic.

    kos.toml, --set, flags, Machine(...) ──config.py validates──► MachineConfig ──► the boot order in machine.py

A value in here is right: sizes are bytes, times are ns, guest paths are bytes, host paths are absolute, every driver exists and
its options were checked by its own model. So a boot checks nothing again. Drivers are named, not loaded: the boot asks the
registry for the record of each one that it uses, when it uses it.

`to_plain` and `from_plain` carry a configuration through JSON and back, unchanged, for the cache on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

KIB, MIB, GIB = 1024, 1024**2, 1024**3


class Options:
    """A driver's options as its factory gets them: attributes, frozen. Equal if all values are; `_asdict()` lists them."""

    __slots__ = ("__dict__",)

    def __init__(self, values: Mapping[str, Any] = {}) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"options are frozen: can't set {name!r}; make another with Options({{**old._asdict(), ...}})"
        )

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"options are frozen: can't delete {name!r}")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this driver's options have no {name!r}; there are: {', '.join(self.__dict__) or 'none'}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Options) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.__dict__)))

    def __repr__(self) -> str:
        return f"Options({self.__dict__!r})"

    def _asdict(self) -> dict[str, Any]:
        """Return a copy of all values by name."""
        return dict(self.__dict__)


class DriverConfig(NamedTuple):
    """One driver and its options: the scheduler, a protocol, a unit type, the container runtime, a binary format, an observer.

    grants: the absolute host paths that the options name. They are all of the host that this driver may be given.
    """

    driver: str
    options: Options = Options()
    grants: tuple[str, ...] = ()


class MountConfig(NamedTuple):
    """A filesystem and where it goes. source: what /proc/mounts shows; flags: of "ro", "nosuid", "nodev", "noexec"."""

    target: bytes
    driver: str
    options: Options = Options()
    flags: tuple[str, ...] = ()
    source: bytes = b"none"
    grants: tuple[str, ...] = ()


class DeviceConfig(NamedTuple):
    """A device. name: in /dev; where a record names its own `nodes`, these are used instead. mode None: the record's."""

    name: str
    driver: str
    options: Options = Options()
    mode: int | None = None
    grants: tuple[str, ...] = ()


class LimitsConfig(NamedTuple):
    """What a guest may have at most. None: only the machine's own size bounds it.

    processes: alive in the machine.  open_files: descriptors a process.  file_size: bytes a file.  disk: bytes of all
    filesystems in memory together.  output: bytes kept of what a script writes to its host.  cpu_ns: CPU time a process.
    memory: bytes a process.
    """

    processes: int = 4096
    open_files: int = 1024
    file_size: int | None = None
    disk: int = GIB
    output: int = 256 * MIB
    cpu_ns: int | None = None
    memory: int | None = None


class NetworkConfig(NamedTuple):
    """interfaces: by name; without any there is no network stack. protocols: loaded when the first socket asks for one."""

    interfaces: tuple[str, ...] = ()
    protocols: tuple[DriverConfig, ...] = (DriverConfig("unix"),)


class InitConfig(NamedTuple):
    """units: PID 1 reads unit files at boot (where there are none, nothing is loaded). types: the unit drivers by name."""

    units: bool = True
    types: tuple[DriverConfig, ...] = (DriverConfig("service"),)


class UserConfig(NamedTuple):
    """A line of /etc/passwd and what /etc/group says of it. groups: names of further groups."""

    name: str
    uid: int
    gid: int
    home: bytes
    shell: bytes = b"/bin/sh"
    groups: tuple[str, ...] = ()


class MachineConfig(NamedTuple):
    """A whole machine. See docs/reference for the keys of kos.toml that these come from.

    clock: "wall" or "virtual".  seed None: from the host's randomness.  epoch_ns None: the host's date, or virtual time's own.
    mounts: parents before children.  env: what every process is born with, before the user's own HOME, USER, SHELL.
    formats: what exec asks, in this order among equal priorities.  families: of programs; None means all that are installed.
    disabled: distributions whose plugins this machine doesn't use.
    """

    hostname: str
    cpus: int
    memory: int
    clock: str
    seed: int | None
    epoch_ns: int | None
    scheduler: DriverConfig
    mounts: tuple[MountConfig, ...]
    devices: tuple[DeviceConfig, ...]
    limits: LimitsConfig
    network: NetworkConfig
    init: InitConfig
    container: DriverConfig
    formats: tuple[DriverConfig, ...]
    families: tuple[str, ...] | None
    observers: tuple[DriverConfig, ...]
    users: tuple[UserConfig, ...]
    env: Mapping[bytes, bytes]
    disabled: tuple[str, ...]


# --- through JSON and back -------------------------------------------------------------------------------------------

_TUPLES: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        DriverConfig,
        MountConfig,
        DeviceConfig,
        LimitsConfig,
        NetworkConfig,
        InitConfig,
        UserConfig,
        MachineConfig,
    )
}


def to_plain(value: Any) -> Any:
    """Return value as lists, dicts, strings, numbers, booleans and None. TypeError for anything that can't come back.

    A tagged list stands for what JSON lacks: ["t", ...] a tuple, ["b", text] bytes, ["d", ...] a mapping, ["o", {...}]
    options, ["s", ...] a frozen set, and a class's name, followed by its fields, one of the named tuples above.
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return ["b", value.decode("latin-1")]
    if isinstance(value, Options):
        return ["o", {name: to_plain(item) for name, item in value.__dict__.items()}]
    if isinstance(value, (tuple, list)):
        name = type(value).__name__
        return [name if name in _TUPLES else "t", *map(to_plain, value)]
    if isinstance(value, (frozenset, set)):
        return ["s", *map(to_plain, sorted(value))]
    if isinstance(value, Mapping):
        return ["d", *([to_plain(name), to_plain(item)] for name, item in value.items())]
    raise TypeError(
        f"options must be plain values (text, numbers, bytes, lists, tables), not {type(value).__name__}: {value!r}"
    )


def from_plain(plain: Any) -> Any:
    """Return what `to_plain` was given (lists come back as tuples). Raises ValueError for anything it didn't make."""
    if not isinstance(plain, list):
        return plain
    tag, *rest = plain
    kind = _TUPLES.get(tag)
    if kind is not None:
        return kind(*map(from_plain, rest))
    if tag == "t":
        return tuple(map(from_plain, rest))
    if tag == "b":
        return rest[0].encode("latin-1")
    if tag == "o":
        return Options({name: from_plain(item) for name, item in rest[0].items()})
    if tag == "d":
        return {from_plain(name): from_plain(item) for name, item in rest}
    if tag == "s":
        return frozenset(map(from_plain, rest))
    raise ValueError(f"not the plain form of a configuration: {tag!r}")
