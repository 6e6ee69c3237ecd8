"""What plugins and programs may import: every public name of the contracts, the errors, Linux's numbers and the toolkit.

    from kos_kernel.api import Inode, SysError, O_CREAT, hookimpl

Nothing is imported here; a name is fetched from its home when it is first asked for (PEP 562), so that a scheduler doesn't pay
for the option parser. What isn't in this file is the kernel's own and may change without notice; these names change only as
docs/explanation/contracts.md says.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .abi import *  # noqa: F403
    from .calls.names import Stat as Stat
    from .calls.times import Rusage as Rusage
    from .calls.times import Uname as Uname
    from .config_types import ByteSize as ByteSize
    from .config_types import DriverOptions as DriverOptions
    from .config_types import DurationNs as DurationNs
    from .config_types import HostPath as HostPath
    from .contracts.container import Bundle as Bundle
    from .contracts.container import ContainerRuntime as ContainerRuntime
    from .contracts.container import ContainerState as ContainerState
    from .contracts.context import Caller as Caller
    from .contracts.context import Clock as Clock
    from .contracts.context import Context as Context
    from .contracts.context import DeviceContext as DeviceContext
    from .contracts.context import Entropy as Entropy
    from .contracts.context import NetContext as NetContext
    from .contracts.context import WaitQueue as WaitQueue
    from .contracts.device import BlockDevice as BlockDevice
    from .contracts.device import CharDevice as CharDevice
    from .contracts.device import Device as Device
    from .contracts.device import Handle as Handle
    from .contracts.fs import Attributes as Attributes
    from .contracts.fs import DirEntry as DirEntry
    from .contracts.fs import FileSystem as FileSystem
    from .contracts.fs import GeneratedFile as GeneratedFile
    from .contracts.fs import Inode as Inode
    from .contracts.fs import StatFs as StatFs
    from .contracts.fs import StaticDirectory as StaticDirectory
    from .contracts.fs import StaticFile as StaticFile
    from .contracts.observer import EVENTS as EVENTS
    from .contracts.observer import Observer as Observer
    from .contracts.program import BinaryFormat as BinaryFormat
    from .contracts.program import Image as Image
    from .contracts.program import Main as Main
    from .contracts.program import ProgramTable as ProgramTable
    from .contracts.program import Redirect as Redirect
    from .contracts.protocol import Address as Address
    from .contracts.protocol import Endpoint as Endpoint
    from .contracts.protocol import Protocol as Protocol
    from .contracts.reclaim import Reclaim as Reclaim
    from .contracts.records import CONTRACTS as CONTRACTS
    from .contracts.records import BinfmtDriver as BinfmtDriver
    from .contracts.records import ContainerDriver as ContainerDriver
    from .contracts.records import DeviceDriver as DeviceDriver
    from .contracts.records import FsDriver as FsDriver
    from .contracts.records import ObserverDriver as ObserverDriver
    from .contracts.records import ProgramFamily as ProgramFamily
    from .contracts.records import ProtocolDriver as ProtocolDriver
    from .contracts.records import ReclaimDriver as ReclaimDriver
    from .contracts.records import SchedulerDriver as SchedulerDriver
    from .contracts.records import Subcommand as Subcommand
    from .contracts.records import UnitDriver as UnitDriver
    from .contracts.scheduler import ANY_CPU as ANY_CPU
    from .contracts.scheduler import NO_DEMAND as NO_DEMAND
    from .contracts.scheduler import TICK_NS as TICK_NS
    from .contracts.scheduler import UNLIMITED as UNLIMITED
    from .contracts.scheduler import Demand as Demand
    from .contracts.scheduler import Enqueue as Enqueue
    from .contracts.scheduler import Policy as Policy
    from .contracts.scheduler import Scheduler as Scheduler
    from .contracts.scheduler import Task as Task
    from .contracts.unit import Section as Section
    from .contracts.unit import Unit as Unit
    from .contracts.unit import UnitContext as UnitContext
    from .contracts.unit import UnitType as UnitType
    from .contracts.view import KernelView as KernelView
    from .contracts.view import MountView as MountView
    from .contracts.view import ProcessView as ProcessView
    from .errors import *  # noqa: F403
    from .hookspecs.markers import hookimpl as hookimpl
    from .machine import Machine as Machine
    from .machine import Result as Result
    from .signals import Handler as Handler
    from .signals import default_action as default_action
    from .standalone import driver_records as driver_records
    from .standalone import seeded_entropy as seeded_entropy
    from .standalone import standalone as standalone
    from .syscalls import Syscalls as Syscalls
    from .toolkit import regex as _regex
    from .toolkit.accounts import Accounts as Accounts
    from .toolkit.accounts import read_whole as read_whole
    from .toolkit.charge import Charge as Charge
    from .toolkit.complaints import cause as cause
    from .toolkit.complaints import complain as complain
    from .toolkit.complaints import is_utf8 as is_utf8
    from .toolkit.complaints import parsed as parsed
    from .toolkit.complaints import refuse as refuse
    from .toolkit.complaints import sole_option as sole_option
    from .toolkit.execute import COMMAND_NOT_FOUND as COMMAND_NOT_FOUND
    from .toolkit.execute import exec_command as exec_command
    from .toolkit.execute import exec_status as exec_status
    from .toolkit.execute import is_executable as is_executable
    from .toolkit.execute import run_command as run_command
    from .toolkit.execute import search_path as search_path
    from .toolkit.glob import Glob as Glob
    from .toolkit.glob import GlobBytes as GlobBytes
    from .toolkit.glob import compile_glob as compile_glob
    from .toolkit.glob import compile_glob_bytes as compile_glob_bytes
    from .toolkit.glob import has_magic as has_magic
    from .toolkit.inputs import Inputs as Inputs
    from .toolkit.integers import decimal_digits as decimal_digits
    from .toolkit.integers import parse_decimal as parse_decimal
    from .toolkit.longdouble import LongDouble as LongDouble
    from .toolkit.longdouble import parse_long_double as parse_long_double
    from .toolkit.longdouble import render_long_double as render_long_double
    from .toolkit.longdouble import round_long_double as round_long_double
    from .toolkit.messages import BadNumber as BadNumber
    from .toolkit.messages import human as human
    from .toolkit.messages import parse_size as parse_size
    from .toolkit.messages import quote as quote
    from .toolkit.messages import quoteaf as quoteaf
    from .toolkit.messages import quotef as quotef
    from .toolkit.options import Command as Command
    from .toolkit.options import CommandExit as CommandExit
    from .toolkit.options import Digits as Digits
    from .toolkit.options import Flag as Flag
    from .toolkit.options import HelpRequested as HelpRequested
    from .toolkit.options import Option as Option
    from .toolkit.options import Options as Options
    from .toolkit.options import UsageError as UsageError
    from .toolkit.options import Value as Value
    from .toolkit.regex import Match as Match
    from .toolkit.regex import PatternError as PatternError
    from .toolkit.regex import PatternLimit as PatternLimit
    from .toolkit.regex import Regex as Regex
    from .toolkit.signalnames import signal_name as signal_name
    from .toolkit.signalnames import signal_number as signal_number
    from .toolkit.stamps import UTC as UTC
    from .toolkit.stamps import Moment as Moment
    from .toolkit.stamps import Zone as Zone
    from .toolkit.stamps import broken_down as broken_down
    from .toolkit.stamps import civil_from_days as civil_from_days
    from .toolkit.stamps import days_from_civil as days_from_civil
    from .toolkit.stamps import short_stamp as short_stamp
    from .toolkit.stamps import strftime as strftime
    from .toolkit.streams import CHUNK as CHUNK
    from .toolkit.streams import Reader as Reader
    from .toolkit.streams import Writer as Writer
    from .toolkit.zones import zone_named as zone_named
    from .toolkit.zones import zone_of as zone_of

    # Assigned, because an import under another name counts as private to mypy.
    compile_regex = _regex.compile
    compile_regex_any = _regex.compile_any

_HOMES = {
    "calls.names": "Stat",
    "calls.times": "Rusage Uname",
    "config_types": "ByteSize DriverOptions DurationNs HostPath",
    "contracts.container": "Bundle ContainerRuntime ContainerState",
    "contracts.context": "Caller Clock Context DeviceContext Entropy NetContext WaitQueue",
    "contracts.device": "BlockDevice CharDevice Device Handle",
    "contracts.fs": "Attributes DirEntry FileSystem GeneratedFile Inode StaticDirectory StaticFile StatFs",
    "contracts.observer": "EVENTS Observer",
    "contracts.program": "BinaryFormat Image Main ProgramTable Redirect",
    "contracts.protocol": "Address Endpoint Protocol",
    "contracts.reclaim": "Reclaim",
    "contracts.records": "CONTRACTS BinfmtDriver ContainerDriver DeviceDriver FsDriver ObserverDriver ProgramFamily "
    "ProtocolDriver ReclaimDriver SchedulerDriver Subcommand UnitDriver",
    "contracts.scheduler": "ANY_CPU NO_DEMAND TICK_NS UNLIMITED Demand Enqueue Policy Scheduler Task",
    "contracts.unit": "Section Unit UnitContext UnitType",
    "contracts.view": "KernelView MountView ProcessView",
    "hookspecs.markers": "hookimpl",
    "machine": "Machine Result",
    "signals": "Handler default_action",
    "standalone": "driver_records seeded_entropy standalone",
    "syscalls": "Syscalls",
    "toolkit.accounts": "Accounts read_whole",
    "toolkit.execute": "COMMAND_NOT_FOUND exec_command exec_status is_executable run_command search_path",
    "toolkit.signalnames": "signal_name signal_number",
    "toolkit.stamps": "UTC Moment Zone broken_down civil_from_days days_from_civil short_stamp strftime",
    "toolkit.zones": "zone_named zone_of",
    "toolkit.charge": "Charge",
    "toolkit.complaints": "cause complain is_utf8 parsed refuse sole_option",
    "toolkit.glob": "Glob GlobBytes compile_glob compile_glob_bytes has_magic",
    "toolkit.inputs": "Inputs",
    "toolkit.integers": "decimal_digits parse_decimal",
    "toolkit.longdouble": "LongDouble parse_long_double render_long_double round_long_double",
    "toolkit.messages": "BadNumber human parse_size quote quoteaf quotef",
    "toolkit.options": "Command CommandExit Digits Flag HelpRequested Option Options UsageError Value",
    "toolkit.regex": "Match PatternError PatternLimit Regex",
    "toolkit.streams": "CHUNK Reader Writer",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}
_RENAMED = {"compile_regex": ("toolkit.regex", "compile"), "compile_regex_any": ("toolkit.regex", "compile_any")}
_WHOLE = ("abi", "errors")  # modules all of whose public names belong here


def __getattr__(name: str) -> object:
    from importlib import import_module

    value: object
    if name in _RENAMED:
        home, original = _RENAMED[name]
        value = globals()[name] = getattr(import_module(f"kos_kernel.{home}"), original)
        return value
    known = _HOME_OF.get(name)
    for candidate in (known,) if known is not None else _WHOLE:
        module = import_module(f"kos_kernel.{candidate}")
        if not name.startswith("_") and hasattr(module, name):
            value = getattr(module, name)
            globals()[name] = value
            return value
    raise AttributeError(
        f"kos_kernel.api has no {name!r}: it offers the contracts, errors, Linux's numbers and the toolkit"
    )


def __dir__() -> list[str]:
    from importlib import import_module

    names = {*_HOME_OF, *_RENAMED}
    for whole in _WHOLE:
        names.update(name for name in dir(import_module(f"kos_kernel.{whole}")) if not name.startswith("_"))
    return sorted(names)
