"""The one door: every system call there is, as the object `k` that a program gets.

    def main(k: Syscalls, argv: list[bytes]) -> int: ...

All names and data are bytes. A call that can't be done raises a SysError with Linux's errno (errors.py); a call may block the
program's fiber and nobody else. The families are in calls/; this class adds nothing but the order in which to read them.

    files       open close read read_until write pread pwrite lseek lines read_all getdents dup dup2 pipe get_cloexec
                set_cloexec kept_fds
                get_flags set_flags fsync isatty ioctl poll flock setlk getlk
    names       stat lstat fstat access readlink scandir listdir mkdir rmdir mknod mkfifo symlink link unlink rename chmod
                fchmod chown lchown fchown utimens futimens truncate ftruncate chdir fchdir getcwd chroot umask getxattr
                setxattr listxattr removexattr sync
    processes   spawn fork_call exec exit wait getpid getppid getpgid setpgid getsid setsid getuid ... setgroups getrlimit
                setrlimit
    scheduling  getpriority setpriority nice sched_yield sched_getattr sched_setattr sched_getaffinity sched_setaffinity
                sched_rr_get_interval compute
    signals     kill sigaction sigmask sigpending pause alarm
    times       tick charge memo clock_ns sleep_ns getrusage times getrandom uname sethostname on_fresh_stack
    mounts      mount umount statfs unshare setns
    sockets     socket socketpair bind listen accept connect send sendto recv recvfrom shutdown getsockname getpeername
                getsockopt setsockopt
    terminals   tcgetpgrp tcsetpgrp tcgetattr tcsetattr get_winsize set_winsize
"""

from __future__ import annotations

from .calls.files import FileCalls
from .calls.mounts import MountCalls
from .calls.names import NameCalls
from .calls.processes import ProcessCalls
from .calls.scheduling import SchedulingCalls
from .calls.signals import SignalCalls
from .calls.sockets import SocketCalls
from .calls.terminals import TerminalCalls
from .calls.times import TimeCalls


class Syscalls(
    FileCalls,
    NameCalls,
    ProcessCalls,
    SchedulingCalls,
    SignalCalls,
    TimeCalls,
    MountCalls,
    SocketCalls,
    TerminalCalls,
):
    """What a program can ask of the kernel."""

    __slots__ = ()
