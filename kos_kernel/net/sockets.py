"""A socket as an open file: read and write are receive and send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from ..abi import AF_UNIX, O_NONBLOCK, S_IFSOCK, SO_TYPE, SOCK_STREAM, SOL_SOCKET
from ..contracts.fs import Attributes
from ..contracts.protocol import Endpoint
from ..vfs.openfile import Bytes, OpenFile

if TYPE_CHECKING:
    from ..kernel import Kernel


class SocketFile(OpenFile):
    """An endpoint behind descriptors."""

    __slots__ = ("attr", "endpoint", "family", "kernel", "number", "type")

    kind = "socket"

    def __init__(self, kernel: Kernel, endpoint: Endpoint, family: int, type: int, flags: int) -> None:
        super().__init__(None, flags)
        self.kernel = kernel
        self.endpoint = endpoint
        self.family = family
        self.type = type
        self.number = kernel.next_anon()
        self.attr = Attributes(S_IFSOCK | 0o777)

    def read(self, size: int) -> bytes:
        while True:
            try:
                return self.endpoint.receive(size, False)[0]
            except errors.ResourceUnavailable:
                if self.flags & O_NONBLOCK:
                    raise
                self.endpoint.readable.wait()

    def write(self, data: Bytes) -> int:
        try:
            return self.send(bytes(data), None, False)
        except errors.BrokenPipe:
            self.kernel.broken_pipe()
            raise

    def send(self, data: bytes, address: Any, nonblocking: bool) -> int:
        """Send: all of it on a stream, unless it must not block."""
        done = 0
        while True:
            try:
                done += self.endpoint.send(data[done:] if done else data, address)
            except errors.ResourceUnavailable:
                if self.flags & O_NONBLOCK or nonblocking:
                    if done:
                        return done
                    raise
                self.endpoint.writable.wait()
                continue
            if self.type != SOCK_STREAM or done >= len(data):
                return done

    def poll(self) -> int:
        return self.endpoint.poll()

    def wait_queues(self, events: int) -> tuple[Any, ...]:
        return (self.endpoint.readable, self.endpoint.writable)

    def get_option(self, level: int, option: int) -> Any:
        """Return an option; what the kernel itself knows needs no driver."""
        if level == SOL_SOCKET and option == SO_TYPE:
            return self.type
        return self.endpoint.get_option(level, option)

    def released(self) -> None:
        self.endpoint.close()
        if self.family == AF_UNIX:
            self.kernel.net.forget(self.endpoint)

    def attributes(self) -> Any:
        return self.attr

    def describe(self) -> bytes:
        return b"socket:[%d]" % self.number
