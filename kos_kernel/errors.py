"""What can go wrong, in two trees.

    OSError                                  Exception
      SysError      a system call failed       KosError        the host's side: configuration, plugins, the API
        NoSuchFile        ENOENT                 ConfigError       kos.toml or --set says something wrong
        AccessDenied      EACCES                 PluginError       a driver is missing, broken, claimed twice
        FileExists        EEXIST                 ForkBusy          a machine can't be forked now
        ...one class for each errno              MachineClosed     ...used after close()
                                                 WrongThread       ...used from a thread that doesn't own it
                                                 KernelBug         an invariant broke: our mistake, never the guest's

A SysError carries Linux's number and text on every host (`errno`, `strerror`), the guest's path as bytes (`filename`) and,
where the errno alone leaves the reader guessing, a sentence (`why`). Programs turn it into the message a Linux user expects.
It is deliberately no FileNotFoundError: the host-side API converts with `to_host()`, so that a guest's error is never
mistaken for one of the host's.
"""

from __future__ import annotations

import errno as _host_errno


class SysError(OSError):
    """A system call's failure: Linux's errno and text, the guest's path, and why.

    path: the guest path it is about, bytes, or None.  why: a sentence that names the cause, or None.
    """

    ERRNO: int = 0
    TEXT: str = ""
    NAME: str = ""

    def __init__(self, path: bytes | None = None, why: str | None = None) -> None:
        self.errno = self.ERRNO
        self.strerror = self.TEXT
        self.filename = path
        self.why = why

    def __str__(self) -> str:
        shown = "" if self.filename is None else f": {_show(self.filename)}"
        return f"{self.NAME}{shown}: {self.why or self.TEXT}"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.filename, self.why)

    def to_host(self) -> OSError:
        """Return Python's own error of the same meaning (FileNotFoundError for ENOENT), for the host-side API."""
        number = getattr(_host_errno, self.NAME, self.errno)
        name = None if self.filename is None else self.filename.decode("utf-8", "surrogateescape")
        return OSError(number, self.why or self.TEXT, name)


def _show(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace") if isinstance(path, bytes) else str(path)


class NotPermitted(SysError):
    """EPERM: Operation not permitted."""

    ERRNO, NAME, TEXT = 1, "EPERM", "Operation not permitted"


class NoSuchFile(SysError):
    """ENOENT: No such file or directory."""

    ERRNO, NAME, TEXT = 2, "ENOENT", "No such file or directory"


class NoSuchProcess(SysError):
    """ESRCH: No such process."""

    ERRNO, NAME, TEXT = 3, "ESRCH", "No such process"


class Interrupted(SysError):
    """EINTR: Interrupted system call. data: what read_until had taken when the signal came."""

    data = b""

    ERRNO, NAME, TEXT = 4, "EINTR", "Interrupted system call"


class InputOutputError(SysError):
    """EIO: Input/output error."""

    ERRNO, NAME, TEXT = 5, "EIO", "Input/output error"


class NoSuchDeviceOrAddress(SysError):
    """ENXIO: No such device or address."""

    ERRNO, NAME, TEXT = 6, "ENXIO", "No such device or address"


class ArgumentListTooLong(SysError):
    """E2BIG: Argument list too long."""

    ERRNO, NAME, TEXT = 7, "E2BIG", "Argument list too long"


class NoExec(SysError):
    """ENOEXEC: Exec format error."""

    ERRNO, NAME, TEXT = 8, "ENOEXEC", "Exec format error"


class BadDescriptor(SysError):
    """EBADF: Bad file descriptor."""

    ERRNO, NAME, TEXT = 9, "EBADF", "Bad file descriptor"


class NoChild(SysError):
    """ECHILD: No child processes."""

    ERRNO, NAME, TEXT = 10, "ECHILD", "No child processes"


class ResourceUnavailable(SysError):
    """EAGAIN: Resource temporarily unavailable."""

    ERRNO, NAME, TEXT = 11, "EAGAIN", "Resource temporarily unavailable"


class OutOfMemory(SysError):
    """ENOMEM: Cannot allocate memory."""

    ERRNO, NAME, TEXT = 12, "ENOMEM", "Cannot allocate memory"


class AccessDenied(SysError):
    """EACCES: Permission denied."""

    ERRNO, NAME, TEXT = 13, "EACCES", "Permission denied"


class BadAddress(SysError):
    """EFAULT: Bad address."""

    ERRNO, NAME, TEXT = 14, "EFAULT", "Bad address"


class NotBlockDevice(SysError):
    """ENOTBLK: Block device required."""

    ERRNO, NAME, TEXT = 15, "ENOTBLK", "Block device required"


class Busy(SysError):
    """EBUSY: Device or resource busy."""

    ERRNO, NAME, TEXT = 16, "EBUSY", "Device or resource busy"


class FileExists(SysError):
    """EEXIST: File exists."""

    ERRNO, NAME, TEXT = 17, "EEXIST", "File exists"


class CrossDevice(SysError):
    """EXDEV: Invalid cross-device link."""

    ERRNO, NAME, TEXT = 18, "EXDEV", "Invalid cross-device link"


class NoSuchDevice(SysError):
    """ENODEV: No such device."""

    ERRNO, NAME, TEXT = 19, "ENODEV", "No such device"


class NotADirectory(SysError):
    """ENOTDIR: Not a directory."""

    ERRNO, NAME, TEXT = 20, "ENOTDIR", "Not a directory"


class IsADirectory(SysError):
    """EISDIR: Is a directory."""

    ERRNO, NAME, TEXT = 21, "EISDIR", "Is a directory"


class InvalidArgument(SysError):
    """EINVAL: Invalid argument."""

    ERRNO, NAME, TEXT = 22, "EINVAL", "Invalid argument"


class TooManyFilesInSystem(SysError):
    """ENFILE: Too many open files in system."""

    ERRNO, NAME, TEXT = 23, "ENFILE", "Too many open files in system"


class TooManyOpenFiles(SysError):
    """EMFILE: Too many open files."""

    ERRNO, NAME, TEXT = 24, "EMFILE", "Too many open files"


class NotATerminal(SysError):
    """ENOTTY: Inappropriate ioctl for device."""

    ERRNO, NAME, TEXT = 25, "ENOTTY", "Inappropriate ioctl for device"


class TextFileBusy(SysError):
    """ETXTBSY: Text file busy."""

    ERRNO, NAME, TEXT = 26, "ETXTBSY", "Text file busy"


class FileTooLarge(SysError):
    """EFBIG: File too large."""

    ERRNO, NAME, TEXT = 27, "EFBIG", "File too large"


class NoSpace(SysError):
    """ENOSPC: No space left on device."""

    ERRNO, NAME, TEXT = 28, "ENOSPC", "No space left on device"


class IllegalSeek(SysError):
    """ESPIPE: Illegal seek."""

    ERRNO, NAME, TEXT = 29, "ESPIPE", "Illegal seek"


class ReadOnlyFilesystem(SysError):
    """EROFS: Read-only file system."""

    ERRNO, NAME, TEXT = 30, "EROFS", "Read-only file system"


class TooManyLinks(SysError):
    """EMLINK: Too many links."""

    ERRNO, NAME, TEXT = 31, "EMLINK", "Too many links"


class BrokenPipe(SysError):
    """EPIPE: Broken pipe."""

    ERRNO, NAME, TEXT = 32, "EPIPE", "Broken pipe"


class OutOfDomain(SysError):
    """EDOM: Numerical argument out of domain."""

    ERRNO, NAME, TEXT = 33, "EDOM", "Numerical argument out of domain"


class OutOfRange(SysError):
    """ERANGE: Numerical result out of range."""

    ERRNO, NAME, TEXT = 34, "ERANGE", "Numerical result out of range"


class Deadlock(SysError):
    """EDEADLK: Resource deadlock avoided."""

    ERRNO, NAME, TEXT = 35, "EDEADLK", "Resource deadlock avoided"


class NameTooLong(SysError):
    """ENAMETOOLONG: File name too long."""

    ERRNO, NAME, TEXT = 36, "ENAMETOOLONG", "File name too long"


class NoLocks(SysError):
    """ENOLCK: No locks available."""

    ERRNO, NAME, TEXT = 37, "ENOLCK", "No locks available"


class NoSuchSyscall(SysError):
    """ENOSYS: Function not implemented."""

    ERRNO, NAME, TEXT = 38, "ENOSYS", "Function not implemented"


class DirectoryNotEmpty(SysError):
    """ENOTEMPTY: Directory not empty."""

    ERRNO, NAME, TEXT = 39, "ENOTEMPTY", "Directory not empty"


class TooManySymlinks(SysError):
    """ELOOP: Too many levels of symbolic links."""

    ERRNO, NAME, TEXT = 40, "ELOOP", "Too many levels of symbolic links"


class NoData(SysError):
    """ENODATA: No data available."""

    ERRNO, NAME, TEXT = 61, "ENODATA", "No data available"


class TimerExpired(SysError):
    """ETIME: Timer expired."""

    ERRNO, NAME, TEXT = 62, "ETIME", "Timer expired"


class ProtocolError(SysError):
    """EPROTO: Protocol error."""

    ERRNO, NAME, TEXT = 71, "EPROTO", "Protocol error"


class BadMessage(SysError):
    """EBADMSG: Bad message."""

    ERRNO, NAME, TEXT = 74, "EBADMSG", "Bad message"


class ValueOverflow(SysError):
    """EOVERFLOW: Value too large for defined data type."""

    ERRNO, NAME, TEXT = 75, "EOVERFLOW", "Value too large for defined data type"


class BrokenProgram(SysError):
    """ELIBBAD: Accessing a corrupted shared library: a program is announced, and its plugin's code can't be loaded."""

    ERRNO, NAME, TEXT = 80, "ELIBBAD", "Accessing a corrupted shared library"


class NotASocket(SysError):
    """ENOTSOCK: Socket operation on non-socket."""

    ERRNO, NAME, TEXT = 88, "ENOTSOCK", "Socket operation on non-socket"


class DestinationRequired(SysError):
    """EDESTADDRREQ: Destination address required."""

    ERRNO, NAME, TEXT = 89, "EDESTADDRREQ", "Destination address required"


class MessageTooLong(SysError):
    """EMSGSIZE: Message too long."""

    ERRNO, NAME, TEXT = 90, "EMSGSIZE", "Message too long"


class WrongProtocolType(SysError):
    """EPROTOTYPE: Protocol wrong type for socket."""

    ERRNO, NAME, TEXT = 91, "EPROTOTYPE", "Protocol wrong type for socket"


class NoProtocolOption(SysError):
    """ENOPROTOOPT: Protocol not available."""

    ERRNO, NAME, TEXT = 92, "ENOPROTOOPT", "Protocol not available"


class ProtocolNotSupported(SysError):
    """EPROTONOSUPPORT: Protocol not supported."""

    ERRNO, NAME, TEXT = 93, "EPROTONOSUPPORT", "Protocol not supported"


class SocketTypeNotSupported(SysError):
    """ESOCKTNOSUPPORT: Socket type not supported."""

    ERRNO, NAME, TEXT = 94, "ESOCKTNOSUPPORT", "Socket type not supported"


class NotSupported(SysError):
    """EOPNOTSUPP: Operation not supported."""

    ERRNO, NAME, TEXT = 95, "EOPNOTSUPP", "Operation not supported"


class AddressFamilyNotSupported(SysError):
    """EAFNOSUPPORT: Address family not supported by protocol."""

    ERRNO, NAME, TEXT = 97, "EAFNOSUPPORT", "Address family not supported by protocol"


class AddressInUse(SysError):
    """EADDRINUSE: Address already in use."""

    ERRNO, NAME, TEXT = 98, "EADDRINUSE", "Address already in use"


class AddressNotAvailable(SysError):
    """EADDRNOTAVAIL: Cannot assign requested address."""

    ERRNO, NAME, TEXT = 99, "EADDRNOTAVAIL", "Cannot assign requested address"


class NetworkDown(SysError):
    """ENETDOWN: Network is down."""

    ERRNO, NAME, TEXT = 100, "ENETDOWN", "Network is down"


class NetworkUnreachable(SysError):
    """ENETUNREACH: Network is unreachable."""

    ERRNO, NAME, TEXT = 101, "ENETUNREACH", "Network is unreachable"


class ConnectionAborted(SysError):
    """ECONNABORTED: Software caused connection abort."""

    ERRNO, NAME, TEXT = 103, "ECONNABORTED", "Software caused connection abort"


class ConnectionReset(SysError):
    """ECONNRESET: Connection reset by peer."""

    ERRNO, NAME, TEXT = 104, "ECONNRESET", "Connection reset by peer"


class NoBufferSpace(SysError):
    """ENOBUFS: No buffer space available."""

    ERRNO, NAME, TEXT = 105, "ENOBUFS", "No buffer space available"


class AlreadyConnected(SysError):
    """EISCONN: Transport endpoint is already connected."""

    ERRNO, NAME, TEXT = 106, "EISCONN", "Transport endpoint is already connected"


class NotConnected(SysError):
    """ENOTCONN: Transport endpoint is not connected."""

    ERRNO, NAME, TEXT = 107, "ENOTCONN", "Transport endpoint is not connected"


class TimedOut(SysError):
    """ETIMEDOUT: Connection timed out."""

    ERRNO, NAME, TEXT = 110, "ETIMEDOUT", "Connection timed out"


class ConnectionRefused(SysError):
    """ECONNREFUSED: Connection refused."""

    ERRNO, NAME, TEXT = 111, "ECONNREFUSED", "Connection refused"


class HostUnreachable(SysError):
    """EHOSTUNREACH: No route to host."""

    ERRNO, NAME, TEXT = 113, "EHOSTUNREACH", "No route to host"


class AlreadyInProgress(SysError):
    """EALREADY: Operation already in progress."""

    ERRNO, NAME, TEXT = 114, "EALREADY", "Operation already in progress"


class InProgress(SysError):
    """EINPROGRESS: Operation now in progress."""

    ERRNO, NAME, TEXT = 115, "EINPROGRESS", "Operation now in progress"


class StaleHandle(SysError):
    """ESTALE: Stale file handle."""

    ERRNO, NAME, TEXT = 116, "ESTALE", "Stale file handle"


class QuotaExceeded(SysError):
    """EDQUOT: Disk quota exceeded."""

    ERRNO, NAME, TEXT = 122, "EDQUOT", "Disk quota exceeded"


BY_ERRNO: dict[int, type[SysError]] = {cause.ERRNO: cause for cause in SysError.__subclasses__()}
ERRNO_NAMES: dict[int, str] = {number: cause.NAME for number, cause in BY_ERRNO.items()}

# The numbers by name, for `if error.errno == ENOENT`.
EPERM = 1
ENOENT = 2
ESRCH = 3
EINTR = 4
EIO = 5
ENXIO = 6
E2BIG = 7
ENOEXEC = 8
EBADF = 9
ECHILD = 10
EAGAIN = 11
ENOMEM = 12
EACCES = 13
EFAULT = 14
ENOTBLK = 15
EBUSY = 16
EEXIST = 17
EXDEV = 18
ENODEV = 19
ENOTDIR = 20
EISDIR = 21
EINVAL = 22
ENFILE = 23
EMFILE = 24
ENOTTY = 25
ETXTBSY = 26
EFBIG = 27
ENOSPC = 28
ESPIPE = 29
EROFS = 30
EMLINK = 31
EPIPE = 32
EDOM = 33
ERANGE = 34
EDEADLK = 35
ENAMETOOLONG = 36
ENOLCK = 37
ENOSYS = 38
ENOTEMPTY = 39
ELOOP = 40
ENODATA = 61
ETIME = 62
EPROTO = 71
EBADMSG = 74
EOVERFLOW = 75
ENOTSOCK = 88
EDESTADDRREQ = 89
EMSGSIZE = 90
EPROTOTYPE = 91
ENOPROTOOPT = 92
EPROTONOSUPPORT = 93
ESOCKTNOSUPPORT = 94
EOPNOTSUPP = 95
EAFNOSUPPORT = 97
EADDRINUSE = 98
EADDRNOTAVAIL = 99
ENETDOWN = 100
ENETUNREACH = 101
ECONNABORTED = 103
ECONNRESET = 104
ENOBUFS = 105
EISCONN = 106
ENOTCONN = 107
ETIMEDOUT = 110
ECONNREFUSED = 111
EHOSTUNREACH = 113
EALREADY = 114
EINPROGRESS = 115
ESTALE = 116
EDQUOT = 122
EWOULDBLOCK = EAGAIN
WouldBlock = ResourceUnavailable


def sys_error(number: int, path: bytes | None = None, why: str | None = None) -> SysError:
    """Return the error of this errno (Linux's number), ready to raise. Unknown numbers become EIO that says so."""
    cause = BY_ERRNO.get(number)
    if cause is None:
        return InputOutputError(path, why or f"unknown errno {number}")
    return cause(path, why)


def from_host(error: OSError, path: bytes | None = None) -> SysError:
    """Return the guest's error for one of the host's, by errno name, carrying the guest's path and nothing of the host's."""
    name = _host_errno.errorcode.get(error.errno or 0, "EIO")
    number = globals().get(name, EIO)
    return sys_error(number if isinstance(number, int) else EIO, path)


# ---------------------------------------------------------------- the host's side
class KosError(Exception):
    """Something the person at the host's keyboard can mend: the message says what, where, why and what to do."""


class ConfigError(KosError):
    """kos.toml, a flag or an API argument says something wrong."""


class PluginError(KosError):
    """A driver or plugin is missing, broken, or claimed by two distributions."""


class ForkBusy(KosError):
    """A machine can't be forked now: `pids` are alive in the middle of a program, or a driver refuses."""

    def __init__(self, message: str, pids: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.pids = pids


class MachineClosed(KosError):
    """A machine or shell was used after close()."""


class WrongThread(KosError):
    """A machine was used from a thread that neither owns its world nor can post to it."""


class RunTimeout(KosError):
    """m.run(timeout=...) passed; `result` holds what the script wrote until then."""

    def __init__(self, message: str, result: object = None) -> None:
        super().__init__(message)
        self.result = result


class KernelBug(KosError):
    """An invariant of the kernel broke. Please report it; nothing a guest does should raise this."""
