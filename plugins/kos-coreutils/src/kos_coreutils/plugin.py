"""Announces the commands: one family, a table of names and where each `main` lives.

    text/     read and write streams (cat, sort, wc ...)          search/   grep, sed, find
    files/    names, inodes, trees (ls, cp, rm ...)               system/   mounts, disks, terminals (mount, df, stty ...)
    misc/     everything else (date, env, test ...)

One module a command, or a small family that shares its heart. A module is imported when its command is first run.
"""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl

# package -> the commands whose module has their own name
_OWN_MODULE = {
    "text": "basenc cat comm csplit cut expand fmt fold head join nl numfmt od paste pr ptx rev seq shuf sort sum tac tail tee tr tsort "
    "uniq wc yes",
    "misc": "basename chroot date dirname echo env expr factor hostid hostname id mktemp nice nohup nproc pathchk "
    "printenv printf runcon sleep stdbuf test timeout uname which xargs",
    "search": "find grep sed",
    "files": "chcon chgrp chmod chown cp dd dircolors du install link ln ls mkdir mkfifo mknod mv pwd readlink realpath rm rmdir "
    "shred split stat touch tree truncate unlink",
    "system": "df logname mount pinky stty sync tty umount users who",
}

# commands that share a module: name -> package.module:function
_SHARED = {
    "[": "misc.test:main",
    "arch": "misc.uname:arch",
    "base32": "text.basenc:base32",
    "base64": "text.basenc:base64",
    "cksum": "text.checksum:main",
    "dir": "files.ls:main",
    "egrep": "search.grep:main",
    "false": "misc.constants:false",
    "fgrep": "search.grep:main",
    "groups": "misc.id:groups",
    "md5sum": "text.checksum:main",
    "md5sum.textutils": "text.checksum:main",
    "sha1sum": "text.checksum:main",
    "sha224sum": "text.checksum:main",
    "sha256sum": "text.checksum:main",
    "sha384sum": "text.checksum:main",
    "sha512sum": "text.checksum:main",
    "b2sum": "text.checksum:main",
    "true": "misc.constants:true",
    "unexpand": "text.expand:main",
    "vdir": "files.ls:main",
    "whoami": "misc.id:whoami",
}


def _programs() -> dict[str, str]:
    table = {name: f"kos_coreutils.{place}" for name, place in _SHARED.items()}
    for package, names in _OWN_MODULE.items():
        for name in names.split():
            table[name] = f"kos_coreutils.{package}.{name}:main"
    return dict(sorted(table.items()))


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce the family `coreutils`."""
    yield ProgramFamily(
        "coreutils", contract=1, programs=_programs(), summary="cat, ls, sort, grep and their neighbours"
    )
