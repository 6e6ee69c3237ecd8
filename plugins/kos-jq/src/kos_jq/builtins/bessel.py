"""The Bessel functions of order 0 and 1: j0, j1, y0, y1.

Up to 25 they are summed as power series, in integers of 2**-256, since the terms are far greater than the sum; beyond that by
Hankel's asymptotic expansion (Abramowitz and Stegun, 9.1.10-11, 9.2.5-10). Good to some 1e-15 of the greatest value nearby.
"""

from __future__ import annotations

import math
from fractions import Fraction

_ONE = 1 << 256
_EULER = 0.57721566490153286061
_FAR = 25.0


def _fixed(x: float) -> int:
    return int(Fraction(x) * _ONE)


def _series(order: int, x: float) -> tuple[float, float]:
    """Return J of x, and the sum of its terms, each times what Y's series has as a factor."""
    half = _fixed(x) // 2
    square = half * half // _ONE
    term = _ONE if order == 0 else half
    total = weighted = 0
    harmonic = 0
    k = 0
    while term:
        second = harmonic + _ONE // (k + 1) if order else 0  # H(k+1)
        total += -term if k & 1 else term
        weight = (harmonic + second if order else harmonic) * term // _ONE
        weighted += -weight if k & 1 else weight
        k += 1
        harmonic += _ONE // k
        term = term * square // _ONE // (k * (k + order))
    return float(Fraction(total, _ONE)), float(Fraction(weighted, _ONE))


def _asymptotic(order: int, x: float) -> tuple[float, float]:
    """Return (J, Y) of a great x."""
    mu = 4.0 * order * order
    p, q, term, k = 0.0, 0.0, 1.0, 0
    while k < 60:
        if k % 2 == 0:
            p += term if k % 4 == 0 else -term
        else:
            q += term if k % 4 == 1 else -term
        k += 1
        following = term * (mu - (2 * k - 1) ** 2) / (k * 8 * x)
        if abs(following) >= abs(term) or abs(following) < 1e-18:
            break
        term = following
    sine, cosine = math.sin(x), math.cos(x)
    # the angle is x - pi/4, and less by pi/2 for order 1
    root = math.sqrt(1 / (math.pi * x))
    s, c = (sine - cosine, sine + cosine) if order == 0 else (-sine - cosine, sine - cosine)
    return root * (p * c - q * s), root * (p * s + q * c)


def _j(order: int, x: float) -> float:
    if math.isnan(x) or math.isinf(x):
        return x if math.isnan(x) else 0.0
    size = abs(x)
    value = _series(order, size)[0] if size < _FAR else _asymptotic(order, size)[0]
    return -value if order and x < 0 else value


def _y(order: int, x: float) -> float:
    if x <= 0 or math.isnan(x):
        return float("-inf") if x == 0 else float("nan")
    if math.isinf(x):
        return 0.0
    if x >= _FAR:
        return _asymptotic(order, x)[1]
    j, weighted = _series(order, x)
    logarithm = math.log(x / 2) + _EULER
    if order == 0:
        return 2 / math.pi * (logarithm * j - weighted)
    return -2 / (math.pi * x) + 2 / math.pi * logarithm * j - weighted / math.pi


def j0(x: float) -> float:
    """Return J0(x)."""
    return _j(0, x)


def j1(x: float) -> float:
    """Return J1(x)."""
    return _j(1, x)


def y0(x: float) -> float:
    """Return Y0(x)."""
    return _y(0, x)


def y1(x: float) -> float:
    """Return Y1(x)."""
    return _y(1, x)
