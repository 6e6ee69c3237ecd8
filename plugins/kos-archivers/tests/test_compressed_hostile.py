"""Compressed data that are damaged, cut, or unfold to more than anybody asked for; and files that mustn't be replaced."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest

from kos_kernel import Machine

TEXT = b"".join(b"line %d of a text that packs well\n" % number for number in range(300))
PACKED = {
    "gunzip": gzip.compress(TEXT),
    "bunzip2": bz2.compress(TEXT),
    "unxz": lzma.compress(TEXT),
    "unlzma": lzma.compress(TEXT, format=lzma.FORMAT_ALONE),
}


@pytest.mark.parametrize("command", PACKED)
def test_cut_anywhere_they_are_an_error(machine: Machine, command: str) -> None:
    packed = PACKED[command]
    for cut in range(1, len(packed), max(1, len(packed) // 40)):
        done = machine.run(command, stdin=packed[:cut], timeout=60)
        assert done.status in (1, 2), cut
        assert TEXT.startswith(done.stdout)
        assert b"internal error" not in done.stderr


@pytest.mark.parametrize("command", PACKED)
def test_damaged_anywhere_they_never_end_in_a_traceback(machine: Machine, command: str) -> None:
    packed = PACKED[command]
    for at in range(0, len(packed), max(1, len(packed) // 60)):
        broken = packed[:at] + bytes([packed[at] ^ 0x55]) + packed[at + 1 :]
        done = machine.run(command, stdin=broken, timeout=60)
        assert b"internal error" not in done.stderr, at
        assert done.status in (0, 1, 2), at


@pytest.mark.parametrize(
    ("command", "pack"), [("zcat", gzip.compress), ("bzcat", bz2.compress), ("xzcat", lzma.compress)]
)
def test_what_unfolds_to_much_streams(command: str, pack) -> None:
    packed = pack(bytes(64 << 20))
    with Machine(memory="48M") as small:
        done = small.run(f"{command} | wc -c", stdin=packed, timeout=120)
    assert done.stdout.split() == [str(64 << 20).encode()]
    assert done.stderr == b""


def lzw(codes: list[int], bits: int = 16) -> bytes:
    """Return a .Z file of such codes, nine bits each: no more than 255 of them."""
    number = sum(code << 9 * place for place, code in enumerate(codes))
    return b"\x1f\x9d" + bytes([0x80 | bits]) + number.to_bytes((9 * len(codes) + 7) // 8, "little")


def test_compress_files_are_read(machine: Machine) -> None:
    assert machine.run("zcat", stdin=lzw([97, 98, 257, 259])).stdout == b"abababa"
    for broken in (lzw([300]), lzw([97, 400]), lzw([256]), lzw([97], bits=31), b"\x1f\x9d", b"\x1f\x9d\xff"):
        done = machine.run("zcat", stdin=broken)
        assert b"internal error" not in done.stderr


def test_a_dictionary_that_is_too_large_is_refused(machine: Machine) -> None:
    head = b"\x5d" + (1 << 30).to_bytes(4, "little") + (10).to_bytes(8, "little") + b"\0" * 20
    done = machine.run("unlzma", stdin=head)
    assert done.stderr == b"unlzma: (stdin): Memory usage limit reached\n"
    assert done.status == 1


def test_names_in_gzip_headers_lead_nowhere(place: Machine) -> None:
    for name in (b"../out", b"/p/out", b"..", b"d/../../out", b""):
        member = bytearray(gzip.compress(b"data", mtime=0))
        member[3] |= 8
        place.write_file("/p/f.gz", bytes(member[:10]) + name + b"\0" + bytes(member[10:]))
        place.run("cd /p; mkdir -p w; mv f.gz w; cd w; gunzip -N f.gz")
        assert place.run("ls /p").text.split() == ["w"]
        place.run("rm -rf /p/w")


def test_without_zstd_the_command_says_so(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    done = machine.run("zstd", stdin=b"x")
    assert done.stderr == b"zstd: not available: this Python has no zstd; install kos-archivers[zstd]\n"
    assert done.status == 1


def test_terminals_get_no_compressed_data(machine: Machine) -> None:
    done = machine.run("gzip -c /etc/passwd > /dev/tty; echo")
    assert b"internal error" not in done.stderr


def test_what_compressors_hold_is_accounted_for() -> None:
    with Machine(memory="48M") as small:
        small.write_file("/tmp/f", bytes(range(256)) * 40000)
        done = small.run(
            "xz -9 < /tmp/f | wc -c; echo small | xz -9 | xz -d; bzip2 -c /tmp/f | bunzip2 | wc -c", timeout=120
        )
        assert done.stderr == b"xz: (stdin): Cannot allocate memory\n"
        assert done.stdout.split()[1:] == [b"small", b"10240000"]
        # It is given back: what fits once fits again and again.
        done = small.run(
            "cd /tmp; for i in 1 2 3 4 5 6 7 8; do echo $i > x$i; done; xz x*; unxz x*; cat x*", timeout=120
        )
        assert done.stdout.split() == [b"%d" % number for number in range(1, 9)]


def test_a_damaged_index_is_told_by_the_list(place: Machine) -> None:
    packed = PACKED["unxz"] * 2
    for at in range(0, len(packed), 7):
        for broken in (packed[:at], packed[:at] + bytes([packed[at] ^ 0x3F]) + packed[at + 1 :]):
            place.write_file("/p/x.xz", broken)
            done = place.run("cd /p; xz -l x.xz", timeout=60)
            assert done.status in (0, 1), at
            assert b"internal error" not in done.stderr


@pytest.mark.parametrize(
    ("command", "signal"),
    [("gzip", "INT"), ("gzip", "TERM"), ("gzip", "HUP"), ("gzip", "KILL"), ("bzip2 -1", "TERM"), ("xz -0", "TERM")],
)
def test_a_signal_takes_the_unfinished_file_with_it(command: str, signal: str) -> None:
    with Machine(clock="virtual", seed=1) as machine:
        machine.write_file("/tmp/big", bytes(1 << 20) * 50)
        done = machine.run(f"cd /tmp; timeout -s {signal} 0.001 {command} big; echo $?; ls", timeout=60)
    status, *left = done.stdout.split()
    assert status == (b"137" if signal == "KILL" else b"124")
    assert b"big" in left
    assert len(left) == (2 if signal == "KILL" else 1)  # nobody is asked before a SIGKILL
