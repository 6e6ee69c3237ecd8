"""Announces the standard devices. Numbers as in Linux's Documentation/admin-guide/devices.txt."""

from __future__ import annotations

from collections.abc import Iterable

from kos_kernel.api import DeviceDriver, hookimpl


@hookimpl
def kos_device_drivers() -> Iterable[DeviceDriver]:
    """Announce null, zero, full, random, urandom, tty, console, pty and ramdisk."""
    none = "kos_dev_standard.options:NoOptions"
    yield DeviceDriver(
        "null",
        contract=1,
        make="kos_dev_standard.streams:Null",
        options=none,
        summary="takes everything, gives nothing",
        number=(1, 3),
        nodes=("null",),
    )
    yield DeviceDriver(
        "zero",
        contract=1,
        make="kos_dev_standard.streams:Zero",
        options=none,
        summary="NUL bytes without end",
        number=(1, 5),
        nodes=("zero",),
    )
    yield DeviceDriver(
        "full",
        contract=1,
        make="kos_dev_standard.streams:Full",
        options=none,
        summary="the disk that is always full",
        number=(1, 7),
        nodes=("full",),
    )
    yield DeviceDriver(
        "random",
        contract=1,
        make="kos_dev_standard.streams:Random",
        options=none,
        summary="random bytes from the machine's seed",
        number=(1, 8),
        nodes=("random",),
    )
    yield DeviceDriver(
        "urandom",
        contract=1,
        make="kos_dev_standard.streams:Random",
        options=none,
        summary="random bytes from the machine's seed",
        number=(1, 9),
        nodes=("urandom",),
    )
    yield DeviceDriver(
        "tty",
        contract=1,
        make="kos_dev_standard.streams:ControllingTerminal",
        options=none,
        summary="the terminal of whoever opens it",
        number=(5, 0),
        nodes=("tty",),
    )
    yield DeviceDriver(
        "console",
        contract=1,
        make="kos_dev_standard.console:Console",
        options="kos_dev_standard.options:TerminalOptions",
        summary="a terminal whose other end is the host's program",
        number=(5, 1),
        mode=0o600,
        nodes=("console",),
    )
    yield DeviceDriver(
        "pty",
        contract=1,
        make="kos_dev_standard.pty:Multiplexer",
        options="kos_dev_standard.options:PtyOptions",
        summary="pseudo-terminals: opening /dev/ptmx makes a pair",
        number=(5, 2),
        nodes=("ptmx",),
    )
    yield DeviceDriver(
        "ramdisk",
        contract=1,
        make="kos_dev_standard.ramdisk:RamDisk",
        options="kos_dev_standard.options:RamDiskOptions",
        summary="a disk in memory",
        kind="block",
        mode=0o660,
    )
