"""Words that the parts of the copying engine share: which symlinks are followed, what happens to a destination that exists."""

from __future__ import annotations

from kos_kernel.api import S_IFMT, Stat

CHUNK = 1 << 20  # bytes read and written at a time
NEVER, ARGUMENTS, ALWAYS = "never", "arguments", "always"  # symlinks that are followed
ASK, SKIP, FORCE, UNTOLD = "ask", "skip", "force", "untold"  # what -i, -n, -f say


def kind_of(stat: Stat) -> int:
    """Return the file type bits."""
    return stat.mode & S_IFMT
