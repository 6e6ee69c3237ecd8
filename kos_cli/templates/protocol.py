"""A protocol: a socket family whose sockets give every datagram back."""

from __future__ import annotations

GROUP = "kos.protocol"
PREFIX = "kos-net-"
SUMMARY = "The KOS protocol $name: sockets that give every datagram back to whoever sent it."
USE = """\
```toml
[network]
protocols = ["$name"]
```

The family's number is `FAMILY` in `$package.plugin`; take one that no other plugin of yours has.
"""
TABLE = {"src/$package/$module.py": "the protocol; knows nothing of plugins"}
FILES = {
    "src/$package/plugin.py": '''\
"""Announces the protocol `$name`."""

from collections.abc import Iterable

from kos_kernel.api import ProtocolDriver, hookimpl

FAMILY = 45  # the AF_ number of its sockets; Linux uses the numbers up to 45 (AF_MCTP)


@hookimpl
def kos_protocol_drivers() -> Iterable[ProtocolDriver]:
    """Announce `$name`."""
    yield ProtocolDriver(
        "$name",
        contract=1,
        make="$package.$module:$Class",
        options="$package.options:${Class}Options",
        summary="sockets that give every datagram back",
        families=(FAMILY,),
    )
''',
    "src/$package/options.py": '''\
"""What `kos.toml` may say about the protocol `$name`."""

from kos_kernel.api import DriverOptions
from pydantic import Field


class ${Class}Options(DriverOptions):
    """Options of `$name`. backlog: how many datagrams a socket holds before a sender waits."""

    backlog: int = Field(default=64, gt=0)
''',
    "src/$package/$module.py": '''\
"""A protocol of one idea: what a socket sends, the same socket receives.

An endpoint never waits by itself: it raises WouldBlock, the kernel puts the program to sleep on `readable` or
`writable`, and the endpoint wakes that queue when the condition may have become true.
"""

from collections import deque
from typing import Any

from kos_kernel.api import (
    POLLIN,
    POLLOUT,
    SOCK_DGRAM,
    AddressInUse,
    Endpoint,
    InvalidArgument,
    Protocol,
    SocketTypeNotSupported,
    WouldBlock,
)


class $Class(Protocol):
    """The protocol driver: makes endpoints and knows which names are taken."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._options = options
        self._ctx = ctx
        self.names: dict[Any, Echo] = {}

    def open_socket(self, family: int, type: int, proto: int) -> Endpoint:
        """Return a new datagram endpoint; SocketTypeNotSupported for anything else."""
        if type != SOCK_DGRAM:
            raise SocketTypeNotSupported(None, f"these sockets carry datagrams (SOCK_DGRAM), not type {type}")
        return Echo(self, self._ctx, self._options.backlog)

    def fork(self, ctx: Any) -> "$Class":
        """Return the protocol of a forked machine, without endpoints: live ones make fork refuse before this."""
        return $Class(self._options, ctx)


class Echo(Endpoint):
    """One socket: a queue of the datagrams that it sent itself."""

    def __init__(self, protocol: $Class, ctx: Any, backlog: int) -> None:
        self.readable = ctx.queue()
        self.writable = ctx.queue()
        self._protocol = protocol
        self._backlog = backlog
        self._waiting: deque[bytes] = deque()
        self._name: Any = b""

    def bind(self, address: Any) -> None:
        """Take a name. AddressInUse if another socket has it; InvalidArgument if this one has a name already."""
        if self._name:
            raise InvalidArgument(None, "this socket is bound already")
        if address in self._protocol.names:
            raise AddressInUse
        self._protocol.names[address] = self
        self._name = address

    def connect(self, address: Any) -> None:
        """Accept any peer: whatever is sent comes back anyway."""

    def send(self, data: bytes, address: Any) -> int:
        """Queue a datagram for this socket itself; WouldBlock while the queue is full."""
        if len(self._waiting) >= self._backlog:
            raise WouldBlock
        self._waiting.append(bytes(data))
        self.readable.wake_all()
        return len(data)

    def receive(self, size: int, peek: bool) -> tuple[bytes, Any]:
        """Return the oldest datagram, cut to `size`, and this socket's name; WouldBlock if there is none."""
        if not self._waiting:
            raise WouldBlock
        data = self._waiting[0] if peek else self._waiting.popleft()
        self.writable.wake_all()
        return data[:size], self._name

    def name(self) -> Any:
        """Return the local address; b"" before bind."""
        return self._name

    def poll(self) -> int:
        """Return what would not block."""
        return (POLLIN if self._waiting else 0) | (POLLOUT if len(self._waiting) < self._backlog else 0)

    def close(self) -> None:
        """Give the name back."""
        self._protocol.names.pop(self._name, None)
''',
    "tests/test_conformance.py": '''\
"""The contract of a protocol, clause by clause."""

from kos_kernel.testing import conformance

test_$module = conformance("kos.protocol", "$name")
''',
    "tests/test_in_a_machine.py": '''\
"""What the protocol does for a program."""

from kos_kernel import Machine
from kos_kernel.api import SOCK_DGRAM, Syscalls
from kos_kernel.testing import run_main

from $package.plugin import FAMILY


def test_a_datagram_comes_back_to_its_sender() -> None:
    def main(k: Syscalls, argv: list[bytes]) -> int:
        fd = k.socket(FAMILY, SOCK_DGRAM)
        k.send(fd, b"hello")
        k.write(1, k.recv(fd, 100))
        return 0

    with Machine({"network": {"protocols": ["$name"]}}) as machine:
        result = run_main(machine, main)
    assert (result.status, result.stdout, result.stderr) == (0, b"hello", b"")
''',
}
