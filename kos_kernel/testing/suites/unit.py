"""The contract of a unit type: a state machine that is told of starts, stops and exits; then the service manager of a machine.

The kit needs a unit file of the type: one whose unit starts a process that stays. It tries a section named after the suffix with
`ExecStart=/bin/sleep 1000`; example = the text of another, where that isn't right. In it, every process that the unit starts must
be one that stays until it is told to end.
"""

from __future__ import annotations

import json
from typing import Any

from ...abi import O_RDWR, SIGHUP, SIGKILL
from ...contracts.machine import DriverConfig, MachineConfig, from_plain, to_plain
from ...contracts.unit import UnitType
from ...errors import ConfigError, NoSuchFile, SysError
from ...unitfiles import parse
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, shown, told
from ..fakes import SECOND_NS, FakeUnits
from .common import COMMON, MadeSubject

ACTIVE = ("active", "reloading", "inactive", "failed", "activating", "deactivating", "maintenance")
SETTLED = ("active", "inactive", "failed")
KILLED = SIGKILL  # a wait status: killed by SIGKILL
EXITED_OK = 0
LONG_NS = 1000 * SECOND_NS


class UnitSubject(MadeSubject):
    """A unit type on its own, and one unit of it, made at first use."""

    face = UnitType
    _unit: Any = None
    _type: Any = None

    def __init__(self, driver: Any) -> None:
        super().__init__(driver)
        self.ctx = FakeUnits(self.kernel)
        self.ctx.on_change = self._changed
        self.changes: list[tuple[str, str]] = []  # what state() was at each ctx.changed

    @property
    def name(self) -> str:
        """Return the unit's name."""
        suffix: str = self.record.suffix
        return f"kit{suffix}"

    @property
    def text(self) -> str:
        """Return the unit file."""
        if self.driver.example is not None:
            given: str = self.driver.example
            return given
        words = self.record.suffix.strip(".").replace("_", "-").split("-")
        return f"[{''.join(word.capitalize() for word in words)}]\nExecStart=/bin/sleep 1000\n"

    def sections(self, text: str | None = None) -> Any:
        """Return a unit file, parsed as the manager does."""
        file = parse(self.name, f"/etc/systemd/system/{self.name}", (self.text if text is None else text).encode())
        if file.problem:
            raise ConfigError(file.problem)
        return file.sections

    @property
    def unit(self) -> Any:
        """Return the unit. NotAsked if the kit doesn't know how a unit file of this type is written."""
        if self._unit is None:
            self._unit = self.load()
        return self._unit

    def load(self) -> Any:
        """Return one more unit of the type from the same file."""
        if self._type is None:
            self._type = self.make()
        try:
            return self._type.load(self.name, self.sections(), self.ctx)
        except ConfigError as error:
            if self.driver.example is not None:
                raise
            raise NotAsked(
                f"the kit can't write a unit file of this type ({error}); give it example='[Section]...'"
            ) from None

    def _changed(self, name: str) -> None:
        self.ctx.told.append(name)
        if self._unit is not None and name == self.name:
            self.changes.append(self._unit.state())

    def started(self) -> Any:
        """Return the unit, started, with at least one process that stays."""
        unit = self.unit
        unit.start()
        if not self.ctx.alive:
            raise NotAsked("the unit starts no process that stays")
        return unit

    def ended(self, unit: Any, pid: int, status: int) -> None:
        """Let a process end and tell the unit, as PID 1 does."""
        self.ctx.end(pid)
        unit.process_exited(pid, status)

    def finish(self, unit: Any) -> None:
        """Let the processes that got a signal end, and time pass while one that got none still runs."""
        for _ in range(20):
            signals = dict(self.ctx.killed)
            for pid in [pid for pid in self.ctx.alive if pid in signals]:
                self.ended(unit, pid, signals[pid])
            if not self.ctx.alive or not self.kernel.timers:
                return
            self.kernel.advance(LONG_NS)

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine whose service manager knows the type."""
        mine = DriverConfig(self.record.name, self.options, self.grants)
        others = tuple(one for one in base.init.types if one.driver != self.record.name)
        return base._replace(init=base.init._replace(types=(*others, mine)))


# ---------------------------------------------------------------- loading
@clause(
    "UNIT-SUFFIX-1", mistake="the suffix is written without its dot, or left out: the manager chooses the type by it"
)
def case_suffix_begins_with_a_dot(subject: UnitSubject) -> None:
    """The record's suffix is a dot and a word, such as ".service"."""
    suffix = subject.record.suffix
    expect(suffix[:1] == "." and len(suffix) > 1 and "/" not in suffix, f"the suffix is {suffix!r}")


@clause("UNIT-LOAD-1", after="case_suffix_begins_with_a_dot", mistake="load starts things: it only reads, start starts")
def case_loaded_unit_is_inactive(subject: UnitSubject) -> None:
    """load returns a unit of the name given that is inactive, and starts nothing."""
    unit = subject.unit
    expect_equal(unit.name, subject.name, "its name")
    expect_equal(unit.state()[0], "inactive", "its active state")
    expect_equal((subject.ctx.alive, subject.kernel.timers), ([], 0), "(processes, timers) after load")


@clause(
    "UNIT-LOAD-2",
    after="case_suffix_begins_with_a_dot",
    mistake="sections and keys are taken with [...] as if they had to be there: use .get and say what is missing",
)
def case_wrong_files_are_config_errors(subject: UnitSubject) -> None:
    """load of a file that can't be right raises ConfigError that names the unit, and nothing else."""
    section = next(iter(subject.sections()), "Unit") if subject.text else "Unit"
    for text in ("", "[Unit]\nDescription=nothing else\n", f"[{section}]\n", f"[{section}]\nExecStart=\n"):
        try:
            subject.make().load(subject.name, subject.sections(text), subject.ctx)
        except ConfigError as error:
            expect(subject.name in str(error), f"the message doesn't name the unit: {error}")
        except Exception as error:
            raise Violation(f"load of {text!r} raised {told(error)}, expected ConfigError") from error


@clause(
    "UNIT-LOAD-3",
    after="case_loaded_unit_is_inactive",
    mistake="units share something through their type or their class",
)
def case_two_units_live_apart(subject: UnitSubject) -> None:
    """Two units of a type know nothing of each other: starting one leaves the other as it was."""
    one, other = subject.unit, subject.load()
    before = (other.state(), dict(other.status()))
    one.start()
    expect_equal((other.state(), dict(other.status())), before, "(state, status) of the other unit")


# ---------------------------------------------------------------- starting
@clause(
    "UNIT-STATE-1",
    after="case_loaded_unit_is_inactive",
    mistake="states have systemd's names: 'active' and 'running', not 'started'",
)
def case_states_are_systemds(subject: UnitSubject) -> None:
    """state returns (active state, sub state) in systemd's words, before, while and after it runs; status is a mapping."""
    unit = subject.unit
    seen = [unit.state()]
    unit.start()
    seen.append(unit.state())
    unit.stop()
    seen.append(unit.state())
    subject.finish(unit)
    seen.append(unit.state())
    for state in seen:
        right = (
            isinstance(state, tuple)
            and len(state) == 2
            and state[0] in ACTIVE
            and state[1]
            and isinstance(state[1], str)
        )
        expect(right, f"state() returned {state!r}")
    expect(all(isinstance(key, str) for key in unit.status()), f"status() returned {shown(unit.status())}")


@clause(
    "UNIT-START-1",
    after="case_states_are_systemds",
    mistake="state is set after ctx.changed was called, or changed isn't called: whoever waits for the start waits for ever",
)
def case_start_ends_settled_and_says_so(subject: UnitSubject) -> None:
    """start ends in active or failed, at once or later, and says ctx.changed when it is there, not before."""
    unit = subject.started()
    for _ in range(5):
        if unit.state()[0] in SETTLED:
            break
        subject.kernel.advance(SECOND_NS)
    if unit.state()[0] not in SETTLED:
        for pid in list(subject.ctx.alive):  # a oneshot: it is active when its command has ended
            subject.ended(unit, pid, EXITED_OK)
    active = unit.state()[0]
    expect(active in SETTLED, f"it is {active} for ever")
    expect(subject.name in subject.ctx.told, "ctx.changed was never called with its name")
    expect(
        active in [state[0] for state in subject.changes],
        f"when ctx.changed was called, state() said {subject.changes}, and it is {active} now",
    )


@clause(
    "UNIT-START-2",
    after="case_start_ends_settled_and_says_so",
    mistake="start doesn't look whether the unit runs already",
)
def case_started_twice_runs_once(subject: UnitSubject) -> None:
    """start of a unit that is starting or running starts no second process."""
    unit = subject.started()
    before = len(subject.ctx.spawned)
    unit.start()
    expect_equal(len(subject.ctx.spawned), before, "how many processes there are after a second start")


@clause(
    "UNIT-START-3",
    after="case_start_ends_settled_and_says_so",
    mistake="what ctx.spawn raises goes through start: catch SysError, log it and become failed",
)
def case_missing_program_makes_it_failed(subject: UnitSubject) -> None:
    """Where a process can't be started, start ends in failed (after its restarts, if any); it doesn't raise."""
    unit = subject.unit
    subject.ctx.refusal = NoSuchFile(b"/bin/sleep")
    try:
        unit.start()
        for _ in range(50):
            subject.kernel.advance(10 * SECOND_NS)
    except SysError as error:
        raise Violation(f"start let {told(error)} through, and the unit is {unit.state()[0]}") from None
    if not subject.ctx.refused:
        raise NotAsked("the unit starts no process")
    expect(unit.state()[0] in ("failed", "activating"), f"it is {unit.state()}")


# ---------------------------------------------------------------- stopping, ends
@clause(
    "UNIT-STOP-1",
    after="case_start_ends_settled_and_says_so",
    mistake="stop sets the state and leaves the process running, or nobody hears of the end",
)
def case_stop_ends_its_processes(subject: UnitSubject) -> None:
    """stop signals what the unit started; when it has ended, the unit is inactive (or failed) and has said so."""
    unit = subject.started()
    unit.stop()
    subject.ctx.told.clear()
    running = list(subject.ctx.alive)
    subject.finish(unit)
    expect(not subject.ctx.alive, f"process {subject.ctx.alive} of {running} got no signal and still runs")
    expect(unit.state()[0] in ("inactive", "failed"), f"it is {unit.state()} when all its processes have ended")
    expect(subject.name in subject.ctx.told, "ctx.changed wasn't called when it was stopped")


@clause(
    "UNIT-STOP-2",
    after="case_stop_ends_its_processes",
    mistake="a timer goes on after the stop: keep what ctx.after returns, and call it",
)
def case_stopped_units_stay_stopped(subject: UnitSubject) -> None:
    """A stopped unit starts nothing by itself, however long one waits, and can be started again."""
    unit = subject.started()
    unit.stop()
    subject.finish(unit)
    count = len(subject.ctx.spawned)
    subject.kernel.advance(LONG_NS)
    expect_equal(
        (len(subject.ctx.spawned), unit.state()[0] in ("inactive", "failed")),
        (count, True),
        "(processes, whether it is still stopped)",
    )
    unit.start()
    expect(len(subject.ctx.spawned) > count, "it can't be started again")


@clause("UNIT-STOP-3", after="case_loaded_unit_is_inactive", mistake="stop takes for granted that there is a process")
def case_stopping_the_stopped_does_nothing(subject: UnitSubject) -> None:
    """stop of a unit that isn't running leaves it inactive."""
    unit = subject.unit
    unit.stop()
    expect_equal((unit.state()[0], subject.ctx.killed), ("inactive", []), "(active state, signals sent)")


@clause(
    "UNIT-EXIT-1", after="case_start_ends_settled_and_says_so", mistake="process_exited doesn't look whose pid it is"
)
def case_other_processes_are_not_its_own(subject: UnitSubject) -> None:
    """process_exited with a pid that isn't the unit's changes nothing."""
    unit = subject.started()
    before = (unit.state(), dict(unit.status()))
    unit.process_exited(4711, KILLED)
    expect_equal((unit.state(), dict(unit.status())), before, "(state, status) after a stranger's end")


@clause(
    "UNIT-EXIT-2",
    after="case_start_ends_settled_and_says_so",
    mistake="an end that nobody asked for isn't taken notice of",
)
def case_dead_process_is_not_shown_as_running(subject: UnitSubject) -> None:
    """When its processes were killed, the unit is failed, inactive, or starting again: not running with a dead process."""
    unit = subject.started()
    dead = list(subject.ctx.alive)
    for pid in dead:
        if pid in subject.ctx.alive:
            subject.ended(unit, pid, KILLED)
    again = bool(subject.ctx.alive) or bool(subject.kernel.timers)
    active, sub = unit.state()
    expect(active in ("failed", "inactive") or again, f"it is {active} ({sub}) with no process and no timer")
    expect(unit.status().get("MainPID", 0) not in dead, f"MainPID is {unit.status().get('MainPID')}, which has ended")


# ---------------------------------------------------------------- copies
@clause(
    "UNIT-COPY-1",
    after="case_stopped_units_stay_stopped",
    mistake="checkpoint returns objects; plain values can be copied and written down",
)
def case_checkpoint_is_plain(subject: UnitSubject) -> None:
    """checkpoint returns plain data, and restore makes a unit in the same state of it."""
    unit = subject.unit
    for when in ("before it was started", "after it was stopped"):
        saved = unit.checkpoint()
        try:
            copied = from_plain(json.loads(json.dumps(to_plain(saved))))
        except (TypeError, ValueError) as error:
            raise Violation(f"checkpoint returned {shown(saved)}: {error}") from None
        twin = subject.make().restore(subject.name, subject.sections(), FakeUnits(subject.kernel), copied)
        expect_equal((twin.name, twin.state()), (unit.name, unit.state()), f"(name, state) of the copy {when}")
        unit.start()
        unit.stop()
        subject.finish(unit)


@clause(
    "UNIT-COPY-2",
    after="case_checkpoint_is_plain case_start_ends_settled_and_says_so",
    mistake="a fork carries no processes: checkpoint of a unit that has one must say inactive",
)
def case_copy_has_no_processes(subject: UnitSubject) -> None:
    """The copy of a unit that has a process isn't running: it has none, and can be started."""
    unit = subject.started()
    ctx = FakeUnits(subject.kernel)
    twin = subject.make().restore(subject.name, subject.sections(), ctx, unit.checkpoint())
    expect(not ctx.spawned, "restore started a process")
    expect(twin.state()[0] in ("inactive", "failed"), f"the copy is {twin.state()}")
    expect(not twin.status().get("MainPID", 0), f"the copy shows MainPID {twin.status().get('MainPID')}")
    twin.start()
    expect(ctx.spawned, "start of the copy started nothing")


# ---------------------------------------------------------------- in a machine
SOUND = (
    "case_start_ends_settled_and_says_so case_stop_ends_its_processes case_stopped_units_stay_stopped case_other_processes_are_not_its_own"
    " case_started_twice_runs_once case_two_units_live_apart"
)


def _ask(k: Any, request: str) -> bytes:
    """Ask the service manager and return its answer, as systemctl does."""
    fd = k.open(b"/run/init/control", O_RDWR)
    k.write(fd, request.encode())
    answer: bytes = k.read(fd)
    k.close(fd)
    return answer


def _state(k: Any, name: str) -> bytes:
    """Return the active state of a unit as the manager lists it."""
    fd = k.open(b"/run/init/units")
    rows = [line.split(b"\t") for line in k.read_all(fd).splitlines()]
    k.close(fd)
    return next((row[2] for row in rows if row[0] == name.encode()), b"not listed")


@clause(
    "UNIT-MACHINE-1",
    after=SOUND,
    mistake="the unit needs more of its context than a service manager gives, or never settles there",
)
def case_service_manager_starts_and_stops_it(subject: UnitSubject) -> None:
    """In a machine, the service manager starts two units of the type and stops them, one after the other."""
    machine = _with_units(subject)
    names = _names(subject)

    def main(k: Any) -> None:
        for name in names:
            expect_equal(_ask(k, f"start {name}"), b"ok\n", f"the answer to 'start {name}'")
            expect(_state(k, name) in (b"active", b"activating"), f"{name} is {_state(k, name)!r} after its start")
        for name in names:
            expect_equal(_ask(k, f"stop {name}"), b"ok\n", f"the answer to 'stop {name}'")
            expect(_state(k, name) in (b"inactive", b"failed"), f"{name} is {_state(k, name)!r} after its stop")

    subject.run(machine, main)


@clause(
    "UNIT-MACHINE-2",
    after="case_service_manager_starts_and_stops_it case_copy_has_no_processes",
    mistake="restore needs something that a forked machine doesn't have",
)
def case_forked_machine_has_its_units(subject: UnitSubject) -> None:
    """A fork of a machine with a running unit, without its processes, has the unit, inactive, and can start it."""
    machine = _with_units(subject)
    name = _names(subject)[0]
    subject.run(machine, lambda k: expect_equal(_ask(k, f"start {name}"), b"ok\n", f"the answer to 'start {name}'"))
    with machine.fork(live="drop") as twin:
        state = subject.run(twin, lambda k: _state(k, name))
        expect(state in (b"inactive", b"failed"), f"{name} is {state!r} in the fork")
        expect_equal(
            subject.run(twin, lambda k: _ask(k, f"start {name}")), b"ok\n", f"the answer to 'start {name}' in the fork"
        )
    subject.run(machine, lambda k: _ask(k, f"stop {name}"))


def _names(subject: UnitSubject) -> list[str]:
    return [f"kit-{number}{subject.record.suffix}" for number in (1, 2)]


def _with_units(subject: UnitSubject) -> Any:
    """Return a machine with two unit files of the type, which PID 1 has read."""
    subject.unit  # NotAsked where the kit has no unit file  # noqa: B018
    machine = subject.machine()
    for name in _names(subject):
        machine.write_file(f"/etc/systemd/system/{name}", subject.text)
    subject.run(machine, lambda k: k.kill(1, SIGHUP))  # PID 1, look for unit files
    return machine


CASES = (*COMMON, *collect(globals()))
SUBJECT = UnitSubject
