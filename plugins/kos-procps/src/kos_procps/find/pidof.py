"""pidof: the numbers of running programs, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, Value, Writer

from ..facts.processes import Process, processes

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

PIDOF = Command(
    "pidof",
    usage="[options] [program [...]]",
    summary="Print the process numbers of running programs.",
    options=[
        Flag("single", "s", "single-shot", help="one number only"),
        Flag("root", "c", "check-root", help="only processes with our root"),
        Flag("quiet", "q", help="print nothing, say it by the status"),
        Flag("workers", "w", "with-workers", help="processes without a command line too"),
        Flag("scripts", "x", help="shells that run scripts of these names too"),
        Value("omitted", "o", "omit-pid", metavar="PID,...", repeat=True, help="leave these out; %PPID is our parent"),
        Value("separator", "S", "separator", metavar="SEP", default=b" ", help="what stands between two numbers"),
    ],
    hint="\nUsage:\n {prog} [options] [program [...]]\n\nFor more details see {prog}(1).\n",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the numbers on one line. Status 1 if no program runs."""
    opts, names = PIDOF.parse(argv)
    omitted = set()
    for item in b",".join(opts.omitted).split(b","):
        if item == b"%PPID":
            omitted.add(k.getppid())
        elif item.isdigit() and len(item) < 11:
            omitted.add(int(item))
        elif item:
            raise PIDOF.error(opts, b"illegal omit pid value (%s)!\n" % item, hint=False)
    try:
        running = processes(k)
        mine = k.readlink(b"/proc/self/root") if opts.root else b""
    except SysError:
        return 1
    found: list[int] = []
    for name in names:
        for p in reversed(running):
            if p.pid in omitted or p.pid in found or (opts.root and _root(k, p) != mine):
                continue
            if _is(k, p, name, opts.scripts, opts.workers):
                found.append(p.pid)
                if opts.single:
                    break
        if opts.single and found:
            break
    if found and not opts.quiet:
        out = Writer(k)
        out.write(opts.separator.join(b"%d" % pid for pid in found) + b"\n")
        out.flush()
    return 0 if found else 1


def _root(k: Syscalls, p: Process) -> bytes:
    try:
        return k.readlink(b"/proc/%d/root" % p.pid)
    except SysError:
        return b"?"


def _is(k: Syscalls, p: Process, name: bytes, scripts: bool, workers: bool) -> bool:
    """Tell whether a process runs a program of this name, or path."""
    if not p.argv:
        return workers and p.comm == name[:15]
    first = p.argv[0].removeprefix(b"-")
    base = name.rpartition(b"/")[2]
    if name == first or (b"/" not in name and name == first.rpartition(b"/")[2]):
        return True
    if b"/" not in first and b"/" in name and base == first and _same_file(k, p, name):
        return True
    if scripts and len(p.argv) > 1:
        script = p.argv[1]
        return name == script or base == script.rpartition(b"/")[2] == p.comm or (p.comm == name[:15] != first)
    return False


def _same_file(k: Syscalls, p: Process, path: bytes) -> bool:
    try:
        one, other = k.stat(b"/proc/%d/exe" % p.pid), k.stat(path)
    except SysError:
        return False
    return (one.dev, one.ino) == (other.dev, other.ino)
