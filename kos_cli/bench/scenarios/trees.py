"""The commands that walk trees of files, on 10,000 small ones, against the host's own on its tmpfs: CPU time of both sides."""

from __future__ import annotations

from collections.abc import Iterator

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory

NAME = "trees"
SUMMARY = "find, ls -lR, du, cp -r, rm -r, xargs, tar on many small files, CPU time"

WORKS = (
    ("find", "find D/tree > D/list"),
    ("find -name", "find D/tree -name '*7' > D/list"),
    ("find -type f -size", "find D/tree -type f -size -2 > D/list"),
    ("find -exec {} +", "find D/tree -type f -exec echo {} + > D/list"),
    ("ls", "ls D/tree/d1 > D/list"),
    ("ls -lR", "ls -lR D/tree > D/list"),
    ("du -a", "du -a D/tree > D/list"),
    ("xargs", "seq 10000 | xargs echo > D/list"),
    ("xargs -n 100", "seq 10000 | xargs -n 100 echo > D/list"),
    ("cp -r, rm -r", "cp -r D/tree D/copy; rm -r D/copy"),
    ("grep -r", "grep -r 77 D/tree > D/list"),
    ("tar c", "tar c -C D tree > D/list"),
    ("tar c | tar t", "tar c -C D tree | tar t > D/list"),
    ("diff -r", "diff -r D/tree D/same > D/list"),
)


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield one contest a command line."""
    count = lab.size(100, 5)
    machine = lab.machine(hostname="trees")
    folder = lab.memory_folder() or lab.folder()
    shell = lab.tool("sh")
    make = (
        f"for i in $(seq {count}); do mkdir -p D/tree/d$i; for j in $(seq 100); do echo $i $j > D/tree/d$i/f$j; done; done; "
        "cp -r D/tree D/same"
    )
    lab.cpu_inside(machine, make.replace("D/", "/tmp/trees/"))()
    if shell:
        lab.cpu_outside([shell, "-c", make.replace("D/", folder + "/")])()
    for title, command in WORKS:
        contenders = [
            Contender(
                SELF, lab.cpu_inside(machine, command.replace("D/", "/tmp/trees/").replace("-C D", "-C /tmp/trees"))
            )
        ]
        if shell and lab.tool(command.split()[0]):
            line = command.replace("D/", folder + "/").replace("-C D", "-C " + folder)
            contenders.append(Contender("host", lab.cpu_outside([shell, "-c", line])))
        yield Contest(
            f"trees, {count * 100} files",
            title,
            "ms",
            tuple(contenders),
            "host",
            Aim("ratio", 4.0, 4.0),
            lab.rounds(3),
            best=True,
        )
