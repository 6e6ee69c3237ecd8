"""What kos.toml may say about the two observers."""

from __future__ import annotations

from pydantic import Field

from kos_kernel.api import DriverOptions, HostPath


class StraceOptions(DriverOptions):
    """file: where the lines go; by default the host's standard error. calls: only these. width: of a shown string."""

    file: HostPath | None = Field(None, description="A file of the host for the lines; default: standard error.")
    calls: tuple[str, ...] = Field((), description="Only these system calls; default: all.")
    width: int = Field(32, ge=0, le=65536, description="How many bytes of a string are shown.")


class TraceOptions(DriverOptions):
    """file: where the lines go."""

    file: HostPath = Field(description="A file of the host for the lines.")
