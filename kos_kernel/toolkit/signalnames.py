"""Signals by name and number, as kill, timeout and env take them."""

from __future__ import annotations

from ..abi import NSIG, SIGNAL_NAMES, SIGRTMAX, SIGRTMIN

_OTHER_NAMES = {"IOT": 6, "CLD": 17, "POLL": 29, "UNUSED": 31}


def _table() -> dict[str, int]:
    table = dict(_OTHER_NAMES)
    for number in range(1, NSIG):
        name = signal_name(number)
        if name:
            table[name] = number
    return table


def signal_name(number: int) -> str:
    """Return a signal's name without SIG; "" if there's no such signal. Real-time ones are RTMIN+n and RTMAX-n."""
    if number == 0:
        return "EXIT"
    if SIGRTMIN <= number <= SIGRTMAX:
        if number - SIGRTMIN <= (SIGRTMAX - SIGRTMIN) // 2:
            return "RTMIN" + (f"+{number - SIGRTMIN}" if number > SIGRTMIN else "")
        return "RTMAX" + (f"-{SIGRTMAX - number}" if number < SIGRTMAX else "")
    if 0 < number <= len(SIGNAL_NAMES):
        return SIGNAL_NAMES[number - 1].removeprefix("SIG")
    return ""


def signal_number(text: bytes) -> int | None:
    """Return the number of a signal: 15, TERM, SIGTERM, sigterm; None if there's none."""
    if text.isdigit():
        number = int(text[:9])
        return number if number < NSIG else None
    name = text.decode("latin-1").upper().removeprefix("SIG")
    if name == "EXIT":
        return 0
    return _table().get(name)
