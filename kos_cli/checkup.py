"""What `kos doctor` looks at. Each look returns findings: what was looked at, what was found, what to do about it."""

from __future__ import annotations

import importlib
import locale
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

GOOD, NOTE, BAD = "ok", "note", "BAD"

# What the kernel and the command stand on, and who needs it.
LIBRARIES = (
    ("greenlet", "the kernel's fibers"),
    ("pluggy", "plugins"),
    ("stevedore", "plugins"),
    ("pydantic", "reading kos.toml"),
    ("typer", "this command's help and completion"),
    ("rich", "tables"),
    ("prompt_toolkit", "kos shell"),
)
# Without these a machine with the default configuration doesn't boot or runs no script.
NEEDED = (
    ("kos.fs", "memory"),
    ("kos.fs", "proc"),
    ("kos.fs", "dev"),
    ("kos.scheduler", "rr"),
    ("kos.binfmt", "script"),
    ("kos.binfmt", "program"),
    ("kos.program", "shell"),
    ("kos.program", "coreutils"),
)


class Finding(NamedTuple):
    """One thing that was looked at. remedy: what to do, "" if nothing needs doing."""

    mark: str
    what: str
    found: str
    remedy: str = ""


def checkup() -> list[Finding]:
    """Return everything there is to say about this host."""
    return [*python(), *libraries(), *plugins(), *cache(), *terminal()]


def python() -> Iterator[Finding]:
    """Look at the interpreter."""
    version = f"{platform.python_implementation()} {platform.python_version()} in {sys.prefix}"
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs an old one is told so
        yield Finding(BAD, "python", version, "install Python 3.11 or newer and make a new environment with it")
    else:
        yield Finding(GOOD, "python", version)
    if sys.platform != "linux":
        yield Finding(
            NOTE, "system", sys.platform, "Linux is supported in full; the documentation says how far others go"
        )


def libraries() -> Iterator[Finding]:
    """Look whether every library can be imported, and whether fibers switch."""
    from importlib.metadata import PackageNotFoundError, version

    for name, use in LIBRARIES:
        try:
            importlib.import_module(name)
            found = version(name)
        except PackageNotFoundError:
            found = "present, version unknown"
        except Exception as error:  # a broken binary may raise anything
            yield Finding(
                BAD, name, f"{type(error).__name__}: {error}", f"pip install --force-reinstall {name}   ({use} need it)"
            )
            continue
        yield Finding(GOOD, name, found)
    try:
        worked = importlib.import_module("greenlet").greenlet(lambda: "switched").switch() == "switched"
    except Exception as error:
        yield Finding(BAD, "fibers", f"{error}", "pip install --force-reinstall greenlet")
    else:
        yield Finding(GOOD if worked else BAD, "fibers", "switch" if worked else "don't switch")


def plugins() -> Iterator[Finding]:
    """Look whether the drivers of a default machine are there, whether names are claimed twice, and whether each loads."""
    from kos_kernel.firstparty import FIRST_PARTY
    from kos_kernel.registry import Registry

    registry = Registry()
    findings = registry.check()
    names = {(finding.entry.group, finding.entry.name) for finding in findings}
    for missing in (key for key in NEEDED if key not in names):
        yield Finding(BAD, "plugins", f"no {missing[0]} driver {missing[1]!r}", f"pip install {FIRST_PARTY[missing]}")
    for finding in findings:
        if finding.problem is not None:
            entry = finding.entry
            first, _, hint = finding.problem.partition("\n")
            label = f"{entry.group}:{entry.name} ({entry.source})"
            yield Finding(BAD, "plugins", first if entry.name in first else f"{label}: {first}", hint.strip())
    good = sum(finding.problem is None for finding in findings)
    count = len({finding.entry.distribution for finding in findings})
    yield Finding(GOOD, "plugins", f"{good} drivers of {count} distributions are in order")


def cache() -> Iterator[Finding]:
    """Look whether what is worked out once can be kept."""
    from kos_kernel.index import cache_folder

    folder = cache_folder()
    if folder is None:
        yield Finding(
            NOTE, "cache", "off", "every start works everything out anew; unset KOS_CACHE_DIR to switch it on"
        )
        return
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remedy = "every start takes longer than it must; set KOS_CACHE_DIR to a folder that can be written"
        yield Finding(BAD, "cache", f"{folder} can't be written: {error.strerror}", remedy)
        return
    yield Finding(GOOD, "cache", folder)


def terminal() -> Iterator[Finding]:
    """Look at what `kos shell` will be shown on."""
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") != "utf8":
        yield Finding(NOTE, "locale", encoding, "names that aren't ASCII will look odd; set LC_ALL=C.UTF-8")
    else:
        yield Finding(GOOD, "locale", encoding)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Finding(NOTE, "terminal", "none", "kos shell needs one; kos run and kos sh don't")
    elif os.environ.get("TERM", "dumb") == "dumb":
        yield Finding(NOTE, "terminal", "TERM is dumb or unset", "kos shell will have no colours and no line editing")
    else:
        yield Finding(GOOD, "terminal", os.environ["TERM"])
