"""shred: refuses. Overwriting a file says nothing about what a copy-on-write filesystem, a snapshot or the host keeps."""

from __future__ import annotations

from kos_kernel.api import Syscalls

from .console import Console


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Say why nothing can be shredded here; 1."""
    con = Console(k, argv[0])
    con.complain(
        b"not supported: filesystems here are copy-on-write, so overwriting a file does not destroy its data; "
        b"use 'rm', and see to the host's storage if the data must be gone"
    )
    return con.finish()
