"""mount, umount, df: what they show and do in a machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine


@pytest.fixture
def m() -> Iterator[Machine]:
    """Return a machine of its own."""
    with Machine() as made:
        yield made


def test_a_filesystem_is_mounted_shown_and_taken_away(m: Machine) -> None:
    m.exec(["mount", "-t", "memory", "scratch", "/mnt"]).check()
    m.write_file("/mnt/f", b"inside")
    assert b"scratch on /mnt type " in m.exec(["mount"]).check().stdout
    m.exec(["umount", "/mnt"]).check()
    assert not m.exists("/mnt/f")


def test_a_bind_mount_shows_a_directory_in_another_place(m: Machine) -> None:
    m.write_file("/srv/f", b"x")
    m.exec(["mount", "--bind", "/srv", "/mnt"]).check()
    assert m.read_file("/mnt/f") == b"x"


def test_a_read_only_mount_refuses_writes_until_it_is_remounted(m: Machine) -> None:
    m.exec(["mount", "-t", "memory", "-o", "ro", "none", "/mnt"]).check()
    assert m.exec(["touch", "/mnt/f"]).stderr == b"touch: cannot touch '/mnt/f': Read-only file system\n"
    m.exec(["mount", "-o", "remount,rw", "/mnt"]).check()
    m.exec(["touch", "/mnt/f"]).check()


def test_fstab_supplies_what_the_command_line_leaves_out(m: Machine) -> None:
    m.write_file("/etc/fstab", b"# comment\nscratch /mnt memory nosuid 0 0\n")
    m.exec(["mount", "/mnt"]).check()
    assert b"scratch on /mnt type " in m.exec(["mount"]).stdout


@pytest.mark.parametrize(
    ("argv", "message", "status"),
    [
        (["mount", "-t", "nosuch", "none", "/mnt"], b"mount: /mnt: unknown filesystem type 'nosuch'.\n", 32),
        (["mount", "-t", "memory", "none", "/nope"], b"mount: /nope: mount point does not exist.\n", 32),
        (["mount", "/nope"], b"mount: /nope: can't find in /etc/fstab.\n", 1),
        (["umount", "/nope"], b"umount: /nope: no mount point specified.\n", 32),
        (["umount", "/srv"], b"umount: /srv: not mounted.\n", 32),
    ],
)
def test_a_failure_is_told_in_the_words_of_util_linux(m: Machine, argv: list[str], message: bytes, status: int) -> None:
    done = m.exec(argv)
    assert (done.stderr, done.status) == (message, status)


def test_df_shows_the_filesystem_that_a_file_is_on_and_what_is_used_of_it(m: Machine) -> None:
    m.exec(["mount", "-t", "memory", "-o", "size=1048576", "scratch", "/mnt"]).check()
    m.write_file("/mnt/f", b"x" * 262_144)
    lines = m.exec(["df", "-k", "/mnt/f"]).check().stdout.splitlines()
    assert lines[0].split() == [b"Filesystem", b"1K-blocks", b"Used", b"Available", b"Use%", b"Mounted", b"on"]
    source, size, used, available, percent, target = lines[1].split()
    assert (source, target) == (b"scratch", b"/mnt")
    assert int(size) == int(used) + int(available) == 1024
    assert 256 <= int(used) <= 300
    assert percent == b"%d%%" % -(-int(used) * 100 // 1024)


def test_df_leaves_out_what_has_no_space_of_its_own_unless_asked(m: Machine) -> None:
    assert b"/proc" not in m.exec(["df"]).check().stdout
    assert b"/proc" in m.exec(["df", "-a"]).check().stdout
