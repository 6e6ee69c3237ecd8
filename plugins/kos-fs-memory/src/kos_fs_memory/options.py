"""What kos.toml and mount(2) may say about a memory filesystem."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from kos_kernel.api import ByteSize, DriverOptions


def _octal(value: Any) -> Any:
    """Text is octal, as in mount -o mode=1777."""
    if isinstance(value, str):
        if not value or set(value) - set("01234567"):
            raise ValueError(f"expected octal digits such as '1777', got {value!r}")
        return int(value, 8)
    return value


class MemoryOptions(DriverOptions):
    """size: how much it holds. max_inodes: how many files. mode, uid, gid: of its root directory."""

    size_bytes: ByteSize = Field(default=1 << 30, alias="size", description="How many bytes it holds.")
    max_inodes: int = Field(default=1 << 20, ge=1, alias="nr_inodes", description="How many files it holds.")
    mode: Annotated[int, BeforeValidator(_octal), Field(ge=0, le=0o7777)] = Field(
        0o755, description='Permission bits of its root directory: a number, or octal digits in quotes ("1777").'
    )
    uid: int = Field(default=0, ge=0, description="Owner of its root directory.")
    gid: int = Field(default=0, ge=0, description="Group of its root directory.")
