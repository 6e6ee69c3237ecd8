"""What `[scheduler]` of kos.toml may say for them. Imported only when a configuration is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kos_kernel.api import DriverOptions, DurationNs

Grain = Annotated[DurationNs, Field(ge=1_000)]


class CfsOptions(DriverOptions):
    """latency = "6ms"; min_granularity = "750us"; wakeup_granularity = "1ms": Linux's values for one CPU."""

    latency_ns: Grain = Field(
        6_000_000, alias="latency", description="in this time every runnable task runs once, if they are few"
    )
    min_granularity_ns: Grain = Field(750_000, alias="min_granularity", description="no slice is shorter")
    wakeup_granularity_ns: Annotated[DurationNs, Field(ge=0)] = Field(
        1_000_000, alias="wakeup_granularity", description="how far ahead who runs must be for a wake-up to preempt it"
    )


class EevdfOptions(DriverOptions):
    """slice = "700us": Linux's base_slice_ns for one CPU."""

    slice_ns: Grain = Field(700_000, alias="slice", description="the slice of a task that asks for none")
