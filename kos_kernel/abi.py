"""The numbers of Linux on x86-64, the same on every host: open flags, file modes, signals, wait statuses, poll events.

A guest sees these and nothing of the host's, so a program gives the same answers on Linux, macOS and Windows.
Source: Linux 6.1 uapi headers (asm-generic/fcntl.h, bits of asm/signal.h, linux/wait.h, asm-generic/poll.h, asm-generic/socket.h).
Errno numbers are in `errors.py`, beside the classes that carry them.
"""

from __future__ import annotations

# ---------------------------------------------------------------- open(2)
O_RDONLY, O_WRONLY, O_RDWR, O_ACCMODE = 0, 1, 2, 3
O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_APPEND, O_NONBLOCK = 0o100, 0o200, 0o400, 0o1000, 0o2000, 0o4000
O_DSYNC, O_DIRECT, O_DIRECTORY, O_NOFOLLOW = 0o10000, 0o40000, 0o200000, 0o400000
O_NOATIME, O_CLOEXEC, O_SYNC, O_PATH, O_TMPFILE = 0o1000000, 0o2000000, 0o4010000, 0o10000000, 0o20200000
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
R_OK, W_OK, X_OK, F_OK = 4, 2, 1, 0
UTIME_OMIT = -2  # utimens: leave this stamp as it is
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
XATTR_CREATE, XATTR_REPLACE = 1, 2

# ---------------------------------------------------------------- st_mode
S_IFMT = 0o170000
S_IFSOCK, S_IFLNK, S_IFREG, S_IFBLK = 0o140000, 0o120000, 0o100000, 0o060000
S_IFDIR, S_IFCHR, S_IFIFO = 0o040000, 0o020000, 0o010000
S_ISUID, S_ISGID, S_ISVTX = 0o4000, 0o2000, 0o1000


def makedev(major: int, minor: int) -> int:
    """Return the device number of (major, minor), as glibc packs it."""
    return (minor & 0xFF) | (major & 0xFFF) << 8 | (minor & ~0xFF) << 12 | (major & ~0xFFF) << 32


def major(rdev: int) -> int:
    """Return the major part of a device number."""
    return (rdev >> 8 & 0xFFF) | (rdev >> 32 & ~0xFFF)


def minor(rdev: int) -> int:
    """Return the minor part of a device number."""
    return (rdev & 0xFF) | (rdev >> 12 & ~0xFF)


# ---------------------------------------------------------------- signals
SIGNAL_NAMES = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP "
    "TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split()
SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE = 1, 2, 3, 4, 5, 6, 7, 8
SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT = 9, 10, 11, 12, 13, 14, 15, 16
SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGXCPU = 17, 18, 19, 20, 21, 22, 23, 24
SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGPWR, SIGSYS = 25, 26, 27, 28, 29, 30, 31
SIGRTMIN, SIGRTMAX, NSIG = 34, 64, 65
SIG_DFL, SIG_IGN = 0, 1
SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK = 0, 1, 2

# ---------------------------------------------------------------- wait(2)
WNOHANG, WUNTRACED, WCONTINUED = 1, 2, 8


def exit_status(code: int) -> int:
    """Return the wait status of a process that exited with `code` (0-255)."""
    return (code & 0xFF) << 8


def WIFEXITED(status: int) -> bool:
    """Tell whether the process returned or called exit."""
    return status & 0x7F == 0


def WEXITSTATUS(status: int) -> int:
    """Return the exit code, 0-255, of a process that exited."""
    return status >> 8 & 0xFF


def WIFSIGNALED(status: int) -> bool:
    """Tell whether a signal ended the process."""
    return status & 0x7F not in (0, 0x7F)


def WTERMSIG(status: int) -> int:
    """Return the signal that ended the process."""
    return status & 0x7F


def WCOREDUMP(status: int) -> bool:
    """Tell whether the ending signal is one that dumps core on Linux (no core file is written here)."""
    return status & 0x80 != 0


def WIFSTOPPED(status: int) -> bool:
    """Tell whether the report is of a stop, not an end."""
    return status & 0xFF == 0x7F


def WSTOPSIG(status: int) -> int:
    """Return the signal that stopped the process."""
    return status >> 8 & 0xFF


def WIFCONTINUED(status: int) -> bool:
    """Tell whether the report is of a stopped process that goes on."""
    return status == 0xFFFF


# ---------------------------------------------------------------- clocks, limits, usage
CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME = 0, 1, 2
RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS = 0, 1, 2, 3, 4, 5
RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_LOCKS = 6, 7, 8, 9, 10
RLIMIT_NICE, RLIMIT_RTPRIO = 13, 14
RLIM_COUNT = 16
RLIM_INFINITY = (1 << 64) - 1
RUSAGE_SELF, RUSAGE_CHILDREN = 0, -1

# ---------------------------------------------------------------- poll(2), flock(2), fcntl(2) locks
POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL = 1, 2, 4, 8, 16, 32
LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN = 1, 2, 4, 8
F_RDLCK, F_WRLCK, F_UNLCK = 0, 1, 2

# ---------------------------------------------------------------- sockets
AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET = 0, 1, 2, 10, 16, 17
SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET = 1, 2, 3, 5
SOCK_NONBLOCK, SOCK_CLOEXEC = O_NONBLOCK, O_CLOEXEC
SHUT_RD, SHUT_WR, SHUT_RDWR = 0, 1, 2
SOL_SOCKET = 1
SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE = 2, 3, 4, 6, 7, 8, 9
SO_PEERCRED, SO_ACCEPTCONN = 17, 30
MSG_PEEK, MSG_DONTWAIT, MSG_NOSIGNAL = 2, 0x40, 0x4000

# ---------------------------------------------------------------- terminals (asm-generic/termbits.h)
TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGPGRP, TIOCSPGRP, TIOCGWINSZ, TIOCSWINSZ = (
    0x5401, 0x5402, 0x5403, 0x5404, 0x540F, 0x5410, 0x5413, 0x5414)  # fmt: skip
TIOCSCTTY, TIOCNOTTY, FIONREAD, TIOCGPTN, BLKGETSIZE64 = 0x540E, 0x5422, 0x541B, 0x80045430, 0x80081272

# ---------------------------------------------------------------- mount(2), namespaces
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_NOATIME = 1, 2, 4, 8, 32, 1024
MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE, MS_RELATIME, MS_STRICTATIME = 4096, 8192, 16384, 1 << 18, 1 << 21, 1 << 24
MNT_FORCE, MNT_DETACH = 1, 2
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER = 0x20000, 0x4000000, 0x8000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
