"""The fixture `kos` for everybody's tests: a fresh machine for each test, closed after it.

    def test_rotation_keeps_seven_logs(kos):
        kos.run("for i in $(seq 10); do logrotate /etc/logrotate.conf; done").check()
        assert len(kos.listdir("/var/log/app")) == 7

What machine it is, each laid over the one before:
    pytest.ini       kos_config = kos.toml               (a path, relative to the root folder of the tests)
    conftest.py      @pytest.fixture
                     def kos_config(): return {"clock": "virtual", "seed": 7}
    one test         @pytest.mark.kos(seed=8, hostname="other")

Each is what `Machine(config, **overrides)` takes. A machine is a fork of one that was booted once for its configuration, so a
test doesn't wait for a boot.
pytest imports this module in every run of everybody who installed kos, so it imports nothing until a test asks for `kos`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kos_kernel import Machine


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini key."""
    parser.addini("kos_config", "the kos.toml that machines of the fixture 'kos' are made from", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "kos(**overrides): what this test's machine has differently, as Machine() takes it"
    )


@pytest.fixture
def kos_config() -> dict[str, Any]:
    """Return what the machines of these tests have differently. Define a fixture of this name to say so."""
    return {}


@pytest.fixture
def kos(request: pytest.FixtureRequest, kos_config: dict[str, Any]) -> Iterator[Machine]:
    """Return a fresh machine, closed after the test."""
    from kos_kernel import Machine

    file = request.config.getini("kos_config")
    path = str(request.config.rootpath / file) if file else None
    overrides = dict(kos_config)
    for marker in reversed(list(request.node.iter_markers("kos"))):  # the nearest one last, so that it wins
        overrides.update(marker.kwargs)
    with Machine(path, **overrides) as machine:
        yield machine
