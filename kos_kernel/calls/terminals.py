"""Calls on terminals: modes, window size, the foreground group. Thin names over ioctl."""

from __future__ import annotations

from typing import Any

from .. import errors
from ..abi import TCGETS, TCSETS, TIOCGPGRP, TIOCGWINSZ, TIOCSPGRP, TIOCSWINSZ
from .base import Call


class TerminalCalls(Call):
    """tcgetpgrp ... set_winsize. All raise NotATerminal where they don't apply."""

    __slots__ = ()

    def tcgetpgrp(self, fd: int) -> int:
        """Return the terminal's foreground group."""
        self._enter()
        group: int = self._file(fd).ioctl(TIOCGPGRP, None)
        return group

    def tcsetpgrp(self, fd: int, pgid: int) -> None:
        """Make a group of this session the foreground one. Raises NotPermitted; SIGTTOU to who asks from the background."""
        self._enter()
        group = self._kernel.table.groups.get(pgid)
        if group is None or group.session is not self.process.group.session:
            raise errors.NotPermitted(None, f"group {pgid} is not in this session")
        self._file(fd).ioctl(TIOCSPGRP, pgid)

    def tcgetattr(self, fd: int) -> Any:
        """Return a copy of the terminal's modes."""
        self._enter()
        return self._file(fd).ioctl(TCGETS, None)

    def tcsetattr(self, fd: int, when: int, attrs: Any) -> None:
        """Set the terminal's modes; when: 0 now, 1 after output, 2 after output and dropping input."""
        self._enter()
        if when not in (0, 1, 2):
            raise errors.InvalidArgument(None, f"unknown moment {when}")
        self._file(fd).ioctl(TCSETS + when, attrs)

    def get_winsize(self, fd: int) -> tuple[int, int]:
        """Return (rows, columns)."""
        self._enter()
        rows, columns = self._file(fd).ioctl(TIOCGWINSZ, None)[:2]
        return rows, columns

    def set_winsize(self, fd: int, rows: int, columns: int) -> None:
        """Set the size; the foreground group gets SIGWINCH if it changed."""
        self._enter()
        self._file(fd).ioctl(TIOCSWINSZ, (rows, columns))
