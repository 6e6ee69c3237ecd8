"""KOS: a whole Linux-like machine inside one Python process.

    from kos_kernel import Machine

    with Machine(seed=7, clock="virtual") as m:
        print(m.run("uname -a; echo $((6*7))").text)

This file imports nothing: each name below is fetched when it is first asked for, so that `import kos_kernel.something` costs
that something alone. Programs and plugins import `kos_kernel.api`; the layers are drawn in docs/explanation.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .contracts.machine import MachineConfig as MachineConfig
    from .errors import ConfigError as ConfigError
    from .errors import ForkBusy as ForkBusy
    from .errors import KosError as KosError
    from .errors import MachineClosed as MachineClosed
    from .errors import PluginError as PluginError
    from .errors import RunTimeout as RunTimeout
    from .errors import WrongThread as WrongThread
    from .machine import CommandFailed as CommandFailed
    from .machine import Machine as Machine
    from .machine import Result as Result
    from .machine import Shell as Shell
    from .platform import Platform as Platform

_HOMES = {
    "Machine": "machine",
    "Result": "machine",
    "Shell": "machine",
    "CommandFailed": "machine",
    "Platform": "platform",
    "MachineConfig": "contracts.machine",
    "KosError": "errors",
    "ConfigError": "errors",
    "PluginError": "errors",
    "ForkBusy": "errors",
    "MachineClosed": "errors",
    "RunTimeout": "errors",
    "WrongThread": "errors",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - all are strings


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'kos_kernel' has no attribute {name!r}; it offers {', '.join(_HOMES)}")
    from importlib import import_module

    value: object = getattr(import_module(f"kos_kernel.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
