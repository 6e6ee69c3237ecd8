"""A filesystem: a folder with two files, one fixed and one generated at each open."""

from __future__ import annotations

GROUP = "kos.fs"
PREFIX = "kos-fs-"
SUMMARY = "The KOS filesystem $name: a read-only folder with a greeting and a count of its readers."
USE = """\
```toml
[[mounts]]
target = "/greeting"
driver = "$name"
text = "good morning"
```
"""
TABLE = {"src/$package/$module.py": "the filesystem; knows nothing of plugins"}
FILES = {
    "src/$package/plugin.py": '''\
"""Announces the filesystem `$name`."""

from collections.abc import Iterable

from kos_kernel.api import FsDriver, hookimpl


@hookimpl
def kos_fs_drivers() -> Iterable[FsDriver]:
    """Announce `$name`."""
    yield FsDriver(
        "$name",
        contract=1,
        make="$package.$module:$Class",
        options="$package.options:${Class}Options",
        summary="a read-only folder with a greeting",
        fork="cow",
    )
''',
    "src/$package/options.py": '''\
"""What `kos.toml` may say about a mount of `$name`."""

from kos_kernel.api import DriverOptions


class ${Class}Options(DriverOptions):
    """Options of `$name`. text: what the file `greeting` says."""

    text: str = "hello"
''',
    "src/$package/$module.py": '''\
"""A folder of two files: `greeting` says what the configuration says, `readers` how often it was opened.

What is left out (create, write, rename ...) refuses by itself, with the errno of a read-only filesystem on Linux.
"""

from typing import Any

from kos_kernel.api import FileSystem, GeneratedFile, Inode, StaleHandle, StaticDirectory, StaticFile


class $Class(FileSystem):
    """A read-only filesystem with state of its own (the count), which a fork copies."""

    fstype = "$name"
    readonly = True
    cacheable = True

    def __init__(self, options: Any, ctx: Any, readers: int = 0) -> None:
        self._options = options
        self._readers = readers
        greeting = StaticFile(self, 2, options.text.encode() + b"\\n")
        readers_file = GeneratedFile(self, 3, self._count_reader)
        self._root = StaticDirectory(self, 1, {b"greeting": greeting, b"readers": readers_file}, mode=0o755)
        self._inodes: dict[int, Inode] = {1: self._root, 2: greeting, 3: readers_file}

    def root(self) -> Inode:
        """Return the root directory."""
        return self._root

    def inode(self, ino: int) -> Inode:
        """Return the inode of this number; StaleHandle if there is none."""
        try:
            return self._inodes[ino]
        except KeyError:
            raise StaleHandle from None

    def fork(self, ctx: Any) -> "$Class":
        """Return a copy that counts on from here by itself."""
        return $Class(self._options, ctx, self._readers)

    def _count_reader(self) -> bytes:
        """Return what one open of `readers` sees."""
        self._readers += 1
        return b"%d\\n" % self._readers
''',
    "tests/test_conformance.py": '''\
"""The contract of a filesystem, clause by clause."""

from kos_kernel.testing import conformance

test_$module = conformance("kos.fs", "$name")
''',
    "tests/test_in_a_machine.py": '''\
"""What the filesystem does for a user."""

from kos_kernel import Machine

CONFIG = {"mounts": [{"target": "/greeting", "driver": "$name", "text": "good morning"}]}


def test_greeting_says_what_the_configuration_says() -> None:
    with Machine(CONFIG) as machine:
        assert machine.run("cat /greeting/greeting").stdout == b"good morning\\n"


def test_a_fork_counts_its_readers_by_itself() -> None:
    with Machine(CONFIG) as machine:
        assert machine.run("cat /greeting/readers").stdout == b"1\\n"
        with machine.fork() as twin:
            assert twin.run("cat /greeting/readers; cat /greeting/readers").stdout == b"2\\n3\\n"
        assert machine.run("cat /greeting/readers").stdout == b"2\\n"


def test_nothing_can_be_written() -> None:
    with Machine(CONFIG) as machine:
        result = machine.run("touch /greeting/new")
    assert result.status == 1
    assert b"Read-only file system" in result.stderr
''',
}
