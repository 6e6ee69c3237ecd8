"""chgrp: change the group of files."""

from __future__ import annotations

from kos_kernel.api import Accounts, Command, Syscalls, SysError

from .chown import COMMON
from .console import Console
from .orders import parse
from .owners import OwnerChanger

CHGRP = Command(
    "chgrp",
    like="(GNU coreutils) 9.1",
    usage=["[OPTION]... GROUP FILE...", "[OPTION]... --reference=RFILE FILE..."],
    summary="Change the group of each FILE to GROUP, or to that of RFILE.",
    options=COMMON,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Change groups; 1 if any couldn't be changed."""
    con = Console(k, b"chgrp")
    asked, files = parse(k, CHGRP, argv)
    accounts = Accounts(k)
    needed = 1 if asked.reference is not None else 2
    if len(files) < needed:
        if not files:
            con.usage(b"missing operand")
        con.usage(b"missing operand after " + con.quoted(files[-1]))
    gid: int | None
    if asked.reference is not None:
        try:
            gid = k.stat(asked.reference).gid
        except SysError as error:
            con.die(b"failed to get attributes of " + con.quoted(asked.reference), error)
        shown = accounts.group(gid) or b"%d" % gid
    else:
        shown = files.pop(0)
        if shown:
            gid = accounts.gid(shown)
            if gid is None and shown.isdigit() and int(shown) <= 0xFFFFFFFE:
                gid = int(shown)
            if gid is None:
                con.die(b"invalid group: " + con.word(shown))
        else:
            gid = -1
    job = OwnerChanger(con, accounts, -1, gid)
    job.group_shown = shown if gid != -1 else None
    job.take(asked)
    preserve = any(name == "preserve_root" for name, _ in asked.given)
    for file in files:
        job.change_all(file, preserve)
    return con.finish()
