"""The system calls, one file a family; `kos_kernel.syscalls.Syscalls` is all of them together.

    base.py       what every call does first           files.py      open, read, write, lseek, dup, pipe, poll, locks
    names.py      stat, mkdir, rename, chmod, xattrs   processes.py  spawn, fork_call, exec, wait, ids, limits
    signals.py    kill, sigaction, masks, alarms       times.py      clocks, sleep, usage, tick
    mounts.py     mount, umount, statfs, namespaces    sockets.py    sockets
    terminals.py  what a tty knows

A call's docstring names the errors it raises beyond those of its arguments (BadDescriptor, and the walk's: NoSuchFile,
NotADirectory, AccessDenied, TooManySymlinks, NameTooLong).
"""
