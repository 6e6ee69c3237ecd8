"""Calls on sockets. The protocol driver keeps the endpoint; blocking, descriptors and unix paths are done here.

A driver's method that can't go on raises ResourceUnavailable; unless the socket is non-blocking we sleep on the endpoint's
queue and call again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import errors
from ..abi import (
    AF_UNIX,
    MSG_DONTWAIT,
    MSG_NOSIGNAL,
    MSG_PEEK,
    O_NONBLOCK,
    O_RDWR,
    S_IFMT,
    S_IFSOCK,
    SIGPIPE,
    SOCK_CLOEXEC,
    SOCK_NONBLOCK,
)
from ..credentials import WRITE, may
from ..net.sockets import SocketFile
from ..process import post_signal
from ..vfs.openfile import Bytes
from .base import Call


class SocketCalls(Call):
    """socket ... setsockopt."""

    __slots__ = ()

    def _socket(self, fd: int) -> SocketFile:
        file = self._file(fd)
        if not isinstance(file, SocketFile):
            raise errors.NotASocket(None, f"descriptor {fd} is no socket")
        return file

    def socket(self, family: int, type: int, proto: int = 0) -> int:
        """Return a new socket. type may carry SOCK_NONBLOCK and SOCK_CLOEXEC.

        Raises AddressFamilyNotSupported (no driver: is the network configured?), SocketTypeNotSupported, ProtocolNotSupported.
        """
        self._enter()
        kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)
        endpoint = self._kernel.net.driver(family).open_socket(family, kind, proto)
        file = SocketFile(self._kernel, endpoint, family, kind, O_RDWR | type & SOCK_NONBLOCK)
        return self.fds.add(file, 0, bool(type & SOCK_CLOEXEC))

    def socketpair(self, family: int, type: int, proto: int = 0) -> tuple[int, int]:
        """Return two connected sockets."""
        self._enter()
        kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)
        kernel = self._kernel
        ends = kernel.net.driver(family).socketpair(family, kind, proto)
        flags, cloexec = O_RDWR | type & SOCK_NONBLOCK, bool(type & SOCK_CLOEXEC)
        first, second = (SocketFile(kernel, end, family, kind, flags) for end in ends)
        fd = self.fds.add(first, 0, cloexec)
        try:
            return fd, self.fds.add(second, 0, cloexec)
        except errors.TooManyOpenFiles:
            self.fds.close(fd).close()
            raise

    def bind(self, fd: int, address: Any) -> None:
        """Give a socket its local address; a unix path becomes a file of type socket. Raises AddressInUse, InvalidArgument."""
        self._enter()
        file = self._socket(fd)
        if file.family == AF_UNIX and address[:1] not in (b"", b"\0"):
            self._bind_path(file, address)
        else:
            file.endpoint.bind(address)

    def _bind_path(self, file: SocketFile, path: bytes) -> None:
        if len(path) > 107:
            raise errors.InvalidArgument(path, "a socket's path has at most 107 bytes")
        try:
            self.mknod(path, S_IFSOCK | 0o777)
        except errors.FileExists:
            raise errors.AddressInUse(path) from None
        inode = self.fs.at(path, False).inode
        try:
            file.endpoint.bind(path)
        except errors.SysError:
            self.unlink(path)
            raise
        self._kernel.net.bind_inode(inode, file.endpoint)

    def listen(self, fd: int, backlog: int = 128) -> None:
        """Let others connect. Raises NotSupported for datagram sockets."""
        self._enter()
        self._socket(fd).endpoint.listen(max(1, min(backlog, 4096)))

    def accept(self, fd: int) -> tuple[int, Any]:
        """Return (descriptor of the next connection, its peer's address)."""
        self._enter()
        file = self._socket(fd)
        endpoint, address = self._blocking(file, file.endpoint.accept, "readable", 0)
        return self.fds.add(SocketFile(self._kernel, endpoint, file.family, file.type, O_RDWR)), address

    def connect(self, fd: int, address: Any) -> None:
        """Connect to an address. Raises ConnectionRefused, AlreadyConnected, TimedOut, NetworkUnreachable, NoSuchFile (unix)."""
        self._enter()
        file = self._socket(fd)
        endpoint = file.endpoint
        target = self._resolve(file, address)
        self._blocking(file, lambda: endpoint.connect(target), "writable", 0)

    def _resolve(self, file: SocketFile, address: Any) -> Any:
        """Turn a unix path into the listener's endpoint, with the checks of a path."""
        if file.family != AF_UNIX or address[:1] in (b"", b"\0"):
            return address
        inode = self.fs.at(address).inode
        if inode.attr.mode & S_IFMT != S_IFSOCK:
            raise errors.ConnectionRefused(address, "it is no socket")
        if not may(self.fs.cred, inode.attr, WRITE):
            raise errors.AccessDenied(address)
        target = self._kernel.net.endpoint_of(inode)
        if target is None:
            raise errors.ConnectionRefused(address, "nobody listens there")
        return target

    def send(self, fd: int, data: Bytes, flags: int = 0) -> int:
        """Send on a connected socket and return how much was taken. Raises BrokenPipe (after SIGPIPE), NotConnected."""
        self._enter()
        return self._send(self._socket(fd), bytes(data), None, flags)

    def sendto(self, fd: int, data: Bytes, address: Any, flags: int = 0) -> int:
        """Send a datagram to an address. Raises MessageTooLong, ConnectionRefused."""
        self._enter()
        file = self._socket(fd)
        return self._send(file, bytes(data), self._resolve(file, address), flags)

    def _send(self, file: SocketFile, data: bytes, address: Any, flags: int) -> int:
        try:
            return file.send(data, address, flags & MSG_DONTWAIT != 0)
        except errors.BrokenPipe:
            if not flags & MSG_NOSIGNAL:
                post_signal(self.process, SIGPIPE)
                self.process.attend()
            raise

    def recv(self, fd: int, size: int, flags: int = 0) -> bytes:
        """Receive up to `size` bytes, or one datagram (cut to size); b"" when the peer has finished."""
        self._enter()
        return self._receive(fd, size, flags)[0]

    def recvfrom(self, fd: int, size: int, flags: int = 0) -> tuple[bytes, Any]:
        """Receive data and the sender's address."""
        self._enter()
        return self._receive(fd, size, flags)

    def _receive(self, fd: int, size: int, flags: int) -> tuple[bytes, Any]:
        file = self._socket(fd)
        endpoint = file.endpoint
        peek = flags & MSG_PEEK != 0
        received: tuple[bytes, Any] = self._blocking(file, lambda: endpoint.receive(size, peek), "readable", flags)
        return received

    def _blocking(self, file: SocketFile, call: Callable[[], Any], queue: str, flags: int) -> Any:
        while True:
            try:
                return call()
            except errors.ResourceUnavailable:
                if file.flags & O_NONBLOCK or flags & MSG_DONTWAIT:
                    raise
                getattr(file.endpoint, queue).wait()

    def shutdown(self, fd: int, how: int) -> None:
        """Close one direction or both. Raises NotConnected."""
        self._enter()
        self._socket(fd).endpoint.shutdown(how)

    def getsockname(self, fd: int) -> Any:
        """Return the local address."""
        self._enter()
        return self._socket(fd).endpoint.name()

    def getpeername(self, fd: int) -> Any:
        """Return the peer's address. Raises NotConnected."""
        self._enter()
        return self._socket(fd).endpoint.peer()

    def getsockopt(self, fd: int, level: int, option: int) -> Any:
        """Return an option's value. Raises NoProtocolOption."""
        self._enter()
        return self._socket(fd).get_option(level, option)

    def setsockopt(self, fd: int, level: int, option: int, value: Any) -> None:
        """Set an option. Raises NoProtocolOption."""
        self._enter()
        self._socket(fd).endpoint.set_option(level, option, value)
