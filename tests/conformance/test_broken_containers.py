"""The kit against container runtimes that are wrong in one way each: it must find that, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel.api import (
    SIGKILL,
    SIGTERM,
    WEXITSTATUS,
    WIFEXITED,
    WNOHANG,
    Bundle,
    ContainerDriver,
    ContainerRuntime,
    ContainerState,
    FileExists,
    InvalidArgument,
    NoSuchFile,
    ResourceUnavailable,
)
from kos_kernel.testing import check_driver, clauses

GROUP = "kos.container"


class Box:
    """One container. gate: the pipe that its first process waits on."""

    def __init__(self, bundle: Bundle, pid: int, gate: int) -> None:
        self.bundle, self.pid, self.gate = bundle, pid, gate
        self.status = "created"
        self.wait_status: int | None = None


class Reference(ContainerRuntime):
    """A process under another root; no namespaces. Right in every way but that it claims none."""

    breaks = ""
    claims: frozenset[str] = frozenset()

    def __init__(self, options: Any, ctx: Any) -> None:
        self.boxes: dict[str, Box] = {}

    def box(self, id: str) -> Box:
        if id not in self.boxes:
            raise NoSuchFile(id.encode())
        return self.boxes[id]

    def create(self, k: Any, id: str, bundle: Bundle) -> None:
        if id in self.boxes:
            raise FileExists(id.encode())
        k.stat(bundle.root)
        out, gate = k.pipe(cloexec=True)
        pid = k.fork_call(self.first, out, gate, bundle)
        k.close(out)
        self.boxes[id] = Box(bundle, pid, gate)

    def first(self, k: Any, out: int, gate: int, bundle: Bundle) -> int:
        k.close(gate)
        if k.read(out, 1):
            self.enter(k, bundle)
            k.exec(bundle.argv[0], bundle.argv, self.environment(k, bundle))
        return 1

    def enter(self, k: Any, bundle: Bundle) -> None:
        k.chroot(bundle.root)
        k.chdir(bundle.cwd)

    def environment(self, k: Any, bundle: Bundle) -> dict[bytes, bytes]:
        return bundle.env

    def start(self, k: Any, id: str) -> None:
        box = self.box(id)
        if box.status != "created":
            raise InvalidArgument(None, box.status)
        k.write(box.gate, b"!")
        k.close(box.gate)
        box.status = "running"

    def kill(self, k: Any, id: str, signum: int) -> None:
        if self.box(id).wait_status is not None:
            raise InvalidArgument()
        k.kill(self.box(id).pid, signum)

    def wait(self, k: Any, id: str) -> int:
        box = self.box(id)
        if box.wait_status is None:
            self.ended(k, box, k.wait(box.pid)[1])
        assert box.wait_status is not None
        return box.wait_status

    def ended(self, k: Any, box: Box, status: int) -> None:
        if box.status == "created":
            k.close(box.gate)
        box.status, box.wait_status = "stopped", status

    def delete(self, k: Any, id: str) -> None:
        if self.state(k, id).status != "stopped":
            raise InvalidArgument()
        del self.boxes[id]

    def state(self, k: Any, id: str) -> ContainerState:
        box = self.box(id)
        if box.wait_status is None and (ended := k.wait(box.pid, WNOHANG)) is not None:
            self.ended(k, box, ended[1])
        pid = 0 if box.status == "stopped" else box.pid
        return ContainerState(id, box.status, pid, box.wait_status, box.bundle)

    def list(self, k: Any) -> list[Any]:
        return [self.state(k, id) for id in sorted(self.boxes)]


# ---------------------------------------------------------------- create, start, wait
class RunsAtOnce(Reference):
    breaks = "case_created_container_waits"

    def create(self, k: Any, id: str, bundle: Bundle) -> None:
        super().create(k, id, bundle)
        k.write(self.boxes[id].gate, b"!")


class WaitsForACode(Reference):
    breaks = "case_started_container_runs_to_its_end"

    def wait(self, k: Any, id: str) -> int:
        status = super().wait(k, id)
        return WEXITSTATUS(status) if WIFEXITED(status) else status


class StartsAnything(Reference):
    breaks = "case_only_created_containers_start"

    def start(self, k: Any, id: str) -> None:
        if self.box(id).status == "created":
            super().start(k, id)


class ShowsItsOwnPid(Reference):
    breaks = "case_running_container_has_a_process"

    def state(self, k: Any, id: str) -> ContainerState:
        state = super().state(k, id)
        return state._replace(pid=k.getpid() if state.pid else 0)


class KeyErrors(Reference):
    breaks = "case_unknown_containers_are_missing"

    def box(self, id: str) -> Box:
        return self.boxes[id]


class ReplacesTheOld(Reference):
    breaks = "case_taken_ids_are_refused"

    def create(self, k: Any, id: str, bundle: Bundle) -> None:
        self.boxes.pop(id, None)
        super().create(k, id, bundle)


class LeavesHalfMade(Reference):
    breaks = "case_failed_create_leaves_nothing"

    def create(self, k: Any, id: str, bundle: Bundle) -> None:
        if id not in self.boxes:
            self.boxes[id] = Box(bundle, k.getpid(), -1)
            k.stat(bundle.root)
            del self.boxes[id]
        super().create(k, id, bundle)


# ---------------------------------------------------------------- kill, delete, list
class KillsSoftly(Reference):
    breaks = "case_killed_container_stops"

    def kill(self, k: Any, id: str, signum: int) -> None:
        super().kill(k, id, SIGTERM if signum == SIGKILL else signum)


class DeletesTheRunning(Reference):
    breaks = "case_running_container_is_not_deleted"

    def delete(self, k: Any, id: str) -> None:
        if self.state(k, id).status == "running":
            self.kill(k, id, SIGKILL)
            self.wait(k, id)
        super().delete(k, id)


class KeepsTheName(Reference):
    breaks = "case_deleted_container_is_gone"

    def __init__(self, options: Any, ctx: Any) -> None:
        super().__init__(options, ctx)
        self.used: set[str] = set()

    def delete(self, k: Any, id: str) -> None:
        super().delete(k, id)
        self.used.add(id)

    def create(self, k: Any, id: str, bundle: Bundle) -> None:
        if id in self.used:
            raise FileExists(id.encode())
        super().create(k, id, bundle)


class ListsByAge(Reference):
    breaks = "case_list_has_all_by_id"

    def list(self, k: Any) -> list[Any]:
        return [self.state(k, id) for id in self.boxes]


class HoldsFour(Reference):
    breaks = "case_containers_live_side_by_side"

    def create(self, k: Any, id: str, bundle: Bundle) -> None:
        if len(self.boxes) == 4:
            raise ResourceUnavailable()
        super().create(k, id, bundle)


# ---------------------------------------------------------------- what is inside
class LendsItsEnvironment(Reference):
    breaks = "case_program_sees_its_bundle"

    def environment(self, k: Any, bundle: Bundle) -> dict[bytes, bytes]:
        return {**k.env, **bundle.env}


class StaysOutside(Reference):
    breaks = "case_program_does_not_see_outside"

    def enter(self, k: Any, bundle: Bundle) -> None:
        k.chdir(b"/")
        k.chroot(bundle.root)
        if bundle.cwd != b"/":
            k.chdir(bundle.cwd)


class ClaimsUts(Reference):
    breaks = "case_hostname_is_its_own"
    claims = frozenset({"uts"})


class ClaimsPid(Reference):
    breaks = "case_first_process_is_number_one"
    claims = frozenset({"pid"})


class ClaimsMount(Reference):
    breaks = "case_mounts_are_its_own"
    claims = frozenset({"mount"})


BROKEN: list[Any] = Reference.__subclasses__()


def failures(kind: Any) -> list[str]:
    report = check_driver(GROUP, ContainerDriver("broken", 1, f"{__name__}:{kind.__name__}", capabilities=kind.claims))
    assert report.passed, report
    return [outcome.case.name for outcome in report.failed]


def test_the_reference_breaks_no_rule() -> None:
    assert failures(Reference) == []


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_runtime_fails_its_case_alone(kind: Any) -> None:
    assert failures(kind) == [kind.breaks]


def test_every_case_has_a_runtime_that_breaks_it() -> None:
    cases = {case.name for case in clauses(GROUP) if case.clause.startswith("CTR-")}
    assert cases == {kind.breaks for kind in BROKEN}
