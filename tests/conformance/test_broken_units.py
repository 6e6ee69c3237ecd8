"""The kit against unit types that are wrong in one way each: it must find that, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel.api import SIGTERM, WEXITSTATUS, WIFEXITED, ConfigError, SysError, UnitDriver
from kos_kernel.testing import FakeUnits, check_driver, clauses

GROUP = "kos.unit"


def real(ctx: Any) -> bool:
    """Tell whether a context is a service manager's, so that only the cases in a machine meet what is broken."""
    return not isinstance(ctx, FakeUnits)


class One:
    """A unit: one process. Right in every way."""

    def __init__(self, type: Any, name: str, argv: list[bytes], ctx: Any) -> None:
        self.type, self.name, self.argv, self.ctx = type, name, argv, ctx
        self.active, self.sub = "inactive", "dead"
        self.pid = 0

    def become(self, active: str, sub: str) -> None:
        self.active, self.sub = active, sub
        self.ctx.changed(self.name)

    def start(self) -> None:
        if self.pid:
            return
        try:
            self.pid = self.ctx.spawn(self.name, self.argv, {}, b"/", None)
        except SysError:
            self.become("failed", "failed")
            return
        self.become("active", "running")

    def stop(self) -> None:
        if self.pid:
            self.become("deactivating", "stop-sigterm")
            self.ctx.kill(self.pid, SIGTERM)
        else:
            self.become("inactive", "dead")

    def process_exited(self, pid: int, status: int) -> None:
        if pid != self.pid:
            return
        self.pid = 0
        clean = self.active == "deactivating" or (WIFEXITED(status) and WEXITSTATUS(status) == 0)
        self.become(*(("inactive", "dead") if clean else ("failed", "failed")))

    def state(self) -> tuple[str, str]:
        return self.active, self.sub

    def status(self) -> dict[str, Any]:
        return {"MainPID": self.pid} if self.pid else {}

    def checkpoint(self) -> Any:
        return ("inactive", "dead") if self.pid else (self.active, self.sub)


class Reference:
    """The type of such units."""

    breaks = ""
    suffix = ".kit"
    unit: Any = One

    def __init__(self, options: Any, ctx: Any) -> None:
        self.shared: dict[str, Any] = {}

    def load(self, name: str, sections: Any, ctx: Any) -> Any:
        words = sections.get("Kit", {}).get("ExecStart", [""])[-1].split()
        if not words:
            raise ConfigError(f"{name}: [Kit] ExecStart= is missing")
        return self.unit(self, name, [word.encode() for word in words], ctx)

    def restore(self, name: str, sections: Any, ctx: Any, saved: Any) -> Any:
        unit = self.load(name, sections, ctx)
        unit.active, unit.sub = saved
        return unit


BROKEN: list[Any] = []


def breaks(case: str) -> Any:
    """Return what makes a broken type of a class: of a unit class, the reference with such units."""

    def made(kind: Any) -> Any:
        if issubclass(kind, One):
            kind = type(kind.__name__ + "s", (Reference,), {"unit": kind, "__module__": __name__})
        kind.breaks = case
        globals()[kind.__name__] = kind
        BROKEN.append(kind)
        return kind

    return made


# ---------------------------------------------------------------- loading
@breaks("case_suffix_begins_with_a_dot")
class Dotless(Reference):
    suffix = "kit"


@breaks("case_loaded_unit_is_inactive")
class StartsWhenLoaded(One):
    def __init__(self, type: Any, name: str, argv: list[bytes], ctx: Any) -> None:
        super().__init__(type, name, argv, ctx)
        self.start()


@breaks("case_wrong_files_are_config_errors")
class TakesForGranted(Reference):
    def load(self, name: str, sections: Any, ctx: Any) -> Any:
        sections["Kit"]["ExecStart"][-1].split()
        return super().load(name, sections, ctx)


@breaks("case_two_units_live_apart")
class OneStateForAll(One):
    def become(self, active: str, sub: str) -> None:
        self.type.shared["state"] = (active, sub)
        super().become(active, sub)

    def state(self) -> tuple[str, str]:
        return self.type.shared.get("state") or super().state()


# ---------------------------------------------------------------- starting
@breaks("case_states_are_systemds")
class WordsOfItsOwn(One):
    def state(self) -> tuple[str, str]:
        return ("started", "up") if self.pid else super().state()


@breaks("case_start_ends_settled_and_says_so")
class TellsTooEarly(One):
    def become(self, active: str, sub: str) -> None:
        if active == "active":
            self.ctx.changed(self.name)
            self.active, self.sub = active, sub
        else:
            super().become(active, sub)


@breaks("case_started_twice_runs_once")
class StartsAgain(One):
    def start(self) -> None:
        self.pid = 0
        super().start()


@breaks("case_missing_program_makes_it_failed")
class LetsItThrough(One):
    def start(self) -> None:
        if not self.pid:
            self.pid = self.ctx.spawn(self.name, self.argv, {}, b"/", None)
            self.become("active", "running")


# ---------------------------------------------------------------- stopping, ends
@breaks("case_stop_ends_its_processes")
class LeavesItRunning(One):
    def stop(self) -> None:
        self.pid = 0
        self.become("inactive", "dead")


@breaks("case_stopped_units_stay_stopped")
class RisesAgain(One):
    def process_exited(self, pid: int, status: int) -> None:
        super().process_exited(pid, status)
        if pid != self.pid:
            self.ctx.after(5_000_000_000, self.start)


@breaks("case_stopping_the_stopped_does_nothing")
class StopsNothingForEver(One):
    def stop(self) -> None:
        self.become("deactivating", "stop-sigterm")
        if self.pid:
            self.ctx.kill(self.pid, SIGTERM)


@breaks("case_other_processes_are_not_its_own")
class AnyEndWillDo(One):
    def process_exited(self, pid: int, status: int) -> None:
        super().process_exited(self.pid, status)


@breaks("case_dead_process_is_not_shown_as_running")
class SeesNoDeath(One):
    def process_exited(self, pid: int, status: int) -> None:
        if self.active == "deactivating":
            super().process_exited(pid, status)


# ---------------------------------------------------------------- copies, machines
@breaks("case_checkpoint_is_plain")
class SavesItself(One):
    def checkpoint(self) -> Any:
        return self


@breaks("case_copy_has_no_processes")
class SavesThatItRuns(One):
    def checkpoint(self) -> Any:
        return self.active, self.sub


@breaks("case_service_manager_starts_and_stops_it")
class TellsNoManager(One):
    def become(self, active: str, sub: str) -> None:
        if real(self.ctx) and active == "inactive":
            self.active, self.sub = active, sub
        else:
            super().become(active, sub)


@breaks("case_forked_machine_has_its_units")
class RestoresForNoManager(Reference):
    def restore(self, name: str, sections: Any, ctx: Any, saved: Any) -> Any:
        if real(ctx):
            raise RuntimeError("a manager!")
        return super().restore(name, sections, ctx, saved)


def failures(kind: Any) -> list[str]:
    report = check_driver(GROUP, UnitDriver("broken", 1, f"{__name__}:{kind.__name__}", suffix=kind.suffix))
    assert report.passed, report
    return [outcome.case.name for outcome in report.failed]


def test_the_reference_breaks_no_rule() -> None:
    assert failures(Reference) == []


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_unit_type_fails_its_case_alone(kind: Any) -> None:
    assert failures(kind) == [kind.breaks]


def test_every_case_has_a_unit_type_that_breaks_it() -> None:
    cases = {case.name for case in clauses(GROUP) if case.clause.startswith("UNIT-")}
    assert cases == {kind.breaks for kind in BROKEN}
