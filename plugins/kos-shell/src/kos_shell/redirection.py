"""Redirections: what a command's descriptors are to be, and making them so.

A command's redirections are worked out first, without touching any descriptor, into a Plan:

    cmd 2>&1 >out 3<&-      Plan.table = {2: 1, 1: 11, 3: None}      opened = [11]

and used then in the cheapest way that fits the command:

    plain builtin      writes to sh.stdout, sh.stderr, reads sh.stdin: these are set to the plan's numbers
    external command   the plan becomes part of the child's table of descriptors at spawn
    everything else    `install` moves the descriptors into place and `uninstall` puts the old ones back

A plan's numbers are those of before: {1: 2, 2: 1} swaps the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_APPEND,
    O_CLOEXEC,
    O_CREAT,
    O_EXCL,
    O_RDONLY,
    O_RDWR,
    O_TRUNC,
    O_WRONLY,
    S_IFMT,
    S_IFREG,
    BadDescriptor,
    FileExists,
    NoSuchFile,
    SysError,
)
from kos_shell.errors import Complaint, ExpansionFailure

if TYPE_CHECKING:
    from kos_shell.shell import Shell

SAVED_FROM = 10
"""The shell's own descriptors (saved ones, {var}>) are this or higher."""
PIPE_CAPACITY = 65536
OPEN_FLAGS = {
    "<": O_RDONLY | O_CLOEXEC,
    ">": O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
    ">|": O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
    ">>": O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
    "<>": O_RDWR | O_CREAT | O_CLOEXEC,
}

Step = Callable[["Shell", "Plan"], None]


class Plan:
    """table: descriptor -> the number it is to be a copy of, None = closed. opened: what to close once it is used.

    high: some target isn't 0, 1 or 2, so opened files are kept out of the way of script-chosen numbers.
    lasting: descriptors of {var}>file, which stay open after the command.
    """

    __slots__ = ("table", "opened", "high", "lasting")

    def __init__(self, high: bool) -> None:
        self.table: dict[int, int | None] = {}
        self.opened: list[int] = []
        self.high = high
        self.lasting: set[int] = set()


def file_complaint(name: str, error: SysError) -> Complaint:
    """Return "name: No such file or directory"."""
    return Complaint(f"{name}: {error.strerror}")


def open_file(sh: Shell, plan: Plan, name: str, op: str) -> int:
    """Open a redirection's file and note it in the plan; return the descriptor. Raises Complaint."""
    k = sh.k
    path = name.encode("utf-8", "surrogateescape")
    try:
        if op == ">" and "noclobber" in sh.options:
            fd = _open_new(k, path, name)
        else:
            fd = k.open(path, OPEN_FLAGS[op], 0o666)
    except SysError as error:
        raise file_complaint(name, error) from None
    return keep(sh, plan, fd)


def keep(sh: Shell, plan: Plan, fd: int) -> int:
    """Note an opened descriptor in the plan, moved out of the way of numbers that the script may mean."""
    if plan.high or fd <= 2:
        moved = sh.k.dup(fd, SAVED_FROM, cloexec=True)
        sh.k.close(fd)
        fd = moved
    plan.opened.append(fd)
    return fd


def _open_new(k: object, path: bytes, name: str) -> int:
    """set -C: > doesn't overwrite a regular file; devices and pipes are fine."""
    try:
        return k.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)  # type: ignore[attr-defined, no-any-return]
    except FileExists:
        try:
            if k.stat(path).mode & S_IFMT == S_IFREG:  # type: ignore[attr-defined]
                raise Complaint(f"{name}: cannot overwrite existing file") from None
        except NoSuchFile:  # a dangling symlink
            raise Complaint(f"{name}: cannot overwrite existing file") from None
        return k.open(path, O_WRONLY | O_CLOEXEC, 0o666)  # type: ignore[attr-defined, no-any-return]


def here_text(sh: Shell, plan: Plan, text: str) -> int:
    """Return a descriptor from which `text` can be read: a pipe if it fits into one, else an unlinked file."""
    k = sh.k
    data = text.encode("utf-8", "surrogateescape")
    if len(data) <= PIPE_CAPACITY:
        reader, writer = k.pipe(cloexec=True)
        try:
            k.write(writer, data)
        finally:
            k.close(writer)
        return keep(sh, plan, reader)
    path = b"/tmp/sh-here.%d.%s" % (k.getpid(), k.getrandom(6).hex().encode())
    try:
        writer = k.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try:
            reader = k.open(path, O_RDONLY | O_CLOEXEC)
            k.unlink(path)
            k.write(writer, data)
        finally:
            k.close(writer)
    except SysError as error:
        raise Complaint(f"cannot create temp file for here-document: {error.strerror}") from None
    return keep(sh, plan, reader)


def duplicate(sh: Shell, plan: Plan, fd: int, source: int, shown: str) -> None:
    """fd>&source: note it, or complain that the source isn't open."""
    found: int | None
    if source in plan.table:
        found = plan.table[source]
    else:
        found = source
        try:
            sh.k.get_cloexec(source)
        except BadDescriptor:
            found = None
    if found is None:
        raise Complaint(f"{shown}: Bad file descriptor")
    plan.table[fd] = found


def make_plan(sh: Shell, steps: list[Step], high: bool) -> Plan:
    """Run the steps of a command's redirections. On failure nothing stays open; raises a Complaint that is told already."""
    plan = Plan(high)
    if sh.open_fds is None:
        inheritable(sh)
    try:
        for step in steps:
            step(sh, plan)
    except ExpansionFailure:
        release(sh, plan)
        raise
    except Complaint as complaint:
        from kos_shell.subshells import message_with_plan

        message_with_plan(sh, plan, str(complaint))  # `2>&1 >&9`: the message goes where 2 goes by now
        release(sh, plan)
        raise Complaint("", complaint.status) from None
    except BaseException:
        release(sh, plan)
        raise
    return plan


def release(sh: Shell, plan: Plan) -> None:
    """Close what the plan opened."""
    for fd in plan.opened:
        try:
            sh.k.close(fd)
        except SysError:
            pass
    plan.opened = []


# ------------------------------------------------------------------------------------------------ moving into place
def install(sh: Shell, plan: Plan, *, undo: bool) -> list[tuple[int, int]]:
    """Make the process's descriptors what the plan says; return what `uninstall` needs: (fd, saved copy or -1).

    Without `undo` nothing is kept (exec, and children).
    """
    k = sh.k
    table = plan.table
    saved: dict[int, int] = {}
    sources = {source for source in table.values() if source is not None}
    for fd in table:
        if (undo and fd not in plan.lasting) or fd in sources:
            try:
                saved[fd] = k.dup(fd, SAVED_FROM, cloexec=True)
            except BadDescriptor:
                saved[fd] = -1
    opened = sh.open_fds
    for fd, source in table.items():
        if source is None:
            _close(k, fd)
        else:
            k.dup2(saved[source] if source in table else source, fd)
            if source == fd:
                k.set_cloexec(fd, False)
    if opened is not None:
        closed = {fd for fd, source in table.items() if source is None}
        sh.open_fds = opened.union(table).difference(closed)
    for fd in plan.opened:
        if fd not in table:
            _close(k, fd)
    plan.opened = []
    if undo and not plan.lasting:
        return list(saved.items())
    back = []
    for fd, copy in saved.items():
        if undo and fd not in plan.lasting:
            back.append((fd, copy))
        elif copy >= 0:
            _close(k, copy)
    return back


def uninstall(sh: Shell, saved: list[tuple[int, int]]) -> None:
    """Put back what `install` displaced."""
    k = sh.k
    for fd, copy in saved:
        if copy < 0:
            _close(k, fd)
        else:
            k.dup2(copy, fd)
            _close(k, copy)
    if sh.open_fds is not None and saved:
        gone = {fd for fd, copy in saved if copy < 0}
        sh.open_fds = sh.open_fds.union([fd for fd, copy in saved if copy >= 0]).difference(gone)


def _close(k: object, fd: int) -> None:
    try:
        k.close(fd)  # type: ignore[attr-defined]
    except SysError:
        pass


# ------------------------------------------------------------------------------------------------ what children get
def inheritable(sh: Shell) -> frozenset[int]:
    """Return the descriptors that a command gets. Found once by asking, then kept up to date by `install`."""
    known = sh.open_fds
    if known is None:
        known = sh.open_fds = frozenset(sh.k.kept_fds())
    return known


def child_table(sh: Shell, changes: Mapping[int, int | bytes | None]) -> dict[int, int | bytes]:
    """Return the whole table of descriptors for a child: what it inherits, with `changes` laid over (bytes: a pipe of these)."""
    known, base = sh.child_fds
    if known is not sh.open_fds or known is None:
        known = inheritable(sh)
        base = {fd: fd for fd in known}
        sh.child_fds = known, base
    table = base.copy()
    for fd, source in changes.items():
        if source is None:
            table.pop(fd, None)
        else:
            table[fd] = source
    return table
