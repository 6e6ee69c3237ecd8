"""`kos shell`: a machine to type into."""

from __future__ import annotations

from typing import Any


def shell(parsed: Any) -> int:
    """Boot a machine and open its shell, with history, completion, multi-line editing and job control."""
    from importlib.util import find_spec

    if find_spec("termios") is None:
        from kos_kernel.errors import KosError

        raise KosError("kos shell needs a POSIX terminal, which this host doesn't have\n  pipe scripts into `kos run`")
    from ..terminal.session import interact

    return interact(parsed)
