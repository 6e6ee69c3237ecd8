"""Starting a process while the machine is full: bash tries again for a while before it gives up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import Interrupted, ResourceUnavailable
from kos_shell.errors import Discard, ShellExit

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_SECOND_NS = 1_000_000_000
_PAUSES_S = (1, 2, 4, 8)  # bash's
STATUS = 254  # of a command, or a script, that gave up


def start_when_possible(sh: Shell, start: Callable[[], int]) -> int:
    """Return what `start` returns: the pid of the process that it starts.

    While it fails with ResourceUnavailable the children that have ended are collected and it's called again after 1, 2, 4
    and 8 seconds, and standard error hears of each. Then ShellExit is raised, or Discard in an interactive shell, with 254.
    """
    for pause_s in _PAUSES_S:
        try:
            return start()
        except ResourceUnavailable as error:
            sh.collect()
            sh.write_error(f"{sh.name0}: fork: retry: {error.strerror}\n")
        left_ns = pause_s * _SECOND_NS
        while left_ns:
            try:
                sh.k.sleep_ns(left_ns)
                break
            except Interrupted as interrupted:  # by the end of a child, most likely
                left_ns = interrupted.remaining_ns  # type: ignore[attr-defined]
            try:
                return start()
            except ResourceUnavailable:
                pass
    try:
        return start()
    except ResourceUnavailable as error:
        sh.write_error(f"{sh.name0}: fork: {error.strerror}\n")
    sh.status = STATUS
    raise (Discard(STATUS) if sh.interactive else ShellExit(STATUS)) from None
