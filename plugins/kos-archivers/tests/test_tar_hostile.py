"""Archives made to do harm: names and links that lead out, sizes that lie, bombs, truncation and junk at every block."""

from __future__ import annotations

import io
import tarfile
import zlib

import pytest

from kos_kernel import Machine


def archive(*members: tuple[str, str, object], fmt: int = tarfile.GNU_FORMAT) -> bytes:
    """Return an archive of (kind, name, data or target)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as tar:
        for kind, name, what in members:
            info = tarfile.TarInfo(name)
            info.mode = 0o755 if kind == "dir" else 0o644
            data = b""
            if kind == "file":
                assert isinstance(what, bytes)
                data = what
                info.size = len(data)
            else:
                info.type = {
                    "dir": tarfile.DIRTYPE,
                    "sym": tarfile.SYMTYPE,
                    "link": tarfile.LNKTYPE,
                    "chr": tarfile.CHRTYPE,
                }[kind]
                if kind in ("sym", "link"):
                    info.linkname = str(what)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def extract(machine: Machine, data: bytes, options: str = "") -> str:
    """Extract an archive in /p/in; return the messages. /p/secret must stay as it is."""
    machine.write_file("/p/secret", b"secret")
    machine.write_file("/p/x.tar", data)
    done = machine.run(f"mkdir -p /p/in; cd /p/in; tar xf ../x.tar {options}", timeout=60)
    assert b"internal error" not in done.stderr
    assert machine.read_file("/p/secret") == b"secret"
    assert machine.run("ls /p").text.split() == ["in", "secret", "x.tar"]
    return done.stderr.decode()


def test_names_that_lead_out_stay_inside(place: Machine) -> None:
    said = extract(
        place, archive(("file", "../secret", b"bad"), ("file", "/p/secret", b"bad"), ("file", "a/../../secret", b"bad"))
    )
    assert "Member name contains '..'" in said
    assert "Removing leading `/' from member names" in said
    assert place.read_file("/p/in/p/secret") == b"bad"


@pytest.mark.parametrize("target", ["..", "/p", "../../p", "a/../.."])
def test_nothing_is_written_through_a_symlink_of_the_archive(place: Machine, target: str) -> None:
    extract(place, archive(("sym", "link", target), ("file", "link/secret", b"bad")))
    extract(place, archive(("sym", "l", target), ("sym", "m", "l"), ("file", "m/secret", b"bad")))


def test_a_file_doesnt_go_through_a_symlink_of_its_own_name(place: Machine) -> None:
    extract(place, archive(("sym", "s", "/p/secret"), ("file", "s", b"bad")))
    assert place.read_file("/p/in/s") == b"bad"
    extract(place, archive(("sym", "t", "/p/secret"), ("file", "t", b"bad")), "--overwrite")


def test_hard_links_to_outside_arent_made(place: Machine) -> None:
    extract(place, archive(("link", "h", "../secret"), ("file", "h", b"bad")))
    extract(place, archive(("link", "i", "/p/secret"), ("file", "i", b"bad")))
    extract(place, archive(("sym", "s", "/p/secret"), ("link", "j", "s"), ("file", "j", b"bad")))
    extract(place, archive(("sym", "d", ".."), ("link", "k", "d/secret"), ("file", "k", b"bad")))


def test_links_that_point_outside_are_made_last_and_as_they_are(place: Machine) -> None:
    extract(
        place, archive(("sym", "s", "../secret"), ("link", "h", "s"), ("dir", "d", None), ("sym", "d/t", "/p/secret"))
    )
    assert place.run("cd /p/in; readlink s h d/t").text.split() == ["../secret", "../secret", "/p/secret"]


def test_only_root_makes_devices(place: Machine) -> None:
    place.write_file("/p/x.tar", archive(("chr", "null", None), ("file", "f", b"data")))
    place.run("chmod 777 /p")
    done = place.run("cd /p; tar xf x.tar", user="user")
    assert b"tar: null: Cannot mknod: Operation not permitted" in done.stderr
    assert done.status == 2
    assert place.read_file("/p/f") == b"data"
    done = place.run("cd /p; tar xf x.tar; stat -c %F null")
    assert done.stdout == b"character special file\n"


def header(**changes: bytes) -> bytes:
    """Return a header of 512 bytes with fields changed and the checksum right."""
    info = tarfile.TarInfo("x")
    info.size = 3
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    places = {
        "size": (124, 12),
        "mode": (100, 8),
        "uid": (108, 8),
        "mtime": (136, 12),
        "type": (156, 1),
        "name": (0, 100),
    }
    for field, value in changes.items():
        start, size = places[field]
        block[start : start + size] = value.ljust(size, b"\0")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    "block",
    [
        header(size=b"77777777777"),
        header(size=b"\x80" + b"\xff" * 11),
        header(size=b"\xff" * 12),
        header(size=b"hello"),
        header(mode=b"9999999"),
        header(mtime=b"\xff" * 12),
        header(mtime=b"\x80" + b"\x7f" * 11),
        header(uid=b"\x80" + b"\x7f" * 7),
        header(type=b"L", size=b"77777777777"),
        header(type=b"K", size=b"77777777777"),
        header(type=b"x", size=b"77777777777"),
        header(type=b"x", size=b"\x80" + b"\x7f" * 11),
        header(type=b"S"),
        header(type=b"M"),
        header(type=b"?"),
        header(name=b""),
        header(name=b"\xff\xfe\n"),
        header(name=b"/" * 100),
        header(name=b"../" * 33),
    ],
)
def test_headers_that_lie_end_in_an_error_and_not_in_a_traceback(place: Machine, block: bytes) -> None:
    for tail in (b"", b"abc".ljust(512, b"\0") + bytes(1024), b"\xff" * 4096):
        extract(place, block + tail)
        place.write_file("/p/y.tar", block + tail)
        for options in ("tvf", "df", "xOf"):
            done = place.run(f"cd /p; tar {options} y.tar; rm -f y", timeout=60)
            assert b"internal error" not in done.stderr
        place.run("rm -f /p/y.tar; rm -rf /p/in")


@pytest.mark.parametrize(
    "records",
    [
        b"5", b"-5 a=b\n", b"99999999999999999999 a=b\n", b"6 path\n", b"9 size=x\n", b"13 mtime=1e9\n", b"20 size=99999999999\n",
        b"12 path=\0\0\n", b"22 GNU.sparse.major=1\n", b"33 GNU.sparse.map=0,99999999999\n33 GNU.sparse.realsize=99999999\n",
        b"21 GNU.sparse.size=9\n23 GNU.sparse.offset=9\n25 GNU.sparse.numbytes=9\n",
    ],
)  # fmt: skip
def test_broken_extended_headers_are_told(place: Machine, records: bytes) -> None:
    block = header(type=b"x", size=b"%o" % len(records))
    extract(place, block + records.ljust(512, b"\0") + header() + b"abc".ljust(512, b"\0") + bytes(1024))


def test_truncated_anywhere_it_is_an_error_and_never_a_traceback(place: Machine) -> None:
    long = "n" * 150
    whole = archive(("dir", "d", None), ("file", "d/f", b"x" * 1500), ("file", long, b"y"), ("sym", "s", "d/f"))
    whole += archive(("file", "p" * 200, b"z" * 600), fmt=tarfile.PAX_FORMAT)
    end = whole.rstrip(b"\0")
    last = len(end) + -len(end) % 512
    for cut in [*range(0, last, 512), *range(100, last, 1111)]:
        place.write_file("/p/x.tar", whole[:cut])
        done = place.run("rm -rf /p/in; mkdir /p/in; cd /p/in; tar xf ../x.tar", timeout=60)
        assert b"internal error" not in done.stderr, cut
        if cut % 512:
            assert done.status in (0, 2), cut


def test_junk_in_any_block_is_an_error_and_never_a_traceback(place: Machine) -> None:
    whole = archive(("dir", "d", None), ("file", "d/f", b"x" * 1500), ("file", "n" * 150, b"y"), ("sym", "s", "d/f"))
    for at in range(0, len(whole) - 1024, 512):
        for junk in (b"\xff" * 512, b"\0" * 512, b"a" * 512):
            place.write_file("/p/x.tar", whole[:at] + junk + whole[at + 512 :])
            done = place.run("rm -rf /p/in; mkdir /p/in; cd /p/in; tar xf ../x.tar; tar tvf ../x.tar", timeout=60)
            assert b"internal error" not in done.stderr, at
            assert done.status in (0, 2), at


def test_a_compressed_archive_cut_anywhere_is_an_error(place: Machine) -> None:
    whole = archive(("file", "f", bytes(range(256)) * 20))
    place.write_file("/p/x.tar", whole)
    for option, name in (("z", "x.gz"), ("j", "x.bz2"), ("J", "x.xz"), ("", "x.lzma")):
        place.run(f"cd /p; tar c{option}f {name} x.tar" if option else "cd /p; tar --lzma -cf x.lzma x.tar")
        packed = place.read_file(f"/p/{name}")
        for cut in range(0, len(packed), max(len(packed) // 12, 1)):
            place.write_file("/p/cut", packed[:cut])
            done = place.run("cd /p; tar xf cut -O", timeout=60)
            assert done.status == 2, (name, cut)
            assert b"internal error" not in done.stderr


def test_a_bomb_meets_the_size_of_the_disk(place: Machine) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    info = tarfile.TarInfo("bomb")
    info.size = 1 << 30
    packed = packer.compress(info.tobuf(tarfile.GNU_FORMAT))
    chunk = bytes(1 << 20)
    for _ in range(1 << 6):
        packed += packer.compress(chunk)
    packed += packer.flush()
    with Machine(sets=["limits.disk=16M"]) as small:
        small.write_file("/tmp/x.tgz", packed)
        done = small.run("cd /tmp; tar xzf x.tgz", timeout=120)
        assert b"tar: bomb: Cannot write: No space left on device" in done.stderr
        assert b"tar: Unexpected EOF in archive" in done.stderr  # the rest was passed over, in bounded memory
        assert done.status == 2


def test_a_list_of_names_without_end_meets_the_limit_of_memory() -> None:
    with Machine(memory="32M") as small:
        done = small.run("cd /tmp; yes | tar cf x.tar -T - ", timeout=120)
        assert b"tar: memory exhausted\n" in done.stderr
        assert b"internal error" not in done.stderr


def test_a_deep_tree_is_packed_and_unpacked_without_recursion(place: Machine) -> None:
    done = place.run(
        "cd /p; d=.; for i in {1..300}; do d=$d/d; done; mkdir -p $d; echo deep > $d/f; "
        "tar cf x.tar d; mkdir o; tar xf x.tar -C o; cat o/$d/f",
        timeout=120,
    )
    assert done.stdout == b"deep\n"
    assert done.status == 0
