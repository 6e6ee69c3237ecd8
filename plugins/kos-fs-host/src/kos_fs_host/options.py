"""What a mount of `host` may say. Imported only when a configuration is read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kos_kernel.api import ByteSize, DriverOptions, HostPath

Id = Annotated[int, Field(ge=0, le=(1 << 32) - 2)]


class HostOptions(DriverOptions):
    """source = "./data"; mode = "ro" or "rw"; the rest is seldom needed."""

    source: HostPath = Field(description="the folder of the host")
    mode: Literal["ro", "rw"] = Field("ro", description="whether programs may change it")
    uid: Id = Field(0, description="whom its files belong to in the machine")
    gid: Id = Field(0, description="which group its files belong to in the machine")
    virtual_times: bool = Field(
        False, description="show every file as of the machine's boot, so that a run under a virtual clock repeats"
    )
    size: ByteSize = Field(1 << 30, description="by how many bytes programs may let the folder grow")
    files: Annotated[int, Field(ge=0)] = Field(100_000, description="by how many files programs may let it grow")
