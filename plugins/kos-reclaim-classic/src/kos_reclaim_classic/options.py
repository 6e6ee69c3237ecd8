"""What may be set for the policies that have something to set. Imported only when a configuration is read."""

from __future__ import annotations

from pydantic import Field

from kos_kernel.api import DriverOptions


class NruOptions(DriverOptions):
    """interval = 100."""

    interval: int = Field(100, ge=1, description="references between two clearings of the used bits")


class TwoQueuesOptions(DriverOptions):
    """in_share = 0.25; out_share = 0.5."""

    in_share: float = Field(0.25, gt=0, lt=1, description="the part of the frames that new pages have")
    out_share: float = Field(
        0.5, ge=0, le=4, description="how many numbers of evicted pages are kept, as a part of the frames"
    )


class S3FifoOptions(DriverOptions):
    """small_share = 0.1; ghost_share = 0.9; uses_to_main = 2."""

    small_share: float = Field(0.1, gt=0, lt=1, description="the part of the frames that new pages have")
    ghost_share: float = Field(
        0.9, ge=0, le=4, description="how many numbers of evicted pages are kept, as a part of the frames"
    )
    uses_to_main: int = Field(2, ge=1, description="uses after which a new page moves to the main queue")
