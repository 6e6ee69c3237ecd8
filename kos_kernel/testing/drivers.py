"""The driver that is tried: finding it, making it on its own, and making machines that use it.

    Driver    one driver and how it is configured; lives as long as its tests
    Subject   that driver afresh for one case, with what the case needs around it; gone when the case is over

A driver is named, as in kos.toml, or given as the record that its plugin would announce (for one that isn't installed). Its
options are a mapping as in kos.toml, or a function from an empty temporary folder to such a mapping, for drivers that want a
folder of the host. They pass through the driver's own options model, so the host paths that they name are granted and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..config_options import driver_options
from ..contracts.machine import MachineConfig, Options
from ..errors import ConfigError, PluginError, RunTimeout
from ..index import Entry
from ..machine import Machine, Result
from ..platform import Platform
from ..registry import Registry
from .cases import NotAsked, Violation
from .fakes import StillKernel
from .machines import run_main

if TYPE_CHECKING:
    from ..contracts.records import Record

Written = Mapping[str, Any]
OptionsSource = Written | Callable[[str], Written] | None
MACHINE_SECONDS = 60.0  # of machine time; virtual, so it costs nothing


class Driver:
    """See above. example: what the kit can't know of this kind, such as the text of a unit file; see each suite."""

    def __init__(
        self,
        group: str,
        named: str | Record,
        *,
        options: OptionsSource = None,
        example: Any = None,
        platform: Platform | None = None,
    ) -> None:
        self.group = group
        self.name = named if isinstance(named, str) else named.name
        self.options = options
        self.example = example
        self.strict = False  # a driver that can't be made without options is an error, not one that can't be asked
        self.given = not isinstance(named, str)  # as a record, instead of found among what is installed
        self.platform = platform or Platform(Platform.shared().registry)
        if not isinstance(named, str):
            self.platform = Platform(Beside(group, named, self.platform.registry))
        self._base: MachineConfig | None = None
        self.verdicts: dict[str, bool] = {}  # of cases that others build on: whether one failed

    @property
    def registry(self) -> Registry:
        """Return where it comes from."""
        return self.platform.registry

    @property
    def record(self) -> Any:
        """Return its record. Raises PluginError if there is no such driver or its plugin is broken."""
        return self.registry.record(self.group, self.name)

    def settings(self, written: Written) -> tuple[Options, tuple[str, ...]]:
        """Return (options as the factory gets them, host paths that they name) for options as written in kos.toml.

        Raises NotAsked where none were given and the driver can't do without; ConfigError for given ones that are wrong.
        """
        if self.group == "kos.program":
            return Options(), ()
        try:
            return driver_options(self.registry, self.record, written)
        except ConfigError as error:
            if self.options is None and not self.strict:
                raise NotAsked(
                    f"the driver can't be made without options ({error}); give the kit options=..."
                ) from None
            raise

    def factory(self) -> Callable[..., Any]:
        """Return what makes it."""
        return self.registry.factory(self.group, self.name)

    def base(self) -> MachineConfig:
        """Return the machine that cases lay this driver into: all defaults, virtual time, one seed.

        Raises NotAsked if no machine can be made here, since a driver that every machine needs isn't installed.
        """
        if self._base is None:
            try:
                self._base = self.platform.config({"clock": "virtual", "seed": 7})
            except PluginError as error:
                raise NotAsked(f"no machine can be made here: {error}") from None
        return self._base


class Beside(Registry):
    """What is installed, and one driver more that no distribution announces. Keeps nothing of that one on disk."""

    def __init__(self, group: str, record: Record, installed: Registry) -> None:
        super().__init__(installed.index, safe_mode=False, path=installed._path)
        self._extra = Entry(group, record.name, "kos_kernel.testing", "given-to-the-kit", "0")
        self._extra_record = record

    def entries(self, group: str | None = None) -> list[Entry]:
        """Return all entries, this one in the place of any other of its name."""
        mine = self._extra
        others = [e for e in super().entries(group) if (e.group, e.name) != (mine.group, mine.name)]
        return sorted([*others, mine]) if group in (None, mine.group) else others

    def record(self, group: str, name: str, *, where: str = "", disabled: Collection[str] = ()) -> Any:
        """Return a driver's record."""
        if (group, name) == (self._extra.group, self._extra.name):
            return self._extra_record
        return super().record(group, name, where=where, disabled=disabled)

    def flush(self) -> None:
        """Keep nothing: the table of programs may hold what isn't installed."""


class Subject:
    """One driver for one case, between begin and end: machines and folders go with it. Each kind has its own subclass.

    kernel: the still kernel of the driver that is made on its own.  written: its options as in kos.toml.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.kernel = StillKernel()
        self._stack = ExitStack()
        self.written: Written = {}
        self.options = Options()  # as the factory gets them
        self.grants: tuple[str, ...] = ()  # the host paths that they name

    def begin(self) -> None:
        """Read the options. Raises NotAsked, ConfigError, PluginError."""
        source = self.driver.options
        try:
            if source is not None:
                self.written = source(self._folder()) if callable(source) else source
            self.options, self.grants = self.driver.settings(self.written)
        except BaseException:
            self._stack.close()
            raise

    def end(self) -> None:
        """Close the machines and remove the folder."""
        self._stack.close()

    # ---- what each kind says
    @property
    def capabilities(self) -> frozenset[str]:
        """Return what the driver can do, for cases that need it: what its record claims, and what can be seen of it."""
        claimed: frozenset[str] = getattr(self.record, "capabilities", frozenset())
        return claimed

    def context(self, kernel: StillKernel) -> Any:
        """Return the context that the factory gets."""
        return kernel.context(self.grants)

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return the configuration of a machine that uses the driver."""
        raise NotImplementedError

    # ---- the driver on its own
    @property
    def record(self) -> Any:
        """Return the driver's record."""
        return self.driver.record

    def with_me(self, close: Callable[[], object]) -> None:
        """Call something when the case is over."""
        self._stack.callback(close)

    def _folder(self) -> str:
        return self._stack.enter_context(TemporaryDirectory(prefix="kos-kit-", ignore_cleanup_errors=True))

    def make(self, kernel: StillKernel | None = None) -> Any:
        """Return one more driver object, made by its factory on a still kernel."""
        return self.driver.factory()(self.options, self.context(kernel or self.kernel))

    # ---- the driver in a machine
    def machine(self, *, booted: bool = False, **changes: Any) -> Machine:
        """Return a machine that uses the driver. changes: fields of MachineConfig, such as cpus=2.

        booted: from nothing. Others are forks of one that was booted before, as most machines are.
        """
        config = self.plugged(self.driver.base()._replace(**changes))
        platform = Platform(self.driver.registry) if booted else self.driver.platform
        try:
            made = Machine(config, platform=platform)
        except PluginError as error:
            if self.driver.name in str(error):
                raise
            raise NotAsked(f"no machine can be made here: {error}") from None
        self._stack.callback(made.close)
        return made

    def run(self, machine: Machine, main: Callable[[Any], Any], *, user: str | None = None) -> Any:
        """Return what `main(k)` returns, run as a process of a machine. What it raises is raised here."""
        kept: list[Any] = []
        raised: list[Exception] = []

        def program(k: Any, argv: list[bytes]) -> int:
            try:
                kept.append(main(k))
            except Exception as error:
                raised.append(error)
                return 1
            return 0

        try:
            result: Result = run_main(machine, program, user=user, timeout=MACHINE_SECONDS)
        except RunTimeout:
            raise Violation(f"the program was still busy after {MACHINE_SECONDS:.0f} s of machine time") from None
        if raised:
            raise raised[0]
        if not kept:
            raise Violation(
                f"the program never came to its end (status {result.status}): everything waits and nothing can happen"
            )
        return kept[0]
