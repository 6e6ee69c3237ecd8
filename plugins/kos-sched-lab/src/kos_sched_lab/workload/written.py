"""A workload as people write it, in TOML or YAML, and what becomes of it.

    name = "mixed"
    cpus = 1
    horizon = "2s"

    [[tasks]]
    name = "batch"
    count = 3
    compute = "200ms"

    [[tasks]]
    name = "editor"
    bursts = [{ compute = "2ms", sleep = { exponential = "50ms" } }]
    repeat = 20

    [[tasks]]
    name = "video"
    compute = "8ms"
    period = "40ms"

Every duration may be a law instead of a number; draws come from `seed`. docs/howto/compare-schedulers.md explains the keys.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from kos_kernel.api import ANY_CPU, ConfigError, Demand, DurationNs, seeded_entropy

from . import laws
from .model import Burst, CacheSpec, TaskSpec, Workload

MAX_TASKS = 100_000
MAX_BURSTS = 5_000_000
MAX_FILE = 16 << 20
Whole = Annotated[DurationNs, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Law(_Strict):
    """One of: exponential = mean; uniform = [low, high]; normal = [mean, deviation]; pareto = [least, shape]."""

    exponential: Whole | None = None
    uniform: tuple[Whole, Whole] | None = None
    normal: tuple[Whole, Whole] | None = None
    pareto: tuple[Whole, float] | None = None

    @model_validator(mode="after")
    def _one(self) -> Law:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a law is one of exponential, uniform, normal, pareto; {len(given)} are given")
        if self.uniform is not None and self.uniform[0] > self.uniform[1]:
            raise ValueError("uniform = [low, high]: low is more than high")
        if self.pareto is not None and self.pareto[1] <= 0:
            raise ValueError("pareto = [least, shape]: the shape must be more than 0")
        return self

    def draw(self, entropy: Any) -> int:
        """Return a duration."""
        if self.exponential is not None:
            return laws.exponential(entropy, self.exponential)
        if self.uniform is not None:
            return laws.uniform(entropy, *self.uniform)
        if self.normal is not None:
            return laws.normal(entropy, *self.normal)
        assert self.pareto is not None, "one of them was given"
        return laws.pareto(entropy, *self.pareto)


def _shape(value: Any) -> str:
    """Return which of two forms a value has: a table, or a duration."""
    return "table" if isinstance(value, (dict, BaseModel)) else "plain"


Duration = Annotated[Annotated[Whole, Tag("plain")] | Annotated[Law, Tag("table")], Discriminator(_shape)]


class BurstModel(_Strict):
    """compute, then sleep. holds = true: the task keeps its CPU while it sleeps."""

    compute: Duration
    sleep: Duration = 0
    holds: bool = False


class ArrivalModel(_Strict):
    """When the first of `count` tasks comes, and how long after each the next one does."""

    first: Duration = 0
    then: Duration = 0


class TaskModel(_Strict):
    """A task, or `count` of them."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    count: Annotated[int, Field(ge=1, le=MAX_TASKS)] = 1
    arrival: Annotated[
        Annotated[Whole, Tag("plain")] | Annotated[ArrivalModel, Tag("table")], Discriminator(_shape)
    ] = 0
    compute: Duration | None = None
    bursts: tuple[BurstModel, ...] = ()
    repeat: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    period: Whole = 0
    deadline: Whole = 0
    jobs: Annotated[int, Field(ge=0)] = 0
    runtime: Whole = 0
    nice: Annotated[int, Field(ge=-20, le=19)] = 0
    tickets: Annotated[int, Field(ge=0, le=1 << 30)] = 0
    slice: Whole = 0
    affinity: tuple[Annotated[int, Field(ge=0, le=1023)], ...] = ()
    working_set: Annotated[int, Field(ge=0)] = 0
    script: Annotated[str, Field(min_length=1, max_length=100_000)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> TaskModel:
        if (self.compute is not None) + bool(self.bursts) + (self.script is not None) != 1:
            raise ValueError("a task has one of compute, one burst; bursts, a list of them; script, what a shell runs")
        if self.script is not None and self.period:
            raise ValueError("a script is run once: it has no period")
        if self.jobs and not self.period:
            raise ValueError("jobs says how many a periodic task does: it needs period")
        return self


class CacheModel(_Strict):
    """Caches that matter: see docs/howto/compare-schedulers.md."""

    size: Annotated[int, Field(ge=0)] = 100
    warmup: Whole = 10_000_000
    warm_rate: Annotated[int, Field(ge=1, le=1000)] = 2
    tick: Annotated[DurationNs, Field(ge=1)] = 1_000_000


class WorkloadModel(_Strict):
    """The whole file."""

    name: str = ""
    cpus: Annotated[int, Field(ge=1, le=1024)] = 1
    horizon: Whole = 0
    switch_cost: Whole = 0
    seed: Annotated[int, Field(ge=0)] = 0
    cache: CacheModel | None = None
    tasks: Annotated[tuple[TaskModel, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ends(self) -> WorkloadModel:
        endless = [task.name for task in self.tasks if task.period and not task.jobs]
        if endless and not self.horizon:
            raise ValueError(f"{endless[0]!r} is periodic and never ends: say horizon, or how many jobs it does")
        if sum(task.count for task in self.tasks) > MAX_TASKS:
            raise ValueError(f"more than {MAX_TASKS} tasks")
        return self


def load(path: Path, *, cpus: int | None = None, horizon: str | None = None, seed: int | None = None) -> Workload:
    """Return the workload of a file, with these in place of its own where given. Raises ConfigError, naming file and key."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    if len(text) > MAX_FILE:
        raise ConfigError(f"{path}: larger than {MAX_FILE >> 20} MiB")
    values = parse(text, path) if not is_script(text, path) else _script(text, path)
    for key, value in (("cpus", cpus), ("horizon", horizon), ("seed", seed)):
        if value is not None:
            values[key] = value
    return from_values(values, str(path), name=path.stem)


def is_script(text: bytes, path: Path) -> bool:
    """Tell whether a file is a shell script: by its name or its first line."""
    return path.suffix.lower() in (".sh", ".bash") or text.startswith(b"#!")


def _script(text: bytes, path: Path) -> dict[str, Any]:
    """Return the workload that is one script."""
    try:
        return {"tasks": [{"name": path.stem[:60] or "script", "script": text.decode()}]}
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: a script of a workload is UTF-8 text: {error}") from None


def parse(text: bytes, path: Path) -> dict[str, Any]:
    """Return what a file says. YAML if its name says so, else TOML. Raises ConfigError."""
    try:
        if path.suffix.lower() in (".yaml", ".yml"):
            import yaml

            if b"*" in text and any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
                raise ConfigError(f"{path}: has YAML aliases, which workloads do without: write the value out")
            values = yaml.safe_load(text)
        else:
            values = tomllib.loads(text.decode())
    except ConfigError:
        raise
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from None
    except Exception as error:
        if type(error).__module__.split(".")[0] != "yaml":
            raise
        raise ConfigError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: a workload is a table with [[tasks]], not {type(values).__name__}")
    return values


def from_values(values: dict[str, Any], where: str, *, name: str = "workload") -> Workload:
    """Return the workload that plain values describe, with everything drawn. Raises ConfigError with every mistake."""
    try:
        model = WorkloadModel.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_told(error, where)) from None
    tasks: list[TaskSpec] = []
    bursts = 0
    for task in model.tasks:
        entropy = seeded_entropy(model.seed).child(f"workload {task.name} {len(tasks)}")
        made = _tasks(task, entropy)
        bursts += sum(len(one.bursts) for one in made)
        if bursts > MAX_BURSTS:
            raise ConfigError(f"{where}: more than {MAX_BURSTS} bursts in all")
        tasks += made
    cache = model.cache and CacheSpec(model.cache.size, model.cache.warmup, model.cache.warm_rate, model.cache.tick)
    return Workload(
        model.name or name, tuple(tasks), model.cpus, model.horizon, model.switch_cost, cache or None, model.seed
    )


def _tasks(task: TaskModel, entropy: Any) -> list[TaskSpec]:
    """Return the `count` tasks of one entry."""
    first, then = (
        (task.arrival.first, task.arrival.then) if isinstance(task.arrival, ArrivalModel) else (task.arrival, 0)
    )
    at = _drawn(first, entropy)
    written = [(one.compute, one.sleep, one.holds) for one in task.bursts]
    if task.compute is not None:
        written = [(task.compute, 0, False)]
    affinity = sum(1 << cpu for cpu in set(task.affinity)) if task.affinity else ANY_CPU
    made = []
    for number in range(task.count):
        bursts = tuple(
            Burst(_drawn(compute, entropy), _drawn(sleep, entropy), holds)
            for _ in range(task.repeat)
            for compute, sleep, holds in written
        )
        job_ns = sum(burst.cpu_ns for burst in bursts)
        deadline_ns = task.deadline or task.period
        real_time = bool(deadline_ns)
        demand = Demand(
            runtime_ns=(task.runtime or job_ns) if real_time else 0,
            deadline_ns=deadline_ns,
            period_ns=task.period,
            slice_ns=task.slice,
            tickets=task.tickets,
        )
        name = task.name if task.count == 1 else f"{task.name}-{number + 1}"
        made.append(
            TaskSpec(
                name,
                bursts,
                at,
                task.period,
                task.jobs,
                deadline_ns,
                task.nice,
                affinity,
                demand,
                task.working_set,
                task.script,
            )
        )
        at += _drawn(then, entropy)
    return made


def _drawn(duration: int | Law, entropy: Any) -> int:
    return duration.draw(entropy) if isinstance(duration, Law) else duration


def _told(error: ValidationError, where: str) -> str:
    """Return a validation error as sentences: the file, the key, what is wrong."""
    lines = []
    for one in error.errors():
        key = ""
        for part in one["loc"]:
            if part in ("plain", "table"):  # which of two forms was read
                continue
            key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else str(part)
        problem = one["msg"].removeprefix("Value error, ")
        lines.append(f"{where}: {key}: {problem}" if key else f"{where}: {problem}")
    return "\n".join(dict.fromkeys(lines))
