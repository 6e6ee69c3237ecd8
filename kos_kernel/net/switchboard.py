"""Which protocol driver serves which address family. Drivers are made when a machine's first socket asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import errors
from ..contracts.fs import Inode
from ..contracts.protocol import Endpoint, Protocol

if TYPE_CHECKING:
    from ..kernel import Kernel


class Switchboard:
    """families: AF_* -> the name of its driver."""

    __slots__ = ("_kernel", "_paths", "drivers", "families")

    def __init__(self, families: dict[int, str], kernel: Kernel) -> None:
        self.families = families
        self._kernel = kernel
        self.drivers: dict[str, Protocol] = {}
        self._paths: dict[Inode, Endpoint] = {}

    def driver(self, family: int) -> Protocol:
        """Return the driver of a family; AddressFamilyNotSupported if the machine has none."""
        name = self.families.get(family)
        if name is None:
            raise errors.AddressFamilyNotSupported(
                None, f"no protocol of this machine makes sockets of family {family}"
            )
        driver = self.drivers.get(name)
        if driver is None:
            driver = self.drivers[name] = self._kernel.platform.protocol(self._kernel, name)
        return driver

    def bind_inode(self, inode: Inode, endpoint: Endpoint) -> None:
        """Remember which endpoint a unix socket's file leads to."""
        self._paths[inode] = endpoint

    def endpoint_of(self, inode: Inode) -> Endpoint | None:
        """Return the endpoint behind a unix socket's file, or None if it was closed."""
        return self._paths.get(inode)

    def forget(self, endpoint: Endpoint) -> None:
        """An endpoint was closed: its file leads nowhere any more."""
        for inode, known in list(self._paths.items()):
            if known is endpoint:
                del self._paths[inode]
