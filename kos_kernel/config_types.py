"""Types for options models, of drivers and of kos.toml itself. The only public file of the kernel that needs pydantic.

    class MyOptions(DriverOptions):
        quantum_ns: DurationNs = Field(10_000_000, alias="quantum")     # quantum = "10ms" in kos.toml
        size: ByteSize = 64 * 1024 * 1024                               # size = "64MiB"
        source: HostPath                                                # source = "./data", relative to kos.toml

A driver's factory gets the validated values by field name (`options.quantum_ns`), as plain frozen values; the key in kos.toml
is the alias, if there is one. Options models are imported only when a configuration is validated.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo, WithJsonSchema

from .quantities import format_duration, format_size, parse_duration, parse_size


class DriverOptions(BaseModel):
    """Base of options models: frozen, and a key it doesn't know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _size(value: Any) -> Any:
    if isinstance(value, str):
        return parse_size(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"expected a size such as '256MiB' or a number of bytes, got {_shown(value)}")
    if value < 0:
        raise ValueError(f"a size can't be negative: {value}")
    return value


def _duration(value: Any) -> Any:
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(f"expected a duration with its unit in quotes, such as '10ms', got {_shown(value)}")


def _host_path(value: Any, info: ValidationInfo) -> Any:
    """Return the absolute host path, and note in the validation's context that the configuration names it."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str):
        raise ValueError(f"expected a path of the host in quotes, got {_shown(value)}")
    if not value or "\0" in value:
        raise ValueError("a path can't be empty or hold a NUL character")
    context = info.context or {}
    path = os.path.normpath(os.path.join(context.get("base") or os.getcwd(), os.path.expanduser(value)))
    grants = context.get("grants")
    if grants is not None and path not in grants:
        grants.append(path)
    return path


def _shown(value: Any) -> str:
    """Return a value as TOML would write it, shortened."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


ByteSize = Annotated[
    int,
    BeforeValidator(_size),
    PlainSerializer(format_size, return_type=str, when_used="json"),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?\s*([KMGTP](iB)?|[kMGTP]B|B)?$"}, {"type": "integer"}]}
    ),
]
"""A number of bytes, written "256MiB"."""

DurationNs = Annotated[
    int,
    BeforeValidator(_duration),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^(\s*\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|min|h|d|w))+\s*$|^0$"}),
]
"""Nanoseconds, written "10ms"."""

HostPath = Annotated[str, BeforeValidator(_host_path), WithJsonSchema({"type": "string"})]
"""A file or folder of the host, made absolute; relative ones start at the folder of kos.toml. The driver is granted it."""
