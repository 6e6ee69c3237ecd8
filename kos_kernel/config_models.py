"""kos.toml as pydantic models, and the way from them to the plain MachineConfig. Imported only when something is validated.

    Layer (config_source) ──► MachineModel ──► each driver's own options model ──► MachineConfig (contracts/machine.py)

A table that names a driver has keys of its own, checked by the driver's options model; what the models below list are the keys
that the kernel itself reads. A key that nobody knows is an error, also where a driver's model would have ignored it. All
mistakes are gathered and told together, each with its place.
"""

from __future__ import annotations

import difflib
import enum
import os
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from .config_source import DEFAULT, Layer, Origin, Path, origin_of, shown
from .config_types import ByteSize, DurationNs
from .contracts.machine import (
    DeviceConfig,
    DriverConfig,
    InitConfig,
    LimitsConfig,
    MachineConfig,
    MountConfig,
    NetworkConfig,
    Options,
    UserConfig,
    to_plain,
)
from .discovery import normalized
from .errors import ConfigError, KosError, PluginError
from .firstparty import FIRST_PARTY
from .registry import Registry

MAX_CPUS = 64
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# What a machine is when nobody says anything. Filesystems and devices that a Linux user expects; no network interface.
DEFAULTS: Mapping[str, Any] = {
    "scheduler": {"driver": "rr"},
    "mounts": {
        "/": {"target": "/", "driver": "memory"},
        "/proc": {"target": "/proc", "driver": "proc"},
        "/dev": {"target": "/dev", "driver": "dev"},
        "/tmp": {"target": "/tmp", "driver": "memory", "mode": 0o1777},
    },
    "devices": {
        name: {"name": name, "driver": name} for name in ("null", "zero", "full", "random", "urandom", "tty", "pty")
    },
    "container": {"driver": "native"},
    "users": {
        "root": {"name": "root", "uid": 0, "gid": 0, "home": "/root"},
        "nobody": {"name": "nobody", "uid": 65534, "gid": 65534, "home": "/", "shell": "/usr/sbin/nologin"},
        "user": {"name": "user", "uid": 1000, "gid": 1000, "home": "/home/user"},
    },
    "env": {"PATH": PATH, "LANG": "C.UTF-8"},
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Driven(BaseModel):
    """A table whose keys, but for those listed, belong to its driver."""

    model_config = ConfigDict(extra="allow", frozen=True)
    driver: StrictStr = Field(description="The driver's name, as `kos plugin list` shows it.")


def _unlimited(value: Any) -> Any:
    return None if value == "unlimited" else value


def _guest_path(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(f"expected a path of the machine in quotes, got {value!r}")
    if not value.startswith("/") or "\0" in value or ".." in value.split("/"):
        raise ValueError(f"expected an absolute path without '..', such as '/data', got {value!r}")
    return value


def _by_name(value: Any) -> Any:
    return {"driver": value} if isinstance(value, str) else value


def _date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"expected a date such as 2026-01-01T00:00:00Z, got {value!r}") from None
    if not isinstance(value, datetime):
        raise ValueError(f"expected a date such as 2026-01-01T00:00:00Z, got {value!r}")
    value = value if value.tzinfo else value.replace(tzinfo=UTC)
    if value.year < 1970:
        raise ValueError(f"a machine's date begins at 1970, not {value.isoformat()}")
    return value


GuestPath = Annotated[str, BeforeValidator(_guest_path)]
Named = Annotated[_Driven, BeforeValidator(_by_name)]
Count = Annotated[StrictInt, Field(ge=1)]
MaybeSize = Annotated[ByteSize | None, BeforeValidator(_unlimited)]
MaybeDuration = Annotated[DurationNs | None, BeforeValidator(_unlimited)]
Hostname = Annotated[StrictStr, Field(max_length=64, pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]


class MountModel(_Driven):
    """A filesystem and where it goes."""

    target: GuestPath = Field(description="Where it is mounted.")
    flags: list[Literal["ro", "nosuid", "nodev", "noexec"]] = Field(default=[], description="As mount's -o.")


class DeviceModel(_Driven):
    """A device in /dev."""

    name: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9_.:+-]+(/[A-Za-z0-9_.:+-]+)*$")]
    mode: Annotated[StrictStr, Field(pattern=r"^0?[0-7]{3}$")] | None = Field(
        default=None, description='Permissions, as "660".'
    )


class LimitsModel(_Model):
    """What a guest may have at most; "unlimited" where only the machine's size should bound it."""

    processes: Count = LimitsConfig().processes
    open_files: Count = LimitsConfig().open_files
    file_size: MaybeSize = None
    disk: ByteSize = LimitsConfig().disk
    output: ByteSize = LimitsConfig().output
    cpu: MaybeDuration = None
    memory: MaybeSize = None


class NetworkModel(_Model):
    """Interfaces and protocols. Without an interface there are unix sockets only."""

    interfaces: list[Literal["lo"]] = Field(default=[], description='"lo" is 127.0.0.1 inside the machine.')
    protocols: list[Named] | None = Field(default=None, description="Default: unix, and loopback where there is lo.")


class InitModel(_Model):
    """What PID 1 does."""

    units: StrictBool = Field(default=True, description="Read unit files in /etc/systemd/system at boot.")
    types: list[Named] = [_Driven(driver="service")]


class ProgramsModel(_Model):
    """What can be executed."""

    formats: list[Named] = [_Driven(driver="script"), _Driven(driver="program")]
    families: list[StrictStr] | None = Field(
        default=None, description="Whose commands are in /usr/bin. Default: all installed."
    )


class TraceModel(_Model):
    """Who is told what the machine does."""

    observers: list[Named] = []


class UserModel(_Model):
    """A user; the group of the same name has the id gid."""

    name: Annotated[StrictStr, Field(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]
    uid: Annotated[StrictInt, Field(ge=0, le=2**32 - 2)]
    gid: Annotated[StrictInt, Field(ge=0, le=2**32 - 2)] | None = Field(default=None, description="Default: as uid.")
    home: GuestPath | None = Field(default=None, description="Default: /home/NAME.")
    shell: GuestPath = "/bin/sh"
    groups: list[StrictStr] = []


class PluginsModel(_Model):
    """Which plugins count."""

    disable: list[StrictStr] = Field(default=[], description="Distributions that this machine doesn't use.")


class MachineModel(_Model):
    """A KOS machine, as kos.toml describes it."""

    hostname: Hostname = "kos"
    cpus: Annotated[StrictInt, Field(ge=1, le=MAX_CPUS)] = 1
    memory: ByteSize = 512 * 1024**2
    clock: Literal["wall", "virtual"] = "wall"
    seed: StrictInt | None = Field(default=None, description="Of the machine's randomness. Default: from the host's.")
    epoch: Annotated[datetime, BeforeValidator(_date)] | None = Field(default=None, description="The date at boot.")
    scheduler: _Driven
    mounts: dict[str, MountModel]
    devices: dict[str, DeviceModel]
    limits: LimitsModel = LimitsModel()
    network: NetworkModel = NetworkModel()
    init: InitModel = InitModel()
    container: _Driven
    programs: ProgramsModel = ProgramsModel()
    trace: TraceModel = TraceModel()
    users: dict[str, UserModel]
    env: dict[StrictStr, StrictStr]
    plugins: PluginsModel = PluginsModel()


class Validated:
    """A configuration that is right. files: what else it depends on; drivers: for each, the path of its table and all its
    options as kos.toml would have them; complete: nothing was passed over, so it need not be looked at again."""

    def __init__(self, model: MachineModel, layer: Layer) -> None:
        self.model = model
        self.layer = layer
        self.config: MachineConfig
        self.files: list[str] = []
        self.complete = True
        self.drivers: list[tuple[Path, dict[str, Any]]] = []


def validate(layer: Layer, registry: Registry, base: str) -> Validated:
    """Return the validated configuration of merged layers. base: the folder that relative host paths start at.

    Raises ConfigError with every mistake that was found, one a paragraph: its place, what is wrong, what was expected; or
    PluginError, if a driver that can't be had is all that is wrong.
    """
    try:
        model = MachineModel.model_validate(layer.tree)
    except ValidationError as error:
        raise ConfigError("\n".join(_problems(error, layer.origins, ()))) from None
    done = Validated(model, layer)
    work = _Assembly(done, registry, base)
    config = work.machine(model)
    if work.errors:
        if all(isinstance(one, PluginError) for one in work.errors):
            missing = [work.missing[str(one)] for one in work.errors if str(one) in work.missing]
            if len(missing) == len(work.errors) > 3:
                raise PluginError(
                    f"drivers that a machine needs are not installed: {', '.join(dict.fromkeys(missing))}\n"
                    "  pip install 'kos[standard]' brings all that the README shows"
                )
            raise PluginError("\n".join(map(str, work.errors)))
        raise ConfigError("\n".join(map(str, work.errors)))
    done.config = config
    return done


class _Assembly:
    """Makes a MachineConfig of a MachineModel: looks up each driver, has its options validated, gathers what is wrong."""

    def __init__(self, done: Validated, registry: Registry, base: str) -> None:
        self.done = done
        self.origins = done.layer.origins
        self.registry = registry
        self.base = base
        self.disabled = tuple(sorted({normalized(name) for name in done.model.plugins.disable}))
        self.errors: list[KosError] = []
        self.missing: dict[str, str] = {}  # what is said of a first-party driver that isn't installed -> its name

    def machine(self, model: MachineModel) -> MachineConfig:
        """Return the whole of it; where something is wrong, `errors` says so and the value is meaningless."""
        mounts = [self.mount(name, mount) for name, mount in model.mounts.items()]
        mounts.sort(key=lambda mount: (mount.target != b"/") + mount.target.count(b"/"))
        if not mounts or mounts[0].target != b"/":
            self.error((), "mounts", "there is no filesystem at /: add one with target = '/'")
        devices = [self.device(name, device) for name, device in model.devices.items()]
        users = tuple(self.user(name, user) for name, user in model.users.items())
        if not any(user.name == "root" and user.uid == 0 for user in users):
            self.error(("users", "root"), "uid", "root must have the uid 0")
        for name, value in model.env.items():
            if not name or "=" in name or "\0" in name + value:
                self.error(
                    ("env",), name, "no variable can have such a name or value: no '=' in a name, no NUL in either"
                )
        if model.programs.families is not None:
            for name in model.programs.families:
                self.look_up(("programs", "families"), "kos.program", name)
        return MachineConfig(
            hostname=model.hostname,
            cpus=model.cpus,
            memory=model.memory,
            clock=model.clock,
            seed=model.seed,
            epoch_ns=None
            if model.epoch is None
            else int(model.epoch.timestamp()) * 10**9 + model.epoch.microsecond * 1000,
            scheduler=self.driver(("scheduler",), "kos.scheduler", model.scheduler),
            mounts=tuple(mounts),
            devices=tuple(devices),
            limits=LimitsConfig(
                processes=model.limits.processes,
                open_files=model.limits.open_files,
                file_size=model.limits.file_size,
                disk=model.limits.disk,
                output=model.limits.output,
                cpu_ns=model.limits.cpu,
                memory=model.limits.memory,
            ),
            network=self.network(model.network),
            init=InitConfig(model.init.units, self.named(("init", "types"), "kos.unit", model.init.types)),
            container=self.container(model.container),
            formats=self.named(("programs", "formats"), "kos.binfmt", model.programs.formats, lazy=False),
            families=None if model.programs.families is None else tuple(model.programs.families),
            observers=self.named(("trace", "observers"), "kos.observer", model.trace.observers),
            users=users,
            env={_bytes(name): _bytes(value) for name, value in model.env.items()},
            disabled=self.disabled,
        )

    def mount(self, name: str, mount: MountModel) -> MountConfig:
        """Return one mount."""
        made = self.driver(("mounts", name), "kos.fs", mount)
        source = _bytes(mount.driver)
        return MountConfig(_bytes(mount.target), mount.driver, made.options, tuple(mount.flags), source, made.grants)

    def device(self, name: str, device: DeviceModel) -> DeviceConfig:
        """Return one device."""
        made = self.driver(("devices", name), "kos.device", device)
        mode = None if device.mode is None else int(device.mode, 8)
        return DeviceConfig(device.name, device.driver, made.options, mode, made.grants)

    def container(self, table: _Driven) -> DriverConfig:
        """Return the container runtime. The default is loaded with the first container, so it may be missing until then."""
        before = len(self.errors)
        made = self.driver(("container",), "kos.container", table)
        if not table.model_extra and origin_of(self.origins, ("container", "driver")) == DEFAULT:
            self.pass_over(before)
        return made

    def network(self, network: NetworkModel) -> NetworkConfig:
        """Return interfaces and protocols."""
        path = ("network", "protocols")
        if network.protocols is not None:
            return NetworkConfig(tuple(network.interfaces), self.named(path, "kos.protocol", network.protocols))
        wanted = [_Driven(driver="unix")] + ([_Driven(driver="loopback")] if "lo" in network.interfaces else [])
        return NetworkConfig(tuple(network.interfaces), self.named(path, "kos.protocol", wanted))

    def user(self, name: str, user: UserModel) -> UserConfig:
        """Return one user."""
        gid = user.uid if user.gid is None else user.gid
        home = f"/home/{user.name}" if user.home is None else user.home
        return UserConfig(user.name, user.uid, gid, _bytes(home), _bytes(user.shell), tuple(user.groups))

    def named(
        self, path: Path, group: str, tables: Iterable[_Driven], *, lazy: bool = True
    ) -> tuple[DriverConfig, ...]:
        """Return a list of drivers.

        lazy: a default that nobody wrote, of a kind that is loaded when it is first used, may be missing or broken: it is
        left out and noted in the registry's problems.
        """
        made = []
        written = path in self.origins and self.origins[path] != DEFAULT
        for position, table in enumerate(tables):
            here = (*path, str(position)) if written else path
            before = len(self.errors)
            config = self.driver(here, group, table)
            if lazy and not written and len(self.errors) > before:
                self.pass_over(before)
            else:
                made.append(config)
        return tuple(made)

    def pass_over(self, before: int) -> None:
        """Make notes of the errors from `before` on: they concern what nobody asked for by name."""
        self.registry.problems += [str(error) for error in self.errors[before:]]
        self.done.complete &= len(self.errors) == before
        del self.errors[before:]

    def look_up(self, path: Path, group: str, name: str) -> Any:
        """Return a driver's record, or None with the reason among the errors."""
        try:
            return self.registry.record(group, name, where=self.place(path), disabled=self.disabled)
        except PluginError as error:
            self.errors.append(error)
            if (group, name) in FIRST_PARTY and not any(entry.name == name for entry in self.registry.entries(group)):
                self.missing[str(error)] = name
            return None

    def driver(self, path: Path, group: str, table: _Driven) -> DriverConfig:
        """Return a driver with its options validated by its own model."""
        extra = dict(table.model_extra or {})
        record = self.look_up((*path, "driver"), group, table.driver)
        if record is None:
            return DriverConfig(table.driver)
        self.done.files += self.registry.record_files(group, table.driver)
        grants: list[str] = []
        options: dict[str, Any] = {}
        if record.options is None:
            for key in extra:
                self.error(path, key, f"the driver {table.driver!r} takes no options")
        else:
            try:
                model = self.registry.resolve(record.options, group, table.driver)
                self.done.files += self.registry.files_of(record.options)
                options = self.options(path, table.driver, model, extra, grants)
            except PluginError as error:
                self.errors.append(error)
        return DriverConfig(table.driver, Options(options), tuple(grants))

    def options(
        self, path: Path, name: str, model: type[BaseModel], extra: dict[str, Any], grants: list[str]
    ) -> dict[str, Any]:
        """Return a driver's options by field name, as plain values."""
        for key in unknown_keys(model, extra):
            self.error(path, key, _unknown(key, _keys(model), f"the driver {name!r}"))
            del extra[key]
        try:
            made, plain = driver_values(model, name, extra, self.base, grants)
        except ValidationError as error:
            self.errors += [ConfigError(text) for text in _problems(error, self.origins, path)]
            return {}
        self.done.drivers.append((path, made.model_dump(mode="json", by_alias=True)))
        return plain

    def place(self, path: Path) -> str:
        """Return where a value stands, for a message: "kos.toml:6: [scheduler] driver"."""
        return _place(self.origins, path)

    def error(self, path: Path, key: str, message: str) -> None:
        """Note a mistake at a key."""
        self.errors.append(ConfigError(f"{self.place((*path, key))}: {message}"))


def driver_options(
    registry: Registry, group: str, name: str, values: Mapping[str, Any], *, disabled: Collection[str] = ()
) -> tuple[Options, tuple[str, ...]]:
    """Return (options, host paths that they name) for a driver that a running machine asks for, as mount(2) does.

    values: as kos.toml's keys, possibly all text. Raises ConfigError with every mistake, PluginError if there is no such driver.
    """
    record = registry.record(group, name, disabled=disabled)
    extra = dict(values)
    if record.options is None:
        if extra:
            raise ConfigError(f"{', '.join(extra)}: the driver {name!r} takes no options")
        return Options(), ()
    model: type[BaseModel] = registry.resolve(record.options, group, name)
    unknown = unknown_keys(model, extra)
    if unknown:
        raise ConfigError("\n".join(f"{key}: {_unknown(key, _keys(model), f'the driver {name!r}')}" for key in unknown))
    grants: list[str] = []
    try:
        _, plain = driver_values(model, name, extra, os.getcwd(), grants)
    except ValidationError as error:
        raise ConfigError("\n".join(_problems(error, {}, ()))) from None
    return Options(plain), tuple(grants)


def unknown_keys(model: type[BaseModel], values: Mapping[str, Any]) -> list[str]:
    """Return the keys that a model doesn't take, also where it would ignore them."""
    keys = _keys(model)
    return [] if model.model_config.get("extra") == "allow" else [key for key in values if key not in keys]


def driver_values(
    model: type[BaseModel], name: str, values: Mapping[str, Any], base: str, grants: list[str]
) -> tuple[BaseModel, dict[str, Any]]:
    """Return (the validated model, its values by field name as plain values); the host paths it names join `grants`.

    Raises ValidationError; PluginError if the model has values that aren't plain.
    """
    made = model.model_validate(dict(values), context={"base": base, "grants": grants})
    fields = {field: getattr(made, field) for field in model.model_fields} | dict(made.model_extra or {})
    try:
        plain = {field: _plain(value) for field, value in fields.items()}
        to_plain(plain)
    except TypeError as error:
        raise PluginError(f"the options model of {name!r} ({model.__module__}:{model.__name__}): {error}") from None
    return made, plain


# --- mistakes, in our words ------------------------------------------------------------------------------------------


def _place(origins: Mapping[Path, Origin], path: Path) -> str:
    origin = origin_of(origins, path)
    return shown(path) if origin.label == "default" else f"{origin}: {shown(path)}"


def _problems(error: ValidationError, origins: Mapping[Path, Origin], at: Path) -> list[str]:
    """Return a line for each mistake that pydantic found, with its place and what was expected."""
    lines = []
    for one in error.errors(include_url=False):
        path = (
            *at,
            *(str(part) for part in one["loc"] if not str(part).startswith(("function-", "datetime", "constrained-"))),
        )
        kind, value, context = one["type"], one.get("input"), one.get("ctx", {})
        if kind == "missing":
            text = "is missing"
        elif kind == "extra_forbidden":
            parent: Any = MachineModel
            text = _unknown(path[-1], _known_keys(parent, path[:-1]), shown(path[:-1]) if len(path) > 1 else "kos.toml")
        elif kind == "value_error":
            text = str(context.get("error", one["msg"]))
        else:
            text = f"expected {_expected(kind, context, one['msg'])}, got {_toml(value)}"
        lines.append(f"{_place(origins, path)}: {text}")
    return list(dict.fromkeys(lines))


def _expected(kind: str, context: Mapping[str, Any], message: str) -> str:
    """Return what pydantic wanted, as a noun."""
    words = {
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "float_parsing": "a number",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "string_type": "text in quotes",
        "bytes_type": "text in quotes",
        "list_type": "a list",
        "tuple_type": "a list",
        "dict_type": "a table",
        "model_type": "a table",
        "model_attributes_type": "a table",
    }
    if kind in words:
        return words[kind]
    if kind in ("literal_error", "enum"):
        return str(context["expected"])
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        sign = {
            "greater_than_equal": "at least",
            "less_than_equal": "at most",
            "greater_than": "more than",
            "less_than": "less than",
        }
        return f"{sign[kind]} {next(iter(context.values()))}"
    if kind == "string_pattern_mismatch":
        return f"text that fits {context['pattern']}"
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters"
    return f"something else ({message})"


def _toml(value: Any) -> str:
    """Return a value as kos.toml would have it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if not isinstance(value, datetime) else value.isoformat()
    return text if len(text) <= 60 else text[:57] + "..."


def _unknown(key: str, known: Collection[str], whose: str) -> str:
    close = difflib.get_close_matches(key, list(known), 1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"no such key; {hint}{whose} knows {', '.join(sorted(known)) or 'no keys'}"


def _keys(model: type[BaseModel]) -> list[str]:
    """Return the keys that a model takes in kos.toml."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _known_keys(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys of the table at this path of the kernel's own models."""
    tables: Mapping[str, type[BaseModel]] = {
        "limits": LimitsModel,
        "network": NetworkModel,
        "init": InitModel,
        "programs": ProgramsModel,
        "trace": TraceModel,
        "users": UserModel,
        "plugins": PluginsModel,
    }
    return _keys(tables.get(path[0], model) if path else model)


def _plain(value: Any) -> Any:
    """Return a validated value as a factory gets it: nested models as Options, lists as tuples, enums as their values."""
    if isinstance(value, BaseModel):
        return Options({field: _plain(getattr(value, field)) for field in type(value).model_fields})
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return tuple(map(_plain, value))
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


__all__ = ["DEFAULTS", "MachineModel", "Validated", "driver_options", "validate"]
