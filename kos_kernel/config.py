"""Configuration: kos.toml, `--set` and arguments to the plain MachineConfig, validated once and remembered.

    load(registry, "kos.toml", sets=["cpus=4"], overrides={"seed": 7}) ──► MachineConfig
    explain(registry, ...) ──► what each value is and where it came from        (kos config show)
    schema(registry)       ──► JSON Schema of kos.toml with all installed drivers (kos config schema)

`load` is on the path of every start, so pydantic and tomllib are imported only for a configuration that was never seen before:
the index keeps each validated one under the text that made it, and forgets it when an options model changes. Arguments of the
simplest kind (seed, clock, hostname, env) are laid over afterwards, so that a thousand seeds are one configuration.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .contracts.machine import MachineConfig, from_plain, to_plain
from .errors import ConfigError
from .registry import Registry

if TYPE_CHECKING:
    from .config_models import Validated

Written = str | os.PathLike[str] | Mapping[str, Any] | None
Source = Written | MachineConfig

MAX_TOML = 1024 * 1024
ARGUMENT = "an argument"


class Setting(NamedTuple):
    """One line of `explain`. key: dotted, as --set takes it; value: as kos.toml would have it; origin: where it was written."""

    key: str
    value: Any
    origin: str


def load(
    registry: Registry,
    source: Source = None,
    *,
    sets: Sequence[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> MachineConfig:
    """Return the validated configuration.

    source: a kos.toml by path, a mapping shaped like one, a MachineConfig that is right already, or None for the defaults.
    sets: as `--set` takes them, laid over it in this order. overrides: a mapping shaped like kos.toml, laid on top; a string
    where a driver's table belongs is the driver's name ({"scheduler": "fifo"}).
    Raises ConfigError, which names file, line, key, what was expected and what to do; PluginError for a driver that is missing.
    """
    simple, rest = _split(overrides or {})
    if isinstance(source, MachineConfig):
        if sets or rest:
            names = ", ".join([*sets, *rest])
            raise ConfigError(
                f"{names}: a MachineConfig is final but for seed, clock, hostname and env; give a path or a dict instead"
            )
        return _with(source, simple)
    text, label, base = _read(source)
    key = _key(registry.safe_mode, text, label, base, sets, rest)
    config = registry.configs.get(key)
    if config is None:
        config = _kept(registry, key)
        if config is None:
            done = _validated(registry, source, text, label, base, sets, rest)
            config = done.config
            if done.complete:
                registry.index.keep_config(key, to_plain(config), done.files)
            registry.flush()
        if len(registry.configs) >= 256:
            registry.configs.clear()
        registry.configs[key] = config
    return _with(config, simple)


def explain(
    registry: Registry,
    source: Source = None,
    *,
    sets: Sequence[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> list[Setting]:
    """Return every setting with its value and where it came from, those of drivers too. Raises as `load`."""
    from .config_source import DEFAULT

    if isinstance(source, MachineConfig):
        raise ConfigError("a MachineConfig doesn't remember where its values came from; give a path or a dict instead")
    text, label, base = _read(source)
    done = _validated(registry, source, text, label, base, sets, overrides or {})
    tree: dict[str, Any] = done.model.model_dump(mode="json", by_alias=True)
    for path, options in done.drivers:
        table: Any = tree
        for part in path:
            table = table[int(part)] if isinstance(table, list) else table.get(part)
            if table is None:
                break
        if isinstance(table, dict):
            table.update(options)
    rows: list[Setting] = []

    def walk(value: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, dict) and value:
            for name, item in value.items():
                walk(item, (*path, name))
        elif value is not None:
            origin = done.layer.origins.get(path, DEFAULT)  # every value that was written has an origin of its own
            rows.append(Setting(".".join(map(_quoted, path)), _bare(value), str(origin)))

    walk(tree, ())
    return rows


def as_toml(value: Any) -> str:
    """Return a value of `explain` as kos.toml would have it: 'text' in quotes, lists and tables on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        import json

        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_toml(str(key))} = {as_toml(item)}" for key, item in value.items()) + "}"
    return str(value)


def schema(registry: Registry) -> dict[str, Any]:
    """Return a JSON Schema (2020-12) of kos.toml, with the options of every installed driver that is in order."""
    from .config_schema import machine_schema

    return machine_schema(registry)


# --- from the source to the key --------------------------------------------------------------------------------------


def _read(source: Written) -> tuple[str, str, str]:
    """Return (text, label, base folder) of the source; no text for a mapping or the defaults."""
    if source is None or isinstance(source, Mapping):
        return "", "" if source is None else repr(source), os.getcwd()
    label = os.fspath(source)
    try:
        with open(label, "rb") as file:
            data = file.read(MAX_TOML + 1)
    except OSError as error:
        hint = "\n  without a configuration file the defaults count" if isinstance(error, FileNotFoundError) else ""
        raise ConfigError(f"can't read the configuration {label}: {error.strerror}{hint}") from None
    if len(data) > MAX_TOML:
        raise ConfigError(f"{label}: more than {MAX_TOML} bytes: that is no configuration")
    try:
        return data.decode(), label, os.path.dirname(os.path.abspath(label))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{label}:{line}: not UTF-8, as TOML must be") from None


def _key(safe: bool, text: str, label: str, base: str, sets: Sequence[str], rest: Mapping[str, Any]) -> str:
    """Return what names this configuration among all: a hash over all that makes it."""
    from hashlib import blake2b

    # The folder counts only where a relative path could be meant.
    relative = base if text or label or sets or rest else ""
    whole = repr((safe, text, label, relative, tuple(sets), sorted(rest.items(), key=lambda item: item[0])))
    return blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _kept(registry: Registry, key: str) -> MachineConfig | None:
    """Return the configuration that the index keeps, if all that it depends on is as it was."""
    if registry.index.entries() is None:
        return None
    plain = registry.index.config(key)
    if plain is None:
        return None
    try:
        config = from_plain(plain)
    except (ValueError, TypeError, AttributeError, IndexError):
        return None
    return config if isinstance(config, MachineConfig) else None


def _validated(
    registry: Registry, source: Written, text: str, label: str, base: str, sets: Sequence[str], rest: Mapping[str, Any]
) -> Validated:
    """Return the configuration validated from nothing. The slow way: imports tomllib, pydantic and options models."""
    from .config_models import DEFAULTS, validate
    from .config_source import mapping_layer, merge, set_layer, toml_layer

    layers = [mapping_layer(DEFAULTS, "default")]
    if isinstance(source, Mapping):
        layers.append(mapping_layer(source, ARGUMENT))
    elif source is not None:
        layers.append(toml_layer(text, label))
    layers += [set_layer(assignment) for assignment in sets]
    if rest:
        layers.append(mapping_layer(rest, ARGUMENT))
    return validate(merge(layers), registry, base)


# --- what is laid over afterwards ------------------------------------------------------------------------------------


def _split(overrides: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (what can be laid over a validated configuration, what must be validated with it)."""
    simple: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in overrides.items():
        if (
            (name == "seed" and (value is None or type(value) is int))
            or (name == "clock" and value in ("wall", "virtual"))
            or (
                name == "hostname"
                and isinstance(value, str)
                and re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,62}[A-Za-z0-9])?", value)
            )
        ):
            simple[name] = value
        elif name == "env" and isinstance(value, Mapping) and _is_environment(value):
            simple[name] = {_as_bytes(key): _as_bytes(item) for key, item in value.items()}
        else:
            rest[name] = value
    return simple, rest


def _is_environment(value: Mapping[Any, Any]) -> bool:
    return all(
        isinstance(key, (str, bytes))
        and isinstance(item, (str, bytes))
        and key
        and b"=" not in _as_bytes(key)
        and b"\0" not in _as_bytes(key) + _as_bytes(item)
        for key, item in value.items()
    )


def _with(config: MachineConfig, simple: Mapping[str, Any]) -> MachineConfig:
    if not simple:
        return config
    changes = dict(simple)
    if "env" in changes:
        changes["env"] = {**config.env, **changes["env"]}
    return config._replace(**changes)


def _as_bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def _bare(value: Any) -> Any:
    """Return a list of drivers with those that have no options by their bare names."""
    if isinstance(value, list):
        return [item["driver"] if isinstance(item, dict) and list(item) == ["driver"] else item for item in value]
    return value


def _quoted(part: str) -> str:
    return part if re.fullmatch(r"[^.\"'\s]+", part) else f'"{part}"'
