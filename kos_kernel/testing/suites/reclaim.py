"""The contract of a page replacement policy: it gives up pages that are there, each once, and the same ones every time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...contracts.machine import MachineConfig
from ...contracts.reclaim import Reclaim
from ...entropy import Entropy
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, shown
from .common import COMMON, MadeSubject

FRAMES = 8


class ReclaimSubject(MadeSubject):
    """A policy on its own."""

    face = Reclaim

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Raise NotAsked: no machine is needed to try a policy."""
        raise NotAsked("a policy is tried without a machine")

    def frames(self, count: int = FRAMES, trace: list[int] | None = None) -> Frames:
        """Return so many frames with a fresh policy. trace: what will be referenced, for those that must know."""
        made = self.make()
        made.start(count)
        if "offline" in self.capabilities:
            made.foresee(trace or [])
        return Frames(made, count)


class Frames:
    """The holder's side of the contract: pages that are resident, and what the policy answers. victims: in order."""

    def __init__(self, policy: Any, count: int) -> None:
        self.policy = policy
        self.count = count
        self.resident: set[int] = set()
        self.victims: list[int] = []

    def use(self, page: int, write: bool = False) -> bool:
        """Reference a page; tell whether it was there."""
        if page in self.resident:
            self.policy.touch(page, write)
            return True
        if len(self.resident) == self.count:
            self.evict(page)
        self.resident.add(page)
        self.policy.insert(page)
        return False

    def evict(self, incoming: int | None = None) -> int:
        """Ask for a victim; Violation if it isn't resident."""
        victim = self.policy.evict(incoming)
        if victim not in self.resident:
            raise Violation(f"evict returned {shown(victim)}, which isn't resident")
        self.resident.remove(victim)
        self.victims.append(victim)
        return victim  # type: ignore[no-any-return]

    def remove(self, page: int) -> None:
        """Take a page away."""
        self.resident.remove(page)
        self.policy.remove(page)


def references(count: int = 2000, pages: int = 24) -> Iterator[int]:
    """Yield page numbers, most of them of a small set that moves; the same at each call."""
    entropy = Entropy(11)
    for at in range(count):
        near = entropy.below(4) > 0
        yield (at // 200 * 3 + entropy.below(6)) % pages if near else entropy.below(pages)


@clause("RECLAIM-EVICT-1", mistake="a page that was evicted or removed is still in one of the policy's lists")
def case_victims_are_resident(subject: ReclaimSubject) -> None:
    """evict returns a page that is resident, for any references, and each page once until it comes in again."""
    trace = [*references()]
    frames = subject.frames(trace=trace)
    for page in trace:
        frames.use(page, write=page % 3 == 0)


@clause(
    "RECLAIM-EVICT-2", after="case_victims_are_resident", mistake="evict gives nothing, or fails, while pages are left"
)
def case_every_page_can_be_given_up(subject: ReclaimSubject) -> None:
    """With nothing coming in, evict gives up one resident page after the other until none is left."""
    trace = [*range(FRAMES)]
    frames = subject.frames(trace=trace)
    for page in trace:
        frames.use(page)
    for _ in range(FRAMES):
        frames.evict()
    expect_equal(sorted(frames.victims), trace, "who was given up of all pages")


@clause("RECLAIM-REMOVE-1", after="case_victims_are_resident", mistake="remove leaves the page where evict finds it")
def case_removed_pages_are_gone(subject: ReclaimSubject) -> None:
    """A page that was removed is never a victim, and may come in again."""
    trace = [page for page in references(600) for _ in (0, 1)]
    frames = subject.frames(trace=trace)
    for at, page in enumerate(trace):
        frames.use(page)
        if at % 7 == 0 and frames.resident:
            frames.remove(min(frames.resident))


@clause("RECLAIM-START-1", after="case_victims_are_resident", mistake="start keeps what was there before")
def case_start_forgets(subject: ReclaimSubject) -> None:
    """start empties the policy: what it held before is no victim."""
    trace = [*references(200)]
    frames = subject.frames(trace=trace)
    for page in trace:
        frames.use(page)
    frames.policy.start(2)
    if "offline" in subject.capabilities:
        frames.policy.foresee([100, 101, 102])
    again = Frames(frames.policy, 2)
    for page in (100, 101, 102):
        again.use(page)
    expect(again.victims[0] in (100, 101), f"the victim was {again.victims[0]}, which came in before start")


@clause(
    "RECLAIM-REPEAT-1",
    after="case_victims_are_resident",
    mistake="victims come from a set's order, from the host's randomness or from a global",
)
def case_same_references_give_same_victims(subject: ReclaimSubject) -> None:
    """Two policies that are told the same give up the same pages."""
    trace = [*references()]
    runs = []
    for _ in range(2):
        frames = subject.frames(trace=trace)
        for page in trace:
            frames.use(page)
        runs.append(frames.victims)
    expect_equal(runs[1], runs[0], "the victims of the second run")


@clause(
    "RECLAIM-ONE-1", after="case_victims_are_resident", mistake="a share of the frames rounds to none or to all of one"
)
def case_one_frame_is_enough(subject: ReclaimSubject) -> None:
    """With a single frame every new page takes the place of the one that is there."""
    trace = [1, 2, 2, 3, 1, 1, 2]
    frames = subject.frames(1, trace)
    hits = [frames.use(page) for page in trace]
    expect_equal(hits, [False, False, True, False, False, True, False], "the hits of 1 2 2 3 1 1 2 in one frame")


CASES = (*COMMON, *collect(globals()))
SUBJECT = ReclaimSubject
