"""What `[scheduler]` of kos.toml may say for each of them. Imported only when a configuration is read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from kos_kernel.api import DriverOptions, DurationNs

Turn = Annotated[DurationNs, Field(ge=1_000, description="how long a task may run before its equals get their turn")]


class FifoOptions(DriverOptions):
    """first in, first out has nothing to set."""


class CyclicOptions(DriverOptions):
    """on_wakeup = "wait" or "run"."""

    on_wakeup: Literal["wait", "run"] = Field("wait", description="whether a task that wakes takes the CPU at once")


class RoundRobinOptions(DriverOptions):
    """quantum = "10ms"; aligned = true."""

    quantum_ns: Turn = Field(10_000_000, alias="quantum")
    aligned: bool = Field(False, description="turns end at multiples of the quantum, on all CPUs at once")
    per_cpu: bool = Field(False, description="a queue for each CPU, in place of one for all")
    steal: bool = Field(True, description="with per_cpu: a CPU that has nothing to do takes from the longest queue")


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


class ShortestOptions(DriverOptions):
    """alpha = 0.5; initial = "10ms"; known = false to estimate also where a workload says how long its bursts are."""

    alpha: float = Field(0.5, ge=0, le=1, description="the weight of the last burst in the estimate of the next")
    initial_ns: Annotated[DurationNs, Field(ge=0)] = Field(
        10_000_000, alias="initial", description="what is expected of a task that hasn't run yet"
    )
    known: bool = Field(True, description="take the length of a burst from who knows it, where somebody does")


class MlfqOptions(DriverOptions):
    """quanta = ["10ms", "20ms", "40ms"] from the top down; allotments; boost; stay; bump."""

    quanta_ns: tuple[Turn, ...] = Field(
        (10_000_000, 20_000_000, 40_000_000),
        alias="quanta",
        min_length=1,
        max_length=64,
        description="of each queue, the top one first",
    )
    allotments: tuple[Annotated[int, Field(ge=1)], ...] | Annotated[int, Field(ge=1)] = Field(
        1, description="how many quanta a task may use at a level before it sinks: for each queue, or one for all"
    )
    boost_ns: Annotated[DurationNs, Field(ge=1_000_000)] | None = Field(
        1_000_000_000, alias="boost", description="how often all tasks go back to the top; unset: never"
    )
    stay: bool = Field(False, description="a task that sleeps gets a fresh quantum and allotment at its level")
    bump: bool = Field(False, description="a task that wakes comes to the head of its queue")

    @model_validator(mode="after")
    def _one_for_each(self) -> MlfqOptions:
        if isinstance(self.allotments, int):
            object.__setattr__(self, "allotments", (self.allotments,) * len(self.quanta_ns))
        elif len(self.allotments) != len(self.quanta_ns):
            raise ValueError(
                f"{len(self.allotments)} allotments for {len(self.quanta_ns)} queues: write one for each, or one number"
            )
        return self


class ShareOptions(DriverOptions):
    """quantum = "10ms"."""

    quantum_ns: Turn = Field(10_000_000, alias="quantum")
