"""A driver's options from words, as mount(2) and the like bring them. Imports pydantic; used while a machine runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from .contracts.machine import Options
from .errors import ConfigError
from .registry import Registry


def driver_options(registry: Registry, record: Any, values: Mapping[str, Any]) -> tuple[Options, tuple[str, ...]]:
    """Return (validated options, host paths that they name). Raises ConfigError naming the option and what was expected."""
    if record.options is None:
        if values:
            raise ConfigError(f"{record.name} has no options; got {', '.join(values)}")
        return Options(), ()
    model = registry.resolve(record.options, "kos.fs", record.name)
    grants: list[str] = []
    try:
        made = model.model_validate(dict(values), context={"base": "/", "grants": grants})
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"option {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return Options({name: getattr(made, name) for name in type(made).model_fields}), tuple(grants)
