"""/dev: its nodes, what programs may do with them, hotplug, forks and limits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kos_fs_dev.devfs import DevFs
from kos_kernel.api import (
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    Context,
    NoSpace,
    StaleHandle,
    makedev,
)


class FakeClock:
    def __init__(self) -> None:
        self.now = 0

    def now_ns(self) -> int:
        return self.now

    def realtime_ns(self) -> int:
        self.now += 1
        return self.now


class FakeView:
    def __init__(self) -> None:
        self.table = [("char", 1, 3, "null", 0o666), ("char", 5, 2, "ptmx", 0o666), ("block", 1, 0, "vda", 0o660)]

    def devices(self) -> list[Any]:
        return [device[:4] for device in self.table]

    def device_modes(self) -> dict[str, int]:
        return {device[3]: device[4] for device in self.table}


def context(view: FakeView) -> Any:
    return Context(FakeClock(), None, lambda level, text: None, lambda delay_ns, callback: lambda: None, view)  # type: ignore[arg-type]


def mount(view: FakeView | None = None, size: int = 1 << 20, files: int = 64) -> DevFs:
    return DevFs(SimpleNamespace(size=size, files=files), context(view or FakeView()))


def names(directory: Any) -> list[bytes]:
    return [entry.name for entry in directory.readdir()]


# ---------------------------------------------------------------- what is there
def test_every_device_has_a_node_with_its_number_and_mode() -> None:
    root = mount().root()
    null, disk = root.lookup(b"null"), root.lookup(b"vda")
    assert null is not None and disk is not None
    assert (null.attr.mode, null.attr.rdev) == (S_IFCHR | 0o666, makedev(1, 3))
    assert (disk.attr.mode, disk.attr.rdev) == (S_IFBLK | 0o660, makedev(1, 0))


def test_the_standard_links_and_directories_are_there() -> None:
    root = mount().root()
    links = {name: root.lookup(name).readlink() for name in (b"fd", b"stdin", b"stdout", b"stderr")}  # type: ignore[union-attr]
    assert links == {
        b"fd": b"/proc/self/fd",
        b"stdin": b"/proc/self/fd/0",
        b"stdout": b"/proc/self/fd/1",
        b"stderr": b"/proc/self/fd/2",
    }
    assert root.lookup(b"pts").attr.mode == S_IFDIR | 0o755  # type: ignore[union-attr]
    assert root.lookup(b"shm").attr.mode == S_IFDIR | 0o1777  # type: ignore[union-attr]
    assert names(root) == [b"fd", b"stdin", b"stdout", b"stderr", b"pts", b"shm", b"null", b"ptmx", b"vda"]


def test_the_same_name_gives_the_same_object() -> None:
    root = mount().root()
    assert root.lookup(b"null") is root.lookup(b"null")


# ---------------------------------------------------------------- hotplug
def test_a_device_that_is_plugged_in_appears_and_goes_with_it() -> None:
    view = FakeView()
    fs = mount(view)
    pts = fs.root().lookup(b"pts")
    assert pts is not None and pts.lookup(b"0") is None
    view.table.append(("char", 136, 0, "pts/0", 0o620))
    slave = pts.lookup(b"0")
    assert slave is not None and slave.attr.mode == S_IFCHR | 0o620
    view.table.pop()
    assert names(pts) == []


def test_a_device_in_a_folder_that_is_not_there_makes_the_folder() -> None:
    view = FakeView()
    root = mount(view).root()
    view.table.append(("char", 13, 64, "input/event0", 0o660))
    assert names(root.lookup(b"input")) == [b"event0"]


def test_what_a_program_removed_stays_removed_and_what_it_made_stays() -> None:
    view = FakeView()
    root = mount(view).root()
    null = root.lookup(b"null")
    assert null is not None
    root.unlink(b"null", null)
    root.create(b"vdb", S_IFREG | 0o644, 0, 0)
    view.table.append(("block", 1, 1, "vdb", 0o660))
    assert root.lookup(b"null") is None
    mine = root.lookup(b"vdb")
    assert mine is not None and mine.attr.mode & S_IFMT == S_IFREG
    view.table.pop()
    assert root.lookup(b"nothing") is None
    assert root.lookup(b"vdb") is mine


# ---------------------------------------------------------------- programs at work
def test_mknod_makes_a_node_of_any_number() -> None:
    root = mount().root()
    node = root.create(b"mine", S_IFCHR | 0o600, 7, 8, makedev(250, 300))
    assert (node.attr.rdev, node.attr.uid, node.attr.gid) == (makedev(250, 300), 7, 8)


def test_a_plain_file_keeps_its_bytes_and_a_gap_reads_as_zeros() -> None:
    file = mount().root().create(b"f", S_IFREG | 0o644, 0, 0)
    assert file.write(3, b"abc") == 3
    assert file.read(0, 100) == b"\0\0\0abc"
    file.truncate(4)
    file.truncate(6)
    assert (file.read(0, 100), file.attr.size) == (b"\0\0\0a\0\0", 6)


def test_an_unlinked_file_lives_while_it_is_open() -> None:
    fs = mount()
    root = fs.root()
    file = root.create(b"f", S_IFREG | 0o644, 0, 0)
    file.opens += 1
    file.write(0, b"x")
    root.unlink(b"f", file)
    assert (file.read(0, 9), file.attr.nlink) == (b"x", 0)
    file.opens -= 1
    fs.forget(file)
    assert fs.table.bytes_used == 0
    with pytest.raises(StaleHandle):
        fs.inode(file.ino)


def test_directories_count_their_links() -> None:
    root = mount().root()
    before = root.attr.nlink
    a = root.create(b"a", S_IFDIR | 0o755, 0, 0)
    b = a.create(b"b", S_IFDIR | 0o755, 0, 0)
    assert (root.attr.nlink, a.attr.nlink, b.attr.nlink) == (before + 1, 3, 2)
    a.rename(b"b", b, root, b"b", None)
    assert (root.attr.nlink, a.attr.nlink) == (before + 2, 2)
    root.rmdir(b"a", a)
    assert root.attr.nlink == before + 1


# ---------------------------------------------------------------- limits
def test_bytes_and_names_are_limited_and_given_back() -> None:
    root = mount(size=1000, files=12).root()
    file = root.create(b"f", S_IFREG | 0o644, 0, 0)
    file.write(0, bytes(1000))
    with pytest.raises(NoSpace):
        file.write(1000, b"x")
    with pytest.raises(NoSpace):
        file.truncate(1 << 60)
    file.truncate(0)
    assert file.write(0, bytes(1000)) == 1000
    with pytest.raises(NoSpace):
        for number in range(10):
            root.create(b"%d" % number, S_IFREG | 0o644, 0, 0)
    assert names(root)[-1] != b"9"


# ---------------------------------------------------------------- forks
def test_a_fork_shares_all_and_sees_nothing_of_what_follows() -> None:
    view = FakeView()
    fs = mount(view)
    file = fs.root().create(b"f", S_IFREG | 0o644, 0, 0)
    file.write(0, b"before")
    twin = fs.fork(context(view))
    assert twin.table.nodes is fs.table.nodes
    copy = twin.root().lookup(b"f")
    assert copy is not None and copy is not file and copy.ino == file.ino
    file.write(0, b"parent")
    copy.write(0, b"childs")
    fs.root().create(b"g", S_IFREG | 0o644, 0, 0)
    assert (file.read(0, 9), copy.read(0, 9)) == (b"parent", b"childs")
    assert twin.root().lookup(b"g") is None


class Forks(RuleBasedStateMachine):
    """Random work on a machine and its forks, against a plain copy of what each should hold."""

    def __init__(self) -> None:
        super().__init__()
        self.view = FakeView()
        self.machines: list[tuple[DevFs, dict[bytes, bytes]]] = [(mount(self.view, files=200), {})]

    pick = st.integers(0, 7)
    name = st.sampled_from([b"a", b"b", b"c"])
    data = st.binary(max_size=9)

    def _at(self, index: int) -> tuple[DevFs, dict[bytes, bytes]]:
        return self.machines[index % len(self.machines)]

    @rule(index=pick, name=name, data=data, offset=st.integers(0, 12))
    def write(self, index: int, name: bytes, data: bytes, offset: int) -> None:
        fs, model = self._at(index)
        file = fs.root().lookup(name) or fs.root().create(name, S_IFREG | 0o644, 0, 0)
        file.write(offset, data)
        old = model.get(name, b"")
        model[name] = old.ljust(offset, b"\0")[:offset] + data + old[offset + len(data) :] if data else old

    @rule(index=pick, name=name)
    def unlink(self, index: int, name: bytes) -> None:
        fs, model = self._at(index)
        file = fs.root().lookup(name)
        assert (file is None) == (name not in model)
        if file is not None:
            fs.root().unlink(name, file)
            del model[name]

    @rule(index=pick, old=name, new=name)
    def rename(self, index: int, old: bytes, new: bytes) -> None:
        fs, model = self._at(index)
        file = fs.root().lookup(old)
        if file is not None and old != new:
            fs.root().rename(old, file, fs.root(), new, fs.root().lookup(new))
            model[new] = model.pop(old)

    @precondition(lambda self: len(self.machines) < 8)
    @rule(index=pick)
    def fork(self, index: int) -> None:
        fs, model = self._at(index)
        self.machines.append((fs.fork(context(self.view)), dict(model)))

    @rule(index=pick)
    def drop(self, index: int) -> None:
        if len(self.machines) > 1:
            self.machines.pop(index % len(self.machines))

    @invariant()
    def every_machine_holds_what_its_model_holds(self) -> None:
        for fs, model in self.machines:
            root = fs.root()
            files = {entry.name for entry in root.readdir() if entry.type == S_IFREG}
            assert files == set(model)
            for name, content in model.items():
                file = root.lookup(name)
                assert file is not None
                assert (file.read(0, 100), file.attr.size) == (content, len(content))
            assert fs.table.bytes_used == sum(map(len, model.values()))


TestForks = Forks.TestCase
TestForks.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_types_are_told_in_a_listing() -> None:
    types = {entry.name: entry.type for entry in mount().root().readdir()}
    assert types[b"fd"] == S_IFLNK and types[b"pts"] == S_IFDIR and types[b"null"] == S_IFCHR
