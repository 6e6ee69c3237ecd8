"""bind: refused, since there is no line editor inside the machine; keys belong to the terminal's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.errors import UsageComplaint

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def bind(sh: Shell, argv: list[str]) -> int:
    """bind: refused; keys belong to the terminal's own editor."""
    raise UsageComplaint("key bindings: not supported by this shell")
