"""What programs that run a command end with: exec, or the complaint of util-linux and a shell's status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    WEXITSTATUS,
    WIFSIGNALED,
    WTERMSIG,
    SysError,
    cause,
    complain,
    exec_command,
    exec_status,
    run_command,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


def become(k: Syscalls, words: list[bytes]) -> int:
    """Become a command. Returns only if that fails, with the status to end with: 127 if there is none, else 126."""
    failure = exec_command(k, words)
    complain(k, b"failed to execute %s: %s" % (words[0], cause(failure)))
    return exec_status(failure)


def start(k: Syscalls, words: list[bytes]) -> int:
    """Start a command found along PATH, with our descriptors, and return its pid. Raises SysError."""
    return run_command(k, words, lambda path, argv: k.spawn(path, argv, dict(k.env)))


def status_of_child(k: Syscalls, pid: int) -> int:
    """Wait for a child and return its status as a shell tells it: 128 + n after signal n."""
    while True:
        try:
            ended = k.wait(pid)
        except SysError as error:
            if error.errno == 4:  # a signal's handler ran
                continue
            raise
        assert ended is not None
        return 128 + WTERMSIG(ended[1]) if WIFSIGNALED(ended[1]) else WEXITSTATUS(ended[1])


def shell_of(k: Syscalls) -> bytes:
    """Return the user's shell."""
    return k.env.get(b"SHELL") or b"/bin/sh"
