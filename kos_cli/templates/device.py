"""A character device that gives back what was written to it, turned by thirteen letters."""

from __future__ import annotations

GROUP = "kos.device"
PREFIX = "kos-dev-"
SUMMARY = "The KOS device $name: reads back what was written to it, every letter turned by thirteen."
USE = """\
```toml
[[devices]]
driver = "$name"
name = "$name"              # the node is /dev/$name
```
"""
TABLE = {"src/$package/$module.py": "the device; knows nothing of plugins"}
FILES = {
    "src/$package/plugin.py": '''\
"""Announces the device `$name`."""

from collections.abc import Iterable

from kos_kernel.api import DeviceDriver, hookimpl


@hookimpl
def kos_device_drivers() -> Iterable[DeviceDriver]:
    """Announce `$name`."""
    yield DeviceDriver(
        "$name",
        contract=1,
        make="$package.$module:$Class",
        options="$package.options:${Class}Options",
        summary="reads back what was written, turned by thirteen letters",
        kind="char",
        mode=0o666,
    )
''',
    "src/$package/options.py": '''\
"""What `kos.toml` may say about the device `$name`."""

from kos_kernel.api import DriverOptions
from pydantic import Field


class ${Class}Options(DriverOptions):
    """Options of `$name`. capacity: how many bytes one open file holds before a write is cut short."""

    capacity: int = Field(default=65536, gt=0)
''',
    "src/$package/$module.py": '''\
"""A character device: what is written to an open file can be read back from it, turned by thirteen letters.

Each open file has a buffer of its own, so two programs don't read each other's letters.
"""

import codecs
from typing import Any

from kos_kernel.api import POLLIN, POLLOUT, CharDevice, Handle, NoSpace

_LETTERS = bytes(range(256))
_TURN = bytes.maketrans(_LETTERS, codecs.encode(_LETTERS.decode("latin-1"), "rot13").encode("latin-1"))


class $Class(CharDevice):
    """The device. A read never blocks: with nothing written it is at the end of the file."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._capacity: int = options.capacity

    def open(self, flags: int) -> Handle:
        """Return the state of one more open file: an empty buffer."""
        handle = Handle(flags)
        handle.state = bytearray()
        return handle

    def read(self, handle: Handle, size: int) -> bytes:
        """Return up to `size` of the bytes that wait; b"" if none do."""
        data = bytes(handle.state[:size])
        del handle.state[:size]
        return data

    def write(self, handle: Handle, data: bytes | bytearray | memoryview) -> int:
        """Take as much as fits, turned by thirteen letters, and return how much that was; NoSpace if nothing fits."""
        room = self._capacity - len(handle.state)
        if data and room <= 0:
            raise NoSpace
        taken = bytes(data[:room])
        handle.state += taken.translate(_TURN)
        return len(taken)

    def poll(self, handle: Handle) -> int:
        """Return what would not block: reading and writing never do."""
        return POLLIN | POLLOUT
''',
    "tests/test_conformance.py": '''\
"""The contract of a device, clause by clause."""

from kos_kernel.testing import conformance

test_$module = conformance("kos.device", "$name")
''',
    "tests/test_in_a_machine.py": '''\
"""What the device does for a user."""

from kos_kernel import Machine


def test_what_is_written_comes_back_turned() -> None:
    with Machine({"devices": [{"driver": "$name", "name": "$name"}]}) as machine:
        result = machine.run("exec 3<>/dev/$name; echo Hello >&3; cat <&3")
    assert result.stdout == b"Uryyb\\n"
''',
}
