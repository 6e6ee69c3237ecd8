"""What a plugin module may define: one file a subsystem, each with one plural hook that returns small records.

A hook is called once for each plugin module, when a machine first names one of its drivers. Hooks announce; they are on no
path that runs while a machine does. A hook that a later kernel adds is found by older kernels as `optionalhook`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..contracts import records
from . import binfmt, command, container, device, fs, observer, program, protocol, reclaim, scheduler, unit
from .markers import hookimpl, hookspec

__all__ = ["HOOKS", "Hook", "SPECS", "hookimpl", "hookspec"]


class Hook(NamedTuple):
    """How a group announces its drivers: the hook's name and the class of its records."""

    name: str
    record: type[Any]


HOOKS: Mapping[str, Hook] = {
    "kos.fs": Hook("kos_fs_drivers", records.FsDriver),
    "kos.scheduler": Hook("kos_scheduler_drivers", records.SchedulerDriver),
    "kos.protocol": Hook("kos_protocol_drivers", records.ProtocolDriver),
    "kos.device": Hook("kos_device_drivers", records.DeviceDriver),
    "kos.unit": Hook("kos_unit_drivers", records.UnitDriver),
    "kos.container": Hook("kos_container_drivers", records.ContainerDriver),
    "kos.binfmt": Hook("kos_binfmt_drivers", records.BinfmtDriver),
    "kos.observer": Hook("kos_observer_drivers", records.ObserverDriver),
    "kos.program": Hook("kos_program_families", records.ProgramFamily),
    "kos.reclaim": Hook("kos_reclaim_drivers", records.ReclaimDriver),
    "kos.command": Hook("kos_subcommands", records.Subcommand),
}

SPECS = (binfmt, command, container, device, fs, observer, program, protocol, reclaim, scheduler, unit)
