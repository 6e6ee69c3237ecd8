"""configuration.md: every key of kos.toml, and every option of the first-party drivers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from kos_kernel.config_models import DEFAULTS, MachineModel
from kos_kernel.config_types import ByteSize, DurationNs
from kos_kernel.firstparty import FIRST_PARTY
from kos_kernel.quantities import format_duration, format_size
from kos_kernel.registry import Registry

from . import markdown

HEAD = """# Configuration: kos.toml

A machine is described by a TOML file, `--set KEY=VALUE`, and arguments of `Machine()`. Each is laid over the one before:

```text
defaults  ◄──  kos.toml  ◄──  --set a.b=c  ◄──  arguments of Machine() and flags
```

A value replaces a value, a table is merged key by key, a list replaces a list. Mounts meet by their target, devices and users
by their name. Where a layer names another `driver` in a table, the options of the old one are dropped. `driver = "none"`
takes away a mount or device that a lower layer brought.

`kos config check` names file, line and key of each mistake, `kos config show` prints every value and where it came from,
`kos config schema` gives a JSON Schema for editors. A key that nobody knows is an error.

How values are written: a **size** is `"256MiB"`, `"64K"`, `"1.5GB"` or a number of bytes (`K`, `KiB` and so on are powers of
1024, `kB`, `MB` powers of 1000). A **duration** is text with units, `"10ms"`, `"1h 30min"` (`ns us ms s m min h d w`). A
**guest path** is absolute and has no `..`. A **host path** is relative to the folder of the file that it stands in. A
**driver** is a name, or a table with `driver` and the driver's own options.
"""

# What keys mean that don't say it themselves. tests: every key is here or has a description; none is here in vain.
SAYS: Mapping[str, str] = {
    "hostname": "What `hostname` and `uname -n` say.",
    "cpus": "Virtual CPUs. They overlap in virtual time.",
    "memory": "What all processes together may hold; what `free` shows as total.",
    "clock": "`virtual`: time is charged work, and sleeping costs nothing. See [virtual time](../explanation/virtual-time.md).",
    "limits.processes": "Processes alive in the machine, then `EAGAIN`.",
    "limits.open_files": "Descriptors of a process, then `EMFILE`.",
    "limits.file_size": "Bytes of a file that a process writes, then `SIGXFSZ` and `EFBIG`.",
    "limits.disk": "Bytes of all filesystems in memory together, then `ENOSPC`.",
    "limits.output": "Bytes that one run may write to its host, then `ENOSPC`.",
    "limits.cpu": "Charged CPU time of a process, in whole seconds, rounded up, then `SIGKILL`.",
    "limits.memory": "Bytes that a process may hold, then `ENOMEM`.",
    "init.types": "The unit types that PID 1 knows, by driver.",
    "programs.formats": "What `exec` asks about a file, by driver.",
    "trace.observers": "Who is told what the machine does, by driver.",
    "users.name": "The login name.",
    "users.uid": "The user id. `root` has 0.",
    "users.shell": "The login shell.",
    "users.groups": "Further groups that the user is in; those that aren't there are made.",
    "devices.name": "Its name in `/dev`. Default: the driver's.",
}
TABLES = {
    "LimitsModel": "limits",
    "NetworkModel": "network",
    "InitModel": "init",
    "ProgramsModel": "programs",
    "TraceModel": "trace",
    "PluginsModel": "plugins",
}
LISTS = {"MountModel": "mounts", "DeviceModel": "devices", "UserModel": "users"}
DRIVEN = {"scheduler": "kos.scheduler", "container": "kos.container"}
SIZE, DURATION = (TypeAdapter(kind).json_schema() for kind in (ByteSize, DurationNs))
SIZE_PATTERN, DURATION_PATTERN = SIZE["anyOf"][0]["pattern"], DURATION["pattern"]


def page() -> str:
    """Return the page."""
    schema = MachineModel.model_json_schema()
    definitions = schema["$defs"]
    plain = {
        key: value
        for key, value in schema["properties"].items()
        if "$ref" not in value and "additionalProperties" not in value
    }
    parts = [HEAD, "## The machine", _table("", plain, ())]
    for name, group in DRIVEN.items():
        default = DEFAULTS[name]["driver"]
        parts += [
            f"## [{name}]",
            f"`driver`: a driver of `{group}`; default `{default}`. Its options stand in the same table.",
        ]
    for model, table in TABLES.items():
        definition = definitions[model]
        parts += [f"## [{table}]", definition["description"], _table(f"{table}.", definition["properties"], ())]
    for model, table in LISTS.items():
        definition = definitions[model]
        required = () if table == "devices" else tuple(definition["required"])
        parts += [f"## [[{table}]]", definition["description"], _table(f"{table}.", definition["properties"], required)]
        parts.append(_default_items(table))
    parts += ["## [env]", "Variables that every process is born with: names and text. By default:"]
    parts.append(
        "```toml\n[env]\n" + "\n".join(f"{key} = {json.dumps(text)}" for key, text in DEFAULTS["env"].items()) + "\n```"
    )
    parts += ["## Options of the first-party drivers", *_drivers()]
    return "\n\n".join(parts)


def undescribed() -> list[str]:
    """Return the keys that neither say what they mean nor stand in SAYS, and those that stand there in vain."""
    schema = MachineModel.model_json_schema()
    places = {"": schema, **{f"{name}.": schema["$defs"][model] for model, name in (TABLES | LISTS).items()}}
    keys = {f"{prefix}{key}": value for prefix, one in places.items() for key, value in one["properties"].items()}
    mute = {key for key, value in keys.items() if not value.get("description") and "." in key}
    mute |= {
        key for key in ("hostname", "cpus", "memory", "clock", "seed", "epoch") if not keys[key].get("description")
    }
    return sorted(mute ^ set(SAYS))


def _table(prefix: str, properties: Mapping[str, Any], required: tuple[str, ...]) -> str:
    rows = []
    for key, value in properties.items():
        says = SAYS.get(prefix + key) or markdown.escaped(_sentence(value.get("description", "")))
        default = "required" if key in required else _default(prefix + key, value)
        rows.append([markdown.code(key), _written(value), default, says])
    return markdown.table(["key", "written as", "default", "what it is"], rows)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") or not text else text + "."


def _written(value: Mapping[str, Any]) -> str:
    """Return how a value is written, in words."""
    choices = [one for one in value.get("anyOf", [value]) if one.get("type") != "null"]
    if any(one.get("pattern") == SIZE_PATTERN for one in choices):
        return "size"
    if any(one.get("pattern") == DURATION_PATTERN for one in choices):
        return "duration"
    one = choices[0]
    if "enum" in one or "const" in one:
        return " or ".join(markdown.code(json.dumps(word)) for word in one.get("enum", [one.get("const")]))
    if one.get("type") == "array":
        items = one["items"]
        inner = "drivers" if items.get("$ref", "").endswith("_Driven") else "texts"
        return f"list of {_written(items)}" if "enum" in items or "const" in items else f"list of {inner}"
    low, high = one.get("minimum", one.get("ge")), one.get("maximum", one.get("le"))
    words = {"integer": "number", "boolean": "true or false", "string": "text", "number": "number"}
    if one.get("format") == "date-time":
        return "date"
    kind = words.get(one.get("type", ""), "text")
    if low is not None and high is not None:
        return f"{kind}, {low} to {high}"
    return f"{kind}, at least {low}" if low is not None else kind


def _default(key: str, value: Mapping[str, Any]) -> str:
    default = value.get("default")
    written = _written(value)
    if default is None:
        return '`"unlimited"`' if key.startswith("limits.") else "none"
    if key == "mode" and isinstance(default, int):
        return markdown.code(f'"{default:o}"')
    if written == "size" and isinstance(default, int):
        return markdown.code(json.dumps(format_size(default)))
    if written == "duration" and isinstance(default, int):
        return markdown.code(json.dumps(format_duration(default)))
    if isinstance(default, list):
        default = [one["driver"] if isinstance(one, dict) else one for one in default]
    return markdown.code(json.dumps(default))


def _default_items(table: str) -> str:
    """Return what a machine has of a list without being asked."""
    lines = []
    for item in DEFAULTS[table].values():
        lines.append(f"[[{table}]]")
        lines += [f"{key} = {_literal(key, value)}" for key, value in item.items()]
    return "By default:\n\n```toml\n" + "\n".join(lines) + "\n```"


def _literal(key: str, value: Any) -> str:
    return f'"{value:o}"' if key == "mode" and isinstance(value, int) else json.dumps(value)


def _drivers() -> list[str]:
    registry = Registry()
    parts: list[str] = []
    none: list[str] = []
    for (group, name), distribution in FIRST_PARTY.items():
        if group in ("kos.program", "kos.command"):
            continue
        record = registry.record(group, name)
        schema: dict[str, Any] = {}
        if record.options is not None:
            schema = registry.resolve(record.options, group, name).model_json_schema(by_alias=True)
        if not schema.get("properties"):
            none.append(f"`{name}` ({group}, {distribution})")
            continue
        parts.append(f"### {name}")
        parts.append(f"`{group}`, from {distribution}: {markdown.escaped(record.summary)}.")
        if not all(value.get("description") for value in schema["properties"].values()):
            parts.append(markdown.escaped(_sentence(schema.get("description", ""))))
        parts.append(_table("", schema["properties"], tuple(schema.get("required", ()))))
    return [*parts, "### Without options", ", ".join(none) + "."]
