"""Inode numbers of /proc: a number alone says what it is, so that a fork finds again what was open.

1            the root       2, 3   self, thread-self
4 ...        files about the machine, in the order of their tables
PID * 2^24 + what           of a process; `what` is a kind, a file's index, or a descriptor, once more below task/TID
"""

from __future__ import annotations

from .process_text import FILES

PID_SHIFT = 24
WHAT = (1 << PID_SHIFT) - 1
TASK = 1 << 22  # the same thing below task/TID
FDINFO = 1 << 21  # + number: an entry of fdinfo/
FD = 1 << 20  # + number: an entry of fd/
NUMBER = (1 << 20) - 1

ROOT_INO, SELF_INO, THREAD_SELF_INO, FIRST_STATIC = 1, 2, 3, 4
PID_DIR, FD_DIR, FDINFO_DIR, NS_DIR, TASK_DIR, TID_DIR, CWD, EXE, ROOT_LINK = range(9)
FIRST_FILE, FIRST_NS = 0x10, 0x80  # + index in FILE_NAMES, + index in NAMESPACES

FILE_NAMES = tuple(FILES)
FILE_WHAT = {name: FIRST_FILE + index for index, name in enumerate(FILE_NAMES)}
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "time", "time_for_children", "user", "uts")
LINKS = {b"cwd": CWD, b"exe": EXE, b"root": ROOT_LINK}
DIRECTORIES = {b"fd": FD_DIR, b"fdinfo": FDINFO_DIR, b"ns": NS_DIR}
