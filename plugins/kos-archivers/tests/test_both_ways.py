"""What the host packs, the machine unpacks, and the other way round; and any tree packs and unpacks to itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kos_kernel import Machine

TREE = (
    "mkdir -p t/d/e t/empty; printf 'one\\ntwo\\n' > t/a; head -c 100000 /dev/zero | tr '\\0' x > t/d/big; : > t/d/none; "
    "ln -s ../a t/d/link; ln t/a t/hard; printf q > 't/sp ace'; chmod 640 t/a; chmod 750 t/d/e; "
    "touch -hd 2020-01-02T03:04:05Z t/* t/d/* t"
)
# How to list what there is: kinds, modes, sizes, times, targets, contents.
LOOK = "find t -printf '%p %y %m %l %T@\\n' | sed 's/[.]0*$//' | sort; find t -type f -exec md5sum {} + | sort"
WAYS = {
    "tar": ("tar cf x t", "tar xf x"),
    "tar pax": ("tar --format=pax -cf x t", "tar xf x"),
    "tar gz": ("tar czf x t", "tar xzf x"),
    "tar bz2": ("tar cjf x t", "tar xf x"),
    "tar xz": ("tar cJf x t", "tar xf x"),
    "tar zstd": ("tar --zstd -cf x t", "tar --zstd -xf x"),
    "tar pipe": ("tar c t | gzip > x", "gzip -dc < x | tar x"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("maker", ["host", "machine"])
def test_an_archive_goes_both_ways(place: Machine, tmp_path: Path, way: str, maker: str) -> None:
    pack, unpack = WAYS[way]
    for tool in ("bash", "tar", "gzip", "bzip2", "xz", "zstd", "find"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} isn't installed here")

    def host(line: str) -> bytes:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ours(line: str) -> bytes:
        done = place.run("cd /p; " + line, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"})
        assert done.status == 0, done.stderr
        return done.stdout

    if maker == "host":
        wanted = host(f"{TREE}; {LOOK}; {pack}")
        place.write_file("/p/x", (tmp_path / "x").read_bytes())
        got = ours(f"{unpack}; {LOOK}")
    else:
        wanted = ours(f"{TREE}; {LOOK}; {pack}")
        (tmp_path / "x").write_bytes(place.read_file("/p/x"))
        got = host(f"{unpack}; {LOOK}")
    assert got == wanted


def test_zip_archives_go_both_ways(place: Machine, tmp_path: Path) -> None:
    if shutil.which("zip") is None or shutil.which("unzip") is None:
        pytest.skip("zip isn't installed here")
    place.run(f"cd /p; {TREE}; rm t/hard; zip -qry x.zip t").check()
    (tmp_path / "x.zip").write_bytes(place.read_file("/p/x.zip"))
    subprocess.run(["unzip", "-q", "x.zip"], cwd=tmp_path, check=True)
    assert (tmp_path / "t/a").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "t/d/link").readlink() == Path("../a")
    assert (tmp_path / "t/d/big").stat().st_size == 100000
    assert int((tmp_path / "t/a").stat().st_mtime) == 1577934245
    subprocess.run(["zip", "-qry", "y.zip", "t"], cwd=tmp_path, check=True)
    place.write_file("/p/y.zip", (tmp_path / "y.zip").read_bytes())
    done = place.run(
        "cd /p; mkdir o; cd o; unzip -q ../y.zip; cat t/a; readlink t/d/link; stat -c '%Y %a' t/a; wc -c < t/d/big"
    )
    assert done.stdout == b"one\ntwo\n../a\n1577934245 640\n100000\n"


NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: not set(name) & set(b"/\0") and name not in (b".", b"..")
)
FILES = st.dictionaries(NAMES, st.binary(max_size=2000), min_size=1, max_size=5)
MAKERS = {
    "tar": "tar cf ../x.tar .; cd ../o; tar xf ../x.tar",
    "pax": "tar --format=pax -cf ../x.tar .; cd ../o; tar xf ../x.tar",
    "sparse": "tar -Scf ../x.tar .; cd ../o; tar xf ../x.tar",
    "cpio newc": "find . -print0 | cpio --quiet -0oH newc > ../x; cd ../o; cpio --quiet -idm < ../x",
    "cpio odc": "find . -print0 | cpio --quiet -0oH odc > ../x; cd ../o; cpio --quiet -idm < ../x",
    "cpio bin": "find . -print0 | cpio --quiet -0oH bin > ../x; cd ../o; cpio --quiet -idm < ../x",
    "cpio pass": "find . -print0 | cpio --quiet -0pdm ../o",
}


@pytest.mark.parametrize("maker", MAKERS)
@given(files=FILES)
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree_packs_and_unpacks_to_itself(machine: Machine, maker: str, files: dict[bytes, bytes]) -> None:
    machine.run("cd /; rm -rf /q; mkdir -p /q/i/d /q/o")
    for name, data in files.items():
        machine.write_file(b"/q/i/" + name, data)
        machine.write_file(b"/q/i/d/" + name, data[::-1])
    done = machine.run(f"cd /q/i; {MAKERS[maker]}", timeout=60)
    assert (done.status, done.stderr) == (0, b"")
    for name, data in files.items():
        assert machine.read_file(b"/q/o/" + name) == data
        assert machine.read_file(b"/q/o/d/" + name) == data[::-1]


@pytest.mark.parametrize("pair", ["gzip gunzip", "bzip2 bunzip2", "xz unxz", "lzma unlzma", "zstd unzstd"])
@given(data=st.one_of(st.binary(max_size=5000), st.binary(max_size=8).map(lambda piece: piece * 20000)))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_data_pack_and_unpack_to_themselves(machine: Machine, pair: str, data: bytes) -> None:
    pack, unpack = pair.split()
    done = machine.run(f"{pack} | {unpack}", stdin=data, timeout=60)
    assert (done.stdout, done.status, done.stderr) == (data, 0, b"")
