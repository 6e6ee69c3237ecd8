"""flock: run a command while holding a lock, or lock a descriptor that the shell has open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    LOCK_EX,
    LOCK_NB,
    LOCK_SH,
    LOCK_UN,
    O_CREAT,
    O_NOCTTY,
    O_RDONLY,
    SIGALRM,
    Command,
    Flag,
    Interrupted,
    IsADirectory,
    ResourceUnavailable,
    SysError,
    UsageError,
    Value,
    cause,
    complain,
)

from ..facts.intervals import seconds_ns
from .become import become, start, status_of_child

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_USAGE, _NO_INPUT, _OS_ERROR, _BAD_DATA, _UNAVAILABLE = 64, 66, 71, 65, 69  # of sysexits.h
FLOCK = Command(
    "flock",
    usage=[
        "[options] <file>|<directory> <command> [<argument>...]",
        "[options] <file>|<directory> -c <command>",
        "[options] <file descriptor number>",
    ],
    summary="Manage file locks from shell scripts.",
    options=[
        Flag("kind", "s", "shared", value=LOCK_SH, default=LOCK_EX, help="get a shared lock"),
        Flag("kind", "x", "e", "exclusive", value=LOCK_EX, default=LOCK_EX, help="get an exclusive lock (default)"),
        Flag("kind", "u", "unlock", value=LOCK_UN, default=LOCK_EX, help="remove a lock"),
        Flag("now", "n", "nb", "nonblock", "nonblocking", help="fail rather than wait"),
        Value("timeout", "w", "timeout", "wait", metavar="SECS", help="wait for a limited amount of time"),
        Value(
            "conflict",
            "E",
            "conflict-exit-code",
            metavar="NUMBER",
            default=b"1",
            help="exit code after conflict or timeout",
        ),
        Flag("close", "o", "close", help="close file descriptor before running command"),
        Flag("no_fork", "F", "no-fork", help="execute command without forking"),
        Flag("verbose", "verbose", help="increase verbosity"),
        Flag("version_", "V", hidden=True),
    ],
    status=_USAGE,
    permute=False,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Lock, run, and return the command's status; the conflict status if the lock can't be had."""
    opts, words = FLOCK.parse(argv)
    if not words:
        raise FLOCK.error(opts, "not enough arguments")
    limit_ns = None
    if opts.timeout is not None:
        limit_ns = seconds_ns(opts.timeout.removeprefix(b"-"))
        if limit_ns is None:
            complain(k, b"invalid timeout value: '%s'" % opts.timeout)
            return _USAGE
        if opts.timeout.startswith(b"-") and limit_ns:
            complain(k, b"cannot set up timer: Invalid argument")
            return _OS_ERROR
    if not opts.conflict.isdigit() or len(opts.conflict) > 9:
        complain(k, b"invalid exit code: '%s'" % opts.conflict)
        return _USAGE
    if int(opts.conflict) > 255:
        complain(k, b"exit code out of range (expected 0 to 255)")
        return _USAGE
    if opts.no_fork and opts.close:
        complain(k, b"the --no-fork and --close options are incompatible")
        return _USAGE
    if len(words) == 1:
        return _lock(k, opts, _descriptor(k, words[0]), limit_ns)
    command = words[1:]
    if command[0] in (b"-c", b"--command"):
        if len(command) != 2:
            complain(k, b"%s requires exactly one command argument" % command[0])
            return _USAGE
        command = [k.env.get(b"SHELL") or b"/bin/sh", b"-c", command[1]]
    fd = _opened(k, words[0])
    status = _lock(k, opts, fd, limit_ns)
    if status:
        return status
    return _run(k, opts, fd, command)


def _descriptor(k: Syscalls, word: bytes) -> int:
    if not word.isdigit() or len(word) > 9:
        raise UsageError(b"%s: bad file descriptor: '%s'\n" % (k.argv[0], word), _USAGE)
    return int(word)


def _opened(k: Syscalls, path: bytes) -> int:
    try:
        try:
            return k.open(path, O_RDONLY | O_CREAT | O_NOCTTY)
        except IsADirectory:
            return k.open(path, O_RDONLY | O_NOCTTY)
    except SysError as error:
        complain(k, b"cannot open lock file %s: %s" % (path, cause(error)))
        k.exit(_NO_INPUT if error.errno in (2, 13, 20, 40) else _OS_ERROR)


def _lock(k: Syscalls, opts: Any, fd: int, limit_ns: int | None) -> int:
    """Return 0 once the lock is held, else the status to end with."""
    conflict = int(opts.conflict)
    began = k.clock_ns(1)
    operation = opts.kind
    if opts.now or limit_ns == 0:
        operation |= LOCK_NB
    rung: list[int] = []
    if limit_ns and not opts.now:
        k.sigaction(SIGALRM, rung.append)
        k.alarm(limit_ns / 1e9)
    while True:
        try:
            k.flock(fd, operation)
            break
        except ResourceUnavailable:
            if opts.verbose:
                complain(k, b"failed to get lock")
            return conflict
        except Interrupted:
            if rung:
                if opts.verbose:
                    complain(k, b"timeout while waiting to get lock")
                return conflict
        except SysError as error:
            complain(k, b"%d: %s" % (fd, cause(error)))
            return _BAD_DATA
    k.alarm(0)
    if opts.verbose:
        spent = (k.clock_ns(1) - began) // 1000
        k.write(1, b"%s: getting lock took %d.%06d seconds\n" % (k.argv[0], spent // 10**6, spent % 10**6))
    return 0


def _run(k: Syscalls, opts: Any, fd: int, command: list[bytes]) -> int:
    if opts.verbose:
        k.write(1, b"%s: executing %s\n" % (k.argv[0], command[0]))
    if opts.no_fork:
        become(k, command)
        return _UNAVAILABLE
    if opts.close:
        k.set_cloexec(fd, True)
    try:
        pid = start(k, command)
    except SysError as error:
        complain(k, b"failed to execute %s: %s" % (command[0], cause(error)))
        return _UNAVAILABLE
    return status_of_child(k, pid)
