"""The fixture `kos`, used by a test suite of somebody else's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PASSED = 0


def pytest_of(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run pytest in a folder as its owner would; return (status, what it printed)."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        *arguments,
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_each_test_gets_a_machine_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_one(kos):\n"
        "    kos.write_file('/tmp/mark', b'x')\n"
        "    assert kos.run('cat /tmp/mark').stdout == b'x'\n"
        "def test_two(kos):\n"
        "    assert not kos.exists('/tmp/mark')\n"
    )
    status, said = pytest_of(tmp_path)
    assert status == PASSED, said


def test_ini_fixture_and_marker_are_laid_over_one_another(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nkos_config = box.toml\n")
    (tmp_path / "box.toml").write_text('hostname = "from-ini"\nclock = "virtual"\n')
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_ini(kos):\n"
        "    assert kos.run('hostname; sleep 3600').stdout == b'from-ini\\n'\n"
        "class TestFixture:\n"
        "    @pytest.fixture\n"
        "    def kos_config(self): return {'hostname': 'from-fixture'}\n"
        "    def test_fixture(self, kos):\n"
        "        assert kos.run('hostname').stdout == b'from-fixture\\n'\n"
        "    @pytest.mark.kos(hostname='from-marker')\n"
        "    def test_marker(self, kos):\n"
        "        assert kos.run('hostname; sleep 3600').stdout == b'from-marker\\n'\n"
    )
    status, said = pytest_of(tmp_path)
    assert status == PASSED, said


def test_a_wrong_configuration_is_told_without_a_kernel_in_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n@pytest.mark.kos(scheduler={'driver': 'nothing'})\ndef test_one(kos): pass\n"
    )
    status, said = pytest_of(tmp_path)
    assert status == 1
    assert "no scheduler named 'nothing'" in said


def test_a_suite_that_does_not_use_it_imports_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_one():\n"
        "    ours = {name for name in sys.modules if name.startswith('kos_')}\n"
        "    assert ours <= {'kos_kernel', 'kos_kernel.testing', 'kos_kernel.testing.pytest_plugin'}, ours\n"
    )
    status, said = pytest_of(tmp_path)
    assert status == PASSED, said
