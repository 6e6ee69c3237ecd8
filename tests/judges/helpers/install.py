"""Makes the helper programs findable: for a machine through an entry point, for the host's shells through PATH."""

from __future__ import annotations

import sys
from pathlib import Path

from .plugin import NAMES

ROOT = Path(__file__).parents[3]
_SCRIPT = """#!{python} -SE
import os, sys
sys.path.insert(0, {root!r})
from tests.judges.helpers.programs import HostCalls, {function} as main
sys.exit(main(HostCalls, [os.fsencode(word) for word in sys.argv]))
"""


def install_metadata(folder: Path) -> None:
    """Write into a folder what a distribution with the helpers would have left there."""
    info = folder / "kos_judges_helpers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kos-judges-helpers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[kos.program]\njudges = tests.judges.helpers.plugin\n")


def install_scripts(folder: Path) -> None:
    """Write into a folder a script of the host for each helper."""
    for name, function in NAMES.items():
        path = folder / name
        path.write_text(_SCRIPT.format(python=sys.executable, root=str(ROOT), function=function))
        path.chmod(0o755)
