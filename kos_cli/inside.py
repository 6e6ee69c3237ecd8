"""A function of the host as a process of a machine: for what kos itself does in there (containers, benchmarks)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kos_kernel import Machine

NO_STREAMS: Mapping[str, Any] = {"stdin": b"", "stdout": None, "stderr": None, "env": None, "cwd": None, "user": None}


def spawn_function(
    machine: Machine, main: Callable[[Any], int], *, name: bytes = b"kos", streams: Mapping[str, Any] = NO_STREAMS
) -> Any:
    """Start `main(k) -> status` as a process of the machine; return a handle like `Machine.spawn`'s.

    name: for ps. streams: the keywords of `Machine.spawn`. Raises OSError for a `cwd` that isn't there.
    """
    from kos_kernel.errors import SysError
    from kos_kernel.launch import find_user, new_process
    from kos_kernel.machine import Running

    kernel = machine._open()
    running = Running(machine, kernel, streams["stdin"], streams["stdout"], streams["stderr"])
    user = find_user(kernel, streams["user"])
    try:
        process = new_process(kernel, running.files(), user=user, env=streams["env"], cwd=streams["cwd"])
    except SysError as error:
        running.discard()
        raise error.to_host() from None
    running.begin(process)
    process.comm = name
    process.argv = [name]
    process.begin(lambda k, argv: main(k), ([name],))
    return running
