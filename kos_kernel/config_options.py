"""Options of a driver that is asked for while a machine runs, as mount(2) asks for a filesystem.

Light to import; what validates (pydantic) comes in with the first call that has something to validate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .contracts import records
from .contracts.machine import Options
from .registry import Registry

_GROUPS: Mapping[type[Any], str] = {
    records.FsDriver: "kos.fs",
    records.SchedulerDriver: "kos.scheduler",
    records.ProtocolDriver: "kos.protocol",
    records.DeviceDriver: "kos.device",
    records.UnitDriver: "kos.unit",
    records.ContainerDriver: "kos.container",
    records.BinfmtDriver: "kos.binfmt",
    records.ObserverDriver: "kos.observer",
    records.ReclaimDriver: "kos.reclaim",
}


def driver_options(registry: Registry, record: Any, values: Mapping[str, Any]) -> tuple[Options, tuple[str, ...]]:
    """Return (validated options, host paths that they name) of the driver that this record announces.

    values: keys as in kos.toml; text is taken where a number is meant. Raises ConfigError with every mistake.
    """
    if getattr(record, "options", None) is None and not values:
        return Options(), ()
    from .config_models import driver_options as validated

    return validated(registry, _GROUPS[type(record)], record.name, values)
