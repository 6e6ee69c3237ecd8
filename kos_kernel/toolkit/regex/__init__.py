"""Regular expressions as GNU's tools have them, over bytes, in bounded time. See `facade.py`; `compile` is what you want.

This file imports nothing, since globs and the shell's start share the package with the engines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kos_kernel.toolkit.regex.errors import PatternError, PatternLimit
    from kos_kernel.toolkit.regex.facade import Regex, compile, compile_any
    from kos_kernel.toolkit.regex.types import Match

__all__ = ["Match", "PatternError", "PatternLimit", "Regex", "compile", "compile_any"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in ("PatternError", "PatternLimit"):
        from kos_kernel.toolkit.regex import errors

        return getattr(errors, name)
    if name == "Match":
        from kos_kernel.toolkit.regex import types

        return types.Match
    from kos_kernel.toolkit.regex import facade

    return getattr(facade, name)
