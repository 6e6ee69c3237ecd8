"""Announces `loopback` (127.0.0.0/8 inside the machine) and `unix` (sockets by path or abstract name)."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import AF_INET, AF_UNIX, ProtocolDriver, hookimpl


@hookimpl
def kos_protocol_drivers() -> Iterable[ProtocolDriver]:
    """Announce `loopback` and `unix`."""
    yield ProtocolDriver(
        "loopback",
        contract=1,
        make="kos_net_loopback.loopback:Loopback",
        summary="streams and datagrams over 127.0.0.0/8, inside the machine alone",
        families=(AF_INET,),
    )
    yield ProtocolDriver(
        "unix",
        contract=1,
        make="kos_net_loopback.unix:Unix",
        summary="unix sockets: streams and datagrams, by path, abstract name or in pairs",
        families=(AF_UNIX,),
    )
