"""Announces the commands: one family, a table of names and where each `main` lives.

    ps/       ps                                          screen/   what owns the screen: top, watch, script
    find/     find processes and signal them: pgrep ...   memory/   free, vmstat, pmap
    people/   w, uptime, wall, su ...                     run/      run a command another way: setsid, flock, taskset ...
    system/   findmnt, lsblk, sysctl, dmesg ...           facts/    what they share: reading /proc

A module is imported when its command is first run.
"""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

# package -> the commands whose module has their own name
_OWN_MODULE = {
    "ps": "ps",
    "find": "fuser kill killall lsof pidof pgrep pstree pwdx",
    "memory": "free pmap vmstat",
    "run": "chrt flock ionice prlimit renice setsid taskset",
    "screen": "script top watch",
    "system": "dmesg findmnt logger lscpu mountpoint sysctl",
    "people": "getent mesg nologin su uptime w wall",
}

# commands that share a module: name -> package.module:function
_SHARED = {
    "losetup": "system.disks:losetup",
    "lsblk": "system.disks:lsblk",
    "nsenter": "run.namespaces:nsenter",
    "pidwait": "find.pgrep:main",
    "pkill": "find.pgrep:main",
    "runuser": "people.su:main",
    "scriptreplay": "screen.script:replay",
    "unshare": "run.namespaces:unshare",
}


def _programs() -> dict[str, str]:
    table = {name: f"kos_procps.{place}" for name, place in _SHARED.items()}
    for package, names in _OWN_MODULE.items():
        for name in names.split():
            table[name] = f"kos_procps.{package}.{name}:main"
    return dict(sorted(table.items()))


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `procps`."""
    yield ProgramFamily(
        "procps", contract=1, programs=_programs(), summary="ps, top, pgrep, free, lsof, findmnt and their neighbours"
    )
