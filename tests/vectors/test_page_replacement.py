"""Hits and victims of OSTEP's paging-policy and of libCacheSim, reference by reference, out of the shipped policies."""

from __future__ import annotations

from typing import Any

import pytest

from kos_kernel.api import standalone

from .recorded import FOLDER, rows

OSTEP = {"FIFO": "fifo", "LRU": "lru", "MRU": "mru", "OPT": "opt"}
LIBCACHESIM = {
    "LRU": "lru", "FIFO": "fifo", "Clock": "clock", "LFU": "lfu", "ARC": "arc", "TwoQ": "twoq", "Sieve": "sieve", "S3FIFO": "s3-fifo",
}  # fmt: skip


def play(name: str, frames: int, refs: list[int]) -> tuple[str, list[int | None]]:
    """Return (a letter H or M for each reference, the page that each evicted or None)."""
    policy = standalone("kos.reclaim", name)
    policy.start(frames)
    if name == "opt":
        policy.foresee(refs)
    resident: set[int] = set()
    hits, victims = [], []
    for page in refs:
        victim = None
        if page in resident:
            policy.touch(page)
        else:
            if len(resident) == frames:
                victim = policy.evict(page)
                resident.remove(victim)
            policy.insert(page)
        hits.append("H" if page in resident else "M")
        resident.add(page)
        victims.append(victim)
    return "".join(hits), victims


@pytest.mark.parametrize(
    "row", rows("ostep_paging_policy", lambda row: row["deterministic"] and row["policy"] in OSTEP)
)
def test_ostep_paging_policy(row: dict[str, Any]) -> None:
    assert play(OSTEP[row["policy"]], row["frames"], row["refs"]) == (row["hit_flags"], row["victims"])


def fits(row: dict[str, Any]) -> bool:
    """Tell whether a row is of a policy that we have, and its queues have room: a cache may turn a page away, a pager can't."""
    least = {"TwoQ": 4, "S3FIFO": 20}.get(row["algorithm"], 1)
    return row["algorithm"] in LIBCACHESIM and row["capacity"] >= least


@pytest.mark.parametrize("row", rows("libcachesim_unit_pages", fits))
def test_libcachesim(row: dict[str, Any]) -> None:
    refs = row["refs"]
    if isinstance(refs, str):  # "first 20000 lines of libCacheSim data/cloudPhysicsIO.txt"
        path = FOLDER / "cloudPhysicsIO.txt"
        if not path.exists():
            pytest.skip(f"{path} isn't there: {refs}")
        refs = [int(line) for line in path.read_text().splitlines()[: int(refs.split()[1])]]
    hits, _ = play(LIBCACHESIM[row["algorithm"]], row["capacity"], refs)
    assert (hits.count("H"), hits.count("M")) == (row["hits"], row["misses"])
    assert row["hit_flags"] in (None, hits)
