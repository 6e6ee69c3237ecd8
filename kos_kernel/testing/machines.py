"""Running Python functions as processes of a machine: how programs and system calls are tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..launch import find_user, new_process
from ..machine import Machine, Result, Running


def run_main(
    machine: Machine,
    main: Callable[..., int | None],
    argv: Sequence[bytes] = (b"test",),
    *,
    stdin: Any = b"",
    user: str | None = None,
    timeout: float | None = None,
) -> Result:
    """Return what `main(k, argv)` left, run as a process of the machine: its output, errors and status.

    An AssertionError inside the program is raised here too, so that a test may assert on both sides.
    """
    kernel = machine._open()
    running = Running(machine, kernel, stdin, None, None)
    process = new_process(kernel, running.files(), user=find_user(kernel, user))
    process.comm = argv[0]
    process.argv = list(argv)
    running.begin(process)
    raised: list[AssertionError] = []

    def guarded(k: Any, words: list[bytes]) -> int | None:
        try:
            return main(k, words)
        except AssertionError as error:
            raised.append(error)
            return 99

    process.begin(guarded, (list(argv),))
    result = running.wait(timeout)
    if raised:
        raise raised[0]
    return result
