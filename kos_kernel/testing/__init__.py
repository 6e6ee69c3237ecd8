"""What authors of plugins and programs test with.

    conformance(group, name)     a pytest test that runs the kit's cases against a driver      conformance.py
    check_driver(group, name)    the same without pytest: a report                             conformance.py
    run_main(machine, main)      run a Python function as a process of a machine               machines.py
    fake contexts and views      for drivers on their own, without a kernel                    fakes.py

Nothing is imported here: a name is fetched when it is first asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .conformance import check_driver as check_driver
    from .conformance import conformance as conformance
    from .machines import run_main as run_main

_HOMES = {"conformance": "conformance", "check_driver": "conformance", "run_main": "machines"}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"kos_kernel.testing has no {name!r}; it offers {', '.join(sorted(_HOMES))}")
    from importlib import import_module

    value: object = getattr(import_module(f"kos_kernel.testing.{home}"), name)
    globals()[name] = value
    return value
