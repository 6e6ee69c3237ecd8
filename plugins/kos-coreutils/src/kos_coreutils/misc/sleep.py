"""sleep: wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Interrupted, complain, parsed, quote, refuse

from .intervals import FOREVER_NS, seconds_ns

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

SLEEP = Command(
    "sleep",
    like="(GNU coreutils) 9.1",
    usage=("NUMBER[SUFFIX]...", "OPTION"),
    summary="Pause for NUMBER seconds.  SUFFIX may be 's' for seconds (the default), 'm' for minutes, 'h' for hours\n"
    "or 'd' for days.  NUMBER need not be an integer.  Given two or more arguments, pause for the sum.",
    permute=False,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Wait for the sum of the stretches of time."""
    _opts, words = parsed(k, SLEEP, argv)
    if not words:
        return refuse(k, b"missing operand")
    total = 0
    wrong = False
    for word in words:
        stretch = seconds_ns(word, units=True)
        if stretch is None:
            complain(k, b"invalid time interval " + quote(word))
            wrong = True
        else:
            total += stretch
    if wrong:
        complain_hint(k)
        return 1
    left = min(total, FOREVER_NS)
    end = k.clock_ns(1) + left
    while left > 0:
        try:
            k.sleep_ns(left)
            return 0
        except Interrupted:
            left = end - k.clock_ns(1)
    return 0


def complain_hint(k: Syscalls) -> None:
    """Point to --help, after complaints of single words."""
    k.write(2, b"Try '%s --help' for more information.\n" % k.argv[0])
