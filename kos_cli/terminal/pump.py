"""While a command runs in the machine: the host's keys go to the machine's terminal as they are typed.

The host's terminal is raw then, so that Ctrl-C, Ctrl-Z and Ctrl-D are bytes which the machine's own line discipline turns
into signals for its foreground job; the editing, the echo and the signals are the machine's. A thread reads the keys, for
the thread that owns the machine is busy running it, and posts them to the machine's world. POSIX only.
"""

from __future__ import annotations

import os
import select
import signal
import termios
import threading
import tty
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

CHUNK = 1024


class Pump:
    """A context: inside it, keys go to `feed` and changes of the window's size to `resize`, both called on a thread of ours.

    fd: the host's terminal.  feed(data): must hand over to the machine's thread.  resize(rows, columns): likewise.
    """

    def __init__(self, fd: int, feed: Callable[[bytes], None], resize: Callable[[int, int], None]) -> None:
        self._fd = fd
        self._feed = feed
        self._resize = resize
        self._saved: list[Any] = []
        self._thread: threading.Thread | None = None
        self._wake_out, self._wake_in = -1, -1
        self._old_winch: Any = None

    def __enter__(self) -> Pump:
        self._saved = termios.tcgetattr(self._fd)
        tty.setraw(self._fd, termios.TCSANOW)
        # Output is processed by the machine's terminal already: only the input side is raw for both.
        self._wake_out, self._wake_in = os.pipe()
        self._old_winch = signal.signal(signal.SIGWINCH, self._window_changed)
        self._window_changed(0, None)
        self._thread = threading.Thread(target=self._read_keys, name="kos-keys", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.write(self._wake_in, b"x")
        if self._thread is not None:
            self._thread.join()
        os.close(self._wake_in)
        os.close(self._wake_out)
        signal.signal(signal.SIGWINCH, self._old_winch)
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._saved)

    def _read_keys(self) -> None:
        """Hand over what is typed, until the context ends or the host's terminal goes away."""
        while True:
            ready, _, _ = select.select([self._fd, self._wake_out], [], [])
            if self._wake_out in ready:
                return
            try:
                data = os.read(self._fd, CHUNK)
            except OSError:
                return
            if not data:
                return
            self._feed(data)

    def _window_changed(self, signum: int, frame: FrameType | None) -> None:
        size = os.get_terminal_size(self._fd)
        self._resize(size.lines, size.columns)
