"""id, whoami, groups: who somebody is, by /etc/passwd and /etc/group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Accounts, Command, Flag, SysError, Writer, complain, parsed, quote, read_whole, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

ID = Command(
    "id",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [USER]...",
    summary="Print user and group information for each specified USER,\nor (when USER omitted) for the current process.",
    options=[
        Flag("ignored", "a", help="ignore, for compatibility with other versions"),
        Flag("context", "Z", "context", help="print only the security context of the process"),
        Flag("group", "g", "group", help="print only the effective group ID"),
        Flag("groups", "G", "groups", help="print all group IDs"),
        Flag("name", "n", "name", help="print a name instead of a number, for -ugG"),
        Flag("real", "r", "real", help="print the real ID instead of the effective ID, with -ugG"),
        Flag("user", "u", "user", help="print only the effective user ID"),
        Flag(
            "zero",
            "z",
            "zero",
            help="delimit entries with NUL characters, not whitespace; not permitted in default format",
        ),
    ],
)
WHOAMI = Command(
    "whoami",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]...",
    summary="Print the user name associated with the current effective user ID.\nSame as id -un.",
)
GROUPS = Command(
    "groups",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [USERNAME]...",
    summary="Print group memberships for each USERNAME or, if no USERNAME is specified, for\n"
    "the current process (which may differ if the groups database has changed).",
)


class _Person:
    """Somebody's numbers: the process's, or those of a user of /etc/passwd."""

    __slots__ = ("egid", "euid", "gid", "groups", "uid")

    def __init__(self, uid: int, euid: int, gid: int, egid: int, groups: list[int]) -> None:
        self.uid = uid
        self.euid = euid
        self.gid = gid
        self.egid = egid
        self.groups = groups


def _myself(k: Syscalls) -> _Person:
    gid, egid = k.getgid(), k.getegid()
    groups = [gid] if gid == egid else [gid, egid]
    groups += [group for group in k.getgroups() if group not in groups]
    return _Person(k.getuid(), k.geteuid(), gid, egid, groups)


def _user(k: Syscalls, people: Accounts, name: bytes) -> _Person | None:
    """Return the person of a user name or, as id allows, a number."""
    uid = people.uid(name)
    if uid is None and name.lstrip(b"+").isdigit() and len(name) < 12:
        uid = int(name.lstrip(b"+"))
        named = people.user(uid)
        if named is None:
            return None
        name = named
    if uid is None:
        return None
    gid = people.login_group(uid)
    gid = 0 if gid is None else gid
    groups = [gid]
    for group in _memberships(k, name):
        if group not in groups:
            groups.append(group)
    return _Person(uid, uid, gid, gid, groups)


def _memberships(k: Syscalls, name: bytes) -> list[int]:
    try:
        text = read_whole(k, b"/etc/group")
    except SysError:
        return []
    found = []
    for line in text.splitlines():
        fields = line.split(b":")
        if len(fields) >= 4 and fields[2].isdigit() and name in fields[3].split(b","):
            found.append(int(fields[2]))
    return found


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print who the process, or each user, is. Status 1 if there's no such user or a number has no name."""
    opts, names = parsed(k, ID, argv)
    chosen = [option for option in (opts.user, opts.group, opts.groups) if option]
    if opts.context:
        complain(k, b"--context (-Z) works only on an SELinux/SMACK-enabled kernel")
        return 1
    if len(chosen) > 1:
        complain(k, b'cannot print "only" of more than one choice')
        return 1
    if not chosen and (opts.real or opts.name):
        complain(k, b"cannot print only names or real IDs in default format")
        return 1
    if not chosen and opts.zero:
        complain(k, b"option --zero not permitted in default format")
        return 1
    people = Accounts(k)
    out = Writer(k)
    status = 0
    chosen_names: list[bytes | None] = [*names] or [None]
    for name in chosen_names:
        person = _myself(k) if name is None else _user(k, people, name)
        if person is None:
            out.flush()
            complain(k, b"%s: no such user" % quote(name or b""))
            status = 1
            continue
        if not chosen:
            out.write(_everything(people, person) + b"\n")
            continue
        ok, text = _chosen(k, opts, people, person, out)
        status |= not ok
        end = b"\0" if opts.zero else b"\n"
        if opts.zero and opts.groups and len(names) > 1:
            end = b"\0\0"
        out.write(text + end)
    out.flush()
    return int(status)


def _chosen(k: Syscalls, opts: Any, people: Accounts, person: _Person, out: Writer) -> tuple[bool, bytes]:
    """Return (every number had the name that was asked for, the one item or the groups)."""
    naming: Callable[[int], bytes | None]
    if opts.user:
        numbers, naming, what = [person.uid if opts.real else person.euid], people.user, b"user"
    elif opts.group:
        numbers, naming, what = [person.gid if opts.real else person.egid], people.group, b"group"
    else:
        numbers, naming, what = person.groups, people.group, b"group"
    texts, ok = [], True
    for number in numbers:
        label = naming(number) if opts.name else None
        if opts.name and label is None:
            out.flush()
            complain(k, b"cannot find name for %s ID %d" % (what, number))
            ok = False
        texts.append(b"%d" % number if label is None else label)
    return ok, (b"\0" if opts.zero else b" ").join(texts)


def _everything(people: Accounts, person: _Person) -> bytes:
    def user(number: int) -> bytes:
        name = people.user(number)
        return b"%d" % number if name is None else b"%d(%s)" % (number, name)

    def group(number: int) -> bytes:
        name = people.group(number)
        return b"%d" % number if name is None else b"%d(%s)" % (number, name)

    text = b"uid=%s gid=%s" % (user(person.uid), group(person.gid))
    if person.euid != person.uid:
        text += b" euid=" + user(person.euid)
    if person.egid != person.gid:
        text += b" egid=" + group(person.egid)
    return text + b" groups=" + b",".join([group(number) for number in person.groups])


def whoami(k: Syscalls, argv: list[bytes]) -> int:
    """Print the name of the effective user."""
    _opts, extra = parsed(k, WHOAMI, argv)
    if extra:
        return refuse(k, b"extra operand " + quote(extra[0]))
    uid = k.geteuid()
    name = Accounts(k).user(uid)
    if name is None:
        complain(k, b"cannot find name for user ID %d" % uid)
        return 1
    out = Writer(k)
    out.write(name + b"\n")
    out.flush()
    return 0


def groups(k: Syscalls, argv: list[bytes]) -> int:
    """Print the groups of the process or of each user, by name."""
    _opts, names = parsed(k, GROUPS, argv)
    people = Accounts(k)
    out = Writer(k)
    status = 0
    chosen_names: list[bytes | None] = [*names] or [None]
    for name in chosen_names:
        person = _myself(k) if name is None else _user(k, people, name)
        if person is None or (name is not None and people.uid(name) is None):
            out.flush()
            complain(k, b"%s: no such user" % quote(name or b""))
            status = 1
            continue
        texts = []
        for number in person.groups:
            label = people.group(number)
            if label is None:
                out.flush()
                complain(k, b"cannot find name for group ID %d" % number)
                status = 1
            texts.append(b"%d" % number if label is None else label)
        line = b" ".join(texts) + b"\n"
        out.write(line if name is None else b"%s : %s" % (name, line))
    out.flush()
    return status
