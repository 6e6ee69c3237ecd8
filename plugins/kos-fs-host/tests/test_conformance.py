"""The contract of a filesystem, clause by clause, for a folder of the host: as it is granted, writable, with virtual times."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kos_fs_host.folder import SUPPORTED
from kos_kernel.testing import conformance

pytestmark = pytest.mark.skipif(not SUPPORTED, reason="this platform has no openat() or no O_NOFOLLOW")


def granted(folder: str) -> dict[str, Any]:
    """Fill a folder with files, directories and links, and return the options that grant it."""
    here = Path(folder)
    (here / "sub" / "deeper").mkdir(parents=True)
    (here / "text").write_text("some text\n" * 500)
    (here / "sub" / "bytes").write_bytes(bytes(range(256)) * 400)
    (here / "empty").touch()
    (here / "link").symlink_to("sub/bytes")
    (here / "dangling").symlink_to("/none")
    os.link(here / "text", here / "sub" / "hard")
    return {"source": folder}


def writable(folder: str) -> dict[str, Any]:
    return {**granted(folder), "mode": "rw"}


def timeless(folder: str) -> dict[str, Any]:
    return {**granted(folder), "mode": "rw", "virtual_times": True}


test_read_only = conformance("kos.fs", "host", options=granted)
test_writable = conformance("kos.fs", "host", options=writable)
test_virtual_times = conformance("kos.fs", "host", options=timeless)
