"""`kos boot`: what a machine does before its first program runs, step by step, with times."""

from __future__ import annotations

from typing import Any


def boot(parsed: Any) -> int:
    """Boot a machine, show each step of its boot with the time it took, and halt it."""
    from ..machine_args import make_machine

    with make_machine(parsed) as machine:
        steps = list(machine.boot_log)
    total = sum(ns for _, ns in steps)
    for step, ns in steps:
        print(f"{ns / 1e6:9.3f} ms  {step}")
    print(f"{total / 1e6:9.3f} ms  up")
    return 0
