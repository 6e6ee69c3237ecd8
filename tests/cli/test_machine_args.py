"""What the machine options mean, without a machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_cli.machine_args import environment, mount, overrides, timeout_s
from kos_cli.options import MACHINE_OPTIONS, Parsed, empty
from kos_kernel.errors import KosError


def parsed(**given_options: object) -> Parsed:
    return Parsed({**empty(MACHINE_OPTIONS), **given_options}, [])


@given(
    st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.sampled_from(["", ":ro", ":rw"]),
)
def test_a_host_path_may_hold_anything_even_colons(name: str, mode: str) -> None:
    if name in (".", "..") or len(os.fsencode(name)) > 200:
        return
    import tempfile

    with tempfile.TemporaryDirectory() as base:
        folder = Path(base, name)
        folder.mkdir()
        made = mount(f"{folder}:/guest{mode}")
    assert made == {"target": "/guest", "driver": "host", "source": str(folder), "mode": mode[1:] or "ro"}


@pytest.mark.parametrize("text", ["", ":", "x", ":/guest", ".:guest", "ro", ":ro", ".:/x:wr"])
def test_a_mount_without_both_sides_is_refused(text: str) -> None:
    with pytest.raises(KosError, match=r"--mount"):
        mount(text)


def test_a_mounted_file_is_refused_because_it_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KosError, match="is not a folder"):
        mount(f"{tmp_path}/file:/x")


def test_in_virtual_time_a_mounted_folder_has_virtual_times(tmp_path: Path) -> None:
    [made] = overrides(parsed(clock="virtual", mount=[f"{tmp_path}:/x"]))["mounts"]
    assert made["virtual_times"] is True


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5.0), ("500ms", 0.5), ("2m", 120.0), ("1h 30min", 5400.0), ("0.25s", 0.25)]
)
def test_a_timeout_without_a_unit_means_seconds(text: str, seconds: float) -> None:
    assert timeout_s(parsed(timeout=text)) == seconds


def test_later_variables_win_over_the_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME", "host")
    assert environment(parsed(host_env=True, env=["NAME=flag", "EMPTY="]))[b"NAME"] == b"flag"
    assert environment(parsed(env=["EMPTY="])) == {b"EMPTY": b""}


def test_nothing_of_the_hosts_environment_comes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    assert environment(parsed()) == {}


@pytest.mark.parametrize("text", ["", "x", "1.5", "7seven", "1_000", "0x10", " 7", "٣"])
def test_a_seed_is_a_whole_number_and_nothing_else(text: str) -> None:
    with pytest.raises(KosError, match="--seed"):
        overrides(parsed(seed=text))
