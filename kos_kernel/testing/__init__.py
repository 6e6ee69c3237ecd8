"""What authors of plugins and programs test with.

    conformance(group, name)     a pytest test that runs the kit's cases against a driver      kit.py
    check_driver(group, name)    the same without pytest: a Report of Outcomes                 kit.py
    clauses(group)               the cases themselves: number, name, rule                      kit.py
    run_main(machine, main)      run a Python function as a process of a machine               machines.py
    TwoWorlds(machine, path)     one line of shell on the host and in a machine: what differs          twoworlds.py
    StillKernel, FakeTask ...    contexts and views for drivers on their own, without a kernel fakes.py

The cases are in suites/, one module a kind of driver; what a case is, in cases.py.
Nothing is imported here: a name is fetched when it is first asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .cases import Case as Case
    from .cases import Outcome as Outcome
    from .cases import Report as Report
    from .fakes import FakeClock as FakeClock
    from .fakes import FakeQueue as FakeQueue
    from .fakes import FakeTask as FakeTask
    from .fakes import FakeUnits as FakeUnits
    from .fakes import FakeView as FakeView
    from .fakes import StillKernel as StillKernel
    from .fakes import WouldSleep as WouldSleep
    from .kit import check_driver as check_driver
    from .kit import clauses as clauses
    from .kit import conformance as conformance
    from .machines import run_main as run_main
    from .twoworlds import Difference as Difference
    from .twoworlds import TwoWorlds as TwoWorlds

_HOMES = {
    "Case": "cases",
    "Difference": "twoworlds",
    "Outcome": "cases",
    "Report": "cases",
    "check_driver": "kit",
    "clauses": "kit",
    "conformance": "kit",
    "FakeClock": "fakes",
    "FakeQueue": "fakes",
    "FakeTask": "fakes",
    "FakeUnits": "fakes",
    "FakeView": "fakes",
    "StillKernel": "fakes",
    "TwoWorlds": "twoworlds",
    "WouldSleep": "fakes",
    "run_main": "machines",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"kos_kernel.testing has no {name!r}; it offers {', '.join(sorted(_HOMES))}")
    from importlib import import_module

    value: object = getattr(import_module(f"kos_kernel.testing.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
