"""The text commands on 20 MB, against the host's own (GNU's, where the host is Debian): CPU time of both sides.

The CPU time, and not the time on the clock: what else the host does must not count. The machine's is what its process uses,
the host's what the children do, a shell's start included.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory
from .texts import pairs, prose, sample

NAME = "text"
SUMMARY = "grep, sort, sed, cut, wc, tr, uniq and others on a big file, CPU time"


class Work(NamedTuple):
    """A command line. D stands for the folder of the files; least: the ratio that is asked for."""

    title: str
    command: str
    least: float = 4.0


WORKS = (
    Work("grep -c fixed", "grep -c fox D/text", 2.0),
    Work("grep -c regex", "grep -cE 'qu[a-z]+k|lazy$' D/text", 2.0),
    Work("grep", "grep fox D/text"),
    Work("grep -v", "grep -v fox D/text"),
    Work("grep -i", "grep -i FOX D/text"),
    Work("grep -n", "grep -n fox D/text"),
    Work("grep -o", "grep -o 'w[a-z]*' D/text"),
    Work("sort", "sort D/text", 2.0),
    Work("sort -n", "sort -n D/text", 2.0),
    Work("sort -n -k2", "sort -n -k2 D/numbers", 2.0),
    Work("sort -k1,1 -k2,2nr", "sort -k1,1 -k2,2nr D/keyed"),
    Work("sort -u", "sort -u D/text"),
    Work("sort -r", "sort -r D/text"),
    Work("sort -t, -k2", "sort -t ' ' -k 3 D/text"),
    Work("uniq -c", "uniq -c D/sorted", 2.0),
    Work("uniq", "uniq D/sorted"),
    Work("uniq -d", "uniq -d D/sorted"),
    Work("cut -d -f2,4", "cut -d ' ' -f 2,4 D/text", 2.0),
    Work("cut -d -f1", "cut -d ' ' -f 1 D/text", 2.0),
    Work("cut -c", "cut -c 3-10 D/text"),
    Work("tr a-z A-Z", "tr a-z A-Z < D/text", 2.0),
    Work("tr -d", "tr -d aeiou < D/text"),
    Work("tr -s", "tr -s a-z < D/text"),
    Work("tr -cs", "tr -cs a-z '\\n' < D/text"),
    Work("wc", "wc D/text", 2.0),
    Work("wc -l", "wc -l D/text", 2.0),
    Work("wc -w", "wc -w D/text"),
    Work("sed s///g", "sed s/fox/cat/g D/text", 2.0),
    Work("sed s with &", "sed 's/fox/<&>/' D/text"),
    Work("sed s with \\1", "sed -E 's/^([0-9]+) ([a-z]+)/\\2 \\1/' D/text"),
    Work("sed -n /re/p", "sed -n /lazy/p D/text"),
    Work("sed /re/d", "sed /lazy/d D/text"),
    Work("sed -n Np", "sed -n '100p;$p' D/text"),
    Work("sed N,Md", "sed 10,200000d D/text"),
    Work("sed $d", "sed '$d' D/text"),
    Work("sed Nq", "sed 400000q D/text"),
    Work("sed y", "sed y/abc/xyz/ D/text"),
    Work("sed two s", "sed -e s/fox/cat/ -e s/dog/cow/ D/text"),
    Work("sed /re/s", "sed '/lazy/s/fox/cat/' D/text"),
    Work("awk sum by key", "awk '{s[$2]+=$1} END {for (i in s) print i, s[i]}' D/text", 2.0),
    Work("head", "head -n 400000 D/text", 2.0),
    Work("head -c", "head -c 15000000 D/text", 2.0),
    Work("tail", "tail -n 400000 D/text", 2.0),
    Work("tail -n +K", "tail -n +1000 D/text", 2.0),
    Work("sha256sum", "sha256sum D/text", 2.0),
    Work("md5sum", "md5sum D/text"),
    Work("cksum", "cksum D/text"),
    Work("tar c | gzip", "tar c -C D text | gzip", 2.0),
    Work("gzip -d", "gzip -dc D/text.gz"),
    Work("tar x", "tar x -C D/out -f D/text.tar"),
    Work("cmp", "cmp D/text D/text2 || true"),
    Work("cat -n", "cat -n D/text"),
    Work("nl", "nl D/prose"),
    Work("tac", "tac D/text"),
    Work("rev", "rev D/text"),
    Work("paste", "paste D/text D/sorted"),
    Work("paste -s", "paste -s D/text"),
    Work("expand", "expand D/tabs"),
    Work("unexpand", "unexpand -a D/spaces"),
    Work("fold", "fold -w 20 D/text"),
    Work("fold -s", "fold -s -w 20 D/text"),
    Work("comm", "comm D/sorted D/sorted2"),
    Work("join", "join D/keys1 D/keys2"),
    Work("fmt", "fmt D/prose"),
    Work("pr", "pr D/text"),
    Work("od", "od D/small"),
    Work("od -c", "od -c D/small"),
    Work("od -A x -t x1z", "od -A x -t x1z D/small"),
    Work("xxd", "xxd D/small"),
    Work("hexdump -C", "hexdump -C D/small"),
    Work("base64", "base64 D/text"),
    Work("base64 -d", "base64 -d D/text.b64"),
    Work("split", "split -l 50000 D/text D/out/x"),
    Work("split -b", "split -b 1m D/text D/out/y"),
    Work("tsort", "tsort D/pairs"),
    Work("shuf", "shuf D/text"),
    Work("seq", "seq 2000000"),
    Work("seq -s", "seq -s , 1000000"),
    Work("seq -w", "seq -w 1000000"),
    Work("yes | head", "yes | head -c 50000000"),
    Work("diff", "diff D/two1 D/two2 || true"),
    Work("column of a log", "grep lazy D/text | cut -d ' ' -f 2 | sort | uniq -c | sort -rn | head"),
)


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield one contest a command: the same text, the same command line, output to a file in memory.

    Not to /dev/null: GNU grep looks where its output goes and stops at the first match if that is nowhere.
    """
    size = lab.size(20_000_000, 200_000)
    folder = lab.memory_folder() or lab.folder()
    machine = lab.machine(hostname="text")
    machine.run("mkdir -p /tmp/bench/out")
    os.mkdir(os.path.join(folder, "out"))
    for name, content in files(size).items():
        machine.write_file("/tmp/bench/" + name, content)
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    group = "text, " + (f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} KB")
    shell = lab.tool("sh")
    for work in WORKS:
        contenders = [Contender(SELF, lab.cpu_inside(machine, script(work, "/tmp/bench")))]
        if shell and lab.tool(work.command.split()[0]):
            contenders.append(Contender("host", lab.cpu_outside([shell, "-c", script(work, folder)])))
        yield Contest(
            group, work.title, "ms", tuple(contenders), "host", Aim("ratio", 4.0, work.least), lab.rounds(3), best=True
        )


def script(work: Work, folder: str) -> str:
    """Return the command line for files in this folder."""
    command = work.command.replace("D/", folder + "/").replace("-C D", "-C " + folder)
    return f"{{ {command}; }} > {folder}/result"


def files(size: int) -> dict[str, bytes]:
    """Return the texts that the commands read: name -> content."""
    import gzip
    import io
    import tarfile
    from base64 import encodebytes

    text = sample(size)
    lines = text.splitlines(keepends=True)
    ordered = sorted(lines)
    keyed = [line.split(b" ") for line in lines]
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w", format=tarfile.GNU_FORMAT) as archive:
        member = tarfile.TarInfo("text")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    tenth = lines[: len(lines) // 10]
    return {
        "text": text,
        "text2": text[:-1] + b"x",
        "small": text[: size // 5],
        "sorted": b"".join(ordered),
        "sorted2": b"".join(ordered[1::2] + [b"~ a line of its own\n"] * 5),
        "numbers": b"".join([b"%s %s\n" % (fields[1], fields[0]) for fields in keyed]),
        "keyed": b"".join([b"%s %s\n" % (fields[2], fields[0]) for fields in keyed]),
        "keys1": b"".join([b"%08d one %d\n" % (index, index * 7) for index in range(0, size // 40, 2)]),
        "keys2": b"".join([b"%08d two\n" % index for index in range(0, size // 40, 3)]),
        "prose": prose(size),
        "tabs": text.replace(b" ", b"\t"),
        "spaces": text.replace(b" ", b"    "),
        "pairs": pairs(size // 100),
        "text.gz": gzip.compress(text, 6, mtime=0),
        "text.b64": encodebytes(text),
        "text.tar": tarred.getvalue(),
        "two1": b"".join(tenth),
        "two2": b"".join([line for index, line in enumerate(tenth) if index % 97]) + b"the end\n",
    }
