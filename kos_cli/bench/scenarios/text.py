"""The text commands on 20 MB, against the host's own (GNU's, where the host is Debian)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from kos_kernel.clock import host_perf_ns

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory

NAME = "text"
SUMMARY = "grep, sort, sed, cut, wc, tr, uniq on a big file"

COMMANDS = (
    ("grep", "grep -c fox {file}"),
    ("grep -E", "grep -cE 'qu[a-z]+k|lazy$' {file}"),
    ("sort", "sort {file}"),
    ("sort -n", "sort -n {file}"),
    ("sed s", "sed s/fox/cat/g {file}"),
    ("cut", "cut -d ' ' -f 2-3 {file}"),
    ("wc", "wc {file}"),
    ("tr", "tr a-z A-Z < {file}"),
    ("uniq -c", "uniq -c {file}"),
)


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield one contest a command: the same text, the same command line, output to a file in memory.

    Not to /dev/null: GNU grep looks where its output goes and stops at the first match if that is nowhere.
    """
    import os

    size = lab.size(20_000_000, 200_000)
    text = sample(size)
    inside, folder = "/tmp/bench-text", lab.memory_folder() or lab.folder()
    outside = os.path.join(folder, "text")
    machine = lab.machine(hostname="text")
    machine.write_file(inside, text)
    with open(outside, "wb") as file:
        file.write(text)
    shell = lab.tool("sh")
    for title, command in COMMANDS:
        tool = command.split()[0]

        def kos(command: str = command) -> float:
            start = host_perf_ns()
            result = machine.run(f"LC_ALL=C {command.format(file=inside)} > {inside}.out")
            elapsed = host_perf_ns() - start
            lab.check(result.status == 0, f"kos: {command}: {result.stderr!r}")
            return elapsed / 1e6

        def host(command: str = command) -> float:
            start = host_perf_ns()
            line = f"LC_ALL=C {command.format(file=outside)} > {outside}.out"
            subprocess.run([shell or "sh", "-c", line], check=True)
            return (host_perf_ns() - start) / 1e6

        contenders = [Contender(SELF, kos)]
        if shell and lab.tool(tool):
            contenders.append(Contender("host", host))
        yield Contest(
            "text, " + (f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} KB"),
            title,
            "ms",
            tuple(contenders),
            rival="host",
            aim=Aim("ratio", None, 2.0),
            rounds=lab.rounds(3),
        )


def sample(size: int) -> bytes:
    """Return about `size` bytes of lines that are neither all alike nor sorted; the same at every call."""
    words = b"the quick brown fox jumps over a lazy dog while seven wizards box with boxing gloves".split()
    lines = []
    total = 0
    state = 12345
    while total < size:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        picks = [words[(state >> shift) % len(words)] for shift in (3, 7, 11, 15)]
        line = b"%d %s\n" % (state % 100_000, b" ".join(picks))
        lines.append(line)
        total += len(line)
    return b"".join(lines)
