"""Which extended attributes are kept: of all with --xattrs those of users, more or fewer by pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import compile_glob_bytes

if TYPE_CHECKING:
    from .run import Tar


def chosen(tar: Tar, key: bytes, *, making: bool) -> bool:
    """Tell whether an attribute is kept in an archive (making), or given to a file again."""
    include, exclude = tar.o.xattrs_include, tar.o.xattrs_exclude
    if any(compile_glob_bytes(mask).matches(key) for mask in exclude):
        return False
    if include:
        return any(compile_glob_bytes(mask).matches(key) for mask in include)
    return making or key.startswith(b"user.")
