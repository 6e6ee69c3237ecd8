"""What `[[devices]]` of kos.toml may say for each driver. Imported only when a configuration is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from kos_kernel.api import ByteSize, DriverOptions


class NoOptions(DriverOptions):
    """This device has nothing to set."""


class RamDiskOptions(DriverOptions):
    """size = "64MiB"."""

    size: Annotated[ByteSize, Field(gt=0, le=1 << 40)] = Field(
        64 << 20, description="of the disk; memory is taken as blocks are written"
    )

    @field_validator("size")
    @classmethod
    def _whole_blocks(cls, size: int) -> int:
        if size % 512:
            raise ValueError(f"a disk is a whole number of 512-byte blocks; {size} bytes is not")
        return size


class TerminalOptions(DriverOptions):
    """rows = 24, columns = 80: until somebody says otherwise."""

    rows: Annotated[int, Field(ge=1, le=65535)] = 24
    columns: Annotated[int, Field(ge=1, le=65535)] = 80


class PtyOptions(DriverOptions):
    """limit = 256: how many pseudo-terminals may be open at once."""

    limit: Annotated[int, Field(ge=1, le=4096)] = 256
