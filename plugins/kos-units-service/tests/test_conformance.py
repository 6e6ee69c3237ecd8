"""The contract of a unit type, clause by clause, for services of several shapes; and of the program systemctl."""

from __future__ import annotations

from kos_kernel.testing import conformance

STAYS = "[Service]\nExecStart=/bin/sleep 1000\n"

test_simple = conformance("kos.unit", "service")
test_restarted = conformance("kos.unit", "service", example=STAYS + "Restart=always\nRestartSec=1s\n")
test_prepared = conformance("kos.unit", "service", example=STAYS + "ExecStartPre=/bin/true\n")
test_stopped_by_another_signal = conformance(
    "kos.unit", "service", example=STAYS + "KillSignal=SIGINT\nTimeoutStopSec=2s\n"
)
test_systemctl = conformance("kos.program", "units")
