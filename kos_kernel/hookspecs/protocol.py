"""Announcing network protocols and socket families: entry-point group `kos.protocol`."""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts.records import ProtocolDriver
from .markers import hookspec


@hookspec
def kos_protocol_drivers() -> Iterable[ProtocolDriver]:  # type: ignore[empty-body]  # pluggy collects what plugins return
    """Return a record for each driver of this module; nothing of theirs is imported for it.

    `[network] protocols` names them; each is loaded when the first socket of its families is made. The names
    must be those of the distribution's entries in `kos.protocol`. For example:

        @hookimpl
        def kos_protocol_drivers() -> Iterable[ProtocolDriver]:
            yield ProtocolDriver("unix", contract=1, make="kos_net_loopback.unix:UnixProtocol", families=(1,))
    """
