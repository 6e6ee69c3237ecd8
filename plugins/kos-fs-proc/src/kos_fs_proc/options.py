"""What a mount of `proc` may say: nothing. Imported only when a configuration is read."""

from __future__ import annotations

from kos_kernel.api import DriverOptions


class ProcOptions(DriverOptions):
    """proc shows the machine as it is and has nothing to set."""
