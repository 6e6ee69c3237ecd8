"""What kos.toml and mount(2) may say about a memory filesystem."""

from __future__ import annotations

from kos_kernel.api import ByteSize, DriverOptions
from pydantic import Field


class MemoryOptions(DriverOptions):
    """size: how much it holds. max_inodes: how many files. mode, uid, gid: of its root directory."""

    size_bytes: ByteSize = Field(default=1 << 30, alias="size", description="How many bytes it holds.")
    max_inodes: int = Field(default=1 << 20, ge=1, alias="nr_inodes", description="How many files it holds.")
    mode: int = Field(default=0o755, ge=0, le=0o7777, description="Permission bits of its root directory.")
    uid: int = Field(default=0, ge=0, description="Owner of its root directory.")
    gid: int = Field(default=0, ge=0, description="Group of its root directory.")
