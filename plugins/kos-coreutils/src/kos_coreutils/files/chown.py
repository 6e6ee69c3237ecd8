"""chown: change the owner and group of files."""

from __future__ import annotations

from kos_kernel.api import Accounts, Command, Syscalls, SysError

from .console import Console
from .orders import flag, parse, value
from .owners import OwnerChanger, parse_owner

COMMON = [
    flag("changes", "c", "changes", help="like -v, but only what was changed"),
    flag("quiet", "f", "silent", "quiet", help="few error messages"),
    flag("verbose", "v", "verbose", help="say what is done to every file"),
    flag("dereference", "dereference", help="change what symbolic links lead to (the default)"),
    flag("no_dereference", "h", "no-dereference", help="change symbolic links themselves"),
    flag("no_preserve_root", "no-preserve-root", help="treat / like any directory (the default)"),
    flag("preserve_root", "preserve-root", help="refuse to change / and all below it"),
    value("reference", "reference", metavar="RFILE", help="use RFILE's owner and group"),
    flag("recursive", "R", "recursive", help="directories and all in them"),
    flag("H", "H", help="with -R, follow symbolic links to directories among the arguments"),
    flag("L", "L", help="with -R, follow all symbolic links to directories"),
    flag("P", "P", help="with -R, follow none (the default)"),
]
CHOWN = Command(
    "chown",
    like="(GNU coreutils) 9.1",
    usage=["[OPTION]... [OWNER][:[GROUP]] FILE...", "[OPTION]... --reference=RFILE FILE..."],
    summary="Change the owner and group of each FILE to OWNER and GROUP, or to those of RFILE.",
    options=[
        *COMMON,
        value("from", "from", metavar="OWNER:GROUP", help="change only files that belong to them"),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Change owners; 1 if any couldn't be changed."""
    con = Console(k, b"chown")
    asked, files = parse(k, CHOWN, argv)
    accounts = Accounts(k)
    needed = 1 if asked.reference is not None else 2
    if len(files) < needed:
        if not files:
            con.usage(b"missing operand")
        con.usage(b"missing operand after " + con.quoted(files[-1]))
    uid, gid = -1, -1
    owner_shown: bytes | None = None
    group_shown: bytes | None = None
    if asked.reference is not None:
        try:
            stat = k.stat(asked.reference)
        except SysError as error:
            con.die(b"failed to get attributes of " + con.quoted(asked.reference), error)
        uid, gid = stat.uid, stat.gid
        owner_shown = accounts.user(uid) or b"%d" % uid
        group_shown = accounts.group(gid) or b"%d" % gid
    else:
        text = files.pop(0)
        found = parse_owner(accounts, text)
        if isinstance(found, bytes):
            con.die(found + b": " + con.word(text))
        uid, gid, spec = found
        if spec != text:
            con.say(b"warning: '.' should be ':': " + con.word(text))
            text = spec
        if uid != -1:
            owner_shown = text.partition(b":")[0]
        if gid != -1:
            group_shown = text.partition(b":")[2] or accounts.group(gid) or b"%d" % gid
        if uid == -1 and gid == -1 and b":" in text:
            owner_shown = group_shown = None
    job = OwnerChanger(con, accounts, uid, gid)
    job.owner_shown, job.group_shown = owner_shown, group_shown
    wanted = getattr(asked, "from")
    if wanted is not None:
        found = parse_owner(accounts, wanted)
        if isinstance(found, bytes):
            con.die(found + b": " + con.word(wanted))
        job.from_uid, job.from_gid, _ = found
    job.take(asked)
    preserve = any(name == "preserve_root" for name, _ in asked.given)
    for file in files:
        job.change_all(file, preserve)
    return con.finish()
