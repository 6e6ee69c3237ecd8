"""The contract of an observer: it hears, raises nothing, and changes nothing."""

from __future__ import annotations

import difflib
from typing import Any

from ...contracts.machine import DriverConfig, MachineConfig
from ...contracts.observer import EVENTS
from ...errors import NoSuchFile
from ..cases import Violation, clause, collect, expect, expect_equal, told
from .common import COMMON, MadeSubject

# What a machine tells, with the oddest values that it may: no text where bytes are not UTF-8, no result, an error.
SAMPLES: dict[str, tuple[tuple[Any, ...], ...]] = {
    "booted": ((),),
    "syscall": (
        (7, "open", (b"/etc/\xff\n", 0), 3, None),
        (7, "read", (3, 65536), b"\0\xff" * 40_000, None),
        (7, "stat", (b"/none",), None, NoSuchFile(b"/none")),
        (7, "write", (1, memoryview(b"view")), 4, None),
        (7, "wait", (-1, 0), (8, 256), None),
        (7, "wait", (-1, 1), None, None),
        (7, "sigaction", (2, lambda signum: None), 0, None),
        (7, "exit", (0,), None, None),
        (7, "poll", ([(0, 1)], None), [(0, 1)], None),
    ),
    "process_started": ((8, 7, b"s\xffh"),),
    "process_exec": ((8, b"/usr/bin/\xff", [b"\xff", b""]), (8, b"/x", [])),
    "process_exited": ((8, 0), (8, 256), (8, 9)),
    "signal_delivered": ((8, 15), (8, 64)),
    "switched": ((0, 7, 8), (0, 0, 0)),
    "mounted": ((b"/\xff", "memory"),),
    "unmounted": ((b"/\xff",),),
    "log": ((6, "a line"), (0, "\udcff\n")),
    "packet": (("lo", "out", b"\0" * 40),),
    "closed": ((),),
}


class ObserverSubject(MadeSubject):
    """An observer."""

    def public(self) -> list[str]:
        """Return nothing: an observer has the methods that it likes."""
        return []

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine that it observes."""
        return base._replace(observers=(DriverConfig(self.record.name, self.options, self.grants),))


@clause("OBS-EVENTS-1", mistake="a method is misspelt: the kernel looks for the events' names and no others")
def case_it_hears_something(subject: ObserverSubject) -> None:
    """An observer has a method for at least one event, and none whose name is nearly one."""
    made = subject.make()
    heard = [name for name in EVENTS if callable(getattr(made, name, None))]
    others = [
        name for name in dir(made) if not name.startswith("_") and name not in EVENTS and callable(getattr(made, name))
    ]
    close = {name: found[0] for name in others if (found := difflib.get_close_matches(name, EVENTS, 1, 0.85))}
    expect(not close, "; ".join(f"{name} looks like {event}" for name, event in close.items()))
    expect(heard, f"it has none of {', '.join(EVENTS)}")


@clause(
    "OBS-EVENTS-2",
    after="case_it_hears_something",
    mistake="bytes are decoded without an error handler, or a result is taken to be there when there is an error",
)
def case_it_takes_whatever_it_is_told(subject: ObserverSubject) -> None:
    """An observer raises nothing, whatever the event's values: names that aren't UTF-8, missing results, errors."""
    made = subject.make()
    for event in EVENTS:
        method = getattr(made, event, None)
        if method is None:
            continue
        for details in SAMPLES[event]:
            try:
                method(1_000_000_000, *details)
            except Exception as error:
                raise Violation(f"{event}{details!r:.100} raised {told(error)}") from error


def _life(k: Any) -> list[object]:
    """Do a bit of everything and return what came of it."""
    pid = k.fork_call(lambda child: child.write(1, b"child\n") and 3)
    _, status = k.wait(pid)
    told, tell = k.pipe()
    child = k.spawn(b"/usr/bin/true", [b"true"])
    k.write(tell, b"x")
    seen = [status, k.read(told, 10), k.wait(child)[1], k.listdir(b"/etc"), k.clock_ns()]
    try:
        k.stat(b"/none")
    except NoSuchFile as error:
        seen.append(str(error))
    return seen


@clause(
    "OBS-MACHINE-1",
    after="case_it_takes_whatever_it_is_told",
    mistake="the observer makes system calls, draws from the machine's entropy, or changes what it is told of",
)
def case_observed_machine_does_the_same(subject: ObserverSubject) -> None:
    """A machine that is observed does what it does unobserved, at the same times."""
    observed = subject.run(subject.machine(), _life)
    bare = subject.run(_bare(subject), _life)
    expect_equal(observed, bare, "what a program saw in an observed machine")


def _bare(subject: ObserverSubject) -> Any:
    from ...machine import Machine

    machine = Machine(subject.driver.base(), platform=subject.driver.platform)
    subject.with_me(machine.close)
    return machine


@clause(
    "OBS-MACHINE-2",
    after="case_it_takes_whatever_it_is_told",
    mistake="real events have more kinds of values than the kit's; the kernel log has the error",
)
def case_it_stays_attached(subject: ObserverSubject) -> None:
    """In a machine, no event makes it raise: the kernel detaches observers that do."""
    machine = subject.machine()
    subject.run(machine, _life)
    lost = [text for _, _, text in machine.log if "was detached" in text]
    expect(not lost, f"the kernel log says: {lost}")


@clause(
    "OBS-CLOSE-1",
    after="case_it_stays_attached",
    mistake="closed() fails, or what it wrote isn't flushed and closed there",
)
def case_closing_the_machine_closes_it(subject: ObserverSubject) -> None:
    """When the machine is closed the observer lets go of what it holds; another machine can be observed the same way."""
    for _ in range(2):
        machine = subject.machine()
        subject.run(machine, _life)
        machine.close()
        lost = [text for _, _, text in machine._kernel.events.log_ring if "was detached" in text]
        expect(not lost, f"the kernel log says: {lost}")


CASES = (*COMMON, *collect(globals()))
SUBJECT = ObserverSubject
