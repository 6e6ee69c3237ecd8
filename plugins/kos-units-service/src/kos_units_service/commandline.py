"""ExecStart= and friends: systemd's splitting into words, its prefixes, and values of time."""

from __future__ import annotations

import re
from typing import NamedTuple

from kos_kernel.api import ConfigError

_WORD = re.compile(r"""\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+)""")
_PART = re.compile(r"""\\(.)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\\"']+)""")
_ESCAPES = {"n": "\n", "t": "\t", "s": " "}
_UNITS = {
    "us": 1_000, "usec": 1_000, "ms": 1_000_000, "msec": 1_000_000, "": 1_000_000_000, "s": 1_000_000_000,
    "sec": 1_000_000_000, "second": 1_000_000_000, "seconds": 1_000_000_000, "m": 60_000_000_000, "min": 60_000_000_000,
    "h": 3_600_000_000_000, "hr": 3_600_000_000_000, "d": 86_400_000_000_000, "day": 86_400_000_000_000,
}  # fmt: skip


class CommandLine(NamedTuple):
    """One command. tolerant: its failure doesn't count (prefix "-")."""

    argv: list[bytes]
    tolerant: bool


def parse_command(unit: str, key: str, value: str) -> CommandLine:
    """Return a command line's words. Raises ConfigError for an unfinished quote, or a prefix that isn't supported."""
    tolerant = False
    text = value
    while text[:1] in ("-", "@", ":", "+", "!"):
        if text[0] != "-":
            raise ConfigError(f"{unit}: {key}={value}: the prefix {text[0]!r} is not supported; '-' is")
        tolerant = True
        text = text[1:]
    words: list[bytes] = []
    at = 0
    while text[at:].strip():
        found = _WORD.match(text, at)
        if found is None:
            raise ConfigError(f"{unit}: {key}={value}: a quote isn't closed")
        words.append(_unquoted(found.group(1)).encode("utf-8", "surrogateescape"))
        at = found.end()
    if not words:
        raise ConfigError(f"{unit}: {key} names no program")
    return CommandLine(words, tolerant)


def _unquoted(word: str) -> str:
    parts = []
    for escaped, double, single, plain in _PART.findall(word):
        if escaped:
            parts.append(_ESCAPES.get(escaped, escaped))
        else:
            inner = double or single
            parts.append(re.sub(r"\\(.)", lambda m: _ESCAPES.get(m.group(1), m.group(1)), inner) if inner else plain)
    return "".join(parts)


def parse_time_ns(unit: str, key: str, value: str) -> int | None:
    """Return a time span in ns ("5", "1min 30s", "200ms"); None for "infinity"."""
    text = value.strip()
    if text == "infinity":
        return None
    total = 0.0
    at = 0
    found_any = False
    for match in re.finditer(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text):
        if match.start() != at or match.group(2) not in _UNITS:
            break
        total += float(match.group(1)) * _UNITS[match.group(2)]
        at = match.end()
        found_any = True
    if at != len(text) or not found_any:
        raise ConfigError(f"{unit}: {key}={value}: expected a time such as 5, 200ms or 1min 30s")
    return int(total)


def parse_flag(unit: str, key: str, value: str) -> bool:
    """Return a yes or no."""
    word = value.strip().lower()
    if word in ("1", "yes", "true", "on"):
        return True
    if word in ("0", "no", "false", "off"):
        return False
    raise ConfigError(f"{unit}: {key}={value}: expected yes or no")
