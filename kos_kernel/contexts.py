"""The contexts that drivers get, over a kernel. Small, since every fork makes some: what isn't asked for isn't made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import errors
from .contracts.context import Caller, Context, DeviceContext, NetContext
from .fibers import WaitQueue

if TYPE_CHECKING:
    from .clock import AnyClock
    from .entropy import Entropy
    from .kernel import Kernel


class _OverKernel:
    """What all three have. name: of the driver, for its own stream of randomness.

    The contract's clock, entropy and view are plain attributes; here they are made when they are asked for. No driver assigns
    them, so mypy's objection to properties in their place is silenced at each of the three.
    """

    __slots__ = ("_entropy", "_kernel", "_name", "host")

    def __init__(self, kernel: Kernel, name: str) -> None:
        self._kernel = kernel
        self._name = name
        self._entropy: Entropy | None = None
        self.host: Any = None

    @property
    def clock(self) -> AnyClock:
        """Return the machine's clock."""
        return self._kernel.clock

    @property
    def entropy(self) -> Entropy:
        """Return the driver's own stream of the machine's randomness."""
        if self._entropy is None:
            self._entropy = self._kernel.entropy.child(self._name)
        return self._entropy

    @property
    def disk(self) -> Any:
        """Return the account of all filesystems in memory."""
        return self._kernel.disk

    @property
    def view(self) -> Any:
        """Return the read-only look at the kernel."""
        return self._kernel.view

    def log(self, level: int, text: str) -> None:
        """Write a line to the kernel log."""
        kernel = self._kernel
        kernel.events.note(kernel.clock.now_ns(), level, text)

    def after(self, delay_ns: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back later; the returned function cancels."""
        kernel = self._kernel
        return kernel.dispatcher.at(kernel.clock.now_ns() + delay_ns, callback).cancel

    def queue(self) -> WaitQueue:
        """Return a new wait queue."""
        return WaitQueue(self._kernel.dispatcher)


class KernelContext(_OverKernel, Context):  # type: ignore[misc, override]  # read-only, see above
    """For filesystems, schedulers, binary formats, observers."""

    __slots__ = ()


class KernelDeviceContext(_OverKernel, DeviceContext):  # type: ignore[misc, override]  # read-only, see above
    """For devices."""

    __slots__ = ()

    def caller(self) -> Caller:
        """Return who is calling."""
        return self._kernel.caller()

    def signal_group(self, pgid: int, signum: int) -> bool:
        """Send a signal to a group."""
        return self._kernel.signal_group(pgid, signum)

    def register(self, name: str, device: Any, mode: int) -> None:
        """Plug one more device in."""
        self._kernel.devices.add(name, device, None, mode)

    def unregister(self, name: str) -> None:
        """Unplug one."""
        self._kernel.devices.remove(name)


class KernelNetContext(_OverKernel, NetContext):  # type: ignore[misc, override]  # read-only, see above
    """For protocols."""

    __slots__ = ()

    def send(self, packet: bytes, interface: str) -> None:
        """Hand a packet to an interface. This switchboard has none that carry packets."""
        raise errors.NetworkDown(None, f"there is no interface {interface}")
