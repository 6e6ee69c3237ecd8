"""Every event as a line of JSON, in order: what two runs must agree on, byte for byte.

A line is [time in ns, event, ...details]. Bytes are shown as text with escapes; nothing that differs between two runs of one
machine (addresses, host paths, host times) can get in.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import IO, Any

from kos_kernel.api import Observer

from .show import value_of

_WIDTH = 256


class Trace(Observer):
    """options: file. write: takes each line instead."""

    def __init__(self, options: Any, ctx: Any, write: Callable[[str], object] | None = None) -> None:
        self._file: IO[str] | None = None
        if write is None:
            self._file = open(options.file, "w", encoding="utf-8")  # noqa: SIM115 - closed by closed()
            write = self._file.write
        self._write = write

    def _line(self, now_ns: int, event: str, *details: Any) -> None:
        shown = [item if isinstance(item, (int, str)) else value_of(item, _WIDTH) for item in details]
        self._write(json.dumps([now_ns, event, *shown], ensure_ascii=True) + "\n")

    def syscall(self, now_ns: int, pid: int, name: str, args: tuple[Any, ...], result: Any, error: Any) -> None:
        """A system call, with its outcome."""
        outcome = f"-{error.NAME}" if error is not None else value_of(result, _WIDTH)
        self._line(now_ns, "syscall", pid, name, value_of(args, _WIDTH), outcome)

    def process_started(self, now_ns: int, pid: int, ppid: int, comm: bytes) -> None:
        """A process was born."""
        self._line(now_ns, "started", pid, ppid, comm)

    def process_exec(self, now_ns: int, pid: int, path: bytes, argv: list[bytes]) -> None:
        """A process runs a program."""
        self._line(now_ns, "exec", pid, path, argv)

    def process_exited(self, now_ns: int, pid: int, status: int) -> None:
        """A process ended."""
        self._line(now_ns, "exited", pid, status)

    def signal_delivered(self, now_ns: int, pid: int, signum: int) -> None:
        """A process acted on a signal."""
        self._line(now_ns, "signal", pid, signum)

    def switched(self, now_ns: int, cpu: int, previous: int, following: int) -> None:
        """A CPU went from one task to another."""
        self._line(now_ns, "switched", cpu, previous, following)

    def mounted(self, now_ns: int, target: bytes, fstype: str) -> None:
        """A filesystem was mounted."""
        self._line(now_ns, "mounted", target, fstype)

    def unmounted(self, now_ns: int, target: bytes) -> None:
        """A filesystem was unmounted."""
        self._line(now_ns, "unmounted", target)

    def log(self, now_ns: int, level: int, text: str) -> None:
        """A line of the kernel log."""
        self._line(now_ns, "log", level, text)

    def closed(self, now_ns: int) -> None:
        """The machine goes away: close the file."""
        if self._file is not None:
            self._file.close()
