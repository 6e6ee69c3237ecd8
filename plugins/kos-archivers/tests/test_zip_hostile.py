"""zip archives made to do harm, and those of cpio and ar: nothing leaves the directory, and nothing ends in a traceback."""

from __future__ import annotations

import io
import zipfile

import pytest

from kos_kernel import Machine


def archive(*members: tuple[str, bytes, int]) -> bytes:
    """Return an archive of (name, data, mode)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data, mode in members:
            info = zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6))
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, data)
    return out.getvalue()


def extract(machine: Machine, data: bytes) -> bytes:
    """Extract an archive in /p/in; /p/secret must stay as it is. Return the messages."""
    machine.write_file("/p/secret", b"secret")
    machine.write_file("/p/x.zip", data)
    done = machine.run("mkdir -p /p/in; cd /p/in; unzip -o ../x.zip", timeout=60)
    assert b"internal error" not in done.stderr
    assert machine.read_file("/p/secret") == b"secret"
    assert machine.run("ls /p").text.split() == ["in", "secret", "x.zip"]
    return done.stderr


def test_nothing_leaves_the_directory(place: Machine) -> None:
    extract(
        place,
        archive(("../secret", b"bad", 0o100644), ("/p/secret", b"bad", 0o100644), ("a/../../secret", b"bad", 0o100644)),
    )
    extract(place, archive(("s", b"..", 0o120777), ("s/secret", b"bad", 0o100644)))
    extract(place, archive(("t", b"/p/secret", 0o120777), ("t", b"bad", 0o100644)))
    assert place.read_file("/p/in/p/secret") == b"bad"


def test_methods_that_python_knows_and_we_too(place: Machine) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as made:
            made.writestr("f", b"text " * 1000)
        place.write_file("/p/x.zip", out.getvalue())
        assert (
            place.run("cd /p; unzip -p x f; unzip -tq x").stdout
            == b"text " * 1000 + b"No errors detected in compressed data of x.zip.\n"
        )


def test_cut_or_damaged_anywhere_it_is_an_error_and_never_a_traceback(place: Machine) -> None:
    whole = archive(("a", b"x" * 3000, 0o100644), ("d/", b"", 0o040755), ("d/s", b"../a", 0o120777))
    for at in range(0, len(whole), 3):
        for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            place.write_file("/p/x.zip", broken)
            done = place.run(
                "rm -rf /p/in; mkdir /p/in; cd /p/in; unzip -o ../x.zip </dev/null; unzip -Z ../x.zip; zip -q ../x.zip /etc/passwd",
                timeout=60,
            )
            assert b"internal error" not in done.stderr, at


def test_a_name_of_a_symlink_that_is_too_long_is_refused(place: Machine) -> None:
    assert b"target too long" in extract(place, archive(("s", b"a" * 100000, 0o120777)))


def test_encryption_is_refused_by_name(place: Machine) -> None:
    done = place.run("cd /p; echo x > a; zip -P secret x.zip a; zip -e x.zip a; unzip -P x y.zip; ls")
    assert done.stdout.count(b"encryption not supported") == 2
    assert b"encrypted archives aren't supported" in done.stderr
    assert done.stdout.endswith(b"\na\n")


def test_a_failed_write_leaves_the_old_archive(place: Machine) -> None:
    place.run("cd /p; echo x > a; zip -q x.zip a; cp x.zip y.zip; chmod 777 .; echo > f; chmod 000 f").check()
    done = place.run("cd /p; zip x.zip f; ls", user="user")
    assert b"could not open for reading: f" in done.stdout
    assert done.stdout.endswith(b"\na\nf\nx.zip\ny.zip\n")  # no temporary file is left
    with Machine(sets=["limits.disk=20M"]) as small:
        small.write_file("/tmp/x.zip", place.read_file("/p/y.zip"))
        done = small.run(
            "cd /tmp; head -c 12M /dev/urandom > big; zip -q x.zip big; echo $?; unzip -tq x.zip; ls", timeout=120
        )
        assert b"14" in done.stdout.split()
        assert b"write error" in done.stdout
        assert done.stdout.endswith(b"No errors detected in compressed data of x.zip.\nbig\nx.zip\n")
    assert place.read_file("/p/x.zip") == place.read_file("/p/y.zip")


@pytest.mark.parametrize("form", ["newc", "crc", "odc", "bin"])
def test_cpio_archives_cut_or_damaged_anywhere(place: Machine, form: str) -> None:
    place.run(
        f"cd /p; mkdir t; cd t; echo data > f; ln f g; ln -s f s; mkdir d; find . | cpio --quiet -oH {form} > ../x"
    ).check()
    whole = place.read_file("/p/x")
    for at in range(0, len(whole), 13):
        for broken in (whole[:at], whole[:at] + b"\xff" + whole[at + 1 :], whole[:at] + b"7" + whole[at + 1 :]):
            place.write_file("/p/y", broken)
            done = place.run("rm -rf /p/in; mkdir /p/in; cd /p/in; cpio -idmu < ../y; cpio -tv < ../y", timeout=60)
            assert b"internal error" not in done.stderr, at
            assert done.status in (0, 2), at


def newc(name: bytes, data: bytes, mode: int) -> bytes:
    """Return a member of a newc archive."""
    numbers = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    out = b"070701" + b"".join(b"%08X" % number for number in numbers) + name + b"\0"
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(out) % 4)


def test_cpio_stays_in_its_directory(place: Machine) -> None:
    place.write_file("/p/secret", b"secret")
    members = [
        newc(b"../secret", b"bad", 0o100644), newc(b"/p/secret", b"bad", 0o100644), newc(b"l", b"..", 0o120777),
        newc(b"l/secret", b"bad", 0o100644), newc(b"k", b"/p/secret", 0o120777), newc(b"k", b"bad", 0o100644),
    ]  # fmt: skip
    place.write_file("/p/x", b"".join(members) + newc(b"TRAILER!!!", b"", 0))
    done = place.run("mkdir /p/in; cd /p/in; cpio -iud < ../x")
    assert b"Removing leading `../' from member names" in done.stderr
    assert place.read_file("/p/secret") == b"secret"
    assert place.run("ls /p").text.split() == ["in", "secret", "x"]


def test_ar_archives_cut_or_damaged_anywhere(place: Machine) -> None:
    place.run("cd /p; echo data > f; echo more > a_name_that_is_long.o; ar rc x f a_name_that_is_long.o").check()
    whole = place.read_file("/p/x")
    for at in range(len(whole)):
        for broken in (whole[:at], whole[:at] + b"\xff" + whole[at + 1 :], whole[:at] + b"/" + whole[at + 1 :]):
            place.write_file("/p/y", broken)
            done = place.run("rm -rf /p/in; mkdir /p/in; cd /p/in; ar xv ../y; ar t ../y; ls -a /p", timeout=60)
            assert b"internal error" not in done.stderr, at
            assert b"y\n" in done.stdout


def test_ar_members_dont_leave_the_directory(place: Machine) -> None:
    member = b"../../p/f/".ljust(16) + b"0".ljust(12) + b"0     0     644     3         `\nbad\n"
    place.write_file("/p/x", b"!<arch>\n" + member)
    place.run("mkdir /p/in; cd /p/in; ar x ../x")
    assert place.run("ls /p /p/in").text.split() == ["/p:", "in", "x", "/p/in:", "f"]


def test_cpio_verifies_the_checksums_of_crc_archives(place: Machine) -> None:
    place.run("cd /p; echo data > f; echo f | cpio --quiet -oH crc > x; sed s/data/dota/ x > y").check()
    done = place.run("cd /p; cpio -i --only-verify-crc < x; cpio -i --only-verify-crc < y")
    assert b"f: checksum error" in done.stderr
    assert done.status == 2


def test_cpio_says_what_it_cant_do(place: Machine) -> None:
    done = place.run("cd /p; cpio; cpio -i -o; cpio -oH foo </dev/null; cpio -p </dev/null; cpio --rsh-command=x -i")
    lines = done.stderr.decode().splitlines()
    assert lines[0] == "cpio: You must specify one of -oipt options."
    assert "cpio: invalid archive format `foo'; valid formats are:" in lines
    assert "cpio: Must specify destination directory" in lines
    assert "cpio: unrecognized option '--rsh-command=x'" in lines
