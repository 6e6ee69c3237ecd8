"""The contract of a protocol: its endpoints, what goes through them, and processes that use them."""

from __future__ import annotations

from . import protocol_data, protocol_endpoint, protocol_machine
from .common import COMMON

CASES = (*COMMON, *protocol_endpoint.CASES, *protocol_data.CASES, *protocol_machine.CASES)
SUBJECT = protocol_endpoint.ProtocolSubject
