"""plugin-api.md: every name that plugins and programs may import from kos_kernel.api."""

from __future__ import annotations

import inspect

import kos_kernel.testing as kit
from kos_kernel import api

from . import markdown

HEAD = """# The plugin API

What a plugin or a program may import: `from kos_kernel.api import ...`. What isn't here is the kernel's own and may change
without notice; these names change only as [contracts](../explanation/contracts.md) says. A name is imported when it is first
asked for, so a plugin pays for what it uses.

The classes of the contracts are described in [driver contracts](driver-contracts.md), records and `hookimpl` in
[hooks](hooks.md), `Syscalls` in [system calls](system-calls.md), errors in [errors](errors.md).
"""


def page() -> str:
    """Return the page."""
    from kos_kernel import abi, errors

    by_home: dict[str, list[str]] = {}
    for name, home in api._HOME_OF.items():
        by_home.setdefault(home, []).append(name)
    for name, (home, _) in api._RENAMED.items():
        by_home.setdefault(home, []).append(name)
    parts = [HEAD]
    for home in sorted(by_home):
        rows = [[markdown.code(name), _about(name)] for name in sorted(by_home[home])]
        parts += [f"## From {home}", markdown.table(["name", "what it is"], rows)]
    numbers = [name for name in vars(abi) if name.isupper() and not name.startswith("_")]
    helpers = [name for name, value in vars(abi).items() if inspect.isfunction(value)]
    codes = [name for name in vars(errors) if name.isupper()]
    parts += [
        "## Linux's numbers",
        "Those of x86-64, on every host, from `kos_kernel/abi.py`.",
        ", ".join(map(markdown.code, numbers)) + ".",
        markdown.table(["function", "what it is"], [[markdown.code(name), _about(name)] for name in helpers]),
        "The errno numbers and tables of `kos_kernel/errors.py`: " + ", ".join(map(markdown.code, codes)) + ".",
    ]
    testing = [[markdown.code(name), _said_by(getattr(kit, name))] for name in dir(kit)]
    parts += ["## For tests: kos_kernel.testing", markdown.table(["name", "what it is"], testing)]
    return "\n\n".join(parts)


def _said_by(value: object) -> str:
    return markdown.escaped(markdown.first_sentence(inspect.getdoc(value) or ""))


def _about(name: str) -> str:
    if name in SAID:
        return SAID[name]
    value = getattr(api, name)
    if isinstance(value, (int, tuple, str)):
        return f"`{value!r}`"
    doc = inspect.getdoc(value) if inspect.isclass(value) or inspect.isroutine(value) else None
    if not doc or doc == inspect.getdoc(type(value)):
        return ""
    return markdown.escaped(markdown.first_sentence(doc))


# What can't say itself what it is: aliases of types, decorators, tables.
SAID = {
    "Address": "a socket's address: bytes for unix sockets, (host, port) for the internet's",
    "ByteSize": 'the type of an option that is a number of bytes, written "256MiB" in kos.toml',
    "CONTRACTS": "the versions of each contract that this kernel speaks, by entry-point group",
    "DurationNs": 'the type of an option that is a duration in ns, written "10ms" in kos.toml',
    "Handler": "what a signal does: SIG_DFL, SIG_IGN or a callable(signum)",
    "HostPath": "the type of an option that names a file or folder of the host; the driver is granted it",
    "Main": "the type of a program's function",
    "Section": "a section of a unit file: key -> its values in order",
    "hookimpl": "marks a plugin's hook",
}
