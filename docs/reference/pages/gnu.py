"""The page of GNU's commands: each option that GNU's --help names, and whether ours has it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

FACTS = Path(__file__).resolve().parents[1] / "gnu_options.toml"
_LEFT = re.compile(r"\s{1,8}(-.*?)(?:\s{2,}.*)?")
_NAME = re.compile(r"(?:^|(?<=[\s,|]))(--[a-z0-9][\w-]*|-[A-Za-z0-9](?![\w-]))")
_STANDARD = {"--help", "--version"}


def gnu() -> dict[str, list[str]]:
    """Return GNU's options by command."""
    facts = tomllib.loads(FACTS.read_text(encoding="utf-8"))
    return {name: options.split() for name, options in facts.items()}


def named_in(help_text: str) -> set[str]:
    """Return the options that a --help names in its left column, but for --help and --version."""
    found: set[str] = set()
    for line in help_text.splitlines():
        left = _LEFT.fullmatch(line)
        if left is not None:
            found.update(_NAME.findall(left[1]))
    return found - _STANDARD


def ours() -> dict[str, set[str]]:
    """Return the options of our commands, as their tables give them in --help."""
    from kos_kernel import Machine

    with Machine() as machine:
        texts = {name: machine.exec([f"/usr/bin/{name}", "--help"]) for name in gnu()}
    return {
        name: named_in(done.stdout.decode()) if done.stdout.startswith(b"Usage:") else set()
        for name, done in texts.items()
    }


def table() -> list[tuple[str, list[str], list[str]]]:
    """Return (command, GNU's options that ours has, those that it hasn't)."""
    have = ours()
    return [
        (name, [o for o in options if o in have[name]], [o for o in options if o not in have[name]])
        for name, options in sorted(gnu().items())
    ]


def page() -> str:
    """Return the page."""
    rows = table()
    has, lacks = sum(len(row[1]) for row in rows), sum(len(row[2]) for row in rows)
    lines = [
        "# GNU's options",
        "",
        f"Of the {has + lacks} options that the commands of GNU coreutils, diffutils, grep, sed, patch, xargs and gawk name in their"
        f" `--help`,"
        f" ours have {has}. One that is missing is refused as GNU refuses an option it doesn't know.",
        "",
        "| command | has | lacks |",
        "|---|---|---|",
    ]
    for name, good, bad in rows:
        cells = (" ".join(f"`{option}`" for option in options) for options in (good, bad))
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)
