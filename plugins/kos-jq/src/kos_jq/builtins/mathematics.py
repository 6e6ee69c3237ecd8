"""The functions of numbers. One that has no answer gives nan or infinity, as C's do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..language.values import JqError, is_number, normal, shown, type_of
from . import bessel

_NAN = float("nan")


def _safe(function: Callable[..., float]) -> Callable[..., Any]:
    def call(*numbers: Any) -> Any:
        for number in numbers:
            if not is_number(number):
                raise JqError(f"{type_of(number)} ({shown(number)}) number required")
        try:
            return normal(function(*[float(number) for number in numbers]))
        except ValueError:
            return _NAN
        except OverflowError:
            return float("inf")

    return call


def _rounded(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: x if math.isinf(x) or math.isnan(x) else math.copysign(float(function(x)), x)


def _half_away(x: float) -> int:
    return math.floor(abs(x) + 0.5) * (1 if x > 0 else -1)


def _log(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: float("-inf") if x == 0 else function(x)


def _pow(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except ValueError:
        return float("inf") if x == 0 else _NAN


def _frexp(x: Any) -> Any:
    mantissa, exponent = math.frexp(_number(x))
    return [normal(mantissa), exponent]


def _modf(x: Any) -> Any:
    part, whole = math.modf(_number(x))
    return [normal(part), normal(whole)]


def _number(x: Any) -> float:
    if not is_number(x):
        raise JqError(f"{type_of(x)} ({shown(x)}) number required")
    return float(x)


def _significand(x: float) -> float:
    return x if not x or math.isinf(x) or math.isnan(x) else math.frexp(x)[0] * 2


def _logb(x: float) -> float:
    return float("-inf") if not x else abs(x) if math.isinf(x) or math.isnan(x) else math.frexp(x)[1] - 1


def _ldexp(x: float, y: float) -> float:
    return math.ldexp(x, int(max(-5000, min(5000, y))))


def _gamma(x: float) -> float:
    return math.lgamma(x) if x > 0 or x != math.floor(x) else float("inf")


def _fdim(x: float, y: float) -> float:
    return _NAN if math.isnan(x) or math.isnan(y) else max(x - y, 0.0)


_ONE: dict[str, Callable[[float], float]] = {
    "floor": _rounded(math.floor), "ceil": _rounded(math.ceil), "round": _rounded(_half_away), "trunc": _rounded(math.trunc),
    "rint": _rounded(round), "nearbyint": _rounded(round), "sqrt": math.sqrt, "cbrt": math.cbrt, "exp": math.exp,
    "exp2": lambda x: _pow(2, x), "exp10": lambda x: _pow(10, x), "pow10": lambda x: _pow(10, x), "expm1": math.expm1,
    "log": _log(math.log), "log2": _log(math.log2), "log10": _log(math.log10), "log1p": math.log1p, "sin": math.sin,
    "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan, "sinh": math.sinh,
    "cosh": math.cosh, "tanh": math.tanh, "asinh": math.asinh, "acosh": math.acosh, "atanh": math.atanh, "fabs": math.fabs,
    "significand": _significand, "logb": _logb, "gamma": _gamma, "lgamma": _gamma, "lgamma_r": _gamma,
    "tgamma": math.gamma, "j0": bessel.j0, "j1": bessel.j1, "y0": bessel.y0, "y1": bessel.y1,
}  # fmt: skip
_TWO: dict[str, Callable[[float, float], float]] = {
    "pow": _pow, "atan2": math.atan2, "fmin": min, "fmax": max, "fmod": math.fmod, "drem": math.remainder, "ldexp": _ldexp,
    "scalb": _ldexp, "scalbln": _ldexp, "copysign": math.copysign, "nextafter": math.nextafter, "hypot": math.hypot,
    "fdim": _fdim, "nexttoward": math.nextafter,
}  # fmt: skip


def _without_input(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _, *numbers: function(*numbers)


def install(functions: dict[tuple[str, int], Callable[..., Any]]) -> None:
    """Put the functions in the table."""
    for name, function in _ONE.items():
        functions[(name, 0)] = _safe(function)
    for name, two in _TWO.items():
        functions[(name, 2)] = _without_input(_safe(two))
    functions[("fma", 3)] = lambda _, *numbers: _safe(lambda x, y, z: x * y + z)(*numbers)
    functions[("frexp", 0)] = _frexp
    functions[("modf", 0)] = _modf
    functions[("infinite", 0)] = lambda x: float("inf")
    functions[("nan", 0)] = lambda x: _NAN
    functions[("isinfinite", 0)] = lambda x: math.isinf(_number(x))
    functions[("isnan", 0)] = lambda x: math.isnan(_number(x))
    functions[("isnormal", 0)] = lambda x: not math.isinf(_number(x)) and abs(_number(x)) >= 2.2250738585072014e-308
    functions[("abs", 0)] = _abs


def _abs(x: Any) -> Any:
    if not is_number(x):
        raise JqError(f"{type_of(x)} ({shown(x)}) has no absolute value")
    return abs(x)
