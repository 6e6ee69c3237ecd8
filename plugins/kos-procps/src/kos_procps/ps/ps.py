"""ps: the processes, from /proc. UNIX, BSD and GNU options as procps has them.

A process has one thread here, so the thread options (-L, -T, -m, H) show that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import HelpRequested, SysError, cause

from ..facts.processes import Machine, processes, read_process
from .arguments import BadArguments, Informed, Request, read
from .columns import COLUMNS
from .helptext import HINT, section
from .output import Printer, rows_of
from .selection import Test, selection

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from ..facts.processes import Process


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the chosen processes. Status 1 if there are none, or the command line is wrong."""
    try:
        machine = Machine(k)
        me = read_process(k, k.getpid())
        tests: list[Test] = []

        def verify(asked: Request) -> None:
            tests.append(selection(asked, machine, me))

        asked = read([word.decode("utf-8", "surrogateescape") for word in argv[1:]], verify)
        return _list(k, machine, asked, tests[-1])
    except Informed as informed:
        if informed.what == "help":
            raise HelpRequested(section(informed.section)) from None
        if informed.what == "version":
            raise HelpRequested(b"ps from KOS\n") from None
        rows = (f"{name:<12} {column.heading:<8}\n" for name, column in sorted(COLUMNS.items()))
        raise HelpRequested("".join(rows).encode()) from None
    except BadArguments as error:
        text = str(error).encode("utf-8", "surrogateescape") + b"\n"
        k.write(2, text if error.bare else b"error: " + text + HINT)
        return 1


def _list(k: Syscalls, machine: Machine, asked: Request, wanted: Test) -> int:
    machine.numeric = asked.numeric
    try:
        found = processes(k)
    except SysError as error:
        k.write(2, b"error: can't read /proc: " + cause(error) + b"\n")
        return 1
    if asked.cumulative:
        for p in found:
            p.utime, p.stime = p.utime + p.cutime, p.stime + p.cstime
    chosen = [p for p in found if wanted(p)]
    if asked.quick:
        chosen = _in_order(asked, chosen)
    for name, backwards in reversed(asked.keys):
        key = COLUMNS[name].key
        keyed = [(key(machine, p), p) for p in chosen]
        keyed.sort(key=lambda pair: pair[0], reverse=backwards)
        chosen = [p for _, p in keyed]
    Printer(machine, asked).show(rows_of(chosen, asked))
    return 0 if chosen else 1


def _in_order(asked: Request, chosen: list[Process]) -> list[Process]:
    """Return processes in the order in which -q names them."""
    by_pid = {p.pid: p for p in chosen}
    order = [int(item) for kind, value in asked.lists if kind == "p" for item in value.replace(",", " ").split()]
    return [by_pid[pid] for pid in dict.fromkeys(order) if pid in by_pid]
