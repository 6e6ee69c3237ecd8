"""What a mount of `dev` may say. Imported only when a configuration is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kos_kernel.api import ByteSize, DriverOptions


class DevOptions(DriverOptions):
    """size = "16MiB": of all plain files in /dev together; files = 4096: names."""

    size: Annotated[ByteSize, Field(le=1 << 40)] = Field(16 << 20, description="of all plain files together")
    files: Annotated[int, Field(ge=64, le=1 << 20)] = Field(4096, description="how many inodes there may be")
