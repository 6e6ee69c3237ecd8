"""The load averages of /proc/loadavg: how many tasks run or want to, damped over 1, 5 and 15 minutes.

As Linux does it, every 5 s of machine time the number of runnable tasks is mixed in. Nothing is counted in between: the
dispatcher looks at `due_ns` together with its timers, and a machine that sleeps isn't woken for it; what it slept through counts
as nobody running. Fixed-point whole numbers, so that a run repeats exactly.

Source: kernel/sched/loadavg.c and include/linux/sched/loadavg.h of Linux 6.1; differs: Linux's periods are a tick longer.
"""

from __future__ import annotations

from typing import NamedTuple

PERIOD_NS = 5_000_000_000
_ONE = 1 << 11  # 1.0
_DECAYS = (1884, 2014, 2037)  # of 5 s in 1, 5 and 15 minutes


class Load(NamedTuple):
    """due_ns: when the number of runnable tasks is to be looked at next. one, five, fifteen: the averages, times 2048."""

    due_ns: int = PERIOD_NS
    one: int = 0
    five: int = 0
    fifteen: int = 0

    def sampled(self, active: int, now_ns: int) -> Load:
        """Return what `active` runnable tasks make of it at `now_ns`, `due_ns` or later. Whole periods before are idle ones."""
        missed, rest = divmod(now_ns - self.due_ns, PERIOD_NS)
        idle = self.idled(missed)
        averages = (_mixed(old, decay, active * _ONE) for old, decay in zip(idle[1:], _DECAYS, strict=True))
        return Load(now_ns - rest + PERIOD_NS, *averages)

    def idled(self, periods: int) -> Load:
        """Return it after some periods in which nobody ran."""
        if not periods:
            return self
        averages = (old * _power(decay, periods) // _ONE for old, decay in zip(self[1:], _DECAYS, strict=True))
        return Load(self.due_ns + periods * PERIOD_NS, *averages)

    def slept_until(self, now_ns: int) -> Load:
        """Return it at `now_ns` when nobody has run since it was last looked at."""
        return self if now_ns < self.due_ns else self.idled((now_ns - self.due_ns) // PERIOD_NS + 1)

    def averages(self) -> tuple[float, float, float]:
        """Return the averages as numbers of tasks."""
        return self.one / _ONE, self.five / _ONE, self.fifteen / _ONE


def _mixed(old: int, decay: int, active: int) -> int:
    new = old * decay + active * (_ONE - decay)
    if active >= old:
        new += _ONE - 1  # upward, so that a steady load is reached
    return new // _ONE


def _power(decay: int, periods: int) -> int:
    """Return decay ** periods in fixed point, rounded at each step as Linux does."""
    result = _ONE
    while periods:
        if periods & 1:
            result = (result * decay + _ONE // 2) // _ONE
        periods >>= 1
        decay = (decay * decay + _ONE // 2) // _ONE
        if not decay:
            return 0 if periods else result
    return result
