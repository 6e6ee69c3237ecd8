"""What `[scheduler]` of kos.toml may say for each of the three. Imported only when a configuration is read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from kos_kernel.api import DriverOptions, DurationNs

Turn = Annotated[DurationNs, Field(ge=1_000, description="how long a task may run before its equals get their turn")]


class FifoOptions(DriverOptions):
    """first in, first out has nothing to set."""


class RoundRobinOptions(DriverOptions):
    """quantum = "10ms"."""

    quantum_ns: Turn = Field(10_000_000, alias="quantum")


class PriorityOptions(DriverOptions):
    """within = "rr" or "fifo"; quantum for "rr"; ageing = "100ms" to let waiting tasks rise one level for each 100 ms."""

    within: Literal["rr", "fifo"] = Field("rr", description="the order among tasks of one nice value")
    quantum_ns: Turn = Field(10_000_000, alias="quantum")
    ageing_ns: Annotated[DurationNs, Field(ge=1_000_000)] | None = Field(
        None, alias="ageing", description="waiting this long raises a task by one level; unset: never"
    )

    @model_validator(mode="after")
    def _ageing_needs_turns(self) -> PriorityOptions:
        if self.ageing_ns is not None and self.within == "fifo":
            raise ValueError('ageing needs within = "rr": without turns, a task that runs is never asked to make room')
        return self
