"""Changing owners and groups: the engine behind `chown` and `chgrp`."""

from __future__ import annotations

from kos_kernel.api import S_IFLNK, S_IFMT, Accounts, Stat, SysError

from .chmod import is_root, refuse_root
from .console import Console
from .orders import Asked
from .walk import DENIED, FILE, GONE, LEAVE, LOOP, Step, walk


def parse_owner(accounts: Accounts, text: bytes) -> tuple[int, int, bytes] | bytes:
    """Return (uid or -1, gid or -1, the text) of `[OWNER][:[GROUP]]`, or the words for what is wrong with it.

    The text comes back with a colon if it had the obsolete `OWNER.GROUP`.
    """
    owner, colon, group = text.partition(b":")
    if not colon and b"." in text and accounts.uid(text) is None:
        before, _, after = text.partition(b".")
        if before and accounts.uid(before) is not None and (accounts.gid(after) is not None or after.isdigit()):
            owner, colon, group = before, b":", after
            text = owner + b":" + group
    uid = gid = -1
    if owner:
        found = accounts.uid(owner)
        if found is None:
            if not owner.isdigit() or (colon and not group):
                return b"invalid spec" if colon and not group and owner.isdigit() else b"invalid user"
            found = int(owner)
            if found > 0xFFFFFFFE:
                return b"invalid user"
        uid = found
        if colon and not group:
            gid = accounts.login_group(uid) or 0
    if group:
        number = accounts.gid(group)
        if number is None:
            if not group.isdigit() or int(group) > 0xFFFFFFFE:
                return b"invalid group"
            number = int(group)
        gid = number
    return uid, gid, text


class OwnerChanger:
    """One run of chown or chgrp."""

    def __init__(self, con: Console, accounts: Accounts, uid: int, gid: int) -> None:
        self.con = con
        self.k = con.k
        self.accounts = accounts
        self.uid = uid
        self.gid = gid
        self.from_uid = self.from_gid = -1
        self.tells = ""
        self.quiet = False
        self.recursive = False
        self.follow = True  # change what a symlink leads to
        self.traverse = "P"
        self.owner_shown: bytes | None = None
        self.group_shown: bytes | None = None

    def take(self, asked: Asked) -> None:
        """Read the options that both commands have; ends the command if they contradict each other."""
        dereference: bool | None = None
        for name, _ in asked.given:
            if name == "verbose":
                self.tells = "all"
            elif name == "changes":
                self.tells = "changes"
            elif name in ("H", "L", "P"):
                self.traverse = name
            elif name == "dereference":
                dereference = True
            elif name == "no_dereference":
                dereference = False
        self.quiet, self.recursive = bool(asked.quiet), bool(asked.recursive)
        self.follow = dereference is not False
        if self.recursive:
            if self.traverse == "P":
                if dereference is True:
                    self.con.die(b"-R --dereference requires either -H or -L")
                self.follow = False
        else:
            self.traverse = "P"

    def complain(self, text: bytes, error: SysError | None = None) -> None:
        """Say what failed, unless -f."""
        self.con.status = 1
        if not self.quiet:
            self.con.complain(text, error)

    def change_all(self, name: bytes, preserve_root: bool) -> None:
        """Change one argument, with -R all below it."""
        con = self.con
        if self.recursive and preserve_root and is_root(self.k, name):
            refuse_root(con, name)
            return
        if not self.recursive:
            try:
                stat = self.k.stat(name, follow=self.follow)
            except SysError as error:
                what = b"cannot dereference " if self.follow and _is_link(self, name) else b"cannot access "
                self.complain(what + con.quoted(name), error)
                return
            self.change(Step(FILE, name, name, 0, stat, 0))
            return
        try:
            steps = walk(
                self.k, name, follow_root=self.traverse in "HL", follow_all=self.traverse == "L", want_stat=True
            )
            for step in steps:
                if step.phase == FILE or step.phase == LEAVE:
                    self.change(step)
                elif step.phase == DENIED:
                    self.complain(b"cannot read directory " + con.quoted(step.path), step.error)
                    self.change(step)
                elif step.phase == GONE:
                    self.complain(b"cannot access " + con.quoted(step.path), step.error)
                elif step.phase == LOOP:
                    self.complain(b"cycle in directory structure at " + con.quoted(step.path))
        except SysError as error:
            self.complain(b"cannot access " + con.quoted(name), error)

    def change(self, step: Step) -> None:
        """Change one file, if it belongs to whom --from names."""
        con, k = self.con, self.k
        stat = step.stat
        assert stat is not None
        link = stat.mode & S_IFMT == S_IFLNK
        if link and self.follow:
            try:
                stat = k.stat(step.at)
            except SysError as error:
                self.complain(b"cannot dereference " + con.quoted(step.path), error)
                return
        if self.from_uid not in (-1, stat.uid) or self.from_gid not in (-1, stat.gid):
            if self.tells == "all":
                self.tell(step, stat, False)
            return
        try:
            k.chown(step.at, self.uid, self.gid, follow=self.follow)
        except SysError as error:
            what = (
                b"changing ownership of " if self.uid != -1 or self.owner_shown is not None else b"changing group of "
            )
            self.complain(what + con.quoted(step.path), error)
            if self.tells == "all":
                self.report_failure(step, stat)
            return
        changed = self.uid not in (-1, stat.uid) or self.gid not in (-1, stat.gid)
        if self.tells == "all" or (self.tells == "changes" and changed):
            self.tell(step, stat, changed)

    def _names(self, uid: int, gid: int) -> bytes:
        """Return `owner:group` as reports show it: only what this run is about."""
        user = self.accounts.user(uid) or b"%d" % uid
        group = self.accounts.group(gid) or b"%d" % gid
        if self.owner_shown is not None and self.group_shown is not None:
            return user + b":" + group
        return user if self.owner_shown is not None else group

    def _wanted(self) -> bytes:
        if self.owner_shown is not None and self.group_shown is not None:
            return self.owner_shown + b":" + self.group_shown
        return self.owner_shown if self.owner_shown is not None else self.group_shown or b""

    def tell(self, step: Step, stat: Stat, changed: bool) -> None:
        """Report one file."""
        shown = self.con.quoted(step.path)
        what = b"ownership" if self.owner_shown is not None else b"group"
        if self.owner_shown is None and self.group_shown is None:
            self.con.out(b"ownership of " + shown + b" retained\n")
        elif changed:
            before = self._names(stat.uid, stat.gid)
            verb = b"changed " + what + b" of "
            self.con.out(verb + shown + b" from " + before + b" to " + self._wanted() + b"\n")
        else:
            self.con.out(what + b" of " + shown + b" retained as " + self._names(stat.uid, stat.gid) + b"\n")

    def report_failure(self, step: Step, stat: Stat) -> None:
        """Report a file that couldn't be changed."""
        what = b"ownership" if self.owner_shown is not None else b"group"
        before = self._names(stat.uid, stat.gid)
        shown = self.con.quoted(step.path)
        self.con.out(
            b"failed to change " + what + b" of " + shown + b" from " + before + b" to " + self._wanted() + b"\n"
        )


def _is_link(job: OwnerChanger, name: bytes) -> bool:
    try:
        return job.k.lstat(name).mode & S_IFMT == S_IFLNK
    except SysError:
        return False
