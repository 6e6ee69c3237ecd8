"""What `[scheduler]` of kos.toml may say for them. Imported only when a configuration is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kos_kernel.api import DriverOptions, DurationNs


class UrgencyOptions(DriverOptions):
    """quantum = "10ms"."""

    quantum_ns: Annotated[DurationNs, Field(ge=1_000)] = Field(
        10_000_000,
        alias="quantum",
        description="the turn of tasks that asked for nothing, which run while nobody is urgent",
    )


class LaxityOptions(DriverOptions):
    """quantum = "1ms"."""

    quantum_ns: Annotated[DurationNs, Field(ge=1_000)] = Field(
        1_000_000,
        alias="quantum",
        description="how long a job keeps the CPU at least, and the turn of tasks that asked for nothing",
    )
