"""System calls as strace -f -r prints them: pid, time, call, arguments, result or error by name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import IO, Any

from kos_kernel.api import Observer

from .show import argument, signal_name, value_of, wait_status

_RESULT_IN_ARGUMENTS = frozenset({"read", "pread", "recv", "getrandom"})


class Strace(Observer):
    """options: file, calls, width. write: takes each line instead of the file (for programs and tests)."""

    def __init__(self, options: Any, ctx: Any, write: Callable[[str], object] | None = None) -> None:
        self._width = options.width
        self._calls = frozenset(options.calls)
        self._file: IO[str] | None = None
        if write is None:
            if options.file is not None:
                self._file = open(options.file, "w", encoding="utf-8")  # noqa: SIM115 - closed by closed()
                write = self._file.write
            else:
                write = _to_stderr
        self._write = write

    def syscall(self, now_ns: int, pid: int, name: str, args: tuple[Any, ...], result: Any, error: Any) -> None:
        """Print a call."""
        if self._calls and name not in self._calls:
            return
        width = self._width
        shown = [argument(name, place, value, width) for place, value in enumerate(args)]
        if name in _RESULT_IN_ARGUMENTS and isinstance(result, bytes):
            shown.insert(1, value_of(result, width))
            result = len(result)
        if error is not None:
            outcome = f"-1 {error.NAME} ({error.strerror})"
        elif name == "wait" and isinstance(result, tuple):
            shown.insert(1, wait_status(result[1]))
            outcome = str(result[0])
        elif name in ("exit", "exec") and result is None:
            outcome = "?"
        else:
            outcome = "0" if result is None else value_of(result, width)
        self._line(now_ns, pid, f"{name}({', '.join(shown)}) = {outcome}")

    def signal_delivered(self, now_ns: int, pid: int, signum: int) -> None:
        """Print a signal's arrival."""
        if not self._calls:
            self._line(now_ns, pid, f"--- {signal_name(signum)} ---")

    def process_exited(self, now_ns: int, pid: int, status: int) -> None:
        """Print an end."""
        if self._calls:
            return
        if status & 0x7F:
            self._line(now_ns, pid, f"+++ killed by {signal_name(status & 0x7F)} +++")
        else:
            self._line(now_ns, pid, f"+++ exited with {status >> 8} +++")

    def closed(self, now_ns: int) -> None:
        """The machine goes away: close the file."""
        if self._file is not None:
            self._file.close()

    def _line(self, now_ns: int, pid: int, text: str) -> None:
        seconds, rest = divmod(now_ns, 1_000_000_000)
        self._write(f"[pid {pid:5}] {seconds}.{rest // 1000:06} {text}\n")


def _to_stderr(line: str) -> None:
    sys.stderr.write(line)
