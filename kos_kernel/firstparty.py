"""Which distribution ships which driver, for those that are developed with the kernel.

Two uses: a driver that isn't installed is answered with the name of the distribution to install, and safe mode admits these
distributions alone. tests/registry holds this table and the pyproject files of plugins/ together.
"""

from __future__ import annotations

from collections.abc import Mapping

FIRST_PARTY: Mapping[tuple[str, str], str] = {
    (group, name): distribution
    for distribution, group, names in (
        ("kos-fs-memory", "kos.fs", "memory"),
        ("kos-fs-proc", "kos.fs", "proc"),
        ("kos-fs-dev", "kos.fs", "dev"),
        ("kos-fs-host", "kos.fs", "host"),
        ("kos-reclaim-classic", "kos.reclaim", "arc clock fifo lfu lru mru nru opt random s3-fifo sieve twoq"),
        ("kos-sched-classic", "kos.scheduler", "cyclic fifo lottery mlfq priority rr sjf srtf stride"),
        ("kos-sched-fair", "kos.scheduler", "cfs eevdf"),
        ("kos-sched-realtime", "kos.scheduler", "dm edf llf rm"),
        ("kos-net-loopback", "kos.protocol", "loopback unix"),
        ("kos-dev-standard", "kos.device", "null zero full random urandom tty pty console ramdisk"),
        ("kos-units-service", "kos.unit", "service"),
        ("kos-container-native", "kos.container", "native"),
        ("kos-binfmt-standard", "kos.binfmt", "script program"),
        ("kos-observe-strace", "kos.observer", "strace trace"),
        ("kos-shell", "kos.program", "shell"),
        ("kos-awk", "kos.program", "awk"),
        ("kos-coreutils", "kos.program", "coreutils"),
        ("kos-archivers", "kos.program", "archivers"),
        ("kos-diffutils", "kos.program", "diffutils"),
        ("kos-calc", "kos.program", "calc"),
        ("kos-editors", "kos.program", "editors"),
        ("kos-jq", "kos.program", "jq"),
        ("kos-procps", "kos.program", "procps"),
        ("kos-textutils", "kos.program", "textutils"),
        ("kos-sched-lab", "kos.command", "sched"),
        ("kos-sched-lab", "kos.program", "sched-lab"),
        ("kos-units-service", "kos.program", "units"),
        ("kos-container-native", "kos.program", "containers"),
    )
    for name in names.split()
}

# What the entries of a group are called in a sentence.
NOUNS: Mapping[str, str] = {
    "kos.fs": "filesystem",
    "kos.scheduler": "scheduler",
    "kos.protocol": "protocol",
    "kos.device": "device driver",
    "kos.unit": "unit type",
    "kos.container": "container runtime",
    "kos.binfmt": "binary format",
    "kos.observer": "observer",
    "kos.program": "program family",
    "kos.reclaim": "page replacement policy",
    "kos.command": "subcommand",
}
