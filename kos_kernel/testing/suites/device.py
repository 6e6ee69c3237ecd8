"""The contract of a device: on its own, as a disk, and as a node in /dev."""

from __future__ import annotations

from . import device_alone, device_block, device_machine
from .common import COMMON

CASES = (*COMMON, *device_alone.CASES, *device_block.CASES, *device_machine.CASES)
SUBJECT = device_alone.DeviceSubject
