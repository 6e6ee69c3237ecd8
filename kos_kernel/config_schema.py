"""A JSON Schema of kos.toml for editors: the kernel's keys, and under each table that names a driver that driver's own.

Two shapes differ from the models, because the models see merged layers: mounts, devices and users are lists of tables in a
file (and tables by name), and what has a default may be left out.
"""

from __future__ import annotations

from typing import Any

from .config_models import MachineModel
from .errors import PluginError
from .registry import Registry

# Where a driver's table stands, and the group that its drivers are of. Lists of drivers: the table they are in.
_TABLES = {"scheduler": "kos.scheduler", "container": "kos.container"}
_ITEMS = {"mounts": ("MountModel", "kos.fs"), "devices": ("DeviceModel", "kos.device")}
_LISTS = {
    ("NetworkModel", "protocols"): "kos.protocol",
    ("InitModel", "types"): "kos.unit",
    ("ProgramsModel", "formats"): "kos.binfmt",
    ("TraceModel", "observers"): "kos.observer",
}


def machine_schema(registry: Registry) -> dict[str, Any]:
    """Return the schema. Drivers whose plugin is broken are left out: `kos plugin check` tells of them."""
    schema: dict[str, Any] = MachineModel.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    properties: dict[str, Any] = schema["properties"]
    for name, group in _TABLES.items():
        properties[name] = _driven(registry, group, definitions, {})
    for name, (model, group) in _ITEMS.items():
        own = dict(definitions[model]["properties"])
        own.pop("driver", None)
        item = _driven(registry, group, definitions, own)
        for choice in item["oneOf"]:
            choice["required"] = sorted({"driver", "target"} if name == "mounts" else {"driver"})
        item["oneOf"].append(
            {"type": "object", "properties": {"driver": {"const": "none"}, **own}, "required": ["driver"]}
        )
        properties[name] = {"type": "array", "items": item}
    user = definitions["UserModel"]
    by_name = {**user, "required": [key for key in user.get("required", ()) if key != "name"]}
    properties["users"] = {
        "anyOf": [{"type": "array", "items": user}, {"type": "object", "additionalProperties": by_name}]
    }
    for (model, key), group in _LISTS.items():
        item = _driven(registry, group, definitions, {})
        names = sorted({entry.name for entry in registry.entries(group)})
        definitions[model]["properties"][key] = {"type": "array", "items": {"anyOf": [{"enum": names}, item]}}
    for unused in ("_Driven", "MountModel", "DeviceModel", "UserModel"):
        definitions.pop(unused, None)
    schema.pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "kos.toml", **schema}


def _driven(registry: Registry, group: str, definitions: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a table that names a driver of this group: one form for each that is installed."""
    choices: list[dict[str, Any]] = []
    for name in sorted({entry.name for entry in registry.entries(group)}):
        try:
            record = registry.record(group, name)
            options = {} if record.options is None else _options(registry, group, name, record.options, definitions)
        except PluginError:
            continue
        choices.append(
            {
                "type": "object",
                "description": record.summary,
                "properties": {"driver": {"const": name}, **own, **options.get("properties", {})},
                "required": sorted({"driver", *options.get("required", ())}),
                "additionalProperties": options.get("additionalProperties", False) is True,
            }
        )
    return {"oneOf": choices}


def _options(registry: Registry, group: str, name: str, reference: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a driver's options; the definitions it brings join the others under names of their own."""
    model = registry.resolve(reference, group, name)
    prefix = f"{group}.{name}."
    schema: dict[str, Any] = model.model_json_schema(by_alias=True, ref_template="#/$defs/" + prefix + "{model}")
    for key, definition in schema.pop("$defs", {}).items():
        definitions[prefix + key] = definition
    return schema
